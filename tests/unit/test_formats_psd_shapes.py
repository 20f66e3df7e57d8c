"""Live shape layers, read back by psd-tools' structures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from psd_tools.constants import Tag
from psd_tools.psd.descriptor import DescriptorBlock, DescriptorBlock2
from psd_tools.psd.vector import ClosedPath, OpenPath, Path, VectorMaskSetting, VectorStrokeContentSetting

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point, Rect, Size
from layerdesk.document.layers import Provenance, ShapeLayer
from layerdesk.document.masks import MaskEdit, TileMask
from layerdesk.document.style import LinearGradient, RadialGradient, Shape, Stop, Stroke
from layerdesk.formats.psd_outline import LiveShape, live_shape
from layerdesk.formats.psd_shapes import shape_blocks

CANVAS = Size(400, 200)
RED = Stroke(color="#ff0000", width=3)
TWO = (Stop(at=0, color="#000000"), Stop(at=1, color="#ffffff"))


def layer(shape: Shape, *, mask: TileMask | None = None, edited: bool = False, offset: Point = Point()) -> ShapeLayer:
    return ShapeLayer(
        id="s1",
        name="Shape",
        provenance=Provenance(stage="shapes", engine="x", edited=edited),
        mask=TileMask.from_rect(Rect(40, 20, 100, 60)) if mask is None else mask,
        shape=shape,
        offset=offset,
    )


def lively(made: ShapeLayer) -> LiveShape | None:
    image = SourceImage(name="x", data=b"", sha256="", pixels=np.zeros((CANVAS.height, CANVAS.width, 4), np.uint8))
    return live_shape(Document(source=image, layers=(made,)), made)


def blocks(shape: Shape, **options: Any) -> dict[bytes, bytes]:
    live = lively(layer(shape, **options))
    assert live is not None
    return {block.key: block.data for block in shape_blocks(live, canvas=CANVAS, dpi=150)}


def box(kind: Any = "rectangle", **options: Any) -> Shape:
    return Shape(type=kind, box=(40, 20, 100, 60), **{"fill": "#ff8800", **options})


def path(data: bytes) -> Path:
    setting = VectorMaskSetting.frombytes(data)
    assert setting.flags == 0
    assert setting.path is not None
    return setting.path


def corners(sub: Any) -> list[tuple[float, float]]:
    """Anchors in canvas pixels."""
    return [(round(knot.anchor[1] * CANVAS.width, 3), round(knot.anchor[0] * CANVAS.height, 3)) for knot in sub]


def rgb(descriptor: Any) -> tuple[float, ...]:
    return tuple(descriptor[key].value for key in (b"Rd  ", b"Grn ", b"Bl  "))


def test_a_plain_rectangle() -> None:
    made = blocks(box(), offset=Point(10, -5))
    assert list(made) == [Tag.SOLID_COLOR_SHEET_SETTING, Tag.VECTOR_MASK_SETTING1, Tag.VECTOR_ORIGINATION_DATA]
    fill = DescriptorBlock.frombytes(made[Tag.SOLID_COLOR_SHEET_SETTING])
    assert (fill.name, fill.classID) == ("\0", b"null")
    assert rgb(fill[b"Clr "]) == (255, 136, 0)
    rule, initial, outline = path(made[Tag.VECTOR_MASK_SETTING1])
    assert isinstance(outline, ClosedPath)
    assert initial.value == 0
    assert outline.operation == 1
    assert corners(outline) == [(50, 15), (150, 15), (150, 75), (50, 75)]
    del rule


def origin(data: bytes) -> Any:
    (item,) = DescriptorBlock2.frombytes(data)[b"keyDescriptorList"]
    return item


@pytest.mark.parametrize(("kind", "number"), [("rectangle", 1), ("rounded_rect", 2), ("ellipse", 5)])
def test_boxes_stay_live_in_the_properties(kind: str, number: int) -> None:
    item = origin(blocks(box(kind, radius=12))[Tag.VECTOR_ORIGINATION_DATA])
    assert item[b"keyOriginType"].value == number
    assert item[b"keyOriginResolution"].value == 150
    sides = item[b"keyOriginShapeBBox"]
    assert [sides[key].value for key in (b"Left", b"Top ", b"Rght", b"Btom")] == [40, 20, 140, 80]
    assert (b"keyOriginRRectRadii" in item) == (kind == "rounded_rect")
    if kind == "rounded_rect":
        assert {item[b"keyOriginRRectRadii"][key].value for key in (b"topLeft", b"topRight", b"bottomLeft", b"bottomRight")} == {
            12
        }


def test_round_outlines_are_round() -> None:
    _, _, ellipse = path(blocks(box("ellipse"))[Tag.VECTOR_MASK_SETTING1])
    assert corners(ellipse) == [(90, 20), (140, 50), (90, 80), (40, 50)]
    top = ellipse[0]
    assert (top.leaving[1] - top.anchor[1]) * CANVAS.width == pytest.approx(50 * 0.5523, abs=0.01)
    assert top.leaving[0] == top.anchor[0]
    _, _, rounded = path(blocks(box("rounded_rect", radius=1000))[Tag.VECTOR_MASK_SETTING1])
    assert corners(rounded)[:3] == [(70, 20), (110, 20), (140, 50)]


def test_a_stroked_shape_has_its_stroke_live() -> None:
    made = blocks(box(stroke=RED))
    assert list(made) == [
        Tag.VECTOR_STROKE_CONTENT_DATA, Tag.VECTOR_MASK_SETTING2, Tag.VECTOR_ORIGINATION_DATA, Tag.VECTOR_STROKE_DATA
    ]  # fmt: skip
    content = VectorStrokeContentSetting.frombytes(made[Tag.VECTOR_STROKE_CONTENT_DATA])
    assert (content.key, content.version) == (b"SoCo", 16)
    assert rgb(content[b"Clr "]) == (255, 136, 0)
    stroke = DescriptorBlock.frombytes(made[Tag.VECTOR_STROKE_DATA])
    assert stroke[b"strokeStyleLineWidth"].value == 3
    assert stroke[b"strokeStyleLineAlignment"].enum == b"strokeStyleAlignCenter"
    assert stroke[b"strokeEnabled"].value is True
    assert stroke[b"fillEnabled"].value is True
    assert rgb(stroke[b"strokeStyleContent"][b"Clr "]) == (255, 0, 0)


def test_a_ring_has_its_fill_off() -> None:
    stroke = DescriptorBlock.frombytes(blocks(box(fill=None, stroke=RED))[Tag.VECTOR_STROKE_DATA])
    assert stroke[b"fillEnabled"].value is False


def test_a_line_is_an_open_stroke() -> None:
    made = blocks(Shape(type="line", points=((40, 20), (60, 25), (140, 80)), stroke=RED))
    _, _, line = path(made[Tag.VECTOR_MASK_SETTING2])
    assert isinstance(line, OpenPath)
    assert corners(line) == [(40, 20), (140, 80)]
    assert Tag.VECTOR_ORIGINATION_DATA not in made


def test_an_arrow_is_an_outline_in_its_line_colour() -> None:
    plane = np.zeros((80, 160), np.uint8)
    plane[38:43, 20:120] = 255
    for step in range(20):
        plane[40 - step // 2 : 41 + step // 2, 120 - step] = 255
    shape = Shape(type="arrow", points=((20, 40.5), (120, 40.5)), stroke=Stroke(color="#00ff00", width=5))
    made = blocks(shape, mask=TileMask.from_array(plane))
    _, _, outline = path(made[Tag.VECTOR_MASK_SETTING1])
    points = corners(outline)
    assert len(points) == 7
    assert points[3] == (120, 40.5)
    assert points[0][1] == pytest.approx(38, abs=0.01)
    assert max(y for _, y in points) == pytest.approx(50, abs=1.5)
    assert rgb(DescriptorBlock.frombytes(made[Tag.SOLID_COLOR_SHEET_SETTING])[b"Clr "]) == (0, 255, 0)


def test_holes_in_a_path_are_cut_out() -> None:
    outer, inner = ((0.0, 0.0), (90.0, 0.0), (0.0, 90.0)), ((10.0, 10.0), (30.0, 10.0), (10.0, 30.0))
    plane = np.zeros((100, 100), np.uint8)
    cv2.fillPoly(plane, [np.array(outer, np.int32), np.array(inner, np.int32)], 255)
    shape = Shape(type="path", contours=(outer, inner, ((1, 1), (2, 2))), fill="#000000")
    _, _, first, second = path(blocks(shape, mask=TileMask.from_array(plane))[Tag.VECTOR_MASK_SETTING1])
    assert (first.operation, second.operation) == (1, 0)
    assert corners(second) == list(inner)


def gradient(fill: LinearGradient | RadialGradient, *, offset: Point = Point()) -> Any:
    return DescriptorBlock.frombytes(blocks(box(fill=fill), offset=offset)[Tag.GRADIENT_FILL_SETTING])


def stops(found: Any) -> list[tuple[int, tuple[float, ...]]]:
    return [(stop[b"Lctn"].value, rgb(stop[b"Clr "])) for stop in found[b"Grad"][b"Clrs"]]


def test_a_gradient_from_edge_to_edge() -> None:
    found = gradient(LinearGradient(start=(40, 50), end=(140, 50), stops=TWO), offset=Point(30, 30))
    assert found[b"Type"].enum == b"Lnr "
    assert (found[b"Angl"].value, found[b"Scl "].value) == (0, 100)
    assert found[b"Algn"].value is True
    assert stops(found) == [(0, (0, 0, 0)), (4096, (255, 255, 255))]


@pytest.mark.parametrize(("end", "angle"), [((90, 120), -90), ((90, 0), 90), ((10, 50), 180)])
def test_angles_run_counter_clockwise(end: tuple[float, float], angle: float) -> None:
    found = gradient(LinearGradient(start=(90, 50), end=end, stops=TWO))
    assert math.isclose((found[b"Angl"].value - angle) % 360, 0, abs_tol=1e-6)


def test_a_gradient_within_the_box_keeps_its_places() -> None:
    found = gradient(LinearGradient(start=(65, 50), end=(115, 50), stops=TWO))
    assert stops(found) == [(1024, (0, 0, 0)), (3072, (255, 255, 255))]


def test_a_gradient_beyond_the_box_is_cut_to_it() -> None:
    found = gradient(LinearGradient(start=(-10, 50), end=(190, 50), stops=TWO))
    assert stops(found) == [(0, (64, 64, 64)), (4096, (191, 191, 191))]


def test_a_radial_gradient_keeps_centre_and_radius() -> None:
    found = gradient(RadialGradient(centre=(50, 35), radius=40, stops=(*TWO, Stop(at=0.5, color="#ff0000"))))
    assert found[b"Type"].enum == b"Rdl "
    assert (found[b"Angl"].value, found[b"Scl "].value) == (0, 80)
    assert (found[b"Ofst"][b"Hrzn"].value, found[b"Ofst"][b"Vrtc"].value) == (-40, -25)
    assert stops(found) == [(0, (0, 0, 0)), (2048, (255, 0, 0)), (4096, (255, 255, 255))]


def test_a_gradient_needs_two_stops() -> None:
    assert [colour for _, colour in stops(gradient(LinearGradient(start=(40, 50), end=(140, 50), stops=TWO[:1])))] == [
        (0, 0, 0)
    ] * 2
    assert len(stops(gradient(LinearGradient(start=(40, 50), end=(40, 50), stops=())))) == 2


def test_what_cannot_be_live() -> None:
    def live(shape: Shape, **options: Any) -> bool:
        return lively(layer(shape, **options)) is not None

    assert live(box())
    assert live(box(stroke=Stroke(color="#000000", width=-1)))
    assert not live(box(fill=None))
    assert not live(box(fill=None, stroke=Stroke(color="#000000", width=0)))
    assert not live(replace(box(), box=(0, 0, 0, 10)))
    assert not live(replace(box(), box=(math.nan, 0, 10, 10)))
    assert not live(replace(box(), box=(0, 1e6, 10, 10)))
    assert not live(box(), offset=Point(0, 30_000))
    assert not live(Shape(type="line", points=((1, 1), (1, 1)), stroke=RED))
    assert not live(Shape(type="polygon", points=((1, 1), (5, 1)), fill="#000000"))
    # Far too large to be drawn for a comparison with the mask.
    assert not live(replace(box(), box=(0, 0, 39_000, 19_000)), edited=True)


def test_a_mask_painted_into_another_form_is_no_longer_the_shape() -> None:
    edit = MaskEdit(layer(box()).mask)
    edit.write(np.zeros((60, 50), np.uint8), x=40, y=20)
    half = edit.commit()
    assert lively(layer(box(), edited=True)) is not None
    assert lively(layer(box(), mask=half, edited=True)) is None
    assert lively(layer(box(), mask=half, edited=False)) is not None
