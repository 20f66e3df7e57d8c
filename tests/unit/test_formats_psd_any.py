"""Whatever document there is, the Photoshop file made of it is sound and shows its pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from format_samples import MADE, colours, documents, names, rects, soft_mask, source
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psd_invariants import Record
from psd_reading import merged_picture, picture, plane, structure
from psd_tools.psd import PSD

from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import GroupLayer, Layer, ShapeLayer, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.style import LinearGradient, RadialGradient, Shape, Stop, Stroke, TextBlock, TextLine, TextStyle
from layerdesk.formats.psd import EXPORTER, PSB_EXPORTER, PhotoshopExporter

near = st.floats(-200, 200)
points = st.tuples(near, near)
sound_styles = st.builds(
    TextStyle,
    font_family=names,
    font_size_px=st.floats(0.1, 500),
    weight=st.integers(100, 900),
    italic=st.booleans(),
    color=colours,
    align=st.sampled_from(("left", "center", "right", "justify")),
    angle=st.floats(-720, 720),
    line_height_px=st.floats(-10, 500),
    tracking_px=st.floats(-50, 50),
)
sound_lines = st.lists(
    st.builds(TextLine, text=st.text(max_size=12), rect=st.one_of(rects, st.just(Rect(0, 0, 0, 0))), baseline=near),
    min_size=1,
    max_size=4,
)
stops = st.lists(st.builds(Stop, at=st.floats(-1, 2), color=colours), max_size=4).map(tuple)
fills = st.one_of(
    colours,
    st.builds(LinearGradient, start=points, end=points, stops=stops),
    st.builds(RadialGradient, centre=points, radius=near, stops=stops),
)
sound_shapes = st.builds(
    Shape,
    type=st.sampled_from(("rectangle", "rounded_rect", "ellipse", "line", "arrow")),
    box=st.tuples(near, near, st.floats(-1, 200), st.floats(-1, 200)),
    radius=near,
    points=st.lists(points, min_size=1, max_size=5).map(tuple),
    fill=st.one_of(st.none(), fills),
    stroke=st.one_of(st.none(), st.builds(Stroke, color=colours, width=st.floats(-1, 30))),
)


@st.composite
def outlined(draw: st.DrawFn) -> tuple[Shape, TileMask]:
    """A polygon or path and the mask that it gives."""
    contours = draw(st.lists(st.lists(points, min_size=3, max_size=6).map(tuple), min_size=1, max_size=3).map(tuple))
    plane = np.zeros((400, 400), np.uint8)
    cv2.fillPoly(plane, [np.round(np.array(contour) + 200).astype(np.int32) for contour in contours], 255)
    mask = TileMask.from_array(plane, x=-200, y=-200)
    if len(contours) == 1:
        return Shape(type="polygon", points=contours[0], fill=draw(fills)), mask
    return Shape(type="path", contours=contours, fill=draw(fills)), mask


@st.composite
def lively(draw: st.DrawFn) -> Document:
    """A document of texts and shapes that can mostly be live."""

    def layer(number: int) -> Layer:
        common = {
            "name": draw(names),
            "provenance": replace(MADE, edited=draw(st.sampled_from((False, False, True)))),
            "offset": Point(draw(st.integers(-99, 99)), 3),
        }
        mask = soft_mask(draw(rects))
        if draw(st.booleans()):
            block = TextBlock(lines=tuple(draw(sound_lines)), style=draw(sound_styles))
            return TextLayer(id=f"t{number}", mask=mask, block=block, **common)
        shape, mask = draw(st.one_of(st.tuples(sound_shapes, st.just(mask)), outlined()))
        return ShapeLayer(id=f"s{number}", mask=mask, shape=shape, **common)

    return Document(source=source(20, 16), layers=tuple(layer(number) for number in range(draw(st.integers(1, 3)))))


def check_any(made: Document, exporter: PhotoshopExporter, folder: Path) -> None:
    """What must hold for whatever document."""
    found = structure(made, folder, exporter)
    plan = exporter.plan(made)
    kinds = {item.layer_id: item.becomes for item in plan.items}
    own = [record for record in found.records if record.divider != 3]
    ordered = _closing_order(made.layers)
    assert len(own) == len(ordered)
    for record, layer in zip(own, ordered, strict=True):
        assert (b"TySh" in record.blocks) == (kinds[layer.id] == "live text")
        assert bool({b"vmsk", b"vsms"} & record.blocks.keys()) == (kinds[layer.id] == "shape")
        assert (record.mask is not None) == (kinds[layer.id] == "picture with mask")
        assert bool(record.flags & 2) == (not layer.visible)
        if not isinstance(layer, GroupLayer):
            _check_pixels(record, layer, made)
    shown, whole = merged_picture(found), composite(made)
    solid = whole[..., 3] == 255
    assert np.array_equal(shown[..., :3][solid], whole[..., :3][solid])
    with (folder / f"x{exporter.suffixes[0]}").open("rb") as file:
        by_psd_tools = PSD.read(file).layer_and_mask_information.layer_info
    assert len(by_psd_tools.layer_records if by_psd_tools else ()) == len(found.records)


def _closing_order(layers: tuple[Layer, ...]) -> list[Layer]:
    return [
        found for layer in layers for found in (*(_closing_order(layer.children) if isinstance(layer, GroupLayer) else ()), layer)
    ]


def _check_pixels(record: Record, layer: Layer, made: Document) -> None:
    """Alpha times mask is the layer's coverage, and the colours under it are the layer's."""
    assert not isinstance(layer, GroupLayer)
    rect, pixels = layer_rgba(made.source, layer)
    top, left, _, _ = record.rect
    place = rect.translated(Point(-left, -top)).slices
    got = picture(record)[place]
    alpha = got[..., 3].astype(int)
    if record.mask is not None:
        alpha = (alpha * plane(record, -2) + 127) // 255
    assert np.array_equal(alpha, pixels[..., 3])
    assert np.array_equal(got[..., :3][alpha > 0], pixels[..., :3][alpha > 0])


ANY = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@ANY
@given(made=documents(), exporter=st.sampled_from((EXPORTER, PSB_EXPORTER)))
def test_any_document_makes_a_sound_file(tmp_path: Path, made: Document, exporter: PhotoshopExporter) -> None:
    check_any(made, exporter, tmp_path)


@ANY
@given(made=lively())
def test_any_text_and_shape_makes_a_sound_file(tmp_path: Path, made: Document) -> None:
    check_any(made, EXPORTER, tmp_path)
