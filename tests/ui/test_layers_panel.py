"""The layers panel by mouse and keys: eyes, locks, names, order, filter, and its selection in sync with the session's."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from window_samples import picture, stale_background

from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.layers import GroupLayer
from layerdesk.ui.main_window import MainWindow
from layerdesk.ui.panels.layers_model import Column, Role

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def current(window: MainWindow) -> Document:
    document = window.session.document
    assert document is not None
    return document


def place(window: MainWindow, layer_id: str, column: Column = Column.NAME) -> QPoint:
    window.layers.tree.scrollTo(window.layers.model.index_of(layer_id))
    return window.layers.tree.visualRect(window.layers.model.index_of(layer_id, column)).center()


def click(
    window: MainWindow, qtbot: QtBot, layer_id: str, column: Column = Column.NAME, modifier: Qt.KeyboardModifier = NONE
) -> None:
    qtbot.mouseClick(window.layers.tree.viewport(), LEFT, modifier, place(window, layer_id, column))


def shown_names(window: MainWindow, parent: QModelIndex | None = None) -> list[str]:
    """Names of the rows from the top, hidden ones left out."""
    model, tree, parent = window.layers.model, window.layers.tree, parent or QModelIndex()
    found: list[str] = []
    for row in range(model.rowCount(parent)):
        if not tree.isRowHidden(row, parent):
            found.append(str(model.index(row, Column.NAME, parent).data()))
            found += shown_names(window, model.index(row, 0, parent))
    return found


def test_the_topmost_layer_is_the_first_row(opened: MainWindow) -> None:
    assert shown_names(opened) == ["Words", "World", "Hello", "Photo", "Card", "Background"]
    model = opened.layers.model
    assert model.index_of("t1").data(Role.DETAIL) == "Text · rapidocr 0.62"
    assert model.index_of("g1").data(Role.DETAIL) == "Group of 2"
    assert opened.layers.tree.isExpanded(model.index_of("g1", Column.EYE))


def test_a_click_selects_and_the_canvas_hears_of_it(opened: MainWindow, qtbot: QtBot) -> None:
    click(opened, qtbot, "o1")
    assert opened.session.selection == ("o1",)
    click(opened, qtbot, "t1", modifier=Qt.KeyboardModifier.ControlModifier)
    assert opened.session.selection == ("o1", "t1")
    click(opened, qtbot, "b1", modifier=Qt.KeyboardModifier.ShiftModifier)
    assert set(opened.session.selection) >= {"t1", "o1", "s1", "b1"}


def test_the_rows_follow_the_sessions_selection(opened: MainWindow) -> None:
    opened.session.set_selection(["s1", "t2"])
    rows = opened.layers.tree.selectionModel().selectedRows()
    assert {row.data(Role.ID) for row in rows} == {"s1", "t2"}
    opened.session.set_selection([])
    assert opened.layers.tree.selectionModel().selectedRows() == []


def test_the_eye_hides_and_shows_without_selecting(opened: MainWindow, qtbot: QtBot) -> None:
    click(opened, qtbot, "o1", Column.EYE)
    assert not current(opened).layer("o1").visible
    assert opened.session.selection == ()
    click(opened, qtbot, "o1", Column.EYE)
    assert current(opened).layer("o1").visible
    store = opened.session.store
    assert store is not None
    assert store.steps[-2:] == ("Hide", "Show")


def test_dragging_over_eyes_hides_them_all(opened: MainWindow, qtbot: QtBot) -> None:
    viewport = opened.layers.tree.viewport()
    qtbot.mousePress(viewport, LEFT, NONE, place(opened, "o1", Column.EYE))
    qtbot.mouseMove(viewport, place(opened, "s1", Column.EYE))
    qtbot.mouseRelease(viewport, LEFT, NONE, place(opened, "s1", Column.EYE))
    assert [current(opened).layer(each).visible for each in ("o1", "s1", "b1")] == [False, False, True]


def test_alt_on_an_eye_shows_a_layer_alone_and_again_all(opened: MainWindow, qtbot: QtBot) -> None:
    click(opened, qtbot, "t1", Column.EYE, Qt.KeyboardModifier.AltModifier)
    assert [leaf.id for leaf in current(opened).leaves() if leaf.visible] == ["t1"]
    assert current(opened).layer("g1").visible
    click(opened, qtbot, "t1", Column.EYE, Qt.KeyboardModifier.AltModifier)
    assert all(layer.visible for layer in current(opened).walk())


def test_children_of_a_hidden_group_look_hidden(opened: MainWindow, qtbot: QtBot) -> None:
    assert opened.layers.model.index_of("t1").data(Role.SHOWN)
    click(opened, qtbot, "g1", Column.EYE)
    assert not opened.layers.model.index_of("t1").data(Role.SHOWN)
    assert current(opened).layer("t1").visible


def test_the_lock_keeps_a_layer_from_being_deleted(opened: MainWindow, qtbot: QtBot) -> None:
    click(opened, qtbot, "o1", Column.LOCK)
    assert current(opened).layer("o1").locked
    opened.session.set_selection(["o1"])
    opened.action("edit.delete").trigger()
    assert "o1" in current(opened)
    assert "“Photo” is locked" in opened.messages.texts[-1]


def test_a_name_is_edited_in_place(opened: MainWindow, qtbot: QtBot) -> None:
    tree = opened.layers.tree
    click(opened, qtbot, "o1")
    qtbot.keyClick(opened, Qt.Key.Key_F2)
    editor = tree.viewport().findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "Hotel")
    opened.thumbnails.ready.emit(("o1",))
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current(opened).layer("o1").name == "Hotel")
    assert opened.action("edit.undo").text() == "&Undo Rename to “Hotel”"


def test_a_double_click_opens_the_name_and_escape_leaves_it(opened: MainWindow, qtbot: QtBot) -> None:
    tree = opened.layers.tree
    before = current(opened)
    qtbot.mouseClick(tree.viewport(), LEFT, NONE, place(opened, "s1"))
    qtbot.mouseDClick(tree.viewport(), LEFT, NONE, place(opened, "s1"))
    editor = tree.viewport().findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "Nothing")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert current(opened) is before


def drop(window: MainWindow, layer_ids: list[str], *, row: int, parent: QModelIndex) -> None:
    model = window.layers.model
    data = model.mimeData([model.index_of(each) for each in layer_ids])
    action = Qt.DropAction.MoveAction
    assert model.canDropMimeData(data, action, row, 0, parent)
    model.dropMimeData(data, action, row, 0, parent)


def test_a_row_dropped_between_others_goes_there(opened: MainWindow) -> None:
    drop(opened, ["s1"], row=0, parent=QModelIndex())
    assert [layer.id for layer in current(opened).layers] == ["b1", "o1", "g1", "s1"]
    assert shown_names(opened)[0] == "Card"


def test_rows_dropped_on_a_group_go_into_it_on_top(opened: MainWindow) -> None:
    opened.session.set_selection(["o1"])
    drop(opened, ["o1"], row=-1, parent=opened.layers.model.index_of("g1", Column.EYE))
    group = current(opened).layer("g1")
    assert isinstance(group, GroupLayer)
    assert [child.id for child in group.children] == ["t1", "t2", "o1"]
    assert shown_names(opened) == ["Words", "Photo", "World", "Hello", "Card", "Background"]
    assert opened.session.selection == ("o1",)
    assert [row.data(Role.ID) for row in opened.layers.tree.selectionModel().selectedRows()] == ["o1"]


def test_a_group_cannot_be_dropped_into_itself(opened: MainWindow) -> None:
    model = opened.layers.model
    data = model.mimeData([model.index_of("g1")])
    group = model.index_of("g1", Column.EYE)
    assert not model.canDropMimeData(data, Qt.DropAction.MoveAction, 0, 0, group)


def test_the_filter_leaves_what_matches_and_the_groups_around_it(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(opened.layers.filter, "hello")
    assert shown_names(opened) == ["Words", "Hello"]
    opened.layers.filter.clear()
    qtbot.keyClicks(opened.layers.filter, "shape")
    assert shown_names(opened) == ["Card"]


def test_opacity_and_blend_act_on_the_selected_layers(opened: MainWindow, qtbot: QtBot) -> None:
    assert not opened.layers.opacity.isEnabled()
    opened.session.set_selection(["o1", "s1"])
    opened.layers.opacity.setValue(60)
    opened.layers.opacity.setValue(40)
    assert [current(opened).layer(each).opacity for each in ("o1", "s1")] == [0.4, 0.4]
    opened.layers.blend.setFocus()
    qtbot.keyClick(opened.layers.blend, Qt.Key.Key_Down)
    assert current(opened).layer("o1").blend == "multiply"
    opened.session.undo()
    opened.session.undo()
    assert current(opened).layer("o1").opacity == 1.0


def test_a_group_closed_by_hand_stays_closed_through_edits(opened: MainWindow) -> None:
    tree, model = opened.layers.tree, opened.layers.model
    tree.collapse(model.index_of("g1", Column.EYE))
    opened.session.set_selection(["o1"])
    for name in ("edit.duplicate", "layer.to_front", "edit.undo", "edit.undo", "edit.redo"):
        opened.action(name).trigger()
    assert not tree.isExpanded(model.index_of("g1", Column.EYE))


def test_the_model_keeps_qts_rules_through_every_kind_of_change(opened: MainWindow) -> None:
    model: QAbstractItemModel = opened.layers.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session = opened.session
    session.set_selection(["o1", "t1"])
    for name in (
        "layer.group",
        "layer.to_back",
        "edit.duplicate",
        "layer.ungroup",
        "edit.delete",
        "edit.select_all",
        "layer.merge",
    ):
        opened.action(name).trigger()
    store = session.store
    assert store is not None
    for position in (*reversed(range(len(store.steps))), len(store.steps)):
        session.jump(position)
        names = shown_names(opened)
        assert len(names) == sum(1 for _ in current(opened).walk())
    assert tester.model() is model


def test_a_persistent_index_survives_a_move(opened: MainWindow) -> None:
    selection = opened.layers.tree.selectionModel()
    selection.setCurrentIndex(opened.layers.model.index_of("s1"), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    opened.session.apply("Up", edits.reorder(current(opened), ["s1"], parent=None, index=4))
    assert selection.currentIndex().data(Role.ID) == "s1"
    assert selection.currentIndex().row() == 0


def test_a_fill_that_no_longer_fits_is_marked(opened: MainWindow) -> None:
    opened.session.apply("Stale", stale_background(current(opened)))
    assert "fill out of date" in opened.layers.model.index_of("b1").data(Role.DETAIL)


def test_thumbnails_come_and_follow_the_mask(opened: MainWindow, qtbot: QtBot) -> None:
    index = opened.layers.model.index_of("o1")
    qtbot.waitUntil(lambda: index.data(Qt.ItemDataRole.DecorationRole) is not None)
    image = index.data(Qt.ItemDataRole.DecorationRole)
    assert image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3] == (40, 80, 200)
    before = image.copy()
    mask = current(opened).layer("s1").mask  # type: ignore[union-attr]
    opened.session.apply("Mask", edits.set_mask(current(opened), "o1", mask=mask))
    index.data(Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: opened.layers.model.index_of("o1").data(Qt.ItemDataRole.DecorationRole) != before)


@pytest.mark.parametrize("again", [False, True])
def test_another_document_replaces_all_rows(opened: MainWindow, qtbot: QtBot, tmp_path: Path, again: bool) -> None:
    opened.session.mark_saved(current(opened), tmp_path / "a.layerdesk")
    opened.files.new()
    assert shown_names(opened) == []
    if again:
        opened.files.open_path(picture(tmp_path, "other.png"))
        qtbot.waitUntil(lambda: len(shown_names(opened)) == 6)
