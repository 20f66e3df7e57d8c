"""What holds for every test: a home of its own, no display, and nothing left running or open behind it."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("SOURCE_DATE_EPOCH", None)

_PATIENCE_SECONDS = 3.0


@pytest.fixture(autouse=True)
def layerdesk_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for the user's config, data and cache folders."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERDESK_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fails a test that leaves a thread, a visible window, an active timer or a busy thread pool."""
    threads = set(threading.enumerate())
    yield
    left = _still_running(threads)
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is not None and widgets.QApplication.instance() is not None:
        left += _still_open()
    assert not left, f"left behind: {', '.join(left)}"


def _still_running(before: set[threading.Thread]) -> list[str]:
    """Names of the Python threads that were started since and do not end. Those that Qt owns are dummies: not counted."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        new = [t for t in threading.enumerate() if t not in before and not isinstance(t, threading._DummyThread)]
        if not new or time.monotonic() > deadline:
            return [f"thread {thread.name}" for thread in new]
        time.sleep(0.01)


def _still_open() -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()
    left = [f"window {w.objectName() or type(w).__name__}" for w in QApplication.topLevelWidgets() if w.isVisible()]
    if not QThreadPool.globalInstance().waitForDone(int(_PATIENCE_SECONDS * 1000)):
        left.append("work in the thread pool")
    for window in QApplication.topLevelWidgets():
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left += [f"timer of {timer.interval()} ms" for timer in _timers(QTimer) if isValid(timer) and timer.isActive()]
    return left


def _timers(kind: type) -> list[object]:
    alive = [thing for thing in gc.get_objects() if type(thing) is kind]
    if alive:
        gc.collect()
        alive = [thing for thing in gc.get_objects() if type(thing) is kind]
    return alive
