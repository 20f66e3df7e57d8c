"""Texture fill."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.engines.patchmatch import PatchMatch

ROWS, COLUMNS = np.mgrid[0:120, 0:160]


def bricks() -> NDArray[np.uint8]:
    """A wall (120, 160, 3): bricks of 20 x 10 with joints, every second row shifted."""
    shifted = COLUMNS + (ROWS // 10 % 2) * 10
    joint = (ROWS % 10 < 2) | (shifted % 20 < 2)
    return np.where(joint[:, :, None], np.uint8([200, 195, 190]), np.uint8([150, 70, 50]))


def hole() -> NDArray[np.bool_]:
    return (ROWS - 60) ** 2 + (COLUMNS - 80) ** 2 < 22**2


def test_it_continues_a_pattern_into_the_hole_and_touches_nothing_else() -> None:
    whole, gap = bricks(), hole()
    broken = whole.copy()
    broken[gap] = (0, 255, 0)
    filled = PatchMatch().fill(broken, gap)
    assert np.array_equal(filled[~gap], whole[~gap])
    assert not (filled[gap] == (0, 255, 0)).all(axis=1).any()
    wrong = np.abs(filled[gap].astype(int) - whole[gap]).max(axis=1) > 40
    assert wrong.mean() < 0.25
    assert (broken[gap] == (0, 255, 0)).all()  # its input is left alone


def test_equal_inputs_give_equal_results_from_any_thread_and_no_output(capfd: pytest.CaptureFixture[str]) -> None:
    whole, gap = bricks(), hole()
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: PatchMatch().fill(whole, gap), range(4)))
    assert all(np.array_equal(result, results[0]) for result in results)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (7, 7), (3, 60)])
def test_crops_smaller_than_a_patch(shape: tuple[int, int]) -> None:
    crop = bricks()[: shape[0], : shape[1]]
    gap = np.zeros(shape, bool)
    gap[-1, -1] = True
    filled = PatchMatch().fill(crop, gap)
    assert filled.shape == crop.shape
    assert np.array_equal(filled[~gap], crop[~gap])


def test_no_hole_and_nothing_but_hole_come_back_as_they_were() -> None:
    whole = bricks()
    for gap in (np.zeros((120, 160), bool), np.ones((120, 160), bool)):
        filled = PatchMatch().fill(whole, gap)
        assert np.array_equal(filled, whole)
        assert filled is not whole


def test_missing_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PatchMatch().missing() is None
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    sentence = PatchMatch().missing()
    assert sentence is not None
    assert "pip install pypatchmatch" in sentence
