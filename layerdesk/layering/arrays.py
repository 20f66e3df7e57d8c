"""Small array operations that numpy has, only slower: a reduction over three colours or two booleans costs more than the work around it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import EMPTY, Rect


def strongest(colours: NDArray[Any]) -> NDArray[Any]:
    """The largest of the three channels of (..., 3) at each place."""
    largest: NDArray[Any] = np.maximum(np.maximum(colours[..., 0], colours[..., 1]), colours[..., 2])
    return largest


def deviation(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float32]:
    """(h, w) float32: the largest difference over the channels between (h, w, 3) pictures or a picture and a colour."""
    return strongest(np.abs(np.subtract(first, second, dtype=np.float32)))


def tight(mask: NDArray[np.bool_] | NDArray[np.uint8]) -> Rect:
    """The smallest rectangle around the non-zero pixels of (h, w); EMPTY for none."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return Rect(x, y, width, height) if width else EMPTY
