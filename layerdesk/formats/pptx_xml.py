"""PresentationML in small pieces: names, the slide's scale, fills and lines.

The order of children is the schema's; PowerPoint calls a file broken where it differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from layerdesk.document.colour import from_hex, to_hex
from layerdesk.document.style import Fill, LinearGradient, RadialGradient, Stop, Stroke
from layerdesk.formats.forms import ordered_stops

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PREFIXES = {"a": DRAWING, "p": SLIDE, "r": RELATIONS}

EMU_PER_INCH = 914_400
EMU_PER_POINT = 12_700
_MIN_SIDE = EMU_PER_INCH
_MAX_SIDE = 56 * EMU_PER_INCH

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in canvas pixels."""


def tag(name: str) -> str:
    """'a:off' as lxml writes it."""
    prefix, local = name.split(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


def add(parent: etree._Element, name: str, /, **attributes: str | int) -> etree._Element:
    """A new last child of `parent`."""
    element = etree.SubElement(parent, tag(name))
    for key, value in attributes.items():
        element.set(key, str(value))
    return element


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From canvas pixels to the slide."""

    emu_per_px: float
    slide: tuple[int, int]
    """Width and height in EMU."""
    changed: bool
    """Whether the slide is not of the picture's own size, because PowerPoint knows 1 to 56 inches only."""

    @staticmethod
    def of(width: int, height: int, *, dpi: float) -> Scale:
        """The scale for a picture of this many pixels."""
        natural = EMU_PER_INCH / (dpi if math.isfinite(dpi) and dpi > 0 else 96.0)
        most, least = _MAX_SIDE / max(width, height), _MIN_SIDE / min(width, height)
        # A strip longer than 56 times its width gets a slide with room beside it.
        per_px = min(most, max(natural, least))
        slide = tuple(min(_MAX_SIDE, max(_MIN_SIDE, round(side * per_px))) for side in (width, height))
        changed = (slide[0], slide[1]) != (round(width * natural), round(height * natural))
        return Scale(emu_per_px=per_px, slide=(slide[0], slide[1]), changed=changed)

    def emu(self, pixels: float) -> int:
        return round(pixels * self.emu_per_px)

    def points(self, pixels: float) -> int:
        """In hundredths of a point."""
        return round(pixels * self.emu_per_px / EMU_PER_POINT * 100)


def add_transform(parent: etree._Element, box: Box, scale: Scale, **attributes: str | int) -> etree._Element:
    """<a:xfrm> of a box."""
    left, top, right, bottom = (scale.emu(value) for value in box)
    frame = add(parent, "a:xfrm", **attributes)
    add(frame, "a:off", x=left, y=top)
    add(frame, "a:ext", cx=right - left, cy=bottom - top)
    return frame


def add_colour(parent: etree._Element, colour: str, *, opacity: float) -> None:
    """<a:srgbClr>, with <a:alpha> where it is not opaque."""
    element = add(parent, "a:srgbClr", val=colour.lstrip("#").upper())
    if opacity < 1:
        add(element, "a:alpha", val=round(max(0.0, opacity) * 100_000))


def add_fill(parent: etree._Element, fill: Fill | None, *, box: Box, opacity: float) -> None:
    """The fill of a shape whose outline lies in `box`."""
    match fill:
        case None:
            add(parent, "a:noFill")
        case str():
            add_colour(add(parent, "a:solidFill"), fill, opacity=opacity)
        case LinearGradient():
            _add_linear(parent, fill, box=box, opacity=opacity)
        case RadialGradient():
            _add_radial(parent, fill, box=box, opacity=opacity)


def add_line(parent: etree._Element, stroke: Stroke | None, *, scale: Scale, opacity: float) -> etree._Element:
    """<a:ln>: the outline, or the word that there is none."""
    if stroke is None or stroke.width <= 0:
        line = add(parent, "a:ln")
        add(line, "a:noFill")
        return line
    line = add(parent, "a:ln", w=min(20_116_800, scale.emu(stroke.width)), cap="flat")
    add_colour(add(line, "a:solidFill"), stroke.color, opacity=opacity)
    add(line, "a:prstDash", val="solid")
    add(line, "a:miter", lim=800_000)
    return line


def _add_linear(parent: etree._Element, fill: LinearGradient, *, box: Box, opacity: float) -> None:
    """A linear gradient of DrawingML runs over the whole box in its direction, so the stops are moved to where they lie on that run."""
    (x0, y0), (x1, y1) = fill.start, fill.end
    long = math.hypot(x1 - x0, y1 - y0)
    if long < 1e-6:
        _add_stops(parent, ordered_stops(fill.stops)[-1:] * 2, opacity=opacity)
        add(parent[-1], "a:lin", ang=0, scaled=0)
        return
    dx, dy = (x1 - x0) / long, (y1 - y0) / long
    corners = [x * dx + y * dy for x in (box[0], box[2]) for y in (box[1], box[3])]
    run = max(1e-6, max(corners) - min(corners))
    first = x0 * dx + y0 * dy - min(corners)
    _add_stops(parent, _rescaled(fill.stops, first / run, long / run), opacity=opacity)
    add(parent[-1], "a:lin", ang=round(math.degrees(math.atan2(dy, dx)) * 60_000) % 21_600_000, scaled=0)


def _add_radial(parent: etree._Element, fill: RadialGradient, *, box: Box, opacity: float) -> None:
    """A circular path gradient reaches from its centre as far as half the diagonal of the box."""
    left, top, right, bottom = box
    width, height = max(1e-6, right - left), max(1e-6, bottom - top)
    reach = math.hypot(width, height) / 2
    _add_stops(parent, _rescaled(fill.stops, 0.0, fill.radius / reach), opacity=opacity)
    across = min(1.0, max(0.0, (fill.centre[0] - left) / width))
    down = min(1.0, max(0.0, (fill.centre[1] - top) / height))
    path = add(parent[-1], "a:path", path="circle")
    sides = {"l": across, "t": down, "r": 1 - across, "b": 1 - down}
    add(path, "a:fillToRect", **{side: round(share * 100_000) for side, share in sides.items()})


def _add_stops(parent: etree._Element, stops: tuple[Stop, ...], *, opacity: float) -> None:
    gradient = add(parent, "a:gradFill", rotWithShape=1)
    group = add(gradient, "a:gsLst")
    for stop in stops:
        add_colour(add(group, "a:gs", pos=round(stop.at * 100_000)), stop.color, opacity=opacity)


def _rescaled(stops: tuple[Stop, ...], first: float, share: float) -> tuple[Stop, ...]:
    """`stops` on a run of which they take `share` from `first` on, cut to that run; at least two, from 0 to 1."""
    placed = [(first + stop.at * share, stop.color) for stop in ordered_stops(stops)]
    inside = [Stop(at=at, color=colour) for at, colour in placed if 0 < at < 1]
    return (Stop(at=0.0, color=_colour_at(placed, 0.0)), *inside, Stop(at=1.0, color=_colour_at(placed, 1.0)))


def _colour_at(placed: list[tuple[float, str]], at: float) -> str:
    """The colour of a gradient at a place, its end colours going on for ever."""
    if at <= placed[0][0]:
        return placed[0][1]
    for (left, before), (right, after) in pairwise(placed):
        if left <= at <= right and right > left:
            part = (at - left) / (right - left)
            return to_hex(tuple(a + (b - a) * part for a, b in zip(from_hex(before), from_hex(after), strict=True)))
    return placed[-1][1]
