"""Forms and paints recovered from drawn shapes."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerdesk.document.geometry import Rect
from layerdesk.document.style import LinearGradient
from layerdesk.layering.paint import paint_of
from layerdesk.layering.protocols import Plane
from layerdesk.layering.shapes import Form, draw, recognise

_SCALE = 8


def _coverage(width: int, height: int, points: list[tuple[float, float]]) -> Plane:
    """A filled polygon, antialiased."""
    large = np.zeros((height * _SCALE, width * _SCALE), np.uint8)
    cv2.fillPoly(large, [np.round(np.array(points) * _SCALE).astype(np.int32)], 255)
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


@settings(max_examples=40, deadline=None)
@given(left=st.floats(2, 10), top=st.floats(2, 10), width=st.floats(30, 150), height=st.floats(24, 90), radius=st.floats(3, 11))
def test_rounded_boxes_come_back(left: float, top: float, width: float, height: float, radius: float) -> None:
    drawn = Form(type="rounded_rect", box=(left, top, width, height), radius=radius)
    form = recognise(draw(drawn, width=180, height=120, x=0, y=0), x=0, y=0)
    assert form.type in ("rounded_rect", "ellipse")
    assert form.box == pytest.approx((left, top, width, height), abs=0.6)
    if form.type == "rounded_rect":
        assert form.radius == pytest.approx(radius, abs=1.0)


@settings(max_examples=30, deadline=None)
@given(left=st.floats(2, 10), top=st.floats(2, 10), width=st.floats(14, 150), height=st.floats(14, 90))
def test_boxes_come_back(left: float, top: float, width: float, height: float) -> None:
    drawn = Form(type="rectangle", box=(left, top, width, height))
    form = recognise(draw(drawn, width=180, height=120, x=0, y=0), x=0, y=0)
    assert form.type == "rectangle"
    assert form.box == pytest.approx((left, top, width, height), abs=0.3)


@pytest.mark.parametrize(("across", "down"), [(12.0, 12.0), (60.0, 60.0), (90.5, 40.0), (31.3, 77.7)])
def test_ellipses_come_back_where_they_lie_on_the_canvas(across: float, down: float) -> None:
    drawn = Form(type="ellipse", box=(1004.25, 503.5, across, down))
    form = recognise(draw(drawn, width=100, height=100, x=1000, y=500), x=1000, y=500)
    assert form.type == "ellipse"
    assert form.box == pytest.approx(drawn.box, abs=1.0)


def test_thin_boxes_are_lines() -> None:
    plane = np.zeros((20, 200), np.uint8)
    plane[9:11, 10:190] = 255
    form = recognise(plane, x=30, y=40)
    assert form.type == "line"
    assert form.points == ((40.0, 50.0), (220.0, 50.0))
    assert form.width == pytest.approx(2.0)
    upright = recognise(np.ascontiguousarray(plane.T), x=0, y=0)
    assert upright.points == ((10.0, 10.0), (10.0, 190.0))
    assert upright.upright


def test_slanted_lines_keep_their_ends() -> None:
    turn = math.radians(30)
    side = (math.sin(turn) * 2, -math.cos(turn) * 2)
    start, end = (20.0, 20.0), (20 + 120 * math.cos(turn), 20 + 120 * math.sin(turn))
    (x0, y0), (x1, y1), (dx, dy) = start, end, side
    corners = [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)]
    form = recognise(_coverage(160, 120, corners), x=0, y=0)
    assert form.type == "line"
    assert not form.upright
    ends = sorted(form.points)
    assert ends[0] == pytest.approx(start, abs=2)
    assert ends[1] == pytest.approx(end, abs=2)
    assert form.width == pytest.approx(4, abs=1)


def test_polygons_keep_their_corners() -> None:
    corners = [(20.0, 90.0), (70.0, 10.0), (120.0, 90.0)]
    form = recognise(_coverage(140, 100, corners), x=0, y=0)
    assert form.type == "polygon"
    assert len(form.points) == 3
    for corner in corners:
        assert min(math.dist(corner, point) for point in form.points) < 2.5


def test_an_arrow_runs_from_shaft_to_tip() -> None:
    corners = [(10, 40), (80, 40), (80, 20), (130, 50), (80, 80), (80, 60), (10, 60)]
    form = recognise(_coverage(140, 100, [(float(x), float(y)) for x, y in corners]), x=0, y=0)
    assert form.type == "arrow"
    assert form.points[0] == pytest.approx((10, 50), abs=2)
    assert form.points[1] == pytest.approx((130, 50), abs=2)
    assert form.width == pytest.approx(20, abs=2)


def test_a_ring_is_a_path_with_a_hole() -> None:
    plane = draw(Form(type="ellipse", box=(5, 5, 90, 90)), width=100, height=100, x=0, y=0)
    plane = np.minimum(plane, 255 - draw(Form(type="ellipse", box=(25, 25, 50, 50)), width=100, height=100, x=0, y=0))
    form = recognise(plane, x=0, y=0)
    assert form.type == "path"
    assert len(form.contours) == 2
    assert not form.upright


def test_what_something_hides_may_be_part_of_the_form() -> None:
    plane = draw(Form(type="rectangle", box=(10, 10, 120, 60)), width=140, height=80, x=0, y=0)
    hidden = np.zeros(plane.shape, bool)
    hidden[40:80, 100:140] = True
    bitten = np.where(hidden, 0, plane).astype(np.uint8)
    assert recognise(bitten, x=0, y=0).type != "rectangle"
    form = recognise(bitten, x=0, y=0, hidden=hidden)
    assert form.type == "rectangle"
    assert form.box == pytest.approx((10, 10, 120, 60), abs=0.5)


def test_one_colour_is_a_colour() -> None:
    image = np.full((40, 60, 3), (12, 200, 99), np.uint8)
    fill, error = paint_of(image, np.ones((20, 30), bool), Rect(5, 5, 30, 20))
    assert fill == "#0cc863"
    assert error == 0.0


def test_a_gradient_keeps_direction_and_ends() -> None:
    rows = np.linspace(0.0, 1.0, 200)[:, None, None]
    image = (
        np.broadcast_to(np.array([250, 120, 60]) * (1 - rows) + np.array([40, 20, 160]) * rows, (200, 120, 3))
        .round()
        .astype(np.uint8)
    )
    fill, error = paint_of(image, np.ones((200, 120), bool), Rect(0, 0, 120, 200))
    assert isinstance(fill, LinearGradient)
    assert abs(fill.end[0] - fill.start[0]) < 3
    assert fill.start[1] < 3
    assert fill.end[1] > 197
    first, last = (tuple(int(stop.color[k : k + 2], 16) for k in (1, 3, 5)) for stop in (fill.stops[0], fill.stops[-1]))
    assert first == pytest.approx((250, 120, 60), abs=2)
    assert last == pytest.approx((40, 20, 160), abs=2)
    assert error < 1.0
