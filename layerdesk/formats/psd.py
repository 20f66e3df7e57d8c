"""Photoshop documents: .psd, and .psb beyond its limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ShapeLayer, TextLayer
from layerdesk.document.masks import TILE
from layerdesk.document.raster import Pixels
from layerdesk.errors import LayerDeskError
from layerdesk.formats.lettering import has_text
from layerdesk.formats.plan import Plan, PlanItem, stamp
from layerdesk.formats.psd_fonts import postscript_name
from layerdesk.formats.psd_outline import live_shape
from layerdesk.layering.protocols import JobContext


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoshopExporter:
    """Writes Photoshop's format in one of its two sizes."""

    suffixes: tuple[str, ...]
    title: str
    version: int
    """1 for PSD, 2 for PSB."""
    side_limit: int
    """Longest side in pixels."""
    loses: str = "Justified text becomes left-aligned point text, and Photoshop lays all text out anew with the fonts it has."

    def plan(self, document: Document) -> Plan:
        items = tuple(
            PlanItem(layer_id=layer.id, name=layer.name, becomes=_becomes(layer, document)) for layer in document.walk()
        )
        return Plan(format=self.title, document=document, items=items, warnings=tuple(self._warnings(document, items)))

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        """Write the whole file to `target`. Raises LayerDeskError where the picture is too large for the format."""
        from layerdesk.formats import psd_file, psd_image, psd_layers, psd_resources

        document = plan.document
        if (refusal := self._refusal(document)) is not None:
            raise LayerDeskError(refusal)
        merged = _flattened(document, context)
        dpi = psd_resources.sound_dpi(document.source.dpi)
        becomes = {item.layer_id: item.becomes for item in plan.items}
        drafts = psd_layers.drafts(document, becomes=becomes, version=self.version, dpi=dpi)

        def progress(index: int) -> None:
            context.check()
            context.report(0.2 + 0.7 * index / len(drafts), "Writing layers")

        with target.open("wb") as out:
            psd_file.write_file(
                out,
                size=document.size,
                version=self.version,
                resources=psd_resources.resources(merged, dpi=dpi, when=stamp()),
                drafts=drafts,
                merged=psd_image.merged_planes(merged, transparency=bool(drafts)),
                progress=progress,
            )
        context.report(1.0, "Done")

    def _refusal(self, document: Document) -> str | None:
        width, height = document.size.width, document.size.height
        if max(width, height) <= self.side_limit:
            return None
        way_out = "export it as .psb" if self.version == 1 else "make it smaller first"
        return (
            f"the picture is {width} x {height} pixels and {self.suffixes[0]} holds at most {self.side_limit} a side; {way_out}"
        )

    def _warnings(self, document: Document, items: tuple[PlanItem, ...]) -> Iterator[str]:
        if (refusal := self._refusal(document)) is not None:
            yield f"This cannot be exported: {refusal}."
        if not items:
            yield "The document has no layers, so the file will hold an empty white picture."
        becomes = {item.layer_id: item.becomes for item in items}
        texts = [layer for layer in document.leaves() if isinstance(layer, TextLayer) and becomes[layer.id] == "live text"]
        if texts:
            yield "Photoshop asks on opening whether to update text layers: press Update, and the text can be edited."
            yield f"Text is set in {_list(_fonts(texts))}; where a font is missing, Photoshop offers another."
        if any(layer.block.style.align == "justify" for layer in texts):
            yield "Justified text becomes left-aligned, because point text has no width to be justified to."
        stale = [layer.name for layer in document.leaves() if layer.stale]
        if stale:
            yield f"Layers were changed since what lies under them was filled; heal to fit them: {_list(stale)}."
        parametric = [layer for layer in document.leaves() if isinstance(layer, TextLayer | ShapeLayer)]
        flat = [layer.name for layer in parametric if becomes[layer.id].startswith("picture")]
        if flat:
            yield f"Written as pictures, because their text is empty or their form is not that of their pixels: {_list(flat)}."


def _flattened(document: Document, context: JobContext) -> Pixels:
    """The composite, made in bands between which the work can be stopped."""
    width, height = document.size.width, document.size.height
    out = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, TILE):
        context.check()
        context.report(0.2 * top / height, "Flattening")
        band = Rect(0, top, width, min(TILE, height - top))
        out[band.slices] = composite(document, rect=band)
    return out


def _becomes(layer: Layer, document: Document) -> str:
    match layer:
        case GroupLayer():
            return "group"
        case TextLayer() if _live_text(layer):
            return "live text"
        case ShapeLayer() if live_shape(document, layer) is not None:
            return "shape"
        case BackgroundLayer() if _covers(layer, document):
            return "picture"
    return "picture with mask"


def _live_text(layer: TextLayer) -> bool:
    style = layer.block.style
    measures = (style.font_size_px, style.line_height_px, style.tracking_px, style.angle)
    return has_text(layer) and all(map(math.isfinite, measures)) and 0.1 <= style.font_size_px < 100_000


def _covers(layer: BackgroundLayer, document: Document) -> bool:
    """Whether it fills the canvas and nothing else, so that a mask would say nothing."""
    return layer.bounds == document.rect and bool((layer.mask.to_array(layer.mask.bounds) == 255).all())


def _fonts(texts: list[TextLayer]) -> list[str]:
    styles = [layer.block.style for layer in texts]
    return sorted({postscript_name(style.font_family, weight=style.weight, italic=style.italic) for style in styles})


def _list(words: list[str]) -> str:
    shown = [*words[:8], f"{len(words) - 8} more"] if len(words) > 8 else words
    return ", ".join(shown)


EXPORTER = PhotoshopExporter(suffixes=(".psd",), title="Photoshop document", version=1, side_limit=30_000)
PSB_EXPORTER = PhotoshopExporter(suffixes=(".psb",), title="Photoshop large document", version=2, side_limit=300_000)
