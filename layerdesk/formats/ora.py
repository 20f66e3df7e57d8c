"""OpenRaster: nested stacks of PNG layers that Krita, GIMP and MyPaint open. Format: openraster.org, version 0.0.6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, ShapeLayer, TextLayer
from layerdesk.formats import png
from layerdesk.formats.archive import write_zip
from layerdesk.formats.plan import Plan, PlanItem
from layerdesk.formats.thumbnail import thumbnail
from layerdesk.formats.xmlsafe import one_line
from layerdesk.layering.protocols import JobContext

MIMETYPE = "image/openraster"
_OPERATIONS = {"normal": "svg:src-over", "multiply": "svg:multiply", "screen": "svg:screen", "overlay": "svg:overlay"}
_NOTHING = Rect(0, 0, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OraExporter:
    """Writes OpenRaster files."""

    suffixes: tuple[str, ...] = (".ora",)
    title: str = "OpenRaster"
    loses: str = "Text and shapes become pictures."

    def plan(self, document: Document) -> Plan:
        items = tuple(
            PlanItem(layer_id=layer.id, name=layer.name, becomes="group" if isinstance(layer, GroupLayer) else "picture")
            for layer in document.walk()
        )
        flat = sum(isinstance(layer, TextLayer | ShapeLayer) for layer in document.walk())
        warnings = (f"{flat} text and shape layers become pictures; OpenRaster holds nothing else.",) if flat else ()
        return Plan(format=self.title, document=document, items=items, warnings=warnings)

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        write_zip(target, _members(plan.document, context), deflate=(".xml",))


def _members(document: Document, context: JobContext) -> Iterator[tuple[str, bytes]]:
    yield "mimetype", MIMETYPE.encode()
    yield "stack.xml", _stack_xml(document)
    layers = list(document.leaves())
    for index, layer in enumerate(layers):
        context.check()
        context.report(index / (len(layers) + 1), f"writing {layer.name}")
        yield _file(index), png.encode(layer_rgba(document.source, layer, rect=_box(layer))[1])
    context.check()
    merged = composite(document)
    yield "mergedimage.png", png.encode(merged)
    yield "Thumbnails/thumbnail.png", png.encode(thumbnail(merged))


def _stack_xml(document: Document) -> bytes:
    dpi = str(max(1, round(document.source.dpi)))
    size = {"w": str(document.size.width), "h": str(document.size.height)}
    image = ElementTree.Element(
        "image", {"version": "0.0.6", **size, "xres": dpi, "yres": dpi, "name": one_line(document.source.name)}
    )
    numbers = {layer.id: index for index, layer in enumerate(document.leaves())}
    _add(ElementTree.SubElement(image, "stack"), document.layers, numbers)
    ElementTree.indent(image, " ")
    return bytes(ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True))


def _add(stack: ElementTree.Element, layers: tuple[Layer, ...], numbers: dict[str, int]) -> None:
    """A stack lists its topmost member first."""
    for layer in reversed(layers):
        common = {
            "name": one_line(layer.name),
            "opacity": f"{layer.opacity:.6g}",
            "visibility": "visible" if layer.visible else "hidden",
            "composite-op": _OPERATIONS[layer.blend],
        }
        if layer.locked:
            common["edit-locked"] = "true"
        if isinstance(layer, GroupLayer):
            # 'auto' lets the children of an opaque normal group through, as our compositor does.
            _add(ElementTree.SubElement(stack, "stack", {**common, "isolation": "auto"}), layer.children, numbers)
        else:
            box = _box(layer)
            place = {"src": _file(numbers[layer.id]), "x": str(box.x), "y": str(box.y)}
            ElementTree.SubElement(stack, "layer", {**common, **place})


def _file(index: int) -> str:
    return f"data/{index:04d}.png"


def _box(layer: LeafLayer) -> Rect:
    """A PNG has at least one pixel: a layer with an empty mask gets a transparent one."""
    return layer.bounds if layer.mask else _NOTHING


EXPORTER = OraExporter()
