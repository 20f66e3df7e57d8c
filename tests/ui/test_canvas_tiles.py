"""Tiles and their levels, against numpy that computes them whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect, Size
from layerdesk.ui.canvas.tiles import SIDE, Budget, TilePyramid


class Picture:
    """Pixels that can change, and a record of what was asked of them."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels = np.random.default_rng(5).integers(0, 256, (height, width, 4), dtype=np.uint8)
        self.asked: list[Rect] = []
        self.pyramid = TilePyramid(Size(width, height), self.read)

    def read(self, rect: Rect) -> NDArray[np.uint8]:
        self.asked.append(rect)
        return self.pixels[rect.slices].copy()

    def paint(self, rect: Rect, value: int) -> None:
        self.pixels[rect.slices] = value
        self.pyramid.invalidate(rect)

    def level(self, level: int) -> NDArray[np.uint8]:
        """The level put together from its tiles, all refreshed."""
        size = self.pyramid.level_size(level)
        out = np.zeros((size.height, size.width, 4), np.uint8)
        for key in self.pyramid.keys(level, self.pyramid.size.rect):
            assert self.pyramid.refresh(key, Budget(60_000.0))
            tile = self.pyramid.peek(key)
            assert tile is not None
            out[self.pyramid.bounds(key).slices] = tile.pixels
        return out

    def expected(self, level: int) -> NDArray[np.uint8]:
        out = self.pixels
        for _ in range(level):
            out = np.pad(out, ((0, out.shape[0] % 2), (0, out.shape[1] % 2), (0, 0)), mode="edge")
            out = np.asarray(cv2.resize(out, (out.shape[1] // 2, out.shape[0] // 2), interpolation=cv2.INTER_AREA), np.uint8)
        return out


@pytest.mark.parametrize("size", [(512, 512), (700, 389), (1, 1), (257, 3), (1030, 1)])
@pytest.mark.parametrize("level", [0, 1, 2, 4])
def test_each_level_is_the_picture_halved_that_often(size: tuple[int, int], level: int) -> None:
    picture = Picture(*size)
    assert np.array_equal(picture.level(level), picture.expected(level))


@settings(deadline=None, max_examples=25)
@given(
    rects=st.lists(
        st.tuples(st.integers(0, 699), st.integers(0, 599), st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=5
    ),
    level=st.integers(0, 3),
)
def test_patched_tiles_are_what_all_new_ones_would_be(rects: list[tuple[int, int, int, int]], level: int) -> None:
    picture = Picture(701, 603)
    picture.level(level)
    for number, (x, y, width, height) in enumerate(rects):
        picture.paint(Rect(x, y, width, height).intersected(picture.pyramid.size.rect), number)
        if number % 2:
            picture.level(0)
    assert np.array_equal(picture.level(level), picture.expected(level))


def test_only_what_is_dirty_is_asked_for_again() -> None:
    picture = Picture(1024, 1024)
    picture.level(1)
    picture.asked.clear()
    picture.level(1)
    assert picture.asked == []
    picture.paint(Rect(250, 10, 20, 20), 9)
    picture.level(1)
    assert sum(rect.area for rect in picture.asked) == 400
    assert picture.asked == [Rect(250, 10, 6, 20), Rect(256, 10, 14, 20)]


def test_an_old_tile_stays_to_be_shown_until_it_is_refreshed() -> None:
    picture = Picture(300, 300)
    old = picture.level(0)
    picture.paint(Rect(0, 0, 40, 40), 1)
    tile = picture.pyramid.peek((0, 0, 0))
    assert tile is not None
    assert not tile.dirty.empty
    assert np.array_equal(tile.pixels, old[:SIDE, :SIDE])
    assert not tile.pixels.flags.writeable


def test_the_budget_lets_one_piece_through_and_then_watches_the_clock() -> None:
    times = iter([0.0, 0.001, 0.0075, 0.0081, 0.02])
    budget = Budget(8.0, clock=lambda: next(times))
    assert [budget.allows() for _ in range(4)] == [True, True, True, False]


def test_a_spent_budget_leaves_a_coarse_tile_for_later_and_no_work_is_lost() -> None:
    picture = Picture(1024, 1024)
    ticks = iter(range(1000))

    def tired() -> Budget:
        return Budget(500.0, clock=lambda: float(next(ticks)))

    slices = 0
    while not picture.pyramid.refresh((2, 0, 0), tired()):
        slices += 1
    assert slices == 15
    assert len(picture.asked) == len(set(picture.asked)) == 16
    assert np.array_equal(picture.level(2), picture.expected(2))


def test_memory_is_bounded_by_forgetting_what_was_longest_unused() -> None:
    picture = Picture(1024, 1024)
    small = TilePyramid(Size(1024, 1024), picture.read, budget_bytes=5 * SIDE * SIDE * 4)
    keys = list(small.keys(0, small.size.rect))
    for key in keys:
        small.refresh(key, Budget(1000.0))
    small.refresh(keys[0], Budget(1000.0))
    small.trim()
    assert small.nbytes == 5 * SIDE * SIDE * 4
    assert [key for key in keys if small.peek(key) is not None] == [keys[0], *keys[-4:]]
