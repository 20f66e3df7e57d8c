"""PPTX: what python-pptx and a reader of XML find in it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import FOUND, HEIGHT, WIDTH, arrow, background, document_of, photo, poster, shape_layer, text_layer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import GroupLayer, Layer
from layerdesk.document.masks import NO_MASK
from layerdesk.document.style import LinearGradient, RadialGradient, Shape, Stop, Stroke
from layerdesk.formats.pptx import EXPORTER
from layerdesk.layering.protocols import Silent

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
PX = 9525

# The schema's order (ISO/IEC 29500-1, CT_TextCharacterProperties and its neighbours), as far as it is used.
ORDERS = {
    f"{P}sp": ["nvSpPr", "spPr", "style", "txBody"],
    f"{P}pic": ["nvPicPr", "blipFill", "spPr", "style"],
    f"{P}cxnSp": ["nvCxnSpPr", "spPr", "style"],
    f"{P}spPr": ["xfrm", "custGeom", "prstGeom", "noFill", "solidFill", "gradFill", "blipFill", "ln", "effectLst"],
    f"{A}ln": ["noFill", "solidFill", "gradFill", "prstDash", "round", "bevel", "miter", "headEnd", "tailEnd"],
    f"{A}rPr": ["ln", "noFill", "solidFill", "gradFill", "effectLst", "latin", "ea", "cs", "sym"],
    f"{A}endParaRPr": ["ln", "noFill", "solidFill", "gradFill", "effectLst", "latin", "ea", "cs", "sym"],
    f"{A}pPr": ["lnSpc", "spcBef", "spcAft", "buNone", "tabLst"],
    f"{P}txBody": ["bodyPr", "lstStyle", "p"],
    f"{A}gradFill": ["gsLst", "lin", "path"],
    f"{A}custGeom": ["avLst", "gdLst", "ahLst", "cxnLst", "rect", "pathLst"],
    f"{P}cSld": ["bg", "spTree"],
    f"{A}xfrm": ["off", "ext", "chOff", "chExt"],
}


def written(document: Document, folder: Path) -> Any:
    target = folder / "out.pptx"
    EXPORTER.write(EXPORTER.plan(document), target, context=Silent())
    return Presentation(str(target))


def shapes(document: Document, folder: Path) -> dict[str, Any]:
    return {shape.name: shape for shape in walk(written(document, folder).slides[0].shapes)}


def walk(collection: Any) -> Any:
    for shape in collection:
        yield shape
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from walk(shape.shapes)


def one(layer: Layer, folder: Path, **options: Any) -> Any:
    return shapes(document_of((background(), layer), **options), folder)[layer.name]


def find(shape: Any, tag: str) -> etree._Element:
    found = shape.element.find(f".//{A}{tag}")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(poster(), tmp_path_factory.mktemp("pptx"))


@pytest.fixture(scope="module")
def drawn(deck: Any) -> dict[str, Any]:
    return {shape.name: shape for shape in walk(deck.slides[0].shapes)}


def test_one_slide_of_the_size_of_the_picture(deck: Any) -> None:
    assert len(deck.slides) == 1
    assert (deck.slide_width, deck.slide_height) == (WIDTH * PX, HEIGHT * PX)
    assert deck.element.find(f"{P}sldSz").get("type") is None


def test_names_and_order_are_the_documents(drawn: dict[str, Any]) -> None:
    assert list(drawn) == [layer.name for layer in poster().walk()][1:]


def test_flat_background_fills_the_slide(deck: Any) -> None:
    colour = deck.slides[0].element.find(f"{P}cSld/{P}bg/{P}bgPr/{A}solidFill/{A}srgbClr")
    assert colour.get("val") == "F4F1EA"


def test_a_background_of_many_colours_is_a_picture(tmp_path: Path) -> None:
    ground = background()
    mixed = np.array(ground.own.pixels)  # type: ignore[union-attr]
    mixed[0, 0, 0] ^= 1
    slide = written(document_of((replace(ground, own=replace(ground.own, pixels=mixed)),)), tmp_path).slides[0]  # type: ignore[type-var]
    assert slide.element.find(f"{P}cSld/{P}bg") is None
    assert [(shape.left, shape.top, shape.width) for shape in slide.shapes] == [(0, 0, WIDTH * PX)]


def test_ids_are_unique(deck: Any) -> None:
    ids = [element.get("id") for element in deck.slides[0].element.iter(f"{P}cNvPr")]
    assert len(ids) == len(set(ids)) == len(list(poster().walk()))  # the tree's own for the background's


def test_children_stand_in_the_order_of_the_schema(deck: Any) -> None:
    seen = set()
    for element in deck.slides[0].element.iter():
        order = ORDERS.get(element.tag)
        if order is not None:
            seen.add(element.tag)
            places = [order.index(etree.QName(child).localname) for child in element]
            assert places == sorted(places), element.tag
    assert seen == set(ORDERS)


def test_pictures_are_cropped_and_keep_their_alpha(drawn: dict[str, Any]) -> None:
    shape = drawn["Photo"]
    assert (shape.left, shape.top, shape.width, shape.height) == (240 * PX, 40 * PX, 160 * PX, 120 * PX)
    image = Image.open(io.BytesIO(shape.image.blob))
    assert (image.size, image.mode) == ((160, 120), "RGBA")
    assert shape.element.find(f".//{P}cNvPr").get("descr") == "Photo"


def test_forms_are_native(drawn: dict[str, Any]) -> None:
    presets = {name: find(drawn[name], "prstGeom").get("prst") for name in ("Rounded rectangle", "Rectangle", "Ellipse", "Line")}
    assert presets == {"Rounded rectangle": "roundRect", "Rectangle": "rect", "Ellipse": "ellipse", "Line": "line"}
    assert drawn["Rounded rectangle"].adjustments[0] == pytest.approx(16 / 80)
    assert drawn["Rectangle"].fill.fore_color.rgb == (0x22, 0x33, 0x44)
    assert drawn["Rectangle"].line.color.rgb == (0xFF, 0x88, 0x00)
    assert drawn["Rectangle"].line.width == 4 * PX


def test_a_line_runs_between_its_points(drawn: dict[str, Any]) -> None:
    line = drawn["Line"]
    ends = [value / PX for value in (line.begin_x, line.begin_y, line.end_x, line.end_y)]
    assert ends == pytest.approx([40, 440, 200, 400])
    assert line.element.tag == f"{P}cxnSp"


def test_an_arrow_has_its_head_at_its_end(drawn: dict[str, Any]) -> None:
    line = drawn["Arrow"]
    ends = [value / PX for value in (line.begin_x, line.begin_y, line.end_x, line.end_y)]
    assert ends == pytest.approx([240, 420, 360, 380])
    head = find(line, "tailEnd")
    assert (head.get("type"), head.get("w"), head.get("len")) == ("triangle", "lg", "lg")


def test_an_arrow_with_another_head_is_a_block_arrow(tmp_path: Path) -> None:
    layer = arrow()
    thin = replace(layer, shape=replace(layer.shape, stroke=Stroke(color="#cc2233", width=14 / 5)))
    shape = one(thin, tmp_path)
    assert find(shape, "prstGeom").get("prst") == "rightArrow"
    long = float(np.hypot(120, 40))
    assert shape.width / PX == pytest.approx(long, abs=0.01)
    assert shape.rotation == pytest.approx(np.degrees(np.arctan2(-40, 120)) % 360, abs=0.01)
    assert ((shape.left + shape.width / 2) / PX, (shape.top + shape.height / 2) / PX) == pytest.approx((300, 400), abs=0.01)
    assert shape.height / PX == pytest.approx(20, abs=2)
    assert shape.adjustments[0] == pytest.approx(14 / 5 / (shape.height / PX), rel=0.01)


def test_freeforms_hold_every_outline(drawn: dict[str, Any]) -> None:
    frame = find(drawn["Frame"], "path")
    assert (frame.get("w"), frame.get("h")) == (str(100 * PX), str(100 * PX))
    assert [etree.QName(child).localname for child in frame] == ["moveTo", "lnTo", "lnTo", "lnTo", "close"] * 2
    corners = [(int(point.get("x")) / PX, int(point.get("y")) / PX) for point in find(drawn["Triangle"], "path").iter(f"{A}pt")]
    assert corners == [(60, 0), (120, 80), (0, 80)]


def test_linear_gradients_are_moved_to_the_run_over_the_box(tmp_path: Path) -> None:
    fill = LinearGradient(
        start=(60.0, 0.0), end=(100.0, 0.0), stops=(Stop(at=0.0, color="#000000"), Stop(at=1.0, color="#ffffff"))
    )
    layer = shape_layer(Shape(type="rectangle", box=(40, 50, 80, 30), fill=fill), layer_id="s1", name="Box")
    gradient = find(one(layer, tmp_path), "gradFill")
    stops = [(stop.get("pos"), stop[0].get("val")) for stop in gradient.iter(f"{A}gs")]
    assert stops == [("0", "000000"), ("25000", "000000"), ("75000", "FFFFFF"), ("100000", "FFFFFF")]
    assert gradient.find(f"{A}lin").get("ang") == "0"


def test_gradients_that_begin_outside_the_box_are_cut(tmp_path: Path) -> None:
    fill = LinearGradient(
        start=(40.0, 130.0), end=(40.0, 10.0), stops=(Stop(at=0.0, color="#000000"), Stop(at=1.0, color="#787878"))
    )
    layer = shape_layer(Shape(type="rectangle", box=(40, 50, 80, 40), fill=fill), layer_id="s1", name="Box")
    gradient = find(one(layer, tmp_path), "gradFill")
    assert [(stop.get("pos"), stop[0].get("val")) for stop in gradient.iter(f"{A}gs")] == [("0", "282828"), ("100000", "505050")]
    assert gradient.find(f"{A}lin").get("ang") == str(270 * 60_000)


def test_radial_gradients_begin_at_their_centre(tmp_path: Path) -> None:
    fill = RadialGradient(centre=(60.0, 80.0), radius=25.0, stops=(Stop(at=0.0, color="#ffffff"), Stop(at=1.0, color="#000000")))
    layer = shape_layer(Shape(type="ellipse", box=(40, 50, 80, 60), fill=fill), layer_id="s1", name="Dot")
    gradient = find(one(layer, tmp_path), "gradFill")
    assert dict(gradient.find(f"{A}path/{A}fillToRect").attrib) == {"l": "25000", "t": "50000", "r": "75000", "b": "50000"}
    assert [stop.get("pos") for stop in gradient.iter(f"{A}gs")] == ["0", "50000", "100000"]


def test_text_is_one_paragraph_with_line_breaks(drawn: dict[str, Any]) -> None:
    frame = drawn["Summer Sale"].text_frame
    assert [paragraph.text for paragraph in frame.paragraphs] == ["Summer\vSale"]
    font = frame.paragraphs[0].runs[0].font
    assert (font.name, font.size.pt, font.bold, font.italic) == ("Liberation Sans", 18.0, True, False)
    assert font.color.rgb == (0xFF, 0xFF, 0xFF)
    run = frame.paragraphs[0].runs[0]._r
    assert {run.find(f".//{A}{script}").get("typeface") for script in ("latin", "ea", "cs")} == {"Liberation Sans"}
    assert frame.paragraphs[0].line_spacing.pt == 22.5


def test_text_never_wraps_and_has_no_insets(drawn: dict[str, Any]) -> None:
    frame = drawn["Summer Sale"].text_frame
    assert frame.word_wrap is False
    assert [frame.margin_left, frame.margin_top, frame.margin_right, frame.margin_bottom] == [0, 0, 0, 0]
    assert find(drawn["Summer Sale"], "bodyPr").find(f"{A}noAutofit") is not None


@pytest.mark.parametrize(("name", "first"), [("Summer Sale", 235.0), ("Centred words here", 210.0), ("to the right", 390.0)])
def test_the_first_baseline_lies_a_descent_above_the_end_of_its_line(drawn: dict[str, Any], name: str, first: float) -> None:
    shape = drawn[name]
    pitch = shape.text_frame.paragraphs[0].line_spacing.pt / 0.75
    assert shape.top / PX + pitch - 0.2 * 24 == pytest.approx(first, abs=0.02)


def test_alignment_holds_the_side_that_it_names(drawn: dict[str, Any]) -> None:
    centred, right = drawn["Centred words here"], drawn["to the right"]
    assert (centred.left + centred.width / 2) / PX == pytest.approx(320, abs=1)
    assert (right.left + right.width) / PX == pytest.approx(610, abs=2.5)
    aligned = {name: find(drawn[name], "pPr").get("algn") for name in ("Summer Sale", "Centred words here", "to the right")}
    assert list(aligned.values()) == ["l", "ctr", "r"]


def test_tracking_is_in_hundredths_of_a_point(drawn: dict[str, Any]) -> None:
    assert find(drawn["to the right"], "rPr").get("spc") == "112"
    assert find(drawn["Summer Sale"], "rPr").get("spc") is None


def test_turned_text_turns_about_the_middle_of_its_ink(drawn: dict[str, Any]) -> None:
    shape = drawn["Turned text"]
    assert shape.rotation == 30.0
    rect = poster().layer("t4").block.lines[0].rect
    # The middle of the box lies off that of the ink by the slack to the right, along the line.
    middle = np.array([shape.left + shape.width / 2, shape.top + shape.height / 2]) / PX - rect.centre
    along = middle @ [np.cos(np.radians(30)), np.sin(np.radians(30))]
    across = middle @ [-np.sin(np.radians(30)), np.cos(np.radians(30))]
    assert abs(across) < 0.12 * 24
    assert 0 < along < 0.5 * 24


def test_lines_of_uneven_pitch_get_a_paragraph_each(tmp_path: Path) -> None:
    layer = text_layer(["one", "two", "three"], x=50, baseline=100)
    lines = layer.block.lines
    low = replace(lines[2], rect=lines[2].rect.translated(Point(0, 40)), baseline=lines[2].baseline + 40)
    layer = replace(layer, block=replace(layer.block, lines=(*lines[:2], low)))
    paragraphs = one(layer, tmp_path).text_frame.paragraphs
    assert [paragraph.text for paragraph in paragraphs] == ["one", "two", "three"]
    assert [paragraph.line_spacing.pt / 0.75 for paragraph in paragraphs] == pytest.approx([30, 30, 70], abs=0.02)


def test_an_empty_line_keeps_its_place(tmp_path: Path) -> None:
    frame = one(text_layer(["one", "", "three"], x=50, baseline=100, name="Gap"), tmp_path).text_frame
    assert frame.text == "one\v\vthree"
    assert frame.paragraphs[0].line_spacing.pt == pytest.approx(22.5)


def test_groups_are_native(drawn: dict[str, Any]) -> None:
    group = drawn["Card"]
    assert [shape.name for shape in group.shapes] == ["Rounded rectangle", "Summer Sale"]
    frame = find(group, "xfrm")
    assert dict(frame.find(f"{A}off").attrib) == dict(frame.find(f"{A}chOff").attrib) == {"x": str(40 * PX), "y": str(200 * PX)}
    assert dict(frame.find(f"{A}ext").attrib) == dict(frame.find(f"{A}chExt").attrib)


def test_groups_of_nothing_are_left_out_and_text_without_ink_is_not(tmp_path: Path) -> None:
    nothing = replace(photo(Rect(5, 5, 30, 30)), mask=NO_MASK)
    bare = replace(text_layer(["Hi"], x=30, baseline=160, name="Hi"), mask=NO_MASK)
    groups = (
        GroupLayer(id="g1", name="Empty", provenance=FOUND, children=(nothing,)),
        GroupLayer(id="g2", name="Words", provenance=FOUND, children=(bare,)),
    )
    assert list(shapes(document_of(groups), tmp_path)) == ["Words", "Hi"]


def test_hidden_layers_stay_and_are_hidden(drawn: dict[str, Any]) -> None:
    assert drawn["Hidden"].element.find(f".//{P}cNvPr").get("hidden") == "1"
    assert drawn["Photo"].element.find(f".//{P}cNvPr").get("hidden") is None


def test_hidden_lines_are_no_connectors(tmp_path: Path) -> None:
    line = shape_layer(
        Shape(type="line", points=((40, 40), (20, 90)), stroke=Stroke(color="#336699", width=3)), layer_id="s4", name="L"
    )
    shape = one(replace(line, visible=False), tmp_path)
    assert shape.element.tag == f"{P}sp"
    assert find(shape, "prstGeom").get("prst") == "line"
    assert dict(find(shape, "xfrm").attrib) == {"flipH": "1"}


def test_opacity_of_groups_is_handed_down(tmp_path: Path) -> None:
    children = (
        replace(photo(Rect(5, 5, 30, 30)), opacity=0.5),
        shape_layer(Shape(type="rectangle", box=(40, 50, 60, 30), fill="#112233"), layer_id="s1", name="Box"),
        text_layer(["Hi"], x=30, baseline=160, name="Hi"),
    )
    document = document_of((GroupLayer(id="g1", name="Pair", provenance=FOUND, opacity=0.5, children=children),))
    found = shapes(document, tmp_path)
    assert find(found["Photo"], "alphaModFix").get("amt") == "25000"
    assert find(found["Box"], "alpha").get("val") == "50000"
    assert find(found["Hi"], "alpha").get("val") == "50000"
    assert EXPORTER.plan(document).warnings == ("Pair: PowerPoint has no opacity of groups; it is given to each of its layers.",)


def test_blend_modes_are_told(tmp_path: Path) -> None:
    document = document_of((background(), replace(photo(Rect(5, 5, 30, 30)), blend="screen")))
    assert EXPORTER.plan(document).warnings == ("Photo: PowerPoint has no blend mode 'screen'; it is drawn as normal.",)
    assert "Photo" in shapes(document, tmp_path)


@pytest.mark.parametrize(
    ("size", "dpi", "slide", "told"),
    [
        ((640, 480), 300.0, (1950720, 1463040), False),
        ((640, 480), 0.0, (640 * PX, 480 * PX), False),
        ((640, 480), 10.0, (56 * 914400, 42 * 914400), True),
        ((64, 48), 96.0, (round(914400 * 64 / 48), 914400), True),
        ((2000, 10), 96.0, (56 * 914400, 914400), True),
    ],
)
def test_slides_are_between_one_and_56_inches(
    size: tuple[int, int], dpi: float, slide: tuple[int, int], told: bool, tmp_path: Path
) -> None:
    width, height = size
    document = document_of((background(width=width, height=height),), width=width, height=height, dpi=dpi)
    deck = written(document, tmp_path)
    assert (deck.slide_width, deck.slide_height) == slide
    assert bool(EXPORTER.plan(document).warnings) == told


def test_text_scales_with_the_slide(tmp_path: Path) -> None:
    layer = text_layer(["Hi"], x=30, baseline=160, name="Hi")
    assert one(layer, tmp_path, dpi=192.0).text_frame.paragraphs[0].runs[0].font.size.pt == 9.0


def test_right_to_left_text_says_so(tmp_path: Path) -> None:
    assert find(one(text_layer(["שלום"], x=30, baseline=160, name="Hi"), tmp_path), "pPr").get("rtl") == "1"


def test_same_document_same_bytes_and_no_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(poster(), tmp_path)
    first = (tmp_path / "out.pptx").read_bytes()
    written(poster(), tmp_path)
    assert (tmp_path / "out.pptx").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    core = written(poster(), tmp_path).core_properties
    assert core.created.isoformat() == core.modified.isoformat() == "2023-11-14T22:13:20"


def test_the_template_leaves_no_trace(tmp_path: Path) -> None:
    deck = written(poster(), tmp_path)
    assert (deck.core_properties.author, deck.core_properties.last_modified_by) == ("LayerDesk", "LayerDesk")
    assert deck.core_properties.title == "poster.png"
    with zipfile.ZipFile(tmp_path / "out.pptx") as archive:
        names = archive.namelist()
        texts = b"".join(archive.read(name) for name in names if name.endswith((".xml", ".rels")))
    assert not [name for name in names if re.search(r"thumbnail|printerSettings", name)]
    assert b"Canny" not in texts


def test_every_part_is_well_formed(tmp_path: Path) -> None:
    written(poster(), tmp_path)
    with zipfile.ZipFile(tmp_path / "out.pptx") as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    assert len(parts) > 5
    assert all(etree.fromstring(part).tag for part in parts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    words=st.lists(st.text(st.characters(), max_size=12), min_size=1, max_size=4),
    name=st.text(st.characters(), max_size=10),
    angle=st.sampled_from((0.0, 12.5, 45.0, 90.0, -135.0, 180.0)),
)
def test_any_text_can_be_written_and_read(words: list[str], name: str, angle: float, tmp_path: Path) -> None:
    document = document_of((background(), text_layer(words, x=300, baseline=300, angle=angle, name=name)))
    found = list(written(document, tmp_path).slides[0].shapes)
    assert len(found) <= 1
    wanted = EXPORTER.plan(document).items[1].becomes
    assert [shape.has_text_frame and shape.text_frame.text != "" for shape in found] == {
        "live text": [True], "picture": [False], "left out": [],
    }[wanted]  # fmt: skip
