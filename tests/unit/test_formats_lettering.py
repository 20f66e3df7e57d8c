"""Where lines start, from the ink that they left."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from builders import text_layer
from hypothesis import given
from hypothesis import strategies as st

from layerdesk.document.geometry import EMPTY, Point, Rect
from layerdesk.document.layers import TextLayer
from layerdesk.document.style import TextLine
from layerdesk.formats.bearings import bearings, generic
from layerdesk.formats.lettering import has_text, is_rtl, lettering, turned
from layerdesk.formats.xmlsafe import one_line, unfit


def of_line(line: TextLine, *, size: float = 100.0, angle: float = 0.0, family: str = "Arial") -> TextLayer:
    layer = text_layer(["x"], x=0, baseline=100, size=size, angle=angle, family=family)
    return replace(layer, block=replace(layer.block, lines=(line,)))


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("Arial", "sans-serif"),
        ("Noto Sans", "sans-serif"),
        ("PT Sans Serif", "sans-serif"),
        ("Liberation Serif", "serif"),
        ("Times New Roman", "serif"),
        ("DejaVu Sans Mono", "monospace"),
        ("Yu Mincho", "serif"),
        ("", "sans-serif"),
    ],
)
def test_the_class_of_a_family(family: str, kind: str) -> None:
    assert generic(family) == kind


def test_bearings_are_those_of_the_outer_signs() -> None:
    # Liberation Sans: H 0.08 em on its left, o 0.04 em on its right; Noto Sans: H 0.10.
    assert bearings("Hello", family="Arial") == (0.08, 0.04)
    assert bearings("Hello", family="Noto Sans")[0] == 0.1
    assert bearings("", family="Arial") == (0.0, 0.0)


def test_bearings_of_accents_are_those_of_their_letter() -> None:
    assert bearings("Äo\u0308", family="Arial") == bearings("Ao", family="Arial")


def test_full_width_punctuation_fills_half_its_square() -> None:
    left, right = bearings("「春。", family="Noto Sans CJK JP")
    assert left > 0.5
    assert right > 0.5


def test_a_line_starts_a_bearing_before_its_ink() -> None:
    placed = lettering(of_line(TextLine(text="Ho", rect=Rect(50, 28, 120, 72), baseline=100.0))).lines[0]
    assert placed.start == pytest.approx(50.3 - 8)
    assert placed.end == pytest.approx(170 - 0.3 + 4)
    assert placed.middle == pytest.approx((placed.start + placed.end) / 2)
    assert placed.baseline == 100


def test_the_offset_moves_everything() -> None:
    layer = of_line(TextLine(text="Ho", rect=Rect(50, 28, 120, 72), baseline=99.0))
    still, moved = lettering(layer).lines[0], lettering(replace(layer, offset=Point(7, -9))).lines[0]
    assert (moved.start - still.start, moved.baseline - still.baseline) == pytest.approx((7, -9))


@pytest.mark.parametrize(("text", "below"), [("Ho", 0), ("gap", 21), ("春夏", 9)])
def test_an_unknown_baseline_is_guessed_from_the_signs(text: str, below: float) -> None:
    placed = lettering(of_line(TextLine(text=text, rect=Rect(50, 300, 120, 90), baseline=0.0))).lines[0]
    assert placed.baseline == pytest.approx(390 - below)


def test_a_baseline_far_from_the_ink_is_not_believed() -> None:
    placed = lettering(of_line(TextLine(text="Ho", rect=Rect(50, 300, 120, 72), baseline=2000.0))).lines[0]
    assert placed.baseline == pytest.approx(372)


def test_a_line_without_ink_has_no_width() -> None:
    placed = lettering(of_line(TextLine(text="Ho", rect=Rect(50, 300, 0, 0), baseline=0.0))).lines[0]
    assert placed.advance is None
    assert placed.end == placed.start == 50


def test_empty_lines_count_but_are_not_placed() -> None:
    layer = text_layer(["", "one", " ", "two"], x=10, baseline=50)
    placed = lettering(layer)
    assert [(line.index, line.text) for line in placed.lines] == [(1, "one"), (3, "two")]
    assert placed.count == 4


def test_only_white_space_and_control_characters_are_no_text() -> None:
    line = TextLine(text=" \x01\u2028", rect=EMPTY)
    assert not has_text(of_line(line))
    assert has_text(of_line(replace(line, text=" a")))


@given(
    angle=st.floats(-180, 180).filter(lambda angle: abs(abs(angle) % 90 - 45) > 8),
    width=st.integers(150, 600),
    height=st.integers(60, 110),
)
def test_turned_ink_is_turned_back(angle: float, width: int, height: int) -> None:
    sine, cosine = abs(math.sin(math.radians(angle))), abs(math.cos(math.radians(angle)))
    across, down = width * cosine + height * sine, width * sine + height * cosine
    rect = Rect.from_edges(round(1000 - across / 2), round(1000 - down / 2), round(1000 + across / 2), round(1000 + down / 2))
    # The left end of the baseline, at the lower left corner of ink without descenders.
    corner = turned(1000 - width / 2, 1000 + height / 2, angle, about=(1000.0, 1000.0))
    placed = lettering(of_line(TextLine(text="HH", rect=rect, baseline=corner[1]), angle=angle))
    line = placed.lines[0]
    assert line.start + 8 == pytest.approx(1000 - width / 2, abs=7)
    assert line.baseline == pytest.approx(1000 + height / 2, abs=16)
    assert placed.on_canvas(*placed.pivot) == pytest.approx(rect.centre)


def test_turning_is_clockwise() -> None:
    assert turned(1, 0, 90, about=(0.0, 0.0)) == pytest.approx((0, 1))


def test_direction_is_that_of_the_first_sign_that_has_one() -> None:
    assert is_rtl("12 שלום")
    assert is_rtl("مرحبا")
    assert not is_rtl("hello שלום")
    assert not is_rtl("123")


@given(st.text(st.characters()))
def test_cleaned_text_fits_into_xml_on_one_line(text: str) -> None:
    cleaned = one_line(text)
    assert not unfit([cleaned])
    assert not set("\n\r\t\u2028\u2029") & set(cleaned)
    if not unfit([text]) and len(text.split("\n")) == 1 and "\t" not in text and "\r" not in text:
        assert len(cleaned) == len(text)
