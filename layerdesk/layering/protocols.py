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
