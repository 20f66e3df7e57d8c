"""Pixels that are a layer's own, stored apart from the source image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Read-only (h, w, 4) uint8 straight-alpha sRGB with its first pixel at (x, y) in source pixels.

    As a layer's `own` pixels, alpha tells where they count: colour is mixed own * a + source * (255 - a), so 255 replaces the
    source's colour and 0 leaves it. It says nothing about coverage; that is the mask's.
    """

    x: int
    y: int
    pixels: Pixels

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or self.pixels.shape[2] != 4:
            raise ValueError("a raster holds (h, w, 4) uint8 pixels")
        self.pixels.setflags(write=False)

    @property
    def rect(self) -> Rect:
        return Rect(self.x, self.y, self.pixels.shape[1], self.pixels.shape[0])

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Raster) or self.rect != other.rect:
            return False
        return self.pixels is other.pixels or np.array_equal(self.pixels, other.pixels)

    def __hash__(self) -> int:
        return hash(self.rect)
