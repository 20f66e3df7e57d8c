"""The colour of a surface: one, or a linear gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.colour import to_hex
from layerdesk.document.geometry import Rect
from layerdesk.document.style import LinearGradient, Stop
from layerdesk.layering.protocols import Rgb
from layerdesk.layering.regions import Mask

_SAMPLES = 4000
_FLAT = 5.0
"""Levels of a channel over the whole surface below which a gradient is none."""


def paint_of(image: Rgb, mask: Mask, rect: Rect) -> tuple[str | LinearGradient, float]:
    """The fill of the pixels of `image` under `mask` (rect.height, rect.width), and its mean error in levels of a channel."""
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return "#000000", 0.0
    step = max(1, rows.size // _SAMPLES)
    rows, columns = rows[::step], columns[::step]
    colours = image[rows + rect.y, columns + rect.x].astype(np.float64)
    middle: NDArray[np.float64] = np.median(colours, axis=0)
    flat_error = float(np.abs(colours - middle).mean())
    if rows.size < 50 or flat_error < 0.8:
        return to_hex(tuple(middle)), flat_error
    places = np.stack([columns + rect.x + 0.5, rows + rect.y + 0.5], axis=1)
    gradient, error = _gradient(places, colours)
    if gradient is None or error > 0.7 * flat_error:
        return to_hex(tuple(middle)), flat_error
    return gradient, error


def fitted(design: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares by the normal equations, with a trace of damping so that a column without data gives 0 and no error."""
    square = design.T @ design
    damping = np.eye(len(square)) * 1e-9 * max(1.0, float(np.trace(square)))
    return np.asarray(np.linalg.solve(square + damping, design.T @ values), np.float64)


def _gradient(places: NDArray[np.float64], colours: NDArray[np.float64]) -> tuple[LinearGradient | None, float]:
    """Colours along the direction in which they change most, with up to five stops."""
    centre = places.mean(axis=0)
    design = np.column_stack([places - centre, np.ones(len(places))])
    solution = fitted(design, colours)
    direction = np.linalg.svd(solution[:2])[0][:, 0]
    # Downwards, or to the right: one way to write each gradient.
    if (direction[1], direction[0]) < (0.0, 0.0):
        direction = -direction
    along = (places - centre) @ direction
    low, high = float(along.min()), float(along.max())
    if high - low < 2.0:
        return None, 0.0
    count = 5
    share = (along - low) / (high - low)
    knots = np.linspace(0.0, 1.0, count)
    hats = np.maximum(0.0, 1.0 - np.abs(share[:, None] - knots) * (count - 1))
    stops = fitted(hats, colours)
    error = float(np.abs(hats @ stops - colours).mean())
    if float(np.ptp(stops, axis=0).max()) < _FLAT:
        return None, error
    ends = np.array([stops[0], stops[-1]])
    if float(np.abs(ends[0] + (ends[1] - ends[0]) * knots[:, None] - stops).max()) < 3.0:
        stops, knots = ends, np.array([0.0, 1.0])
    start, end = centre + direction * low, centre + direction * high
    return LinearGradient(
        start=(float(start[0]), float(start[1])), end=(float(end[0]), float(end[1])),
        stops=tuple(Stop(at=float(at), color=to_hex(tuple(colour))) for at, colour in zip(knots, stops, strict=True)),
    ), error  # fmt: skip
