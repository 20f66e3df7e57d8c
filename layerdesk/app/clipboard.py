"""Layers copied and pasted: inside LayerDesk with all they are, to other programs as a picture with alpha."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QImage

from layerdesk.app.edit_commands import Ids, Outcome
from layerdesk.document import edits
from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.edits_tree import roots
from layerdesk.document.geometry import Point, Rect, bounding
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, ObjectLayer, kind_of
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster

MIME = "application/x-layerdesk-layers"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Clip:
    """Copied layers, bottom to top, and the source image that their masks look at."""

    source: SourceImage
    layers: tuple[Layer, ...]
    token: str
    """Stands on the system's clipboard for as long as it still holds this clip."""


def copied(document: Document, ids: Ids, *, token: str) -> Clip:
    return Clip(source=document.source, layers=roots(document, ids), token=token)


def picture_of(document: Document, ids: Ids) -> NDArray[np.uint8]:
    """(h, w, 4) straight RGBA of these layers alone, cropped to what they cover of the canvas."""
    layers = roots(document, ids)
    rect = bounding(layer.bounds for layer in layers).intersected(document.rect)
    rect = rect if not rect.empty else Rect(0, 0, 1, 1)
    return composite(document, rect=rect, layers=layers)


def encode_png(rgba: NDArray[np.uint8]) -> bytes:
    """Slow for large pictures: call it in a worker."""
    data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    return data.tobytes()


def mime_data(clip: Clip, rgba: NDArray[np.uint8], png: bytes) -> QMimeData:
    """What goes on the system's clipboard: a picture that other programs paste, and our own mark."""
    data = QMimeData()
    data.setData(MIME, QByteArray(clip.token.encode()))
    data.setData("image/png", QByteArray(png))
    data.setImageData(QImage(rgba.data, rgba.shape[1], rgba.shape[0], rgba.shape[1] * 4, QImage.Format.Format_RGBA8888).copy())
    return data


def token_of(data: QMimeData) -> str:
    """Our mark on the clipboard; '' where another program put something there since."""
    return data.data(MIME).toStdString() if data.hasFormat(MIME) else ""


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """(h, w, 4) straight RGBA of an image."""
    rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(rgba.constBits(), np.uint8).reshape(rgba.height(), rgba.bytesPerLine())
    return rows[:, : rgba.width() * 4].reshape(rgba.height(), rgba.width(), 4).copy()


def paste(document: Document, clip: Clip, *, above: str | None) -> Outcome:
    """The copied layers as new ones above the layer `above` (on top where None); pixels of another picture become their own."""
    fresh = {kind: document.free_ids(kind) for kind in ("background", "object", "shape", "text", "group")}
    same = clip.source is document.source
    layers = [
        _anew(layer, fresh, (lambda leaf: leaf) if same else (lambda leaf: _baked(clip.source, leaf))) for layer in clip.layers
    ]
    after = edits.add_layers(document, layers, parent=_parent(document, above), index=_index(document, above))
    return Outcome(name="Paste", document=after, selection=edits.new_ids(document, after))


def paste_pixels(document: Document, rgba: NDArray[np.uint8], *, name: str) -> Outcome:
    """A picture as a new object layer in the middle of the canvas."""
    height, width = rgba.shape[:2]
    own = rgba.copy()
    own[..., 3] = 255
    offset = Point((document.size.width - width) // 2, (document.size.height - height) // 2)
    mask = TileMask.from_array(np.ascontiguousarray(rgba[..., 3]))
    layer = ObjectLayer(
        id=document.free_id("object"),
        name=name,
        provenance=edits.BY_HAND,
        mask=mask,
        own=Raster(0, 0, own),
        invented=mask,
        offset=offset,
    )
    return Outcome(name="Paste picture", document=edits.add_layers(document, [layer]), selection=(layer.id,))


def _anew(layer: Layer, fresh: dict[str, Iterator[str]], leaf: Callable[[LeafLayer], LeafLayer]) -> Layer:
    layer_id = next(fresh[kind_of(layer)])
    if isinstance(layer, GroupLayer):
        return dataclasses.replace(layer, id=layer_id, children=tuple(_anew(child, fresh, leaf) for child in layer.children))
    return dataclasses.replace(leaf(layer), id=layer_id)


def _baked(source: SourceImage, layer: LeafLayer) -> LeafLayer:
    """The layer with all its colours its own, so that it no longer looks at `source`."""
    rect, rgba = layer_rgba(source, layer)
    colours = rgba.copy()
    colours[..., 3] = 255
    at = rect.translated(-layer.offset)
    return dataclasses.replace(layer, own=None if rect.empty else Raster(at.x, at.y, colours), invented=layer.mask)


def _parent(document: Document, above: str | None) -> str | None:
    return None if above is None else document.parent_of(above)


def _index(document: Document, above: str | None) -> int | None:
    if above is None:
        return None
    parent = document.parent_of(above)
    group = None if parent is None else document.layer(parent)
    beside = group.children if isinstance(group, GroupLayer) else document.layers
    return [layer.id for layer in beside].index(above) + 1
