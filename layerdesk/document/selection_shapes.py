"""Drawn and found regions: rectangle, polygon, areas of like colour, the subject in a box; and what they do to masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import BY_HAND, leaf
from layerdesk.document.geometry import Point, Rect, Size
from layerdesk.document.layers import ObjectLayer
from layerdesk.document.masks import MaskEdit, Plane, TileMask
from layerdesk.document.raster import Pixels

_LINES = 8
_UNITS = 256 // _LINES
"""How finely coverage is counted along a line."""
_STRIP_PIXELS = 2_000_000
_LARGEST_SIDE = 320
"""GrabCut takes about a second for a quarter of a megapixel, so it decides on a smaller picture."""
_ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Region:
    """Coverage (h, w) uint8 with its first pixel at (x, y)."""

    x: int
    y: int
    coverage: Plane

    @property
    def rect(self) -> Rect:
        return Rect(self.x, self.y, self.coverage.shape[1], self.coverage.shape[0])

    @property
    def mask(self) -> TileMask:
        return TileMask.from_array(self.coverage, x=self.x, y=self.y)

    def moved(self, offset: Point) -> Region:
        return Region(x=self.x + offset.x, y=self.y + offset.y, coverage=self.coverage)

    def clipped(self, within: Rect) -> Region | None:
        """The part inside `within`, cut to its pixels; None where nothing is left."""
        rect = self.rect.intersected(within)
        if rect.empty:
            return None
        part = self.coverage[rect.translated(-self.rect.origin).slices]
        left, top, width, height = cv2.boundingRect(part)
        if width == 0 or height == 0:
            return None
        tight = np.ascontiguousarray(part[top : top + height, left : left + width])
        return Region(x=rect.x + left, y=rect.y + top, coverage=tight)


def rectangle_region(rect: Rect, *, within: Rect) -> Region | None:
    """All pixels of `rect` that lie in `within`."""
    return Region(x=rect.x, y=rect.y, coverage=np.full((max(0, rect.height), max(0, rect.width)), 255, np.uint8)).clipped(within)


def polygon_region(points: Sequence[tuple[float, float]], *, within: Rect) -> Region | None:
    """The inside of the closed outline through `points`, its edge smooth; crossing itself, it is filled by the even-odd rule."""
    if len(points) < 3:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    around = Rect.from_edges(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)) + 1, math.ceil(max(ys)) + 1)
    rect = around.intersected(within)
    if rect.empty:
        return None
    local = np.array(points, np.float64) - (rect.x, rect.y)
    return Region(x=rect.x, y=rect.y, coverage=_filled(local, rect.size)).clipped(within)


def _filled(corners: NDArray[np.float64], size: Size) -> Plane:
    """Coverage of the polygon through `corners` (n, 2): along each of eight lines through a pixel row, then their mean."""
    lines, xs = _crossings(corners, size)
    coverage = np.empty((size.height, size.width), np.uint8)
    strip = max(1, _STRIP_PIXELS // size.width)
    for top in range(0, size.height, strip):
        height = min(strip, size.height - top)
        first, last = np.searchsorted(lines, (top * _LINES, (top + height) * _LINES))
        rows, x = lines[first:last] // _LINES - top, xs[first:last]
        # Sorted along each line, every other crossing enters the inside. One that enters at x covers what lies right of it: the
        # rest of its own pixel, and every pixel after that once summed up.
        sign = np.where(np.arange(x.size) % 2 == 0, 1, -1)
        column = np.floor(x).astype(np.int64)
        part = np.rint((x - column) * _UNITS).astype(np.int64)
        stride = size.width + 2
        steps = np.zeros(height * stride, np.int16)
        np.add.at(steps, rows * stride + column, (sign * (_UNITS - part)).astype(np.int16))
        np.add.at(steps, rows * stride + column + 1, (sign * part).astype(np.int16))
        sums = np.cumsum(steps.reshape(height, stride), axis=1, dtype=np.int16)[:, : size.width]
        np.minimum(sums, 255, out=coverage[top : top + height], casting="unsafe")
    return coverage


def _crossings(corners: NDArray[np.float64], size: Size) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the outline crosses the lines, eight to a pixel row: number of the line and x (kept within the width), in order."""
    ends = np.roll(corners, -1, axis=0)
    upper, lower = np.minimum(corners[:, 1], ends[:, 1]), np.maximum(corners[:, 1], ends[:, 1])
    bounds = (0, size.height * _LINES)
    first = np.clip(np.ceil(upper * _LINES - 0.5), *bounds).astype(np.int64)
    count = np.clip(np.ceil(lower * _LINES - 0.5), *bounds).astype(np.int64) - first
    edge = np.repeat(np.arange(len(corners)), count)
    line = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    rise = ends[edge, 1] - corners[edge, 1]
    along = ((line + 0.5) / _LINES - corners[edge, 1]) / rise
    x = np.clip(corners[edge, 0] + along * (ends[edge, 0] - corners[edge, 0]), 0, size.width)
    order = np.lexsort((x, line))
    return line[order], x[order]


def like_colour_region(pixels: Pixels, point: Point, *, tolerance: int) -> Region | None:
    """What is connected to `point` of (h, w, 4) RGBA `pixels` over pixels that differ from it by `tolerance` at most in each channel.

    Pixels touching at a corner are not connected. None for a point outside.
    """
    home = Rect(0, 0, pixels.shape[1], pixels.shape[0])
    if not home.contains(point):
        return None
    seed = pixels[point.y, point.x].astype(int)
    low, high = np.clip(seed - tolerance, 0, 255), np.clip(seed + tolerance, 0, 255)
    like = np.asarray(cv2.inRange(pixels, low, high), np.uint8)
    grown = np.zeros((home.height + 2, home.width + 2), np.uint8)
    _count, _image, _mask, box = cv2.floodFill(
        like, grown, (point.x, point.y), (128,), flags=4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
    )
    rect = Rect(*box)
    inside = grown[1:-1, 1:-1][rect.slices].copy()
    return Region(x=rect.x, y=rect.y, coverage=inside)


def subject_region(pixels: Pixels, box: Rect, *, check: Callable[[], None]) -> Region | None:
    """What `box` was drawn around in (h, w, 4) RGBA `pixels`, by GrabCut seeded with the box; None where nothing stands out.

    What lies outside of the box counts as ground. `check` is called between rounds and may raise to stop. Deterministic.
    """
    home = Rect(0, 0, pixels.shape[1], pixels.shape[0])
    box = box.intersected(home)
    if box.width < 3 or box.height < 3:
        return None
    crop = box.expanded(max(8, max(box.width, box.height) // 4)).intersected(home)
    colour = np.ascontiguousarray(pixels[crop.slices][..., :3])
    factor = min(1.0, _LARGEST_SIDE / max(crop.width, crop.height))
    size = max(1, round(crop.width * factor)), max(1, round(crop.height * factor))
    small = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), np.uint8)
    labels = _seeded(size, box.translated(-crop.origin), factor)
    if labels.min() == cv2.GC_PR_FGD:
        # The box is the whole picture: there is no ground to learn from, so its rim has to do.
        labels[[0, -1], :] = labels[:, [0, -1]] = cv2.GC_BGD
    cut = _cut(small, labels, check)
    check()
    coverage = _refined(colour, cut)
    outside = np.ones(coverage.shape, np.bool_)
    outside[box.translated(-crop.origin).slices] = False
    coverage[outside] = 0
    return Region(x=crop.x, y=crop.y, coverage=coverage).clipped(home)


def _seeded(size: tuple[int, int], box: Rect, factor: float) -> Plane:
    """GrabCut's labels for a box: ground outside, perhaps subject inside."""
    labels = np.full((size[1], size[0]), cv2.GC_BGD, np.uint8)
    left, top = math.floor(box.x * factor), math.floor(box.y * factor)
    right, bottom = math.ceil(box.right * factor), math.ceil(box.bottom * factor)
    labels[top:bottom, left:right] = cv2.GC_PR_FGD
    return labels


def _cut(small: NDArray[np.uint8], labels: Plane, check: Callable[[], None]) -> Plane:
    """(h, w) uint8, 255 where GrabCut sees the subject."""
    if small.reshape(-1, 3).std(axis=0).max() < 1.0:
        return np.zeros(labels.shape, np.uint8)
    ground, subject = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    mode = cv2.GC_INIT_WITH_MASK
    for _ in range(_ROUNDS):
        check()
        if not np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():
            break
        cv2.setRNGSeed(0)
        cv2.grabCut(small, labels, (0, 0, 1, 1), ground, subject, 1, mode)
        mode = cv2.GC_EVAL
    return np.where(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)), 255, 0).astype(np.uint8)


def _refined(colour: NDArray[np.uint8], cut: Plane) -> Plane:
    """The small cut brought to the size of `colour` (h, w, 3), its edge drawn to where the colours change (a guided filter)."""
    height, width = colour.shape[:2]
    large = np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_LINEAR), np.float32) / 255
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.float32) / 255
    reach = max(1, round(width / cut.shape[1])) * 2 + 1

    def mean(plane: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.asarray(cv2.boxFilter(plane, -1, (reach, reach)), np.float32)

    middle_grey, middle_large = mean(grey), mean(large)
    slope = (mean(grey * large) - middle_grey * middle_large) / (mean(grey * grey) - middle_grey * middle_grey + 1e-4)
    guided = mean(slope) * grey + mean(middle_large - slope * middle_grey)
    # A soft edge of about a pixel: what the filter leaves wider would let the ground shine through.
    return np.rint(np.clip((guided - 0.5) * 3 + 0.5, 0, 1) * 255).astype(np.uint8)


def with_region(document: Document, layer_id: str, region: Region, *, subtract: bool = False) -> Document:
    """The layer's mask raised to `region` (canvas coordinates), or lowered by it. Raises KeyError or ValueError as `set_mask`."""
    layer = leaf(document, layer_id)
    own = document.source.size.rect if layer.own is None else document.source.size.rect.united(layer.own.rect)
    inside = region.moved(-layer.offset).clipped(own)
    if inside is None:
        return document
    edit = MaskEdit(layer.mask)
    edit.blend(inside.coverage, x=inside.x, y=inside.y, erase=subtract)
    return edits.set_mask(document, layer_id, mask=edit.commit())


def layer_from_region(document: Document, region: Region) -> tuple[Document, str] | None:
    """A new object layer on top: the source image under `region` (canvas coordinates), and its id. None outside of the picture."""
    inside = region.clipped(document.source.size.rect)
    if inside is None:
        return None
    layer_id = document.free_id("object")
    layer = ObjectLayer(id=layer_id, name=f"Region {layer_id[1:]}", provenance=BY_HAND, mask=inside.mask)
    return edits.add_layers(document, [layer]), layer_id
