"""Clicks find layers by their pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FOUND, calm, documents, noise, source_image

from layerdesk.document import edits
from layerdesk.document.composite import layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.hit_test import all_at, topmost_at
from layerdesk.document.layers import BackgroundLayer, ObjectLayer
from layerdesk.document.masks import TileMask


@pytest.fixture
def document() -> Document:
    ring = np.full((10, 10), 255, np.uint8)
    ring[3:7, 3:7] = 0
    ring[0, 0] = 7
    layers = (
        BackgroundLayer(id="b1", name="", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 30, 30))),
        ObjectLayer(id="o1", name="", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 10, 10))),
        ObjectLayer(id="o2", name="", provenance=FOUND, mask=TileMask.from_array(ring)),
    )
    return Document(source=source_image(noise(0, 30, 30, 4)), layers=layers)


def test_the_hole_of_a_ring_is_not_the_ring(document: Document) -> None:
    assert topmost_at(document, Point(1, 1)) == "o2"
    assert topmost_at(document, Point(5, 5)) == "o1"
    assert topmost_at(document, Point(20, 20)) == "b1"
    assert topmost_at(document, Point(-1, 5)) is None
    assert all_at(document, Point(1, 1)) == ("o2", "o1", "b1")


def test_a_faint_fringe_is_not_hit(document: Document) -> None:
    assert topmost_at(document, Point(0, 0)) == "o1"
    assert topmost_at(document, Point(0, 0), threshold=7) == "o2"


def test_hidden_and_locked_layers_are_passed_over_and_so_are_their_groups(document: Document) -> None:
    assert topmost_at(edits.set_visible(document, ["o2"], visible=False), Point(1, 1)) == "o1"
    assert topmost_at(edits.set_locked(document, ["o2"], locked=True), Point(1, 1)) == "o1"
    grouped = edits.group(document, ["o1", "o2"])
    assert topmost_at(grouped, Point(1, 1)) == "o2"
    assert topmost_at(edits.set_locked(grouped, ["g1"], locked=True), Point(1, 1)) == "b1"
    assert topmost_at(edits.set_visible(grouped, ["g1"], visible=False), Point(1, 1)) == "b1"


def test_a_moved_layer_is_hit_where_it_is(document: Document) -> None:
    moved = edits.move(document, ["o2"], dx=15, dy=0)
    assert topmost_at(moved, Point(1, 1)) == "o1"
    assert topmost_at(moved, Point(16, 1)) == "o2"


@calm
@given(documents(), st.integers(-3, 20), st.integers(-3, 18))
def test_what_is_hit_is_what_has_coverage_there(document: Document, x: int, y: int) -> None:
    hit = all_at(document, Point(x, y))
    assert topmost_at(document, Point(x, y)) == (hit[0] if hit else None)
    shown = dataclasses.replace(document, layers=tuple(document.leaves()))
    expected = [
        leaf.id
        for leaf in shown.leaves()
        if leaf.visible
        and not leaf.locked
        and leaf.opacity > 0
        and layer_rgba(document.source, leaf, rect=Rect(x, y, 1, 1))[1][0, 0, 3] >= 8
    ]
    assert all_at(shown, Point(x, y)) == tuple(reversed(expected))
    assert set(hit) <= set(expected)
