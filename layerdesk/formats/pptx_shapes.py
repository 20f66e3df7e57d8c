"""Shape layers as native autoshapes, connectors and freeforms."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lxml import etree

from layerdesk.document.style import Shape, Stroke
from layerdesk.formats.forms import ArrowHead, Pair, outline_points, shape_box
from layerdesk.formats.pptx_xml import Box, Scale, add, add_fill, add_line, add_transform

_HEAD_SIZES = (("sm", 2.0), ("med", 3.0), ("lg", 5.0))
"""What PowerPoint offers, in widths of the line."""


def is_connector(shape: Shape, head: ArrowHead | None) -> bool:
    """Whether it goes as a connector (`p:cxnSp`); everything else is a `p:sp`.

    An arrow whose head is of none of the sizes that lines offer goes as a block arrow.
    """
    return shape.type in ("line", "arrow") and len(shape.points) == 2 and (head is None or _offered(head))


def add_shape_properties(element: etree._Element, shape: Shape, *, head: ArrowHead | None, scale: Scale, opacity: float) -> None:
    """<p:spPr> of a drawable shape in canvas pixels."""
    properties = add(element, "p:spPr")
    if head is not None and shape.stroke is not None and len(shape.points) == 2 and not _offered(head):
        _add_block_arrow(properties, shape.points, shape.stroke, head, scale=scale, opacity=opacity)
        return
    box = shape_box(shape)
    if is_connector(shape, head):
        add_transform(properties, box, scale, **_flips(shape))
        _add_preset(properties, "line", {})
    else:
        add_transform(properties, box, scale)
        _add_geometry(properties, shape, box, scale)
        fill = None if shape.type in ("line", "arrow") else shape.fill
        add_fill(properties, fill, box=box, opacity=opacity)
    line = add_line(properties, shape.stroke, scale=scale, opacity=opacity)
    if head is not None:
        add(line, "a:tailEnd", type="triangle", w=_head_size(head.width)[0], len=_head_size(head.length)[0])


def _flips(shape: Shape) -> dict[str, str | int]:
    """A connector runs from the top left to the bottom right of its box unless flipped."""
    (x0, y0), (x1, y1) = shape.points
    return {name: 1 for name, turned in (("flipH", x1 < x0), ("flipV", y1 < y0)) if turned}


def _add_block_arrow(
    properties: etree._Element, points: tuple[Pair, ...], stroke: Stroke, head: ArrowHead, *, scale: Scale, opacity: float
) -> None:
    """A right arrow, turned: its adjustments are the shaft's part of the height and the head's length in shorter sides."""
    (x0, y0), (x1, y1) = points
    length, height = math.hypot(x1 - x0, y1 - y0), head.width * stroke.width
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    box = middle_x - length / 2, middle_y - height / 2, middle_x + length / 2, middle_y + height / 2
    turn = round(math.degrees(math.atan2(y1 - y0, x1 - x0)) * 60_000) % 21_600_000
    add_transform(properties, box, scale, **({"rot": turn} if turn else {}))
    shaft = round(100_000 / head.width)
    tip = round(min(length, head.length * stroke.width) / min(length, height) * 100_000)
    _add_preset(properties, "rightArrow", {"adj1": shaft, "adj2": tip})
    add_fill(properties, stroke.color, box=box, opacity=opacity)
    add_line(properties, None, scale=scale, opacity=opacity)


def _add_geometry(properties: etree._Element, shape: Shape, box: Box, scale: Scale) -> None:
    match shape.type:
        case "rectangle":
            _add_preset(properties, "rect", {})
        case "ellipse":
            _add_preset(properties, "ellipse", {})
        case "rounded_rect":
            share = min(0.5, max(0.0, shape.radius / min(shape.box[2:])))
            _add_preset(properties, "roundRect", {"adj": round(share * 100_000)})
        case _:
            _add_freeform(properties, shape, box, scale)


def _add_preset(properties: etree._Element, preset: str, adjustments: dict[str, int]) -> None:
    values = add(add(properties, "a:prstGeom", prst=preset), "a:avLst")
    for name, value in adjustments.items():
        add(values, "a:gd", name=name, fmla=f"val {value}")


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


def _head_size(widths: float) -> tuple[str, float]:
    return min(_HEAD_SIZES, key=lambda size: abs(size[1] - widths))


def _offered(head: ArrowHead) -> bool:
    return all(abs(_head_size(value)[1] - value) <= 0.2 * value for value in (head.length, head.width))
