"""How far a glyph's ink stays from the edges of its advance: what leads from an ink box to where text must start.

Hundredths of the em, for the printable ASCII signs '!' to '~', of four faces that stand for most: Liberation Sans (metrics of
Arial), Liberation Serif (Times New Roman), Liberation Mono (Courier New), Noto Sans. Bold faces differ by 0.01 em on average.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

Generic = Literal["sans-serif", "serif", "monospace"]

_SANS = (
    "9 4 0 1 4 4 5 6 1 2 5 9 4 9 0 4 8 5 4 2 4 5 5 4 5 9 9 5 5 5 4 8 0 8 5 8 8 8 5 8 9 2 8 8 8 8 5 8 5 8 5 2 8 0 0 2 2 3 7 "
    "0 1 0 -2 5 4 6 4 4 4 1 4 7 7 -2 7 7 7 7 4 6 4 7 3 2 6 0 0 1 0 4 2 9 2 4",
    "9 4 0 2 4 2 5 1 6 2 5 9 4 9 0 4 5 5 4 3 4 4 5 4 5 9 9 5 5 5 4 9 0 5 4 5 4 4 7 8 9 7 1 3 8 8 5 5 5 5 5 2 8 0 0 2 2 3 1 "
    "0 7 0 -1 7 0 4 3 6 4 0 6 6 7 7 0 7 7 6 4 4 6 2 4 1 7 0 0 1 0 5 2 9 2 4",
)
_SERIF = (
    "11 6 2 4 3 4 4 4 3 5 5 4 4 7 0 4 9 4 5 2 6 4 7 4 3 8 5 5 5 5 5 5 1 3 4 3 3 3 4 3 4 2 3 3 3 3 4 3 4 3 7 2 2 1 0 2 1 5 7 "
    "0 4 1 -1 6 4 0 4 4 4 3 4 1 2 -3 2 2 2 2 4 2 4 2 4 1 1 0 0 1 1 3 9 8 9 3",
    "11 6 2 3 3 2 4 3 4 5 5 6 4 7 0 4 6 6 4 2 4 3 3 4 4 8 8 5 5 5 4 5 1 5 6 4 5 4 3 3 4 2 1 6 3 2 4 4 2 0 6 2 2 1 0 2 3 5 4 "
    "0 7 1 -1 8 1 4 3 1 3 0 2 1 2 9 0 2 2 2 4 4 2 1 4 1 2 0 0 1 0 3 9 8 9 3",
)
_MONO = (
    "25 14 3 3 0 2 25 17 16 12 6 13 16 24 6 6 7 7 6 5 6 7 8 6 7 24 17 6 6 6 5 2 0 8 6 8 8 9 6 8 10 9 8 12 6 8 5 8 5 8 4 4 7 "
    "0 0 2 2 4 20 6 13 6 0 20 6 9 6 7 6 7 7 9 7 6 12 13 5 9 6 9 7 12 8 9 9 3 1 5 3 7 11 26 8 5",
    "25 14 3 4 0 2 25 17 17 12 6 26 16 24 6 6 5 7 6 5 6 6 8 7 7 24 22 6 6 6 8 2 0 4 4 5 5 7 6 8 10 12 0 6 6 8 5 5 4 3 5 4 7 "
    "1 0 2 2 4 13 6 20 7 0 20 3 7 7 9 7 6 9 9 5 19 5 6 5 9 6 7 9 9 8 10 8 3 1 5 3 8 8 26 11 5",
)
_HUMANIST = (
    "7 6 2 6 5 5 6 4 3 4 5 4 4 7 1 5 9 5 4 2 6 6 4 5 5 7 3 5 6 5 1 6 0 10 6 10 10 10 6 10 4 -8 10 10 10 10 6 10 6 10 5 1 9 "
    "0 1 0 0 4 8 1 2 4 0 4 5 8 6 6 6 2 6 8 8 -6 8 8 8 8 6 8 6 8 5 2 8 0 1 2 0 4 3 24 3 5",
    "7 6 3 6 5 0 6 3 4 4 5 8 4 7 1 5 22 5 6 2 6 5 5 5 5 7 7 5 6 5 3 6 0 5 3 6 6 2 7 10 4 9 0 2 10 10 6 5 6 2 5 1 9 0 1 0 0 "
    "4 2 1 8 4 0 4 8 6 3 8 5 -4 8 8 8 8 1 8 8 8 5 6 8 2 4 2 8 0 1 2 0 4 3 24 3 5",
)

_HUMANIST_FAMILIES = ("noto", "open sans", "dejavu", "verdana", "tahoma", "segoe", "source sans", "ubuntu", "lato", "inter")
_MONO_WORDS = ("mono", "courier", "consolas", "menlo", "code")
_SERIF_WORDS = (
    *("serif", "times", "georgia", "garamond", "roman", "playfair", "merriweather", "baskerville", "bodoni", "didot", "caslon"),
    *("mincho", "song", "ming", "palatino", "cambria", "lora", "slab", "明朝", "宋"),
)

# Full-width punctuation fills one half of its square.
_INK_LEFT = frozenset("、。，．」』）】〉》〕｝！？：；")
_INK_RIGHT = frozenset("「『（【〈《〔｛")


def generic(family: str) -> Generic:
    """The CSS class of a font family, judged by its name."""
    name = family.casefold()
    if any(word in name for word in _MONO_WORDS):
        return "monospace"
    if "sans" not in name and any(word in name for word in _SERIF_WORDS):
        return "serif"
    return "sans-serif"


def bearings(text: str, *, family: str) -> tuple[float, float]:
    """Left bearing of the first and right bearing of the last sign of `text`, in em; (0, 0) for no text."""
    if not text:
        return 0.0, 0.0
    return _bearing(text[0], family, side=0), _bearing(_last_base(text), family, side=1)


def _last_base(text: str) -> str:
    """The last sign that is not a combining mark."""
    return next((sign for sign in reversed(text) if not unicodedata.combining(sign)), text[-1])


def _bearing(sign: str, family: str, *, side: int) -> float:
    base = unicodedata.normalize("NFD", sign)[0]
    if "!" <= base <= "~":
        return int(_table(family)[side].split()[ord(base) - ord("!")]) / 100
    if unicodedata.east_asian_width(sign) in "WF":
        if sign in _INK_LEFT:
            return (0.06, 0.55)[side]
        if sign in _INK_RIGHT:
            return (0.55, 0.06)[side]
        return 0.05
    return 0.04


def _table(family: str) -> tuple[str, str]:
    kind = generic(family)
    if kind != "sans-serif":
        return _SERIF if kind == "serif" else _MONO
    return _HUMANIST if family.casefold().startswith(_HUMANIST_FAMILIES) else _SANS
