"""The reference compositor: what exports, thumbnails and tests take as the document's picture.

Straight-alpha 8-bit sRGB, rounded to the nearest value once a layer. Formulae: W3C Compositing and Blending Level 1.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.layers import Blend, GroupLayer, Layer, LeafLayer
from layerdesk.document.masks import FULL_TILE, TILE, Plane, TileMask, tile_rect
from layerdesk.document.raster import Pixels, Raster

_FOURFOLD = np.uint64(0x0001_0001_0001_0001)


def layer_rgba(source: SourceImage, layer: LeafLayer, *, rect: Rect | None = None) -> tuple[Rect, Pixels]:
    """The layer's own picture, without its opacity and blend mode.

    Returns the canvas rectangle (`rect`, or the tight box around its mask) and new (h, w, 4) uint8 straight RGBA: colour is the
    layer's own pixels over the source's, alpha is the mask. Outside the source image only own pixels show.
    """
    area = layer.bounds if rect is None else rect
    out = np.zeros((max(0, area.height), max(0, area.width), 4), np.uint8)
    part = _leaf_pixels(source, layer, area)
    if part is not None:
        inner, colour, alpha = part
        view = out[inner.translated(-area.origin).slices]
        view[...] = colour
        view[..., 3] = 255 if alpha is None else alpha
        view[view[..., 3] == 0] = 0
    return area, out


def composite(document: Document, *, rect: Rect | None = None, layers: tuple[Layer, ...] | None = None) -> Pixels:
    """The picture that the visible layers give: new (h, w, 4) uint8 straight RGBA of the canvas rectangle `rect`.

    `layers` (bottom to top) replaces the document's tree. A group of opacity 1 and blend normal lets its children through; any
    other is painted apart and then blended as a whole.
    """
    area = document.rect if rect is None else rect
    tree = document.layers if layers is None else layers
    out = np.zeros((max(0, area.height), max(0, area.width), 4), np.uint8)
    for top in range(area.y, area.bottom, TILE):
        for left in range(area.x, area.right, TILE):
            tile = Rect(left, top, TILE, TILE).intersected(area)
            _paint(out[tile.translated(-area.origin).slices], tile, document.source, tree)
    return out


def invented_mask(document: Document, *, rect: Rect | None = None, layers: tuple[Layer, ...] | None = None) -> NDArray[np.bool_]:
    """(h, w) bool: where the composite of the same arguments shows pixels that nobody ever saw.

    Invented pixels hidden under opaque ones that were seen do not count.
    """
    area = document.rect if rect is None else rect
    out = np.zeros((max(0, area.height), max(0, area.width)), np.bool_)
    _mark_invented(out, area, document.source, document.layers if layers is None else layers, covers=True)
    return out


def difference(document: Document) -> Plane:
    """(h, w) uint8: the largest channel difference between composite and source image; 0 where pixels shown are invented."""
    now, before = composite(document), document.source.pixels
    largest: Plane = cv2.absdiff(now, before).max(axis=2)
    largest[(now[..., 3] == 0) & (before[..., 3] == 0)] = 0
    largest[invented_mask(document)] = 0
    return largest


def _paint(canvas: Pixels, area: Rect, source: SourceImage, layers: tuple[Layer, ...], *, opaque: bool = False) -> None:
    """Blend `layers` onto `canvas`, which holds the pixels of `area`. `opaque`: whether it is so throughout already."""
    for layer in layers[_first_seen(layers, area, source) :]:
        if not layer.visible or layer.opacity <= 0:
            continue
        if not isinstance(layer, GroupLayer):
            part = _leaf_pixels(source, layer, area)
            if part is not None:
                rect, colour, alpha = part
                view = canvas[rect.translated(-area.origin).slices]
                _blend(view, colour, alpha, layer.opacity, layer.blend, opaque=opaque)
                opaque = opaque or (alpha is None and layer.opacity >= 1 and rect == area)
        elif _passes_through(layer):
            _paint(canvas, area, source, layer.children, opaque=opaque)
        else:
            apart = np.zeros_like(canvas)
            _paint(apart, area, source, layer.children)
            _blend(canvas, apart, apart[..., 3], layer.opacity, layer.blend, opaque=opaque)


def _first_seen(layers: tuple[Layer, ...], area: Rect, source: SourceImage) -> int:
    """The index of the topmost leaf that hides everything below it in `area`; 0 where there is none."""
    for index in range(len(layers) - 1, 0, -1):
        layer = layers[index]
        if isinstance(layer, GroupLayer) or not layer.visible or layer.opacity < 1 or layer.blend != "normal":
            continue
        inside = area.translated(-layer.offset)
        if source.size.rect.contains_rect(inside) and _full_over(layer.mask, inside):
            return index
    return 0


def _full_over(mask: TileMask, rect: Rect) -> bool:
    return all(
        mask.tiles.get((column, row)) is FULL_TILE
        for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1)
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1)
    )


def _passes_through(group: GroupLayer) -> bool:
    return group.opacity >= 1 and group.blend == "normal"


def _leaf_pixels(source: SourceImage, layer: LeafLayer, area: Rect) -> tuple[Rect, Pixels, Plane | None] | None:
    """The part of `area` in which the leaf has coverage, its (h, w, 4) colours (alpha means nothing) and its (h, w) alpha.

    Alpha None is 255 everywhere. None where nothing of it lies in `area`.
    """
    inside = area.translated(-layer.offset)
    found = _coverage(layer.mask, inside)
    if found is None:
        return None
    rect, alpha = found
    home = source.size.rect
    if home.contains_rect(rect):
        colour: Pixels = source.pixels[rect.slices]
    else:
        colour = np.zeros((rect.height, rect.width, 4), np.uint8)
        known = np.zeros((rect.height, rect.width), np.uint8)
        common = rect.intersected(home)
        if not common.empty:
            place = common.translated(-rect.origin).slices
            colour[place], known[place] = source.pixels[common.slices], 255
        if layer.own is not None:
            _raise_to_own(known, colour, rect, layer.own)
        alpha = known if alpha is None else div255(alpha.astype(np.uint16) * known)
        if not alpha.any():
            return None
    if layer.own is not None:
        colour = _with_own(colour, rect, layer.own)
    return rect.translated(layer.offset), colour, alpha


def _coverage(mask: TileMask, rect: Rect) -> tuple[Rect, Plane | None] | None:
    """The part of `rect` around the mask's pixels and their values there (None for 255 everywhere); None for no pixels."""
    keys = [
        (column, row)
        for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1)
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1)
        if (column, row) in mask.tiles
    ]
    crop = bounding(tile_rect(key).intersected(rect) for key in keys)
    if crop.empty:
        return None
    if _full_over(mask, crop):
        return crop, None
    plane = mask.to_array(crop)
    left, top, width, height = cv2.boundingRect(plane)
    if width == 0:
        return None
    tight = plane[top : top + height, left : left + width]
    return Rect(crop.x + left, crop.y + top, width, height), tight


def _raise_to_own(known: Plane, colour: Pixels, rect: Rect, raster: Raster) -> None:
    """Where there is no source, own pixels are all there is: their alpha is how much is known, their colour is taken whole."""
    common = rect.intersected(raster.rect)
    if common.empty:
        return
    place = common.translated(-rect.origin).slices
    own = raster.pixels[common.translated(-raster.rect.origin).slices]
    beyond = known[place] == 0
    known[place][beyond] = own[..., 3][beyond]
    colour[place][beyond] = own[beyond]


def _with_own(colour: Pixels, rect: Rect, raster: Raster) -> Pixels:
    """`colour` with the layer's own pixels mixed over it; a new array where they meet it."""
    common = rect.intersected(raster.rect)
    if common.empty:
        return colour
    own = raster.pixels[common.translated(-raster.rect.origin).slices]
    if own[..., 3].min() == 255:
        if common == rect:
            return own
        mixed = own
    else:
        mixed = _mix(own, colour[common.translated(-rect.origin).slices], own[..., 3])
    out = colour.copy()
    out[common.translated(-rect.origin).slices] = mixed
    return out


def div255(products: NDArray[np.uint16]) -> Plane:
    """Round(products / 255) for products 0..65025, exactly; the array given is used up."""
    products += 128
    products += products >> 8
    products >>= 8
    return products.astype(np.uint8)


def _mix(over: Pixels, under: Pixels, alpha: Plane) -> Pixels:
    """Round((over * alpha + under * (255 - alpha)) / 255) in all four channels; shapes (h, w, 4) and (h, w)."""
    # Each alpha four times over, by one multiplication: broadcasting along the last axis would run loops of four.
    weight = (alpha.astype(np.uint64) * _FOURFOLD).view(np.uint16).reshape(*alpha.shape, 4)
    products = over.astype(np.uint16)
    products *= weight
    np.subtract(255, weight, out=weight)
    weight *= under
    products += weight
    return div255(products)


@lru_cache(maxsize=256)
def _scaled(opacity: float) -> Plane:
    """(256,) uint8: each alpha under this opacity, rounded."""
    table: Plane = np.floor(np.arange(256) * min(1.0, max(0.0, opacity)) + 0.5).astype(np.uint8)
    table.setflags(write=False)
    return table


def _blend(canvas: Pixels, colour: Pixels, alpha: Plane | None, opacity: float, blend: Blend, *, opaque: bool) -> None:
    """Put (h, w, 4) `colour` with (h, w) `alpha` (None: 255) under `opacity` onto `canvas`, a view of the same size."""
    if opacity < 1:
        table = _scaled(opacity)
        alpha = np.full(canvas.shape[:2], table[255], np.uint8) if alpha is None else np.asarray(cv2.LUT(alpha, table), np.uint8)
    if alpha is None and blend == "normal":
        canvas[...] = colour
        canvas[..., 3] = 255
        return
    if alpha is None:
        alpha = np.full(canvas.shape[:2], 255, np.uint8)
    lowest, highest = (255, 255) if opaque else (int(canvas[..., 3].min()), int(canvas[..., 3].max()))
    if highest == 0:
        canvas[...] = colour
        canvas[..., 3] = alpha
        canvas[alpha == 0] = 0
    elif lowest == 255:
        canvas[...] = _mix(colour if blend == "normal" else _blended(canvas, colour, blend), canvas, alpha)
        canvas[..., 3] = 255
    else:
        _blend_over_clear(canvas, colour, alpha, blend)


def _blend_over_clear(canvas: Pixels, colour: Pixels, alpha: Plane, blend: Blend) -> None:
    """The same over a backdrop that is not opaque everywhere: the general formula only where it is half clear."""
    below = canvas[..., 3].copy()
    blended = colour if blend == "normal" else _blended(canvas, colour, blend)
    half = (below > 0) & (below < 255) & (alpha > 0)
    between = _general(canvas[half], colour[half], blended[half], alpha[half]) if half.any() else None
    solid = below == 255
    if solid.any():
        mixed = _mix(blended, canvas, alpha)
        mixed[..., 3] = 255
        np.copyto(canvas, mixed, where=solid[..., None])
    alone = (below == 0) & (alpha > 0)
    np.copyto(canvas[..., :3], colour[..., :3], where=alone[..., None])
    np.copyto(canvas[..., 3], alpha, where=alone)
    if between is not None:
        canvas[half] = between


def _general(canvas: Pixels, colour: Pixels, blended: Pixels, alpha: Plane) -> Pixels:
    """co = as (1 - ab) Cs + as ab B(Cb, Cs) + (1 - as) ab Cb, over ao, for (n, 4) pixels and (n,) alpha, none of them clear."""
    above, below = alpha.astype(np.int32)[:, None], canvas[:, 3:].astype(np.int32)
    whole = 255 * (above + below) - above * below
    total = above * (255 - below) * colour + above * below * blended + (255 - above) * below * canvas
    out: Pixels = ((2 * total + whole) // (2 * whole)).astype(np.uint8)
    out[:, 3:] = (2 * whole + 255) // 510
    return out


def _blended(backdrop: Pixels, colour: Pixels, blend: Blend) -> Pixels:
    """The blend function B(backdrop, colour), rounded to 8 bits."""
    pairs = backdrop.astype(np.uint16)
    pairs <<= 8
    pairs |= colour
    return _blend_table(blend).take(pairs)


@lru_cache(maxsize=4)
def _blend_table(blend: Blend) -> Plane:
    """(65536,) uint8: B for every backdrop value (upper byte) and source value (lower byte)."""
    below, above = (plane.ravel() for plane in np.meshgrid(np.arange(256), np.arange(256), indexing="ij"))
    match blend:
        case "normal":
            scaled = 255 * above
        case "multiply":
            scaled = below * above
        case "screen":
            scaled = 255 * (below + above) - below * above
        case "overlay":
            dark, light = 2 * below * above, 255 * 255 - 2 * (255 - below) * (255 - above)
            scaled = np.where(2 * below <= 255, dark, light)
    table: Plane = ((2 * scaled + 255) // 510).astype(np.uint8)
    table.setflags(write=False)
    return table


def _mark_invented(out: NDArray[np.bool_], area: Rect, source: SourceImage, layers: tuple[Layer, ...], *, covers: bool) -> None:
    """Follow the layers bottom to top: invented coverage marks, seen opaque coverage clears where `covers`."""
    for layer in layers:
        if not layer.visible or layer.opacity <= 0:
            continue
        hides = covers and layer.opacity >= 1 and layer.blend == "normal"
        if isinstance(layer, GroupLayer):
            _mark_invented(out, area, source, layer.children, covers=hides)
            continue
        part = _leaf_pixels(source, layer, area)
        if part is None:
            continue
        rect, _, alpha = part
        new = layer.invented.to_array(rect.translated(-layer.offset)) > 0
        view = out[rect.translated(-area.origin).slices]
        if hides:
            view[(~new) if alpha is None else ((alpha == 255) & ~new)] = False
        view[new if alpha is None else (new & (alpha > 0))] = True
