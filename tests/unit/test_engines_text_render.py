"""Text drawn from its parameters."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from font_samples import font, save
from hypothesis import given
from hypothesis import strategies as st
from strategies import calm

from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.masks import TileMask
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.engines.fonts import InstalledFonts
from layerdesk.engines.text_render import INK, render_block, retyped
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontLibrary

STYLE = TextStyle(font_family="Blocks", font_size_px=100.0, color="#ff8800", line_height_px=120.0)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> FontLibrary:
    """Blocks of 50 x 70 pixels at size 100, 60 apart; 'C' and 'p' only in another family."""
    top = tmp_path_factory.mktemp("fonts")
    save(font(), top, "blocks.ttf")
    save(font("Noto Serif", letters="ABCp"), top, "serif.ttf")
    return InstalledFonts([top])


def block(*texts: str, x: int = 40, y: int = 30, **style: object) -> TextBlock:
    """Lines of blocks, as they would be found in a picture."""
    lines = tuple(
        TextLine(text=text, rect=Rect(x, y + 120 * row, 60 * len(text) - 10, 70), baseline=y + 120.0 * row + 70)
        for row, text in enumerate(texts)
    )
    return TextBlock(lines=lines, style=dataclasses.replace(STYLE, **style), recognised="\n".join(texts))  # type: ignore[arg-type]


def ink(mask: TileMask) -> Rect:
    """The box around pixels that are seen."""
    box = mask.bounds
    rows, columns = np.nonzero(mask.to_array(box) >= INK)
    return Rect.from_edges(
        box.x + int(columns.min()), box.y + int(rows.min()), box.x + int(columns.max()) + 1, box.y + int(rows.max()) + 1
    )


def test_letters_stand_where_the_line_stood(library: FontLibrary) -> None:
    mask, own = render_block(block("AB"), fonts=library)
    plane = mask.to_array(Rect(40, 30, 110, 70))
    assert (plane[:, 2:48] == 255).all()
    assert (plane[:, 52:58] == 0).all()
    assert ink(mask) == Rect(40, 30, 110, 70)
    assert own.rect == mask.bounds
    assert set(map(tuple, own.pixels.reshape(-1, 4).tolist())) == {(255, 136, 0, 255)}


@pytest.mark.parametrize(("align", "left"), [("left", 40), ("center", 70), ("right", 100), ("justify", 40)])
def test_new_words_keep_the_edge_that_the_alignment_names(library: FontLibrary, align: str, left: int) -> None:
    before = block("AAA", align=align)
    after = retyped(before, text="AB\nB", fonts=library)
    assert (after.text, after.recognised, after.rendered) == ("AB\nB", "AAA", True)
    assert after.lines[0] == TextLine(text="AB", rect=Rect(left, 30, 110, 70), baseline=100.0)
    assert after.lines[1].baseline == 220.0
    assert after.lines[1].rect.y == 150
    mask, _ = render_block(after, fonts=library)
    assert ink(mask) == bounding(line.rect for line in after.lines)


def test_a_new_style_lays_the_lines_out_anew(library: FontLibrary) -> None:
    after = retyped(block("AA", "B"), style=dataclasses.replace(STYLE, font_size_px=50.0, line_height_px=60.0), fonts=library)
    assert [line.rect for line in after.lines] == [Rect(40, 65, 56, 35), Rect(40, 125, 26, 35)]
    assert [line.baseline for line in after.lines] == [100.0, 160.0]
    assert after.style.font_size_px == 50.0


def test_tracking_widens_the_line(library: FontLibrary) -> None:
    after = retyped(block("AAA"), style=dataclasses.replace(STYLE, tracking_px=10.0), fonts=library)
    assert after.lines[0].rect.width == 190


def test_letters_that_the_family_lacks_come_from_another_in_their_place(library: FontLibrary) -> None:
    mask, _ = render_block(block("ACB"), fonts=library)
    plane = mask.to_array(Rect(40, 30, 170, 70))
    for number in range(3):
        assert (plane[:, 60 * number + 2 : 60 * number + 48] == 255).all()
    only_there = retyped(block("A"), text="App", fonts=library)
    assert only_there.lines[0].rect.bottom == 120


def test_lines_without_a_place_follow_by_the_line_height(library: FontLibrary) -> None:
    known = block("AA")
    more = dataclasses.replace(
        known, lines=(*known.lines, TextLine(text="", rect=Rect(0, 0, 0, 0)), TextLine(text="B", rect=Rect(0, 0, 0, 0)))
    )
    mask, _ = render_block(more, fonts=library)
    assert ink(mask) == Rect(40, 30, 110, 310)
    assert mask.value_at(60, 230) == 0
    assert mask.value_at(60, 300) == 255


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_to_draw_gives_an_empty_mask(library: FontLibrary, text: str) -> None:
    after = retyped(block("AB"), text=text, fonts=library)
    mask, own = render_block(after, fonts=library)
    assert not mask
    assert (own.rect.width, own.rect.height) == (1, 1)
    again = retyped(after, text="AB", fonts=library)
    assert again.lines[0].baseline == 100.0


@pytest.mark.parametrize(
    ("angle", "box"),
    [
        (90.0, (0, 70, 170)),
        (-90.0, (-170, 70, 170)),
        (180.0, (0, 170, 70)),
    ],
)
def test_a_turned_line_lies_clockwise_from_its_left_end(library: FontLibrary, angle: float, box: tuple[int, ...]) -> None:
    y, width, height = box
    line = TextLine(text="AAA", rect=Rect(300, 400 + y, width, height), baseline=400.0)
    turned = TextBlock(lines=(line,), style=dataclasses.replace(STYLE, angle=angle))
    mask, _ = render_block(turned, fonts=library)
    assert ink(mask) == line.rect
    # The gap after the first letter lies one letter along the turned baseline.
    gap = {90.0: (335, 455), -90.0: (335, 345), 180.0: (415, 435)}[angle]
    assert mask.value_at(*gap) == 0


def test_a_slanting_line_keeps_its_area_and_its_box(library: FontLibrary) -> None:
    level, _ = render_block(block("AAA"), fonts=library)
    turned = retyped(block("AAA"), style=dataclasses.replace(STYLE, angle=30.0), fonts=library)
    mask, _ = render_block(turned, fonts=library)
    assert mask.area == pytest.approx(level.area, rel=0.01)
    assert ink(mask) == turned.lines[0].rect
    assert turned.lines[0].rect.width == pytest.approx(170 * 0.866 + 70 * 0.5, abs=2)
    assert turned.lines[0].rect.height == pytest.approx(170 * 0.5 + 70 * 0.866, abs=2)


@calm
@given(
    angle=st.sampled_from((0.0, 12.5, -30.0, 90.0, 179.0)),
    align=st.sampled_from(("left", "center", "right")),
    size=st.floats(6, 60),
    texts=st.lists(st.text("ABCp ", max_size=4), min_size=1, max_size=3),
)
def test_laying_out_twice_changes_nothing_and_rects_are_the_inks_boxes(
    library: FontLibrary, angle: float, align: str, size: float, texts: list[str]
) -> None:
    style = dataclasses.replace(STYLE, angle=angle, align=align, font_size_px=size, line_height_px=1.5 * size)  # type: ignore[arg-type]
    once = retyped(block("AB"), text="\n".join(texts), style=style, fonts=library)
    for line in once.lines:
        assert line.rect.empty == (not line.text.strip())
        if not line.rect.empty:
            alone, _ = render_block(dataclasses.replace(once, lines=(line,)), fonts=library)
            assert ink(alone) == line.rect
    whole, _ = render_block(once, fonts=library)
    again, _ = render_block(once, fonts=library)
    assert whole == again


def test_no_fonts_is_told_to_people(tmp_path: Path) -> None:
    with pytest.raises(LayerDeskError, match="No fonts are installed"):
        render_block(block("A"), fonts=InstalledFonts([tmp_path]))
