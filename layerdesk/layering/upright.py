"""A line's ink turned upright, so that its height, width and shape can be measured whatever its angle."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.arrays import tight
from layerdesk.layering.ink import SOLID, Ink
from layerdesk.layering.protocols import Plane


def upright_coverage(ink: Ink) -> tuple[Plane, NDArray[np.float64]]:
    """The ink turned so that it reads left to right, cropped tightly, and the (2, 3) map from that crop back to canvas pixels.

    A level line is only cropped, without resampling.
    """
    if ink.angle == 0.0:
        rect = ink.rect
        crop = ink.coverage[rect.translated(-ink.area.origin).slices]
        return crop, np.array([[1.0, 0.0, rect.x], [0.0, 1.0, rect.y]])
    height, width = ink.coverage.shape
    side = int(np.ceil(np.hypot(width, height))) + 2
    # cv2's positive angle turns counter-clockwise on screen, which undoes a clockwise slant.
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), ink.angle, 1.0)
    turn[:, 2] += [(side - width) / 2, (side - height) / 2]
    turned = np.asarray(cv2.warpAffine(ink.coverage, turn, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
    box = tight(turned > SOLID)
    box = tight(turned) if box.empty else box
    crop = turned[box.slices]
    back = cv2.invertAffineTransform(turn)
    shift = np.array([[1.0, 0.0, box.x], [0.0, 1.0, box.y], [0.0, 0.0, 1.0]])
    to_canvas = np.vstack([back, [0.0, 0.0, 1.0]]) @ shift
    to_canvas[:2, 2] += [ink.area.x, ink.area.y]
    return np.ascontiguousarray(crop), to_canvas[:2]
