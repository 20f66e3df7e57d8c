"""Flat pictures in: PNG, JPEG, WebP, GIF, BMP and TIFF become upright 8-bit sRGB with straight alpha."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from layerdesk.document.document import SourceImage
from layerdesk.errors import LayerDeskError
from layerdesk.formats.profiles import to_srgb

MAX_PIXELS = 100_000_000
"""The largest picture taken where nobody asks for another limit."""
MAX_BYTES = 1 << 30
"""The largest file read. Uncompressed, 100 million pixels take 800 MB at 16 bits a channel."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""Of the files that a dialog offers; what a file is, its content tells."""
DEFAULT_DPI = 96.0

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BITS_PER_SAMPLE = 258
_PILLOW_LIMIT = threading.Lock()


def open_image(path: Path, *, max_pixels: int = MAX_PIXELS) -> SourceImage:
    """The picture in this file. Raises LayerDeskError with one sentence where there is none to be had."""
    return decode(_read(path), path.name, max_pixels=max_pixels)


def decode(data: bytes, name: str, *, max_pixels: int = MAX_PIXELS) -> SourceImage:
    """The picture in these bytes of a file called `name`.

    Its size is read from the header and checked before a pixel is decoded. Raises LayerDeskError where it is not a picture, is
    damaged or has more than `max_pixels` pixels.
    """
    if not data:
        raise LayerDeskError(f"{name} is empty; choose a PNG, JPEG, WebP, GIF, BMP or TIFF picture")
    with _pillow_limit_lifted():
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(image.size, name, max_pixels)
                Image.MAX_IMAGE_PIXELS = max_pixels  # for what the header does not tell, such as the tiles of a TIFF
                _check_whole(data, image.format)
                return _source(image, data, name)
        except LayerDeskError:
            raise
        except UnidentifiedImageError as error:
            raise LayerDeskError(f"{name} is not a picture; choose a PNG, JPEG, WebP, GIF, BMP or TIFF") from error
        except MemoryError as error:
            raise LayerDeskError(f"{name} needs more memory than there is; make the picture smaller") from error
        except Exception as error:
            # Decoders raise whatever a damaged file makes them trip over: struct.error, IndexError, SyntaxError and more.
            raise LayerDeskError(f"{name} is damaged or cut short and cannot be read whole; get the file again") from error


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise LayerDeskError(f"{path} is a folder; name a picture in it")
        if not path.exists():
            raise LayerDeskError(f"{path} does not exist; check its name")
        if not path.is_file():
            raise LayerDeskError(f"{path} is not a plain file; choose a picture")
        if path.stat().st_size > MAX_BYTES:
            raise LayerDeskError(f"{path} is larger than {MAX_BYTES >> 20} MB; make the picture smaller")
        return path.read_bytes()
    except PermissionError as error:
        raise LayerDeskError(f"there is no permission to read {path}; change its permissions or choose another file") from error
    except (OSError, ValueError) as error:
        raise LayerDeskError(f"{path} cannot be read; check its name and the disk it is on") from error


@contextmanager
def _pillow_limit_lifted() -> Iterator[None]:
    """Pillow's own limit would come before ours and knows no setting; it is a global, so one thread at a time."""
    with _PILLOW_LIMIT:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _check_size(size: tuple[int, int], name: str, max_pixels: int) -> None:
    width, height = size
    if width <= 0 or height <= 0:
        raise LayerDeskError(f"{name} says that it is {width} x {height} pixels; get the file again")
    if width * height > max_pixels:
        raise LayerDeskError(
            f"{name} is {width} x {height}, {width * height / 1e6:.1f} megapixels, more than the limit of {max_pixels / 1e6:g}; "
            "make it smaller, or raise the limit in the settings or with --max-megapixels"
        )


def _check_whole(data: bytes, file_format: str | None) -> None:
    """Pillow takes a PNG that ends anywhere after its pixels; a file cut short is refused all the same."""
    if file_format != "PNG":
        return
    position, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, position)
        position += 12 + length
    if position > len(data):
        raise EOFError("the PNG ends inside its last chunk")


def _source(image: Image.Image, data: bytes, name: str) -> SourceImage:
    notes = list(_frame_notes(image))
    deep = _bits(image, data) > 8
    image.load()
    # Read after load(): Pillow turns TIFFs upright itself and takes the tag away.
    orientation = image.getexif().get(_ORIENTATION, 1)
    profile = image.info.get("icc_profile") or None
    dpi = _dpi(image)
    if deep:
        notes.append("Its 16 bits a channel were reduced to 8.")
    eight_bit = _to_eight_bit(image, notes)
    rgba, used = to_srgb(eight_bit, profile)
    notes.extend(used)
    if orientation in _TURNS:
        rgba = rgba.transpose(_TURNS[orientation])
        notes.append("It was turned upright, as its EXIF data asks.")
    pixels: NDArray[np.uint8] = np.array(rgba, dtype=np.uint8)
    pixels.setflags(write=False)
    return SourceImage(
        name=name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        pixels=pixels,
        dpi=dpi,
        icc_profile=profile,
        notes=tuple(notes),
    )


def _frame_notes(image: Image.Image) -> Iterator[str]:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in ("GIF", "WEBP", "PNG"):
        yield f"It is an animation of {frames} frames; the first one is used."
    elif frames > 1 and image.format == "TIFF":
        yield f"It has {frames} pages; the first one is used."
    image.seek(0)


def _bits(image: Image.Image, data: bytes) -> int:
    """Bits a channel in the file."""
    if image.format == "PNG":
        return data[24]
    if image.format == "TIFF":
        return max(int(bits) for bits in image.tag_v2.get(_BITS_PER_SAMPLE, (1,)))  # type: ignore[attr-defined]
    return 8


def _dpi(image: Image.Image) -> float:
    """Pixels an inch as the file says, 96 where it says nothing sensible."""
    try:
        dpi = float(image.info["dpi"][0])
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return DEFAULT_DPI
    if not math.isfinite(dpi) or not 10 <= dpi <= 10_000:
        return DEFAULT_DPI
    # PNG and BMP count whole pixels a metre: 96 dpi come back as 96.012.
    return float(round(dpi)) if abs(dpi - round(dpi)) < 0.02 else round(dpi, 2)


def _to_eight_bit(image: Image.Image, notes: list[str]) -> Image.Image:
    """Integers of 16 or 32 bits and floats as 8-bit grey, scaled and never clipped; every other mode as it is."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    values = np.asarray(image).astype(np.float64)
    if image.mode.startswith("I;16"):
        top, bottom = 65535.0, 0.0
    else:
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        # 32-bit integers and floats say nowhere what white is: the usual ranges where the values fit them, else their own.
        usual = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
        top = max(high, low + 1) if low < 0 else next((limit for limit in usual if high <= limit), high)
        bottom = min(0.0, low)
        if image.mode == "F":
            notes.append("Its floating-point values were reduced to 8 bits.")
    scaled = np.nan_to_num((values - bottom) * (255.0 / (top - bottom)), nan=0.0, posinf=255.0, neginf=0.0)
    grey = Image.fromarray(np.rint(np.clip(scaled, 0, 255)).astype(np.uint8))
    hidden = image.info.get("transparency")
    if isinstance(hidden, int):
        grey.putalpha(Image.fromarray(np.where(values == hidden, 0, 255).astype(np.uint8)))
    return grey
