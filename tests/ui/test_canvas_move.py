"""The move tool, by real mouse and key events: what is hit, how far it moves, what a gesture leaves behind."""

from __future__ import annotations

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
    WORDS,
    at,
    canvas,
    click,
    close_canvases,
    drag,
    hover,
    move,
    now,
    offset,
    press,
    release,
    shot,
    small_document,
    steps,
    told,
)
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.geometry import Point, Rect

RIGHT = Qt.MouseButton.RightButton


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


def test_a_click_selects_by_pixels_and_not_by_box() -> None:
    session, view = canvas(small_document())
    click(view, 45.0, 80.0)
    assert session.selection == (RING,)
    click(view, 80.5, 80.5)
    assert session.selection == (), "the hole of the ring is not the ring"
    click(view, 41.5, 41.5)
    assert session.selection == (), "nor is the corner of its box"
    click(view, 170.5, 80.5)
    assert session.selection == (SQUARE,)
    assert steps(session) == ()


def test_shift_adds_to_the_selection_and_takes_away() -> None:
    session, view = canvas(small_document())
    click(view, 45.0, 80.0)
    click(view, 170.5, 80.5, keys=SHIFT)
    assert session.selection == (RING, SQUARE)
    click(view, 45.0, 80.0, keys=SHIFT)
    assert session.selection == (SQUARE,)
    click(view, 250.0, 250.0, keys=SHIFT)
    assert session.selection == (SQUARE,)
    click(view, 250.0, 250.0)
    assert session.selection == ()


@pytest.mark.parametrize("scale", [1.0, 2.0, 0.5, 5.0])
def test_a_drag_moves_by_exactly_as_many_pixels(scale: float) -> None:
    session, view = canvas(small_document(), scale=scale, width=1200, height=800)
    before = now(session)
    drag(view, (160.0, 70.0), (170.0, 71.0), (190.0, 60.0), (173.0, 58.0))
    assert offset(session, SQUARE) == Point(13, -12)
    assert offset(session, RING) == Point()
    assert steps(session) == ("Move",)
    session.undo()
    assert now(session) is before


def test_what_is_dragged_is_seen_on_the_way() -> None:
    session, view = canvas(small_document())
    before = now(session)
    press(view, 160.0, 70.0)
    for x in (165.0, 180.0, 199.0):
        move(view, x, 75.0)
        moved = edits.move(before, [SQUARE], dx=int(x) - 160, dy=5)
        seen = shot(view)[20:300, 20:320]
        inside = Rect(152 + int(x) - 160, 67, 46, 46)
        assert np.array_equal(seen[inside.slices], composite(moved, rect=inside)[..., :3])
    release(view, 199.0, 75.0)
    assert steps(session) == ("Move",)


def test_a_small_jitter_of_the_hand_moves_nothing() -> None:
    session, view = canvas(small_document())
    drag(view, (160.0, 70.0), (161.0, 71.0), (162.0, 70.0))
    assert steps(session) == ()
    assert session.selection == (SQUARE,)


def test_a_drag_back_to_where_it_began_leaves_no_step() -> None:
    session, view = canvas(small_document())
    before = now(session)
    drag(view, (160.0, 70.0), (180.0, 90.0), (160.0, 70.0))
    assert now(session) is before
    assert steps(session) == ()


def test_all_that_is_selected_moves_together_and_a_click_selects_one_again() -> None:
    session, view = canvas(small_document())
    session.set_selection([RING, SQUARE])
    drag(view, (160.0, 70.0), (170.0, 80.0))
    assert session.selection == (RING, SQUARE)
    assert offset(session, RING) == offset(session, SQUARE) == Point(10, 10)
    click(view, 175.0, 85.0)
    assert session.selection == (SQUARE,)


def test_a_selected_group_moves_as_a_whole() -> None:
    session, view = canvas(small_document())
    session.set_selection([GROUP])
    drag(view, (160.0, 70.0), (165.0, 90.0))
    assert session.selection == (GROUP,)
    assert offset(session, RING) == offset(session, SQUARE) == Point(5, 20)


def test_shift_locks_the_axis() -> None:
    session, view = canvas(small_document())
    session.set_selection([SQUARE])
    drag(view, (160.0, 70.0), (190.0, 78.0), keys=SHIFT)
    assert offset(session, SQUARE) == Point(30, 0)
    drag(view, (190.0, 70.0), (193.0, 99.0), keys=SHIFT)
    assert offset(session, SQUARE) == Point(30, 29)


def test_esc_takes_a_drag_back_and_so_does_the_right_button() -> None:
    session, view = canvas(small_document())
    before = now(session)
    press(view, 160.0, 70.0)
    move(view, 190.0, 90.0)
    assert offset(session, SQUARE) == Point(30, 20)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert now(session) is before
    move(view, 220.0, 90.0)
    release(view, 220.0, 90.0)
    assert now(session) is before
    press(view, 160.0, 70.0)
    move(view, 190.0, 90.0)
    press(view, 190.0, 90.0, button=RIGHT)
    release(view, 190.0, 90.0)
    assert now(session) is before
    assert steps(session) == ()
    assert session.store is not None
    assert not session.store.can_redo


def test_alt_drag_moves_a_duplicate_in_one_step() -> None:
    session, view = canvas(small_document())
    drag(view, (160.0, 70.0), (190.0, 90.0), keys=ALT)
    (copy,) = session.selection
    assert copy not in (SQUARE, RING)
    assert offset(session, copy) == Point(30, 20)
    assert offset(session, SQUARE) == Point()
    assert steps(session) == ("Duplicate",)
    session.undo()
    assert copy not in now(session)


def test_esc_takes_the_duplicate_back_too() -> None:
    session, view = canvas(small_document())
    before = now(session)
    session.set_selection([RING])
    press(view, 160.0, 70.0, keys=ALT)
    move(view, 190.0, 90.0, keys=ALT)
    assert len(list(now(session).leaves())) == 5
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert now(session) is before
    assert session.selection == (RING,)
    assert steps(session) == ()


def test_alt_click_walks_down_through_what_lies_under_the_pointer() -> None:
    whole = edits.set_locked(small_document(), [BACK], locked=False)
    session, view = canvas(edits.move(whole, [RING], dx=60, dy=0))
    for expected in (SQUARE, RING, BACK, SQUARE):
        click(view, 172.0, 80.0, keys=ALT)
        assert session.selection == (expected,)
    assert steps(session) == ()


def test_arrows_nudge_by_one_and_with_shift_by_ten_as_one_step() -> None:
    session, view = canvas(small_document())
    session.set_selection([SQUARE])
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    QTest.keyClick(view, Qt.Key.Key_Left, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Up, SHIFT)
    assert offset(session, SQUARE) == Point(-8, -9)
    assert steps(session) == ("Nudge",)
    session.undo()
    assert offset(session, SQUARE) == Point()


def test_a_locked_layer_neither_moves_nor_is_hit_and_the_person_is_told() -> None:
    session, view = canvas(edits.set_locked(small_document(), [SQUARE], locked=True))
    messages = told(session)
    session.set_selection([SQUARE])
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert offset(session, SQUARE) == Point()
    assert messages == ["“Square” is locked; unlock it to move it."]
    click(view, 170.0, 80.0)
    assert session.selection == ()


def test_somebody_elses_edit_in_the_middle_of_a_drag_is_kept() -> None:
    session, view = canvas(small_document())
    press(view, 160.0, 70.0)
    move(view, 190.0, 90.0)
    session.apply("Rename", edits.rename(now(session), RING, name="Wheel"))
    move(view, 220.0, 120.0)
    release(view, 220.0, 120.0)
    assert now(session).layer(RING).name == "Wheel"
    assert offset(session, SQUARE) == Point(30, 20)


def test_a_document_replaced_in_the_middle_of_a_drag_is_left_alone() -> None:
    session, view = canvas(small_document())
    press(view, 160.0, 70.0)
    move(view, 190.0, 90.0)
    other = small_document(200, 200)
    session.set_document(other)
    move(view, 220.0, 120.0)
    release(view, 220.0, 120.0)
    assert now(session) is other


def test_hovering_outlines_the_layer_under_the_pointer() -> None:
    _session, view = canvas(small_document())
    before = shot(view)
    hover(view, 170.0, 80.0)
    outlined = np.argwhere((shot(view) != before).any(axis=2))
    assert outlined.min(axis=0).tolist() == [79, 169]
    assert outlined.max(axis=0).tolist() == [130, 220]
    hover(view, 250.0, 250.0)
    assert np.array_equal(shot(view), before)


def test_a_double_click_on_words_asks_to_edit_them(qtbot: QtBot) -> None:
    session, view = canvas(small_document())
    with qtbot.waitSignal(view.edit_text_requested) as asked:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(view, 60.0, 210.0))
    assert asked.args == [WORDS]
    assert session.selection == (WORDS,)


def test_a_right_click_lists_what_lies_under_the_pointer_and_selects_from_it() -> None:
    session, view = canvas(edits.move(small_document(), [RING], dx=60, dy=0))
    session.set_selection([SQUARE])
    place = at(view, 172.0, 80.0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
    QApplication.sendEvent(view, event)
    (menu,) = view.findChildren(QMenu)
    assert [action.text() for action in menu.actions()] == ["Square", "Ring"]
    assert [action.isChecked() for action in menu.actions()] == [True, False]
    menu.actions()[1].trigger()
    assert session.selection == (RING,)
    menu.close()


def test_the_right_button_that_takes_a_gesture_back_opens_no_menu() -> None:
    session, view = canvas(small_document())
    press(view, 160.0, 70.0)
    move(view, 170.0, 70.0)
    press(view, 170.0, 70.0, button=RIGHT)
    place = at(view, 170.0, 70.0)
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place)))
    assert view.findChildren(QMenu) == []
    assert steps(session) == ()
