"""PNG bytes of arrays, and back: always the same bytes for the same pixels."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COMPRESSION = 1
"""Level 6 takes four times as long for files a quarter smaller."""


def encode(pixels: NDArray[np.uint8], *, dpi: float | None = None, icc_profile: bytes | None = None) -> bytes:
    """PNG of (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA uint8. Colours under alpha 0 are kept."""
    out = io.BytesIO()
    options: dict[str, object] = {}
    if dpi is not None:
        options["dpi"] = (dpi, dpi)
    if icc_profile is not None:
        options["icc_profile"] = icc_profile
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", compress_level=COMPRESSION, **options)
    return out.getvalue()


def header(data: bytes) -> tuple[int, int, int, int]:
    """(width, height, bits, colour type) of PNG bytes. Raises ValueError where they are none."""
    if len(data) < 33 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), data[24], data[25]


def decode(data: bytes, *, width: int, height: int, channels: int) -> NDArray[np.uint8]:
    """(height, width) for one channel, (height, width, 4) for four, uint8.

    Raises ValueError where the PNG is damaged or its header says another size or kind; nothing is decoded then.
    """
    if header(data) != (width, height, 8, {1: 0, 4: 6}[channels]):
        raise ValueError(f"not an 8-bit PNG of {width} x {height} pixels and {channels} channels")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            pixels = np.array(image, dtype=np.uint8)
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError("a damaged PNG") from error
    return pixels
