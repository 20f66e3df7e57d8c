"""SVG: live text, real shapes, everything else as embedded pictures."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from layerdesk.document.document import Document
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, ShapeLayer, TextLayer
from layerdesk.formats.forms import arrow_head, placed_shape
from layerdesk.formats.lettering import has_text
from layerdesk.formats.live import live_warnings, plan_items
from layerdesk.formats.pictures import flat_background, layer_picture
from layerdesk.formats.plan import Plan
from layerdesk.formats.svg_shapes import Definitions, shape_element
from layerdesk.formats.svg_text import text_element
from layerdesk.formats.svg_xml import INKSCAPE, SVG, XLINK, add, indent, number
from layerdesk.formats.xmlsafe import one_line
from layerdesk.layering.protocols import JobContext


class SvgExporter:
    """Writes one <svg>, every layer an element with a clean id and its name as <title>."""

    suffixes = (".svg",)
    title = "SVG picture"
    loses = "Masks are merged into their pictures, and text is drawn with the fonts of the machine that opens the file."

    def plan(self, document: Document) -> Plan:
        """What `write` would do. Pure."""
        items = plan_items(document)
        return Plan(format=self.title, document=document, items=items, warnings=tuple(live_warnings(document, items)))

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        """Write the picture of `plan` to `target`. Raises OSError where the system refuses."""
        root = svg_tree(plan.document, context=context)
        target.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n")


def svg_tree(document: Document, *, context: JobContext) -> etree._Element:
    """The <svg> element of `document`."""
    size = document.size
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG, "xlink": XLINK, "inkscape": INKSCAPE})
    for name, value in (("width", size.width), ("height", size.height), ("viewBox", f"0 0 {size.width} {size.height}")):
        root.set(name, str(value))
    add(root, "title").text = one_line(document.source.name)
    defs = add(root, "defs")
    ids = _clean_ids(document)
    drawing = _Drawing(document, ids, Definitions(defs, taken=set(ids.values())), context)
    for layer in document.layers:
        drawing.draw(layer, root)
    if len(defs) == 0:
        root.remove(defs)
    indent(root)
    return root


class _Drawing:
    """One pass over the tree, with what it gathers on the way."""

    def __init__(self, document: Document, ids: dict[str, str], definitions: Definitions, context: JobContext) -> None:
        self._document = document
        self._ids = ids
        self._definitions = definitions
        self._context = context
        self._total = max(1, len(ids))
        self._done = 0
        flat = flat_background(document)
        self._flat_id, self._flat_colour = (flat[0].id, flat[1]) if flat else ("", "")

    def draw(self, layer: Layer, parent: etree._Element) -> None:
        """Append the layer's element to `parent`; nothing where it has no pixels."""
        self._context.check()
        self._context.report(self._done / self._total, f"Writing {layer.name}")
        self._done += 1
        element = self._group(layer, parent) if isinstance(layer, GroupLayer) else self._leaf(layer, parent)
        if element is None:
            return
        name = one_line(layer.name)
        title = etree.Element(f"{{{SVG}}}title")
        title.text = name
        element.insert(0, title)
        for key, value in _common(layer, self._ids[layer.id], name):
            element.set(key, value)

    def _group(self, group: GroupLayer, parent: etree._Element) -> etree._Element:
        element = add(parent, "g")
        for child in group.children:
            self.draw(child, element)
        return element

    def _leaf(self, layer: LeafLayer, parent: etree._Element) -> etree._Element | None:
        if isinstance(layer, TextLayer) and has_text(layer):
            return text_element(parent, layer)
        if isinstance(layer, ShapeLayer) and (shape := placed_shape(self._document, layer)) is not None:
            head = arrow_head(layer, shape) if shape.type == "arrow" else None
            return shape_element(parent, shape, head=head, name=self._ids[layer.id], definitions=self._definitions)
        if layer.id == self._flat_id:
            size = self._document.size
            return add(parent, "rect", width=str(size.width), height=str(size.height), fill=self._flat_colour)
        picture = layer_picture(self._document.source, layer)
        if picture is None:
            return None
        rect = picture.rect
        element = add(parent, "image", x=str(rect.x), y=str(rect.y), width=str(rect.width), height=str(rect.height))
        element.set(f"{{{XLINK}}}href", "data:image/png;base64," + base64.b64encode(picture.png).decode("ascii"))
        return element


def _common(layer: Layer, clean_id: str, name: str) -> Iterator[tuple[str, str]]:
    """The attributes that an element of any kind may carry."""
    yield "id", clean_id
    yield "data-name", name
    yield f"{{{INKSCAPE}}}label", name
    if not layer.visible:
        yield "display", "none"
    if layer.opacity < 1:
        yield "opacity", number(layer.opacity, places=4)
    if layer.blend != "normal":
        yield "style", f"mix-blend-mode:{layer.blend}"


def _clean_ids(document: Document) -> dict[str, str]:
    """Each layer's id as an XML name that nothing else in the file has."""
    clean: dict[str, str] = {}
    taken: set[str] = set()
    for layer in document.walk():
        base = re.sub(r"[^A-Za-z0-9_.-]", "_", layer.id)
        base = base if re.match(r"[A-Za-z_]", base) else f"_{base}"
        name, number_ = base, 1
        while name in taken:
            number_ += 1
            name = f"{base}_{number_}"
        taken.add(name)
        clean[layer.id] = name
    return clean


EXPORTER = SvgExporter()
