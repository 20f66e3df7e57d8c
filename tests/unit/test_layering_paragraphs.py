"""Which lines form one text layer."""

from __future__ import annotations

import numpy as np

from layerdesk.document.geometry import Rect
from layerdesk.layering.assemble import text_block, text_names
from layerdesk.layering.ink import Ink
from layerdesk.layering.paragraphs import Paragraph, paragraphs
from layerdesk.layering.text import ReadLine
from layerdesk.layering.typography import SetLine

Color = tuple[float, float, float]


def read(
    text: str,
    *,
    x: int,
    baseline: float,
    width: int,
    size: float = 20.0,
    color: Color = (0, 0, 0),
    weight: int = 400,
    angle: float = 0.0,
) -> ReadLine:
    height = round(0.72 * size)
    rect = Rect(x, round(baseline) - height, width, height)
    ink = Ink(
        area=rect, coverage=np.full((rect.height, rect.width), 255, np.uint8), rect=rect, color=color, ground=(255, 255, 255),
        ground_noise=0.0, contrast=255.0, angle=angle,
    )  # fmt: skip
    quad = ((rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom))
    setting = SetLine(
        text=text, family="Noto Sans", size_px=size, weight=weight, italic=False, tracking_px=0.0, baseline=baseline, match=0.9
    )
    return ReadLine(text=text, recognised=text, quad=quad, ink=ink, setting=setting, reading=0.9, confidence=0.9)


def texts(blocks: tuple[Paragraph, ...]) -> list[list[str]]:
    return [[line.text for line in block.lines] for block in blocks]


def test_lines_on_one_edge_are_one_paragraph() -> None:
    lines = (read("A paragraph that", x=10, baseline=30, width=160), read("goes on here", x=10, baseline=56, width=120))
    (block,) = paragraphs(lines)
    assert [line.text for line in block.lines] == ["A paragraph that", "goes on here"]
    assert block.align == "left"
    assert block.line_height_px == 26


def test_centred_and_right_lines() -> None:
    centred = (read("A longer line of it", x=50, baseline=30, width=200), read("shorter one", x=100, baseline=56, width=100))
    right = (read("A longer line of it", x=50, baseline=30, width=200), read("shorter one", x=150, baseline=56, width=100))
    assert paragraphs(centred)[0].align == "center"
    assert paragraphs(right)[0].align == "right"


def test_another_size_colour_weight_or_distance_is_another_paragraph() -> None:
    first = read("First line here", x=10, baseline=30, width=150)
    for second in (
        read("second", x=10, baseline=58, width=80, size=26),
        read("second", x=10, baseline=56, width=80, color=(200, 0, 0)),
        read("second", x=10, baseline=56, width=80, weight=700),
        read("second", x=10, baseline=90, width=80),
        read("second", x=10, baseline=56, width=80, angle=30.0),
        read("second", x=80, baseline=56, width=40),
    ):
        assert texts(paragraphs((first, second))) == [["First line here"], ["second"]]


def test_bullets_stay_apart_and_their_second_lines_stay_with_them() -> None:
    lines = (
        read("• First point which", x=10, baseline=30, width=180),
        read("goes on", x=30, baseline=56, width=80),
        read("• Second point", x=10, baseline=82, width=150),
    )
    assert texts(paragraphs(lines)) == [["• First point which", "goes on"], ["• Second point"]]


def test_cells_of_a_table_stay_apart() -> None:
    lines = tuple(
        read(f"r{row}c{column}", x=10 + 120 * column, baseline=30 + 28 * row, width=50) for row in range(3) for column in range(3)
    )
    assert sorted(texts(paragraphs(lines))) == sorted([line.text] for line in lines)


def test_a_change_of_line_height_ends_a_paragraph() -> None:
    lines = (
        read("one two three four", x=10, baseline=30, width=180),
        read("five six seven eight", x=10, baseline=54, width=180),
        read("nine ten eleven", x=10, baseline=90, width=180),
    )
    assert texts(paragraphs(lines)) == [["one two three four", "five six seven eight"], ["nine ten eleven"]]


def test_every_line_is_in_one_paragraph() -> None:
    lines = tuple(read(f"line {n}", x=10 + 3 * n, baseline=30 + 23 * n, width=90 + n) for n in range(12))
    found = [line for block in paragraphs(lines) for line in block.lines]
    assert sorted(line.text for line in found) == sorted(line.text for line in lines)


def test_a_block_takes_the_median_size_and_keeps_the_reading() -> None:
    lines = (
        read("A paragraph that", x=10, baseline=30, width=160, size=20.0),
        read("goes on here", x=10, baseline=56, width=120, size=20.6),
        read("to its end", x=10, baseline=82, width=120, size=20.2),
    )
    block = text_block(paragraphs(lines)[0])
    assert block.style.font_size_px == 20.2
    assert block.text == block.recognised == "A paragraph that\ngoes on here\nto its end"
    assert block.style.color == "#000000"
    assert [line.baseline for line in block.lines] == [30, 56, 82]


def names(lines: tuple[ReadLine, ...]) -> tuple[str, ...]:
    blocks = paragraphs(lines)
    return text_names(blocks, tuple(text_block(block) for block in blocks))


def test_only_a_clearly_largest_text_is_called_headline() -> None:
    large = read("Summer Sale", x=10, baseline=80, width=300, size=64)
    small = tuple(read(f"caption {n} here", x=10, baseline=150 + 60 * n, width=100, size=14) for n in range(3))
    assert names((large, *small))[0] == "Headline"
    assert "Headline" not in names(small)
    long = read("word " * 20, x=10, baseline=30, width=600)
    assert len(names((long,))[0]) <= 40
