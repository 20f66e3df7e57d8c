"""Where the lines of a text layer must start so that live text covers the ink it replaces.

Lines are placed in the frame of the text: canvas pixels turned back by the text's angle about `pivot`. Without an angle the frame
is the canvas.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.layers import TextLayer
from layerdesk.document.style import TextLine, TextStyle
from layerdesk.formats.bearings import bearings
from layerdesk.formats.xmlsafe import one_line

_BELOW_BASELINE = frozenset("gjpqyQ,;()[]{}|_@$çşţģķļņŗÇµ§")
_DESCENT = 0.21
_CJK_DESCENT = 0.09
_EDGE = 0.3
"""Pixels by which the ink ends, on average, before the outermost pixels that it touches [tried 0, 0.3, 0.5 on six designs]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """One line with ink. Lengths in pixels, positions in the frame."""

    index: int
    """Among the lines of the block, empty ones counted."""
    text: str
    """Without white space at its ends and without what XML cannot hold."""
    start: float
    """Where the advance of its first sign begins."""
    baseline: float
    advance: float | None
    """From there to the end of its last sign, without the tracking after it; None where the ink is not known."""

    @property
    def end(self) -> float:
        return self.start + (self.advance or 0.0)

    @property
    def middle(self) -> float:
        return self.start + (self.advance or 0.0) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """The placed lines of a text layer, its style, and how the frame lies on the canvas."""

    lines: tuple[PlacedLine, ...]
    count: int
    """Lines of the block, empty ones counted, up to the last with ink."""
    style: TextStyle
    pivot: tuple[float, float]

    def on_canvas(self, x: float, y: float) -> tuple[float, float]:
        """A point of the frame in canvas pixels."""
        return turned(x, y, self.style.angle, about=self.pivot)


def turned(x: float, y: float, degrees: float, *, about: tuple[float, float]) -> tuple[float, float]:
    """The point after a clockwise turn (y points down)."""
    sine, cosine = _sine_cosine(degrees)
    dx, dy = x - about[0], y - about[1]
    return about[0] + dx * cosine - dy * sine, about[1] + dx * sine + dy * cosine


def has_text(layer: TextLayer) -> bool:
    """Whether there is anything to write as live text."""
    return any(one_line(line.text).strip() for line in layer.block.lines)


def is_rtl(text: str) -> bool:
    """Whether the first sign with a direction runs from right to left."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def language(text: str) -> str | None:
    """'ja' where there are kana, 'ko' where there is Hangul, else None: enough to choose between shapes of the same character."""
    if any("\u3040" <= sign <= "\u30ff" for sign in text):
        return "ja"
    return "ko" if any("\uac00" <= sign <= "\ud7af" for sign in text) else None


def lettering(layer: TextLayer) -> Lettering:
    """Place the lines of `layer`, its offset included. There is at least one where `has_text(layer)`."""
    style = layer.block.style
    written = [(index, text, line) for index, line in enumerate(layer.block.lines) if (text := one_line(line.text).strip())]
    whole = bounding(line.rect for _, _, line in written).translated(layer.offset)
    pivot = whole.centre
    lines = tuple(_placed(index, text, line, layer=layer, pivot=pivot) for index, text, line in written)
    return Lettering(lines=lines, count=written[-1][0] + 1 if written else 0, style=style, pivot=pivot)


def _placed(index: int, text: str, line: TextLine, *, layer: TextLayer, pivot: tuple[float, float]) -> PlacedLine:
    style = layer.block.style
    rect = line.rect.translated(layer.offset)
    width, height = _upright_ink(rect, text, style)
    middle_x, middle_y = turned(*rect.centre, -style.angle, about=pivot)
    first, last = bearings(text, family=style.font_family)
    known = not rect.empty
    return PlacedLine(
        index=index,
        text=text,
        start=middle_x - width / 2 + _EDGE - first * style.font_size_px if known else float(rect.x),
        baseline=middle_y + _below_middle(line, rect, layer.offset.y, text, style, ink=(width, height)),
        advance=max(1.0, width - 2 * _EDGE + (first + last) * style.font_size_px) if known else None,
    )


def _upright_ink(rect: Rect, text: str, style: TextStyle) -> tuple[float, float]:
    """Width and height of the ink before it was turned, from the upright box around it afterwards."""
    sine, cosine = (abs(part) for part in _sine_cosine(style.angle))
    if sine < 1e-6:
        return float(rect.width), float(rect.height)
    spread = cosine * cosine - sine * sine
    usual = style.font_size_px * (0.95 if _descends(text) else 0.74)
    height = (rect.height * cosine - rect.width * sine) / spread if abs(spread) > 0.2 else usual
    if not 0.2 * style.font_size_px <= height <= 1.6 * style.font_size_px:
        height = usual
    width = (rect.width - height * sine) / cosine if cosine > sine else (rect.height - height * cosine) / sine
    return max(1.0, width), height


def _below_middle(line: TextLine, rect: Rect, moved_y: int, text: str, style: TextStyle, *, ink: tuple[float, float]) -> float:
    """How far the baseline lies below the middle of the ink, in the frame."""
    width, height = ink
    sine, cosine = _sine_cosine(style.angle)
    if line.baseline > 0 and abs(cosine) > 0.3:
        told = (line.baseline + moved_y - rect.centre[1] + width / 2 * sine) / cosine
        if -height / 2 - 0.2 * style.font_size_px < told <= height / 2 + style.font_size_px:
            return told
    return height / 2 - _ink_below_baseline(text) * style.font_size_px


def _ink_below_baseline(text: str) -> float:
    """In em, judged by the signs alone."""
    if _descends(text):
        return _DESCENT
    return _CJK_DESCENT if any(unicodedata.east_asian_width(sign) in "WF" for sign in text) else 0.0


def _descends(text: str) -> bool:
    return not _BELOW_BASELINE.isdisjoint(text)


def _sine_cosine(degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return math.sin(angle), math.cos(angle)
