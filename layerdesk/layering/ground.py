"""Which surfaces are the background: what reaches along most of the picture's border, and what goes on with its colours."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.paint import fitted
from layerdesk.layering.regions import Labels, Mask, Surfaces

Ground = Literal["plain", "textured", "none"]
_SHARE = 0.3
"""Share of the border from which a surface is the background."""
_SAMPLES = 1000
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
    loose = float(counts[0][~surfaces.thick].sum())
    along[~surfaces.thick] = 0
    ground = np.zeros(surfaces.count + 1, bool)
    first = int((along + surfaces.area / labels.size * (along > 0)).argmax())
    if along[first] > 0:
        ground[first] = True
        for label in np.argsort(-along, kind="stable").tolist():
            if along[label] > 0 and not ground[label] and _goes_on(surfaces, first, label):
                ground[label] = True
        if along[ground].sum() >= _SHARE or surfaces.area[ground].sum() >= 0.5 * labels.size:
            return ground, "plain"
    ground[:] = False
    return ground, "textured" if loose >= 0.3 else "none"


def _frame(labels: Labels, inset: int) -> Labels:
    """The labels along the picture's border, so many pixels in; none where the picture is too small."""
    height, width = labels.shape
    if min(height, width) <= 2 * inset:
        return labels[:0, 0]
    inner = labels[inset : height - inset, inset : width - inset]
    return np.concatenate([inner[0], inner[-1], inner[1:-1, 0], inner[1:-1, -1]])


def _goes_on(surfaces: Surfaces, first: int, second: int) -> bool:
    """Whether one smooth change of colour gives both surfaces: a quadratic in x and y, or a linear gradient of several stops."""
    if _touch(surfaces.labels, first, second):
        return False
    (places, colours), (more, others) = _sampled(surfaces, first), _sampled(surfaces, second)
    both, paint = np.vstack([places, more]), np.vstack([colours, others])
    x, y = (both - both.mean(axis=0)).T / max(surfaces.labels.shape)
    plane: NDArray[np.float64] = np.column_stack([np.ones_like(x), x, y])
    bent = np.column_stack([plane, x * x, x * y, y * y])
    count = len(places)
    if _fits(bent, paint, count):
        return True
    slopes = fitted(plane, paint)[1:]
    steepest = np.linalg.svd(slopes)[0][:, 0]
    turns = np.radians(np.arange(-24, 25, 3))
    return any(_one_gradient(np.column_stack([x, y]) @ _turned(steepest, turn), paint, count) for turn in turns)


def _one_gradient(along: NDArray[np.float64], paint: NDArray[np.float64], count: int) -> bool:
    """Whether colours depend on the place along one direction alone, in a stretch that both surfaces have too."""
    low, high = max(along[:count].min(), along[count:].min()), min(along[:count].max(), along[count:].max())
    if high - low < 0.2 * min(np.ptp(along[:count]), np.ptp(along[count:])):
        return False
    share = (along - along.min()) / max(np.ptp(along), 1e-9)
    hats = np.maximum(0.0, 1.0 - np.abs(share[:, None] - np.linspace(0.0, 1.0, _STOPS)) * (_STOPS - 1))
    return _fits(hats, paint, count)


def _turned(way: NDArray[np.float64], turn: float) -> NDArray[np.float64]:
    return np.array([way[0] * np.cos(turn) - way[1] * np.sin(turn), way[0] * np.sin(turn) + way[1] * np.cos(turn)])


def _touch(labels: Labels, first: int, second: int) -> bool:
    """Whether two surfaces lie side by side for a while: then the edge between them is there to be seen."""
    together = 0
    for near, far in ((labels[:-3], labels[3:]), (labels[:, :-3], labels[:, 3:])):
        together += int((((near == first) & (far == second)) | ((near == second) & (far == first))).sum())
    return together > 60


def _sampled(surfaces: Surfaces, label: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2) places x, y of some pixels of a surface, and their (n, 3) colours."""
    rect = surfaces.rect(label)
    spots = np.flatnonzero(surfaces.labels[rect.slices] == label)
    spots = spots[:: max(1, spots.size // _SAMPLES)]
    x, y = spots % rect.width + rect.x, spots // rect.width + rect.y
    return np.column_stack([x, y]).astype(np.float64), surfaces.image[y, x].astype(np.float64)


def _fits(design: NDArray[np.float64], paint: NDArray[np.float64], count: int) -> bool:
    """Whether the model gives the colours of the first `count` samples, and of the others, nearly everywhere."""
    off = np.abs(design @ fitted(design, paint) - paint).max(axis=1)
    most = max(_GOES_ON, 0.03 * float(np.ptp(paint, axis=0).max()))
    return all(float(np.percentile(part, 90)) <= most for part in (off[:count], off[count:]))
