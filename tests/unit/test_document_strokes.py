"""Brush strokes on masks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import calm, noise

from layerdesk.document.geometry import Rect
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.strokes import Brush, Stroke

AROUND = Rect(-100, -100, 800, 500)

_brushes = st.builds(
    Brush,
    size=st.floats(1, 60),
    hardness=st.floats(0, 1),
    erase=st.booleans(),
    opacity=st.sampled_from((0.3, 1.0)),
    spacing=st.sampled_from((0.05, 0.15, 1.0)),
)
_ways = st.lists(st.tuples(st.floats(-20, 560), st.floats(-20, 300)), min_size=1, max_size=5)


@calm
@given(_brushes, _ways)
def test_a_stroke_changes_only_what_it_says_and_only_one_way(brush: Brush, way: list[tuple[float, float]]) -> None:
    base = TileMask.from_array(noise(4, 300, 560))
    stroke = Stroke(base, brush)
    before = base.to_array(AROUND)
    for x, y in way:
        touched = stroke.add(x, y)
        after = stroke.mask.to_array(AROUND)
        changed = after != before
        changed[touched.translated(-AROUND.origin).slices] = False
        assert not changed.any()
        assert (after <= before).all() if brush.erase else (after >= before).all()
        before = after
    assert np.array_equal(base.to_array(AROUND), TileMask.from_array(noise(4, 300, 560)).to_array(AROUND))


def test_a_hard_dab_is_a_disc_of_the_brushes_size() -> None:
    stroke = Stroke(NO_MASK, Brush(size=40))
    stroke.add(300.0, 100.0)
    assert stroke.mask.area == pytest.approx(math.pi * 20**2, rel=0.02)
    assert stroke.mask.bounds.centre == pytest.approx((300, 100), abs=1)
    assert stroke.mask.bounds.width == pytest.approx(40, abs=2)


def test_a_line_is_as_wide_as_the_brush_and_has_no_gaps() -> None:
    stroke = Stroke(NO_MASK, Brush(size=20))
    stroke.add(50, 50)
    stroke.add(450, 50)
    plane = stroke.mask.to_array(Rect(50, 30, 400, 40))
    assert (plane[20] == 255).all()
    widths = plane.sum(axis=0, dtype=np.int64) / 255
    assert 19 <= widths.min() <= widths.max() <= 21


def test_dabs_that_overlap_do_not_add_up() -> None:
    stroke = Stroke(NO_MASK, Brush(size=20, opacity=0.5))
    for _ in range(5):
        stroke.add(50, 50)
        stroke.add(80, 50)
    assert stroke.mask.to_array(AROUND).max() == 128


def test_the_way_may_be_reported_in_any_pieces() -> None:
    brush = Brush(size=12, spacing=0.5)
    whole, pieces = Stroke(NO_MASK, brush), Stroke(NO_MASK, brush)
    whole.add(10, 10)
    whole.add(100, 10)
    for x in (10, 12, 13, 40, 77, 100):
        pieces.add(x, 10)
    assert whole.mask == pieces.mask


def test_a_soft_brush_fades_to_its_edge() -> None:
    stroke = Stroke(NO_MASK, Brush(size=60, hardness=0.0))
    stroke.add(100, 100)
    profile = stroke.mask.to_array(Rect(100, 100, 40, 1))[0].astype(int)
    assert profile[0] > 250
    assert 100 < profile[15] < 150
    assert profile[31] == 0
    assert (np.diff(profile) <= 0).all()


def test_erasing_lays_bare_and_shares_other_tiles() -> None:
    base = TileMask.from_rect(Rect(0, 0, 1024, 256))
    stroke = Stroke(base, Brush(size=30, erase=True))
    touched = stroke.add(128, 128)
    assert stroke.mask.value_at(128, 128) == 0
    assert touched.contains_rect(Rect(113, 113, 30, 30))
    assert stroke.mask.changed_rect(base) == Rect(0, 0, 256, 256)


def test_a_snapshot_is_not_changed_by_what_follows() -> None:
    stroke = Stroke(NO_MASK, Brush(size=10))
    stroke.add(20, 20)
    snapshot = stroke.mask
    held = snapshot.to_array(AROUND)
    stroke.add(60, 20)
    assert np.array_equal(snapshot.to_array(AROUND), held)
    assert stroke.mask.area > snapshot.area
