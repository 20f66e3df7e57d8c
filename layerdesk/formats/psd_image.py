"""8-bit planes as PSD stores them: PackBits by rows; and the merged picture that readers without layers show."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from psd_tools.compression import encode_rle

from layerdesk.document.raster import Pixels

Plane = NDArray[np.uint8]
RAW, RLE = struct.pack(">H", 0), struct.pack(">H", 1)


def channel(plane: Plane, *, version: int) -> bytes:
    """A layer's channel: compression mark and data of the (h, w) plane. An empty plane has no data."""
    return RAW if plane.size == 0 else RLE + encoded(plane, version=version)


def encoded(plane: Plane, *, version: int) -> bytes:
    """Byte counts of the rows (two bytes each in a PSD, `version` 1; four in a PSB, 2), then the rows in PackBits."""
    height, width = plane.shape
    if (plane == plane[0, 0]).all():
        # Opaque alpha and flat colours are common: one row says it all.
        one = encode_rle(plane[:1].tobytes(), width, 1, 8, version)
        table = _count_size(version)
        return b"".join((one[:table] * height, one[table:] * height))
    return encode_rle(plane.tobytes(), width, height, 8, version)


def planes(rgba: Pixels) -> tuple[Plane, ...]:
    """The four planes of (h, w, 4), each contiguous."""
    return tuple(np.asarray(plane, np.uint8) for plane in cv2.split(rgba))


def merged_planes(rgba: Pixels, *, transparency: bool) -> tuple[Plane, ...]:
    """Red, green and blue, mixed with white as Photoshop does; then alpha, where something is clear and `transparency` asks."""
    red, green, blue, alpha = planes(rgba)
    if int(alpha.min()) == 255:
        return red, green, blue
    whitened = tuple(_over_white(plane, alpha) for plane in (red, green, blue))
    return (*whitened, alpha) if transparency else whitened


def merged_section(merged: tuple[Plane, ...], *, version: int) -> Iterator[bytes]:
    """The last section of the file, in pieces: mark, all row counts, all rows."""
    yield RLE
    packed = [encoded(plane, version=version) for plane in merged]
    table = merged[0].shape[0] * _count_size(version)
    for data in packed:
        yield data[:table]
    for data in packed:
        yield data[table:]


def _count_size(version: int) -> int:
    return 2 if version == 1 else 4


def _over_white(plane: Plane, alpha: Plane) -> Plane:
    products = plane.astype(np.uint32) * alpha + 255 * (255 - alpha.astype(np.uint32))
    return ((products + 127) // 255).astype(np.uint8)
