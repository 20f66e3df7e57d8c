"""Pieces of one line come together; menu entries and cells do not."""

from __future__ import annotations

import numpy as np

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import Ink
from layerdesk.layering.protocols import FoundLine
from layerdesk.layering.rows import Piece, joined, one_line


def piece(text: str, *, x: int, width: int, y: int = 50, height: int = 20, color: float = 0.0, angle: float = 0.0) -> Piece:
    rect = Rect(x, y, width, height)
    quad = ((x, y), (rect.right, y), (rect.right, rect.bottom), (x, rect.bottom))
    ink = Ink(
        area=rect, coverage=np.full((height, width), 255, np.uint8), rect=rect, color=(color,) * 3, ground=(255, 255, 255),
        ground_noise=0.0, contrast=255.0, angle=angle,
    )  # fmt: skip
    return FoundLine(text=text, quad=quad, confidence=1 - x / 1000), ink


def texts(pieces: tuple[Piece, ...]) -> list[str]:
    return [one_line(group).text for group in joined(pieces)]


def test_a_line_goes_on_after_a_word_gap() -> None:
    pieces = (piece("HALL · PIER", x=10, width=200), piece("4", x=225, width=12))
    assert texts(pieces) == ["HALL · PIER 4"]
    (line,) = (one_line(group) for group in joined(pieces))
    assert line.quad == ((10, 50), (237, 50), (237, 70), (10, 70))
    assert line.confidence == 1 - 225 / 1000


def test_three_pieces_in_any_order() -> None:
    pieces = (piece("three", x=190, width=60), piece("one", x=10, width=80), piece("two", x=100, width=80))
    assert texts(pieces) == ["one two three"]


def test_a_wide_gap_another_size_row_colour_or_turn_stays_apart() -> None:
    first = piece("Home", x=10, width=80)
    for second in (
        piece("About", x=130, width=80),
        piece("About", x=100, width=80, height=30),
        piece("About", x=100, width=80, y=58),
        piece("About", x=100, width=80, color=200.0),
        piece("About", x=100, width=80, angle=20.0),
    ):
        assert texts((first, second)) == ["Home", "About"]


def test_chinese_is_joined_without_a_blank() -> None:
    assert texts((piece("决算", x=10, width=40), piece("摘要", x=54, width=40))) == ["决算摘要"]
