"""Which layer lies under a point, by its pixels and not by its box."""

from __future__ import annotations

from collections.abc import Iterator

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer

THRESHOLD = 8
"""Coverage (0..255) from which on a pixel can be clicked: fainter fringes are not seen."""


def topmost_at(document: Document, point: Point, *, threshold: int = THRESHOLD) -> str | None:
    """The id of the topmost leaf with coverage of at least `threshold` at the canvas point.

    Hidden and locked layers, and those in hidden or locked groups, are passed over. None where there is none.
    """
    return next((leaf.id for leaf in _hit(document, point, threshold)), None)


def all_at(document: Document, point: Point, *, threshold: int = THRESHOLD) -> tuple[str, ...]:
    """The ids of all leaves that `topmost_at` could give here, top first."""
    return tuple(leaf.id for leaf in _hit(document, point, threshold))


def coverage_at(source: SourceImage, leaf: LeafLayer, point: Point) -> int:
    """0..255: how much the leaf covers the canvas point, its opacity left out."""
    inside = point - leaf.offset
    value = leaf.mask.value_at(inside.x, inside.y)
    if value == 0 or source.size.rect.contains(inside):
        return value
    if leaf.own is None or not leaf.own.rect.contains(inside):
        return 0
    return round(value * int(leaf.own.pixels[inside.y - leaf.own.y, inside.x - leaf.own.x, 3]) / 255)


def _hit(document: Document, point: Point, threshold: int) -> Iterator[LeafLayer]:
    for leaf in _reachable(document.layers):
        if coverage_at(document.source, leaf, point) >= max(1, threshold):
            yield leaf


def _reachable(layers: tuple[Layer, ...]) -> Iterator[LeafLayer]:
    for layer in reversed(layers):
        if not layer.visible or layer.locked or layer.opacity <= 0:
            continue
        if isinstance(layer, GroupLayer):
            yield from _reachable(layer.children)
        else:
            yield layer
