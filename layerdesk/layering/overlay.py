"""A line drawn at its true size, laid over the ink where it fits best: how well it fits, and on which row its baseline then lies."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.arrays import tight
from layerdesk.layering.ink import Ink
from layerdesk.layering.protocols import Plane

_PLAY = 3
"""Pixels by which the drawing may be shifted either way."""
_WHOLE = 0.15
"""Parts of a pixel within which a baseline is taken to lie on a whole row, as layout programs put it."""


def laid_over(ink: Ink, drawn: Plane, baseline: float) -> tuple[float, float] | None:
    """(normalised correlation 0..1, canvas row of the baseline) of the best shift; None where the drawing is empty.

    `drawn` is (h, w) uint8 coverage at the ink's size, `baseline` a row of it. The row is told to a fraction of a pixel, from the parabola
    through the correlations around the best. For level ink only.
    """
    box = tight(drawn)
    if box.empty:
        return None
    pattern = drawn[box.slices].astype(np.float32)
    rect = ink.rect
    wide = max(0, box.width - rect.width) + _PLAY
    high = max(0, box.height - rect.height) + _PLAY
    field = np.zeros((rect.height + 2 * high, rect.width + 2 * wide), np.float32)
    around = rect.translated(-ink.area.origin)
    left, top = min(around.x, wide), min(around.y, high)
    right = min(ink.coverage.shape[1] - around.right, wide)
    bottom = min(ink.coverage.shape[0] - around.bottom, high)
    field[high - top : high + rect.height + bottom, wide - left : wide + rect.width + right] = ink.coverage[
        around.y - top : around.bottom + bottom, around.x - left : around.right + right
    ]
    scores = np.nan_to_num(cv2.matchTemplate(field, pattern, cv2.TM_CCORR_NORMED))
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    row = rect.y - high + y + _peak(scores[:, x], y) + baseline - box.y
    whole = round(row)
    return min(1.0, float(best)), float(whole) if abs(row - whole) <= _WHOLE else row


def _peak(values: NDArray[Any], at: int) -> float:
    """How far the top of the parabola through the three values around `at` lies from it, -0.5 to 0.5."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, 0.5 * (before - after) / bend))
