"""The document's picture in one flat file: PNG, JPEG or WebP."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Size
from layerdesk.errors import LayerDeskError
from layerdesk.formats import png
from layerdesk.formats.plan import Plan, PlanItem
from layerdesk.layering.protocols import JobContext

JPEG_QUALITY = 95
_Save = Callable[[NDArray[np.uint8], float, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatExporter:
    """Writes the composite of the visible layers."""

    suffixes: tuple[str, ...]
    title: str
    loses: str
    longest_side: int
    """The longest side in pixels that the format holds."""
    save: _Save

    def plan(self, document: Document) -> Plan:
        items = tuple(PlanItem(layer_id=layer.id, name=layer.name, becomes="part of the picture") for layer in document.walk())
        return Plan(format=self.title, document=document, items=items, warnings=self._too_long(document.size))

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        if plan.warnings:
            raise LayerDeskError(plan.warnings[0])
        context.check()
        context.report(0.0, "merging the layers")
        picture = composite(plan.document)
        context.check()
        context.report(0.5, "writing the picture")
        self.save(picture, plan.document.source.dpi, target)

    def _too_long(self, size: Size) -> tuple[str, ...]:
        if max(size.width, size.height) <= self.longest_side:
            return ()
        limit = f"a {self.title} has at most {self.longest_side} pixels a side"
        return (f"{limit}, this picture is {size.width} x {size.height}; use PNG",)


def _save_png(picture: NDArray[np.uint8], dpi: float, target: Path) -> None:
    opaque = bool((picture[..., 3] == 255).all())
    target.write_bytes(png.encode(picture[..., :3] if opaque else picture, dpi=dpi))


def _save_jpeg(picture: NDArray[np.uint8], dpi: float, target: Path) -> None:
    alpha = picture[..., 3:].astype(np.uint16)
    over_white = ((picture[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    whole = max(1, round(dpi))
    _write(target, Image.fromarray(over_white), "JPEG", quality=JPEG_QUALITY, subsampling=0, dpi=(whole, whole))


def _save_webp(picture: NDArray[np.uint8], dpi: float, target: Path) -> None:
    del dpi  # WebP has no place for it
    opaque = bool((picture[..., 3] == 255).all())
    image = Image.fromarray(np.ascontiguousarray(picture[..., :3]) if opaque else picture)
    _write(target, image, "WEBP", lossless=True, exact=True, method=2, quality=50)


def _write(target: Path, image: Image.Image, file_format: str, **options: object) -> None:
    """Pillow's own writing to a file says nothing where a full disk takes only half of it."""
    out = io.BytesIO()
    image.save(out, file_format, **options)
    target.write_bytes(out.getvalue())


PNG = FlatExporter(
    suffixes=(".png",), title="PNG picture", loses="All layers are merged into one.", longest_side=2**31 - 1, save=_save_png
)
JPEG = FlatExporter(
    suffixes=(".jpg", ".jpeg"),
    title="JPEG picture",
    loses="All layers are merged into one, on white, and slightly compressed.",
    longest_side=65_500,
    save=_save_jpeg,
)
WEBP = FlatExporter(
    suffixes=(".webp",), title="WebP picture", loses="All layers are merged into one.", longest_side=16_383, save=_save_webp
)
EXPORTERS = (PNG, JPEG, WEBP)
