"""Starting and ending the program, and what happens to errors nobody expected."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from window_samples import picture

from layerdesk.app import crash
from layerdesk.ui import theme
from layerdesk.ui.main_window import MainWindow

START_AND_QUIT = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from layerdesk.app import bootstrap

def quit_once_open():
    (window,) = [each for each in QApplication.topLevelWidgets() if each.objectName() == "main_window"]
    if len(sys.argv) < 2 or window.session.document is not None:
        print("open", window.session.document is not None, QApplication.quitOnLastWindowClosed())
        timer.stop()
        window.action("app.quit").trigger()

real = QApplication.exec
def run_events(*arguments):
    timer.start(20)
    return real()
QApplication.exec = run_events
bootstrap.application()
timer = QTimer()
timer.timeout.connect(quit_once_open)
sys.exit(bootstrap.run(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
"""


@pytest.mark.parametrize("with_picture", [False, True])
def test_it_starts_shows_what_it_was_given_and_quits(tmp_path: Path, layerdesk_home: Path, with_picture: bool) -> None:
    (layerdesk_home / "config").mkdir()
    (layerdesk_home / "config" / "settings.json").write_text('{"layer_on_open": false}', "utf-8")
    arguments = [str(picture(tmp_path))] if with_picture else []
    done = subprocess.run(
        [sys.executable, "-c", START_AND_QUIT, *arguments], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"open {with_picture} False"
    assert "Traceback" not in done.stderr
    assert (layerdesk_home / "data" / crash.LOG_NAME).is_file()


def raised(words: str) -> ZeroDivisionError:
    try:
        raise ZeroDivisionError(words)
    except ZeroDivisionError as error:
        return error


def test_an_unexpected_error_is_logged_each_time_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    hook = crash.Hook(told.append)
    with caplog.at_level(logging.ERROR, "layerdesk.app.crash"):
        for words in ("first", "again"):
            error = raised(words)
            hook(type(error), error, error.__traceback__)
    assert len(told) == 1
    assert "ZeroDivisionError" not in told[0]
    assert [record.exc_info[1].args[0] for record in caplog.records if record.exc_info and record.exc_info[1]] == [
        "first",
        "again",
    ]


def test_another_error_is_told_too() -> None:
    told: list[str] = []
    hook = crash.Hook(told.append)
    logging.disable(logging.CRITICAL)
    try:
        error = raised("one")
        hook(type(error), error, error.__traceback__)
        hook(KeyError, KeyError("two"), None)
    finally:
        logging.disable(logging.NOTSET)
    assert len(told) == 2


def test_qts_messages_go_into_the_log(qapp: QApplication, caplog: pytest.LogCaptureFixture) -> None:
    assert qapp is not None
    before = qInstallMessageHandler(None)
    try:
        crash.log_qt_messages()
        with caplog.at_level(logging.DEBUG, "qt"):
            QImage("no such picture.png").save("")
            from PySide6.QtCore import qInfo

            qInfo("a word from Qt")
    finally:
        qInstallMessageHandler(before)
    assert [record.levelno for record in caplog.records if "a word from Qt" in record.message] == [logging.INFO]
    assert crash._LEVELS[QtMsgType.QtFatalMsg] == logging.CRITICAL


def test_what_the_interpreter_wrote_when_it_broke_down_is_read_at_the_next_start(tmp_path: Path) -> None:
    assert crash.last_crash(tmp_path) == ""
    (tmp_path / "crash.log").write_text("Fatal Python error: Segmentation fault\n", "utf-8")
    assert crash.last_crash(tmp_path).startswith("Fatal Python error")


def test_the_theme_has_contrast_and_no_name_left_open() -> None:
    sheet = theme.style_sheet()
    assert "@" not in sheet
    pairs = "text panel, text window, dim panel, dim raised, text selection, accent_text accent, warning panel"
    for over, under in (pair.split() for pair in pairs.split(", ")):
        assert contrast(theme.colours()[over], theme.colours()[under]) >= 4.5, (over, under)


def contrast(one: str, other: str) -> float:
    """The ratio of two colours as WCAG 2 has it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_icons_take_the_themes_colour_and_a_missing_one_is_empty(qapp: QApplication) -> None:
    assert qapp is not None
    assert theme.icon("no.such.icon").isNull()
    image = theme.icon("tool.brush").pixmap(32, 32).toImage()
    shades = {image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255}
    assert shades == {theme.colours()["text"]}


def test_the_window_remembers_its_place(window: MainWindow) -> None:
    window.resize(1000, 700)
    window.leave()
    assert "|" in window.files.settings.window
