"""Regions drawn and found, against plain numpy that says what they should be."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import BackgroundLayer, ObjectLayer, Provenance
from layerdesk.document.masks import TileMask
from layerdesk.document.selection_shapes import (
    Region,
    layer_from_region,
    like_colour_region,
    polygon_region,
    rectangle_region,
    subject_region,
    with_region,
)  # fmt: skip
from layerdesk.layering.protocols import Cancelled

HOME = Rect(0, 0, 700, 600)


def dense(region: Region | None, within: Rect = HOME) -> NDArray[np.uint8]:
    return np.zeros((within.height, within.width), np.uint8) if region is None else region.mask.to_array(within)


def picture(width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    """A noisy yellow disc of radius 30 at (80, 60) on noisy blue."""
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = (40, 90, 160)
    cv2.circle(pixels, (width // 2, height // 2), 30, (230, 200, 30, 255), -1)
    noise = np.random.default_rng(3).integers(-8, 9, (height, width, 3))
    pixels[..., :3] = np.clip(pixels[..., :3].astype(int) + noise, 0, 255)
    return pixels


def document(offset: Point = Point()) -> Document:
    pixels = picture()
    source = SourceImage(name="disc.png", data=b"disc", sha256=hashlib.sha256(b"disc").hexdigest(), pixels=pixels)
    found = Provenance(stage="objects", engine="made by hand")
    back = BackgroundLayer(id="b1", name="Background", provenance=found, mask=TileMask.from_rect(source.size.rect))
    part = ObjectLayer(id="o1", name="Part", provenance=found, mask=TileMask.from_rect(Rect(10, 10, 20, 20)), offset=offset)
    return Document(source=source, layers=(back, part))


def test_a_rectangle_is_cut_to_the_picture() -> None:
    region = rectangle_region(Rect(-5, 590, 30, 50), within=HOME)
    assert region is not None
    assert region.rect == Rect(0, 590, 25, 10)
    assert (region.coverage == 255).all()
    assert rectangle_region(Rect(700, 0, 5, 5), within=HOME) is None
    assert rectangle_region(Rect(5, 5, 0, 9), within=HOME) is None


@settings(deadline=None, max_examples=40)
@given(
    left=st.integers(-50, 690), top=st.integers(-50, 590), width=st.integers(1, 400), height=st.integers(1, 400)
)  # fmt: skip
def test_a_polygon_with_the_corners_of_a_rectangle_is_that_rectangle(left: int, top: int, width: int, height: int) -> None:
    rect = Rect(left, top, width, height)
    corners = [(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom)]
    drawn = polygon_region([(float(x), float(y)) for x, y in corners], within=HOME)
    assert np.array_equal(dense(drawn), dense(rectangle_region(rect, within=HOME)))


@settings(deadline=None, max_examples=40)
@given(corners=st.lists(st.tuples(st.floats(-40, 740), st.floats(-40, 640)), min_size=3, max_size=9))
def test_the_coverage_of_a_polygon_is_its_area_pixel_by_pixel(corners: list[tuple[float, float]]) -> None:
    """Against the even-odd rule at 8 by 16 samples of each pixel."""
    got = dense(polygon_region(corners, within=HOME)).astype(float)
    sample_x = (np.arange(700 * 16) + 0.5) / 16
    for row in (0, 3, 77, 300, 301, 599):
        crossings = np.zeros((8, 700 * 16), int)
        for number in range(8):
            y = row + (number + 0.5) / 8
            for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
                if (y0 <= y) != (y1 <= y):
                    crossings[number] += sample_x < x0 + (x1 - x0) * (y - y0) / (y1 - y0)
        expected = (crossings % 2).reshape(8, 700, 16).mean(axis=(0, 2)) * 255
        assert np.abs(got[row] - expected).max() <= 255 / 16 * len(corners)
        assert np.abs(got[row] - expected).mean() <= 1.0


def test_a_polygon_of_two_corners_is_nothing() -> None:
    assert polygon_region([(1.0, 1.0), (50.0, 50.0)], within=HOME) is None


def test_the_edge_of_a_slanted_polygon_is_smooth() -> None:
    region = polygon_region([(10.0, 10.0), (300.0, 60.0), (40.0, 320.0)], within=HOME)
    plane = dense(region)
    assert 150 < np.count_nonzero((plane > 0) & (plane < 255)) < 1500
    assert plane.sum() / 255 == pytest.approx(abs(290 * 310 - 50 * 30) / 2, rel=0.005)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), tolerance=st.integers(0, 120))
def test_the_wand_takes_exactly_what_is_connected_in_like_colours(seed: int, tolerance: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.choice(np.array([0, 60, 120, 200], np.uint8), (24, 31, 4))
    point = Point(int(rng.integers(31)), int(rng.integers(24)))
    like = (np.abs(pixels.astype(int) - pixels[point.y, point.x].astype(int)) <= tolerance).all(axis=2)
    reached, frontier = {(point.x, point.y)}, [(point.x, point.y)]
    while frontier:
        x, y = frontier.pop()
        for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if near not in reached and 0 <= near[0] < 31 and 0 <= near[1] < 24 and like[near[1], near[0]]:
                reached.add(near)
                frontier.append(near)
    region = like_colour_region(pixels, point, tolerance=tolerance)
    got = dense(region, Rect(0, 0, 31, 24))
    assert set(map(tuple, np.argwhere(got)[:, ::-1].tolist())) == reached
    assert set(np.unique(got)) <= {0, 255}


def test_the_wand_outside_of_the_picture_takes_nothing() -> None:
    assert like_colour_region(picture(), Point(-1, 5), tolerance=20) is None
    assert like_colour_region(picture(), Point(160, 5), tolerance=20) is None


@pytest.mark.parametrize("factor", [1, 5])
def test_the_subject_in_a_box_is_found(factor: int) -> None:
    pixels = np.repeat(np.repeat(picture(), factor, axis=0), factor, axis=1)
    truth = np.zeros(pixels.shape[:2], np.uint8)
    cv2.circle(truth, (80 * factor, 60 * factor), 30 * factor, 255, -1)
    box = Rect(44 * factor, 24 * factor, 72 * factor, 72 * factor)
    region = subject_region(pixels, box, check=lambda: None)
    got = dense(region, Rect(0, 0, 160 * factor, 120 * factor)) > 127
    overlap = np.count_nonzero(got & (truth > 0)) / np.count_nonzero(got | (truth > 0))
    assert overlap > 0.95
    again = subject_region(pixels, box, check=lambda: None)
    assert region is not None
    assert again is not None
    assert np.array_equal(region.coverage, again.coverage)


def test_the_subject_is_found_in_a_box_as_large_as_the_picture_and_stays_inside_the_box() -> None:
    whole = dense(subject_region(picture(), Rect(0, 0, 160, 120), check=lambda: None), Rect(0, 0, 160, 120))
    assert whole[60, 80] == 255
    assert whole[5, 5] == 0
    large = np.repeat(np.repeat(picture(), 6, axis=0), 6, axis=1)
    tight = Rect(52 * 6, 32 * 6, 57 * 6, 57 * 6)
    found = subject_region(large, tight, check=lambda: None)
    assert found is not None
    assert tight.contains_rect(found.rect)
    assert found.rect.area > 0.95 * tight.area


def test_a_box_on_plain_ground_or_of_two_pixels_holds_no_subject() -> None:
    flat = np.full((60, 60, 4), 255, np.uint8)
    assert subject_region(flat, Rect(10, 10, 30, 30), check=lambda: None) is None
    assert subject_region(picture(), Rect(10, 10, 2, 2), check=lambda: None) is None
    assert subject_region(picture(), Rect(400, 10, 50, 50), check=lambda: None) is None


def test_the_search_for_a_subject_can_be_stopped() -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        subject_region(picture(), Rect(44, 24, 72, 72), check=stop)


@pytest.mark.parametrize("offset", [Point(), Point(7, -4)])
def test_a_region_grows_and_cuts_the_mask_where_it_lies_on_the_canvas(offset: Point) -> None:
    before = document(offset)
    region = rectangle_region(Rect(20, 20, 30, 10), within=before.rect)
    assert region is not None

    def on_canvas(value: Document) -> NDArray[np.uint8]:
        layer = value.layer("o1")
        assert isinstance(layer, ObjectLayer)
        return layer.mask.to_array(value.rect.translated(-layer.offset))

    drawn = dense(region, before.rect)
    grown = with_region(before, "o1", region)
    assert np.array_equal(on_canvas(grown), np.maximum(on_canvas(before), drawn))
    cut = with_region(before, "o1", region, subtract=True)
    assert np.array_equal(on_canvas(cut), np.minimum(on_canvas(before), 255 - drawn))
    assert cut.layer("o1").provenance.edited


def test_a_region_off_the_source_of_a_moved_layer_changes_nothing() -> None:
    before = document(Point(100, 0))
    region = rectangle_region(Rect(0, 0, 50, 50), within=before.rect)
    assert region is not None
    assert with_region(before, "o1", region) is before


def test_a_region_becomes_a_layer_of_the_source_on_top() -> None:
    before = document()
    region = rectangle_region(Rect(100, 50, 20, 20), within=before.rect)
    assert region is not None
    made = layer_from_region(before, region)
    assert made is not None
    after, layer_id = made
    layer = after.layers[-1]
    assert isinstance(layer, ObjectLayer)
    assert (layer.id, layer_id) == ("o2", "o2")
    assert layer.mask == region.mask
    assert layer.own is None
    assert layer.provenance.stage == "hand"
    assert after.layers[:-1] == before.layers
    assert layer_from_region(before, region.moved(Point(900, 0))) is None
