"""Pixels of a layer as a PNG, cropped to where it has any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.colour import to_hex
from layerdesk.document.composite import layer_rgba
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, Layer, LeafLayer
from layerdesk.formats.png import encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A layer's pixels, without its opacity."""

    rect: Rect
    """Where they lie on the canvas."""
    png: bytes


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """(h, w, 4) uint8 straight RGBA as a PNG, the same bytes each time; without an alpha channel where all is opaque."""
    opaque = bool((pixels[..., 3] == 255).all())
    return encode(pixels[..., :3] if opaque else pixels)


def layer_picture(source: SourceImage, layer: LeafLayer) -> Picture | None:
    """The layer's picture; None where it has no pixels."""
    if layer.bounds.empty:
        return None
    rect, pixels = layer_rgba(source, layer)
    return Picture(rect=rect, png=png_bytes(pixels))


def flat_background(document: Document) -> tuple[BackgroundLayer, str] | None:
    """The bottom layer and its '#rrggbb', where that is a plain visible background of one colour over the whole canvas."""
    bottom: Layer | None = document.layers[0] if document.layers else None
    if not isinstance(bottom, BackgroundLayer) or not bottom.visible or bottom.opacity < 1 or bottom.blend != "normal":
        return None
    _, pixels = layer_rgba(document.source, bottom, rect=document.rect)
    first = pixels[0, 0]
    if first[3] != 255 or not (pixels == first).all():
        return None
    return bottom, to_hex(tuple(float(value) for value in first[:3]))
