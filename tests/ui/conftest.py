"""The window as tests use it: real, with a layering that needs no engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import window_samples
from pytestqt.qtbot import QtBot
from window_samples import MakeWindow

from layerdesk.app import bootstrap
from layerdesk.app.settings import Settings
from layerdesk.ui.main_window import MainWindow


@pytest.fixture
def make_window(qtbot: QtBot) -> Iterator[MakeWindow]:
    """Windows that are shown, active, and left without a question at the end."""
    made: list[MainWindow] = []

    def make(**options: Any) -> MainWindow:
        bootstrap.application()
        window = MainWindow(**{"settings": Settings(), "layer": window_samples.layering_of(), **options})
        made.append(window)
        qtbot.addWidget(window)
        window.resize(1200, 800)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield make
    for window in made:
        window.leave()


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window()


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window with the sample picture layered, its words' fonts looked up."""
    window.files.open_path(window_samples.picture(tmp_path))
    document = lambda: window.session.document  # noqa: E731
    qtbot.waitUntil(lambda: document() is not None and "t1" in document(), timeout=10_000)
    qtbot.waitUntil(lambda: window.fonts.fonts is not None, timeout=60_000)
    return window
