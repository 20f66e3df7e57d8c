"""Shapes as Bézier outlines on the canvas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from layerdesk.document.document import Document
from layerdesk.document.geometry import Size
from layerdesk.document.layers import ShapeLayer
from layerdesk.document.style import Shape
from layerdesk.formats.forms import ArrowHead, arrow_head, placed_shape

XY = tuple[float, float]
_KAPPA = 4 / 3 * (math.sqrt(2) - 1)
"""How far a quarter circle's handles reach, in radii."""
_REACH = 100
"""Vector masks hold coordinates up to 127 canvas sides away."""


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of an outline and the handles before and after it; all three the same for a corner."""

    before: XY
    at: XY
    after: XY

    @staticmethod
    def corner(at: XY) -> Knot:
        return Knot(at, at, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One closed or open line of knots, in canvas pixels."""

    knots: tuple[Knot, ...]
    closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveShape:
    """A shape in canvas pixels and its outlines; several are filled by the even-odd rule."""

    shape: Shape
    outlines: tuple[Outline, ...]


def live_shape(document: Document, layer: ShapeLayer) -> LiveShape | None:
    """The layer as a vector shape; None where its pixels must do.

    That is where it has nothing to draw, where its pixels are not those of the shape, or where it lies further out than the
    format's numbers reach.
    """
    stroke = layer.shape.stroke
    if stroke is not None and not 0 < stroke.width < math.inf:
        layer = replace(layer, shape=replace(layer.shape, stroke=None))
    if not _within_reach(layer, document.size) or (shape := placed_shape(document, layer)) is None:
        return None
    head = arrow_head(layer, shape) if shape.type == "arrow" else None
    return LiveShape(shape=shape, outlines=tuple(_outlines(shape, head)))


def _within_reach(layer: ShapeLayer, canvas: Size) -> bool:
    """Whether the vector mask can hold the shape."""
    shape, offset = layer.shape, layer.offset
    x, y, width, height = shape.box
    points = ((x, y), (x + width, y + height), *shape.points, *(point for contour in shape.contours for point in contour))
    across = max(abs(point[0] + offset.x) for point in points)
    down = max(abs(point[1] + offset.y) for point in points)
    return across < _REACH * canvas.width and down < _REACH * canvas.height


def corner_radius(shape: Shape) -> float:
    """The radius that fits the box."""
    return min(max(0.0, shape.radius), shape.box[2] / 2, shape.box[3] / 2)


def _outlines(shape: Shape, head: ArrowHead | None) -> Iterator[Outline]:
    match shape.type:
        case "rectangle" | "rounded_rect" | "ellipse":
            yield Outline(knots=tuple(_box_knots(shape)))
        case "line":
            yield Outline(knots=tuple(map(Knot.corner, (shape.points[0], shape.points[-1]))), closed=False)
        case "arrow":
            if head is not None and shape.stroke is not None:
                points = arrow(shape.points[0], shape.points[-1], width=shape.stroke.width, head=head)
                yield Outline(knots=tuple(map(Knot.corner, points)))
        case "polygon":
            yield Outline(knots=tuple(map(Knot.corner, shape.points)))
        case "path":
            for points in shape.contours:
                if len(points) >= 3:
                    yield Outline(knots=tuple(map(Knot.corner, points)))


def arrow(start: XY, end: XY, *, width: float, head: ArrowHead) -> tuple[XY, ...]:
    """The outline of an arrow's shaft and head."""
    length = math.dist(start, end)
    cos, sin = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    neck = max(0.0, length - head.length * width)
    half, wing = width / 2, head.width * width / 2

    def at(along: float, down: float) -> XY:
        return start[0] + along * cos - down * sin, start[1] + along * sin + down * cos

    return at(0, -half), at(neck, -half), at(neck, -wing), at(length, 0), at(neck, wing), at(neck, half), at(0, half)


def _box_knots(shape: Shape) -> Iterator[Knot]:
    left, top, width, height = shape.box
    right, bottom = left + width, top + height
    r = corner_radius(shape)
    if shape.type == "ellipse":
        yield from _ellipse(left + width / 2, top + height / 2, width / 2, height / 2)
    elif shape.type == "rectangle" or r == 0:
        yield from map(Knot.corner, ((left, top), (right, top), (right, bottom), (left, bottom)))
    else:
        h = r * (1 - _KAPPA)
        yield Knot((left + h, top), (left + r, top), (left + r, top))
        yield Knot((right - r, top), (right - r, top), (right - h, top))
        yield Knot((right, top + h), (right, top + r), (right, top + r))
        yield Knot((right, bottom - r), (right, bottom - r), (right, bottom - h))
        yield Knot((right - h, bottom), (right - r, bottom), (right - r, bottom))
        yield Knot((left + r, bottom), (left + r, bottom), (left + h, bottom))
        yield Knot((left, bottom - h), (left, bottom - r), (left, bottom - r))
        yield Knot((left, top + r), (left, top + r), (left, top + h))


def _ellipse(x: float, y: float, across: float, down: float) -> Iterator[Knot]:
    """Four knots clockwise from the top."""
    for cos, sin in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        at = (x + across * cos, y + down * sin)
        reach = (-sin * _KAPPA * across, cos * _KAPPA * down)
        yield Knot((at[0] - reach[0], at[1] - reach[1]), at, (at[0] + reach[0], at[1] + reach[1]))
