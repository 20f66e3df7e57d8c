"""A small picture with layers in it, made by hand, and a layering that finds just these."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ObjectLayer, Provenance, ShapeLayer, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import Shape, TextBlock, TextLine, TextStyle
from layerdesk.layering.pipeline import Layering, StageReport
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import Recipe
from layerdesk.ui.main_window import MainWindow

MakeWindow = Callable[..., MainWindow]
WIDTH, HEIGHT = 320, 200
CARD, PHOTO, HELLO, WORLD = Rect(20, 20, 120, 60), Rect(190, 20, 90, 70), Rect(30, 120, 90, 24), Rect(170, 120, 100, 24)


def pixels() -> np.ndarray:
    """A grey picture with an orange card, a blue photograph and two dark words."""
    rgba = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    rgba[..., :3] = 230
    rgba[CARD.slices] = (255, 136, 0, 255)
    rgba[PHOTO.slices] = (40, 80, 200, 255)
    for rect in (HELLO, WORLD):
        rgba[rect.slices] = (20, 20, 20, 255)
    return rgba


def picture(folder: Path, name: str = "poster.png") -> Path:
    """The picture as a file."""
    path = folder / name
    assert cv2.imwrite(str(path), cv2.cvtColor(pixels(), cv2.COLOR_RGBA2BGRA))
    return path


def source() -> SourceImage:
    rgba = pixels()
    data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))[1].tobytes()
    rgba.setflags(write=False)
    return SourceImage(name="poster.png", data=data, sha256=hashlib.sha256(data).hexdigest(), pixels=rgba)


def layered(of: SourceImage | None = None) -> Document:
    """b1 background, s1 card, o1 photo, g1 with the words t1 and t2 (t2 on top)."""
    of = of or source()
    text = Provenance(stage="text", engine="rapidocr", version="3.10")
    objects = Provenance(stage="objects", engine="regions", version="1")
    fill = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    fill[..., :3] = 230
    layers: tuple[Layer, ...] = (
        BackgroundLayer(
            id="b1", name="Background", provenance=Provenance(stage="background", engine="smooth"),
            mask=TileMask.from_rect(of.size.rect), own=Raster(0, 0, fill),
        ),
        ShapeLayer(
            id="s1", name="Card", provenance=objects, confidence=0.9, mask=TileMask.from_rect(CARD),
            shape=Shape(type="rectangle", box=(CARD.x, CARD.y, CARD.width, CARD.height), fill="#ff8800"),
        ),
        ObjectLayer(id="o1", name="Photo", provenance=objects, confidence=0.41, mask=TileMask.from_rect(PHOTO)),
        GroupLayer(
            id="g1", name="Words", provenance=objects,
            children=(_text("t1", "Hello", HELLO, text, 0.62), _text("t2", "World", WORLD, text, 0.93)),
        ),
    )  # fmt: skip
    return Document(source=of, layers=layers, found=layers, recipe=MappingProxyType(Recipe().to_json()))


def _text(layer_id: str, words: str, rect: Rect, provenance: Provenance, confidence: float) -> TextLayer:
    style = TextStyle(font_family="DejaVu Sans", font_size_px=24, line_height_px=29, color="#141414")
    block = TextBlock(lines=(TextLine(text=words, rect=rect, baseline=float(rect.bottom)),), style=style, recognised=words)
    return TextLayer(
        id=layer_id, name=words, provenance=provenance, confidence=confidence, mask=TileMask.from_rect(rect), block=block
    )


def layering_of(warnings: tuple[str, ...] = ()) -> Callable[[SourceImage, Recipe, JobContext], Layering]:
    """A layering that needs no engine."""

    def layer(of: SourceImage, _recipe: Recipe, context: JobContext) -> Layering:
        context.report(0.5, "Finding")
        stages = (StageReport(name="text", engine="none", seconds=0.0),)
        return Layering(document=layered(of), stages=stages, warnings=warnings)

    return layer


def stale_background(document: Document) -> Document:
    """The document with a background whose fill no longer fits."""
    first = document.layers[0]
    assert isinstance(first, BackgroundLayer)
    return dataclasses.replace(document, layers=(dataclasses.replace(first, stale=True), *document.layers[1:]))
