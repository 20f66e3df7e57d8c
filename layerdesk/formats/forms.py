"""Shape layers as live exports take them: moved onto the canvas, and judged whether they may be written as shapes at all."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import ShapeLayer, walk
from layerdesk.document.style import Fill, LinearGradient, RadialGradient, Shape, Stop, Stroke

_LIKENESS = 0.75
"""Least share of common area at which a mask still counts as its shape."""

_MOST_OUTLINES = 10
_MOST_POINTS = 400
"""A path of more is a texture: nobody edits it by its points, and gaps in it narrower than a pixel come out too strong."""
_MOST_PIXELS = 1 << 26
"""A shape that reaches over more is not one that layering found."""

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrowHead:
    """Size of an arrow's head, in widths of its line."""

    length: float
    width: float


def placed_shape(document: Document, layer: ShapeLayer) -> Shape | None:
    """The layer's shape in canvas pixels; None where its pixels must do, because they are not those that the shape gives.

    Plain forms were fitted to their pixels, so they are only doubted once a hand has changed the mask; traced outlines may be slivers
    that the tracing lost.
    """
    shape = _moved(layer.shape, layer.offset)
    if shape.type in ("line", "arrow") and shape.stroke is None and isinstance(shape.fill, str):
        shape = replace(shape, stroke=Stroke(color=shape.fill, width=_thickness(layer, shape)), fill=None)
    doubted = shape.type in ("polygon", "path") or (layer.provenance.edited and not _mask_as_found(document, layer))
    if not _drawable(shape) or (doubted and not _alike(layer, shape)):
        return None
    return shape


def _mask_as_found(document: Document, layer: ShapeLayer) -> bool:
    found = next((other for other in walk(document.found) if other.id == layer.id), None)
    return isinstance(found, ShapeLayer) and found.mask == layer.mask and found.shape == layer.shape


def shape_box(shape: Shape) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the outline, without its stroke."""
    if shape.type in ("rectangle", "rounded_rect", "ellipse"):
        x, y, width, height = shape.box
        return x, y, x + width, y + height
    points = outline_points(shape)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def outline_points(shape: Shape) -> list[Pair]:
    """Every point of a line, arrow, polygon or path."""
    return [point for contour in shape.contours for point in contour] if shape.type == "path" else list(shape.points)


def arrow_head(layer: ShapeLayer, shape: Shape) -> ArrowHead:
    """The head as the layer's mask shows it; three line widths each way where it does not tell."""
    usual = ArrowHead(length=3.0, width=3.0)
    (x0, y0), (x1, y1) = shape.points[0], shape.points[-1]
    long = math.hypot(x1 - x0, y1 - y0)
    if shape.stroke is None or layer.bounds.empty or long < 1:
        return usual
    along, across = _axes(layer, (x0, y0), ((x1 - x0) / long, (y1 - y0) / long))
    wide = np.abs(across) > 0.75 * shape.stroke.width
    head = wide & (along > long / 2)
    if not head.any():
        return usual
    width = 2 * float(np.abs(across[head]).max()) + 1
    length = long - float(along[head].min())
    return ArrowHead(length=_in_widths(length, shape.stroke), width=_in_widths(width, shape.stroke))


def _in_widths(value: float, stroke: Stroke) -> float:
    return round(min(8.0, max(1.5, value / stroke.width)), 2)


def _axes(layer: ShapeLayer, origin: Pair, direction: Pair) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position of every covered pixel's centre along and across the line from `origin`, in pixels."""
    bounds = layer.bounds
    rows, columns = np.nonzero(layer.mask.to_array(bounds.translated(-layer.offset)) > 127)
    x, y = columns + bounds.x + 0.5 - origin[0], rows + bounds.y + 0.5 - origin[1]
    return x * direction[0] + y * direction[1], y * direction[0] - x * direction[1]


def _thickness(layer: ShapeLayer, shape: Shape) -> float:
    (x0, y0), (x1, y1) = shape.points[0] if shape.points else (0, 0), shape.points[-1] if shape.points else (0, 0)
    return max(1.0, layer.mask.area / max(1.0, math.hypot(x1 - x0, y1 - y0)))


def _drawable(shape: Shape) -> bool:
    painted = shape.fill is not None or (shape.stroke is not None and shape.stroke.width > 0)
    numbers = [*shape.box, shape.radius, *(value for point in outline_points(shape) for value in point)]
    if not painted or not all(math.isfinite(value) for value in numbers):
        return False
    match shape.type:
        case "line" | "arrow":
            return shape.stroke is not None and len(shape.points) >= 2 and shape.points[0] != shape.points[-1]
        case "polygon":
            return len(shape.points) >= 3
        case "path":
            parts = [contour for contour in shape.contours if len(contour) >= 3]
            return 0 < len(parts) <= _MOST_OUTLINES and sum(map(len, parts)) <= _MOST_POINTS
        case _:
            return shape.box[2] > 0 and shape.box[3] > 0


def _moved(shape: Shape, offset: Point) -> Shape:
    def move(point: Pair) -> Pair:
        return point[0] + offset.x, point[1] + offset.y

    return replace(
        shape,
        box=(*move(shape.box[:2]), *shape.box[2:]),
        points=tuple(map(move, shape.points)),
        contours=tuple(tuple(map(move, contour)) for contour in shape.contours),
        fill=_moved_fill(shape.fill, offset),
    )


def _moved_fill(fill: Fill | None, offset: Point) -> Fill | None:
    match fill:
        case LinearGradient():
            start, end = ((x + offset.x, y + offset.y) for x, y in (fill.start, fill.end))
            return replace(fill, start=start, end=end)
        case RadialGradient():
            return replace(fill, centre=(fill.centre[0] + offset.x, fill.centre[1] + offset.y))
    return fill


def ordered_stops(stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Sorted by place, clipped to 0..1."""
    return tuple(sorted((Stop(at=min(1.0, max(0.0, stop.at)), color=stop.color) for stop in stops), key=lambda stop: stop.at))


def _alike(layer: ShapeLayer, shape: Shape) -> bool:
    """Whether the mask covers about what the shape covers."""
    left, top, right, bottom = shape_box(shape)
    margin = (shape.stroke.width if shape.stroke else 0.0) + 1
    drawn = Rect.from_edges(
        math.floor(left - margin), math.floor(top - margin), math.ceil(right + margin), math.ceil(bottom + margin)
    )
    area = layer.bounds.united(drawn)
    if area.area > _MOST_PIXELS:
        return False
    mask = layer.mask.to_array(area.translated(-layer.offset)).astype(np.int32)
    form = _coverage(shape, area).astype(np.int32)
    # An arrow's head is not in its shape, so there only what is gone counts.
    whole = form if shape.type == "arrow" else np.maximum(mask, form)
    return int(np.minimum(mask, form).sum()) >= _LIKENESS * int(whole.sum())


def _coverage(shape: Shape, area: Rect) -> NDArray[np.uint8]:
    """(h, w) uint8: how much of each pixel the shape paints."""
    fine = 4 if area.area <= _MOST_PIXELS // 64 else 1
    plane = np.zeros((area.height * fine, area.width * fine), np.uint8)
    outlines = [
        np.round((np.asarray(points, np.float64) - (area.x, area.y)) * fine - 0.5).astype(np.int32) for points in _polygons(shape)
    ]
    closed = shape.type not in ("line", "arrow")
    if shape.fill is not None and closed:
        cv2.fillPoly(plane, outlines, 255)
    if shape.stroke is not None:
        cv2.polylines(plane, outlines, closed, 255, thickness=max(1, round(shape.stroke.width * fine)))
    return plane if fine == 1 else cv2.resize(plane, (area.width, area.height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _polygons(shape: Shape) -> list[list[Pair]]:
    if shape.type == "path":
        return [list(contour) for contour in shape.contours if len(contour) >= 3]
    if shape.type in ("line", "arrow", "polygon"):
        return [list(shape.points)]
    x, y, width, height = shape.box
    if shape.type == "ellipse":
        radii, radius = (width / 2, height / 2), 0.0
        corners = [(x + width / 2, y + height / 2, 0)]
    else:
        radius = min(shape.radius, width / 2, height / 2) if shape.type == "rounded_rect" else 0.0
        radii = (radius, radius)
        corners = [(x + width - radius, y + height - radius, 0), (x + radius, y + height - radius, 90),
                   (x + radius, y + radius, 180), (x + width - radius, y + radius, 270)]  # fmt: skip
    span = 360 if shape.type == "ellipse" else 90
    return [
        [
            (cx + radii[0] * math.cos(math.radians(angle)), cy + radii[1] * math.sin(math.radians(angle)))
            for cx, cy, first in corners
            for angle in range(first, first + span + 1, 6)
        ]
    ]
