"""Blanks between words that a recogniser left out, found again where the ink has a gap and the drawn text fits better with one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.protocols import Plane

_EMPTY = 40
"""Coverage (0..255) up to which a column counts as empty."""
_WIDE_TIMES, _WIDE_HEIGHTS = 1.8, 0.13
"""A gap between words is this many times the usual gap of the line, and at least this share of the ink's height."""
_NEAR = 0.03
"""Share of the line's length, beside half a letter, by which a gap may lie off the place where the drawn text has its boundary."""
_BETTER = 0.02


def wide_gaps(plane: Plane) -> tuple[float, ...]:
    """Middles of the gaps of an upright line that are wide enough to part words, as shares 0..1 of its length."""
    filled = np.flatnonzero(plane.max(axis=0) > _EMPTY)
    if filled.size < 2:
        return ()
    steps = np.diff(filled)
    gaps = steps[steps > 1] - 1
    if gaps.size == 0:
        return ()
    limit = max(_WIDE_TIMES * float(np.median(gaps)), _WIDE_HEIGHTS * plane.shape[0], 2.0)
    wide = np.flatnonzero(steps - 1 >= limit)
    middles = (filled[wide] + filled[wide + 1] + 1) / 2.0
    return tuple(float(middle) / plane.shape[1] for middle in middles)


def respaced(plane: Plane, text: str, *, fits: Callable[[str], float], length: Callable[[str], float], most: int = 6) -> str:
    """`text` with the blanks that the ink shows and it lacks; the same text where there are none.

    `fits` tells how well a text drawn fits the ink, `length` how far the pen goes over a text. At most `most` blanks are put in, each
    only where the whole line then fits clearly better.
    """
    gaps = wide_gaps(plane)
    score: float | None = None
    for _ in range(min(most, len(gaps) - text.count(" "))):
        places = _boundaries(text, gaps, length)
        if not places:
            break
        score = fits(text) if score is None else score
        tried = [(fits(f"{text[:place]} {text[place:]}"), -place) for place in places]
        best, place = max(tried)
        if best < score + _BETTER:
            break
        text, score = f"{text[:-place]} {text[-place:]}", best
    return text


def _boundaries(text: str, gaps: tuple[float, ...], length: Callable[[str], float]) -> list[int]:
    """Places between two letters that, drawn, come to lie near a wide gap of the ink."""
    whole = max(length(text), 1e-6)
    open_gaps = list(gaps)
    for place, letter in enumerate(text):
        if letter == " " and open_gaps:
            # A blank that is there already explains the gap it lies in.
            share = length(text[: place + 1]) / whole
            open_gaps.remove(min(open_gaps, key=lambda gap: abs(gap - share)))
    if not open_gaps:
        return []
    shares: NDArray[np.float64] = np.array(open_gaps)
    near = _NEAR + 0.5 / max(len(text), 1)
    return [
        place
        for place in range(1, len(text))
        if text[place - 1] != " " and text[place] != " " and np.abs(shares - length(text[:place]) / whole).min() <= near
    ]
