"""Editing, the clipboard, history, review and layering as the window does them."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_samples import PHOTO, MakeWindow, layered, layering_of, picture

from layerdesk.app import clipboard, edit_commands
from layerdesk.app.layering_job import LayerImage
from layerdesk.app.settings import Settings
from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.layers import GroupLayer, ObjectLayer, ShapeLayer
from layerdesk.errors import LayerDeskError
from layerdesk.layering.pipeline import Layering
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import Recipe
from layerdesk.ui.dialogs.settings import SettingsDialog
from layerdesk.ui.dialogs.shortcuts import ShortcutsDialog
from layerdesk.ui.main_window import MainWindow

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def current(window: MainWindow) -> Document:
    document = window.session.document
    assert document is not None
    return document


def steps(window: MainWindow) -> tuple[str, ...]:
    store = window.session.store
    assert store is not None
    return store.steps


def choose(window: MainWindow, qtbot: QtBot, words: str) -> None:
    (button,) = [each for each in window.messages.findChildren(QPushButton) if each.text() == words and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


# Edits


def test_arrows_nudge_and_repeated_nudges_are_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    opened.canvas.setFocus()
    before = len(steps(opened))
    for _ in range(3):
        qtbot.keyClick(opened.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Down, SHIFT)
    assert current(opened).layer("o1").bounds.origin == PHOTO.translated(type(PHOTO.origin)(3, 10)).origin
    assert len(steps(opened)) == before + 1
    opened.action("edit.undo").trigger()
    assert current(opened).layer("o1").bounds == PHOTO


def test_arrows_in_the_list_go_through_the_list(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    opened.layers.tree.setFocus()
    qtbot.keyClick(opened.layers.tree, Qt.Key.Key_Down)
    assert opened.session.selection == ("s1",)
    assert current(opened).layer("o1").bounds == PHOTO


def test_digits_set_the_opacity(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    opened.canvas.setFocus()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_4)
    assert current(opened).layer("o1").opacity == 0.4
    qtbot.keyClick(opened.canvas, Qt.Key.Key_0)
    assert current(opened).layer("o1").opacity == 1.0


def test_duplicate_group_merge_and_delete_by_key(opened: MainWindow, qtbot: QtBot) -> None:
    canvas = opened.canvas
    opened.session.set_selection(["o1"])
    qtbot.keyClick(canvas, Qt.Key.Key_J, CTRL)
    (copy,) = opened.session.selection
    assert copy != "o1"
    opened.session.set_selection(["o1", copy])
    qtbot.keyClick(canvas, Qt.Key.Key_G, CTRL)
    (group,) = opened.session.selection
    assert isinstance(current(opened).layer(group), GroupLayer)
    picture_before = composite(current(opened))
    qtbot.keyClick(canvas, Qt.Key.Key_E, CTRL)
    (merged,) = opened.session.selection
    assert isinstance(current(opened).layer(merged), ObjectLayer)
    assert np.array_equal(composite(current(opened)), picture_before)
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert merged not in current(opened)
    assert opened.session.selection == ()
    for _ in range(4):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    assert current(opened) == layered(current(opened).source)


def test_a_single_layer_merges_with_the_one_below(opened: MainWindow) -> None:
    opened.session.set_selection(["o1"])
    opened.action("layer.merge").trigger()
    assert "s1" not in current(opened)
    assert len(current(opened).layers) == 3


def test_the_lowest_layer_has_nothing_to_merge_with(opened: MainWindow) -> None:
    before = current(opened)
    opened.session.set_selection(["b1"])
    opened.action("layer.merge").trigger()
    assert current(opened) is before
    assert opened.messages.texts == ("There is no layer below to merge with; select two layers.",)


def test_select_all_none_above_and_below(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.canvas, Qt.Key.Key_A, CTRL)
    assert set(opened.session.selection) == {"b1", "s1", "o1", "g1"}
    qtbot.keyClick(opened.canvas, Qt.Key.Key_D, CTRL)
    assert opened.session.selection == ()
    opened.session.set_selection(["s1"])
    opened.action("edit.select_above").trigger()
    assert opened.session.selection == ("o1",)
    opened.action("edit.select_below").trigger()
    assert opened.session.selection == ("s1",)


# Clipboard


def test_layers_are_copied_and_pasted_above_the_selected_one(opened: MainWindow) -> None:
    opened.session.set_selection(["g1"])
    opened.action("edit.copy").trigger()
    opened.session.set_selection(["s1"])
    opened.action("edit.paste").trigger()
    document = current(opened)
    (pasted,) = opened.session.selection
    group = document.layer(pasted)
    assert isinstance(group, GroupLayer)
    assert [layer.id for layer in document.layers] == ["b1", "s1", pasted, "o1", "g1"]
    original = document.layer("g1")
    assert isinstance(original, GroupLayer)
    assert [child.bounds for child in group.children] == [child.bounds for child in original.children]
    assert not {child.id for child in group.children} & {child.id for child in original.children}


def test_a_copy_is_a_picture_with_alpha_for_other_programs(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    opened.action("edit.copy").trigger()
    board = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: board.mimeData().hasImage())
    image = QImage(board.mimeData().imageData())
    assert (image.width(), image.height()) == (PHOTO.width, PHOTO.height)
    assert image.hasAlphaChannel()
    assert image.pixelColor(5, 5).getRgb() == (40, 80, 200, 255)
    png = QImage.fromData(board.mimeData().data("image/png"))
    assert (png.width(), png.height()) == (PHOTO.width, PHOTO.height)


def test_cut_takes_the_layer_out_and_paste_brings_it_back(opened: MainWindow) -> None:
    opened.session.set_selection(["o1"])
    opened.action("edit.cut").trigger()
    assert "o1" not in current(opened)
    opened.action("edit.paste").trigger()
    (pasted,) = opened.session.selection
    assert current(opened).layer(pasted).bounds == PHOTO


def test_layers_pasted_into_another_picture_keep_their_pixels() -> None:
    ours, other = layered(), layered()
    clip = clipboard.copied(ours, ("o1",), token="x")
    rgba = np.zeros_like(other.source.pixels)
    rgba.setflags(write=False)
    black = dataclasses.replace(other, source=dataclasses.replace(other.source, pixels=rgba, sha256="0" * 64))
    outcome = clipboard.paste(black, clip, above=None)
    (pasted,) = outcome.selection or ()
    part = composite(outcome.document, rect=PHOTO, layers=(outcome.document.layer(pasted),))
    assert (part == (40, 80, 200, 255)).all()


def put_image(image: QImage) -> None:
    data = QMimeData()
    data.setImageData(image)
    QGuiApplication.clipboard().setMimeData(data)


def test_a_picture_from_another_program_becomes_a_layer(opened: MainWindow) -> None:
    image = QImage(30, 20, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    image.setPixelColor(3, 4, Qt.GlobalColor.green)
    put_image(image)
    opened.action("edit.paste").trigger()
    (pasted,) = opened.session.selection
    layer = current(opened).layer(pasted)
    assert isinstance(layer, ObjectLayer)
    assert (layer.bounds.width, layer.bounds.height) == (1, 1)
    point = layer.bounds
    assert tuple(composite(current(opened), rect=point)[0, 0]) == (0, 255, 0, 255)


def test_a_picture_pasted_into_an_empty_window_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    window.files.change_settings(Settings(layer_on_open=False))
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.blue)
    put_image(image)
    window.action("edit.paste").trigger()
    qtbot.waitUntil(lambda: window.session.document is not None)
    assert current(window).size.width == 64
    assert window.files.settings.recent == ()


def test_nothing_to_paste_says_so(opened: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    opened.action("edit.paste").trigger()
    assert opened.messages.texts == ("There is no picture and no layer on the clipboard.",)


# History


def test_a_click_in_the_history_goes_there(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    opened.action("layer.toggle_visible").trigger()
    opened.action("edit.duplicate").trigger()
    opened._docks["history_dock"].raise_()
    panel = opened.history
    model = panel.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert names == ["As opened", "Layer the picture", "Hide", "Duplicate “Photo”"]
    qtbot.mouseClick(panel.viewport(), Qt.MouseButton.LeftButton, pos=panel.visualRect(model.index(1, 0)).center())
    assert current(opened).layer("o1").visible
    assert panel.currentIndex().row() == 1
    assert model.rowCount() == 4
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_End)
    assert len(current(opened).layers) == 5
    opened.action("edit.undo").trigger()
    assert panel.currentIndex().row() == 2


def test_the_history_model_is_empty_without_a_document(window: MainWindow) -> None:
    assert window.history.model().rowCount() == 0


# Review


def test_review_goes_through_the_least_sure_layers_first(opened: MainWindow, qtbot: QtBot) -> None:
    assert opened.status.review.text() == "4 to review"
    order = []
    for _ in range(5):
        qtbot.keyClick(opened.canvas, Qt.Key.Key_F8)
        order.append(opened.session.selection[0])
    assert order == ["o1", "t1", "s1", "t2", "o1"]
    assert opened.status.review.text() == "All layers reviewed"
    qtbot.keyClick(opened.canvas, Qt.Key.Key_F8, SHIFT)
    assert opened.session.selection == ("t2",)


# Layering


def slow_layering(go: list[bool]) -> LayerImage:
    def layer(source: SourceImage, recipe: Recipe, context: JobContext) -> Layering:
        context.report(0.3, "Reading text")
        while not go:
            context.check()
            time.sleep(0.005)
        return layering_of(("no font fits “Hello”",))(source, recipe, context)

    return layer


def start_slow(make_window: MakeWindow, qtbot: QtBot, folder: Path, go: list[bool]) -> MainWindow:
    window = make_window(layer=slow_layering(go))
    window.files.open_path(picture(folder))
    qtbot.waitUntil(lambda: window.layering.running)
    return window


def test_a_picture_changed_meanwhile_is_not_pasted_over(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []
    window = start_slow(make_window, qtbot, tmp_path, go)
    window.session.apply("Rename", edits.rename(current(window), "b1", name="Mine"))
    go.append(True)
    offer = "Layers are ready; the picture was changed meanwhile."
    qtbot.waitUntil(lambda: offer in window.messages.texts)
    assert current(window).layer("b1").name == "Mine"
    choose(window, qtbot, "Use them")
    assert "t1" in current(window)
    assert steps(window) == ("Rename", "Layer the picture")
    window.action("edit.undo").trigger()
    assert current(window).layer("b1").name == "Mine"


def test_an_offer_goes_with_its_picture(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []
    window = start_slow(make_window, qtbot, tmp_path, go)
    window.session.apply("Rename", edits.rename(current(window), "b1", name="Mine"))
    go.append(True)
    qtbot.waitUntil(lambda: "Layers are ready; the picture was changed meanwhile." in window.messages.texts)
    window.session.set_document(layered())
    assert "Layers are ready; the picture was changed meanwhile." not in window.messages.texts


def test_a_picked_colour_is_offered_to_the_selected_shape(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["s1"])
    opened.canvas.colour_picked.emit("#123456")
    choose(opened, qtbot, "Use for “Card”")
    layer = current(opened).layer("s1")
    assert isinstance(layer, ShapeLayer)
    assert layer.shape.fill == "#123456"
    opened.canvas.colour_picked.emit("#654321")
    choose(opened, qtbot, "Copy")
    assert QGuiApplication.clipboard().text() == "#654321"


def test_keep_mine_keeps_mine(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []
    window = start_slow(make_window, qtbot, tmp_path, go)
    window.session.apply("Rename", edits.rename(current(window), "b1", name="Mine"))
    go.append(True)
    qtbot.waitUntil(lambda: "Layers are ready; the picture was changed meanwhile." in window.messages.texts)
    choose(window, qtbot, "Keep mine")
    assert steps(window) == ("Rename",)


def test_warnings_of_the_layering_are_shown(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []
    window = start_slow(make_window, qtbot, tmp_path, go)
    go.append(True)
    qtbot.waitUntil(lambda: "no font fits “Hello”" in window.messages.texts)


def test_layering_can_be_cancelled_in_the_status_bar(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = start_slow(make_window, qtbot, tmp_path, [])
    (job,) = (each for each in window.runner.running if each.shown)
    qtbot.waitUntil(lambda: job.text == "Reading text")
    (button,) = [each for each in window.status.findChildren(QPushButton) if each.accessibleName() == "Cancel the running job"]
    assert button.isVisible()
    with qtbot.waitSignal(job.cancelled):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isVisible()
    assert [layer.id for layer in current(window).layers] == ["b1"]
    qtbot.waitUntil(lambda: window.action("layer.run").isEnabled())


def test_another_document_ends_the_layering_of_the_one_before(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []
    window = start_slow(make_window, qtbot, tmp_path, go)
    window.files.new()
    qtbot.waitUntil(lambda: window.runner.running == ())
    assert window.session.document is None
    assert window.messages.texts == ()


def test_a_failed_layering_keeps_the_picture_and_says_why(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    def fails(_source: SourceImage, _recipe: Recipe, _context: JobContext) -> Layering:
        raise LayerDeskError("the model is broken; download it again")

    window = make_window(layer=fails)
    window.files.open_path(picture(tmp_path))
    qtbot.waitUntil(lambda: "the model is broken; download it again" in window.messages.texts)
    assert [layer.id for layer in current(window).layers] == ["b1"]


def test_healing_fills_the_background_anew_as_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.apply("Mask", edits.delete(current(opened), ["o1"]))
    assert current(opened).layers[0].stale  # type: ignore[union-attr]
    opened.action("layer.heal_background").trigger()
    qtbot.waitUntil(lambda: "Heal background" in steps(opened), timeout=30_000)
    assert not current(opened).layers[0].stale  # type: ignore[union-attr]


# Dialogs


def test_the_settings_dialog_gives_what_was_set(opened: MainWindow, qtbot: QtBot) -> None:
    opened.action("app.settings").trigger()
    (dialog,) = opened.findChildren(SettingsDialog)
    dialog.ocr.setCurrentText("tesseract")
    dialog.max_pixels.setValue(50)
    dialog.wheel.setChecked(True)
    dialog.accept()
    settings = opened.files.settings
    assert (settings.recipe.ocr, settings.max_pixels, settings.wheel_zooms) == ("tesseract", 50_000_000, True)
    qtbot.waitUntil(lambda: opened.runner.running == (), timeout=60_000)


def test_the_shortcut_sheet_finds_an_action(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.canvas, Qt.Key.Key_F1)
    (dialog,) = opened.findChildren(ShortcutsDialog)
    qtbot.keyClicks(dialog.search, "duplic")
    shown = []
    for place in range(dialog.tree.topLevelItemCount()):
        head = dialog.tree.topLevelItem(place)
        assert head is not None
        if not head.isHidden():
            shown += [head.child(row).text(1) for row in range(head.childCount()) if not head.child(row).isHidden()]
    assert shown == ["Ctrl+J"]
    dialog.reject()


def test_messages_stay_few_and_are_told_once(window: MainWindow) -> None:
    for number in (0, 1, 2, 3, 4, 4):
        window.messages.show_message(f"Message {number}.", kind="warning")
    assert window.messages.texts == ("Message 2.", "Message 3.", "Message 4.")


def test_the_selection_model_is_not_lost_by_a_step(opened: MainWindow) -> None:
    selection = opened.layers.tree.selectionModel()
    selection.select(
        opened.layers.model.index_of("s1"),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )
    opened.action("layer.to_front").trigger()
    assert opened.session.selection == ("s1",)


def test_the_status_bar_shows_the_pixel_under_the_pointer(opened: MainWindow, qtbot: QtBot) -> None:
    opened.canvas.pointer_moved.emit(PHOTO.x + 2, PHOTO.y + 2)
    qtbot.waitUntil(lambda: opened.status.colour.text() == "#2850c8")
    assert opened.status.pointer.text() == f"{PHOTO.x + 2}, {PHOTO.y + 2}"
    assert opened.status.size_label.text() == "320 × 200"
    assert opened.status.zoom.text() == f"{opened.canvas.scale * 100:.4g} %"
    opened.canvas.pointer_moved.emit(-5, 3)
    qtbot.waitUntil(lambda: opened.status.colour.text() == "")


def test_large_layers_are_merged_behind(opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit_commands, "INSTANT", 100)
    before = composite(current(opened))
    opened.session.set_selection(["s1", "o1"])
    opened.action("layer.merge").trigger()
    assert "s1" in current(opened)
    qtbot.waitUntil(lambda: "s1" not in current(opened))
    assert np.array_equal(composite(current(opened)), before)
    assert len(opened.session.selection) == 1


def test_a_merge_that_comes_too_late_says_so(opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit_commands, "INSTANT", 100)
    opened.session.set_selection(["s1", "o1"])
    opened.action("layer.merge").trigger()
    opened.session.apply("Rename", edits.rename(current(opened), "b1", name="Other"))
    qtbot.waitUntil(lambda: any("“Merge layers” was not done" in text for text in opened.messages.texts))
    assert "s1" in current(opened)
