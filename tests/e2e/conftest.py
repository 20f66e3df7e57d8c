"""The editor as it is started: the real window, the real engines, a home of its own, and a hand to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hand import Hand, design
from pytestqt.qtbot import QtBot

from layerdesk.app import bootstrap
from layerdesk.engines.registry import engine_set
from layerdesk.formats import images, project
from layerdesk.layering.pipeline import layer_image
from layerdesk.layering.protocols import Silent
from layerdesk.layering.recipe import Recipe
from layerdesk.ui.main_window import MainWindow


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[[], Hand]]:
    """Starts the editor; every window that is still open at the end is left without a question."""
    windows: list[MainWindow] = []

    def started() -> Hand:
        bootstrap.application()
        window: MainWindow = bootstrap.main_window()
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(1360, 1060)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return Hand(window, qtbot)

    yield started
    for window in windows:
        window.leave()


@pytest.fixture
def hand(start: Callable[[], Hand]) -> Hand:
    return start()


@pytest.fixture(scope="session")
def layered_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The design taken apart by the real engines and saved."""
    folder = tmp_path_factory.mktemp("layered")
    source = images.open_image(design(folder / "fair.png"))
    recipe = Recipe()
    layering = layer_image(source, recipe=recipe, engines=engine_set(recipe), context=Silent())
    project.save(layering.document, folder / "fair.layerdesk")
    return folder / "fair.layerdesk"


@pytest.fixture
def opened(hand: Hand, layered_project: Path) -> Hand:
    """The editor with the layered design open."""
    hand.window.files.open_path(layered_project)
    hand.wait(lambda: hand.window.session.document is not None)
    return hand
