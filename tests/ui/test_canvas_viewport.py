"""The maths of zoom and position, at any zoom, density and place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerdesk.document.geometry import Rect, Size
from layerdesk.ui.canvas.viewport import MAX_SCALE, MIN_SCALE, STEPS, Viewport, mip_level, showing

scales = st.floats(MIN_SCALE, MAX_SCALE)
places = st.floats(-20_000, 20_000)
viewports = st.builds(Viewport, scale=scales, x=places, y=places)
densities = st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 2.625, 3.0])


@given(viewports, densities, places, places)
def test_there_and_back_is_the_same_point(viewport: Viewport, dpr: float, x: float, y: float) -> None:
    across, down = viewport.to_device(x, y)
    logical = across / dpr, down / dpr
    back = viewport.to_image(logical[0] * dpr, logical[1] * dpr)
    assert back == pytest.approx((x, y), abs=1e-6 / viewport.scale)


@given(viewports, scales, st.floats(0, 4000), st.floats(0, 4000))
def test_zooming_keeps_the_point_under_the_cursor(viewport: Viewport, scale: float, x: float, y: float) -> None:
    """Within the half device pixel by which a position is rounded, before and after."""
    point = viewport.to_image(x, y)
    zoomed = viewport.zoomed(scale, at=(x, y))
    assert zoomed.scale == scale
    now = zoomed.to_device(*point)
    slack = 0.5 + 0.5 * scale / viewport.scale + 1e-6
    assert abs(now[0] - x) <= slack
    assert abs(now[1] - y) <= slack


@given(viewports, st.lists(scales, min_size=1, max_size=30), st.floats(0, 4000), st.floats(0, 4000))
def test_many_zooms_about_one_place_do_not_drift(viewport: Viewport, steps: list[float], x: float, y: float) -> None:
    there = viewport
    for scale in steps:
        there = there.zoomed(scale, at=(x, y))
    back = there.zoomed(viewport.scale, at=(x, y))
    assert (back.x, back.y) == pytest.approx((viewport.x, viewport.y), abs=1e-4)


@given(viewports, st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 300), st.integers(1, 300))
def test_neighbours_meet_without_gap_or_overlap(viewport: Viewport, x: int, y: int, width: int, height: int) -> None:
    first = viewport.device_rect(Rect(x, y, width, height))
    right = viewport.device_rect(Rect(x + width, y, 7, height))
    below = viewport.device_rect(Rect(x, y + height, width, 9))
    assert first.right == right.x
    assert first.bottom == below.y


@given(st.integers(-3000, 3000), st.integers(-3000, 3000), places, places)
def test_at_100_percent_pixels_are_pixels(x: int, y: int, left: float, top: float) -> None:
    viewport = Viewport(scale=1.0, x=left, y=top)
    assert viewport.device_rect(Rect(x, y, 5, 6)).size == Size(5, 6)
    shown = viewport.to_device(x, y)
    assert shown == (math.floor(shown[0]), math.floor(shown[1]))


@given(viewports, st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 800), st.integers(1, 800))
def test_every_exposed_pixel_belongs_to_the_image_rect(viewport: Viewport, x: int, y: int, width: int, height: int) -> None:
    within = Rect(0, 0, 4000, 3000)
    exposed = Rect(x, y, width, height)
    region = viewport.image_rect(exposed, within=within)
    for corner in ((x, y), (x + width - 1, y), (x, y + height - 1), (x + width - 1, y + height - 1)):
        column, row = viewport.to_image(corner[0] + 0.5, corner[1] + 0.5)
        if 0 <= column < within.width and 0 <= row < within.height:
            assert region.x <= column < region.right
            assert region.y <= row < region.bottom


@given(viewports, st.integers(1, 9000), st.integers(1, 9000), st.integers(64, 4000), st.integers(64, 4000))
def test_a_strip_stays_in_sight(viewport: Viewport, width: int, height: int, wide: int, high: int) -> None:
    kept = viewport.kept_in_sight(Size(width, height), Size(wide, high))
    shown = Rect(0, 0, wide, high)
    least = min(width * kept.scale, 48)
    assert min(kept.x + width * kept.scale, shown.right) - max(kept.x, 0) >= least - 1e-6
    assert kept.kept_in_sight(Size(width, height), Size(wide, high)) == kept


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(100, 4000), st.integers(100, 4000))
def test_what_is_to_be_shown_lies_inside_and_in_the_middle(width: int, height: int, wide: int, high: int) -> None:
    viewport = showing(Rect(30, 40, width, height), Size(wide, high), margin=16)
    shown = viewport.device_rect(Rect(30, 40, width, height))
    if viewport.scale > MIN_SCALE:
        assert Rect(15, 15, wide - 30, high - 30).contains_rect(shown)
    assert shown.centre == pytest.approx((wide / 2, high / 2), abs=1.0)


def test_the_levels_are_walked_through_one_by_one_and_no_further() -> None:
    assert list(STEPS) == sorted(STEPS)
    viewport = Viewport(scale=MIN_SCALE)
    seen = [viewport.scale]
    for _ in range(len(STEPS) + 3):
        viewport = viewport.stepped(1, at=(0.0, 0.0))
        seen.append(viewport.scale)
    assert seen[: len(STEPS)] == list(STEPS)
    assert set(seen[len(STEPS) :]) == {MAX_SCALE}
    assert Viewport(scale=0.9).stepped(1, at=(0.0, 0.0)).scale == 1.0
    assert Viewport(scale=0.9).stepped(-1, at=(0.0, 0.0)).scale == 2 / 3
    assert Viewport(scale=MIN_SCALE).stepped(-1, at=(0.0, 0.0)).scale == MIN_SCALE


@given(scales)
def test_what_is_left_to_scale_after_halving_is_a_half_to_one(scale: float) -> None:
    left = scale * 2 ** mip_level(scale)
    if scale < 1:
        assert 0.5 < left <= 1.0 + 1e-6
    else:
        assert mip_level(scale) == 0
