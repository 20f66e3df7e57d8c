"""The layers of the tree: background, object, shape, text and group, all frozen.

Every layer with pixels is the source image under a mask, moved by an integer offset: a mask may grow back over pixels it once
lost. Colours that are not the source's (clean edges, fills, paint, merges, rendered text) lie in `own`; what among them nobody
ever saw is marked in `invented`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from layerdesk.document.geometry import EMPTY, Point, Rect, bounding
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import Shape, TextBlock

Blend = Literal["normal", "multiply", "screen", "overlay"]
Kind = Literal["background", "object", "shape", "text", "group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a layer came from, and whether a hand has changed it since."""

    stage: str
    """Stage of the layering, or 'hand'."""
    engine: str
    version: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLayer:
    """What every layer has."""

    id: str
    name: str
    provenance: Provenance
    visible: bool = True
    locked: bool = False
    opacity: float = 1.0
    """0..1"""
    blend: Blend = "normal"
    confidence: float = 1.0
    """0..1, calibrated enough to sort by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayer(BaseLayer):
    """A layer with pixels. `mask`, `own` and `invented` are in source coordinates; `offset` moves them onto the canvas."""

    mask: TileMask
    offset: Point = Point()
    own: Raster | None = None
    invented: TileMask = NO_MASK
    stale: bool = False
    """For a background: True once layers above it changed so that its fill no longer fits."""

    @property
    def bounds(self) -> Rect:
        """The smallest canvas rectangle around its pixels."""
        return self.mask.bounds.translated(self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundLayer(PixelLayer):
    """What lies behind everything, filled where layers were lifted off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLayer(PixelLayer):
    """Pixels of the source image under a mask: photograph, icon, product, logo, painted or merged pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeLayer(PixelLayer):
    """A form known exactly. Its pixels are what the picture showed; `shape` is what a live export writes."""

    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayer(PixelLayer):
    """Editable characters and the mask of their ink."""

    block: TextBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLayer(BaseLayer):
    """Layers that belong together, bottom to top."""

    children: tuple[Layer, ...]

    @property
    def bounds(self) -> Rect:
        return bounding(child.bounds for child in self.children)


LeafLayer = BackgroundLayer | ObjectLayer | ShapeLayer | TextLayer
Layer = LeafLayer | GroupLayer


def kind_of(layer: Layer) -> Kind:
    """The glossary's word for this kind of layer."""
    match layer:
        case BackgroundLayer():
            return "background"
        case ObjectLayer():
            return "object"
        case ShapeLayer():
            return "shape"
        case TextLayer():
            return "text"
        case GroupLayer():
            return "group"


def walk(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """Every layer, bottom to top; a group comes before its children."""
    for layer in layers:
        yield layer
        if isinstance(layer, GroupLayer):
            yield from walk(layer.children)


def leaves(layers: tuple[Layer, ...]) -> Iterator[LeafLayer]:
    """Every layer that has pixels, bottom to top."""
    for layer in walk(layers):
        if not isinstance(layer, GroupLayer):
            yield layer


def nbytes(layer: Layer) -> int:
    """Memory of the layer's own pixels and masks."""
    if isinstance(layer, GroupLayer):
        return sum(nbytes(child) for child in layer.children)
    return layer.mask.nbytes + layer.invented.nbytes + (layer.own.nbytes if layer.own else 0)


__all__ = [
    "EMPTY", "BackgroundLayer", "BaseLayer", "Blend", "GroupLayer", "Kind", "Layer", "LeafLayer", "ObjectLayer", "PixelLayer",
    "Provenance", "ShapeLayer", "TextLayer", "kind_of", "leaves", "nbytes", "walk",
]  # fmt: skip
