"""What a PSD says about the picture as a whole: resolution, colour profile, thumbnail, writer."""

from __future__ import annotations

import io
import math
import struct
from datetime import datetime

import numpy as np
from PIL import Image, ImageCms

from layerdesk import __version__
from layerdesk.document.raster import Pixels

RESOLUTION, THUMBNAIL, ICC_PROFILE, VERSION = 1005, 1036, 1039, 1057
_THUMBNAIL_SIDE = 160


def resources(merged: Pixels, *, dpi: float, when: datetime) -> bytes:
    """The image resources, without the section's length. `merged` is (h, w, 4) straight RGBA; the profile is dated `when`."""
    return b"".join(
        (
            _resource(RESOLUTION, _resolution(dpi)),
            _resource(THUMBNAIL, _thumbnail(merged)),
            _resource(ICC_PROFILE, srgb_profile(when)),
            _resource(VERSION, _version_info()),
        )
    )


def sound_dpi(dpi: float) -> float:
    """`dpi` where a program can work with it, else 72."""
    return float(dpi) if math.isfinite(dpi) and 1 <= dpi <= 30000 else 72.0


def srgb_profile(when: datetime) -> bytes:
    """An sRGB profile. Its making date is `when`: the library would put the clock's."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", when.year, when.month, when.day, when.hour, when.minute, when.second)
    data[84:100] = bytes(16)  # the profile's own checksum covers the date; all zero means that none was made
    return bytes(data)


def _resource(key: int, data: bytes) -> bytes:
    return struct.pack(">4sHHI", b"8BIM", key, 0, len(data)) + data + bytes(len(data) % 2)


def _resolution(dpi: float) -> bytes:
    fixed = round(sound_dpi(dpi) * 0x10000)
    return struct.pack(">IHHIHH", fixed, 1, 1, fixed, 1, 1)  # per inch; sides shown in inches


def _thumbnail(merged: Pixels) -> bytes:
    picture = Image.fromarray(np.ascontiguousarray(merged))
    picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), Image.Resampling.BOX)
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    width, height, data = *flat.size, out.getvalue()
    row = (width * 24 + 31) // 32 * 4
    return struct.pack(">6I2H", 1, width, height, row, row * height, len(data), 24, 1) + data


def _version_info() -> bytes:
    writer = _unicode(f"LayerDesk {__version__}")
    return struct.pack(">IB", 1, 1) + writer + writer + struct.pack(">I", 1)


def _unicode(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">I", len(data) // 2) + data
