"""The PostScript name by which Photoshop finds a font."""

from __future__ import annotations

import re

_WEIGHTS = {
    100: "Thin", 200: "ExtraLight", 300: "Light", 400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold", 800: "ExtraBold",
    900: "Black",
}  # fmt: skip

_FOUR_STYLES = {
    "arial": ("ArialMT", "Arial-BoldMT", "Arial-ItalicMT", "Arial-BoldItalicMT"),
    "times new roman": (
        "TimesNewRomanPSMT", "TimesNewRomanPS-BoldMT", "TimesNewRomanPS-ItalicMT", "TimesNewRomanPS-BoldItalicMT",
    ),
    "courier new": ("CourierNewPSMT", "CourierNewPS-BoldMT", "CourierNewPS-ItalicMT", "CourierNewPS-BoldItalicMT"),
    "times": ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
    "trebuchet ms": ("TrebuchetMS", "TrebuchetMS-Bold", "TrebuchetMS-Italic", "Trebuchet-BoldItalic"),
    "c059": ("C059-Roman", "C059-Bold", "C059-Italic", "C059-BdIta"),
    "p052": ("P052-Roman", "P052-Bold", "P052-Italic", "P052-BoldItalic"),
}  # fmt: skip
"""Families that follow no rule: regular, bold, italic, bold italic."""

_BARE_REGULAR = (
    "Calibri", "Cambria", "Candara", "Comic Sans MS", "Consolas", "Constantia", "Corbel", "Courier", "DejaVu Sans", "DejaVu Sans Condensed",
    "DejaVu Sans Mono", "DejaVu Serif", "DejaVu Serif Condensed", "Droid Sans Fallback", "Georgia", "Helvetica", "Helvetica Neue",
    "Impact", "Liberation Mono", "Liberation Sans", "Liberation Sans Narrow", "Liberation Serif", "Microsoft YaHei", "Noto Mono",
    "Segoe UI", "SimHei", "SimSun", "Tahoma", "Verdana",
)  # fmt: skip
_BARE = frozenset(family.lower() for family in _BARE_REGULAR)
"""Families whose regular style has the family's name alone."""

_OBLIQUE = frozenset(("dejavu sans", "dejavu sans condensed", "dejavu sans mono", "helvetica", "courier", "nimbus sans narrow"))
_ITALIC_IS_IT = frozenset(("source sans 3", "source sans pro", "source serif 4", "source serif pro", "source code pro"))
_CJK_REGION = re.compile(r"\b(Noto (?:Sans|Serif)(?: Mono)? CJK) (JP|KR|SC|TC|HK)\b", re.IGNORECASE)


def postscript_name(family: str, *, weight: int, italic: bool) -> str:
    """The PostScript name of a style of `family` as its maker most likely named it; ASCII, without spaces.

    `weight` is a CSS weight. Where the family is in no table the common rule holds: 'Open Sans', 700, italic is
    'OpenSans-BoldItalic'.
    """
    known = family.strip().lower()
    nearest = _WEIGHTS[min(900, max(100, round(weight / 100) * 100))]
    if known in _FOUR_STYLES:
        return _FOUR_STYLES[known][(weight >= 600) + 2 * italic]
    base = _base(family)
    slant = "Oblique" if known in _OBLIQUE else "It" if known in _ITALIC_IS_IT else "Italic"
    if known in _BARE or known in _OBLIQUE:
        # Old families have four styles and no more.
        nearest = "Bold" if weight >= 600 else "Regular"
    style = ("" if nearest == "Regular" else nearest) + (slant if italic else "")
    if not style and known not in _BARE:
        style = "Regular"
    return f"{base}-{style}" if style else base


def _base(family: str) -> str:
    """The family's part of the name."""
    named = _CJK_REGION.sub(lambda match: match[1] + match[2].lower(), family)
    plain = "".join(letter for letter in named if letter.isascii() and letter.isprintable() and letter not in " []()<>{}/%")
    return plain or "MyriadPro"
