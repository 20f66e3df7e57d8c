"""Colours of any mode and embedded profile become sRGB with straight alpha."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """(RGBA picture, what was done to its colours in sentences).

    `image` has 8 bits a channel. Pixels of 8-bit RGB without a profile, or with one that means sRGB, are untouched.
    """
    colours, alpha = _split(image)
    made, note = _converted(colours, profile)
    out = made.convert("RGB")
    out.putalpha(alpha if alpha is not None else 255)
    return out, (note,) if note else ()


def _split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """(colours in RGB, L, CMYK or LAB; alpha or None)."""
    if image.mode in ("RGBX", "YCbCr", "HSV"):
        return image.convert("RGB"), None
    if image.mode == "1":
        return image.convert("L"), _own_alpha(image)
    if image.mode == "L" and "transparency" not in image.info:
        return image, None
    if image.mode == "LA":
        grey, alpha = image.split()
        return grey, alpha
    if image.mode in ("CMYK", "LAB"):
        return image, None
    if image.mode == "RGB" and "transparency" not in image.info:
        return image, None
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    return Image.merge("RGB", rgba.split()[:3]), rgba.getchannel("A")


def _own_alpha(image: Image.Image) -> Image.Image | None:
    return image.convert("RGBA").getchannel("A") if "transparency" in image.info else None


def _converted(colours: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    if colours.mode == "LAB":
        return _through(
            colours, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        ), "Its Lab colours were converted to sRGB."
    plain = "Its CMYK colours were converted to sRGB without a profile, so they are only near." if colours.mode == "CMYK" else ""
    if profile is None:
        return colours, plain
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = " ".join(ImageCms.getProfileDescription(opened).split()) or "of no name"
        space = opened.profile.xcolor_space
        grey_as_rgb = colours.mode == "L" and space == _SPACES["RGB"]
        if not grey_as_rgb and space != _SPACES[colours.mode]:
            return colours, plain or f"Its embedded profile ({name}) does not fit its colours and was ignored."
        if grey_as_rgb:
            colours = colours.convert("RGB")
        if space != _SPACES["CMYK"] and _means_srgb(opened, colours.mode):
            return colours, ""
        return _through(colours, opened), f"Its colours were converted from the embedded profile ({name}) to sRGB."
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return colours, plain or "Its embedded colour profile is damaged and was ignored."


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _through(colours: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    made = ImageCms.profileToProfile(
        colours,
        profile,
        _srgb(),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if made is None:
        raise ValueError("no picture came out of the colour transform")
    return made


def _means_srgb(profile: ImageCms.ImageCmsProfile, mode: str) -> bool:
    """Whether the profile leaves colours where they are, give or take rounding. Its name is not asked: names lie."""
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    if mode == "L":
        probe = Image.fromarray(steps[np.newaxis, :])
    else:
        grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
        probe = Image.fromarray(np.ascontiguousarray(grid))
    made = np.asarray(_through(probe, profile)).astype(int)
    return bool(np.abs(made - np.asarray(probe.convert("RGB"))).max() <= 2)
