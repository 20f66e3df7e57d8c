"""Shape layers as native autoshapes, connectors and freeforms."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from layerdesk.document.style import Shape
from layerdesk.formats.forms import ArrowHead, Pair, outline_points, shape_box
from layerdesk.formats.pptx_xml import Box, Scale, add, add_fill, add_line, add_transform

_HEAD_SIZES = (("sm", 2.0), ("med", 3.0), ("lg", 5.0))
"""What PowerPoint offers, in widths of the line."""


def is_connector(shape: Shape) -> bool:
    """Whether it goes as a connector (`p:cxnSp`); everything else is a `p:sp`."""
    return shape.type in ("line", "arrow") and len(shape.points) == 2


def add_shape_properties(element: etree._Element, shape: Shape, *, head: ArrowHead | None, scale: Scale, opacity: float) -> None:
    """<p:spPr> of a drawable shape in canvas pixels."""
    box = shape_box(shape)
    properties = add(element, "p:spPr")
    add_transform(properties, box, scale, **_flips(shape))
    _add_geometry(properties, shape, box, scale)
    is_line = shape.type in ("line", "arrow")
    if not is_connector(shape):
        add_fill(properties, None if is_line else shape.fill, box=box, opacity=opacity)
    line = add_line(properties, shape.stroke, scale=scale, opacity=opacity)
    if head is not None:
        add(line, "a:tailEnd", type="triangle", w=_head_size(head.width), len=_head_size(head.length))


def _flips(shape: Shape) -> dict[str, str | int]:
    """A connector runs from the top left to the bottom right of its box unless flipped."""
    if not is_connector(shape):
        return {}
    (x0, y0), (x1, y1) = shape.points
    return {name: 1 for name, turned in (("flipH", x1 < x0), ("flipV", y1 < y0)) if turned}


def _add_geometry(properties: etree._Element, shape: Shape, box: Box, scale: Scale) -> None:
    presets = {"rectangle": "rect", "rounded_rect": "roundRect", "ellipse": "ellipse"}
    preset = "line" if is_connector(shape) else presets.get(shape.type)
    if preset is None:
        _add_freeform(properties, shape, box, scale)
        return
    geometry = add(properties, "a:prstGeom", prst=preset)
    adjustments = add(geometry, "a:avLst")
    if shape.type == "rounded_rect":
        share = min(0.5, max(0.0, shape.radius / min(shape.box[2:])))
        add(adjustments, "a:gd", name="adj", fmla=f"val {round(share * 100_000)}")


def _add_freeform(properties: etree._Element, shape: Shape, box: Box, scale: Scale) -> None:
    """<a:custGeom> of a polygon, a path or a line of more than two points; several outlines fill by the even-odd rule."""
    left, top, right, bottom = box
    geometry = add(properties, "a:custGeom")
    for name in ("a:avLst", "a:gdLst", "a:ahLst", "a:cxnLst"):
        add(geometry, name)
    add(geometry, "a:rect", l="0", t="0", r="r", b="b")
    closed = shape.type not in ("line", "arrow")
    width, height = scale.emu(right) - scale.emu(left), scale.emu(bottom) - scale.emu(top)
    path = add(add(geometry, "a:pathLst"), "a:path", w=width, h=height)
    if not closed:
        path.set("fill", "none")
    outlines = [c for c in shape.contours if len(c) >= 3] if shape.type == "path" else [tuple(outline_points(shape))]
    for outline in outlines:
        _add_outline(path, ((scale.emu(x) - scale.emu(left), scale.emu(y) - scale.emu(top)) for x, y in outline), closed=closed)


def _add_outline(path: etree._Element, points: Iterable[Pair], *, closed: bool) -> None:
    for index, (x, y) in enumerate(points):
        add(add(path, "a:lnTo" if index else "a:moveTo"), "a:pt", x=str(x), y=str(y))
    if closed:
        add(path, "a:close")


def _head_size(widths: float) -> str:
    return min(_HEAD_SIZES, key=lambda size: abs(size[1] - widths))[0]
