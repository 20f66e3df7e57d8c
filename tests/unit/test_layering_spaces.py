"""Blanks that were not read are found in the ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.spaces import respaced, wide_gaps

LETTER, GAP, BLANK = 10, 2, 9


def drawn(text: str) -> NDArray[np.uint8]:
    """Each letter a block, each blank a hole."""
    columns: list[int] = []
    for letter in text:
        columns += [0] * BLANK if letter == " " else [255] * LETTER + [0] * GAP
    return np.tile(np.array(columns[:-GAP], np.uint8), (14, 1))


def length(text: str) -> float:
    return sum(BLANK if letter == " " else LETTER + GAP for letter in text)


def respaced_to(truth: str, read: str) -> str:
    plane = drawn(truth)

    def fits(candidate: str) -> float:
        other = drawn(candidate)
        width = min(plane.shape[1], other.shape[1])
        return float((plane[0, :width] == other[0, :width]).mean()) - abs(plane.shape[1] - other.shape[1]) / plane.shape[1]

    return respaced(plane, read, fits=fits, length=length)


def test_gaps_between_words_are_wider_than_those_between_letters() -> None:
    gaps = wide_gaps(drawn("two words"))
    assert len(gaps) == 1
    assert abs(gaps[0] - 3.4 / 9) < 0.05
    assert wide_gaps(drawn("word")) == ()
    assert wide_gaps(np.zeros((10, 40), np.uint8)) == ()


def test_lost_blanks_come_back() -> None:
    assert respaced_to("FOSSASIA with us", "FOSSASIA withus") == "FOSSASIA with us"
    assert respaced_to("one two three", "onetwothree") == "one two three"


def test_what_was_read_right_stays() -> None:
    assert respaced_to("one two three", "one two three") == "one two three"
    assert respaced_to("unspaced", "unspaced") == "unspaced"
