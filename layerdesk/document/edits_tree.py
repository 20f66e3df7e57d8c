"""Finding one's way in the tree of layers and building it anew: what the edits have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, LeafLayer, Provenance, leaves, walk

AnyLayer = TypeVar("AnyLayer", bound=Layer)
Siblings = tuple[Layer, ...]

BY_HAND = Provenance(stage="hand", engine="hand", edited=True)
"""Of layers that a hand made."""


def roots(document: Document, ids: Collection[str]) -> tuple[Layer, ...]:
    """The layers of these ids, bottom to top, without those that lie in another of them. Raises KeyError for an unknown id."""
    for layer_id in ids:
        document.layer(layer_id)
    wanted = set(ids)
    return tuple(
        layer for layer in document.walk() if layer.id in wanted and not wanted.intersection(ancestors(document, layer.id))
    )


def ancestors(document: Document, layer_id: str) -> tuple[str, ...]:
    """The ids of the groups around a layer, innermost first."""
    chain = []
    parent = document.parent_of(layer_id)
    while parent is not None:
        chain.append(parent)
        parent = document.parent_of(parent)
    return tuple(chain)


def siblings(document: Document, parent: str | None) -> Siblings:
    """What lies in the group of this id, or at the top level. Raises KeyError for an unknown id, ValueError for a leaf."""
    if parent is None:
        return document.layers
    group = document.layer(parent)
    if not isinstance(group, GroupLayer):
        raise ValueError(f"layer {parent} is not a group")
    return group.children


def with_siblings(document: Document, parent: str | None, layers: Siblings) -> Document:
    """The document with other layers in this group (None: at the top level)."""
    if parent is None:
        return dataclasses.replace(document, layers=layers)
    group = document.layer(parent)
    assert isinstance(group, GroupLayer)
    return with_layers(document, {parent: (dataclasses.replace(group, children=layers),)})


def with_layers(document: Document, replacements: Mapping[str, Siblings]) -> Document:
    """Each layer named in `replacements` replaced by none, one or several; the rest of the tree shared."""
    return dataclasses.replace(document, layers=_rebuilt(document.layers, replacements))


def _rebuilt(layers: Siblings, replacements: Mapping[str, Siblings]) -> Siblings:
    out: list[Layer] = []
    for layer in layers:
        if layer.id in replacements:
            out.extend(replacements[layer.id])
        elif isinstance(layer, GroupLayer):
            children = _rebuilt(layer.children, replacements)
            same = len(children) == len(layer.children) and all(a is b for a, b in zip(children, layer.children, strict=True))
            out.append(layer if same else dataclasses.replace(layer, children=children))
        else:
            out.append(layer)
    return tuple(out)


def changed(document: Document, ids: Collection[str], change: Callable[[Layer], Layer]) -> Document:
    """`change` applied to the layers of these ids; the same document where it gives equal layers everywhere."""
    replacements: dict[str, Siblings] = {}
    for layer in roots(document, ids):
        new = change(layer)
        if new != layer:
            replacements[layer.id] = (new,)
    return with_layers(document, replacements) if replacements else document


def on_leaves(layer: Layer, change: Callable[[LeafLayer], Layer]) -> Layer:
    """`change` applied to the leaf, or to every leaf of the group."""
    if not isinstance(layer, GroupLayer):
        return change(layer)
    return dataclasses.replace(layer, children=tuple(on_leaves(child, change) for child in layer.children))


def edited(layer: AnyLayer) -> AnyLayer:
    """The layer, marked as changed by a hand."""
    if layer.provenance.edited:
        return layer
    return dataclasses.replace(layer, provenance=dataclasses.replace(layer.provenance, edited=True))


def with_stale_fills(document: Document, *, above: str, area: Rect) -> Document:
    """The backgrounds below layer `above` marked stale where `area` (source coordinates) meets them: the fill no longer fits."""
    replacements: dict[str, Siblings] = {}
    for layer in walk(document.layers):
        if layer.id == above:
            break
        if isinstance(layer, BackgroundLayer) and not layer.stale and not layer.mask.bounds.intersected(area).empty:
            replacements[layer.id] = (dataclasses.replace(layer, stale=True),)
    return with_layers(document, replacements) if replacements else document


def leaf(document: Document, layer_id: str) -> LeafLayer:
    """The leaf of this id. Raises KeyError where there is none, ValueError for a group."""
    layer = document.layer(layer_id)
    if isinstance(layer, GroupLayer):
        raise ValueError(f"layer {layer_id} is a group and has no pixels of its own")
    return layer


def leaves_of(layer: Layer) -> tuple[LeafLayer, ...]:
    """The leaf itself, or every leaf of the group, bottom to top."""
    return tuple(leaves((layer,)))
