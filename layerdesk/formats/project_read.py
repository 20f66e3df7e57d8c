"""The layers of a project file's JSON, checked value by value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import (
    BackgroundLayer,
    Blend,
    GroupLayer,
    Kind,
    Layer,
    ObjectLayer,
    Provenance,
    ShapeLayer,
    TextLayer,
)
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import (
    Align,
    Fill,
    LinearGradient,
    RadialGradient,
    Shape,
    ShapeType,
    Stop,
    Stroke,
    TextBlock,
    TextLine,
    TextStyle,
)
from layerdesk.formats import png
from layerdesk.formats.checks import DamageError, Record, point

DEEPEST = 100
"""Groups within groups."""


class BlobReader:
    """Masks and pixels of a project. Each blob is checked and decoded once; layers that name the same one share it."""

    def __init__(self, fetch: Callable[[str], bytes], *, max_pixels: int, budget: int) -> None:
        """`fetch` gives a member's bytes or raises DamageError; `max_pixels` bounds one blob, `budget` all of them, in pixels."""
        self._fetch = fetch
        self._max_pixels = max_pixels
        self._budget = budget
        self._masks: dict[tuple[Rect, str], TileMask] = {}
        self._rasters: dict[tuple[Rect, str], Raster] = {}

    def mask(self, record: Record | None) -> TileMask:
        if record is None:
            return NO_MASK
        key = self._box(record), record.text("blob", longest=64)
        if key not in self._masks:
            plane = self._pixels(*key, channels=1, where=record.where)
            self._masks[key] = TileMask.from_array(plane, x=key[0].x, y=key[0].y)
        return self._masks[key]

    def raster(self, record: Record | None) -> Raster | None:
        if record is None:
            return None
        box = self._box(record)
        if record.values.get("blob") is None and box.empty:
            return Raster(box.x, box.y, np.zeros((box.height, box.width, 4), np.uint8))
        key = box, record.text("blob", longest=64)
        if key not in self._rasters:
            self._rasters[key] = Raster(box.x, box.y, self._pixels(*key, channels=4, where=record.where))
        return self._rasters[key]

    def _box(self, record: Record) -> Rect:
        box = Rect(*record.wholes("box", 4))
        if box.width < 0 or box.height < 0:
            raise record.wrong("box", "a rectangle")
        if box.area > self._max_pixels:
            raise DamageError(f"{record.where} is {box.width} x {box.height} pixels, more than a layer can have")
        return box

    def _pixels(self, box: Rect, digest: str, *, channels: int, where: str) -> NDArray[np.uint8]:
        self._budget -= box.area
        if self._budget < 0:
            raise DamageError("its layers hold more pixels than a document can have")
        data = self._fetch(f"blobs/{digest}.png")
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamageError(f"the pixels of {where} are not those that were saved")
        try:
            return png.decode(data, width=box.width, height=box.height, channels=channels)
        except ValueError as error:
            raise DamageError(f"the pixels of {where} are {error}") from error


def tree(values: list[Any], blobs: BlobReader, where: str) -> tuple[Layer, ...]:
    """The layers of a tree, bottom to top. Raises DamageError where anything is off; ids must differ."""
    return _layers(values, blobs, where, ids=set(), depth=0)


def _layers(values: list[Any], blobs: BlobReader, where: str, *, ids: set[str], depth: int) -> tuple[Layer, ...]:
    if depth > DEEPEST:
        raise DamageError(f"its groups lie in each other more than {DEEPEST} deep")
    return tuple(_layer(Record(value, f"a layer in {where}"), blobs, ids=ids, depth=depth) for value in values)


def _layer(record: Record, blobs: BlobReader, *, ids: set[str], depth: int) -> Layer:
    layer_id = record.text("id", longest=1000)
    if not layer_id or layer_id in ids:
        raise DamageError(f"two layers have the id {layer_id!r}" if layer_id else f"{record.where} has an empty id")
    ids.add(layer_id)
    record.where = f"layer {layer_id!r}"
    kind = cast("Kind", record.choice("kind", get_args(Kind)))
    common: dict[str, Any] = {
        "id": layer_id,
        "name": record.text("name"),
        "provenance": _provenance(record.record("provenance")),
        "visible": record.flag("visible"),
        "locked": record.flag("locked"),
        "opacity": record.number("opacity", low=0, high=1),
        "blend": record.choice("blend", get_args(Blend)),
        "confidence": record.number("confidence", low=0, high=1),
    }
    if kind == "group":
        children = _layers(record.items("children"), blobs, record.where, ids=ids, depth=depth + 1)
        return GroupLayer(**common, children=children)
    common |= {
        "mask": blobs.mask(record.optional("mask")),
        "offset": Point(*record.wholes("offset", 2)),
        "own": blobs.raster(record.optional("own")),
        "invented": blobs.mask(record.optional("invented")),
        "stale": record.flag("stale"),
    }
    match kind:
        case "background":
            return BackgroundLayer(**common)
        case "object":
            return ObjectLayer(**common)
        case "shape":
            return ShapeLayer(**common, shape=_shape(record.record("shape")))
        case "text":
            return TextLayer(**common, block=_block(record.record("block")))


def _provenance(record: Record) -> Provenance:
    return Provenance(
        stage=record.text("stage"), engine=record.text("engine"), version=record.text("version"), edited=record.flag("edited")
    )


def _block(record: Record) -> TextBlock:
    lines = tuple(_line(Record(value, f"a line of {record.where}")) for value in record.items("lines"))
    style = TextStyle(
        font_family=record.text("font_family"),
        font_size_px=record.number("font_size_px"),
        weight=record.whole("weight", low=1, high=1000),
        italic=record.flag("italic"),
        color=record.colour("color"),
        align=cast("Align", record.choice("align", get_args(Align))),
        angle=record.number("angle"),
        line_height_px=record.number("line_height_px"),
        tracking_px=record.number("tracking_px"),
    )
    return TextBlock(
        lines=lines,
        style=style,
        recognised=record.text("recognised"),
        alternatives=record.texts("alternatives"),
        rendered=record.flag("rendered"),
    )


def _line(record: Record) -> TextLine:
    return TextLine(text=record.text("text"), rect=Rect(*record.wholes("bbox", 4)), baseline=record.number("baseline"))


def _shape(record: Record) -> Shape:
    box = record.numbers("box", 4)
    contours: list[tuple[tuple[float, float], ...]] = []
    for contour in record.items("contours"):
        if not isinstance(contour, list):
            raise record.wrong("contours", "lists of points")
        contours.append(tuple(point(value, record.where) for value in contour))
    return Shape(
        type=cast("ShapeType", record.choice("type", get_args(ShapeType))),
        box=(box[0], box[1], box[2], box[3]),
        radius=record.number("radius"),
        points=tuple(point(value, record.where) for value in record.items("points")),
        contours=tuple(contours),
        fill=_fill(record),
        stroke=_stroke(record.optional("stroke")),
    )


def _fill(record: Record) -> Fill | None:
    value = record.values.get("fill")
    if value is None:
        return None
    if isinstance(value, str):
        return record.colour("fill")
    fill = record.record("fill")
    stops = tuple(_stop(Record(stop, f"a stop of {fill.where}")) for stop in fill.items("stops"))
    if fill.choice("type", ("linear", "radial")) == "linear":
        start, end = fill.numbers("start", 2), fill.numbers("end", 2)
        return LinearGradient(start=(start[0], start[1]), end=(end[0], end[1]), stops=stops)
    centre = fill.numbers("centre", 2)
    return RadialGradient(centre=(centre[0], centre[1]), radius=fill.number("radius"), stops=stops)


def _stop(record: Record) -> Stop:
    return Stop(at=record.number("at", low=0, high=1), color=record.colour("color"))


def _stroke(record: Record | None) -> Stroke | None:
    return None if record is None else Stroke(color=record.colour("color"), width=record.number("width"))
