"""Pixels invented under what was lifted off: smooth interpolation for flat and gradient grounds, patches for texture.

Smooth fill: a low-order polynomial is fitted to the ground around the hole, what it leaves over is interpolated by pull-push
(Gortler et al., "The Lumigraph", 1996, section 3.6.2: averaging down a pyramid with weights, then back up into the holes). A flat
ground and a linear gradient come back exactly, anything slow comes back without a seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.arrays import deviation, strongest
from layerdesk.layering.protocols import Inpainter, JobContext, Rgb

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

_TEXTURE = 9.0
"""Mean residual (0..255 levels) of the smooth model beyond which a ground counts as texture."""
_ONE_GROUND = 6.0
"""Mean residual of the smooth model up to which the surroundings of a hole count as one even ground."""
_WIDE = 7.0
"""Radius in pixels of the widest place of a hole from which patches beat interpolation: thin strokes need no texture of their own."""
_MAX_PATCH_PIXELS = 700_000


@dataclass(frozen=True, slots=True)
class Ground:
    """How a ground varies: colour = polynomial of the position, with what deviation."""

    coefficients: NDArray[np.float64]
    order: int
    residual: float

    def at(self, rect: Rect, *, origin: tuple[float, float], scale: float) -> Floats:
        """(h, w, 3) float32 colours over `rect`."""
        rows, columns = np.mgrid[rect.y : rect.bottom, rect.x : rect.right].astype(np.float32)
        terms = _terms((columns - origin[0]) / scale, (rows - origin[1]) / scale, self.order)
        return np.tensordot(terms, self.coefficients.astype(np.float32), axes=([-1], [0])).astype(np.float32)


def _terms(x: Floats, y: Floats, order: int) -> Floats:
    ones = np.ones_like(x)
    if order == 0:
        return np.stack([ones], axis=-1)
    if order == 1:
        return np.stack([ones, x, y], axis=-1)
    return np.stack([ones, x, y, x * x, x * y, y * y], axis=-1)


def fit_ground(image: Rgb | Floats, known: Mask, *, order: int = 2, samples: int = 6000) -> tuple[Floats, float]:
    """The polynomial surface of `order` <= 2 nearest to the known pixels, by least squares with outliers dropped twice.

    Returns ((h, w, 3) float32 surface, mean absolute residual of the known pixels in levels). With fewer than 12 known pixels
    the surface is their mean, or grey where there are none.
    """
    height, width = known.shape
    rows, columns = np.nonzero(known)
    if rows.size < 12:
        mean = image[known].mean(axis=0) if rows.size else np.full(3, 127.5)
        return np.broadcast_to(mean.astype(np.float32), (height, width, 3)).copy(), 0.0
    step = max(1, rows.size // samples)
    rows, columns = rows[::step], columns[::step]
    values = image[rows, columns].astype(np.float64)
    scale = max(height, width) / 2.0
    x, y = (columns - width / 2) / scale, (rows - height / 2) / scale
    terms = _terms(x.astype(np.float32), y.astype(np.float32), order).astype(np.float64)
    keep = np.ones(rows.size, bool)
    coefficients: NDArray[np.float64] = np.zeros((terms.shape[1], 3))
    for _ in range(3):
        coefficients = np.asarray(np.linalg.lstsq(terms[keep], values[keep], rcond=None)[0], np.float64)
        error = strongest(np.abs(terms @ coefficients - values))
        limit = max(3.0, 2.5 * float(np.median(error)))
        keep = error <= limit
        if keep.sum() < 12:
            keep = np.ones(rows.size, bool)
    ground = Ground(coefficients=coefficients, order=order, residual=float(error.mean()))
    surface = ground.at(Rect(0, 0, width, height), origin=(width / 2, height / 2), scale=scale)
    return surface, ground.residual


def pull_push(values: Floats, known: Mask) -> Floats:
    """(h, w, c) float32 `values` with the unknown pixels interpolated from the known ones; unknown everywhere gives zeros."""
    weight = known.astype(np.float32)
    levels = [(values * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 1 and float(levels[-1][1].min()) < 1.0:
        total, sums = levels[-1]
        size = ((sums.shape[1] + 1) // 2, (sums.shape[0] + 1) // 2)
        small_total = cv2.resize(total, size, interpolation=cv2.INTER_AREA)
        small_sums = cv2.resize(sums, size, interpolation=cv2.INTER_AREA)
        # A cell that is a quarter known already speaks for itself.
        gain = np.minimum(1.0, 4.0 * small_sums) / np.maximum(small_sums, 1e-6)
        levels.append((small_total.reshape(*small_sums.shape, -1) * gain[..., None], small_sums * gain))
    total, sums = levels[-1]
    filled = total / np.maximum(sums, 1e-6)[..., None]
    for total, sums in reversed(levels[:-1]):
        size = (sums.shape[1], sums.shape[0])
        up = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR).reshape(*sums.shape, -1)
        filled = total + (1.0 - sums[..., None]) * up
    return filled.astype(np.float32)


def smooth_fill(image: Rgb, hole: Mask, *, known: Mask | None = None) -> Rgb:
    """A copy of `image` (h, w, 3) uint8 with `hole` interpolated from the `known` pixels around it (by default: all outside it).

    Only the nearest ring of known pixels speaks, so that a card's colour does not leak into the text on the page beside it.
    """
    usable = ~hole if known is None else known & ~hole
    ring = usable & cv2.dilate(hole.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    if ring.sum() < 24:
        ring = usable
    surface, residual = fit_ground(image, ring)
    if residual > _ONE_GROUND:
        surface, _ = fit_ground(image, ring, order=0)
    left_over = np.where(ring[..., None], image.astype(np.float32) - surface, 0.0).astype(np.float32)
    if residual <= _ONE_GROUND:
        # Specks on an else even ground must not bleed into the fill.
        even = ring & (strongest(np.abs(left_over)) < 24.0)
        ring = even if even.sum() >= 24 else ring
    filled = pull_push(np.where(ring[..., None], left_over, 0.0).astype(np.float32), ring) + surface
    out = image.copy()
    out[hole] = np.clip(np.rint(filled[hole]), 0, 255).astype(np.uint8)
    return out


def is_textured(image: Rgb, known: Mask) -> bool:
    """Whether the known pixels vary faster than a smooth surface: judged by what a 5-pixel blur of them loses."""
    if known.sum() < 64:
        return False
    sums = cv2.blur(known.astype(np.float32), (7, 7))
    mean = cv2.blur(image.astype(np.float32) * known[..., None], (7, 7)) / np.maximum(sums, 1e-3)[..., None]
    detail = deviation(image, mean)[known & (sums > 0.3)]
    return detail.size > 0 and float(detail.mean()) > _TEXTURE


def widest(hole: Mask) -> float:
    """Radius in pixels of the largest disc inside the hole."""
    padded = np.pad(hole.astype(np.uint8), 1)
    return float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())


def fill_region(image: Rgb, hole: Mask, *, texture: Inpainter | None, known: Mask | None = None) -> tuple[Rgb, str]:
    """`image` with `hole` filled by the method that suits what lies around, and that method's name."""
    usable = ~hole if known is None else known & ~hole
    if texture is not None and widest(hole) >= _WIDE and hole.size <= _MAX_PATCH_PIXELS and usable.sum() > 2000:
        ring = cv2.dilate(hole.astype(np.uint8), np.ones((25, 25), np.uint8)).astype(bool) & usable
        if is_textured(image, ring):
            if known is None:
                return texture.fill(image, hole), texture.name
            # What is neither hole nor known must not be copied from: it is filled along and put back.
            out = image.copy()
            out[hole] = texture.fill(image, ~usable)[hole]
            return out, texture.name
    return smooth_fill(image, hole, known=known), "smooth"


def fill_holes(
    image: Rgb, hole: Mask, *, texture: Inpainter | None, context: JobContext, margin: int = 24
) -> tuple[Rgb, tuple[str, ...]]:
    """`image` with every part of `hole` filled from its own surroundings, nearby parts together.

    Returns the picture and the names of the methods used, sorted. Checks for cancellation between parts.
    """
    if not hole.any():
        return image, ()
    near = cv2.dilate(hole.astype(np.uint8), np.ones((2 * margin // 3 + 1, 2 * margin // 3 + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    canvas = Rect(0, 0, hole.shape[1], hole.shape[0])
    out = image.copy()
    used: set[str] = set()
    for index in range(1, count):
        context.check()
        x, y, width, height = (int(value) for value in stats[index, :4])
        box = Rect(x, y, width, height).expanded(margin).intersected(canvas)
        part = hole[box.slices] & (labels[box.slices] == index)
        others = hole[box.slices] & ~part
        filled, method = fill_region(out[box.slices], part, texture=texture, known=~others)
        out[box.slices][part] = filled[part]
        used.add(method)
    return out, tuple(sorted(used))
