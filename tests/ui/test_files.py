"""Opening, dropping, saving, exporting, recovering and leaving, as a person does it."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QLockFile, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from window_samples import HEIGHT, WIDTH, MakeWindow, layered, layering_of, picture

from layerdesk.app import autosave, files
from layerdesk.app import settings as settings_module
from layerdesk.app.settings import Settings
from layerdesk.document import edits
from layerdesk.document.document import Document, SourceImage
from layerdesk.formats import project
from layerdesk.layering.pipeline import Layering
from layerdesk.layering.protocols import JobContext, Silent
from layerdesk.layering.recipe import Recipe
from layerdesk.ui.dialogs.export import ExportDialog
from layerdesk.ui.dialogs.unsaved import UnsavedDialog
from layerdesk.ui.main_window import MainWindow

Dialog = TypeVar("Dialog", bound=QWidget)


def current(window: MainWindow) -> Document:
    document = window.session.document
    assert document is not None
    return document


def change(window: MainWindow) -> None:
    window.session.apply("Move", edits.move(current(window), ["o1"], dx=3, dy=0))


def dialogs(window: MainWindow, kind: type[Dialog]) -> list[Dialog]:
    return [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]


def the_dialog(window: MainWindow, kind: type[Dialog]) -> Dialog:
    (dialog,) = dialogs(window, kind)
    return dialog


def press(window: MainWindow, qtbot: QtBot, answer: str) -> None:
    """Click a button of the question about unsaved changes."""
    button = the_dialog(window, UnsavedDialog).findChild(QPushButton, f"unsaved_{answer}")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def drop(target: QWidget, data: QMimeData) -> bool:
    """Drop onto a widget as the system does; whether it was taken."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def file_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def wait_for(qtbot: QtBot, true: Callable[[], bool]) -> None:
    qtbot.waitUntil(true, timeout=20_000)


# Opening


def test_a_dropped_picture_is_shown_and_layered(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = picture(tmp_path, "Ein schönes 海报.png")
    assert drop(window, file_data(path))
    wait_for(qtbot, lambda: window.session.document is not None and "t1" in window.session.document)
    store = window.session.store
    assert store is not None
    assert store.steps == ("Layer the picture",)
    assert path.name in window.windowTitle()
    assert window.canvas.isVisible()
    assert window.files.settings.recent == (str(path),)


@pytest.mark.parametrize("name", ["canvas", "layers_panel", "text_words", "properties_panel", "jobs_panel"])
def test_a_file_can_be_dropped_anywhere(opened: MainWindow, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    opened.session.mark_saved(current(opened), tmp_path / "x.layerdesk")
    target = opened.findChild(QWidget, name)
    assert target is not None
    inner = target.viewport() if isinstance(target, QAbstractScrollArea) else target
    assert drop(inner, file_data(picture(tmp_path, "dropped.png")))
    wait_for(qtbot, lambda: current(opened).source.name == "dropped.png")


def test_what_is_no_file_and_no_picture_is_not_taken(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("only words")
    assert not drop(window, data)


def test_a_dropped_image_without_a_file_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    data = QMimeData()
    data.setImageData(image)
    window.files.change_settings(Settings(layer_on_open=False))
    assert drop(window, data)
    wait_for(qtbot, lambda: window.session.document is not None)
    assert (current(window).size.width, current(window).size.height) == (40, 30)


def test_the_picture_shows_before_the_layers_are_there(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    go: list[bool] = []

    def slow(source: SourceImage, recipe: Recipe, context: JobContext) -> Layering:
        while not go:
            context.check()
            time.sleep(0.005)
        return layering_of()(source, recipe, context)

    window = make_window(layer=slow)
    window.files.open_path(picture(tmp_path))
    wait_for(qtbot, lambda: window.session.document is not None)
    assert [layer.id for layer in current(window).layers] == ["b1"]
    assert not window.action("layer.run").isEnabled()
    go.append(True)
    wait_for(qtbot, lambda: "t1" in current(window))
    assert window.action("layer.run").isEnabled()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("note.png", b"not a picture", "note.png"),
        ("empty.png", b"", "empty.png"),
        ("cut.layerdesk", b"PK\x03\x04", "cut.layerdesk"),
    ],
)
def test_what_cannot_be_opened_leaves_what_is_open(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    opened.session.mark_saved(current(opened), tmp_path / "x.layerdesk")
    document = current(opened)
    (tmp_path / name).write_bytes(content)
    opened.files.open_path(tmp_path / name)
    wait_for(qtbot, lambda: any(words in text for text in opened.messages.texts))
    assert current(opened) is document


def test_the_limit_of_the_settings_holds(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window(settings=Settings(max_pixels=WIDTH * HEIGHT - 1))
    window.files.open_path(picture(tmp_path))
    wait_for(qtbot, lambda: bool(window.messages.texts))
    assert window.session.document is None


def test_recent_files_are_offered_newest_first(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.files.change_settings(Settings(layer_on_open=False))
    paths = [picture(tmp_path, f"{name}.png") for name in "ab"]
    for path in paths:
        window.files.open_path(path)
        wait_for(qtbot, lambda path=path: window.session.document is not None and current(window).source.name == path.name)  # type: ignore[misc]
    assert window.action("file.open_recent").isEnabled()
    entries = window._recent_menu.actions()
    assert [entry.text() for entry in entries] == [str(path) for path in reversed(paths)]
    entries[1].trigger()
    wait_for(qtbot, lambda: current(window).source.name == "a.png")
    assert settings_module.load().recent == (str(paths[0]), str(paths[1]))


# Saving


def test_saved_and_opened_again_it_is_the_same(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    change(opened)
    document = current(opened)
    opened.files.save_to(tmp_path / "work")
    wait_for(qtbot, lambda: not opened.session.dirty)
    path = tmp_path / "work.layerdesk"
    assert opened.session.path == path
    opened.files.new()
    assert opened.session.document is None
    opened.files.open_path(path)
    wait_for(qtbot, lambda: opened.session.document is not None)
    assert current(opened) == document
    assert opened.session.path == path
    assert not opened.session.dirty


def test_save_without_a_name_asks_for_one_and_with_a_name_does_not(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened.files.save_to(tmp_path / "named.layerdesk")
    wait_for(qtbot, lambda: not opened.session.dirty)
    change(opened)
    opened.action("file.save").trigger()
    wait_for(qtbot, lambda: not opened.session.dirty)
    assert project.load(tmp_path / "named.layerdesk") == current(opened)


def test_a_failed_save_says_so_and_keeps_the_changes(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    change(opened)
    (tmp_path / "folder.layerdesk").mkdir()
    opened.files.save_to(tmp_path / "folder.layerdesk")
    wait_for(qtbot, lambda: any("cannot write" in text for text in opened.messages.texts))
    assert opened.session.dirty


def test_correction_time_goes_into_the_project(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.wait(30)
    change(opened)
    opened.files.save_to(tmp_path / "timed.layerdesk")
    wait_for(qtbot, lambda: not opened.session.dirty)
    seconds = project.read(tmp_path / "timed.layerdesk").log["correction_seconds"]
    assert 0.0 <= seconds < 60.0
    assert opened.files.clock.seconds >= 0.03


# The question


def test_closing_with_changes_asks_once(opened: MainWindow, qtbot: QtBot) -> None:
    change(opened)
    opened.close()
    opened.close()
    assert opened.isVisible()
    assert len(dialogs(opened, UnsavedDialog)) == 1
    press(opened, qtbot, "cancel")
    assert opened.isVisible()
    assert opened.session.dirty
    with qtbot.waitSignal(opened.closed):
        opened.close()
        press(opened, qtbot, "discard")
    assert not opened.isVisible()


def test_closing_without_changes_does_not_ask(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closed) as answer:
        window.close()
    assert answer.args == [True]
    assert not window.isVisible()


def test_save_in_the_question_saves_and_then_goes_on(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened.files.save_to(tmp_path / "mine.layerdesk")
    wait_for(qtbot, lambda: not opened.session.dirty)
    change(opened)
    document = current(opened)
    opened.files.open_path(picture(tmp_path, "next.png"))
    press(opened, qtbot, "save")
    wait_for(qtbot, lambda: current(opened).source.name == "next.png")
    assert project.load(tmp_path / "mine.layerdesk") == document


def test_cancel_in_the_question_keeps_the_document(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    change(opened)
    document = current(opened)
    opened.files.open_path(picture(tmp_path, "next.png"))
    press(opened, qtbot, "cancel")
    qtbot.wait(50)
    assert current(opened) is document


# Exporting


def test_the_dialog_writes_every_ticked_format(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened.action("file.export").trigger()
    dialog = the_dialog(opened, ExportDialog)
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "poster")
    for suffix in (".psd", ".ora", "/", ".png"):
        dialog.tick(suffix)
    with qtbot.waitSignal(opened.files.exported, timeout=60_000) as answer:
        qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    out = tmp_path / "out"
    assert answer.args[0].failures == ()
    assert (out / "poster.psd").read_bytes()[:4] == b"8BPS"
    assert zipfile.ZipFile(out / "poster.ora").read("mimetype") == b"image/openraster"
    assert (out / "poster" / "manifest.json").is_file()
    assert QImage(str(out / "poster.png")).width() == WIDTH
    assert any(
        text.startswith(f"Exported poster.psd, poster.ora, poster, poster.png to {out}.") for text in opened.messages.texts
    )
    assert set(opened.files.settings.export_formats) == {".psd", ".ora", "/", ".png"}


def test_the_dialog_says_what_a_format_loses(opened: MainWindow, qtbot: QtBot) -> None:
    opened.action("file.export").trigger()
    dialog = the_dialog(opened, ExportDialog)
    for row in range(dialog.formats.count()):
        if ".ora" in dialog.formats.item(row).text():
            dialog.formats.setCurrentRow(row)
    wait_for(qtbot, lambda: "×" in dialog._about.text())
    assert "Text and shapes become pictures." in dialog._about.text()
    dialog.reject()


def test_nothing_ticked_cannot_be_exported_and_what_is_replaced_is_named(opened: MainWindow, tmp_path: Path) -> None:
    opened.action("file.export").trigger()
    dialog = the_dialog(opened, ExportDialog)
    for suffix in dialog.suffixes:
        dialog.tick(suffix, on=False)
    assert not dialog.export_button.isEnabled()
    (tmp_path / "poster.svg").write_text("old", "utf-8")
    dialog.folder.setText(str(tmp_path))
    dialog.tick(".svg")
    assert dialog.export_button.isEnabled()
    assert dialog._result.text() == "Replaces poster.svg."
    dialog.reject()


def test_one_format_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    done = files.export_all(layered(), [str(tmp_path / "b.psd"), str(tmp_path / "a.nothing")], Silent())
    assert done.targets == (str(tmp_path / "b.psd"),)
    assert len(done.failures) == 1
    assert (tmp_path / "b.psd").is_file()


# Recovery


def test_unsaved_work_is_kept_and_offered_at_the_next_start(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    first = make_window(recovery_seconds=0.05)
    first.files.open_path(picture(tmp_path))
    wait_for(qtbot, lambda: first.session.document is not None and "t1" in first.session.document)
    with qtbot.waitSignal(first.autosave.saved, timeout=20_000):
        change(first)
    wait_for(qtbot, lambda: first.autosave._kept is first.session.document)
    document, folder = current(first), first.autosave.folder
    assert folder is not None
    assert autosave.orphans() == (), "the work of a window that is still open is nobody's to take"

    # The program ends without a word: the lock is gone with it, the files stay.
    lock = first.autosave._lock
    assert lock is not None
    lock.unlock()
    first.autosave._folder = first.autosave._lock = None

    second = make_window()
    second.files.offer_recovery()
    assert second.messages.texts == ("“poster.png” was not saved when LayerDesk last ended.",)
    (button,) = [each for each in second.messages.findChildren(QPushButton) if each.text() == "Recover"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: second.session.document is not None)
    assert current(second) == document
    assert second.session.dirty
    assert second.session.path is None
    assert second.autosave.folder == folder
    assert autosave.orphans() == (), "it is this window's now"
    second.files.save_to(tmp_path / "rescued.layerdesk")
    wait_for(qtbot, lambda: not folder.exists())
    assert project.load(tmp_path / "rescued.layerdesk") == document


def test_saving_takes_the_recovery_away(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window(recovery_seconds=0.05)
    window.files.open_path(picture(tmp_path))
    wait_for(qtbot, lambda: window.autosave.folder is not None and window.autosave._kept is window.session.document)
    folder = window.autosave.folder
    assert folder is not None
    window.files.save_to(tmp_path / "kept.layerdesk")
    wait_for(qtbot, lambda: not window.session.dirty)
    wait_for(qtbot, lambda: not folder.exists())


def test_a_recovery_that_is_not_wanted_is_deleted(layerdesk_home: Path) -> None:
    folder = layerdesk_home / "data" / "recovery" / "abc"
    folder.mkdir(parents=True)
    project.save(layered(), folder / "document.layerdesk")
    (orphan,) = autosave.orphans()
    assert orphan.name == "a picture"
    autosave.forget(orphan)
    assert autosave.orphans() == ()
    assert not folder.exists()


def test_an_orphan_without_a_document_is_swept_away(layerdesk_home: Path) -> None:
    folder = layerdesk_home / "data" / "recovery" / "empty"
    folder.mkdir(parents=True)
    assert autosave.orphans() == ()
    assert not folder.exists()


def test_a_locked_recovery_is_left_alone(layerdesk_home: Path) -> None:
    folder = layerdesk_home / "data" / "recovery" / "busy"
    folder.mkdir(parents=True)
    lock = QLockFile(str(folder / "lock"))
    assert lock.tryLock(0)
    assert autosave.orphans() == ()
    assert folder.exists()
    lock.unlock()
