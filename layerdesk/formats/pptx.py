"""PPTX: one slide of native text boxes, autoshapes, pictures and groups."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, ShapeLayer, TextLayer
from layerdesk.document.style import Shape
from layerdesk.formats.forms import arrow_head, placed_shape
from layerdesk.formats.lettering import has_text, lettering
from layerdesk.formats.live import live_warnings, plan_items
from layerdesk.formats.pictures import Picture, flat_background, layer_picture
from layerdesk.formats.plan import Plan, stamp
from layerdesk.formats.pptx_shapes import add_shape_properties, is_connector
from layerdesk.formats.pptx_text import add_text_body, add_text_properties
from layerdesk.formats.pptx_xml import Scale, add, add_colour, add_transform, tag
from layerdesk.formats.xmlsafe import one_line
from layerdesk.layering.protocols import JobContext

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

_BLANK_LAYOUT = "Blank"


class PptxExporter:
    """Writes a presentation of one slide as large as the picture."""

    suffixes = (".pptx",)
    title = "PowerPoint presentation"
    loses = "Masks are merged into their pictures; blend modes and font weights between regular and bold have no counterpart."

    def plan(self, document: Document) -> Plan:
        """What `write` would do. Pure."""
        items = plan_items(document)
        return Plan(format=self.title, document=document, items=items, warnings=tuple(_warnings(document, items)))

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        """Write the presentation of `plan` to `target`. Raises OSError where the system refuses."""
        target.write_bytes(_presentation(plan.document, context=context))


def _warnings(document: Document, items: Any) -> Iterator[str]:
    scale = _scale(document)
    if scale.changed:
        yield "The slide is scaled, because PowerPoint knows slides of 1 to 56 inches only; proportions stay the same."
    yield from live_warnings(document, items)
    for layer in document.walk():
        if layer.blend != "normal":
            yield f"{layer.name}: PowerPoint has no blend mode '{layer.blend}'; it is drawn as normal."
        if isinstance(layer, GroupLayer) and layer.opacity < 1:
            yield f"{layer.name}: PowerPoint has no opacity of groups; it is given to each of its layers."


def _scale(document: Document) -> Scale:
    return Scale.of(document.size.width, document.size.height, dpi=document.source.dpi)


def _presentation(document: Document, *, context: JobContext) -> bytes:
    """The bytes of the file."""
    import pptx

    presentation = pptx.Presentation()
    scale = _scale(document)
    presentation.slide_width, presentation.slide_height = scale.slide  # type: ignore[assignment]
    # The template says 4:3.
    presentation.element.find(tag("p:sldSz")).attrib.pop("type", None)
    for layout in list(presentation.slide_layouts):
        if layout.name != _BLANK_LAYOUT:
            presentation.slide_layouts.remove(layout)
    slide = presentation.slides.add_slide(presentation.slide_layouts[0])
    _Drawing(document, slide, scale, context).draw_all()
    _set_properties(presentation, document)
    out = io.BytesIO()
    presentation.save(out)
    return _with_fixed_times(out.getvalue())


class _Drawing:
    """One pass over the tree, with what it gathers on the way."""

    def __init__(self, document: Document, slide: Slide, scale: Scale, context: JobContext) -> None:
        self._document = document
        self._slide = slide
        self._scale = scale
        self._context = context
        self._total = max(1, sum(1 for _ in document.walk()))
        # 1 is the slide's own tree.
        self._last_id = 1

    def draw_all(self) -> None:
        """Put every layer on the slide, bottom to top."""
        layers = self._document.layers
        flat = flat_background(self._document)
        if flat is not None:
            self._paint_background(flat[1])
            layers = layers[1:]
        tree = self._slide.shapes.element
        for layer in layers:
            self._draw(layer, tree, opacity=1.0)

    def _paint_background(self, colour: str) -> None:
        content = self._slide.element.find(tag("p:cSld"))
        background = etree.Element(tag("p:bg"))
        content.insert(0, background)
        properties = add(background, "p:bgPr")
        add_colour(add(properties, "a:solidFill"), colour, opacity=1.0)
        add(properties, "a:effectLst")

    def _draw(self, layer: Layer, parent: etree._Element, *, opacity: float) -> None:
        self._context.check()
        self._context.report(min(1.0, self._last_id / self._total), f"Writing {layer.name}")
        shown = opacity * min(1.0, max(0.0, layer.opacity))
        if isinstance(layer, GroupLayer):
            self._draw_group(layer, parent, opacity=shown)
        else:
            self._draw_leaf(layer, parent, opacity=shown)

    def _draw_group(self, group: GroupLayer, parent: etree._Element, *, opacity: float) -> None:
        element = add(parent, "p:grpSp")
        self._add_name(element, "p:nvGrpSpPr", "p:cNvGrpSpPr", group)
        bounds = self._document.rect if group.bounds.empty else group.bounds
        frame = add_transform(add(element, "p:grpSpPr"), _edges(bounds), self._scale)
        for inner, outer in (("a:chOff", "a:off"), ("a:chExt", "a:ext")):
            add(frame, inner, **dict(frame.find(tag(outer)).attrib))
        before = len(element)
        for child in group.children:
            self._draw(child, element, opacity=opacity)
        # PowerPoint takes groups of nothing for damage.
        if len(element) == before:
            parent.remove(element)

    def _draw_leaf(self, layer: LeafLayer, parent: etree._Element, *, opacity: float) -> None:
        if isinstance(layer, TextLayer) and has_text(layer):
            self._draw_text(layer, parent, opacity=opacity)
        elif isinstance(layer, ShapeLayer) and (shape := placed_shape(self._document, layer)) is not None:
            self._draw_shape(layer, shape, parent, opacity=opacity)
        elif (picture := layer_picture(self._document.source, layer)) is not None:
            self._draw_picture(layer, picture, parent, opacity=opacity)

    def _draw_text(self, layer: TextLayer, parent: etree._Element, *, opacity: float) -> None:
        placed = lettering(layer)
        element = add(parent, "p:sp")
        self._add_name(element, "p:nvSpPr", "p:cNvSpPr", layer, txBox="1")
        add_text_properties(element, placed, scale=self._scale)
        add_text_body(element, placed, scale=self._scale, opacity=opacity)

    def _draw_shape(self, layer: ShapeLayer, shape: Shape, parent: etree._Element, *, opacity: float) -> None:
        head = arrow_head(layer, shape) if shape.type == "arrow" else None
        # LibreOffice shows hidden connectors.
        if is_connector(shape, head) and layer.visible:
            element = add(parent, "p:cxnSp")
            self._add_name(element, "p:nvCxnSpPr", "p:cNvCxnSpPr", layer)
        else:
            element = add(parent, "p:sp")
            self._add_name(element, "p:nvSpPr", "p:cNvSpPr", layer)
        add_shape_properties(element, shape, head=head, scale=self._scale, opacity=opacity)

    def _draw_picture(self, layer: LeafLayer, picture: Picture, parent: etree._Element, *, opacity: float) -> None:
        _, relation = self._slide.part.get_or_add_image_part(io.BytesIO(picture.png))
        element = add(parent, "p:pic")
        locks = self._add_name(element, "p:nvPicPr", "p:cNvPicPr", layer)
        add(locks, "a:picLocks", noChangeAspect=1)
        fill = add(element, "p:blipFill")
        blip = add(fill, "a:blip")
        blip.set(tag("r:embed"), relation)
        if opacity < 1:
            add(blip, "a:alphaModFix", amt=round(opacity * 100_000))
        add(add(fill, "a:stretch"), "a:fillRect")
        properties = add(element, "p:spPr")
        add_transform(properties, _edges(picture.rect), self._scale)
        add(add(properties, "a:prstGeom", prst="rect"), "a:avLst")

    def _add_name(self, element: etree._Element, outer: str, inner: str, layer: Layer, **attributes: str) -> etree._Element:
        """The non-visual properties: id, name, whether it is hidden. Returns the part that differs from kind to kind."""
        self._last_id += 1
        group = add(element, outer)
        name = one_line(layer.name)
        common = add(group, "p:cNvPr", id=self._last_id, name=name)
        if inner == "p:cNvPicPr":
            common.set("descr", name)
        if not layer.visible:
            common.set("hidden", "1")
        own = add(group, inner, **attributes)
        add(group, "p:nvPr")
        return own


def _edges(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x, rect.y, rect.right, rect.bottom


def _set_properties(presentation: Presentation, document: Document) -> None:
    """Title, maker and fixed times; the template's preview picture and printer settings go."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    core = presentation.core_properties
    core.title = one_line(document.source.name)
    core.author = core.last_modified_by = "LayerDesk"
    core.created = core.modified = stamp().replace(tzinfo=None)
    core.revision = 1
    for owner in (presentation.part.package, presentation.part):
        for key, relation in list(owner._rels.items()):  # no public way to list them
            if relation.reltype in (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.PRINTER_SETTINGS):
                owner.drop_rel(key)


def _with_fixed_times(data: bytes) -> bytes:
    """The same zip with every member's time set to the stamp; pictures, being compressed already, are stored."""
    moment = stamp()
    year = min(2107, max(1980, moment.year))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            member.create_system = 0
            target.writestr(member, source.read(name), compresslevel=6)
    return out.getvalue()


EXPORTER = PptxExporter()
