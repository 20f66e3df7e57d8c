"""Text layers as native text boxes whose baselines lie where the ink's did.

With exact line spacing a line is as high as the spacing says and its baseline lies one descent above its lower edge; LibreOffice does
just that, and takes 0.2 em for the descent of any face when it renders without a display [measured on 7.4: six families, 100 px]. With
single spacing the place would hang on the ascent of the font that the reading machine finds, from 0.88 to 1.16 em.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lxml import etree

from layerdesk.document.style import TextStyle
from layerdesk.formats.lettering import Lettering, PlacedLine, is_rtl, language
from layerdesk.formats.pptx_xml import Box, Scale, add, add_colour, add_transform
from layerdesk.formats.xmlsafe import one_line

_DESCENT = 0.2
_UNEVEN = 0.06
"""Ems by which a baseline may miss even spacing before every line gets a paragraph of its own."""
_SLACK = 0.5
"""Ems that a box is wider than its text."""
_LANGUAGES = {"ja": "ja-JP", "ko": "ko-KR", None: "en-US"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the box: its words (empty for an empty line) and its height in pixels."""

    text: str
    height: float


def add_text_properties(element: etree._Element, placed: Lettering, *, scale: Scale) -> None:
    """<p:spPr> of a text box: where it lies and how it is turned."""
    left, top, right, bottom = _frame(placed)
    middle = placed.on_canvas((left + right) / 2, (top + bottom) / 2)
    half = (right - left) / 2, (bottom - top) / 2
    box = middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1]
    properties = add(element, "p:spPr")
    turn = round(placed.style.angle * 60_000) % 21_600_000
    add_transform(properties, box, scale, **({"rot": turn} if turn else {}))
    add(add(properties, "a:prstGeom", prst="rect"), "a:avLst")
    add(properties, "a:noFill")


def add_text_body(element: etree._Element, placed: Lettering, *, scale: Scale, opacity: float) -> None:
    """<p:txBody>: one paragraph with line breaks where the spacing is even, else one a line."""
    body = add(element, "p:txBody")
    frame = add(body, "a:bodyPr", wrap="none", lIns=0, tIns=0, rIns=0, bIns=0, rtlCol=0, anchor="t")
    add(frame, "a:noAutofit")
    add(body, "a:lstStyle")
    rows, even = _rows(placed)
    text = "".join(row.text for row in rows)
    setting = _Setting(body, placed.style, scale, opacity, _LANGUAGES[language(text)], is_rtl(text))
    for group in [rows] if even else [[row] for row in rows]:
        setting.paragraph(group)


def _frame(placed: Lettering) -> Box:
    """The box in the frame of the text."""
    size = placed.style.font_size_px
    rows, _ = _rows(placed)
    widths = [line.advance or _guessed_width(line.text, size) for line in placed.lines]
    width = max(widths) * 1.02 + _SLACK * size
    match placed.style.align:
        case "right":
            right = median(line.end for line in placed.lines)
            left = right - width
        case "center":
            left = median(line.middle for line in placed.lines) - width / 2
        case _:
            left = median(line.start for line in placed.lines)
    first = placed.lines[0]
    above = sum(row.height for row in rows[: first.index + 1]) - _DESCENT * size
    top = _first_baseline(placed, rows) - above
    return left, top, left + width, top + sum(row.height for row in rows)


def _guessed_width(text: str, size: float) -> float:
    return sum(size if ord(sign) > 0x2E7F else 0.6 * size for sign in text)


def _first_baseline(placed: Lettering, rows: list[_Row]) -> float:
    """Baseline of the first line with ink, all lines considered."""
    heights = [0.0]
    for row in rows[placed.lines[0].index + 1 :]:
        heights.append(heights[-1] + row.height)
    first = placed.lines[0].index
    return median(line.baseline - heights[line.index - first] for line in placed.lines)


def _rows(placed: Lettering) -> tuple[list[_Row], bool]:
    """The lines from the block's first to the last with ink, and whether all are equally high."""
    size = placed.style.font_size_px
    texts = {line.index: line.text for line in placed.lines}
    first, last = placed.lines[0], placed.lines[-1]
    if last.index == 0:
        return [_Row(first.text, size)], True
    steps = _steps(placed.lines, fallback=max(size, placed.style.line_height_px))
    spread = last.index - first.index
    pitch = (last.baseline - first.baseline) / spread if spread else max(size, placed.style.line_height_px)
    even = pitch > 0.3 * size and all(
        abs(line.baseline - first.baseline - (line.index - first.index) * pitch) <= _UNEVEN * size for line in placed.lines
    )
    heights = {} if even else steps
    usual = pitch if even else steps[min(steps)]
    return [_Row(texts.get(index, ""), heights.get(index, usual)) for index in range(placed.count)], even


def _steps(lines: tuple[PlacedLine, ...], *, fallback: float) -> dict[int, float]:
    """Height of every row that ends a step from one line with ink to the next, empty rows between them sharing it."""
    steps: dict[int, float] = {}
    for upper, lower in pairwise(lines):
        rows = lower.index - upper.index
        step = (lower.baseline - upper.baseline) / rows
        for index in range(upper.index + 1, lower.index + 1):
            steps[index] = step if step > 0.3 * fallback else fallback
    return steps or {lines[0].index: fallback}


class _Setting:
    """Writes paragraphs that share one style."""

    def __init__(self, body: etree._Element, style: TextStyle, scale: Scale, opacity: float, spoken: str, rtl: bool) -> None:
        self._body = body
        self._style = style
        self._scale = scale
        self._opacity = opacity
        self._spoken = spoken
        self._rtl = rtl

    def paragraph(self, rows: list[_Row]) -> None:
        """One paragraph, a line break between its rows."""
        paragraph = add(self._body, "a:p")
        align = {"center": "ctr", "right": "r"}.get(self._style.align, "l")
        properties = add(paragraph, "a:pPr", marL=0, indent=0, algn=align, rtl=int(self._rtl))
        spacing = add(properties, "a:lnSpc")
        add(spacing, "a:spcPts", val=min(158_400, max(1, self._scale.points(rows[0].height))))
        for name in ("a:spcBef", "a:spcAft"):
            add(add(properties, name), "a:spcPts", val=0)
        add(properties, "a:buNone")
        for index, row in enumerate(rows):
            if index:
                self._properties(add(paragraph, "a:br"), "a:rPr")
            if row.text:
                run = add(paragraph, "a:r")
                self._properties(run, "a:rPr")
                add(run, "a:t").text = row.text
        # The mark at the end has a height too.
        self._properties(paragraph, "a:endParaRPr")

    def _properties(self, parent: etree._Element, name: str) -> None:
        style = self._style
        size = min(400_000, max(100, self._scale.points(style.font_size_px)))
        run = add(parent, name, lang=self._spoken, sz=size, b=int(style.bold), i=int(style.italic))
        tracking = self._scale.points(style.tracking_px)
        if tracking:
            run.set("spc", str(min(400_000, max(-400_000, tracking))))
        run.set("dirty", "0")
        add_colour(add(run, "a:solidFill"), style.color, opacity=self._opacity)
        family = one_line(style.font_family).strip() or "Arial"
        for script in ("a:latin", "a:ea", "a:cs"):
            add(run, script, typeface=family)
