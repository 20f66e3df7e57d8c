"""Ink is found in both polarities, on several grounds, and free of the ground's colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import measure_ink, quad_angle, quad_rect, quad_size
from layerdesk.layering.protocols import Quad

Rgb = NDArray[np.uint8]


def box(rect: Rect) -> Quad:
    return ((rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom))


def ground(color: tuple[int, int, int], *, height: int = 80, width: int = 260) -> Rgb:
    return np.full((height, width, 3), color, np.uint8)


def written(image: Rgb, color: tuple[int, int, int], text: str = "Ink stays") -> tuple[Rgb, NDArray[np.float64]]:
    """The image with text on it, and the true coverage."""
    coverage = np.zeros(image.shape[:2], np.uint8)
    cv2.putText(coverage, text, (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 255, 2, cv2.LINE_AA)
    share = coverage[..., None] / 255.0
    return np.rint(image * (1 - share) + np.array(color) * share).astype(np.uint8), coverage / 255.0


def true_rect(coverage: NDArray[np.float64]) -> Rect:
    rows, columns = np.flatnonzero((coverage > 0.28).any(axis=1)), np.flatnonzero((coverage > 0.28).any(axis=0))
    return Rect.from_edges(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((20, 24, 40), (250, 240, 200)),
        ((255, 136, 0), (255, 255, 255)),
        ((200, 30, 60), (30, 30, 160)),
    ],
)
def test_ink_is_tight_and_its_colour_pure_in_both_polarities(paper: tuple[int, int, int], pen: tuple[int, int, int]) -> None:
    image, coverage = written(ground(paper), pen)
    rect = true_rect(coverage)
    ink = measure_ink(image, box(rect.expanded(7)))
    assert ink is not None
    assert (
        max(
            abs(a - b)
            for a, b in zip(
                (ink.rect.x, ink.rect.y, ink.rect.right, ink.rect.bottom), (rect.x, rect.y, rect.right, rect.bottom), strict=True
            )
        )
        <= 1
    )
    assert max(abs(a - b) for a, b in zip(ink.color, pen, strict=True)) <= 3
    assert max(abs(a - b) for a, b in zip(ink.ground, paper, strict=True)) <= 3
    found = ink.coverage / 255.0
    assert np.abs(found - coverage[ink.area.slices]).mean() < 0.02


def test_a_gradient_under_the_text_is_no_ink() -> None:
    image = ground((0, 0, 0))
    image[...] = np.linspace(60, 200, image.shape[1])[None, :, None]
    image, coverage = written(image, (255, 255, 255))
    rect = true_rect(coverage)
    ink = measure_ink(image, box(rect.expanded(7)))
    assert ink is not None
    assert (ink.coverage / 255.0)[coverage[ink.area.slices] == 0].mean() < 0.03


def test_letters_on_a_plate_as_small_as_themselves() -> None:
    """Dark letters on a white plate on a dark page: the plate is no ink."""
    image = ground((40, 44, 70))
    _, coverage = written(image, (40, 44, 70))
    rect = true_rect(coverage)
    image[rect.expanded(4).slices] = 255
    image, _ = written(image, (40, 44, 70))
    ink = measure_ink(image, box(rect.expanded(6)))
    assert ink is not None
    assert max(abs(a - b) for a, b in zip(ink.color, (40, 44, 70), strict=True)) <= 8
    assert ink.rect.area <= rect.expanded(2).area


def test_a_header_row_of_the_letters_colour_beside_the_line_is_not_taken_along() -> None:
    image = ground((255, 255, 255))
    image, coverage = written(image, (30, 41, 59))
    rect = true_rect(coverage)
    image[: rect.y - 3] = (30, 41, 59)
    ink = measure_ink(image, box(Rect.from_edges(rect.x - 7, rect.y - 7, rect.right + 7, rect.bottom + 7)))
    assert ink is not None
    assert abs(ink.rect.y - rect.y) <= 1
    assert abs(ink.rect.height - rect.height) <= 2


def test_a_rule_through_the_box_is_not_ink() -> None:
    image, coverage = written(ground((255, 255, 255)), (0, 0, 0))
    rect = true_rect(coverage)
    image[rect.bottom + 4 : rect.bottom + 6] = (200, 0, 0)
    ink = measure_ink(image, box(rect.expanded(7)))
    assert ink is not None
    assert ink.rect.bottom <= rect.bottom + 1


def test_nothing_stands_out_of_an_empty_box() -> None:
    assert measure_ink(ground((120, 130, 140)), box(Rect(20, 20, 100, 30))) is None


def test_a_box_outside_the_picture_has_no_ink() -> None:
    assert measure_ink(ground((120, 130, 140)), box(Rect(900, 900, 10, 10))) is None


def test_angles_of_boxes() -> None:
    assert quad_angle(box(Rect(0, 0, 100, 20))) == 0.0
    assert quad_angle(((0, 0), (100, 1), (100, 21), (0, 20))) == 0.0
    assert quad_angle(((0, 0), (100, 100), (90, 110), (-10, 10))) == pytest.approx(45)
    assert quad_angle(((20, 0), (20, 100), (0, 100), (0, 0))) == 90.0
    assert quad_size(((20, 0), (20, 100), (0, 100), (0, 0))) == pytest.approx((100, 20))
    assert quad_rect(((1.5, 2.5), (10, 2), (10.2, 8), (1, 8.9))) == Rect(1, 2, 10, 7)
