"""Brush and eraser, by real mouse and key events: exactly the mask they should make, one step a stroke."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from canvas_documents import (
    ALT,
    BACK,
    GROUP,
    RING,
    SHIFT,
    SQUARE,
    canvas,
    click,
    close_canvases,
    drag,
    hover,
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
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerdesk.app.session import Session
from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import Layer, ObjectLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.strokes import Brush, Stroke
from layerdesk.ui.canvas import renderer
from layerdesk.ui.canvas.view import CanvasView


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


def paint(tool: str, *, size: float = 9.0, hardness: float = 1.0) -> tuple[Session, CanvasView]:
    session, view = canvas(edits.move(small_document(), [SQUARE], dx=-20, dy=10))
    session.set_selection([SQUARE])
    session.set_brush(Brush(size=size, hardness=hardness))
    session.set_tool(tool)
    return session, view


def stroked(before: Document, brush: Brush, *places: tuple[float, float]) -> TileMask:
    """The mask that the square should have after a stroke through these places of the canvas."""
    layer = before.layer(SQUARE)
    assert isinstance(layer, ObjectLayer)
    stroke = Stroke(layer.mask, brush)
    for x, y in places:
        stroke.add(x - layer.offset.x, y - layer.offset.y)
    return stroke.mask


@pytest.mark.parametrize(("tool", "keys", "erase"), [
    ("tool.brush", Qt.KeyboardModifier.NoModifier, False),
    ("tool.brush", ALT, True),
    ("tool.eraser", Qt.KeyboardModifier.NoModifier, True),
    ("tool.eraser", ALT, False),
])  # fmt: skip
def test_a_stroke_changes_exactly_the_mask_it_should_in_one_step(tool: str, keys: Qt.KeyboardModifier, *, erase: bool) -> None:
    session, view = paint(tool)
    before = now(session)
    places = ((135.0, 75.0), (170.0, 90.0), (230.0, 95.0))
    drag(view, *places, keys=keys)
    layer = now(session).layer(SQUARE)
    assert isinstance(layer, ObjectLayer)
    assert layer.mask == stroked(before, dataclasses.replace(session.brush, erase=erase), *places)
    assert not np.array_equal(mask_of(now(session), SQUARE), mask_of(before, SQUARE))
    assert steps(session) == ("Erase mask" if erase else "Paint mask",)
    assert np.array_equal(mask_of(now(session), RING), mask_of(before, RING))
    session.undo()
    assert now(session) is before


def test_a_stroke_is_seen_while_it_is_drawn_and_is_no_step_before_it_ends() -> None:
    session, view = paint("tool.eraser")
    before = now(session)
    press(view, 140.0, 80.0)
    move(view, 170.0, 80.0)
    assert steps(session) == ()
    assert now(session) is before
    during = shot(view)
    eraser = dataclasses.replace(session.brush, erase=True)
    after = edits.set_mask(before, SQUARE, mask=stroked(before, eraser, (140.0, 80.0), (170.0, 80.0)))
    centre = composite(after, rect=Rect(150, 78, 10, 4))[..., :3]
    assert np.array_equal(during[98:102, 170:180], centre)
    release(view, 170.0, 80.0)
    hover(view, 10.0, 250.0)
    assert np.array_equal(shot(view)[98:102, 170:180], centre)


def test_esc_takes_a_stroke_back() -> None:
    session, view = paint("tool.brush")
    before, seen = now(session), shot(view)
    press(view, 200.0, 150.0)
    move(view, 220.0, 170.0)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    release(view, 220.0, 170.0)
    assert now(session) is before
    assert steps(session) == ()
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert np.array_equal(shot(view), seen)


def test_only_the_tiles_under_a_stroke_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session, view = canvas(small_document(1500, 1200), width=1600, height=1300)
    session.set_selection([SQUARE])
    session.set_brush(Brush(size=9.0))
    session.set_tool("tool.brush")
    shot(view)
    asked: list[Rect] = []

    def counted(document: Document, *, rect: Rect, layers: tuple[Layer, ...] | None) -> np.ndarray:
        asked.append(rect)
        return composite(document, rect=rect, layers=layers)

    monkeypatch.setattr(renderer, "composite", counted)
    press(view, 600.0, 600.0)
    shot(view)
    move(view, 605.0, 600.0)
    shot(view)
    assert asked
    assert all(Rect(590, 590, 25, 20).contains_rect(rect) for rect in asked)
    release(view, 605.0, 600.0)
    asked.clear()
    shot(view)
    assert asked == [], "what the stroke showed is what was applied"


def test_shift_click_draws_a_straight_line_from_the_last_end() -> None:
    session, view = paint("tool.brush")
    click(view, 200.0, 150.0)
    before = now(session)
    click(view, 260.0, 200.0, keys=SHIFT)
    layer = now(session).layer(SQUARE)
    assert isinstance(layer, ObjectLayer)
    assert layer.mask == stroked(before, session.brush, (200.0, 150.0), (260.0, 200.0))
    assert mask_of(now(session), SQUARE)[175, 230] == 255
    assert steps(session) == ("Paint mask", "Paint mask")


def test_brackets_change_size_and_with_shift_hardness() -> None:
    session, view = paint("tool.brush", size=40.0, hardness=0.5)
    QTest.keyClick(view, Qt.Key.Key_BracketRight)
    assert session.brush.size == 44.0
    QTest.keyClick(view, Qt.Key.Key_BracketLeft)
    assert session.brush.size == 40.0
    QTest.keyClick(view, Qt.Key.Key_BracketRight, SHIFT)
    assert session.brush.hardness == pytest.approx(0.6)
    QTest.keyClick(view, Qt.Key.Key_BraceLeft, SHIFT)
    assert session.brush.hardness == pytest.approx(0.5)
    for _ in range(80):
        QTest.keyClick(view, Qt.Key.Key_BracketLeft)
    assert session.brush.size == 1.0


def test_x_swaps_painting_and_erasing() -> None:
    session, view = paint("tool.brush")
    QTest.keyClick(view, Qt.Key.Key_X)
    assert session.tool == "tool.eraser"
    QTest.keyClick(view, Qt.Key.Key_X)
    assert session.tool == "tool.brush"


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_ring_has_the_true_size_of_the_brush(scale: float) -> None:
    session, view = canvas(small_document(), scale=scale, width=900, height=800)
    session.set_tool("tool.brush")
    session.set_brush(Brush(size=60.0))
    before = shot(view)
    hover(view, 100.0, 100.0)
    ring = np.argwhere((shot(view) != before).any(axis=2))
    height, width = ring.max(axis=0) - ring.min(axis=0)
    assert abs(height - 60 * scale) <= 4
    assert abs(width - 60 * scale) <= 4
    hover(view, 140.0, 120.0)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert np.array_equal(shot(view), before), "moving on leaves no trace of the ring"


@pytest.mark.parametrize(("selection", "words"), [
    ((), "Select one layer first"), ((RING, SQUARE), "Select one layer first"), ((GROUP,), "is a group"), ((BACK,), "is locked"),
])  # fmt: skip
@pytest.mark.parametrize("tool", ["tool.brush", "tool.eraser"])
def test_where_nothing_can_be_painted_the_person_is_told(tool: str, selection: tuple[str, ...], words: str) -> None:
    session, view = canvas(small_document())
    messages, before = told(session), now(session)
    session.set_selection(selection)
    session.set_tool(tool)
    drag(view, (100.0, 100.0), (120.0, 120.0))
    assert now(session) is before
    assert len(messages) == 1
    assert words in messages[0]


def test_a_stroke_over_layers_that_changed_meanwhile_is_dropped_and_told() -> None:
    session, view = paint("tool.brush")
    messages = told(session)
    press(view, 200.0, 150.0)
    shot(view)
    session.apply("Rename", edits.rename(now(session), RING, name="Wheel"))
    renamed = now(session)
    move(view, 230.0, 150.0)
    release(view, 230.0, 150.0)
    assert now(session) is renamed
    assert len(messages) == 1
    session.set_tool("tool.hand")
    session.set_selection([])
    assert np.array_equal(shot(view)[20:300, 20:320], composite(renamed)[..., :3])
