"""Shapes, gradients and arrow heads as SVG elements."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lxml import etree

from layerdesk.document.style import Fill, LinearGradient, RadialGradient, Shape, Stop
from layerdesk.formats.forms import ArrowHead, Pair, ordered_stops
from layerdesk.formats.svg_xml import add, number


class Definitions:
    """The <defs> of the file: gives every gradient and marker an id of its own."""

    def __init__(self, defs: etree._Element, *, taken: set[str]) -> None:
        self._defs = defs
        self._taken = taken

    def paint(self, fill: Fill | None, *, name: str) -> str:
        """What a `fill` attribute says; a gradient is defined first."""
        match fill:
            case None:
                return "none"
            case str():
                return fill
            case LinearGradient():
                (x1, y1), (x2, y2) = fill.start, fill.end
                ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
                return self._gradient("linearGradient", ends, fill.stops, name=name)
            case RadialGradient():
                circle = {"cx": fill.centre[0], "cy": fill.centre[1], "r": fill.radius}
                return self._gradient("radialGradient", circle, fill.stops, name=name)

    def head(self, head: ArrowHead, colour: str, *, name: str) -> str:
        """The id of a marker for an arrow's head, whose back lies on the end of its line."""
        key = self._free(f"{name}-head")
        length, width = number(head.length), number(head.width)
        marker = add(self._defs, "marker", id=key, markerWidth=length, markerHeight=width)
        marker.set("markerUnits", "strokeWidth")
        marker.set("orient", "auto")
        # A little over the end of the line, so that no seam shows between the two.
        marker.set("refX", "0.05")
        marker.set("refY", number(head.width / 2))
        add(marker, "path", d=f"M0 0L{length} {number(head.width / 2)}L0 {width}Z", fill=colour)
        return key

    def _gradient(self, tag: str, place: dict[str, float], stops: tuple[Stop, ...], *, name: str) -> str:
        key = self._free(f"{name}-fill")
        gradient = add(self._defs, tag, id=key, gradientUnits="userSpaceOnUse")
        for attribute, value in place.items():
            gradient.set(attribute, number(value))
        for stop in ordered_stops(stops):
            add(gradient, "stop", offset=number(stop.at, places=4), stop_color=stop.color)
        return f"url(#{key})"

    def _free(self, base: str) -> str:
        key, count = base, 1
        while key in self._taken:
            count += 1
            key = f"{base}-{count}"
        self._taken.add(key)
        return key


def shape_element(
    parent: etree._Element, shape: Shape, *, head: ArrowHead | None, name: str, definitions: Definitions
) -> etree._Element:
    """Append the element of a drawable shape in canvas pixels. `name` is the base for ids of its definitions."""
    element = _outline(parent, shape, head)
    if shape.type in ("line", "arrow"):
        element.set("fill", "none")
    else:
        element.set("fill", definitions.paint(shape.fill, name=name))
    if shape.stroke is not None and shape.stroke.width > 0:
        element.set("stroke", shape.stroke.color)
        element.set("stroke-width", number(shape.stroke.width))
        if head is not None:
            element.set("marker-end", f"url(#{definitions.head(head, shape.stroke.color, name=name)})")
    return element


def _outline(parent: etree._Element, shape: Shape, head: ArrowHead | None) -> etree._Element:
    match shape.type:
        case "rectangle" | "rounded_rect":
            x, y, width, height = (number(value) for value in shape.box)
            element = add(parent, "rect", x=x, y=y, width=width, height=height)
            if shape.type == "rounded_rect":
                element.set("rx", number(max(0.0, min(shape.radius, shape.box[2] / 2, shape.box[3] / 2))))
            return element
        case "ellipse":
            x0, y0, across, down = shape.box
            return add(parent, "ellipse", cx=number(x0 + across / 2), cy=number(y0 + down / 2),
                       rx=number(across / 2), ry=number(down / 2))  # fmt: skip
        case "polygon":
            return add(parent, "polygon", points=_points(shape.points))
        case "path":
            closed = "".join(f"M{_points(contour)}Z" for contour in shape.contours if len(contour) >= 3)
            return add(parent, "path", d=closed, fill_rule="evenodd")
        case "line" | "arrow":
            points = _shortened(shape, head)
            if len(points) > 2:
                return add(parent, "polyline", points=_points(points))
            (x1, y1), (x2, y2) = points
            return add(parent, "line", x1=number(x1), y1=number(y1), x2=number(x2), y2=number(y2))


def _shortened(shape: Shape, head: ArrowHead | None) -> list[Pair]:
    """The points of a line, its end drawn back to where the arrow's head begins."""
    points = list(shape.points)
    if head is None or shape.stroke is None:
        return points
    (x0, y0), (x1, y1) = points[-2:]
    long = math.hypot(x1 - x0, y1 - y0)
    rest = max(0.01, 1 - head.length * shape.stroke.width / long) if long > 0 else 1.0
    points[-1] = (x0 + (x1 - x0) * rest, y0 + (y1 - y0) * rest)
    return points


def _points(points: Iterable[Pair]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
