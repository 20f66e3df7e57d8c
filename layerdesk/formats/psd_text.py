"""Live type layers: the block that makes Photoshop see a layer as text."""

from __future__ import annotations

import math
import re

from psd_tools.constants import Tag
from psd_tools.psd.descriptor import Descriptor
from psd_tools.psd.tagged_blocks import TaggedBlock, TypeToolObjectSetting

from layerdesk.document.colour import from_hex
from layerdesk.document.layers import TextLayer
from layerdesk.document.style import TextBlock, TextStyle
from layerdesk.formats import psd_descriptor as d
from layerdesk.formats.lettering import Lettering, lettering
from layerdesk.formats.psd_engine import Type, engine_data
from layerdesk.formats.psd_fonts import postscript_name

_BREAKS = re.compile(r"\r\n|[\r\n\x03\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ASCENT, _DESCENT = 0.86, 0.24
"""Of the font size: roughly how far the line box of most fonts reaches above and below the baseline."""


def paragraphs(block: TextBlock) -> tuple[str, ...]:
    """The block's lines, one paragraph each, without control characters."""
    return tuple(_CONTROLS.sub("", line) for line in _BREAKS.split(block.text))


def type_block(layer: TextLayer, *, index: int) -> TaggedBlock:
    """The TySh block of a text layer that has text. `index` counts the document's type layers from 0."""
    style, placed = layer.block.style, lettering(layer)
    lines = paragraphs(layer.block)
    typed = Type(
        paragraphs=lines,
        font=postscript_name(style.font_family, weight=style.weight, italic=style.italic),
        size=round(style.font_size_px, 4),
        leading=round(max(style.line_height_px, 0.01), 4),
        tracking=min(10_000, max(-1_000, round(style.tracking_px / style.font_size_px * 1000))),  # what Photoshop takes
        rgb=from_hex(style.color),
        align=style.align,
    )
    angle = math.radians(style.angle)
    cos, sin = round(math.cos(angle), 12), round(math.sin(angle), 12) + 0.0
    bounds = _box(style, max(line.advance or 0.0 for line in placed.lines), len(lines))
    text = d.block(
        b"TxLr",
        [
            (b"Txt ", d.string("\r".join(lines))),
            (b"textGridding", d.choice(b"textGridding", b"None")),
            (b"Ornt", d.choice(b"Ornt", b"Hrzn")),
            (b"AntA", d.choice(b"Annt", b"antiAliasSharp")),
            (b"bounds", _descriptor(b"bounds", bounds)),
            (b"boundingBox", _descriptor(b"boundingBox", bounds)),
            (b"TextIndex", d.integer(index)),
            (b"EngineData", d.raw(engine_data(typed))),
        ],
    )
    warp = d.block(
        b"warp",
        [
            (b"warpStyle", d.choice(b"warpStyle", b"warpNone")),
            (b"warpValue", d.number(0)),
            (b"warpPerspective", d.number(0)),
            (b"warpPerspectiveOther", d.number(0)),
            (b"warpRotate", d.choice(b"Ornt", b"Hrzn")),
        ],
    )
    transform = (cos, sin, 0.0 - sin, cos, *_pin(placed))
    setting = TypeToolObjectSetting(transform=transform, text_version=50, text_data=text, warp=warp)
    return d.tagged(Tag.TYPE_TOOL_OBJECT_SETTING, setting)


def _pin(placed: Lettering) -> tuple[float, float]:
    """Where the first baseline has its left end, centre or right end, by alignment; in canvas pixels."""
    first = placed.lines[0]
    x = {"left": first.start, "justify": first.start, "center": first.middle, "right": first.end}[placed.style.align]
    return placed.on_canvas(x, first.baseline - first.index * placed.style.line_height_px)


def _box(style: TextStyle, width: float, lines: int) -> tuple[float, float, float, float]:
    """Left, top, right, bottom around the text in its own axes, whose origin is the pin."""
    left = {"left": 0.0, "justify": 0.0, "center": -width / 2, "right": -width}[style.align]
    top, bottom = -_ASCENT * style.font_size_px, _DESCENT * style.font_size_px + (lines - 1) * style.line_height_px
    return left, top, left + width, bottom


def _descriptor(class_id: bytes, box: tuple[float, float, float, float]) -> Descriptor:
    return d.sides(class_id, *(d.points(round(value, 4)) for value in box))
