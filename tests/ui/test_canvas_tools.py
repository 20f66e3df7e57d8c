"""Text, hand, zoom and picker tools, and what holds for every tool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from canvas_documents import (
    ALT,
    CONTROL,
    WORDS,
    at,
    canvas,
    click,
    close_canvases,
    drag,
    move,
    now,
    press,
    release,
    small_document,
    steps,
    told,
)
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from layerdesk.document.geometry import Rect


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


def test_the_text_tool_asks_at_a_click_and_elsewhere_says_why_not(qtbot: QtBot) -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.text")
    with qtbot.waitSignal(view.edit_text_requested) as asked:
        click(view, 60.0, 210.0)
    assert asked.args == [WORDS]
    messages = told(session)
    with qtbot.assertNotEmitted(view.edit_text_requested):
        click(view, 170.0, 80.0)
    assert len(messages) == 1


def test_the_hand_pans_and_leaves_the_document_alone() -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.hand")
    assert view.cursor().shape() == Qt.CursorShape.OpenHandCursor
    before, left, top = now(session), view.viewport.left, view.viewport.top
    press(view, 100.0, 100.0)
    assert view.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    move(view, 120.0, 90.0)
    release(view, 100.0, 100.0)
    assert (view.viewport.left, view.viewport.top) == (left + 20, top - 10)
    assert now(session) is before


def test_the_zoom_tool_zooms_in_out_and_to_a_rubber_band() -> None:
    session, view = canvas(small_document())
    session.set_tool("tool.zoom")
    place = QPointF(at(view, 100.0, 100.0))
    under = view.view_to_image(place)
    click(view, 100.0, 100.0)
    assert view.scale == 1.5
    assert view.view_to_image(place) == pytest.approx(under, abs=0.5)
    click(view, *under, keys=ALT)
    assert view.scale == 1.0
    drag(view, (100.0, 100.0), (150.0, 120.0))
    shown = view.viewport.device_rect(Rect(100, 100, 50, 20))
    assert shown.width == pytest.approx(view.width() - 32, abs=8)
    assert view.rect().contains(shown.x, shown.y)
    assert view.rect().contains(shown.right, shown.bottom)


def test_space_with_control_zooms_from_any_tool() -> None:
    session, view = canvas(small_document())
    QTest.keyPress(view, Qt.Key.Key_Space)
    click(view, 170.0, 80.0, keys=CONTROL)
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.scale == 1.5
    assert session.selection == ()


def test_the_picker_tells_the_colour_of_the_composite(qtbot: QtBot) -> None:
    session, view = canvas(small_document())
    messages = told(session)
    session.set_tool("tool.picker")
    with qtbot.waitSignal(view.colour_picked) as picked:
        click(view, 170.0, 80.0)
    assert picked.args == ["#0ab41e"]
    assert messages[-1] == "Colour #0ab41e at 170, 80."
    with qtbot.assertNotEmitted(view.colour_picked):
        click(view, 310.0, 290.0)


def test_every_tool_of_the_contract_is_there_with_a_cursor() -> None:
    session, view = canvas(small_document())
    names = ["move", "brush", "eraser", "lasso", "polygon", "rectangle", "wand", "smart_select", "text", "hand", "zoom", "picker"]
    assert set(view.tools) == {f"tool.{name}" for name in names}
    shapes = {}
    for name in view.tools:
        session.set_tool(name)
        shapes[name] = view.cursor().shape()
    assert shapes["tool.text"] == Qt.CursorShape.IBeamCursor
    assert shapes["tool.hand"] == Qt.CursorShape.OpenHandCursor
    assert shapes["tool.move"] == Qt.CursorShape.ArrowCursor
    assert shapes["tool.brush"] == Qt.CursorShape.CrossCursor


def test_taking_up_another_tool_takes_back_what_was_under_way() -> None:
    session, view = canvas(small_document())
    before = now(session)
    press(view, 160.0, 70.0)
    move(view, 190.0, 90.0)
    session.set_tool("tool.brush")
    assert now(session) is before
    release(view, 190.0, 90.0)
    assert steps(session) == ()


def test_shortcuts_do_not_take_space_nor_the_keys_that_end_a_polygon() -> None:
    session, view = canvas(small_document())

    def wanted(key: Qt.Key) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(view, event)
        return event.isAccepted()

    assert wanted(Qt.Key.Key_Space)
    assert not wanted(Qt.Key.Key_Backspace)
    session.set_tool("tool.polygon")
    click(view, 60.0, 130.0)
    assert all(wanted(key) for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Backspace))
    assert not wanted(Qt.Key.Key_V)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not wanted(Qt.Key.Key_Backspace)
