"""A brush stroke on a mask: round dabs along the pointer's way, each stroke a new mask that shares untouched tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.masks import MaskEdit, Plane, TileMask

_STEPS = 4
"""Dabs are placed to a quarter of a pixel: finer is not seen, and so few stamps can be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """A round brush. `size` is its diameter in pixels of the layer."""

    size: float
    hardness: float = 1.0
    """0..1: the part of the radius that is fully covered; 1 leaves one pixel of smooth edge."""
    erase: bool = False
    opacity: float = 1.0
    """0..1: how far one stroke covers (or lays bare) at most, however often it crosses itself."""
    spacing: float = 0.15
    """Distance of two dabs, as a part of the size."""


class Stroke:
    """One stroke of `brush` over `base`. `mask` is at any time a finished mask, fit for a layer."""

    def __init__(self, base: TileMask, brush: Brush) -> None:
        self.brush = brush
        self._mask = base
        self._last: tuple[float, float] | None = None
        self._left = 0.0

    @property
    def mask(self) -> TileMask:
        """The mask with all dabs so far; it shares the tiles that the stroke did not touch."""
        return self._mask

    def add(self, x: float, y: float) -> Rect:
        """Go on to (x, y), in layer coordinates (the middle of the first pixel is 0.5, 0.5). Returns the pixels dabbed."""
        edit = MaskEdit(self._mask)
        touched = bounding(self._dab(edit, *place) for place in self._places(x, y))
        self._mask = edit.commit()
        return touched

    def _places(self, x: float, y: float) -> list[tuple[float, float]]:
        """Where dabs fall on the way from the last point; what is left of the way counts for the next."""
        if self._last is None:
            self._last = (x, y)
            self._left = self._step
            return [(x, y)]
        from_x, from_y = self._last
        length = math.hypot(x - from_x, y - from_y)
        places = []
        at = self._left
        while at <= length:
            places.append((from_x + (x - from_x) * at / length, from_y + (y - from_y) * at / length))
            at += self._step
        self._last, self._left = (x, y), at - length
        return places

    @property
    def _step(self) -> float:
        return max(0.5, self.brush.size * self.brush.spacing)

    def _dab(self, edit: MaskEdit, x: float, y: float) -> Rect:
        left, top = math.floor(x * _STEPS) // _STEPS, math.floor(y * _STEPS) // _STEPS
        stamp = _stamp(self.brush, math.floor(x * _STEPS) % _STEPS, math.floor(y * _STEPS) % _STEPS)
        reach = stamp.shape[0] // 2
        edit.blend(stamp, x=left - reach, y=top - reach, erase=self.brush.erase)
        return Rect(left - reach, top - reach, stamp.shape[1], stamp.shape[0])


@lru_cache(maxsize=64)
def _stamp(brush: Brush, step_x: int, step_y: int) -> Plane:
    """The dab as an odd square of uint8, its middle pixel the one that holds the centre, moved by quarter pixels."""
    radius = max(0.5, brush.size / 2)
    reach = math.ceil(radius) + 1
    middle = np.arange(-reach, reach + 1) + 0.5
    distance = np.hypot((middle - (step_x + 0.5) / _STEPS)[None, :], (middle - (step_y + 0.5) / _STEPS)[:, None])
    edge = max(1.0, radius * (1 - brush.hardness))
    covered = np.clip((radius + 0.5 - distance) / edge, 0, 1)
    stamp: Plane = np.rint(covered * covered * (3 - 2 * covered) * 255 * brush.opacity).astype(np.uint8)
    stamp.setflags(write=False)
    return stamp
