"""Recognise a geometric form, with its parameters, in a coverage mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.style import ShapeType
from layerdesk.layering.protocols import Plane
from layerdesk.layering.regions import Mask

Points = tuple[tuple[float, float], ...]

_LINE = 8.0
"""Pixels; a bar no thicker than this and much longer is a line."""
_VERTICES = 12
"""Corners from which a polygon is a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A geometry in canvas pixels, and how well it fits."""

    type: ShapeType
    box: tuple[float, float, float, float]
    radius: float = 0.0
    points: Points = ()
    contours: tuple[Points, ...] = ()
    width: float = 0.0
    """Thickness of a line or an arrow's shaft."""
    error: float = 0.0
    """Mean distance of the outline from the mask's, in pixels."""

    @property
    def upright(self) -> bool:
        """Whether it is a box, a disc, or a level or plumb line: no slanted or free outline."""
        if self.type == "line":
            (x0, y0), (x1, y1) = self.points
            return x0 == x1 or y0 == y1
        return self.type in ("rectangle", "rounded_rect", "ellipse")


def recognise(coverage: Plane, *, x: int, y: int, hidden: Mask | None = None) -> Form:
    """The form that `coverage` (h, w) uint8, whose first pixel is (x, y), shows.

    `hidden` (h, w): pixels that something on top covers, so that the form may reach there or not.
    """
    box = _bounds(coverage)
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    area = float(coverage.sum(dtype=np.int64)) / 255.0
    whole = (left + x, top + y, width, height)
    if min(width, height) <= _LINE and max(width, height) >= 4 * min(width, height) and area >= 0.85 * width * height:
        return _straight(whole)
    trials = [Form(type="rectangle", box=whole)]
    trials.append(Form(type="ellipse", box=whole))
    radius = _radius(coverage, box, hidden)
    if radius is not None and radius >= 0.8:
        trials.append(Form(type="rounded_rect", box=whole, radius=round(float(radius), 2)))
    best: Form | None = None
    for trial in trials:
        error = _error(trial, coverage, x=x, y=y, hidden=hidden)
        # The simpler form stays unless the other explains two pixels more.
        if error is not None and (best is None or (best.error - error) * (width + height) > 1.0):
            best = Form(type=trial.type, box=trial.box, radius=trial.radius, error=error)
    return best or _outline(coverage, whole, x=x, y=y)


def _bounds(coverage: Plane) -> tuple[float, float, float, float]:
    """Left, top, right, bottom to a fraction of a pixel, from how far the outermost pixels are covered."""
    edges: list[float] = []
    for profile in (coverage.max(axis=0), coverage.max(axis=1)):
        values = profile.astype(np.float64) / 255.0
        strong = np.flatnonzero(values > 0.9)
        first, last = (int(strong[0]), int(strong[-1])) if strong.size else (int(values.argmax()),) * 2
        edges.append(first + 1.0 - float(values[max(0, first - 1) : first + 1].sum()))
        edges.append(last + float(values[last : last + 2].sum()))
    return edges[0], edges[2], edges[1], edges[3]


def _radius(coverage: Plane, box: tuple[float, float, float, float], hidden: Mask | None) -> float | None:
    """Radius of the rounded corners, from the area that each lacks; None where the corners differ."""
    left, top, right, bottom = box
    side = int(min(right - left, bottom - top) / 2)
    if side < 2:
        return None
    side = min(side, 400)
    # Each window starts at a whole pixel; the strip of it beyond the true edge is missing too, but from no corner.
    first_x, last_x, first_y, last_y = math.floor(left), math.ceil(right), math.floor(top), math.ceil(bottom)
    columns = ((slice(first_x, first_x + side), left - first_x), (slice(last_x - side, last_x), last_x - right))
    rows = ((slice(first_y, first_y + side), top - first_y), (slice(last_y - side, last_y), last_y - bottom))
    radii = []
    for row, beyond_row in rows:
        for column, beyond_column in columns:
            if hidden is not None and hidden[row, column].any():
                continue
            empty = float((255 - coverage[row, column].astype(np.int32)).sum()) / 255.0
            missing = empty - side * (beyond_row + beyond_column) + beyond_row * beyond_column
            radii.append(math.sqrt(max(0.0, missing) / (1.0 - math.pi / 4.0)))
    if not radii or max(radii) - min(radii) > max(2.0, 0.25 * max(radii)):
        return None
    return min(float(np.median(radii)), (min(right - left, bottom - top)) / 2)


def _error(form: Form, coverage: Plane, *, x: int, y: int, hidden: Mask | None) -> float | None:
    """Mean distance between outlines in pixels; None where the form does not fit."""
    model = draw(form, width=coverage.shape[1], height=coverage.shape[0], x=x, y=y)
    off = cv2.absdiff(model, coverage)
    if hidden is not None:
        off[hidden & (coverage < 128)] = 0
    around = 2.0 * (form.box[2] + form.box[3])
    error = float(off.sum(dtype=np.int64)) / 255.0 / max(1.0, around)
    if error > 0.45:
        return None
    # A bite or a bump shows as a spot that is wrong all over, whatever the length of the outline.
    wrong = cv2.erode((off > 160).astype(np.uint8), np.ones((2, 2), np.uint8))
    return None if np.count_nonzero(wrong) > 1 else error


def draw(form: Form, *, width: int, height: int, x: int, y: int) -> Plane:
    """(height, width) uint8 coverage of a rectangle, rounded rectangle or ellipse; the first pixel is (x, y)."""
    left, top, across, down = form.box
    columns = np.arange(x, x + width, dtype=np.float32) + np.float32(0.5) - np.float32(left + across / 2)
    rows = np.arange(y, y + height, dtype=np.float32) + np.float32(0.5) - np.float32(top + down / 2)
    half_across, half_down = max(across / 2, 0.25), max(down / 2, 0.25)
    if form.type == "ellipse":
        scaled_x, scaled_y = (columns / half_across)[None, :] ** 2, (rows / half_down)[:, None] ** 2
        value = scaled_x + scaled_y
        slope = np.sqrt(scaled_x / half_across**2 + scaled_y / half_down**2)
        inside = (1.0 - value) / (2.0 * np.maximum(slope, 1e-6))
        return _to_plane(inside + 0.5)
    if form.type == "rectangle":
        cover_x = np.clip(half_across + 0.5 - np.abs(columns), 0, 1)
        cover_y = np.clip(half_down + 0.5 - np.abs(rows), 0, 1)
        return _to_plane(cover_y[:, None] * cover_x[None, :])
    radius = form.radius
    beyond_x = np.abs(columns) - np.float32(half_across - radius)
    beyond_y = np.abs(rows) - np.float32(half_down - radius)
    corner = np.hypot(np.maximum(beyond_x, 0)[None, :], np.maximum(beyond_y, 0)[:, None])
    inner = np.minimum(np.maximum(beyond_x[None, :], beyond_y[:, None]), 0)
    return _to_plane(0.5 - (corner + inner - radius))


def _to_plane(share: NDArray[np.floating[Any]]) -> Plane:
    plane: Plane = (np.clip(share, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return plane


def _straight(box: tuple[float, float, float, float]) -> Form:
    left, top, width, height = box
    if width >= height:
        points: Points = ((left, top + height / 2), (left + width, top + height / 2))
        return Form(type="line", box=box, points=points, width=height)
    points = ((left + width / 2, top), (left + width / 2, top + height))
    return Form(type="line", box=box, points=points, width=width)


def _outline(coverage: Plane, box: tuple[float, float, float, float], *, x: int, y: int) -> Form:
    """A slanted line, an arrow, a polygon or a free path."""
    mask = np.pad((coverage >= 128).astype(np.uint8), 1)
    found, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=(x - 1, y - 1))
    contours = [np.asarray(contour, np.int32) for contour in found if len(contour) >= 3]
    if not contours:
        return Form(type="rectangle", box=box)
    if len(contours) == 1:
        slanted = _slanted(contours[0], box, area=int(mask.sum()))
        if slanted is not None:
            return slanted
        polygon = _simplified(contours[0], 1.6)
        if 3 <= len(polygon) <= _VERTICES and _covers(polygon, mask, x=x, y=y):
            points: Points = tuple((float(a) + 0.5, float(b) + 0.5) for a, b in polygon)
            return arrow(points, box=box) or Form(type="polygon", box=box, points=points, error=0.3)
    outlines = tuple(tuple((float(a) + 0.5, float(b) + 0.5) for a, b in _simplified(contour, 0.7)) for contour in contours)
    return Form(type="path", box=box, contours=tuple(outline for outline in outlines if len(outline) >= 3), error=0.5)


def _simplified(contour: NDArray[np.int32], slack: float) -> NDArray[np.int32]:
    """(n, 2) corners of a closed outline that stays within `slack` pixels of the contour."""
    return np.asarray(cv2.approxPolyDP(contour, slack, closed=True), np.int32)[:, 0]


def _slanted(contour: NDArray[np.int32], box: tuple[float, float, float, float], *, area: int) -> Form | None:
    """A straight line at an angle, if that is what the contour is."""
    (centre_x, centre_y), sides, angle = cv2.minAreaRect(contour.astype(np.float32))
    long, thin = max(sides) + 1.0, min(sides) + 1.0
    if thin > _LINE or long < 6 * thin or area < 0.7 * long * thin - 4:
        return None
    turn = math.radians(angle if sides[0] >= sides[1] else angle + 90.0)
    across, down = math.cos(turn) * long / 2, math.sin(turn) * long / 2
    middle_x, middle_y = centre_x + 0.5, centre_y + 0.5
    ends: Points = ((middle_x - across, middle_y - down), (middle_x + across, middle_y + down))
    return Form(type="line", box=box, points=ends, width=max(1.0, area / long), error=0.3)


def _covers(polygon: NDArray[np.int32], mask: NDArray[np.uint8], *, x: int, y: int) -> bool:
    drawn = np.zeros_like(mask)
    cv2.fillPoly(drawn, [polygon - np.array([x - 1, y - 1])], 1)
    wrong = cv2.erode(cv2.absdiff(drawn, mask), np.ones((3, 3), np.uint8))
    length = cv2.arcLength(polygon, closed=True)
    return not wrong.any() and float(np.count_nonzero(drawn != mask)) <= 0.8 * length


def arrow(points: Points, *, box: tuple[float, float, float, float]) -> Form | None:
    """The arrow that a polygon of seven corners draws: a shaft of even width and a head of two equal barbs; None if it is none.

    Its points run from the middle of the shaft's end to the tip.
    """
    if len(points) != 7:
        return None
    ring = np.array(points)
    for tip in range(7):
        # Seen from the tip: barb, shoulder, end, end, shoulder, barb.
        barb, shoulder, end, end2, shoulder2, barb2 = (ring[(tip + step) % 7] for step in range(1, 7))
        shaft, head = float(np.hypot(*(end - end2))), float(np.hypot(*(barb - barb2)))
        start = (end + end2) / 2
        axis = ring[tip] - start
        length = float(np.hypot(*axis))
        if length < 1 or head < 1.5 * shaft or shaft < 1:
            continue
        axis = axis / length
        along = [float((corner - start) @ axis) for corner in (barb, barb2, shoulder, shoulder2, end, end2)]
        aside = [
            float(abs(axis[0] * (corner - start)[1] - axis[1] * (corner - start)[0]))
            for corner in (shoulder, shoulder2, barb, barb2)
        ]
        slack = max(2.0, 0.03 * length)
        even = abs(aside[0] - shaft / 2) < slack and abs(aside[1] - shaft / 2) < slack and abs(aside[2] - aside[3]) < slack
        level = (
            abs(along[0] - along[1]) < slack
            and abs(along[2] - along[3]) < slack
            and abs(along[4]) < slack
            and abs(along[5]) < slack
        )
        if even and level:
            ends: Points = ((float(start[0]), float(start[1])), (float(ring[tip][0]), float(ring[tip][1])))
            return Form(type="arrow", box=box, points=ends, width=shaft, error=0.3)
    return None
