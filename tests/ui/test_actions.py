"""Every action of the contract is there, has its words and its key, and its key works in the window."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QDockWidget, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from layerdesk.app.actions import ACTIONS, BY_NAME, TOOLS, State, usable
from layerdesk.ui.main_window import MainWindow

CONTRACT = (
    "file.new",
    "file.open",
    "file.open_recent",
    "file.save",
    "file.save_as",
    "file.export",
    "file.generate",
    "edit.undo",
    "edit.redo",
    "edit.cut",
    "edit.copy",
    "edit.paste",
    "edit.duplicate",
    "edit.delete",
    "edit.select_all",
    "layer.run",
    "layer.merge",
    "layer.split",
    "layer.group",
    "layer.ungroup",
    "layer.raise",
    "layer.lower",
    "layer.toggle_visible",
    "layer.toggle_lock",
    "layer.recognise_text",
    "layer.heal_background",
    "layer.ai_edit",
    "view.zoom_in",
    "view.zoom_out",
    "view.fit",
    "view.actual_size",
    "view.compare",
    "review.next",
    "review.previous",
    "help.shortcuts",
    "app.settings",
    "app.quit",
    "tool.move",
    "tool.brush",
    "tool.eraser",
    "tool.lasso",
    "tool.polygon",
    "tool.rectangle",
    "tool.wand",
    "tool.smart_select",
    "tool.text",
    "tool.hand",
    "tool.zoom",
    "tool.picker",
)
PANELS = ("canvas", "layers_panel", "properties_panel", "history_panel", "jobs_panel")


def test_every_action_of_the_contract_is_in_the_window(window: MainWindow) -> None:
    for name in CONTRACT:
        action = window.findChild(QAction, name)
        assert action is not None, name
        assert action.text(), name
    assert all(window.action(name).isCheckable() for name in TOOLS)


def test_the_named_parts_are_there_with_accessible_names(window: MainWindow) -> None:
    assert window.objectName() == "main_window"
    for name in PANELS:
        part = window.findChild(QWidget, name)
        assert part is not None, name
        assert part.accessibleName(), name


def test_every_control_has_an_accessible_name(opened: MainWindow) -> None:
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    inner = ("qt_", "ScrollLeftButton", "ScrollRightButton")
    bare = [
        f"{type(control).__name__} {control.objectName()} in {control.parent().objectName() or type(control.parent()).__name__}"
        for control in opened.findChildren(QWidget)
        if isinstance(control, kinds)
        and not control.accessibleName()
        and not control.objectName().startswith(inner)
        and not isinstance(control.parent(), (QAbstractSpinBox, QComboBox, QDockWidget))
        and not (isinstance(control, QAbstractButton) and control.text())
        and type(control).__name__ != "QScrollBar"
    ]
    assert bare == []


def test_no_two_actions_share_a_key_in_the_window(window: MainWindow) -> None:
    keys = [key.toString() for name in BY_NAME for key in window.action(name).shortcuts()]
    keys += list(window.keymap["view.compare"])
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_tooltips_name_the_key(window: MainWindow) -> None:
    assert window.action("edit.duplicate").toolTip() == "Duplicate the selected layers (Ctrl+J)"
    assert window.action("tool.brush").toolTip().endswith("(B)")
    for row in ACTIONS:
        keys = window.keymap[row.name]
        shown = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        assert not keys or f"({shown})" in window.action(row.name).toolTip(), row.name


def test_what_needs_an_image_model_is_off_and_says_why(opened: MainWindow) -> None:
    for name in ("file.generate", "layer.ai_edit"):
        assert not opened.action(name).isEnabled()
        assert "image model is not set up in this version" in opened.action(name).toolTip()


@pytest.mark.parametrize(
    ("state", "on", "off"),
    [
        (State(), {"file.open", "edit.paste", "app.quit"}, {"file.save", "edit.undo", "layer.run", "edit.delete"}),
        (State(open=True), {"file.save", "layer.run", "view.fit"}, {"layer.merge", "layer.heal_background"}),
        (State(open=True, layering=True), {"file.save"}, {"layer.run"}),
        (State(open=True, selected=1, selected_kinds=frozenset({"text"})), {"layer.split", "layer.rename"}, {"layer.ungroup"}),
        (State(open=True, selected=1, selected_kinds=frozenset({"group"})), {"layer.ungroup"}, {"layer.split"}),
        (State(open=True, selected=2, selected_kinds=frozenset({"text"})), {"layer.merge"}, {"layer.rename", "layer.split"}),
        (State(open=True, can_undo=True), {"edit.undo"}, {"edit.redo"}),
    ],
)
def test_actions_can_be_used_when_there_is_something_to_use_them_on(state: State, on: set[str], off: set[str]) -> None:
    assert on <= usable(state)
    assert not off & usable(state)


@pytest.mark.parametrize(
    ("key", "tool"), [(Qt.Key.Key_B, "tool.brush"), (Qt.Key.Key_E, "tool.eraser"), (Qt.Key.Key_T, "tool.text")]
)
def test_a_letter_takes_a_tool(opened: MainWindow, qtbot: QtBot, key: Qt.Key, tool: str) -> None:
    qtbot.keyClick(opened.canvas, key)
    assert opened.session.tool == tool
    assert opened.action(tool).isChecked()
    assert not opened.action("tool.move").isChecked()


def test_letters_stay_letters_while_a_name_is_typed(opened: MainWindow, qtbot: QtBot) -> None:
    opened.layers.filter.setFocus()
    qtbot.keyClicks(opened.layers.filter, "bev1")
    assert opened.layers.filter.text() == "bev1"
    assert opened.session.tool == "tool.move"


def test_the_compare_key_shows_the_source_while_it_is_held(opened: MainWindow, qtbot: QtBot) -> None:
    opened.canvas.setFocus()
    qtbot.keyPress(opened.canvas, Qt.Key.Key_Backslash)
    assert opened.session.comparing
    assert opened.action("view.compare").isChecked()
    qtbot.keyRelease(opened.canvas, Qt.Key.Key_Backslash)
    assert not opened.session.comparing


def test_the_compare_key_lets_go_when_the_focus_leaves(opened: MainWindow, qtbot: QtBot) -> None:
    opened.canvas.setFocus()
    qtbot.keyPress(opened.canvas, Qt.Key.Key_Backslash)
    assert opened.session.comparing
    opened.layers.filter.setFocus()
    assert not opened.session.comparing


def test_undo_and_redo_say_what_they_take_back(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Delete)
    assert opened.action("edit.undo").text() == "&Undo Delete “Photo”"
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.action("edit.redo").text() == "&Redo Delete “Photo”"


def test_brush_keys_change_the_brush(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.canvas, Qt.Key.Key_B)
    size = opened.session.brush.size
    opened.action("brush.larger").trigger()
    assert opened.session.brush.size > size
    opened.action("brush.softer").trigger()
    assert opened.session.brush.hardness < 0.8
    opened.options.size_box.setValue(123)
    assert opened.session.brush.size == 123
