"""Coverage and colours that give the picture back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layerdesk.layering.unblend import over, unblend


@given(seed=st.integers(0, 10_000))
def test_any_picture_over_any_ground_comes_back_within_rounding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture, below = rng.integers(0, 256, (2, 6, 7, 3), dtype=np.uint8)
    wanted = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    alpha, colours = unblend(picture, below, wanted)
    assert (alpha >= wanted).all()
    assert np.abs(over(below, colours, alpha).astype(int) - picture).max() <= 1


def test_a_half_covered_edge_gives_the_pure_colour() -> None:
    below = np.full((1, 1, 3), 255, np.uint8)
    picture = np.full((1, 1, 3), (255, 127, 127), np.uint8)
    alpha, colours = unblend(picture, below, np.full((1, 1), 128, np.uint8))
    assert alpha[0, 0] == 128
    assert np.abs(colours[0, 0].astype(int) - (255, 0, 0)).max() <= 1


def test_coverage_rises_only_where_no_colour_would_do() -> None:
    below = np.zeros((1, 2, 3), np.uint8)
    picture = np.array([[[100, 0, 0], [200, 0, 0]]], np.uint8)
    alpha, _ = unblend(picture, below, np.full((1, 2), 120, np.uint8))
    assert alpha[0, 0] == 120
    assert alpha[0, 1] == 200


def test_what_equals_the_ground_needs_no_layer() -> None:
    below = np.full((3, 3, 3), 77, np.uint8)
    alpha, _ = unblend(below + np.uint8(1), below, np.zeros((3, 3), np.uint8))
    assert not alpha.any()
