"""A small picture of a document, for file managers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def thumbnail(pixels: NDArray[np.uint8], *, side: int = 256) -> NDArray[np.uint8]:
    """`pixels` (h, w, 4) uint8 straight RGBA, made small enough that neither side exceeds `side`; never enlarged."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(pixels).resize(size, Image.Resampling.BOX) if size != (width, height) else Image.fromarray(pixels)
    return np.array(small, dtype=np.uint8)
