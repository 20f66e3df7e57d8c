"""What the stages ask of an engine, and what every long piece of work is given to report to.

An engine says by `missing()` whether it can run here: None, or one sentence with the command that mends it. Arrays are RGB uint8
(h, w, 3) unless told otherwise; boxes and points are pixels of that array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Plane = NDArray[np.uint8]
Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


class Cancelled(Exception):
    """Somebody asked the work to stop. Not a failure."""


class JobContext(Protocol):
    """What background work is handed: it reports forward and asks whether to go on. Never a Qt object."""

    def report(self, fraction: float, text: str) -> None:
        """`fraction` 0..1 of the whole work; `text` what is being done, for people."""

    def check(self) -> None:
        """Raises Cancelled once the work is to stop. Call it between engine calls."""


class Silent:
    """A context that nobody watches and nobody cancels."""

    def report(self, fraction: float, text: str) -> None:
        del fraction, text

    def check(self) -> None:
        return None


@runtime_checkable
class Engine(Protocol):
    """What all engines have in common."""

    @property
    def name(self) -> str:
        """Short, stable, as it stands in recipes: 'rapidocr'."""
        ...

    @property
    def version(self) -> str:
        """Version of the library and model, for provenance."""
        ...

    def missing(self) -> str | None:
        """None where it can run; else one sentence that says what is missing and the command that installs it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWord:
    """A piece of a line with its own box, where the engine tells."""

    text: str
    quad: Quad


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One line of text as an engine read it, verbatim."""

    text: str
    quad: Quad
    """Corners: top left, top right, bottom right, bottom left in reading direction."""
    confidence: float
    words: tuple[FoundWord, ...] = ()


class TextRecogniser(Engine, Protocol):
    """Finds and reads text."""

    def recognise(self, image: Rgb, *, context: JobContext) -> tuple[FoundLine, ...]:
        """The lines of `image`, top to bottom. Calls `context.check()` between its own steps."""
        ...


class Saliency(Engine, Protocol):
    """Finds the subject of a scene."""

    def subject(self, image: Rgb) -> Plane:
        """(h, w) uint8, 255 where the subject is."""
        ...


class Inpainter(Engine, Protocol):
    """Fills a hole from what surrounds it."""

    def fill(self, image: Rgb, hole: NDArray[np.bool_]) -> Rgb:
        """A copy of `image` with the pixels under `hole` (h, w) replaced, the others untouched. Deterministic."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFace:
    """One installed face. Vertical measures are fractions of the em, upwards from the baseline positive."""

    family: str
    style_name: str
    postscript_name: str
    weight: int
    """CSS weight, 100 to 900."""
    italic: bool
    path: str
    index: int
    """Number of the face in its file; in the upper 16 bits the number of a variable font's named instance."""
    ascent: float
    descent: float
    cap_height: float
    x_height: float
    line_gap: float
    cjk: bool
    """Whether it is made for Chinese, Japanese or Korean."""
    stretch: int = 5
    """Width class of OpenType: 1 ultra-condensed, 5 normal, 9 ultra-expanded."""
    aliases: tuple[str, ...] = ()
    """Other names it goes by: full name, family of four styles, names in other languages."""
    unicode_ranges: int = 0
    """What it says it is made for: the bits of OS/2 ulUnicodeRange1 to 4 as one number."""


class FontLibrary(Engine, Protocol):
    """The installed fonts, and drawing with them."""

    def faces(self) -> tuple[FontFace, ...]:
        """Every face, in a fixed order."""
        ...

    def find(self, family: str, *, weight: int, italic: bool) -> FontFace | None:
        """The face of exactly this family nearest in weight and slant; None where the family is not installed."""
        ...

    def best(self, family: str, *, weight: int, italic: bool, text: str) -> FontFace:
        """The face to draw `text` with: of the family where it has the letters, else the nearest installed one that has."""
        ...

    def covers(self, face: FontFace, text: str) -> bool:
        """Whether the face has a glyph for every visible character."""
        ...

    def coverage(
        self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0, fine: bool = True
    ) -> tuple[Plane, float, float]:
        """One line drawn: its coverage (h, w) uint8, and where in that plane the pen's origin (x) and the baseline (y) lie.

        Not `fine` is many times quicker and may be hinted.
        """
        ...

    def advance(self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0) -> float:
        """How far the pen goes on over `text`, in pixels; every letter is followed by `tracking_px`."""
        ...
