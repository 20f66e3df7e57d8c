"""Which surfaces are the background: what reaches along most of the picture's border, and what goes on with its colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.paint import fitted
from layerdesk.layering.regions import Labels, Mask, Surfaces

Ground = Literal["plain", "textured", "none"]
_SHARE = 0.3
"""Share of the border from which a surface is the background."""
_SAMPLES = 1000
_SCENIC = 16.0
"""Levels by which the border may miss every smooth change of colour and still be drawn."""
_STOPS = 9
_GOES_ON = 3.0
"""Levels of a channel by which one smooth change of colour may miss both of two surfaces."""


def find_ground(surfaces: Surfaces) -> tuple[Mask, Ground]:
    """(count + 1,) which surfaces are the background, and of what nature it is."""
    labels = surfaces.labels
    # A rim of a pixel or two is no background: look a little further in as well.
    frames = [_frame(labels, inset) for inset in (0, 3, 6)]
    counts = [np.bincount(frame, minlength=surfaces.count + 1) / max(1, frame.size) for frame in frames]
    along = np.max(counts, axis=0)
    loose = float(counts[1][~surfaces.thick].sum())
    along[~surfaces.thick] = 0
    ground = np.zeros(surfaces.count + 1, bool)
    first = int((along + surfaces.area / labels.size * (along > 0)).argmax())
    if along[first] > 0:
        ground[first] = True
        for label in np.argsort(-along, kind="stable").tolist():
            if along[label] > 0 and not ground[label] and _goes_on(surfaces, first, label):
                ground[label] = True
        if along[ground].sum() >= _SHARE or surfaces.area[ground].sum() >= 0.5 * labels.size:
            if not _scenic(surfaces, ground):
                return ground, "plain"
            return np.zeros_like(ground), "textured"
    ground[:] = False
    return ground, "textured" if loose >= 0.3 else "none"


def _frame(labels: Labels, inset: int) -> Labels:
    """The labels along the picture's border, so many pixels in; none where the picture is too small."""
    height, width = labels.shape
    if min(height, width) <= 2 * inset:
        return labels[:0, 0]
    inner = labels[inset : height - inset, inset : width - inset]
    return np.concatenate([inner[0], inner[-1], inner[1:-1, 0], inner[1:-1, -1]])


def misfit(places: NDArray[np.float64], colours: NDArray[np.float64]) -> float:
    """How far, in levels of a channel at the 90th percentile, (n, 3) colours at (n, 2) places are from any smooth change of colour.

    Tried are a cubic in x and y, and a linear gradient of several stops.
    """
    count = len(places)
    return min(max(off) for off in _smooth_models(places, colours, count))


def _goes_on(surfaces: Surfaces, first: int, second: int) -> bool:
    """Whether one smooth change of colour gives both surfaces."""
    if _touch(surfaces.labels, first, second):
        return False
    (places, colours), (more, others) = sampled(surfaces, first), sampled(surfaces, second)
    paint = np.vstack([colours, others])
    most = max(_GOES_ON, 0.03 * float(np.ptp(paint, axis=0).max()))
    return any(max(off) <= most for off in _smooth_models(np.vstack([places, more]), paint, len(places)))


def _smooth_models(places: NDArray[np.float64], colours: NDArray[np.float64], count: int) -> Iterator[tuple[float, float]]:
    """For each smooth model: how far it is (90th percentile, levels) from the first `count` colours, and from the others."""
    x, y = ((places - places.mean(axis=0)) / max(1.0, float(np.ptp(places, axis=0).max()))).T
    plane: NDArray[np.float64] = np.column_stack([np.ones_like(x), x, y])
    bent = [plane, x * x, x * y, y * y]
    yield _off(np.column_stack(bent), colours, count)
    if count == len(places):
        yield _off(np.column_stack([*bent, x**3, x * x * y, x * y * y, y**3]), colours, count)
    steepest = np.linalg.svd(fitted(plane, colours)[1:])[0][:, 0]
    for turn in np.radians(np.arange(-24, 25, 3)):
        way = (steepest[0] * np.cos(turn) - steepest[1] * np.sin(turn), steepest[0] * np.sin(turn) + steepest[1] * np.cos(turn))
        along = x * way[0] + y * way[1]
        if count < len(places):
            # Colours that never meet along the gradient say nothing about each other.
            low, high = max(along[:count].min(), along[count:].min()), min(along[:count].max(), along[count:].max())
            if high - low < 0.2 * min(np.ptp(along[:count]), np.ptp(along[count:])):
                continue
        share = (along - along.min()) / max(float(np.ptp(along)), 1e-9)
        hats = np.maximum(0.0, 1.0 - np.abs(share[:, None] - np.linspace(0.0, 1.0, _STOPS)) * (_STOPS - 1))
        yield _off(hats, colours, count)


def _off(design: NDArray[np.float64], colours: NDArray[np.float64], count: int) -> tuple[float, float]:
    off = np.abs(design @ fitted(design, colours) - colours).max(axis=1)
    others = float(np.percentile(off[count:], 90)) if count < len(off) else 0.0
    return float(np.percentile(off[:count], 90)), others


def _touch(labels: Labels, first: int, second: int) -> bool:
    """Whether two surfaces lie side by side for a while: then the edge between them is there to be seen."""
    together = 0
    for near, far in ((labels[:-3], labels[3:]), (labels[:, :-3], labels[:, 3:])):
        together += int((((near == first) & (far == second)) | ((near == second) & (far == first))).sum())
    return together > 60


def sampled(surfaces: Surfaces, label: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2) places x, y of some pixels of a surface, and their (n, 3) colours."""
    rect = surfaces.rect(label)
    spots = np.flatnonzero(surfaces.labels[rect.slices] == label)
    spots = spots[:: max(1, spots.size // _SAMPLES)]
    x, y = spots % rect.width + rect.x, spots // rect.width + rect.y
    return np.column_stack([x, y]).astype(np.float64), surfaces.image[y, x].astype(np.float64)


def _scenic(surfaces: Surfaces, ground: Mask) -> bool:
    """Whether the ground along the picture's border changes as no drawn background does."""
    height, width = surfaces.labels.shape
    band = max(2, round(0.03 * min(height, width)))
    near = ground[surfaces.labels]
    near[band : height - band, band : width - band] = False
    y, x = np.nonzero(near)
    step = max(1, y.size // (2 * _SAMPLES))
    y, x = y[::step], x[::step]
    if y.size < 50:
        return False
    return misfit(np.column_stack([x, y]).astype(np.float64), surfaces.image[y, x].astype(np.float64)) > _SCENIC
