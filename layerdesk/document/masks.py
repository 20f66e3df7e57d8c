"""8-bit coverage in sparse 256-pixel tiles, copy-on-write.

A mask is an unbounded plane of uint8. Only tiles with a non-zero pixel are stored; each is read-only and shared between
revisions of the document, so a snapshot costs nothing and an undo step costs the tiles that a stroke touched. 256 and not 64:
in Python the cost of a call per tile dominates that of the pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import EMPTY, Rect, bounding

TILE = 256
Plane = NDArray[np.uint8]
Key = tuple[int, int]


def _constant_tile(value: int) -> Plane:
    tile = np.full((TILE, TILE), value, np.uint8)
    tile.setflags(write=False)
    return tile


ZERO_TILE = _constant_tile(0)
FULL_TILE = _constant_tile(255)


def _keys_over(rect: Rect) -> Iterator[Key]:
    if rect.empty:
        return
    for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1):
            yield column, row


def tile_rect(key: Key) -> Rect:
    """The pixels that the tile of this (column, row) holds."""
    return Rect(key[0] * TILE, key[1] * TILE, TILE, TILE)


def _sealed(tile: Plane) -> Plane | None:
    """The tile as it is stored: None for nothing, the shared constant for full, else read-only."""
    if not tile.any():
        return None
    if tile is FULL_TILE or tile.min() == 255:
        return FULL_TILE
    tile.setflags(write=False)
    return tile


@dataclass(frozen=True, slots=True, eq=False)
class TileMask:
    """An immutable mask. Equal masks hold equal pixels. Make one with `from_array` or `MaskEdit`."""

    tiles: Mapping[Key, Plane] = field(default_factory=lambda: MappingProxyType({}))

    @staticmethod
    def from_array(plane: NDArray[np.uint8], *, x: int = 0, y: int = 0) -> TileMask:
        """A mask that holds `plane` (h, w) uint8 with its first pixel at (x, y), and 0 elsewhere."""
        edit = MaskEdit(NO_MASK)
        edit.write(plane, x=x, y=y)
        return edit.commit()

    @staticmethod
    def from_rect(rect: Rect) -> TileMask:
        """255 inside `rect`, 0 elsewhere."""
        edit = MaskEdit(NO_MASK)
        for key, inner in _parts(rect):
            edit.tile(key)[_within(inner, key)] = 255
        return edit.commit()

    def to_array(self, rect: Rect) -> Plane:
        """A new writable (rect.height, rect.width) uint8 array of the pixels in `rect`."""
        out = np.zeros((max(0, rect.height), max(0, rect.width)), np.uint8)
        for key, inner in _parts(rect):
            tile = self.tiles.get(key)
            if tile is not None:
                out[inner.translated(-rect.origin).slices] = tile[_within(inner, key)]
        return out

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle around every non-zero pixel; EMPTY for an empty mask."""
        return bounding(_tile_bounds(key, tile) for key, tile in self.tiles.items())

    def value_at(self, x: int, y: int) -> int:
        tile = self.tiles.get((x // TILE, y // TILE))
        return 0 if tile is None else int(tile[y % TILE, x % TILE])

    @property
    def nbytes(self) -> int:
        """Memory held by tiles of its own; the shared full tile counts nothing."""
        return sum(tile.nbytes for tile in self.tiles.values() if tile is not FULL_TILE)

    @property
    def area(self) -> float:
        """Sum of coverage, in pixels."""
        return sum(float(tile.sum(dtype=np.int64)) for tile in self.tiles.values()) / 255.0

    def __bool__(self) -> bool:
        return bool(self.tiles)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, TileMask) or self.tiles.keys() != other.tiles.keys():
            return False
        return all(tile is other.tiles[key] or np.array_equal(tile, other.tiles[key]) for key, tile in self.tiles.items())

    def __hash__(self) -> int:
        return hash(frozenset(self.tiles))

    def changed_rect(self, other: TileMask) -> Rect:
        """A rectangle around the tiles in which the two differ by identity (cheap, may be larger than the difference)."""
        keys = self.tiles.keys() | other.tiles.keys()
        return bounding(tile_rect(key) for key in keys if self.tiles.get(key) is not other.tiles.get(key))


NO_MASK = TileMask()


class MaskEdit:
    """A mask being painted: copies a tile at its first touch, `commit()` gives a new TileMask that shares the rest."""

    def __init__(self, base: TileMask) -> None:
        self._base = base
        self._touched: dict[Key, Plane] = {}

    def tile(self, key: Key) -> Plane:
        """The writable (256, 256) tile at (column, row)."""
        tile = self._touched.get(key)
        if tile is None:
            tile = self._touched[key] = self._base.tiles.get(key, ZERO_TILE).copy()
        return tile

    def write(self, plane: NDArray[np.uint8], *, x: int, y: int) -> None:
        """Replace the pixels under `plane` (h, w) uint8 whose first pixel lies at (x, y)."""
        rect = Rect(x, y, plane.shape[1], plane.shape[0])
        for key, inner in _parts(rect):
            self.tile(key)[_within(inner, key)] = plane[inner.translated(-rect.origin).slices]

    def blend(self, coverage: NDArray[np.uint8], *, x: int, y: int, erase: bool = False) -> None:
        """Raise the mask to `coverage` (or lower it to 255 - coverage) where that goes further. Overlapping dabs do not add up."""
        rect = Rect(x, y, coverage.shape[1], coverage.shape[0])
        for key, inner in _parts(rect):
            view = self.tile(key)[_within(inner, key)]
            part = coverage[inner.translated(-rect.origin).slices]
            np.minimum(view, 255 - part, out=view) if erase else np.maximum(view, part, out=view)

    def commit(self) -> TileMask:
        """The mask as it now stands. The edit must not be used afterwards."""
        if not self._touched:
            return self._base
        tiles = dict(self._base.tiles)
        for key, tile in self._touched.items():
            sealed = _sealed(tile)
            if sealed is None:
                tiles.pop(key, None)
            else:
                tiles[key] = sealed
        self._touched = {}
        return TileMask(MappingProxyType(dict(sorted(tiles.items()))))


def _parts(rect: Rect) -> Iterator[tuple[Key, Rect]]:
    """Each tile under `rect` with the part of `rect` that lies in it."""
    for key in _keys_over(rect):
        yield key, rect.intersected(tile_rect(key))


def _within(rect: Rect, key: Key) -> tuple[slice, slice]:
    return rect.translated(-tile_rect(key).origin).slices


def _tile_bounds(key: Key, tile: Plane) -> Rect:
    box = tile_rect(key)
    if tile is FULL_TILE:
        return box
    rows, columns = np.flatnonzero(tile.any(axis=1)), np.flatnonzero(tile.any(axis=0))
    if rows.size == 0:
        return EMPTY
    return Rect.from_edges(box.x + int(columns[0]), box.y + int(rows[0]), box.x + int(columns[-1]) + 1, box.y + int(rows[-1]) + 1)
