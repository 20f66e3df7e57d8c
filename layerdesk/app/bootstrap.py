"""Starts the editor: application, theme, log, window; and ends it in order."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import layerdesk
from layerdesk.app import crash, settings
from layerdesk.app.settings import Settings
from layerdesk.resources import resource

_log = logging.getLogger(__name__)


def _ui(name: str) -> Any:
    """A module of the layer above, by name: this is the one place where `app` reaches up, to start it."""
    return importlib.import_module(f"layerdesk.ui.{name}")


def application() -> QApplication:
    """The application, made and dressed at the first call."""
    found = QApplication.instance()
    made = cast("QApplication", found) if found is not None else QApplication([sys.argv[0]])
    made.setApplicationName("LayerDesk")
    made.setApplicationVersion(layerdesk.__version__)
    made.setDesktopFileName("layerdesk")
    # A dialog that is the only visible window would end the program when it closes; the main window quits by itself.
    made.setQuitOnLastWindowClosed(False)
    made.setWindowIcon(QIcon(str(resource("icons", "app.svg"))))
    _ui("theme").apply(made)
    return made


def main_window(*, kept: Settings | None = None) -> Any:
    """A ui.main_window.MainWindow, not yet shown; `application()` must have been called."""
    return _ui("main_window").MainWindow(settings=kept if kept is not None else settings.load())


def run(path: Path | None = None) -> int:
    """Open the editor, with a picture, a project or nothing; returns when it has been closed, with the exit status."""
    crashed = crash.last_crash()
    faults = None
    try:
        _, faults = crash.start_log()
    except OSError as error:
        _log.warning("no log is kept: %s", error)
    crash.log_qt_messages()
    app = application()
    window = main_window()
    sys.excepthook = crash.Hook(lambda text: window.messages.show_message(text, kind="error"))
    stopped = [True]

    def on_closed(all_stopped: bool) -> None:
        stopped[0] = all_stopped
        app.quit()

    window.closed.connect(on_closed)
    window.show()
    if crashed:
        _log.error("the last run broke down: %s", crashed)
        window.messages.show_message("LayerDesk broke down when it was last used; the log has the details.", kind="warning")
    QTimer.singleShot(0, window.files.offer_recovery)
    if path is not None:
        QTimer.singleShot(0, lambda: window.files.open_path(path.absolute()))
    status = app.exec()
    sys.excepthook = sys.__excepthook__
    logging.shutdown()
    if not stopped[0]:
        # An engine call that cannot be interrupted would keep the process for as long as it lasts; nothing of it is wanted.
        os._exit(status)
    if faults is not None:
        faults.close()
    return status
