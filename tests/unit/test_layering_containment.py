"""What lies on what."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from layerdesk.document.geometry import Rect
from layerdesk.layering.containment import Part, filled, take_apart
from layerdesk.layering.ground import find_ground
from layerdesk.layering.protocols import Cancelled, Rgb
from layerdesk.layering.regions import find_surfaces


def _parts(image: Rgb) -> tuple[Part, ...]:
    surfaces = find_surfaces(image)
    ground, nature = find_ground(surfaces)
    return take_apart(surfaces, ground, scene=nature == "textured", check=lambda: None)


def _white(height: int = 300, width: int = 400) -> Rgb:
    return np.full((height, width, 3), 255, np.uint8)


def test_nothing_on_a_plain_ground() -> None:
    assert _parts(_white()) == ()


def test_a_box_in_a_box_in_a_box() -> None:
    image = _white()
    image[40:260, 50:350] = (230, 230, 240)
    image[80:220, 100:300] = (40, 60, 200)
    image[120:180, 150:250] = (250, 200, 30)
    outer, middle, inner = _parts(image)
    assert (outer.above, middle.above, inner.above) == (-1, 0, 1)
    assert outer.rect == Rect(50, 40, 300, 220)
    assert outer.body.all(), "filled under what lies on it"
    assert outer.own.sum() == 300 * 220 - 200 * 140
    assert inner.rect == Rect(150, 120, 100, 60)


def test_touching_boxes_are_parts_of_one_blob() -> None:
    image = _white()
    image[50:200, 50:150] = (200, 30, 30)
    image[90:200, 150:250] = (30, 30, 200)
    first, second = _parts(image)
    assert first.blob == second.blob
    assert first.above == second.above == -1


def test_a_ring_is_seen_through_but_a_panel_is_not() -> None:
    image = _white()
    cv2.circle(image, (200, 150), 100, (200, 20, 20), 10)
    (ring,) = [part for part in _parts(image) if part.area > 500]
    assert not ring.body[100, 100]

    image = _white()
    image[30:270, 30:370] = (20, 40, 160)
    image[110:190, 130:270] = 255
    card, panel = _parts(image)
    assert panel.above == 0
    assert card.body[150, 170]
    assert panel.rect == Rect(130, 110, 140, 80)


def test_texture_is_one_picture() -> None:
    image = _white()
    image[60:240, 80:320] = np.random.default_rng(1).integers(0, 255, (180, 240, 3))
    (picture,) = _parts(image)
    assert picture.picture
    assert picture.rect == Rect(80, 60, 240, 180)


def test_a_picture_is_whole_under_a_box_that_lies_half_on_it() -> None:
    image = _white()
    image[60:240, 80:320] = np.random.default_rng(1).integers(0, 255, (180, 240, 3))
    image[180:280, 200:360] = (20, 120, 220)
    picture, box = _parts(image)
    assert picture.picture
    assert not box.picture
    assert box.rect == Rect(200, 180, 160, 100)


def test_only_boxes_come_off_a_scene() -> None:
    image = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8), (0, 0), 1.2)
    image[80:160, 100:260] = (250, 250, 250)
    (box,) = _parts(np.asarray(image, np.uint8))
    assert box.rect == Rect(100, 80, 160, 80)


def test_grid_lines_of_a_chart_are_lines_of_their_own_and_a_table_is_one() -> None:
    chart = _white()
    for row in range(60, 241, 36):
        chart[row : row + 1, 60:340] = (120, 120, 120)
    chart[60:241, 60:62] = (120, 120, 120)
    rows = [part for part in _parts(chart) if part.rect.height == 1]
    assert len(rows) == 6

    table = chart.copy()
    table[60:241, 338:340] = (120, 120, 120)
    (grid,) = _parts(table)
    assert grid.rect == Rect(60, 60, 280, 181)


def test_filled_closes_holes_only() -> None:
    mask = np.zeros((20, 20), bool)
    mask[4:16, 4:16] = True
    mask[8:12, 8:12] = False
    full = filled(mask)
    assert full.sum() == 144
    mask[8:12, 4:12] = False
    assert np.array_equal(filled(mask), mask)


def test_it_stops_when_told_to() -> None:
    def stop() -> None:
        raise Cancelled

    image = _white()
    image[40:100, 40:100] = 0
    surfaces = find_surfaces(image)
    ground, _ = find_ground(surfaces)
    with pytest.raises(Cancelled):
        take_apart(surfaces, ground, check=stop)
