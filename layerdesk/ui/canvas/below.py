"""What lies below layers that are being dragged, flattened once a tile, so that a frame blends only what is above."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import ancestors
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, Layer, Provenance
from layerdesk.document.masks import FULL_TILE, TILE, Key, TileMask, tile_rect
from layerdesk.document.raster import Pixels, Raster

_FLAT = Provenance(stage="canvas", engine="compositor")
_FEWEST = 2
"""Layers below from which on flattening them pays."""


class Below:
    """The lowest layers of a document, up to the first that moves, for as long as they stay what they are.

    The composite of what `layers` gives is that of the whole tree to the last bit: layers are blended bottom to top, and those
    flattened here come first and leave no pixel transparent.
    """

    def __init__(self, document: Document, ids: Collection[str]) -> None:
        moving = {top for each in ids for top in (each, *ancestors(document, each))}
        count = next((index for index, layer in enumerate(document.layers) if layer.id in moving), 0)
        self._kept = document.layers[:count]
        self._flat: dict[Key, BackgroundLayer | None] = {}

    def layers(self, document: Document, rect: Rect) -> tuple[Layer, ...]:
        """The tree to composite `rect` with, which lies within one tile of the canvas."""
        count = len(self._kept)
        lowest = document.layers[:count]
        same = len(lowest) == count and all(now is kept for now, kept in zip(lowest, self._kept, strict=True))
        if count < _FEWEST or not same:
            return document.layers
        key = (rect.x // TILE, rect.y // TILE)
        if key not in self._flat:
            self._flat[key] = _flattened(document, self._kept, key)
        flat = self._flat[key]
        return document.layers if flat is None else (flat, *document.layers[count:])


def _flattened(document: Document, layers: tuple[Layer, ...], key: Key) -> BackgroundLayer | None:
    """The layers as one, over one tile; None where they leave something transparent."""
    area = tile_rect(key).intersected(document.rect)
    pixels: Pixels = composite(document, rect=area, layers=layers)
    if pixels[..., 3].min() < 255:
        return None
    mask = TileMask(MappingProxyType({key: FULL_TILE}))
    return BackgroundLayer(id="flat", name="", provenance=_FLAT, mask=mask, own=Raster(area.x, area.y, pixels))
