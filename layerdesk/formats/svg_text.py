"""Live text as an SVG <text>, every line where its ink was."""

from __future__ import annotations

from lxml import etree

from layerdesk.document.layers import TextLayer
from layerdesk.document.style import Align
from layerdesk.formats.bearings import generic
from layerdesk.formats.lettering import PlacedLine, is_rtl, language, lettering
from layerdesk.formats.svg_xml import add, number
from layerdesk.formats.xmlsafe import one_line

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def text_element(parent: etree._Element, layer: TextLayer) -> etree._Element:
    """Append the layer's <text>, one <tspan> a line. `textLength` keeps a line in its place where another font stands in."""
    placed = lettering(layer)
    style = placed.style
    text = "".join(line.text for line in placed.lines)
    rtl = is_rtl(text)
    element = add(parent, "text")
    element.set(_XML_SPACE, "preserve")
    spoken = language(text)
    if spoken is not None:
        element.set(_XML_LANG, spoken)
    element.set("font-family", _families(style.font_family, layer.block.alternatives))
    element.set("font-size", number(style.font_size_px))
    element.set("font-weight", str(style.weight))
    if style.italic:
        element.set("font-style", "italic")
    element.set("fill", style.color)
    if style.tracking_px:
        element.set("letter-spacing", number(style.tracking_px, places=3))
    if rtl:
        element.set("direction", "rtl")
    element.set("text-anchor", _anchor(style.align, rtl=rtl))
    if style.angle:
        element.set("transform", f"rotate({number(style.angle, places=3)} {number(placed.pivot[0])} {number(placed.pivot[1])})")
    for line in placed.lines:
        _add_line(element, line, align=style.align, tracking=style.tracking_px)
    return element


def _add_line(element: etree._Element, line: PlacedLine, *, align: Align, tracking: float) -> None:
    span = add(element, "tspan")
    # Browsers count the tracking after the last letter as part of the line.
    length = None if line.advance is None else max(1.0, line.advance + tracking)
    span.set("x", number(line.start + (length or 0.0) * {"center": 0.5, "right": 1.0}.get(align, 0.0)))
    span.set("y", number(line.baseline))
    if length is not None:
        span.set("textLength", number(length))
        span.set("lengthAdjust", "spacingAndGlyphs")
    span.text = line.text


def _anchor(align: Align, *, rtl: bool) -> str:
    if align == "center":
        return "middle"
    return "end" if (align == "right") != rtl else "start"


def _families(family: str, alternatives: tuple[str, ...]) -> str:
    names = dict.fromkeys(cleaned for name in (family, *alternatives[:3]) if (cleaned := one_line(name).strip()))
    quoted = ["'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names]
    return ", ".join([*quoted, generic(family)])
