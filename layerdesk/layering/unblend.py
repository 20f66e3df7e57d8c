"""Colours and coverage that give the picture back exactly.

A layer lies over what is below it as C = a F + (1 - a) B. Given the picture C, the ground B and the coverage we would like, this
finds the smallest coverage not below the liked one for which a colour F within 0..255 exists, and that colour. So an edge is free
of the ground's colour wherever the picture allows it, and the composite differs from the picture by rounding alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.arrays import strongest
from layerdesk.layering.protocols import Plane, Rgb

_SAME = 1
"""Levels of difference that nobody sees and rounding makes anyway."""


def unblend(picture: Rgb, below: Rgb, coverage: Plane) -> tuple[Plane, Rgb]:
    """(coverage (h, w) uint8, colours (h, w, 3) uint8) with which a layer over `below` shows `picture`; all (h, w[, 3]) uint8.

    Where the picture equals the ground and nothing is wanted, coverage stays 0.
    """
    target = picture.astype(np.float32)
    ground = below.astype(np.float32)
    difference = target - ground
    room = np.where(difference > 0, 255.0 - ground, ground)
    needed = strongest(np.abs(difference) / np.maximum(room, 1.0))
    needed = np.where(strongest(np.abs(difference)) > _SAME, np.ceil(needed * 255.0), 0.0)
    alpha = np.clip(np.maximum(coverage, needed), 0, 255).astype(np.uint8)
    share = np.maximum(alpha.astype(np.float32), 1.0)[..., None] / 255.0
    colours = np.clip(np.rint(ground + difference / share), 0, 255).astype(np.uint8)
    colours[alpha == 255] = picture[alpha == 255]
    return alpha, colours


def over(below: Rgb, colours: Rgb, alpha: Plane) -> Rgb:
    """`colours` under `alpha` laid over an opaque ground, rounded as the document's compositor rounds."""
    share = alpha.astype(np.uint16)[..., None]
    mixed = colours.astype(np.uint16) * share + below.astype(np.uint16) * (255 - share)
    result: NDArray[np.uint8] = ((mixed + 127) // 255).astype(np.uint8)
    return result
