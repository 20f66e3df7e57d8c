"""SVG: what a reader of XML finds in it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import FOUND, background, document_of, photo, poster, shape_layer, text_layer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import GroupLayer, Layer, TextLayer
from layerdesk.document.masks import NO_MASK
from layerdesk.document.style import Shape, Stroke
from layerdesk.formats.svg import EXPORTER
from layerdesk.layering.protocols import Cancelled, Silent

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def written(document: Document, folder: Path) -> etree._Element:
    target = folder / "out.svg"
    EXPORTER.write(EXPORTER.plan(document), target, context=Silent())
    return etree.fromstring(target.read_bytes())


def by_id(root: etree._Element, key: str) -> etree._Element:
    return next(element for element in root.iter() if element.get("id") == key)


def one(layer: Layer, folder: Path) -> etree._Element:
    return by_id(written(document_of((background(), layer)), folder), layer.id)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> etree._Element:
    return written(poster(), tmp_path_factory.mktemp("svg"))


def test_canvas_is_the_picture_in_pixels(root: etree._Element) -> None:
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("640", "480", "0 0 640 480")


def test_every_layer_stands_in_order_under_its_own_id(root: etree._Element) -> None:
    wanted = [layer.id for layer in poster().walk()]
    assert [element.get("id") for element in root.iter() if element.get("data-name") is not None] == wanted


def test_names_are_titles_that_come_first(root: etree._Element) -> None:
    for layer in poster().walk():
        element = by_id(root, layer.id)
        assert element[0].tag == f"{SVG}title"
        assert element[0].text == layer.name == element.get("data-name")


def test_ids_are_unique(root: etree._Element) -> None:
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_every_reference_has_its_target(root: etree._Element) -> None:
    text = etree.tostring(root, encoding="unicode")
    wanted = set(re.findall(r"url\(#([^)]+)\)", text))
    assert wanted == {"s1-fill", "s3-fill", "s5-head"}
    assert wanted <= {element.get("id") for element in root.iter()}


def test_flat_background_is_a_plain_rectangle(root: etree._Element) -> None:
    element = by_id(root, "b1")
    assert (element.tag, element.get("fill"), element.get("width")) == (f"{SVG}rect", "#f4f1ea", "640")


def test_pictures_are_embedded_with_their_alpha(root: etree._Element) -> None:
    element = by_id(root, "o1")
    data = element.get(HREF).removeprefix("data:image/png;base64,")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size == (int(element.get("width")), int(element.get("height"))) == (120 + 40, 120)
    assert image.mode == "RGBA"
    alpha = np.asarray(image)[..., 3]
    assert (int(alpha[0, 0]), int(alpha[60, 80])) == (0, 255)


def test_shapes_are_shapes(root: etree._Element) -> None:
    tags = {key: by_id(root, key).tag.removeprefix(SVG) for key in ("s1", "s2", "s3", "s4", "s5", "s6", "s7")}
    assert tags == {"s1": "rect", "s2": "rect", "s3": "ellipse", "s4": "line", "s5": "line", "s6": "polygon", "s7": "path"}
    assert by_id(root, "s1").get("rx") == "16"
    assert by_id(root, "s2").get("rx") is None
    assert (by_id(root, "s2").get("fill"), by_id(root, "s2").get("stroke"), by_id(root, "s2").get("stroke-width")) == (
        "#223344", "#ff8800", "4",
    )  # fmt: skip
    assert by_id(root, "s7").get("d").count("Z") == 2
    assert by_id(root, "s7").get("fill-rule") == "evenodd"


def test_gradients_lie_in_picture_pixels(root: etree._Element) -> None:
    linear, radial = by_id(root, "s1-fill"), by_id(root, "s3-fill")
    assert [linear.get(key) for key in ("gradientUnits", "x1", "y1", "x2", "y2")] == ["userSpaceOnUse", "40", "200", "200", "280"]
    assert [radial.get(key) for key in ("cx", "cy", "r")] == ["540", "130", "60"]
    assert [(stop.get("offset"), stop.get("stop-color")) for stop in linear] == [("0", "#ff5f6d"), ("1", "#ffc371")]


def test_arrow_ends_where_its_head_begins_and_the_tip_stays(root: etree._Element) -> None:
    line, marker = by_id(root, "s5"), by_id(root, "s5-head")
    end = np.array([float(line.get("x2")), float(line.get("y2"))])
    head = float(marker.get("markerWidth")) * 4
    assert head == pytest.approx(20, abs=2.5)
    assert float(np.hypot(*(np.array([360.0, 380.0]) - end))) == pytest.approx(head, abs=0.05)


def test_text_lines_start_at_their_baselines(root: etree._Element) -> None:
    element = by_id(root, "t1")
    spans = element.findall(f"{SVG}tspan")
    assert [span.text for span in spans] == ["Summer", "Sale"]
    assert [span.get("y") for span in spans] == ["235", "265"]
    # The ink begins at 60; an S of Liberation Sans begins 0.05 em after its origin.
    assert float(spans[0].get("x")) == pytest.approx(60.3 - 0.05 * 24, abs=0.3)
    assert (element.get("font-weight"), element.get("fill"), element.get("font-size")) == ("700", "#ffffff", "24")


def test_text_keeps_its_width_where_another_font_stands_in(root: etree._Element) -> None:
    span = by_id(root, "t1").find(f"{SVG}tspan")
    assert span.get("lengthAdjust") == "spacingAndGlyphs"
    assert float(span.get("textLength")) == pytest.approx(0.55 * 24 * 6, rel=0.06)


@pytest.mark.parametrize(("key", "anchor", "place"), [("t1", "start", 60), ("t2", "middle", 320), ("t3", "end", 610)])
def test_alignment_is_the_anchor(root: etree._Element, key: str, anchor: str, place: float) -> None:
    element = by_id(root, key)
    assert element.get("text-anchor") == anchor
    for span in element.findall(f"{SVG}tspan"):
        assert float(span.get("x")) == pytest.approx(place, abs=3)


def test_turned_text_turns_about_the_middle_of_its_ink(root: etree._Element) -> None:
    element = by_id(root, "t4")
    angle, x, y = (float(part) for part in re.findall(r"[-\d.]+", element.get("transform")))
    box = poster().layer("t4").block.lines[0].rect
    assert (angle, x, y) == (30, *box.centre)
    span = element.find(f"{SVG}tspan")
    middle = float(span.get("x")) + float(span.get("textLength")) / 2
    assert middle == pytest.approx(box.centre[0], abs=1.5)


def test_tracking_and_italic_are_kept(root: etree._Element) -> None:
    assert by_id(root, "t3").get("letter-spacing") == "1.5"
    assert by_id(root, "t3").get("font-style") == "italic"
    assert by_id(root, "t1").get("letter-spacing") is None


def test_kana_tell_the_language(root: etree._Element) -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert by_id(root, "t5").get(lang) == "ja"
    assert by_id(root, "t1").get(lang) is None


def test_font_stack_ends_in_a_class_and_is_quoted(tmp_path: Path) -> None:
    layer = text_layer(["a"], x=10, baseline=40, family='It\'s "Mono"')
    layer = replace(layer, block=replace(layer.block, alternatives=("Courier New",)))
    assert one(layer, tmp_path).get("font-family") == "'It\\'s \"Mono\"', 'Courier New', monospace"


def test_hidden_faded_and_blended_layers_say_so(tmp_path: Path) -> None:
    layer = replace(photo(Rect(5, 5, 30, 30)), visible=False, opacity=0.5, blend="multiply")
    element = one(layer, tmp_path)
    assert (element.get("display"), element.get("opacity"), element.get("style")) == ("none", "0.5", "mix-blend-mode:multiply")


def test_a_group_holds_its_layers_and_its_opacity(tmp_path: Path) -> None:
    group = GroupLayer(id="g1", name="Pair", provenance=FOUND, opacity=0.25, children=(photo(Rect(5, 5, 30, 30)),))
    element = one(group, tmp_path)
    assert (element.tag, element.get("opacity")) == (f"{SVG}g", "0.25")
    assert [child.get("id") for child in element if child.get("id")] == ["o1"]


def test_moved_layers_are_written_where_they_are(tmp_path: Path) -> None:
    offset = Point(7, -3)
    shape = shape_layer(Shape(type="rectangle", box=(40, 50, 60, 30), fill="#112233"), layer_id="s1", name="Box")
    element = one(replace(shape, offset=offset), tmp_path)
    assert (element.get("x"), element.get("y")) == ("47", "47")
    text = one(replace(text_layer(["Hi"], x=30, baseline=60), offset=offset), tmp_path)
    assert text.find(f"{SVG}tspan").get("y") == "57"


def test_a_shape_whose_mask_was_painted_over_is_a_picture(tmp_path: Path) -> None:
    shape = shape_layer(Shape(type="rectangle", box=(40, 50, 60, 30), fill="#112233"), layer_id="s1", name="Box")
    document = document_of((background(), shape))
    half = replace(shape, mask=shape.mask.from_rect(Rect(40, 50, 30, 30)), provenance=replace(shape.provenance, edited=True))
    changed = replace(document, layers=(document.layers[0], half))
    plan = EXPORTER.plan(changed)
    assert [item.becomes for item in plan.items] == ["picture", "picture"]
    assert plan.warnings == ("Written as pictures, because their pixels are not quite those of their shapes: Box.",)
    assert by_id(written(changed, tmp_path), "s1").tag == f"{SVG}image"
    moved = replace(shape, offset=Point(5, 5), provenance=replace(shape.provenance, edited=True))
    assert EXPORTER.plan(replace(document, layers=(document.layers[0], moved))).items[1].becomes == "shape"


def test_slivers_and_textures_of_traced_outlines_are_pictures() -> None:
    sliver = Shape(type="polygon", points=((40.5, 50.5), (41.5, 90.5), (40.5, 50.5), (41.5, 90.5)), fill="#112233")
    thick = shape_layer(Shape(type="rectangle", box=(40, 50, 3, 41), fill="#112233"), layer_id="s1", name="Sliver")
    squares = tuple(
        tuple((100.0 + 20 * index + x, 200.0 + y) for x, y in ((0, 0), (10, 0), (10, 10), (0, 10))) for index in range(11)
    )
    texture = shape_layer(Shape(type="path", contours=squares, fill="#112233"), layer_id="s2", name="Texture")
    few = shape_layer(Shape(type="path", contours=squares[:10], fill="#112233"), layer_id="s3", name="Squares")
    plan = EXPORTER.plan(document_of((replace(thick, shape=sliver), texture, few)))
    assert [item.becomes for item in plan.items] == ["picture", "picture", "shape"]
    assert plan.warnings[0].endswith(": Sliver, Texture.")


def test_a_stroke_without_width_is_left_out(tmp_path: Path) -> None:
    shape = Shape(type="ellipse", box=(40, 50, 60, 30), fill="#112233", stroke=Stroke(color="#ff0000", width=0))
    layer = replace(shape_layer(replace(shape, stroke=None), layer_id="s1", name="Dot"), shape=shape)
    assert one(layer, tmp_path).get("stroke") is None


def test_empty_and_wordless_layers(tmp_path: Path) -> None:
    wordless = text_layer([" \t"], x=30, baseline=60, layer_id="t1", name="Blank")
    nothing = replace(photo(Rect(5, 5, 30, 30)), mask=NO_MASK, name="Nothing")
    document = document_of((background(), wordless, nothing))
    plan = EXPORTER.plan(document)
    assert [item.becomes for item in plan.items] == ["picture", "picture", "left out"]
    assert plan.warnings == ("Nothing: it has no pixels and is left out.",)
    assert by_id(written(document, tmp_path), "t1").tag == f"{SVG}image"


def test_right_to_left_text_starts_at_its_right(tmp_path: Path) -> None:
    element = one(text_layer(["שלום"], x=30, baseline=60), tmp_path)
    assert (element.get("direction"), element.get("text-anchor")) == ("rtl", "end")


def test_same_document_same_bytes(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        EXPORTER.write(EXPORTER.plan(poster()), tmp_path / name, context=Silent())
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_control_characters_are_left_out_and_told(tmp_path: Path) -> None:
    layer = text_layer(["a\x00b\x0b\ud800\ufffe"], x=30, baseline=60, name="bad\x07name")
    document = document_of((background(), layer))
    plan = EXPORTER.plan(document)
    assert len(plan.warnings) == 1
    assert "control characters" in plan.warnings[0]
    element = by_id(written(document, tmp_path), "t1")
    assert element.find(f"{SVG}tspan").text == "ab"
    assert element.get("data-name") == "badname"


def test_strange_ids_become_names_that_nobody_shares(tmp_path: Path) -> None:
    layers = tuple(photo(Rect(5, 5 + 40 * index, 30, 30), layer_id=key) for index, key in enumerate(("1 a", "_1_a", "é&<")))
    root = written(document_of((background(), *layers)), tmp_path)
    found = [element.get("id") for element in root.iter(f"{SVG}image")]
    assert found == ["_1_a", "_1_a_2", "___"]


def test_writing_stops_when_it_is_to_stop(tmp_path: Path) -> None:
    class Stopped(Silent):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        EXPORTER.write(EXPORTER.plan(poster()), tmp_path / "x.svg", context=Stopped())
    assert not (tmp_path / "x.svg").exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    words=st.lists(st.text(st.characters(), max_size=12), min_size=1, max_size=4),
    name=st.text(st.characters(), max_size=10),
    angle=st.sampled_from((0.0, 12.5, 45.0, 90.0, -135.0, 180.0)),
)
def test_any_text_gives_xml_that_reads_back(words: list[str], name: str, angle: float, tmp_path: Path) -> None:
    layer: TextLayer = text_layer(words, x=300, baseline=300, angle=angle, name=name)
    root = written(document_of((layer,)), tmp_path)
    spans = [span.text for span in root.iter(f"{SVG}tspan")]
    assert all(text == text.strip() != "" for text in spans)
    assert len(spans) <= len(words)
