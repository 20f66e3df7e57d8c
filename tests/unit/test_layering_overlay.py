"""A drawing of a line finds its place over the ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import Ink
from layerdesk.layering.overlay import laid_over


def drawing() -> NDArray[np.uint8]:
    plane = np.zeros((40, 220), np.uint8)
    cv2.putText(plane, "Baseline", (10, 28), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2, cv2.LINE_AA)
    return plane


def ink(plane: NDArray[np.uint8], *, x: int = 50, y: int = 100) -> Ink:
    left, top, width, height = cv2.boundingRect((plane > 70).astype(np.uint8))
    return Ink(
        area=Rect(x, y, plane.shape[1], plane.shape[0]), coverage=plane, rect=Rect(x + left, y + top, width, height), color=(0, 0, 0),
        ground=(255, 255, 255), ground_noise=0.0, contrast=255.0, angle=0.0,
    )  # fmt: skip


def test_the_same_drawing_lies_on_itself() -> None:
    found = laid_over(ink(drawing()), drawing(), 28.0)
    assert found is not None
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[1] == 128.0


@pytest.mark.parametrize("shift", [-0.5, 0.25, 0.4])
def test_parts_of_a_pixel_are_told(shift: float) -> None:
    moved = cv2.warpAffine(drawing(), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, shift]]), (220, 40), flags=cv2.INTER_LINEAR)
    found = laid_over(ink(moved), drawing(), 28.0)
    assert found is not None
    assert found[1] == pytest.approx(128 + shift, abs=0.16)


def test_a_drawing_larger_than_the_ink_and_its_area_still_finds_a_place() -> None:
    plane = drawing()
    left, top, width, height = cv2.boundingRect((plane > 70).astype(np.uint8))
    tight = np.ascontiguousarray(plane[top : top + height, left : left + width])
    larger = cv2.resize(plane, None, fx=1.05, fy=1.05)
    found = laid_over(ink(tight), larger, 28 * 1.05)
    assert found is not None
    assert 0.6 < found[0] <= 1.0
    assert found[1] == pytest.approx(100 - top + 28, abs=2)


def test_another_drawing_lies_worse_and_an_empty_one_nowhere() -> None:
    other = np.zeros((40, 220), np.uint8)
    cv2.putText(other, "Bascliue", (10, 28), cv2.FONT_HERSHEY_COMPLEX, 1.0, 255, 2, cv2.LINE_AA)
    found = laid_over(ink(drawing()), other, 28.0)
    assert found is not None
    assert found[0] < 0.9
    assert laid_over(ink(drawing()), np.zeros((5, 5), np.uint8), 3.0) is None
