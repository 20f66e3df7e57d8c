"""Type layers, read back by psd-tools' parsers and byte by byte."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psd_tools.psd.engine_data import EngineData
from psd_tools.psd.tagged_blocks import TypeToolObjectSetting

from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import Provenance, TextLayer
from layerdesk.document.masks import NO_MASK
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.formats.psd_engine import Type, engine_data, serialise, units
from layerdesk.formats.psd_text import paragraphs, type_block

STYLE = TextStyle(font_family="Noto Sans", font_size_px=40, weight=700, color="#336699", line_height_px=52, tracking_px=2)


def layer(*lines: TextLine, style: TextStyle = STYLE, offset: Point = Point()) -> TextLayer:
    return TextLayer(
        id="t1",
        name="Text",
        provenance=Provenance(stage="text", engine="x"),
        mask=NO_MASK,
        block=TextBlock(lines=lines, style=style),
        offset=offset,
    )


def one(text: str, *, style: TextStyle = STYLE, offset: Point = Point()) -> TextLayer:
    return layer(TextLine(text=text, rect=Rect(100, 200, 300, 40), baseline=238), style=style, offset=offset)


def read(made: TextLayer, *, index: int = 0) -> TypeToolObjectSetting:
    return TypeToolObjectSetting.frombytes(type_block(made, index=index).data)


def engine(made: TextLayer) -> dict[str, Any]:
    return plain(read(made).text_data[b"EngineData"].value)


def plain(value: Any) -> Any:
    """psd-tools' tree as dicts, lists and values."""
    if hasattr(value, "items"):
        return {key.value: plain(item) for key, item in value.items()}
    if hasattr(value, "value"):
        return value.value
    return [plain(item) for item in value]


def test_characters_style_and_paragraphs() -> None:
    made = layer(
        TextLine(text="Summer 🌞", rect=Rect(100, 200, 300, 40), baseline=238),
        TextLine(text="Sale", rect=Rect(100, 252, 120, 40), baseline=290),
    )
    setting, data = read(made, index=3), engine(made)
    assert setting.text_data[b"Txt "].value == "Summer 🌞\rSale\0"
    assert setting.text_data[b"TextIndex"].value == 3
    editor = data["EngineDict"]
    assert editor["Editor"]["Text"] == "Summer 🌞\rSale\r"
    assert editor["ParagraphRun"]["RunLengthArray"] == [10, 5]
    assert [run["ParagraphSheet"]["Properties"]["Justification"] for run in editor["ParagraphRun"]["RunArray"]] == [0, 0]
    assert editor["StyleRun"]["RunLengthArray"] == [15]
    style = editor["StyleRun"]["RunArray"][0]["StyleSheet"]["StyleSheetData"]
    assert (style["FontSize"], style["Leading"], style["AutoLeading"], style["Tracking"]) == (40.0, 52.0, False, 50)
    assert style["FillColor"]["Values"] == pytest.approx([1, 0x33 / 255, 0x66 / 255, 0x99 / 255], abs=1e-8)
    fonts = data["ResourceDict"]["FontSet"]
    assert fonts[style["Font"]]["Name"] == "NotoSans-Bold"
    assert data["ResourceDict"] == data["DocumentResources"]


def test_every_key_that_readers_ask_for_is_there() -> None:
    data = engine(one("x"))
    assert set(data) == {"EngineDict", "ResourceDict", "DocumentResources"}
    assert {"Editor", "ParagraphRun", "StyleRun", "GridInfo", "AntiAlias", "UseFractionalGlyphWidths", "Rendered"} == set(
        data["EngineDict"]
    )
    assert data["EngineDict"]["Rendered"]["Shapes"]["Children"][0]["Cookie"]["Photoshop"]["PointBase"] == [0.0, 0.0]
    assert {"KinsokuSet", "MojiKumiSet", "TheNormalStyleSheet", "ParagraphSheetSet", "StyleSheetSet", "FontSet"} <= set(
        data["ResourceDict"]
    )
    setting = read(one("x"))
    assert (setting.version, setting.text_version, setting.warp_version) == (1, 50, 1)
    assert setting.text_data.classID == b"TxLr"
    assert setting.warp[b"warpStyle"].enum == b"warpNone"
    assert (setting.left, setting.top, setting.right, setting.bottom) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "(",
        ")",
        "\\",
        "a\\",
        "((()\\)",
        "山",
        "\u2928\u5c29\u285c",
        "夏セール 🎉👩‍👩‍👧",
        "שלום (עולם)",
        "e\u0301",
        "tab\there",
        " ",
    ],
)
def test_any_sign_survives_escaping(text: str) -> None:
    data = plain(EngineData.frombytes(serialise({"Text": f"{text}\r", "After": 1})))
    assert data == {"Text": f"{text}\r", "After": 1}


@given(st.lists(st.text(st.characters(codec="utf-16-le"), max_size=20), min_size=1, max_size=4))
def test_runs_always_cover_the_text(lines: list[str]) -> None:
    typed = Type(paragraphs=tuple(lines), font="X", size=1, leading=1, tracking=0, rgb=(0, 0, 0), align="center")
    data = plain(EngineData.frombytes(engine_data(typed)))["EngineDict"]
    whole = data["Editor"]["Text"]
    assert whole == "".join(f"{line}\r" for line in lines)
    assert sum(data["ParagraphRun"]["RunLengthArray"]) == sum(data["StyleRun"]["RunLengthArray"]) == units(whole)
    assert data["ParagraphRun"]["RunLengthArray"] == [units(line) + 1 for line in lines]


def test_numbers_tell_their_type_by_their_spelling() -> None:
    tree = {
        "Whole": 3,
        "Part": 3.0,
        "Small": 0.25,
        "Below": -0.5,
        "Tiny": -0.000000001,
        "Yes": True,
        "Many": [1.0, 0.125],
        "None": [],
    }
    assert serialise(tree) == (
        b"\n\n<<\n\t/Whole 3\n\t/Part 3.0\n\t/Small .25\n\t/Below -.5\n\t/Tiny 0.0\n\t/Yes true\n\t/Many [ 1.0 .125 ]\n\t/None [ ]\n>>"
    )


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert read(one("a\ud800b")).text_data[b"Txt "].value == "a?b\0"


def test_lines_are_paragraphs_and_controls_go() -> None:
    block = TextBlock(
        lines=(TextLine(text="a\x00b\tc", rect=Rect(0, 0, 1, 1)), TextLine(text="d\r\ne\u2028f", rect=Rect(0, 0, 1, 1))),
        style=STYLE,
    )
    assert paragraphs(block) == ("ab\tc", "d", "e", "f")


def test_point_text_is_pinned_at_the_first_baseline() -> None:
    xx, xy, yx, yy, x, y = read(one("HiH", offset=Point(7, -3))).transform
    assert (xx, xy, yx, yy) == (1, 0, 0, 1)
    assert math.copysign(1, yx) == 1
    assert y == 238 - 3
    # The pin is where the advance starts, left of the ink by the letter's bearing.
    assert 107 - 0.15 * 40 < x <= 107


@pytest.mark.parametrize(
    ("align", "justification", "share"), [("left", 0, 0.0), ("right", 1, 1.0), ("center", 2, 0.5), ("justify", 0, 0.0)]
)
def test_alignment(align: Any, justification: int, share: float) -> None:
    made = one("HiH", style=replace(STYLE, align=align))
    assert (
        engine(made)["EngineDict"]["ParagraphRun"]["RunArray"][0]["ParagraphSheet"]["Properties"]["Justification"]
        == justification
    )
    setting = read(made)
    assert setting.transform[4] == pytest.approx(100 + share * 300, abs=6)
    bounds = {key: setting.text_data[b"bounds"][key].value for key in (b"Left", b"Top ", b"Rght", b"Btom")}
    width = bounds[b"Rght"] - bounds[b"Left"]
    assert width == pytest.approx(300, abs=12)
    assert bounds[b"Left"] == pytest.approx(-share * width, abs=0.01)
    assert bounds[b"Top "] < -30
    assert 0 < bounds[b"Btom"] < 40


@pytest.mark.parametrize("angle", [-90, -30, 12.5, 45, 90, 150, 180])
def test_rotation_is_in_the_transform(angle: float) -> None:
    turn = math.radians(angle)
    xx, xy, yx, yy, _, _ = read(one("HiH", style=replace(STYLE, angle=angle))).transform
    assert (xx, xy, yx, yy) == pytest.approx((math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn)))


def test_a_rotated_line_starts_where_its_baseline_does() -> None:
    # A line of 200 pixels with ink from 30 above to 0 below its baseline, that starts at (50, 60) and falls by 20 degrees.
    turn, width, height = math.radians(20), 200, 30
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(50 + a * cos - b * sin, 60 + a * sin + b * cos) for a in (0, width) for b in (-height, 0)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    rect = Rect.from_edges(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))
    made = layer(TextLine(text="HiH", rect=rect, baseline=60), style=replace(STYLE, angle=20))
    _, _, _, _, x, y = read(made).transform
    bearing = 0.1 * STYLE.font_size_px
    assert x == pytest.approx(50 - bearing * cos, abs=3)
    assert y == pytest.approx(60 - bearing * sin, abs=3)


def test_empty_lines_above_the_first_with_ink_count() -> None:
    made = layer(TextLine(text="", rect=Rect(0, 0, 0, 0)), TextLine(text="HiH", rect=Rect(100, 200, 300, 40), baseline=238))
    setting = read(made)
    assert setting.text_data[b"Txt "].value == "\rHiH\0"
    assert setting.transform[5] == 238 - 52


def test_tracking_stays_within_what_photoshop_takes() -> None:
    wide = engine(one("x", style=replace(STYLE, tracking_px=1e6)))["EngineDict"]["StyleRun"]["RunArray"][0]["StyleSheet"][
        "StyleSheetData"
    ]
    assert wide["Tracking"] == 10_000
