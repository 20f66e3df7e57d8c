"""The stages in the order they run: text, typography, lift, objects, background, tree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

import layerdesk
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.layers import BackgroundLayer, Provenance
from layerdesk.document.masks import TileMask
from layerdesk.layering.arrays import strongest
from layerdesk.layering.assemble import Assembler, Origins, build_tree, in_order, paragraph_sheet
from layerdesk.layering.elements import Element
from layerdesk.layering.fill import fill_holes
from layerdesk.layering.leftovers import with_leftovers
from layerdesk.layering.objects import find_elements
from layerdesk.layering.paragraphs import Paragraph, paragraphs
from layerdesk.layering.protocols import JobContext, Rgb
from layerdesk.layering.recipe import EngineSet, Recipe
from layerdesk.layering.stack import Sheet, solve_stack
from layerdesk.layering.text import read_lines, set_read_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """One stage as it ran."""

    name: str
    engine: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layering:
    """A layered document, how it came about, and what people should know about it (one sentence each)."""

    document: Document
    stages: tuple[StageReport, ...]
    warnings: tuple[str, ...] = ()


_SHARES = {"text": 0.45, "typography": 0.15, "lift": 0.08, "objects": 0.17, "background": 0.1, "tree": 0.05}
_TITLES = {
    "text": "Reading text",
    "typography": "Measuring type",
    "lift": "Lifting text off",
    "objects": "Finding shapes and objects",
    "background": "Filling the background",
    "tree": "Building the layers",
}


@dataclass(slots=True)
class _Progress:
    """Reports each stage's start and notes how long it took."""

    context: JobContext
    done: float = 0.0
    stages: list[StageReport] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, engine: str) -> Iterator[None]:
        self.context.check()
        self.context.report(self.done, _TITLES[name])
        start = time.perf_counter()
        yield
        self.stages.append(StageReport(name=name, engine=engine, seconds=round(time.perf_counter() - start, 3)))
        self.done += _SHARES[name]
        self.context.report(min(1.0, self.done), _TITLES[name])

    def part(self, name: str) -> _Part:
        """What the running stage `name` hands to its engine, so that long reading is seen to go on."""
        return _Part(self.context, self.done, _SHARES[name], _TITLES[name])


@dataclass(frozen=True, slots=True)
class _Part:
    """A context for one stage: its 0..1 is that stage's share of the whole."""

    context: JobContext
    start: float
    share: float
    title: str

    def report(self, fraction: float, text: str) -> None:
        del text
        self.context.report(min(1.0, self.start + self.share * fraction), self.title)

    def check(self) -> None:
        self.context.check()


def flat_document(source: SourceImage) -> Document:
    """The picture as one background layer: what there is before layering, and what is left where nothing is found."""
    return Document(source=source, layers=(_flat_background(source),))


def _flat_background(source: SourceImage) -> BackgroundLayer:
    return BackgroundLayer(
        id="b1",
        name="Background",
        locked=True,
        provenance=Provenance(stage="source", engine="layerdesk", version=layerdesk.__version__),
        mask=TileMask.from_array(np.ascontiguousarray(source.pixels[..., 3])),
    )


def layer_image(source: SourceImage, *, recipe: Recipe, engines: EngineSet, context: JobContext) -> Layering:
    """Take `source` apart. Raises Cancelled when `context` says so; a missing engine is warned about and the rest goes on."""
    progress = _Progress(context)
    warnings = [*source.notes, *engines.notes]
    picture = _opaque(source)
    blocks = _find_text(picture, recipe, engines, progress)
    texts = tuple(paragraph_sheet(block) for block in blocks)
    with progress.stage("lift", "smooth"):
        textless, lifted = _lift(picture, texts, engines, context)
    elements: tuple[Element, ...] = ()
    if recipe.find_objects:
        with progress.stage("objects", engines.saliency.name if engines.saliency else "regions"):
            elements = find_elements(
                textless, ink=lifted.astype(np.uint8) * np.uint8(255), saliency=engines.saliency, context=context
            )
            elements = with_leftovers(textless, elements)
    nodes = build_tree(elements, texts, canvas=source.size.rect)
    sheets = tuple(
        texts[node.paragraph] if node.paragraph is not None else _element_sheet(elements[node.element or 0])
        for node in in_order(nodes)
    )
    with progress.stage("background", engines.texture.name if engines.texture else "smooth"):
        stack = solve_stack(picture, textless, sheets, lifted=lifted, texture=engines.texture, context=context)
    with progress.stage("tree", "layerdesk"):
        version = layerdesk.__version__
        recogniser = engines.recogniser
        origins = Origins(
            text=Provenance(
                stage="text",
                engine=recogniser.name if recogniser else "none",
                version=recogniser.version if recogniser else version,
            ),
            background=Provenance(stage="background", engine="+".join(stack.methods) or "source", version=version),
            version=version,
        )
        layers = Assembler(elements=elements, paragraphs=blocks, nodes=nodes, stack=stack, origins=origins).layers()
    if len(layers) == 1:
        warnings.append("no text and no objects were found, so the picture is one background layer")
        layers = (_flat_background(source),)
    made_with = MappingProxyType({**recipe.to_json(), "engines": {"layerdesk": version, **engines.versions()}})
    document = Document(source=source, layers=layers, found=layers, recipe=made_with)
    context.report(1.0, "Done")
    return Layering(document=document, stages=tuple(progress.stages), warnings=tuple(warnings))


def _opaque(source: SourceImage) -> Rgb:
    """(h, w, 3) RGB: a picture with transparency is looked at over white."""
    rgb = np.ascontiguousarray(source.pixels[..., :3])
    alpha = source.pixels[..., 3]
    if alpha.min() == 255:
        return rgb
    share = alpha.astype(np.uint16)[..., None]
    return ((rgb.astype(np.uint16) * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def _find_text(picture: Rgb, recipe: Recipe, engines: EngineSet, progress: _Progress) -> tuple[Paragraph, ...]:
    if not recipe.find_text or engines.recogniser is None:
        return ()
    with progress.stage("text", engines.recogniser.name):
        found = read_lines(picture, engines.recogniser, min_confidence=recipe.min_text_confidence, context=progress.part("text"))
    with progress.stage("typography", engines.fonts.name if engines.fonts else "ink height"):
        return paragraphs(set_read_lines(found, fonts=engines.fonts, context=progress.context))


def _lift(picture: Rgb, texts: tuple[Sheet, ...], engines: EngineSet, context: JobContext) -> tuple[Rgb, NDArray[np.bool_]]:
    """The picture without its text, and (h, w) where it had to be filled."""
    hole = np.zeros(picture.shape[:2], np.uint8)
    for sheet in texts:
        view = hole[sheet.rect.slices]
        np.maximum(view, (sheet.coverage > 0).astype(np.uint8), out=view)
    filled, _ = fill_holes(picture, hole.astype(bool), texture=engines.texture, context=context)
    return filled, strongest(cv2.absdiff(filled, picture)) > 0


def _element_sheet(element: Element) -> Sheet:
    return Sheet(rect=element.rect, coverage=element.alpha)
