"""Cut a picture into smooth surfaces: areas within which neighbouring pixels hardly differ, gradients included.

A pixel belongs to the surface it is linked to by a chain of neighbours that differ by no more than the picture's noise. Pixels of an
antialiased edge lie between two surfaces and belong to none; nor does texture. Surfaces that go on behind a thin line are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.protocols import Rgb

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]

_SMALLEST = 12
"""Pixels; a surface of fewer is an accident of antialiasing or texture."""
_THICK = 4.0
"""Half the width, in pixels, from which a surface is more than a line."""
_REACH = (3, 6, 10)
"""Pixels across which a surface may go on behind a line."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Surfaces:
    """The smooth surfaces of a picture. Surface 0 stands for pixels that belong to none."""

    image: Rgb
    labels: Labels
    """(h, w), 0 .. count."""
    area: NDArray[np.int64]
    """(count + 1,) pixels of each."""
    boxes: NDArray[np.int32]
    """(count + 1, 4): left, top, right, bottom."""
    colour: NDArray[np.float64]
    """(count + 1, 3) mean RGB."""
    spread: NDArray[np.float64]
    """(count + 1,) standard deviation over the channels: 0 for flat, more for a gradient."""
    thick: Mask
    """(count + 1,) whether a disc of more than a line's width fits in."""
    slope: Mask
    """(h, w) pixels of antialiased edges: their colour lies between those of opposite neighbours."""
    tolerance: float
    """Largest difference of a channel, 0..255, between neighbours of one surface."""

    @property
    def count(self) -> int:
        return len(self.area) - 1

    def rect(self, label: int) -> Rect:
        left, top, right, bottom = (int(value) for value in self.boxes[label])
        return Rect.from_edges(left, top, right, bottom)

    @cached_property
    def distance(self) -> NDArray[np.float32]:
        """(h, w) pixels from each pixel to the nearest thick surface."""
        away = (~self.thick[self.labels]).astype(np.uint8)
        return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, 3), np.float32)


def noise_of(image: Rgb) -> float:
    """Standard deviation of the fine noise in the smoother half of an image, in levels of a channel."""
    if min(image.shape[:2]) < 8:
        return 0.0
    grey = image[..., 1].astype(np.int16)
    # Difference of second differences: 0 on any plane, so gradients do not count (Immerkaer 1996).
    detail = grey[:-2, :-2] - 2 * grey[:-2, 1:-1] + grey[:-2, 2:]
    detail = detail - 2 * (grey[1:-1, :-2] - 2 * grey[1:-1, 1:-1] + grey[1:-1, 2:])
    detail = detail + grey[2:, :-2] - 2 * grey[2:, 1:-1] + grey[2:, 2:]
    size = np.abs(detail[::2, ::2])
    return float(np.percentile(size, 40)) / 6.0 / 0.524


def ringing_of(image: Rgb) -> float:
    """How much the pixels a little off strong edges waver, in levels: 0 for drawn pictures, more where they were compressed with loss."""
    if min(image.shape[:2]) < 16:
        return 0.0
    green = np.ascontiguousarray(image[..., 1])
    square = np.ones((3, 3), np.uint8)
    spread = cv2.morphologyEx(green, cv2.MORPH_GRADIENT, square)
    strong = (spread > 40).astype(np.uint8)
    off = cv2.dilate(strong, np.ones((11, 11), np.uint8)) > cv2.dilate(strong, np.ones((5, 5), np.uint8))
    values = spread[off]
    return float(np.median(values)) if values.size > 200 else 0.0


def find_surfaces(image: Rgb) -> Surfaces:
    """The smooth surfaces of `image` (h, w, 3)."""
    noise = max(noise_of(image), 0.5 * ringing_of(image))
    tolerance = float(np.clip(2.0 + 2.5 * noise, 2.0, 9.0))
    calm = np.asarray(cv2.bilateralFilter(image, 5, 4.0 + 4.0 * noise, 1.5), np.uint8) if noise > 0.4 else image
    slope = _between(calm, tolerance)
    count, labels = _connected(calm, ~slope, tolerance)
    area = np.bincount(labels.ravel(), minlength=count)
    keep = area >= _SMALLEST
    keep[0] = False
    labels = _renumbered(labels, keep)
    labels = _joined_behind_lines(calm, labels, tolerance)
    return _measured(image, labels, slope, tolerance)


def _connected(image: Rgb, solid: Mask, tolerance: float) -> tuple[int, Labels]:
    """Components of linked pixels, found on a grid twice as fine that has a cell for every link."""
    height, width = image.shape[:2]
    grid = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    grid[::2, ::2] = solid
    across = _largest(image[:, 1:], image[:, :-1]) <= tolerance if width > 1 else np.zeros((height, 0), bool)
    down = _largest(image[1:], image[:-1]) <= tolerance if height > 1 else np.zeros((0, width), bool)
    grid[::2, 1::2] = across & solid[:, 1:] & solid[:, :-1]
    grid[1::2, ::2] = down & solid[1:] & solid[:-1]
    if grid.size > 9:
        grid[1::2, 1::2] = 0
    count, labels = cv2.connectedComponents(grid, connectivity=4)
    return count, np.ascontiguousarray(labels[::2, ::2])


def _between(image: Rgb, tolerance: float) -> Mask:
    """Pixels on the slope from one neighbour to the opposite one: the antialiased edge between two surfaces."""
    height, width = image.shape[:2]
    found = np.zeros((height, width), bool)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        if height <= 2 * dy or width <= 2 * abs(dx):
            continue
        inner = (slice(dy, height - dy), slice(abs(dx), width - abs(dx)))
        before = image[: height - 2 * dy, slice(0, width - 2 * dx) if dx >= 0 else slice(-2 * dx, width)]
        after = image[2 * dy :, slice(2 * dx, width) if dx >= 0 else slice(0, width + 2 * dx)]
        here = image[inner]
        first, second, whole = (_distance(a, b) for a, b in ((here, before), (after, here), (after, before)))
        least = 1.5 * tolerance
        found[inner] |= (first > least) & (second > least) & (first + second <= whole + 4 + whole // 16)
    return found


def _largest(first: Rgb, second: Rgb) -> NDArray[np.uint8]:
    """The largest of the channels' differences."""
    red, green, blue = cv2.split(cv2.absdiff(first, second))
    most: NDArray[np.uint8] = np.maximum(np.maximum(red, green), blue)
    return most


def _distance(first: Rgb, second: Rgb) -> NDArray[np.uint16]:
    """Sum of the channels' differences."""
    red, green, blue = cv2.split(cv2.absdiff(first, second))
    return np.asarray(cv2.add(cv2.add(red, green, dtype=cv2.CV_16U), blue, dtype=cv2.CV_16U), np.uint16)


def _renumbered(labels: Labels, keep: Mask) -> Labels:
    """The labels with only those kept, numbered 1, 2, ... in their order."""
    number = np.where(keep, np.cumsum(keep), 0).astype(np.int32)
    return number[labels]


def _thick(labels: Labels, count: int) -> Mask:
    """(count,) which labels hold a disc of radius _THICK. The picture's border is no edge."""
    edge = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    edge |= labels == 0
    deep = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, 3) >= _THICK - 1.0
    found = np.zeros(count, bool)
    found[labels[deep]] = True
    found[0] = False
    return found


def _joined_behind_lines(image: Rgb, labels: Labels, tolerance: float) -> Labels:
    """One label for surfaces that a thin line parts and whose colours agree on both sides of it."""
    count = int(labels.max(initial=0)) + 1
    thick = _thick(labels, count)
    if thick.sum() < 2:
        return labels
    votes: dict[int, tuple[int, int]] = {}
    solid = thick[labels]
    for axis in (0, 1):
        for reach in _REACH:
            _vote(image, labels, solid, axis=axis, reach=reach, tolerance=tolerance, votes=votes)
    leader = np.arange(count, dtype=np.int32)
    area = np.bincount(labels.ravel(), minlength=count)
    for code in sorted(votes):
        agreeing, all_pairs = votes[code]
        first, second = divmod(code, count)
        if agreeing >= max(8.0, 0.3 * float(min(area[first], area[second])) ** 0.5) and agreeing >= 0.6 * all_pairs:
            a, b = _root(leader, first), _root(leader, second)
            leader[max(a, b)] = min(a, b)
    roots = np.array([_root(leader, label) for label in range(count)], np.int32)
    keep = np.zeros(count, bool)
    keep[roots] = True
    keep[0] = False
    return np.where(keep, np.cumsum(keep), 0).astype(np.int32)[roots][labels]


def _root(leader: NDArray[np.int32], label: int) -> int:
    while leader[label] != label:
        label = int(leader[label])
    return label


def _vote(
    image: Rgb, labels: Labels, solid: Mask, *, axis: int, reach: int, tolerance: float, votes: dict[int, tuple[int, int]]
) -> None:
    """Count, for each pair of thick surfaces that face each other across what is thin, the pairs of pixels and those that agree.

    `solid` (h, w): pixels of thick surfaces.
    """
    size = labels.shape[axis]
    if size <= reach:
        return
    first, middle, second = (
        solid[start : size - reach + start] if axis == 0 else solid[:, start : size - reach + start]
        for start in (0, reach // 2, reach)
    )
    rows, columns = np.nonzero((first > middle) & second)
    down, right = (reach, 0) if axis == 0 else (0, reach)
    near, far = labels[rows, columns], labels[rows + down, columns + right]
    differ = near != far
    if not differ.any():
        return
    rows, columns, near, far = rows[differ], columns[differ], near[differ], far[differ]
    agree = cv2.absdiff(image[rows, columns], image[rows + down, columns + right]).max(axis=1) <= tolerance + 1
    count = int(labels.max()) + 1
    low, high = np.minimum(near, far).astype(np.int64), np.maximum(near, far).astype(np.int64)
    codes, where = np.unique(low * count + high, return_inverse=True)
    total, good = np.bincount(where), np.bincount(where, weights=agree)
    for code, pairs, agreeing in zip(codes.tolist(), total.tolist(), good.tolist(), strict=True):
        before = votes.get(code, (0, 0))
        votes[code] = (before[0] + int(agreeing), before[1] + pairs)


def _measured(image: Rgb, labels: Labels, slope: Mask, tolerance: float) -> Surfaces:
    count = int(labels.max(initial=0)) + 1
    flat = labels.ravel()
    area = np.bincount(flat, minlength=count)
    safe = np.maximum(area, 1)
    wide = image.reshape(-1, 3).astype(np.float32)
    colour = np.stack([np.bincount(flat, weights=wide[:, channel], minlength=count) / safe for channel in range(3)], axis=1)
    square = np.bincount(flat, weights=np.einsum("ij,ij->i", wide, wide), minlength=count) / safe
    spread = np.sqrt(np.maximum(0.0, square - (colour * colour).sum(axis=1)))
    return Surfaces(
        image=image, labels=labels, area=area, boxes=_boxes(labels, count), colour=colour, spread=spread,
        thick=_thick(labels, count), slope=slope, tolerance=tolerance,
    )  # fmt: skip


def _boxes(labels: Labels, count: int) -> NDArray[np.int32]:
    """(count, 4) left, top, right, bottom of each label; zeros for one without pixels."""
    height, width = labels.shape
    boxes = np.zeros((count, 4), np.int32)
    boxes[:, 0], boxes[:, 1] = width, height
    # Runs along rows say all: a label's extent is that of its runs.
    change = np.ones(labels.shape, bool)
    change[:, 1:] = labels[:, 1:] != labels[:, :-1]
    starts = np.flatnonzero(change)
    ends = np.append(starts[1:], labels.size) - 1
    owner = labels.ravel()[starts]
    np.minimum.at(boxes[:, 0], owner, (starts % width).astype(np.int32))
    np.minimum.at(boxes[:, 1], owner, (starts // width).astype(np.int32))
    np.maximum.at(boxes[:, 2], owner, (ends % width + 1).astype(np.int32))
    np.maximum.at(boxes[:, 3], owner, (starts // width + 1).astype(np.int32))
    boxes[np.bincount(owner, minlength=count) == 0] = 0
    return boxes
