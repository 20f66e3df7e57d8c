"""Live shape layers: fill, vector mask, origination and stroke blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from psd_tools.constants import Tag
from psd_tools.psd.descriptor import Descriptor
from psd_tools.psd.tagged_blocks import TaggedBlock
from psd_tools.psd.vector import (
    ClosedKnotLinked,
    ClosedKnotUnlinked,
    ClosedPath,
    InitialFillRule,
    OpenKnotUnlinked,
    OpenPath,
    Path,
    PathFillRule,
    VectorMaskSetting,
    VectorStrokeContentSetting,
)
from psd_tools.psd.vector import Knot as BaseKnot

from layerdesk.document.colour import from_hex, to_hex
from layerdesk.document.geometry import Size
from layerdesk.document.style import Fill, LinearGradient, RadialGradient, Shape, Stop, Stroke
from layerdesk.formats import psd_descriptor as d
from layerdesk.formats.forms import ordered_stops
from layerdesk.formats.psd_outline import XY, Knot, LiveShape, Outline, corner_radius

_FIXED = 1 << 24
_SMOOTHNESS = 4096
_ORIGINS = {"rectangle": 1, "rounded_rect": 2, "ellipse": 5}

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def shape_blocks(live: LiveShape, *, canvas: Size, dpi: float) -> tuple[TaggedBlock, ...]:
    """The blocks of a live shape, in Photoshop's order: fill, mask, origination, stroke."""
    shape, lines = live.shape, live.outlines
    box = _bounds(lines)
    arrow = shape.type == "arrow"
    stroke = None if arrow else shape.stroke
    fill = shape.stroke.color if arrow and shape.stroke is not None else shape.fill
    mask = _vector_mask(lines, canvas)
    origin = _origination(shape, dpi)
    if stroke is None:
        kind, content = _content(fill or "#000000", box)
        found = [(kind, d.block(b"null", content)), (Tag.VECTOR_MASK_SETTING1, mask), (Tag.VECTOR_ORIGINATION_DATA, origin)]
    else:
        kind, content = _content(fill if fill is not None else stroke.color, box)
        contents: Any = list(content)
        inside = VectorStrokeContentSetting(contents, key=kind.value, version=16, name=d.NAME, classID=b"null")
        found = [
            (Tag.VECTOR_STROKE_CONTENT_DATA, inside),
            (Tag.VECTOR_MASK_SETTING2, mask),
            (Tag.VECTOR_ORIGINATION_DATA, origin),
            (Tag.VECTOR_STROKE_DATA, _stroke(stroke, filled=fill is not None, dpi=dpi)),
        ]
    return tuple(d.tagged(key, element) for key, element in found if element is not None)


def _vector_mask(lines: Sequence[Outline], canvas: Size) -> VectorMaskSetting:
    parts: list[Any] = [PathFillRule(), InitialFillRule(0)]
    for number, line in enumerate(lines):
        # Later outlines exclude what earlier ones enclose: the even-odd rule.
        operation = 1 if number == 0 else 0
        knots: Any = [_knot(knot, line, canvas) for knot in line.knots]
        parts.append((ClosedPath if line.closed else OpenPath)(knots, operation=operation))
    return VectorMaskSetting(path=Path(parts))


def _knot(knot: Knot, line: Outline, canvas: Size) -> BaseKnot:
    smooth = knot.before != knot.at != knot.after
    kind = OpenKnotUnlinked if not line.closed else ClosedKnotLinked if smooth else ClosedKnotUnlinked
    return kind(*_points(knot, canvas))


def _points(knot: Knot, canvas: Size) -> tuple[XY, XY, XY]:
    """(y, x) as fractions of the canvas, already rounded to what the file's fixed-point numbers hold."""

    def fraction(point: XY) -> XY:
        return round(point[1] / canvas.height * _FIXED) / _FIXED, round(point[0] / canvas.width * _FIXED) / _FIXED

    return fraction(knot.before), fraction(knot.at), fraction(knot.after)


def _origination(shape: Shape, dpi: float) -> Descriptor | None:
    """What makes a rectangle, rounded rectangle or ellipse live in Photoshop's properties; None for other forms."""
    origin = _ORIGINS.get(shape.type)
    if origin is None:
        return None
    x, y, width, height = shape.box
    left, top, right, bottom = x, y, x + width, y + height
    version = (b"unitValueQuadVersion", d.integer(1))
    items: list[tuple[bytes, Any]] = [(b"keyOriginType", d.integer(origin)), (b"keyOriginResolution", d.number(dpi))]
    if shape.type == "rounded_rect":
        radius = d.pixels(corner_radius(shape))
        corners = [(corner, radius) for corner in (b"topRight", b"topLeft", b"bottomLeft", b"bottomRight")]
        items.append((b"keyOriginRRectRadii", d.obj(b"radii", [version, *corners])))
    box = [(b"Top ", top), (b"Left", left), (b"Btom", bottom), (b"Rght", right)]
    items.append((b"keyOriginShapeBBox", d.obj(b"unitRect", [version, *((key, d.pixels(value)) for key, value in box)])))
    if shape.type != "ellipse":
        names = (b"rectangleCornerA", b"rectangleCornerB", b"rectangleCornerC", b"rectangleCornerD")
        corners_at = ((left, top), (right, top), (right, bottom), (left, bottom))
        points = [(name, d.point(d.number(x), d.number(y))) for name, (x, y) in zip(names, corners_at, strict=True)]
        items.append((b"keyOriginBoxCorners", d.obj(b"null", points)))
    unit = ((b"xx  ", 1), (b"xy  ", 0), (b"yx  ", 0), (b"yy  ", 1), (b"tx  ", 0), (b"ty  ", 0))
    items.append((b"Trnf", d.obj(b"Trnf", [(key.rstrip(), d.number(value)) for key, value in unit])))
    items.append((b"keyOriginIndex", d.integer(0)))
    return d.block2(b"null", [(b"keyDescriptorList", d.sequence([d.obj(b"null", items)]))])


def _stroke(stroke: Stroke, *, filled: bool, dpi: float) -> Descriptor:
    return d.block(
        b"strokeStyle",
        [
            (b"strokeStyleVersion", d.integer(2)),
            (b"strokeEnabled", d.YES),
            (b"fillEnabled", d.YES if filled else d.NO),
            (b"strokeStyleLineWidth", d.pixels(stroke.width)),
            (b"strokeStyleLineDashOffset", d.points(0)),
            (b"strokeStyleMiterLimit", d.number(100)),
            (b"strokeStyleLineCapType", d.choice(b"strokeStyleLineCapType", b"strokeStyleButtCap")),
            (b"strokeStyleLineJoinType", d.choice(b"strokeStyleLineJoinType", b"strokeStyleMiterJoin")),
            (b"strokeStyleLineAlignment", d.choice(b"strokeStyleLineAlignment", b"strokeStyleAlignCenter")),
            (b"strokeStyleScaleLock", d.NO),
            (b"strokeStyleStrokeAdjust", d.NO),
            (b"strokeStyleLineDashSet", d.sequence([])),
            (b"strokeStyleBlendMode", d.choice(b"BlnM", b"Nrml")),
            (b"strokeStyleOpacity", d.percent(100)),
            (b"strokeStyleContent", d.obj(b"solidColorLayer", [(b"Clr ", d.colour(stroke.color))])),
            (b"strokeStyleResolution", d.number(dpi)),
        ],
    )


def _content(fill: Fill, box: Box) -> tuple[Tag, d.Items]:
    match fill:
        case LinearGradient():
            return Tag.GRADIENT_FILL_SETTING, _linear(fill, box)
        case RadialGradient():
            return Tag.GRADIENT_FILL_SETTING, _radial(fill, box)
    return Tag.SOLID_COLOR_SHEET_SETTING, [(b"Clr ", d.colour(fill))]


def _linear(fill: LinearGradient, box: Box) -> d.Items:
    """Photoshop's line runs through the box's centre from edge to edge; the stops are moved to where they lie on it."""
    across, down = fill.end[0] - fill.start[0], fill.end[1] - fill.start[1]
    length = math.hypot(across, down)
    if length == 0:
        return _gradient(b"Lnr ", _ordered(fill.stops), angle=0, scale=100, shift=(0, 0))
    cos, sin = across / length, down / length
    width, height = box[2] - box[0], box[3] - box[1]
    whole = min(width / abs(cos) if cos else math.inf, height / abs(sin) if sin else math.inf) or 1.0
    centre = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    begin = (fill.start[0] - centre[0]) * cos + (fill.start[1] - centre[1]) * sin + whole / 2
    stops = [Stop(at=(begin + stop.at * length) / whole, color=stop.color) for stop in _ordered(fill.stops)]
    # Photoshop's angles run counter-clockwise.
    return _gradient(b"Lnr ", _clipped(stops), angle=-math.degrees(math.atan2(down, across)), scale=100, shift=(0, 0))


def _radial(fill: RadialGradient, box: Box) -> d.Items:
    width, height = max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)
    shift = ((fill.centre[0] - (box[0] + box[2]) / 2) / width * 100, (fill.centre[1] - (box[1] + box[3]) / 2) / height * 100)
    # At 0 degrees the radius is half the width, at 90 half the height; the longer side needs the smaller scale.
    angle, side = (0.0, width) if width >= height else (90.0, height)
    return _gradient(b"Rdl ", _ordered(fill.stops), angle=angle, scale=max(fill.radius, 0.01) / (side / 2) * 100, shift=shift)


def _gradient(kind: bytes, stops: Sequence[Stop], *, angle: float, scale: float, shift: XY) -> d.Items:
    colours = [
        d.obj(
            b"Clrt",
            [
                (b"Clr ", d.colour(stop.color)),
                (b"Type", d.choice(b"Clry", b"UsrS")),
                (b"Lctn", d.integer(round(stop.at * _SMOOTHNESS))),
                (b"Mdpn", d.integer(50)),
            ],
        )
        for stop in stops
    ]
    opaque = [
        d.obj(b"TrnS", [(b"Opct", d.percent(100)), (b"Lctn", d.integer(place)), (b"Mdpn", d.integer(50))])
        for place in (0, _SMOOTHNESS)
    ]
    gradient = [
        (b"Nm  ", d.string("Custom")),
        (b"GrdF", d.choice(b"GrdF", b"CstS")),
        (b"Intr", d.number(_SMOOTHNESS)),
        (b"Clrs", d.sequence(colours)),
        (b"Trns", d.sequence(opaque)),
    ]
    return [
        (b"Angl", d.degrees(round(angle, 6))),
        (b"Type", d.choice(b"GrdT", kind)),
        (b"Algn", d.YES),
        (b"Scl ", d.percent(round(scale, 6))),
        (b"Ofst", d.point(*(d.percent(round(value, 6)) for value in shift))),
        (b"Grad", d.obj(b"Grdn", gradient)),
    ]


def _ordered(stops: Sequence[Stop]) -> list[Stop]:
    """At least two stops, in order."""
    found = list(ordered_stops(tuple(stops))) or [Stop(at=0, color="#000000")]
    return found if len(found) > 1 else [Stop(at=0, color=found[0].color), Stop(at=1, color=found[0].color)]


def _clipped(stops: Sequence[Stop]) -> list[Stop]:
    """The stops between 0 and 1, with the colours that the gradient has at both ends where stops lie beyond."""
    inside = [stop for stop in stops if 0 <= stop.at <= 1]
    ends = [Stop(at=place, color=_colour_at(stops, place)) for place in (0.0, 1.0)]
    return [*(ends[:1] if stops[0].at < 0 else []), *inside, *(ends[1:] if stops[-1].at > 1 else [])] if inside else ends


def _colour_at(stops: Sequence[Stop], place: float) -> str:
    before = max((stop for stop in stops if stop.at <= place), key=lambda stop: stop.at, default=stops[0])
    after = min((stop for stop in stops if stop.at >= place), key=lambda stop: stop.at, default=stops[-1])
    span = after.at - before.at
    part = (place - before.at) / span if span > 0 else 0.0
    return to_hex(tuple(a + (b - a) * part for a, b in zip(from_hex(before.color), from_hex(after.color), strict=True)))


def _bounds(lines: Sequence[Outline]) -> Box:
    points = [knot.at for line in lines for knot in line.knots]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
