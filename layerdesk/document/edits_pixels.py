"""The edits that make new masks and pixels: merge, split, a mask redrawn, a text retyped. `edits` is where to take them from."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.composite import composite, invented_mask
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import BY_HAND, ancestors, edited, leaf, leaves_of, roots, with_layers, with_stale_fills
from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.layers import (
    BackgroundLayer,
    GroupLayer,
    Layer,
    LeafLayer,
    ObjectLayer,
    TextLayer,
    leaves,
)
from layerdesk.document.masks import Plane, TileMask
from layerdesk.document.raster import Pixels, Raster
from layerdesk.document.style import TextBlock

SPECK_AREA = 9
"""Connected parts of fewer pixels are no parts of their own: they go with the nearest larger one."""


def merge(document: Document, ids: Collection[str], *, name: str | None = None) -> Document:
    """One object layer in the place of several layers, at the place of the topmost and by its name unless told otherwise.

    The composite stays the same where they are neighbours: exactly for hard edges, within rounding for soft ones. What is hidden
    among them is dropped, unless all are: then they are merged as if shown, and the new layer is hidden. With a background at the
    bottom the new layer is a background. Fewer than two leaves give the same document.
    """
    members = roots(document, ids)
    if sum(len(leaves_of(member)) for member in members) < 2:
        return document
    top = members[-1]
    around = frozenset(ancestors(document, top.id))
    names = frozenset(member.id for member in members)
    tree = _only(document.layers, names, around)
    shown = _shows(tree)
    if not shown:
        tree = _only(document.layers, names, around, reveal=True)
    area = bounding(layer.bounds for layer in leaves(tree))
    rgba = composite(document, rect=area, layers=tree)
    mask = TileMask.from_array(rgba[..., 3], x=area.x, y=area.y)
    invented = (invented_mask(document, rect=area, layers=tree) & (rgba[..., 3] > 0)).astype(np.uint8) * 255
    kind = BackgroundLayer if isinstance(next(leaves(members)), BackgroundLayer) else ObjectLayer
    merged = kind(
        id=document.free_id("background" if kind is BackgroundLayer else "object"),
        name=top.name if name is None else name,
        provenance=BY_HAND,
        visible=shown,
        confidence=min(member.confidence for member in members),
        mask=mask,
        own=_unlike_source(document.source.pixels, rgba, area),
        invented=TileMask.from_array(invented, x=area.x, y=area.y),
    )
    replacements: dict[str, tuple[Layer, ...]] = dict.fromkeys(names, ())
    replacements[top.id] = (merged,)
    return with_layers(document, replacements)


def _only(layers: tuple[Layer, ...], names: frozenset[str], around: frozenset[str], *, reveal: bool = False) -> tuple[Layer, ...]:
    """The tree with nothing but the layers of these names. The groups around the new layer go on to act on it, so not here."""
    out: list[Layer] = []
    for layer in layers:
        if layer.id in names:
            out.append(dataclasses.replace(layer, visible=True) if reveal else layer)
        elif isinstance(layer, GroupLayer):
            children = _only(layer.children, names, around, reveal=reveal)
            if children and layer.id in around:
                out.extend(children)
            elif children:
                out.append(dataclasses.replace(layer, children=children, visible=layer.visible or reveal))
    return tuple(out)


def _shows(layers: tuple[Layer, ...]) -> bool:
    return any(layer.visible and (not isinstance(layer, GroupLayer) or _shows(layer.children)) for layer in layers)


def _unlike_source(source: Pixels, rgba: Pixels, area: Rect) -> Raster | None:
    """The pixels of `rgba` (its first at `area`'s origin) that the source has not in the same place; None where it has all."""
    if area.empty:
        return None
    unlike = rgba[..., 3] > 0
    common = area.intersected(Rect(0, 0, source.shape[1], source.shape[0]))
    if not common.empty:
        place = common.translated(-area.origin).slices
        unlike[place] &= (rgba[place][..., :3] != source[common.slices][..., :3]).any(axis=2)
    left, top, width, height = cv2.boundingRect(unlike.astype(np.uint8))
    if width == 0:
        return None
    crop = Rect(left, top, width, height)
    pixels = np.where(unlike[crop.slices][..., None], rgba[crop.slices], 0).astype(np.uint8)
    pixels[..., 3] = unlike[crop.slices] * np.uint8(255)
    return Raster(area.x + left, area.y + top, pixels)


def split(document: Document, layer_id: str) -> Document:
    """A layer for each connected part of the mask; a text of several lines gives a text layer for each line instead.

    The largest part keeps the id; a background's largest part stays the background, all other parts are object layers. A mask in
    one piece gives the same document.
    """
    layer = leaf(document, layer_id)
    if not layer.mask:
        return document
    if isinstance(layer, TextLayer) and len(layer.block.lines) > 1:
        parts = _text_lines(document, layer)
    else:
        parts = _connected_parts(document, layer)
    return with_layers(document, {layer_id: parts}) if len(parts) > 1 else document


def _text_lines(document: Document, layer: TextLayer) -> tuple[LeafLayer, ...]:
    """A text layer a line: each pixel goes to the line whose box is nearest."""
    area = layer.mask.bounds
    plane = layer.mask.to_array(area)
    nearest, least = np.zeros(plane.shape, np.int32), np.full(plane.shape, np.inf)
    for number, line in enumerate(layer.block.lines):
        apart = _distance_to(line.rect.translated(-area.origin), plane.shape)
        nearest[apart < least] = number
        least = np.minimum(least, apart)
    fresh = document.free_ids("text")
    out: list[LeafLayer] = []
    for number, line in enumerate(layer.block.lines):
        mask = TileMask.from_array(np.where(nearest == number, plane, 0).astype(np.uint8), x=area.x, y=area.y)
        block = dataclasses.replace(layer.block, lines=(line,), recognised=_recognised_line(layer.block, number))
        part = dataclasses.replace(
            layer, id=layer.id if number == 0 else next(fresh), name=line.text or layer.name, mask=mask, block=block
        )
        out.append(edited(part))
    return tuple(out)


def _recognised_line(block: TextBlock, number: int) -> str:
    read = block.recognised.split("\n")
    return read[number] if len(read) == len(block.lines) else block.recognised


def _distance_to(box: Rect, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """(h, w): the distance of every pixel to the box."""
    rows, columns = np.arange(shape[0]), np.arange(shape[1])
    down = np.maximum(np.maximum(box.y - rows, rows - (box.bottom - 1)), 0)
    across = np.maximum(np.maximum(box.x - columns, columns - (box.right - 1)), 0)
    distance: NDArray[np.float64] = np.hypot(down[:, None], across[None, :])
    return distance


def _connected_parts(document: Document, layer: LeafLayer) -> tuple[LeafLayer, ...]:
    area = layer.mask.bounds
    plane = layer.mask.to_array(area)
    pieces = _labels(plane)
    largest = max(pieces, key=lambda piece: int(piece[1].sum()))
    fresh = document.free_ids("object")
    out: list[LeafLayer] = []
    for number, piece in enumerate(pieces, start=1):
        box, inside = piece
        mask = TileMask.from_array(np.where(inside, plane[box.slices], 0).astype(np.uint8), x=area.x + box.x, y=area.y + box.y)
        if isinstance(layer, BackgroundLayer) and piece is largest:
            out.append(edited(dataclasses.replace(layer, mask=mask)))
            continue
        part = ObjectLayer(
            id=layer.id if piece is largest else next(fresh),
            name=f"{layer.name} {number}",
            provenance=layer.provenance,
            visible=layer.visible,
            locked=layer.locked,
            opacity=layer.opacity,
            blend=layer.blend,
            confidence=layer.confidence,
            mask=mask,
            offset=layer.offset,
            own=_cropped(layer.own, mask.bounds),
            invented=layer.invented,
        )
        out.append(edited(part))
    return tuple(out)


def _labels(plane: Plane) -> list[tuple[Rect, NDArray[np.bool_]]]:
    """The connected parts in reading order, each a box and (h, w) bool; specks go with the nearest larger part."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats((plane > 0).astype(np.uint8), connectivity=8)
    boxes = [Rect(*(int(value) for value in row[:4])) for row in stats]
    large = [number for number in range(1, count) if stats[number, cv2.CC_STAT_AREA] >= SPECK_AREA] or [1]
    home = np.zeros(count, np.int32)
    for number in range(1, count):
        apart = np.hypot(*(centres[large] - centres[number]).T)
        home[number] = large[int(apart.argmin())] if stats[number, cv2.CC_STAT_AREA] < SPECK_AREA else number
    owner = home[labels]
    out = []
    for number in sorted(large, key=lambda number: (boxes[number].y, boxes[number].x)):
        box = bounding(boxes[part] for part in range(1, count) if home[part] == number)
        out.append((box, np.asarray(owner[box.slices] == number)))
    return out


def _cropped(own: Raster | None, rect: Rect) -> Raster | None:
    """The own pixels inside `rect`; None where there are none."""
    if own is None or own.rect.intersected(rect).empty:
        return None
    crop = own.rect.intersected(rect)
    return Raster(crop.x, crop.y, own.pixels[crop.translated(-own.rect.origin).slices].copy())


def set_mask(document: Document, layer_id: str, *, mask: TileMask) -> Document:
    """Give a leaf another mask (source coordinates). Backgrounds below the change turn stale."""
    old = leaf(document, layer_id)
    if old.mask == mask:
        return document
    replaced = with_layers(document, {layer_id: (edited(dataclasses.replace(old, mask=mask)),)})
    return with_stale_fills(replaced, above=layer_id, area=old.mask.changed_rect(mask))


def set_text(document: Document, layer_id: str, *, block: TextBlock, mask: TileMask, own: Raster) -> Document:
    """Give a text layer other words or another style with the pixels drawn from them, all of which count as invented.

    Raises ValueError where the layer is no text layer.
    """
    old = document.layer(layer_id)
    if not isinstance(old, TextLayer):
        raise ValueError(f"layer {layer_id} is not a text layer")
    drawn = dataclasses.replace(block, rendered=True)
    # A layer that is called by its words goes on being called by them; a name that was given stays.
    name = block.label if old.name == old.block.label and block.label else old.name
    new = edited(dataclasses.replace(old, name=name, block=drawn, mask=mask, own=own, invented=mask))
    return document if new == old else with_layers(document, {layer_id: (new,)})
