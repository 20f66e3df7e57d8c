"""A picture as cached 256-pixel tiles on every mip level, refreshed piece by piece within a time budget. No Qt."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import EMPTY, Rect, Size

SIDE = 256
Pixels = NDArray[np.uint8]
Key = tuple[int, int, int]
"""(level, column, row)"""
Provider = Callable[[Rect], Pixels]
"""Gives the (h, w, 4) uint8 premultiplied BGRA pixels of a rectangle of the picture."""


class Budget:
    """Time for one slice of work. The first piece always goes through, so that work never stands still."""

    def __init__(self, milliseconds: float, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._end = clock() + milliseconds / 1000.0
        self._started = False

    def allows(self) -> bool:
        """Whether another piece may be begun."""
        if not self._started:
            self._started = True
            return True
        return self._clock() < self._end


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Read-only pixels of one tile, and which part of them no longer holds (in the tile's own pixels)."""

    pixels: Pixels
    dirty: Rect
    opaque: bool


class TilePyramid:
    """The tiles of one picture. Level n is halved n times; a tile of it covers 256 << n pixels of the picture.

    An edit makes parts of tiles dirty; they keep their old pixels, to be shown until `refresh` has come to them. Only dirty parts
    are asked of the provider again.
    """

    def __init__(self, size: Size, provider: Provider, *, budget_bytes: int = 512 << 20) -> None:
        self.size = size
        self._provider = provider
        self._budget_bytes = budget_bytes
        self._tiles: OrderedDict[Key, Tile] = OrderedDict()
        self._nbytes = 0
        self._levels = 0

    @property
    def nbytes(self) -> int:
        return self._nbytes

    def level_size(self, level: int) -> Size:
        return Size(-(-self.size.width >> level), -(-self.size.height >> level))

    def bounds(self, key: Key) -> Rect:
        """The pixels of its level that the tile holds; tiles at the right and bottom edge are smaller."""
        level, column, row = key
        return Rect(column * SIDE, row * SIDE, SIDE, SIDE).intersected(self.level_size(level).rect)

    def image_rect(self, key: Key) -> Rect:
        """The pixels of the picture that the tile shows."""
        level, column, row = key
        side = SIDE << level
        return Rect(column * side, row * side, side, side).intersected(self.size.rect)

    def keys(self, level: int, rect: Rect) -> Iterator[Key]:
        """The tiles of a level under `rect` of the picture."""
        rect = rect.intersected(self.size.rect)
        if rect.empty:
            return
        side = SIDE << level
        for row in range(rect.y // side, (rect.bottom - 1) // side + 1):
            for column in range(rect.x // side, (rect.right - 1) // side + 1):
                yield level, column, row

    def peek(self, key: Key) -> Tile | None:
        """The tile as it is cached, dirty or not."""
        return self._tiles.get(key)

    def fresh(self, key: Key) -> bool:
        tile = self._tiles.get(key)
        return tile is not None and tile.dirty.empty

    def invalidate(self, rect: Rect) -> None:
        """These pixels of the picture have changed."""
        for level in range(self._levels):
            here = _at_level(rect, level)
            for key in self.keys(level, rect):
                tile = self._tiles.get(key)
                if tile is not None:
                    bounds = self.bounds(key)
                    dirty = tile.dirty.united(here.intersected(bounds).translated(-bounds.origin))
                    self._tiles[key] = Tile(tile.pixels, dirty, tile.opaque)

    def refresh(self, key: Key, budget: Budget) -> bool:
        """Bring the tile up to date as far as the budget goes; True once it is."""
        tile = self._tiles.get(key)
        if tile is not None and tile.dirty.empty:
            self._tiles.move_to_end(key)
            return True
        bounds = self.bounds(key)
        dirty = bounds if tile is None else tile.dirty.translated(bounds.origin)
        if key[0] == 0:
            if not budget.allows():
                return False
            part = self._provider(dirty)
        else:
            below = self._children(key[0], dirty)
            if not all(self.refresh(child, budget) for child in below):
                return False
            part = self._reduced(key[0], dirty)
        self._put(key, _patched(tile, part, dirty.translated(-bounds.origin), bounds))
        return True

    def _children(self, level: int, part: Rect) -> tuple[Key, ...]:
        """The tiles one level below from which `part` of this level is made."""
        doubled = Rect(part.x * 2, part.y * 2, part.width * 2, part.height * 2).intersected(self.level_size(level - 1).rect)
        return tuple(
            (level - 1, column, row)
            for row in range(doubled.y // SIDE, (doubled.bottom - 1) // SIDE + 1)
            for column in range(doubled.x // SIDE, (doubled.right - 1) // SIDE + 1)
        )

    def _reduced(self, level: int, part: Rect) -> Pixels:
        """`part` of this level, averaged from the tiles below."""
        doubled = Rect(part.x * 2, part.y * 2, part.width * 2, part.height * 2).intersected(self.level_size(level - 1).rect)
        larger = np.empty((doubled.height, doubled.width, 4), np.uint8)
        for key in self._children(level, part):
            bounds = self.bounds(key)
            inner = doubled.intersected(bounds)
            source = self._tiles[key].pixels[inner.translated(-bounds.origin).slices]
            larger[inner.translated(-doubled.origin).slices] = source
        missing_rows, missing_columns = part.height * 2 - doubled.height, part.width * 2 - doubled.width
        if missing_rows or missing_columns:
            larger = np.pad(larger, ((0, missing_rows), (0, missing_columns), (0, 0)), mode="edge")
        return np.asarray(cv2.resize(larger, (part.width, part.height), interpolation=cv2.INTER_AREA), np.uint8)

    def _put(self, key: Key, tile: Tile) -> None:
        old = self._tiles.pop(key, None)
        self._nbytes += tile.pixels.nbytes - (0 if old is None else old.pixels.nbytes)
        self._tiles[key] = tile
        self._levels = max(self._levels, key[0] + 1)

    def trim(self) -> None:
        """Forget the tiles that were longest unused, down to the byte budget. Never in the middle of a refresh."""
        while self._nbytes > self._budget_bytes and len(self._tiles) > 1:
            _key, tile = self._tiles.popitem(last=False)
            self._nbytes -= tile.pixels.nbytes


def _at_level(rect: Rect, level: int) -> Rect:
    side = 1 << level
    return Rect.from_edges(rect.x // side, rect.y // side, -(-rect.right // side), -(-rect.bottom // side))


def _patched(tile: Tile | None, part: Pixels, where: Rect, bounds: Rect) -> Tile:
    """The tile with `part` in place, as a new array: Qt may still be reading the old one."""
    if tile is None or where.size == bounds.size:
        pixels = np.ascontiguousarray(part)
    else:
        pixels = tile.pixels.copy()
        pixels[where.slices] = part
    pixels.setflags(write=False)
    return Tile(pixels, EMPTY, bool(pixels[..., 3].min() == 255))
