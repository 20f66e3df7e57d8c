"""Typography of a line, from its ink: face, size, tracking, baseline.

The text is drawn in candidate faces and compared with the ink: the size is the one at which the drawn ink is as large as the one
found, the face the one whose drawn coverage correlates best with it. The document's families are settled on its clearest lines
first, so that a page of captions does not try every font for every line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.arrays import tight
from layerdesk.layering.ink import SOLID, Ink
from layerdesk.layering.overlay import laid_over
from layerdesk.layering.protocols import FontFace, FontLibrary, JobContext, Plane
from layerdesk.layering.spaces import respaced
from layerdesk.layering.typefaces import faces_of, families_for, is_cjk
from layerdesk.layering.upright import upright_coverage

_DRAWN = 48.0
"""Size in pixels at which candidates are drawn: large enough for the shape to be clear, small enough to be quick."""
_SAMPLES = 8
_FINALISTS = 4
_UNTRACKED = 0.055
"""Up to this difference between the sizes that width and height ask for, the line is set without tracking."""
_ALTERNATIVES = 3
_RANK, _SLANT, _FINER, _TRACKED, _FACE = 0.012, 0.05, 0.012, 0.01, 0.02
"""By how much correlation a rarer family, a slant, a weight between the usual ones, tracking, and a face of its own must
be better to be believed."""
_INKED, _SAME_INK = 0.5, 0.08
"""What a different amount of ink costs, in correlation for each unit of its logarithm; up to which difference it is the same."""
_SQUEEZED, _CRUSHED = 0.06, 0.2
"""How much likeness letters pushed into each other can cost, since it may have been condensed; from where on it is no writing."""
_CLOSEST, _CLOSE, _PLACE = 3, 0.04, 0.005
"""How many families are compared at true size, how near their fits must be, and what each place behind the first costs."""
_POOR = 0.8
"""Correlation below which a line is not believed to be in one of the document's usual faces."""
_WELL = 0.93
"""Correlation above which nothing is missing from what was read."""
_FEW = 12.0
"""Letters below which a line says so little about its face that the document's own faces count more than double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLine:
    """How one line is set. `text` is what was read, with blanks where the ink has them.

    `match` 0..1 is how much the ink looks like the text in that face; 0 where no font could draw it.
    """

    text: str
    family: str
    size_px: float
    weight: int
    italic: bool
    tracking_px: float
    baseline: float
    """Canvas row of the baseline at the left end of the ink."""
    match: float
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    face: FontFace
    size_px: float
    tracking_px: float
    rise: float
    """Baseline below the top of the ink, in pixels."""
    score: float
    """Decides between faces."""
    likeness: float
    """0..1: how much the ink looks like these letters at all."""


def set_lines(
    inks: tuple[Ink, ...], texts: tuple[str, ...], *, fonts: FontLibrary | None, context: JobContext
) -> tuple[SetLine, ...]:
    """How each line is set, in the order given. Without fonts, size and baseline come from the ink's height alone."""
    uprights = [upright_coverage(ink) for ink in inks]
    if fonts is None or not fonts.faces():
        return tuple(_by_height(upright[0], text, upright[1]) for upright, text in zip(uprights, texts, strict=True))
    fitter = _Fitter(fonts)
    finalists = {cjk: _finalists(fitter, uprights, texts, cjk=cjk, context=context) for cjk in (False, True)}
    out = []
    for ink, (plane, back), text in zip(inks, uprights, texts, strict=True):
        context.check()
        out.append(_set_line(fitter, plane, text, finalists[is_cjk(text)], back, ink))
    return tuple(out)


class _Fitter:
    """Draws texts in faces and fits them to ink; remembers drawings."""

    def __init__(self, fonts: FontLibrary) -> None:
        self.fonts = fonts
        self._drawn: dict[tuple[str, int, str, float], tuple[Plane, float] | None] = {}

    def drawn(self, face: FontFace, text: str, *, tracking: float = 0.0) -> tuple[Plane, float] | None:
        """The text's ink drawn at `_DRAWN` pixels, cropped, and the baseline below its top; None where the face lacks a letter."""
        key = (face.path, face.index, text, tracking)
        if key not in self._drawn:
            self._drawn[key] = self._draw(face, text, tracking)
        return self._drawn[key]

    def _draw(self, face: FontFace, text: str, tracking: float) -> tuple[Plane, float] | None:
        if not self.fonts.covers(face, text):
            return None
        plane, _, baseline = self.fonts.coverage(face, text, size_px=_DRAWN, tracking_px=tracking, fine=False)
        box = tight(plane > SOLID)
        if box.empty:
            return None
        return np.ascontiguousarray(plane[box.slices]), float(baseline) - box.y

    def fit(self, face: FontFace, plane: Plane, text: str) -> _Fit | None:
        """The text in this face made as large as the ink, and how well it then matches."""
        drawn = self.drawn(face, text)
        if drawn is None:
            return None
        pattern, rise = drawn
        scale, tracking, beyond = _scaled(plane, pattern, text)
        if tracking:
            # Spread letters must be compared with spread letters; a rounded value keeps the drawings few.
            spread = round(tracking / scale, 1)
            pattern = (self.drawn(face, text, tracking=spread) or drawn)[0]
        # Letters pushed together so far that they would overlap are another face, not tracking.
        squeezed = max(0.0, -tracking / (_DRAWN * scale) - 0.05)
        score, likeness = _correlation(plane, pattern)
        # Where letters drift apart from the drawn ones, the amount of ink still tells the weight.
        inked = abs(float(np.log(plane.mean() / pattern.mean())))
        score -= _INKED * max(0.0, inked - _SAME_INK)
        return _Fit(
            face=face,
            size_px=_DRAWN * scale,
            tracking_px=tracking,
            rise=rise * scale,
            score=score - squeezed - 0.1 * beyond - (_TRACKED if tracking else 0.0),
            likeness=max(0.0, likeness - min(squeezed, _SQUEEZED) - max(0.0, squeezed - _CRUSHED)),
        )


def _scaled(plane: Plane, pattern: Plane, text: str) -> tuple[float, float, float]:
    """(scale from the drawing to the ink, tracking in the ink's pixels, by how much height and width disagree beyond what is coarse)."""
    by_height = _true_height(plane) / _true_height(pattern)
    by_width = plane.shape[1] / pattern.shape[1]
    stretch = float(np.log(by_width / by_height))
    gaps = len(text) - 1
    # Height is a few pixels and so coarse; width is many. Their agreement within the coarseness is no tracking.
    coarse = max(_UNTRACKED, 1.0 / max(1, plane.shape[0]))
    beyond = max(0.0, abs(stretch) - coarse)
    if beyond == 0.0 or gaps < 2:
        wide = gaps >= 1 and plane.shape[1] > 1.5 * plane.shape[0]
        return (by_width if wide else float(np.sqrt(by_width * by_height))), 0.0, beyond
    return by_height, (plane.shape[1] - pattern.shape[1] * by_height) / gaps, beyond


def _measured(fitter: _Fitter, plane: Plane, text: str, fit: _Fit) -> _Fit:
    """The fit with its size taken from a drawing at that size: a quick drawing is hinted, which alters its height by a few hundredths."""
    drawn, _, _ = fitter.fonts.coverage(fit.face, text, size_px=fit.size_px)
    box = tight(drawn > SOLID)
    if box.empty:
        return fit
    scale, tracking, _ = _scaled(plane, np.ascontiguousarray(drawn[box.slices]), text)
    return replace(fit, size_px=fit.size_px * scale, tracking_px=tracking, rise=fit.rise * scale)


def _true_height(plane: Plane) -> float:
    """Rows of ink, the first and the last counted by how much of them is inked: an edge row is seldom whole."""
    first, last = int(plane[0].max()), int(plane[-1].max())
    return max(1.0, float(plane.shape[0]) - 2.0 + (first + last) / 255.0)


def _correlation(plane: Plane, pattern: Plane) -> tuple[float, float]:
    """Normalised correlation of two coverages at one common size: exact, and with a little play for the letters' places."""
    height = int(np.clip(plane.shape[0], 12, 40))
    width = int(np.clip(round(plane.shape[1] * height / plane.shape[0]), 4, 1600))
    first = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    second = cv2.resize(pattern, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    play = 0.09 * height
    return _cosine(first, second), _cosine(cv2.GaussianBlur(first, (0, 0), play), cv2.GaussianBlur(second, (0, 0), play))


def _cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.vdot(first, second)) / norm if norm > 0 else 0.0


def _finalists(
    fitter: _Fitter, uprights: list[tuple[Plane, NDArray[np.float64]]], texts: tuple[str, ...], *, cjk: bool, context: JobContext
) -> tuple[str, ...]:
    """The families that fit the document's clearest lines of this script best."""
    candidates = [index for index, text in enumerate(texts) if is_cjk(text) == cjk and len(text.strip()) >= 2]
    if not candidates:
        return ()
    clearest = sorted(candidates, key=lambda index: (-_clarity(uprights[index][0], texts[index]), index))[:_SAMPLES]
    votes: dict[str, float] = defaultdict(float)
    for family in families_for(fitter.fonts, cjk=cjk):
        context.check()
        for index in clearest:
            fits = _fits(fitter, uprights[index][0], texts[index], family, weights=(400, 700), italic=False)
            votes[family] += fits[0].score if fits else 0.0
    ranked = sorted(votes, key=lambda family: (-votes[family], family))
    return tuple(ranked[:_FINALISTS])


def _clarity(plane: Plane, text: str) -> float:
    """How much a line tells about its face: tall letters and enough of them."""
    return float(min(plane.shape[0], 48) * min(len(text), 24))


def _set_line(
    fitter: _Fitter, plane: Plane, text: str, families: tuple[str, ...], back: NDArray[np.float64], ink: Ink
) -> SetLine:
    fits = _ranked(fitter, plane, text, families, italics=(False,))
    if not fits:
        return _by_height(plane, text, back)
    if fits[0][1].score < _WELL and not is_cjk(text):
        # A lost blank makes every letter after it lie wrong, and so a wrong face look right: the next ones are asked as well.
        spaced = max((_respaced(fitter, plane, text, fit) for _, fit in fits[:_CLOSEST]), key=lambda one: one[0])[1]
        if spaced != text:
            return _set_line(fitter, plane, spaced, families, back, ink)
    if fits[0][1].score < _POOR:
        # A line set in a face of its own, a headline or a quotation: every face is tried, slanted ones too.
        others = tuple(family for family in families_for(fitter.fonts, cjk=is_cjk(text)) if family not in families)
        wider = _ranked(fitter, plane, text, families + others, italics=(False, True))
        fits = wider if wider[0][1].score > fits[0][1].score + _FACE else fits
    best = _measured(fitter, plane, text, _refined(fitter, plane, text, _nearest(fitter, ink, text, fits)))
    placed = _placed(fitter, ink, text, best)
    names = dict.fromkeys(fit.face.family for _, fit in fits if fit.face.family != best.face.family)
    return SetLine(
        text=text,
        family=best.face.family,
        size_px=best.size_px,
        weight=best.face.weight,
        italic=best.face.italic,
        tracking_px=best.tracking_px,
        baseline=placed[1] if placed is not None else _row(back, best.rise),
        match=best.likeness,
        alternatives=tuple(names)[:_ALTERNATIVES],
    )


def _nearest(fitter: _Fitter, ink: Ink, text: str, fits: list[tuple[float, _Fit]]) -> _Fit:
    """Of families that fit nearly as well as the best, the one that lies best over the ink at its true size."""
    close = [fit for score, fit in fits[:_CLOSEST] if score >= fits[0][0] - _CLOSE]
    if len(close) == 1:
        return close[0]
    placed = [(_placed(fitter, ink, text, fit), fit) for fit in close]
    scored = [(place[0] - _PLACE * number, -number, fit) for number, (place, fit) in enumerate(placed) if place is not None]
    return max(scored, key=lambda one: one[:2])[2] if scored else close[0]


def _placed(fitter: _Fitter, ink: Ink, text: str, fit: _Fit) -> tuple[float, float] | None:
    """(correlation at true size, canvas row of the baseline); None for turned ink."""
    if ink.angle != 0.0:
        return None
    drawn, _, baseline = fitter.fonts.coverage(fit.face, text, size_px=fit.size_px, tracking_px=fit.tracking_px)
    return laid_over(ink, drawn, float(baseline))


def _respaced(fitter: _Fitter, plane: Plane, text: str, first: _Fit) -> tuple[float, str]:
    """How well the line then fits, and its text with the blanks that this face finds missing."""
    tracking = first.tracking_px / first.size_px * _DRAWN

    def fits(candidate: str) -> float:
        fit = fitter.fit(first.face, plane, candidate)
        return fit.score if fit is not None else 0.0

    def length(part: str) -> float:
        return fitter.fonts.advance(first.face, part, size_px=_DRAWN, tracking_px=tracking) if part else 0.0

    spaced = respaced(plane, text, fits=fits, length=length)
    return fits(spaced), spaced


def _ranked(
    fitter: _Fitter, plane: Plane, text: str, families: tuple[str, ...], *, italics: tuple[bool, ...]
) -> list[tuple[float, _Fit]]:
    """The best fit of each family at its usual weights, best first.

    The family that fits the whole document best is meant unless another fits this line clearly better; the fewer the letters,
    the clearer.
    """
    found = []
    for place, family in enumerate(families):
        for italic in italics:
            fits = _fits(fitter, plane, text, family, weights=(400, 700), italic=italic)
            if fits:
                found.append((fits[0].score - _RANK * min(place, 2) * (1 + _FEW / len(text)), fits[0]))
    return sorted(found, key=lambda one: (-one[0], one[1].face.family, one[1].face.italic))


def _refined(fitter: _Fitter, plane: Plane, text: str, best: _Fit) -> _Fit:
    """The same family's slant and finer weights, each taken only where it is clearly better: the usual is usually meant."""
    slanted = _fits(fitter, plane, text, best.face.family, weights=(400, 700), italic=True) if not best.face.italic else []
    if slanted and slanted[0].score > best.score + _SLANT and len(text) >= 3:
        best = slanted[0]
    if len(text) >= 4:
        finer = _fits(fitter, plane, text, best.face.family, weights=(300, 500, 600, 800, 900), italic=best.face.italic)
        if finer and finer[0].score > best.score + _FINER:
            best = finer[0]
    return best


def _fits(fitter: _Fitter, plane: Plane, text: str, family: str, *, weights: tuple[int, ...], italic: bool) -> list[_Fit]:
    """The family's faces of these weights fitted to the line, best first."""
    faces = faces_of(fitter.fonts, family, weights=weights, italics=(italic,))
    fits = [fit for face in faces if (fit := fitter.fit(face, plane, text)) is not None]
    return sorted(fits, key=lambda fit: (-round(fit.score, 4), fit.face.weight))


def _row(back: NDArray[np.float64], rise: float) -> float:
    return float(back[1, 1] * rise + back[1, 2])


_DESCENDERS = set("gjpqy,;()[]{}|@Qç")
_TALL = set("bdfhklt0123456789!?()[]{}|/\\@#$%&\"'") | set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _by_height(plane: Plane, text: str, back: NDArray[np.float64]) -> SetLine:
    """Size from the ink's height alone, by the proportions of a common sans serif: cap height 0.72, x-height 0.52, descent 0.21."""
    height = float(plane.shape[0])
    if is_cjk(text):
        size, rise = height / 0.92, height * 0.88 / 0.92
    else:
        above = 0.72 if _TALL & set(text) or text.upper() == text else 0.54
        below = 0.21 if _DESCENDERS & set(text) else 0.0
        size = height / (above + below)
        rise = above * size
    solid = float((plane > 128).mean())
    return SetLine(
        text=text,
        family="Noto Sans CJK JP" if is_cjk(text) else "Arial",
        size_px=size,
        weight=700 if solid > 0.42 else 400,
        italic=False,
        tracking_px=0.0,
        baseline=_row(back, rise),
        match=0.0,
    )
