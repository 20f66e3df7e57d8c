"""The installed fonts, drawn with FreeType through Pillow."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layerdesk.engines.font_catalogue import broken_font, catalogue, font_folders
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontFace

if TYPE_CHECKING:
    from PIL import ImageFont

_NONE = "No fonts are installed: install some, for example with `sudo apt-get install fonts-noto-core fonts-liberation`."

_SAME_WIDTHS = {
    "arial": ("Liberation Sans", "Arimo"),
    "helvetica": ("Nimbus Sans", "Liberation Sans", "Arimo"),
    "helvetica neue": ("Nimbus Sans", "Liberation Sans", "Arimo"),
    "arial narrow": ("Liberation Sans Narrow",),
    "times new roman": ("Liberation Serif", "Tinos"),
    "times": ("Nimbus Roman", "Liberation Serif", "Tinos"),
    "courier new": ("Liberation Mono", "Cousine"),
    "courier": ("Nimbus Mono PS", "Liberation Mono", "Cousine"),
    "calibri": ("Carlito",),
    "cambria": ("Caladea",),
    "georgia": ("Gelasio",),
    "verdana": ("DejaVu Sans",),
    "bitstream vera sans": ("DejaVu Sans",),
    "source sans pro": ("Source Sans 3",),
}
"""Families made to take the same room as another, and families that were given a new name."""
_SANS = ("Noto Sans", "Open Sans", "Liberation Sans", "Arial", "Helvetica Neue", "Segoe UI", "DejaVu Sans")
_SERIF = ("Noto Serif", "Liberation Serif", "Times New Roman", "Georgia", "DejaVu Serif")
_MONO = ("Noto Sans Mono", "Liberation Mono", "Courier New", "Menlo", "Consolas", "DejaVu Sans Mono")
_CJK_SANS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "PingFang SC", "Microsoft YaHei", "Droid Sans Fallback")
_CJK_SERIF = ("Noto Serif CJK SC", "Noto Serif CJK JP", "Noto Serif CJK KR", "Songti SC", "SimSun")
_SERIF_WORDS = frozenset(("serif", "roman", "times", "georgia", "garamond", "mincho", "song", "slab", "bodoni", "caslon"))
_MONO_WORDS = frozenset(("mono", "code", "courier", "console", "consolas", "typewriter"))
_RULER = 2048.0
"""Size in pixels at which lengths are measured."""
_TRIED = 48
"""How many families are opened at most to find a letter: some letters no font has."""


class InstalledFonts:
    """The fonts found under `folders`, by default those of the platform and those that came with the program."""

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        self._folders = font_folders() if folders is None else tuple(folders)

    @property
    def name(self) -> str:
        return "freetype"

    @property
    def version(self) -> str:
        from PIL import __version__, features

        return f"{features.version('freetype2')} (Pillow {__version__})"

    def missing(self) -> str | None:
        """None where there is a font; else one sentence with the command that installs some."""
        return None if self.faces() else _NONE

    def faces(self) -> tuple[FontFace, ...]:
        """Every face, by family; in a family normal widths first, then light before bold, upright before italic."""
        return _catalogue(self._folders)

    def find(self, family: str, *, weight: int, italic: bool) -> FontFace | None:
        """The face of exactly this family (or a name it also goes by) nearest in slant, then weight. None where there is none."""
        found = _families(self._folders).get(family.strip().casefold(), ())
        return min(found, key=lambda face: _unlikeness(face, weight=weight, italic=italic), default=None)

    def best(self, family: str, *, weight: int, italic: bool, text: str) -> FontFace:
        """The face to draw `text` with: of the family where it has the letters, else the nearest installed one that has them.

        Where no face has all of them, the one with the most. Raises LayerDeskError where no font is installed.
        """
        chosen = self.find(family, weight=weight, italic=italic)
        if chosen is not None and self.covers(chosen, text):
            return chosen
        candidates = [face for name in _fallbacks(family, text) if (face := self.find(name, weight=weight, italic=italic))]
        candidates += self._likely(text, weight=weight, italic=italic)
        if chosen is not None:
            candidates.insert(0, chosen)
        if not candidates:
            raise LayerDeskError(_NONE)
        wanted = _visible(text)
        most, least_lacking = candidates[0], len(wanted) + 1
        for face in candidates:
            lacking = len(wanted - _characters(face.path, face.index & 0xFFFF))
            if lacking == 0:
                return face
            if lacking < least_lacking:
                most, least_lacking = face, lacking
        return most

    def _likely(self, text: str, *, weight: int, italic: bool) -> list[FontFace]:
        """One face of every family, those first that promise the text's Unicode ranges."""
        ranges = _unicode_ranges(text)
        families = dict.fromkeys(face.family for face in self.faces())
        faces = [face for name in families if (face := self.find(name, weight=weight, italic=italic))]
        return sorted(faces, key=lambda face: (ranges & ~face.unicode_ranges).bit_count())[:_TRIED]

    def covers(self, face: FontFace, text: str) -> bool:
        """Whether the face has a glyph for every visible character."""
        return _visible(text) <= _characters(face.path, face.index & 0xFFFF)

    def coverage(
        self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0, fine: bool = True
    ) -> tuple[NDArray[np.uint8], float, float]:
        """One line drawn: its coverage (h, w) uint8, and where in that plane the pen's origin (x) and the baseline (y) lie.

        Both are whole numbers. Smoothed, and hinted so little that no edge moves by more than a small part of a pixel; not `fine`
        lets edges move by up to a pixel and is many times quicker.
        """
        from PIL import Image, ImageDraw

        scale = _oversampling(size_px) if fine else 1
        font = _font(face.path, face.index, size_px * scale, _shaped(text))
        pieces = [(piece, pen * scale) for piece, pen in _pieces(face, text, size_px, tracking_px)]
        boxes = [(font.getbbox(piece, anchor="ls"), pen) for piece, pen in pieces]
        boxes = [(box, pen) for box, pen in boxes if box[2] > box[0] and box[3] > box[1]]
        if not boxes:
            return np.zeros((0, 0), np.uint8), 0.0, 0.0
        # One more pixel all round: smoothing may go past the box that is told.
        left = int(np.floor(min(box[0] + pen for box, pen in boxes) / scale)) - 1
        top = int(np.floor(min(box[1] for box, _ in boxes) / scale)) - 1
        right = int(np.ceil(max(box[2] + pen for box, pen in boxes) / scale)) + 1
        bottom = int(np.ceil(max(box[3] for box, _ in boxes) / scale)) + 1
        sheet = Image.new("L", ((right - left) * scale, (bottom - top) * scale))
        draw = ImageDraw.Draw(sheet)
        for piece, pen in pieces:
            draw.text((pen - left * scale, -top * scale), piece, fill=255, font=font, anchor="ls")
        return _reduced(np.asarray(sheet), scale), float(-left), float(-top)

    def advance(self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0) -> float:
        """How far the pen goes on over `text`, in pixels; every letter is followed by `tracking_px`."""
        letters = _letters(text)
        if _shaped(text):
            return _length(face.path, face.index, text) * size_px + tracking_px * len(letters)
        steps = (_step(face.path, face.index, letter, after) for letter, after in pairwise((*letters, "")))
        return sum(steps) * size_px + tracking_px * len(letters)


@lru_cache(maxsize=8)
def _catalogue(folders: tuple[Path, ...]) -> tuple[FontFace, ...]:
    return catalogue(folders)


@lru_cache(maxsize=8)
def _families(folders: tuple[Path, ...]) -> dict[str, tuple[FontFace, ...]]:
    """The faces by every name they go by, in small letters. A family's own name is not lent to faces of other families."""
    own: dict[str, list[FontFace]] = {}
    lent: dict[str, list[FontFace]] = {}
    for face in _catalogue(folders):
        own.setdefault(face.family.casefold(), []).append(face)
        for alias in face.aliases:
            lent.setdefault(alias.casefold(), []).append(face)
    return {name: tuple(faces) for name, faces in (lent | own).items()}


def _unlikeness(face: FontFace, *, weight: int, italic: bool) -> tuple[bool, int, int, bool]:
    """Slant counts most, then width, then weight; of two weights equally far the one on the wanted side of normal."""
    wrong_side = face.weight < weight if weight >= 500 else face.weight > weight
    return face.italic != italic, abs(face.stretch - 5), abs(face.weight - weight), wrong_side


def _fallbacks(family: str, text: str) -> tuple[str, ...]:
    """Families to try in the place of one that is missing or lacks letters."""
    name = family.strip().casefold()
    words = set(name.replace("-", " ").split())
    serif = bool(words & _SERIF_WORDS) and "sans" not in words
    plain = _MONO if words & _MONO_WORDS else _SERIF if serif else _SANS
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in text}
    country = "JP" if scripts & {"HIRAGANA", "KATAKANA"} else "KR" if "HANGUL" in scripts else "SC"
    cjk = sorted(_CJK_SERIF if serif else _CJK_SANS, key=lambda one: not one.endswith(country))
    return (*_SAME_WIDTHS.get(name, ()), *plain, *cjk)


def _unicode_ranges(text: str) -> int:
    """The OS/2 Unicode ranges of the visible characters, as the bits of one number."""
    from fontTools.ttLib.tables.O_S_2f_2 import intersectUnicodeRanges

    return sum(1 << bit for bit in intersectUnicodeRanges(_visible(text)))


def _visible(text: str) -> frozenset[int]:
    """The characters that need a glyph: no spaces, controls, joiners or variation selectors."""
    return frozenset(
        ord(char)
        for char in text
        if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf") and not 0xFE00 <= ord(char) <= 0xFE0F
    )


@lru_cache(maxsize=96)
def _characters(path: str, index: int) -> frozenset[int]:
    """The characters that the face has glyphs for; none where it turns out to be damaged."""
    from fontTools.ttLib import TTFont
    from PIL import ImageFont

    with contextlib.suppress(*broken_font()), Path(path).open("rb") as file:
        ImageFont.truetype(path, 16, index=index)
        return frozenset(TTFont(file, lazy=True, fontNumber=index).getBestCmap() or ())
    return frozenset()


@lru_cache(maxsize=96)
def _font(path: str, index: int, size: float, shaped: bool) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont, features

    # The basic layout is the same on every machine; letters that join or stack come out right with the other one only.
    engine = ImageFont.Layout.RAQM if shaped and features.check_feature("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, index=index, layout_engine=engine)


def _shaped(text: str) -> bool:
    """Whether the text has letters of scripts that join, stack or run to the left: Hebrew to Myanmar, Khmer, Mongolian and more."""
    return any(0x0590 <= ord(char) <= 0x109F or 0x1780 <= ord(char) <= 0x18AF or 0xFB1D <= ord(char) <= 0xFEFC for char in text)


def _oversampling(size_px: float) -> int:
    """How many times larger to draw before averaging: FreeType's hinting moves edges by up to a pixel of what it draws."""
    return 8 if size_px <= 40 else 4 if size_px <= 160 else 2


def _letters(text: str) -> list[str]:
    """The text in pieces that stay together when it is tracked: a character and the marks on it."""
    letters: list[str] = []
    for char in text:
        if letters and (unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf")):
            letters[-1] += char
        else:
            letters.append(char)
    return letters


def _pieces(face: FontFace, text: str, size_px: float, tracking_px: float) -> list[tuple[str, float]]:
    """What to draw at which pen position: letter by letter, for FreeType rounds the letters' widths to whole pixels."""
    if _shaped(text) and tracking_px == 0:
        return [(text, 0.0)]
    pieces, pen = [], 0.0
    for letter, after in pairwise((*_letters(text), "")):
        pieces.append((letter, pen))
        pen += _step(face.path, face.index, letter, after) * size_px + tracking_px
    return pieces


@lru_cache(maxsize=1 << 15)
def _step(path: str, index: int, letter: str, after: str) -> float:
    """From one letter's pen position to the next one's, kerning included, in ems."""
    if not after:
        return _length(path, index, letter)
    return _length(path, index, letter + after) - _length(path, index, after)


@lru_cache(maxsize=1 << 15)
def _length(path: str, index: int, text: str) -> float:
    """How far the pen goes on over `text`, in ems, measured so large that rounding to pixels does not count."""
    return float(_font(path, index, _RULER, _shaped(text)).getlength(text)) / _RULER


def _reduced(sheet: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Each square of scale x scale pixels averaged, rounded."""
    rows, columns = sheet.shape[0] // scale, sheet.shape[1] // scale
    sums = sheet.reshape(rows, scale, columns, scale).sum(axis=(1, 3), dtype=np.uint32)
    return np.asarray((2 * sums + scale * scale) // (2 * scale * scale), np.uint8)
