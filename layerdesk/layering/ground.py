"""Which surfaces are the background: what reaches along most of the picture's border, and what goes on with its colours."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.regions import Labels, Mask, Surfaces

Ground = Literal["plain", "textured", "none"]
_SHARE = 0.3
"""Share of the border from which a surface is the background."""
_SAMPLES = 2000
_GOES_ON = 6.0
"""Levels of a channel by which one smooth change of colour may miss both of two surfaces."""


def find_ground(surfaces: Surfaces) -> tuple[Mask, Ground]:
    """(count + 1,) which surfaces are the background, and of what nature it is."""
    labels = surfaces.labels
    # A rim of a pixel or two is no background: look a little further in as well.
    border = np.concatenate([_frame(labels, inset) for inset in (0, 3, 6)])
    along = np.bincount(border, minlength=surfaces.count + 1)
    loose = int(along[~surfaces.thick].sum())
    along[~surfaces.thick] = 0
    ground = np.zeros(surfaces.count + 1, bool)
    first = int((along / border.size + surfaces.area / labels.size * (along > 0)).argmax())
    if along[first] > 0:
        ground[first] = True
        for label in np.argsort(-along, kind="stable").tolist():
            if along[label] > 0 and not ground[label] and _goes_on(surfaces, first, label):
                ground[label] = True
        if along[ground].sum() >= _SHARE * border.size or surfaces.area[ground].sum() >= 0.5 * labels.size:
            return ground, "plain"
    ground[:] = False
    return ground, "textured" if loose >= 0.3 * border.size else "none"


def _frame(labels: Labels, inset: int) -> Labels:
    """The labels along the picture's border, so many pixels in; none where the picture is too small."""
    height, width = labels.shape
    if min(height, width) <= 2 * inset:
        return labels[:0, 0]
    inner = labels[inset : height - inset, inset : width - inset]
    return np.concatenate([inner[0], inner[-1], inner[1:-1, 0], inner[1:-1, -1]])


def _goes_on(surfaces: Surfaces, first: int, second: int) -> bool:
    """Whether one quadratic in x and y gives the colours of both surfaces."""
    places, colours = [], []
    for label in (first, second):
        part = surfaces.labels[surfaces.rect(label).slices]
        spots = np.flatnonzero(part == label)
        spots = spots[:: max(1, spots.size // _SAMPLES)]
        rect = surfaces.rect(label)
        x, y = spots % rect.width + rect.x, spots // rect.width + rect.y
        places.append(np.column_stack([x, y]))
        colours.append(surfaces.image[y, x].astype(np.float64))
    size = max(surfaces.labels.shape)
    x, y = (np.concatenate(places) / size).T
    design: NDArray[np.float64] = np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    solution, *_ = np.linalg.lstsq(design, np.concatenate(colours), rcond=None)
    off = np.abs(design @ solution - np.concatenate(colours)).max(axis=1)
    return all(float(np.percentile(part, 90)) <= _GOES_ON for part in np.split(off, [len(places[0])]))
