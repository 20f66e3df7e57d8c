"""A doubtful line takes the setting of a sure one beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import Ink
from layerdesk.layering.neighbours import snapped
from layerdesk.layering.typography import SetLine


def ink(x: int, y: int, *, color: float = 0.0) -> Ink:
    rect = Rect(x, y, 200, 20)
    return Ink(
        area=rect, coverage=np.full((20, 200), 255, np.uint8), rect=rect, color=(color,) * 3, ground=(255, 255, 255), ground_noise=0.0,
        contrast=255.0, angle=0.0,
    )  # fmt: skip


SURE = SetLine(
    text="a sure line", family="Noto Sans", size_px=28.0, weight=400, italic=False, tracking_px=0.0, baseline=40.0, match=0.99
)
DOUBTFUL = replace(SURE, text="Vit Nam", family="Other Sans", weight=700, size_px=27.0, baseline=80.0, match=0.88)


def test_the_neighbours_setting_is_taken_and_the_rest_stays() -> None:
    _, found = snapped((SURE, DOUBTFUL), (ink(10, 20), ink(10, 60)))
    assert found == replace(SURE, text="Vit Nam", baseline=80.0, match=0.88)


def test_a_sure_line_keeps_its_own() -> None:
    own = replace(DOUBTFUL, match=0.96)
    assert snapped((SURE, own), (ink(10, 20), ink(10, 60))) == (SURE, own)


def test_a_line_of_another_colour_place_size_or_of_no_likeness_is_no_model() -> None:
    for model, place in (
        (SURE, ink(10, 20, color=200.0)),
        (SURE, ink(80, 20)),
        (replace(SURE, baseline=300.0), ink(10, 280)),
        (replace(SURE, size_px=40.0), ink(10, 20)),
        (replace(SURE, match=0.95), ink(10, 20)),
    ):
        assert snapped((model, DOUBTFUL), (place, ink(10, 60)))[1] == DOUBTFUL


def test_the_nearest_of_two_is_the_model() -> None:
    far = replace(SURE, family="Far", baseline=20.0)
    assert snapped((far, SURE, DOUBTFUL), (ink(10, 0), ink(10, 20), ink(10, 60)))[2].family == "Noto Sans"
