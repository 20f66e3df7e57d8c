"""What happens to errors nobody expected: logged, told once, and the program goes on. Qt's own messages go into the log."""

from __future__ import annotations

import faulthandler
import logging
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from layerdesk.paths import user_folder

LOG_NAME = "layerdesk.log"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("qt")
Report = Callable[[str], object]


class Hook:
    """A sys.excepthook that logs everything and reports each distinct error once."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._told: set[tuple[str, ...]] = set()

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("unexpected error", exc_info=(kind, error, trace))
        frames = traceback.extract_tb(trace)
        key = (kind.__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-1:]))
        if key not in self._told:
            self._told.add(key)
            self._report("Something went wrong inside; your document is still here. Save it. The log has the details.")


def start_log(folder: Path | None = None) -> tuple[Path, TextIO]:
    """Log to a file in the data folder, crashes of the interpreter too. Gives the log's path and the file for crashes, to close.

    Raises OSError where the folder cannot be written.
    """
    folder = folder or user_folder("data")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOG_NAME
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    faults = (folder / "crash.log").open("w", encoding="utf-8")
    faulthandler.enable(faults)
    return path, faults


def last_crash(folder: Path | None = None) -> str:
    """What the interpreter wrote when the last run broke down; '' where it did not. Read it before `start_log`."""
    try:
        return ((folder or user_folder("data")) / "crash.log").read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


def log_qt_messages() -> None:
    """Qt's messages go into the log instead of standard error."""
    qInstallMessageHandler(_on_qt_message)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s (%s)", message, getattr(context, "category", None) or "default")
