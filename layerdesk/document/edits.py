"""Every change that a hand makes to a document, as pure functions from a document to a document.

An edit that changes nothing returns the very document it was given. An unknown id raises KeyError. Edits of content mark the
layer as edited by hand and, where the fill below no longer fits, the backgrounds below as stale.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator

from layerdesk.document.document import Document
from layerdesk.document.edits_pixels import merge, set_mask, set_text, split
from layerdesk.document.edits_tree import (
    BY_HAND,
    ancestors,
    changed,
    edited,
    leaves_of,
    on_leaves,
    roots,
    siblings,
    with_layers,
    with_siblings,
    with_stale_fills,
)
from layerdesk.document.geometry import Point
from layerdesk.document.layers import Blend, GroupLayer, Layer, LeafLayer, kind_of, walk


def replace_layer(document: Document, layer: Layer) -> Document:
    """Put `layer` in the place of the one with its id."""
    old = document.layer(layer.id)
    return document if old == layer else with_layers(document, {layer.id: (layer,)})


def add_layers(document: Document, layers: Collection[Layer], *, parent: str | None = None, index: int | None = None) -> Document:
    """Put new layers (bottom to top) into a group or at the top level, before the one at `index`; on top by default.

    Raises ValueError for an id that is there already.
    """
    new = tuple(layers)
    ids = [layer.id for layer in walk(new)]
    if len(set(ids)) < len(ids) or any(layer_id in document for layer_id in ids):
        raise ValueError("a layer of this id is there already")
    if not new:
        return document
    there = siblings(document, parent)
    place = len(there) if index is None else max(0, min(len(there), index))
    return with_siblings(document, parent, (*there[:place], *new, *there[place:]))


def delete(document: Document, ids: Collection[str]) -> Document:
    """Take layers out, groups with all that is in them. Backgrounds below them turn stale."""
    gone = roots(document, ids)
    result = document
    for layer in gone:
        for leaf in leaves_of(layer):
            result = with_stale_fills(result, above=layer.id, area=leaf.mask.bounds)
    return with_layers(result, {layer.id: () for layer in gone}) if gone else document


def move(document: Document, ids: Collection[str], *, dx: int, dy: int) -> Document:
    """Move layers by whole pixels; a group moves all its leaves."""
    if dx == 0 and dy == 0:
        roots(document, ids)
        return document

    def moved(leaf: LeafLayer) -> Layer:
        return edited(dataclasses.replace(leaf, offset=leaf.offset + Point(dx, dy)))

    return changed(document, ids, lambda layer: on_leaves(layer, moved))


def rename(document: Document, layer_id: str, *, name: str) -> Document:
    """Give a layer another name."""
    return changed(document, [layer_id], lambda layer: dataclasses.replace(layer, name=name))


def set_visible(document: Document, ids: Collection[str], *, visible: bool) -> Document:
    """Show or hide layers, these alone: a group's children keep their own state."""
    return _each(document, ids, lambda layer: dataclasses.replace(layer, visible=visible))


def set_locked(document: Document, ids: Collection[str], *, locked: bool) -> Document:
    """Lock or unlock layers, these alone."""
    return _each(document, ids, lambda layer: dataclasses.replace(layer, locked=locked))


def set_opacity(document: Document, ids: Collection[str], *, opacity: float) -> Document:
    """Set the opacity of layers, clipped to 0..1."""
    clipped = min(1.0, max(0.0, opacity))
    return _each(document, ids, lambda layer: dataclasses.replace(layer, opacity=clipped))


def set_blend(document: Document, ids: Collection[str], *, blend: Blend) -> Document:
    """Set the blend mode of layers."""
    return _each(document, ids, lambda layer: dataclasses.replace(layer, blend=blend))


def _each(document: Document, ids: Collection[str], change: Callable[[Layer], Layer]) -> Document:
    """`change` applied to each layer of these ids, also to those that lie in another of them."""
    result = document
    for layer_id in ids:
        result = replace_layer(result, change(result.layer(layer_id)))
    return result


def reorder(document: Document, ids: Collection[str], *, parent: str | None, index: int) -> Document:
    """Put layers, in the order they have, into a group (None: the top level) before the one now at `index`; its count is the top.

    `index` counts the siblings as they stand before the move. Raises ValueError for a group moved into itself.
    """
    moving = roots(document, ids)
    names = {layer.id for layer in moving}
    if parent is not None and names.intersection((parent, *ancestors(document, parent))):
        raise ValueError("a group cannot lie in itself")
    there = siblings(document, parent)
    below = tuple(layer for layer in there[: max(0, index)] if layer.id not in names)
    above = tuple(layer for layer in there[max(0, index) :] if layer.id not in names)
    if (*below, *moving, *above) == there:
        return document
    taken = with_layers(document, dict.fromkeys(names, ()))
    left = siblings(taken, parent)
    return with_siblings(taken, parent, (*left[: len(below)], *moving, *left[len(below) :]))


def raise_(document: Document, ids: Collection[str]) -> Document:
    """Each layer one step up among its siblings; those at the top stay."""
    return _stepped(document, ids, up=True)


def lower(document: Document, ids: Collection[str]) -> Document:
    """Each layer one step down among its siblings; those at the bottom stay."""
    return _stepped(document, ids, up=False)


def _stepped(document: Document, ids: Collection[str], *, up: bool) -> Document:
    chosen = {layer.id for layer in roots(document, ids)}
    result = document
    for parent in sorted({document.parent_of(layer_id) for layer_id in chosen}, key=lambda name: name or ""):
        before = siblings(result, parent)
        order = list(reversed(before)) if up else list(before)
        for place in range(1, len(order)):
            if order[place].id in chosen and order[place - 1].id not in chosen:
                order[place - 1], order[place] = order[place], order[place - 1]
        after = tuple(reversed(order)) if up else tuple(order)
        if any(a is not b for a, b in zip(before, after, strict=True)):
            result = with_siblings(result, parent, after)
    return result


def group(document: Document, ids: Collection[str], *, name: str = "Group") -> Document:
    """Put layers, in the order they have, into a new group at the place of the topmost."""
    members = roots(document, ids)
    if not members:
        return document
    new = GroupLayer(id=document.free_id("group"), name=name, provenance=BY_HAND, children=members)
    replacements: dict[str, tuple[Layer, ...]] = {layer.id: () for layer in members}
    replacements[members[-1].id] = (new,)
    return with_layers(document, replacements)


def ungroup(document: Document, ids: Collection[str]) -> Document:
    """Replace groups by what is in them; their opacity and hiding go over to the children. Leaves are left alone."""
    groups = [layer for layer in roots(document, ids) if isinstance(layer, GroupLayer)]
    return with_layers(document, {layer.id: _freed(layer) for layer in groups}) if groups else document


def _freed(layer: GroupLayer) -> tuple[Layer, ...]:
    return tuple(
        dataclasses.replace(
            child,
            opacity=child.opacity * layer.opacity,
            visible=child.visible and layer.visible,
            locked=child.locked or layer.locked,
        )
        for child in layer.children
    )


def duplicate(document: Document, ids: Collection[str], *, offset: Point = Point()) -> Document:
    """Put a copy of each layer right above it, moved by `offset`. `new_ids` tells their ids."""
    result = document
    for layer in roots(document, ids):
        fresh = {kind: result.free_ids(kind) for kind in ("background", "object", "shape", "text", "group")}

        def copied(old: Layer, fresh: dict[str, Iterator[str]] = fresh) -> Layer:
            new_id = next(fresh[kind_of(old)])
            if isinstance(old, GroupLayer):
                return dataclasses.replace(old, id=new_id, children=tuple(copied(child) for child in old.children))
            return edited(dataclasses.replace(old, id=new_id, offset=old.offset + offset))

        twin = copied(layer)
        twin = dataclasses.replace(twin, name=f"{layer.name} copy", locked=False)
        result = with_layers(result, {layer.id: (layer, twin)})
    return result


def new_ids(before: Document, after: Document) -> tuple[str, ...]:
    """The ids that an edit brought in, bottom to top, without those inside a new group: what to select afterwards."""
    return tuple(layer.id for layer in roots(after, [layer.id for layer in after.walk() if layer.id not in before]))


__all__ = [
    "BY_HAND", "add_layers", "delete", "duplicate", "group", "lower", "merge", "move", "new_ids", "raise_", "rename", "reorder",
    "replace_layer", "set_blend", "set_locked", "set_mask", "set_opacity", "set_text", "set_visible", "split", "ungroup",
]  # fmt: skip
