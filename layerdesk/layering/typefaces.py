"""Which installed faces are worth trying for a text, in a fixed order."""

from __future__ import annotations

import unicodedata

from layerdesk.layering.protocols import FontFace, FontLibrary

_USUAL = (
    "Arial", "Helvetica", "Helvetica Neue", "Liberation Sans", "Nimbus Sans", "Noto Sans", "Open Sans", "Roboto", "Inter", "Segoe UI",
    "SF Pro Display", "Lato", "Montserrat", "Poppins", "Source Sans 3", "Source Sans Pro", "Work Sans", "Nunito", "Raleway", "Oswald",
    "Bebas Neue", "Aptos", "Calibri", "Carlito", "Verdana", "Tahoma", "Trebuchet MS", "DejaVu Sans", "Ubuntu", "Fira Sans", "Futura",
    "Avenir", "Avenir Next", "Gill Sans", "Impact", "Arial Narrow", "Liberation Sans Narrow", "Times New Roman", "Liberation Serif",
    "Noto Serif", "Georgia", "Garamond", "EB Garamond", "Playfair Display", "Merriweather", "Cambria", "Caladea", "DejaVu Serif",
    "Courier New", "Liberation Mono", "Noto Sans Mono", "DejaVu Sans Mono", "Consolas", "Menlo",
)  # fmt: skip
_USUAL_CJK = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK KR", "Noto Serif CJK JP", "Noto Serif CJK SC",
    "Source Han Sans", "Source Han Serif", "Yu Gothic", "Meiryo", "MS Gothic", "MS Mincho", "Hiragino Sans", "PingFang SC",
    "Microsoft YaHei", "SimSun", "SimHei", "Malgun Gothic", "WenQuanYi Micro Hei", "Droid Sans Fallback", "IPAGothic",
)  # fmt: skip
_ENOUGH = 12


def is_cjk(text: str) -> bool:
    """Whether the text has Chinese, Japanese or Korean characters."""
    return any(unicodedata.name(char, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC")) for char in text)


def families_for(fonts: FontLibrary, *, cjk: bool) -> tuple[str, ...]:
    """Families to try: the usual ones that are installed; where those are few, others in the order of their names."""
    installed = {face.family for face in fonts.faces()}
    chosen = [family for family in (_USUAL_CJK if cjk else _USUAL) if family in installed]
    if len(chosen) < 3:
        others = sorted({face.family for face in fonts.faces() if face.cjk == cjk} - set(chosen))
        chosen += others[: _ENOUGH - len(chosen)]
    return tuple(chosen)


def faces_of(fonts: FontLibrary, family: str, *, weights: tuple[int, ...], italics: tuple[bool, ...]) -> tuple[FontFace, ...]:
    """The faces of a family at the given weights and slants that are really there, each once."""
    found: dict[tuple[int, bool], FontFace] = {}
    for face in fonts.faces():
        if face.family == family and face.weight in weights and face.italic in italics:
            found.setdefault((face.weight, face.italic), face)
    return tuple(found[key] for key in sorted(found))
