"""Holes are filled from what lies around them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.layering.fill import fill_holes, fit_ground, is_textured, pull_push, smooth_fill, widest
from layerdesk.layering.protocols import Cancelled, Silent

Rgb = NDArray[np.uint8]


def gradient(height: int = 60, width: int = 90) -> Rgb:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([40 + rows, 60 + columns, 200 - rows - columns // 2], axis=-1).astype(np.uint8)


def noise(height: int = 120, width: int = 120) -> Rgb:
    return np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)


def hole_in(shape: tuple[int, ...], top: int, left: int, height: int, width: int) -> NDArray[np.bool_]:
    hole = np.zeros(shape[:2], bool)
    hole[top : top + height, left : left + width] = True
    return hole


def test_a_flat_ground_comes_back_exactly() -> None:
    image = np.full((40, 40, 3), (12, 130, 240), np.uint8)
    hole = hole_in(image.shape, 10, 12, 15, 9)
    damaged = image.copy()
    damaged[hole] = 255
    assert np.array_equal(smooth_fill(damaged, hole), image)


def test_a_gradient_comes_back_within_a_level() -> None:
    image = gradient()
    hole = hole_in(image.shape, 20, 30, 20, 30)
    damaged = image.copy()
    damaged[hole] = 0
    error = np.abs(smooth_fill(damaged, hole).astype(int) - image)
    assert error.max() <= 1


def test_pixels_outside_the_hole_stay() -> None:
    image = noise()
    hole = hole_in(image.shape, 40, 40, 10, 10)
    filled = smooth_fill(image, hole)
    assert np.array_equal(filled[~hole], image[~hole])
    assert not np.array_equal(filled[hole], image[hole])


def test_only_known_pixels_speak() -> None:
    image = np.full((30, 60, 3), 200, np.uint8)
    image[:, 30:] = 10
    hole = hole_in(image.shape, 10, 24, 10, 6)
    known = np.zeros((30, 60), bool)
    known[:, :24] = True
    assert (smooth_fill(image, hole, known=known)[hole] == 200).all()


def test_each_side_of_an_edge_keeps_its_colour() -> None:
    """A hole across two cells must not smear one into the other beyond a few pixels around the edge."""
    image = np.full((40, 80, 3), 255, np.uint8)
    image[:, 40:] = (30, 60, 90)
    hole = hole_in(image.shape, 15, 25, 8, 30)
    damaged = image.copy()
    damaged[hole] = 128
    error = np.abs(smooth_fill(damaged, hole).astype(int) - image).max(axis=2)
    assert error[15:23, 25:34].max() <= 12
    assert error[15:23, 47:55].max() <= 12


def test_nothing_known_gives_something_and_no_failure() -> None:
    image = noise(8, 8)
    assert smooth_fill(image, np.ones((8, 8), bool)).shape == image.shape


def test_fit_ground_ignores_specks() -> None:
    image = gradient()
    specked = image.copy()
    specked[::9, ::9] = 255
    surface, residual = fit_ground(specked, np.ones(image.shape[:2], bool), order=1)
    assert np.abs(surface - image).max() < 3
    assert residual > 0


def test_pull_push_keeps_what_is_known() -> None:
    values = noise(20, 30).astype(np.float32)
    known = np.random.default_rng(3).random((20, 30)) > 0.5
    out = pull_push(np.where(known[..., None], values, 0).astype(np.float32), known)
    assert np.allclose(out[known], values[known], atol=1e-3)


def test_texture_is_told_from_gradient() -> None:
    everywhere = np.ones((120, 120), bool)
    assert is_textured(noise(), everywhere)
    assert not is_textured(gradient(120, 120), everywhere)


def test_widest_is_the_radius_of_the_largest_disc() -> None:
    assert widest(hole_in((50, 50), 10, 10, 21, 40)) == pytest.approx(11, abs=1)
    assert widest(np.zeros((5, 5), bool)) == 0


class _Painter:
    name = "painter"
    version = "1"

    def missing(self) -> str | None:
        return None

    def fill(self, image: Rgb, hole: NDArray[np.bool_]) -> Rgb:
        out = image.copy()
        out[hole] = (1, 2, 3)
        return out


def test_wide_holes_in_texture_go_to_the_engine_and_thin_ones_do_not() -> None:
    image = noise(200, 200)
    wide, thin = hole_in(image.shape, 60, 60, 40, 40), hole_in(image.shape, 60, 60, 3, 40)
    filled, used = fill_holes(image, wide, texture=_Painter(), context=Silent())
    assert used == ("painter",)
    assert (filled[wide] == (1, 2, 3)).all()
    assert np.array_equal(filled[~wide], image[~wide])
    assert fill_holes(image, thin, texture=_Painter(), context=Silent())[1] == ("smooth",)


def test_filling_can_be_cancelled() -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        fill_holes(gradient(), hole_in((60, 90), 5, 5, 5, 5), texture=None, context=Stop())


def test_no_hole_no_work() -> None:
    image = gradient()
    assert fill_holes(image, np.zeros((60, 90), bool), texture=None, context=Silent()) == (image, ())
