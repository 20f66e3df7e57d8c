"""Integer points, sizes and rectangles in pixels of the source image; x right, y down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A position or an offset, in pixels."""

    x: int = 0
    y: int = 0

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Point) -> Point:
        return Point(self.x - other.x, self.y - other.y)

    def __neg__(self) -> Point:
        return Point(-self.x, -self.y)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def rect(self) -> Rect:
        return Rect(0, 0, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Rect:
    """Half-open pixel rectangle: x <= column < right, y <= row < bottom. Empty where a side is not positive."""

    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def from_edges(left: int, top: int, right: int, bottom: int) -> Rect:
        return Rect(left, top, right - left, bottom - top)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def origin(self) -> Point:
        return Point(self.x, self.y)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @property
    def area(self) -> int:
        return 0 if self.empty else self.width * self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns) for indexing an array whose first pixel is (0, 0). The rectangle must not be negative."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def translated(self, offset: Point) -> Rect:
        return Rect(self.x + offset.x, self.y + offset.y, self.width, self.height)

    def expanded(self, margin: int) -> Rect:
        return Rect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def intersected(self, other: Rect) -> Rect:
        """The common part; EMPTY where there is none."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect.from_edges(left, top, right, bottom) if right > left and bottom > top else EMPTY

    def united(self, other: Rect) -> Rect:
        """The smallest rectangle around both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Rect.from_edges(
            min(self.x, other.x), min(self.y, other.y), max(self.right, other.right), max(self.bottom, other.bottom)
        )

    def contains(self, point: Point) -> bool:
        return self.x <= point.x < self.right and self.y <= point.y < self.bottom

    def contains_rect(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and self.right >= other.right and self.bottom >= other.bottom


EMPTY = Rect(0, 0, 0, 0)


def bounding(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them; EMPTY for none."""
    total = EMPTY
    for rect in rects:
        total = total.united(rect)
    return total
