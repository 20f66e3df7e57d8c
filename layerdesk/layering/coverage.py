"""Soft edges: how much of each pixel an element covers, from the colours on either side of its edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.protocols import Plane
from layerdesk.layering.regions import Mask, Surfaces

_BAND = 2
"""Pixels outside a silhouette in which its antialiased edge lies."""
_REACH = 4
"""Pixels within which an edge's two colours are looked for."""
_STRANGE = 30.0
"""Levels by which a colour may miss the line between the two colours it is mixed from."""

Colours = NDArray[np.float32]


def nearest(image: NDArray[np.uint8], known: Mask) -> Colours:
    """(h, w, 3) float32: at each pixel the colour of the nearest one that is `known`; the image itself where none is."""
    if not known.any():
        return image.astype(np.float32)
    _, index = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Known pixels are numbered 1, 2, ... in no promised order: read each one's number where it stands.
    place = np.zeros(int(index.max()) + 1, np.int64)
    where = np.flatnonzero(known)
    place[index.ravel()[where]] = where
    colours: Colours = image.reshape(-1, 3)[place[index]].astype(np.float32)
    return colours


_OFFSETS = sorted(
    (
        (dy, dx)
        for dy in range(-_REACH, _REACH + 1)
        for dx in range(-_REACH, _REACH + 1)
        if 0 < dy * dy + dx * dx <= _REACH * _REACH
    ),
    key=lambda way: (way[0] * way[0] + way[1] * way[1], way),
)


def nearest_to(image: NDArray[np.uint8], known: Mask, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Colours:
    """(n, 3) float32: for n pixels the colour of the nearest one that is `known`; its own colour where none is within reach."""
    colours = image[rows, columns].astype(np.float32)
    height, width = known.shape
    open_ = np.arange(rows.size)
    for dy, dx in _OFFSETS:
        y, x = rows[open_] + dy, columns[open_] + dx
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        hit = np.zeros(open_.size, bool)
        hit[inside] = known[y[inside], x[inside]]
        colours[open_[hit]] = image[y[hit], x[hit]]
        open_ = open_[~hit]
        if open_.size == 0:
            break
    return colours


def mixed(colour: Colours, fore: Colours, back: Colours) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Share 0..1 of `fore` in `colour` over `back`, and how far (levels) the colour lies off the line between them. (n, 3) each."""
    way = fore - back
    length = np.maximum((way * way).sum(axis=1), 1.0)
    share = np.clip(((colour - back) * way).sum(axis=1) / length, 0.0, 1.0)
    off = np.abs(colour - back - share[:, None] * way).max(axis=1)
    return share.astype(np.float32), off.astype(np.float32)


def cover_surface(surfaces: Surfaces, body: Mask, own: Mask, rect: Rect) -> tuple[Rect, Plane]:
    """Soft coverage of a silhouette `body` (rect.height, rect.width) of which `own` is seen: 255 within, mixed along the edge.

    Gives the rectangle, grown by the width of the edge where the canvas allows, and the coverage in it.
    """
    canvas = Rect(0, 0, surfaces.labels.shape[1], surfaces.labels.shape[0])
    outer = rect.expanded(_BAND).intersected(canvas)
    inner = rect.translated(-outer.origin).slices
    solid = np.zeros((outer.height, outer.width), bool)
    solid[inner] = body
    seen = np.zeros_like(solid)
    seen[inner] = own
    labels = surfaces.labels[outer.slices]
    ring = cv2.dilate(solid.astype(np.uint8), np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)).astype(bool) & ~solid
    ring &= labels == 0
    alpha = solid.astype(np.uint8) * np.uint8(255)
    rows, columns = np.nonzero(ring)
    if rows.size:
        image = surfaces.image[outer.slices]
        fore = nearest_to(image, seen, rows, columns)
        back = nearest_to(image, (labels > 0) & ~solid, rows, columns)
        share, off = mixed(image[rows, columns].astype(np.float32), fore, back)
        share[off > _STRANGE] = 0.0
        alpha[rows, columns] = (share * 255.0 + 0.5).astype(np.uint8)
    return trimmed(outer, alpha)


def cover_mark(surfaces: Surfaces, body: Mask, rect: Rect, around: Colours) -> tuple[Plane, NDArray[np.float32], float, float]:
    """Coverage of a thin mark on what is `around` it (rect.height, rect.width, 3), its colour, how far colours miss it, and how far
    it stands out (levels)."""
    rows, columns = np.nonzero(body)
    colours = surfaces.image[rows + rect.y, columns + rect.x].astype(np.float32)
    back = around[rows, columns]
    strength = np.abs(colours - back).max(axis=1)
    strong = strength >= np.percentile(strength, 80)
    fore = np.median(colours[strong], axis=0)
    share, off = mixed(colours, np.broadcast_to(fore, colours.shape), back)
    alpha = np.zeros(body.shape, np.uint8)
    alpha[rows, columns] = (share * 255.0 + 0.5).astype(np.uint8)
    return alpha, fore, float(off.mean()), float(np.median(strength[strong]))


def trimmed(rect: Rect, alpha: Plane) -> tuple[Rect, Plane]:
    """The tight rectangle around what is not 0, and the coverage in it."""
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if rows.size == 0:
        return Rect(rect.x, rect.y, 0, 0), alpha[:0, :0]
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return Rect(rect.x + left, rect.y + top, right - left, bottom - top), np.ascontiguousarray(alpha[top:bottom, left:right])
