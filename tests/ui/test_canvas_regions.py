"""Rectangle, lasso, polygon, wand and smart select, by real mouse and key events."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from canvas_documents import (
    ALT,
    RING,
    SHIFT,
    SQUARE,
    at,
    canvas,
    click,
    close_canvases,
    drag,
    look,
    mask_of,
    move,
    now,
    press,
    release,
    shot,
    small_document,
    steps,
    told,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerdesk.app.session import Session
from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import ObjectLayer
from layerdesk.document.selection_shapes import like_colour_region, polygon_region
from layerdesk.ui.canvas.view import CanvasView


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


def test_a_rectangle_goes_into_the_mask_and_with_alt_out_of_it() -> None:
    session, view = canvas(small_document())
    session.set_selection([SQUARE])
    session.set_tool("tool.rectangle")
    expected = mask_of(now(session), SQUARE)
    drag(view, (190.0, 50.0), (230.0, 90.0))
    expected[50:90, 190:230] = 255
    assert np.array_equal(mask_of(now(session), SQUARE), expected)
    drag(view, (155.0, 65.0), (165.0, 100.0), keys=ALT)
    expected[65:100, 155:165] = 0
    assert np.array_equal(mask_of(now(session), SQUARE), expected)
    assert steps(session) == ("Add region to mask", "Take region from mask")


def test_a_rectangle_drawn_on_a_moved_layer_lies_where_it_was_drawn() -> None:
    session, view = canvas(edits.move(small_document(), [SQUARE], dx=15, dy=-7))
    session.set_selection([SQUARE])
    session.set_tool("tool.rectangle")
    expected = mask_of(now(session), SQUARE)
    drag(view, (230.0, 150.0), (200.0, 130.0))
    expected[130:150, 200:230] = 255
    assert np.array_equal(mask_of(now(session), SQUARE), expected)


def test_with_shift_the_rectangle_is_a_square() -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.rectangle")
    drag(view, (50.0, 130.0), (90.0, 145.0), keys=SHIFT)
    (made,) = session.selection
    layer = now(session).layer(made)
    assert layer.bounds == Rect(50, 130, 40, 40)


@pytest.mark.parametrize("tool", ["tool.rectangle", "tool.lasso", "tool.smart_select"])
def test_esc_drops_a_region_half_drawn(tool: str) -> None:
    session, view = canvas(small_document())
    before, seen = now(session), shot(view)
    session.set_tool(tool)
    press(view, 50.0, 50.0)
    move(view, 90.0, 60.0)
    move(view, 80.0, 120.0)
    assert not np.array_equal(shot(view), seen), "what is being drawn is seen"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    release(view, 80.0, 120.0)
    assert now(session) is before
    assert np.array_equal(shot(view), seen)


def test_a_lasso_with_nothing_selected_makes_a_layer_of_the_source() -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.lasso")
    way = ((60.0, 130.0), (120.0, 140.0), (100.0, 190.0), (50.0, 180.0))
    before = now(session)
    drag(view, *way)
    (made,) = session.selection
    layer = now(session).layer(made)
    assert isinstance(layer, ObjectLayer)
    region = polygon_region(way, within=before.rect)
    assert region is not None
    assert layer.mask == region.mask
    assert layer.provenance.stage == "hand"
    assert steps(session) == ("New layer from region",)
    session.undo()
    assert now(session) is before


def test_a_polygon_is_closed_by_enter_by_its_first_corner_and_by_a_double_click() -> None:
    corners = ((60.0, 130.0), (120.0, 140.0), (100.0, 190.0))

    def by_enter(view: CanvasView) -> None:
        QTest.keyClick(view, Qt.Key.Key_Return)

    def by_first_corner(view: CanvasView) -> None:
        click(view, 62.0, 131.0)

    def by_double_click(view: CanvasView) -> None:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(view, 100.0, 190.0))

    for close in (by_enter, by_first_corner, by_double_click):
        session, view = canvas(small_document())
        session.set_tool("tool.polygon")
        for corner in corners:
            click(view, *corner)
        assert steps(session) == ()
        close(view)
        region = polygon_region(corners, within=now(session).rect)
        assert region is not None
        (made,) = session.selection
        assert np.array_equal(mask_of(now(session), made), region.mask.to_array(now(session).rect)), close.__name__
        view.close()


def test_backspace_takes_a_corner_back_and_esc_the_whole_polygon() -> None:
    session, view = canvas(small_document())
    before, seen = now(session), shot(view)
    session.set_tool("tool.polygon")
    for corner in ((60.0, 130.0), (120.0, 140.0), (250.0, 30.0), (100.0, 190.0)):
        click(view, *corner)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    click(view, 100.0, 190.0)
    QTest.keyClick(view, Qt.Key.Key_Return)
    region = polygon_region(((60.0, 130.0), (120.0, 140.0), (100.0, 190.0)), within=before.rect)
    assert region is not None
    assert np.array_equal(mask_of(now(session), session.selection[0]), region.mask.to_array(before.rect))
    session.undo()
    session.set_selection([])
    click(view, 60.0, 130.0)
    click(view, 120.0, 140.0)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert now(session) is before
    assert np.array_equal(shot(view), seen)


def test_the_wand_takes_the_connected_colour_of_the_source() -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.wand")
    click(view, 250.0, 230.0)
    (made,) = session.selection
    document = now(session)
    region = like_colour_region(document.source.pixels, Point(250, 230), tolerance=32)
    assert region is not None
    assert np.array_equal(mask_of(document, made), region.mask.to_array(document.rect))
    assert mask_of(document, made)[230, 250] == 255
    session.set_selection([])
    for _ in range(8):
        QTest.keyClick(view, Qt.Key.Key_BracketLeft)
    click(view, 250.0, 230.0)
    exact = like_colour_region(document.source.pixels, Point(250, 230), tolerance=0)
    assert exact is not None
    assert np.array_equal(mask_of(now(session), session.selection[0]), exact.mask.to_array(document.rect))


def test_the_wand_on_a_moved_layer_takes_what_the_layer_would_show_there() -> None:
    session, view = canvas(edits.move(small_document(), [SQUARE], dx=30, dy=-20))
    session.set_selection([SQUARE])
    session.set_tool("tool.wand")
    before = now(session)
    click(view, 250.0, 200.0)
    region = like_colour_region(before.source.pixels, Point(220, 220), tolerance=32)
    assert region is not None
    gained = region.moved(Point(30, -20)).mask.to_array(before.rect)
    assert gained[200, 250] == 255
    assert np.array_equal(mask_of(now(session), SQUARE), np.maximum(mask_of(before, SQUARE), gained))


def disc_document() -> tuple[Document, np.ndarray]:
    """The small document on another picture: a yellow disc of radius 50 at (150, 140) on blue, and where the disc is."""
    whole = small_document()
    pixels = np.full_like(whole.source.pixels, 255)
    pixels[..., :3] = (40, 90, 160)
    rows, columns = np.mgrid[:280, :300]
    disc = (columns - 150) ** 2 + (rows - 140) ** 2 < 50**2
    pixels[disc, :3] = (230, 200, 30)
    noise = np.random.default_rng(2).integers(-6, 7, (280, 300, 3))
    pixels[..., :3] = np.clip(pixels[..., :3].astype(int) + noise, 0, 255)
    return dataclasses.replace(whole, source=dataclasses.replace(whole.source, pixels=pixels)), disc


def likeness(got: np.ndarray, truth: np.ndarray) -> float:
    """Common part over whole, of two masks."""
    return float(np.count_nonzero(got & truth) / np.count_nonzero(got | truth))


def test_the_smart_selection_finds_what_the_box_was_drawn_around() -> None:
    document, disc = disc_document()
    session, view = canvas(document)
    session.set_tool("tool.smart_select")
    drag(view, (90.0, 80.0), (212.0, 203.0))
    (made,) = session.selection
    assert likeness(mask_of(now(session), made) > 127, disc) > 0.95
    assert steps(session) == ("New layer from region",)


def test_the_smart_selection_on_a_moved_layer_takes_what_the_layer_would_show_there() -> None:
    document, disc = disc_document()
    session, view = canvas(edits.move(document, [RING], dx=60, dy=-30))
    session.set_selection([RING])
    session.set_tool("tool.smart_select")
    before = mask_of(now(session), RING) > 127
    drag(view, (150.0, 50.0), (272.0, 173.0))
    gained = np.zeros_like(disc)
    gained[:-30, 60:] = disc[30:, :-60]
    assert likeness(mask_of(now(session), RING) > 127, gained | before) > 0.95


def test_a_smart_selection_that_comes_too_late_is_dropped() -> None:
    waiting = []
    session = Session()
    view = CanvasView(session, run_job=lambda _title, _work, done: waiting.append(done))
    session.setParent(view)
    view.resize(400, 360)
    session.set_document(small_document())
    view.show()
    look(view, scale=1.0)
    messages = told(session)
    session.set_selection([SQUARE])
    session.set_tool("tool.smart_select")
    drag(view, (50.0, 50.0), (100.0, 100.0))
    region = polygon_region([(50.0, 50.0), (90.0, 50.0), (50.0, 90.0)], within=now(session).rect)
    session.apply("Move", edits.move(now(session), [SQUARE], dx=1, dy=0))
    moved = now(session)
    waiting[0](region)
    assert now(session) is moved
    assert len(messages) == 1
    session.set_selection([])
    drag(view, (50.0, 50.0), (100.0, 100.0))
    session.set_document(small_document(200, 200))
    other = now(session)
    waiting[1](region)
    assert now(session) is other


def test_taking_a_region_from_nothing_and_a_region_outside_are_told() -> None:
    session, view = canvas(small_document())
    messages, before = told(session), now(session)
    session.set_tool("tool.rectangle")
    drag(view, (50.0, 50.0), (100.0, 100.0), keys=ALT)
    drag(view, (310.0, 285.0), (330.0, 300.0))
    assert now(session) is before
    assert len(messages) == 2
