"""What a layer becomes in a format that holds live text and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerdesk.document.document import Document
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ShapeLayer, TextLayer
from layerdesk.formats.forms import placed_shape
from layerdesk.formats.lettering import has_text
from layerdesk.formats.plan import PlanItem
from layerdesk.formats.xmlsafe import unfit

_MOST_NAMES = 3

Becomes = Literal["live text", "shape", "picture", "group", "left out"]


def becomes(document: Document, layer: Layer) -> Becomes:
    """The one word for it. Live text stands in for its pixels; a shape that no longer fits its pixels is a picture."""
    if isinstance(layer, GroupLayer):
        return "group"
    if isinstance(layer, TextLayer) and has_text(layer):
        return "live text"
    if isinstance(layer, ShapeLayer) and placed_shape(document, layer) is not None:
        return "shape"
    return "left out" if layer.bounds.empty else "picture"


def plan_items(document: Document) -> tuple[PlanItem, ...]:
    """What each layer becomes, bottom to top, a group before its children."""
    return tuple(PlanItem(layer_id=layer.id, name=layer.name, becomes=becomes(document, layer)) for layer in document.walk())


def live_warnings(document: Document, items: tuple[PlanItem, ...]) -> Iterator[str]:
    """What is lost on the way into any such format, one sentence each."""
    flattened = []
    for item in items:
        layer = document.layer(item.layer_id)
        if item.becomes == "left out":
            yield f"{item.name}: it has no pixels and is left out."
        elif isinstance(layer, ShapeLayer) and item.becomes == "picture":
            flattened.append(item.name)
        if unfit(_texts(layer)):
            yield f"{item.name}: control characters that this format cannot hold are left out of its text."
        if isinstance(layer, BackgroundLayer) and layer.stale:
            yield f"{item.name}: layers above it were changed since it was filled; heal it to fit them."
    if flattened:
        yield f"Written as pictures, because their pixels are not quite those of their shapes: {_listed(flattened)}."


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def _texts(layer: Layer) -> tuple[str, ...]:
    return (layer.name, *(line.text for line in layer.block.lines)) if isinstance(layer, TextLayer) else (layer.name,)
