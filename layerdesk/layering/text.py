"""Text found and measured: each line's characters, ink and setting."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from layerdesk.layering.ink import Ink, measure_ink
from layerdesk.layering.neighbours import snapped
from layerdesk.layering.protocols import FontLibrary, FoundLine, JobContext, Quad, Rgb, TextRecogniser
from layerdesk.layering.rows import joined, one_line
from layerdesk.layering.typography import SetLine, set_lines

_MIN_CONTRAST = 10.0
_KANA = re.compile("[\u3041-\u30fa]")
_FOREIGN, _LONELY = 0.7, 0.05
"""What a character foreign to the language leaves of the confidence; what a family that no other line has takes from it."""
_SURE, _QUITE_SURE = 0.9, 0.995
"""Confidence of the engine below which it doubts its reading, much and a little."""
_LIKE, _UNLIKE = 0.84, 0.8
"""Likeness to drawn letters below which ink is not taken for letters, after much and after a little doubt of the engine."""
_TALL, _VERY_TALL = 24, 48
"""Height of ink in pixels from which the comparison with drawn letters is to be trusted, beside the engine and against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One line of text: what was read, where its ink is, how it is set, how sure all that is."""

    text: str
    recognised: str
    """What the engine read, verbatim; `text` may have blanks more."""
    quad: Quad
    ink: Ink
    setting: SetLine
    reading: float
    """0..1: what the engine alone says."""
    confidence: float


def read_lines(
    image: Rgb, recogniser: TextRecogniser, *, min_confidence: float, context: JobContext
) -> tuple[tuple[FoundLine, Ink], ...]:
    """The lines that the engine reads surely enough and whose ink can be found, with that ink."""
    found = tuple(
        replace(line, text=line.text.strip())
        for line in recogniser.recognise(image, context=context)
        if line.text.strip() and line.confidence >= min_confidence
    )
    pieces = _with_ink(image, found, context)
    groups = joined(pieces)
    if len(groups) == len(pieces):
        return pieces
    return _with_ink(image, tuple(one_line(group) for group in groups), context)


def _with_ink(image: Rgb, found: tuple[FoundLine, ...], context: JobContext) -> tuple[tuple[FoundLine, Ink], ...]:
    lines: list[tuple[FoundLine, Ink]] = []
    for line in found:
        context.check()
        ink = measure_ink(image, line.quad, others=tuple(other.quad for other in found if other is not line))
        if ink is not None and ink.contrast >= _MIN_CONTRAST:
            lines.append((line, ink))
    return tuple(lines)


def set_read_lines(
    lines: tuple[tuple[FoundLine, Ink], ...], *, fonts: FontLibrary | None, context: JobContext
) -> tuple[ReadLine, ...]:
    """The lines with their typography measured and their confidence weighed."""
    settings = set_lines(tuple(ink for _, ink in lines), tuple(line.text for line, _ in lines), fonts=fonts, context=context)
    settings = snapped(settings, tuple(ink for _, ink in lines))
    japanese = any(_KANA.search(line.text) for line, _ in lines)
    usual = Counter(setting.family for setting in settings)
    read = (
        ReadLine(
            text=setting.text,
            recognised=line.text,
            quad=line.quad,
            ink=ink,
            setting=setting,
            reading=line.confidence,
            confidence=_confidence(
                line, setting, drawn=fonts is not None, japanese=japanese, usual=usual[setting.family] / len(settings)
            ),
        )
        for (line, ink), setting in zip(lines, settings, strict=True)
    )
    return tuple(line for line in read if not (fonts is not None and _is_sign(line)))


def _confidence(line: FoundLine, setting: SetLine, *, drawn: bool, japanese: bool, usual: float) -> float:
    """How sure the reading is: what the engine says of the letters, times how much the ink looks like them.

    Without fonts only the engine speaks. `usual` is the share of the picture's lines in this line's family: ink in a face of its own is
    more often a logo. A recogniser of several languages takes a Japanese character for its Chinese twin; one that
    Japanese does not write, in a Japanese picture, is doubtful.
    """
    likeness = setting.match * (1.0 - _LONELY * (1.0 - usual)) if drawn else 1.0
    foreign = japanese and any(not _written_in_japanese(char) for char in line.text)
    return max(0.0, min(1.0, line.confidence * likeness * (_FOREIGN if foreign else 1.0)))


def _written_in_japanese(char: str) -> bool:
    """Whether an ideograph is among those of JIS X 0208; other characters count as written."""
    if not "\u3400" <= char <= "\u9fff":
        return True
    try:
        char.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def _is_sign(line: ReadLine) -> bool:
    """Whether the ink is a drawing that the engine took for letters: an icon read as one character, or a logo.

    A word goes where both witnesses doubt it, the engine and the comparison with drawn letters. Large ink can be compared well: there
    a small doubt of the engine is enough, and none is needed where it is very large.
    """
    if line.reading < _SURE or len(line.text) == 1:
        return line.setting.match < _LIKE
    enough = _TALL if line.reading < _QUITE_SURE else _VERY_TALL
    return line.ink.rect.height >= enough and line.setting.match < _UNLIKE
