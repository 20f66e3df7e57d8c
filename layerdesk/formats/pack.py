"""The asset pack: `manifest.json` and one cropped RGBA PNG a layer, as a zip or a folder. CONTRACT.md says what stands in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import layerdesk
from layerdesk.document.composite import layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, PixelLayer, ShapeLayer, TextLayer, kind_of
from layerdesk.document.style import Fill, LinearGradient, RadialGradient, Shape, Stop, Stroke, TextBlock
from layerdesk.errors import LayerDeskError
from layerdesk.formats import png
from layerdesk.formats.archive import write_zip
from layerdesk.formats.plan import Plan, PlanItem
from layerdesk.layering.protocols import JobContext

VERSION = 1
MANIFEST = "manifest.json"
LAYERS = "layers"
MEMBERS = (LAYERS, MANIFEST)
"""What a pack consists of, in the order in which a folder gets it: the manifest last, when all it names is there."""

_PLAIN_ID = re.compile(r"[a-z0-9_-]{1,64}")
_NOTHING = Rect(0, 0, 1, 1)
"""A PNG has at least one pixel: a layer with an empty mask gets a transparent one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A layer, and what the groups around it make of it."""

    layer: Layer
    parent: str | None
    visible: bool
    opacity: float


def manifest(document: Document) -> dict[str, Any]:
    """The content of `manifest.json`.

    A layer's `visible` and `opacity` have those of its groups in them, so that its file composited as they say is right; a
    group's are its own. Boxes, lines and forms are in pixels of the canvas.
    """
    return {
        "version": VERSION,
        "generator": f"layerdesk {layerdesk.__version__}",
        "source": {"name": document.source.name, "sha256": document.source.sha256},
        "recipe": plain(document.recipe),
        "width": document.size.width,
        "height": document.size.height,
        "layers": [_record(place, z) for z, place in enumerate(_places(document.layers))],
    }


def plain(value: Any) -> Any:
    """`value` with the read-only mappings and tuples in it as what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _places(layers: tuple[Layer, ...], parent: str | None = None, visible: bool = True, opacity: float = 1.0) -> Iterator[_Place]:
    for layer in layers:
        if isinstance(layer, GroupLayer):
            yield _Place(layer=layer, parent=parent, visible=layer.visible, opacity=layer.opacity)
            yield from _places(layer.children, layer.id, visible and layer.visible, opacity * layer.opacity)
        else:
            yield _Place(layer=layer, parent=parent, visible=visible and layer.visible, opacity=opacity * layer.opacity)


def _record(place: _Place, z: int) -> dict[str, Any]:
    layer, made = place.layer, place.layer.provenance
    record: dict[str, Any] = {
        "id": layer.id,
        "parent": place.parent,
        "kind": kind_of(layer),
        "name": layer.name,
        "z": z,
        "bbox": box_list(layer.bounds),
        "visible": place.visible,
        "locked": layer.locked,
        "opacity": float(place.opacity),
        "blend": layer.blend,
        "source": {"stage": made.stage, "engine": made.engine, "version": made.version, "edited": made.edited},
        "confidence": float(layer.confidence),
    }
    if isinstance(layer, PixelLayer):
        record["bbox"] = box_list(_box(layer))
        record["file"] = _file(layer, z)
        record["invented_px"] = _invented(layer)
    if isinstance(layer, ShapeLayer):
        record["shape"] = shape_record(layer.shape, layer.offset)
    if isinstance(layer, TextLayer):
        record |= text_record(layer.block, layer.offset)
    return record


def _file(layer: PixelLayer, z: int) -> str:
    return f"{LAYERS}/{layer.id if _PLAIN_ID.fullmatch(layer.id) else f'layer.{z}'}.png"


def _box(layer: PixelLayer) -> Rect:
    return layer.bounds if layer.mask else _NOTHING


def _invented(layer: PixelLayer) -> int:
    """Pixels of the layer that nobody ever saw."""
    if not layer.invented:
        return 0
    area = layer.invented.bounds
    return int(np.count_nonzero((layer.invented.to_array(area) > 0) & (layer.mask.to_array(area) > 0)))


def box_list(box: Rect) -> list[int]:
    """[x, y, width, height]"""
    return [int(box.x), int(box.y), int(box.width), int(box.height)]


def text_record(block: TextBlock, offset: Point) -> dict[str, Any]:
    """The characters and their typography, lines moved by `offset`."""
    style = block.style
    return {
        "text": block.text,
        "font_family": style.font_family,
        "font_size_px": float(style.font_size_px),
        "weight": int(style.weight),
        "italic": style.italic,
        "color": style.color,
        "align": style.align,
        "angle": float(style.angle),
        "line_height_px": float(style.line_height_px),
        "tracking_px": float(style.tracking_px),
        "recognised": block.recognised,
        "alternatives": list(block.alternatives),
        "rendered": block.rendered,
        "lines": [
            {"text": line.text, "bbox": box_list(line.rect.translated(offset)), "baseline": float(line.baseline + offset.y)}
            for line in block.lines
        ],
    }


def shape_record(shape: Shape, offset: Point) -> dict[str, Any]:
    """The form with everything needed to draw it again, moved by `offset`. A gradient is an object, a plain fill '#rrggbb'."""
    x, y, width, height = shape.box
    return {
        "type": shape.type,
        "box": [float(x + offset.x), float(y + offset.y), float(width), float(height)],
        "radius": float(shape.radius),
        "points": [_moved(point, offset) for point in shape.points],
        "contours": [[_moved(point, offset) for point in contour] for contour in shape.contours],
        "fill": fill_record(shape.fill, offset),
        "stroke": _stroke(shape.stroke),
    }


def fill_record(fill: Fill | None, offset: Point) -> str | dict[str, Any] | None:
    """'#rrggbb', a gradient's parameters moved by `offset`, or None."""
    match fill:
        case LinearGradient():
            ends = {"start": _moved(fill.start, offset), "end": _moved(fill.end, offset)}
            return {"type": "linear", **ends, "stops": _stops(fill.stops)}
        case RadialGradient():
            centre = {"centre": _moved(fill.centre, offset), "radius": float(fill.radius)}
            return {"type": "radial", **centre, "stops": _stops(fill.stops)}
        case _:
            return fill


def _stops(stops: tuple[Stop, ...]) -> list[dict[str, Any]]:
    return [{"at": float(stop.at), "color": stop.color} for stop in stops]


def _stroke(stroke: Stroke | None) -> dict[str, Any] | None:
    return None if stroke is None else {"color": stroke.color, "width": float(stroke.width)}


def _moved(point: tuple[float, float], offset: Point) -> list[float]:
    return [float(point[0] + offset.x), float(point[1] + offset.y)]


def _warnings(document: Document) -> Iterator[str]:
    blended = [layer.name for layer in document.walk() if layer.blend != "normal"]
    if blended:
        yield f"Blend modes other than normal are only named in an asset pack, not shown by its files: {', '.join(blended)}."
    faded = [layer.name for layer in document.walk() if isinstance(layer, GroupLayer) and layer.opacity < 1 and layer.children]
    if faded:
        yield f"A group's opacity is given to each of its layers, which looks different where they overlap: {', '.join(faded)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class PackExporter:
    """Writes packs: into `target` where it is a folder, else as a zip."""

    suffixes: tuple[str, ...] = (".zip",)
    title: str = "Asset pack"
    loses: str = "Blend modes other than normal are named but not shown by the files."

    def plan(self, document: Document) -> Plan:
        items = tuple(
            PlanItem(layer_id=layer.id, name=layer.name, becomes="group" if isinstance(layer, GroupLayer) else "picture")
            for layer in document.walk()
        )
        return Plan(format=self.title, document=document, items=items, warnings=tuple(_warnings(document)))

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        members = _members(plan.document, context)
        if target.is_dir():
            (target / LAYERS).mkdir()
            for name, content in members:
                (target / name).write_bytes(content)
        else:
            write_zip(target, members, deflate=(".json",))


def check_folder(target: Path) -> None:
    """Raises LayerDeskError where `target` is a folder whose manifest or layers somebody else made: they would be replaced."""
    if not target.is_dir() or not any((target / member).exists() for member in MEMBERS):
        return
    try:
        found = json.loads((target / MANIFEST).read_bytes())
        ours = isinstance(found, dict) and str(found.get("generator", "")).startswith("layerdesk ")
    except (OSError, ValueError, RecursionError):
        ours = False
    if not ours:
        raise LayerDeskError(
            f"{target} holds a {MANIFEST} or a folder {LAYERS} that is no asset pack of LayerDesk; choose another folder"
        )


def _members(document: Document, context: JobContext) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, _text(manifest(document))
    places = list(_places(document.layers))
    for z, place in enumerate(places):
        context.check()
        context.report(z / len(places), f"writing {place.layer.name}")
        if not isinstance(place.layer, GroupLayer):
            yield _file(place.layer, z), _picture(document, place.layer)


def _text(content: dict[str, Any]) -> bytes:
    """JSON with one line a layer: read easily, and written ten times as fast as with an indent."""
    layers = content.pop("layers")
    head = json.dumps(content, ensure_ascii=False, allow_nan=False)
    records = ",\n".join(json.dumps(record, ensure_ascii=False, allow_nan=False) for record in layers)
    # A file name may hold bytes that are no UTF-8; they become question marks.
    return f'{head[:-1]},\n"layers": [\n{records}\n]}}\n'.encode("utf-8", "replace")


def _picture(document: Document, layer: LeafLayer) -> bytes:
    return png.encode(layer_rgba(document.source, layer, rect=_box(layer))[1])


EXPORTER = PackExporter()
