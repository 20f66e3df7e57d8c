"""What goes wrong or is left half done: bad files, a cancelled layering, an unsaved window. And looking instead of working."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hand import CTRL, DISC, RED, Hand, centre, design
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from layerdesk.app import layering_job
from layerdesk.document.composite import composite
from layerdesk.document.layers import BackgroundLayer, ObjectLayer, ShapeLayer
from layerdesk.layering.protocols import FoundLine, JobContext, Rgb
from layerdesk.layering.recipe import EngineSet, Recipe
from layerdesk.ui.dialogs.unsaved import UnsavedDialog


def text_file(folder: Path) -> Path:
    path = folder / "notes.txt"
    path.write_text("Only words, no picture.\n" * 40, "utf-8")
    return path


def truncated_picture(folder: Path) -> Path:
    whole = design(folder / "whole.png").read_bytes()
    path = folder / "cut.png"
    path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize("make", [text_file, truncated_picture])
def test_a_file_that_is_no_picture_gets_one_sentence(opened: Hand, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path, before = make(tmp_path), opened.document
    opened.drop(path)
    opened.wait(lambda: bool(opened.window.messages.texts))
    opened.wait(lambda: opened.window.runner.running == ())
    (sentence,) = opened.window.messages.texts
    assert path.name in sentence
    assert len(sentence) < 200
    for word in ("Traceback", "Error", "Exception", "errno", "cannot identify"):
        assert word not in sentence
    assert opened.window.messages.isVisible()
    assert opened.document is before
    assert opened.colour_at(*centre(DISC)) == RED
    assert opened.dialogs(UnsavedDialog) == []


class SlowRecogniser:
    """An engine whose one call lasts until it is let go."""

    name, version = "slow", "1"

    def __init__(self) -> None:
        self.called, self.go = threading.Event(), threading.Event()
        self.returned = 0.0

    def missing(self) -> str | None:
        return None

    def recognise(self, _image: Rgb, *, context: JobContext) -> tuple[FoundLine, ...]:
        """Does not look at `context` while it runs, as a call into a library does not."""
        assert context is not None
        self.called.set()
        assert self.go.wait(60.0)
        self.returned = time.monotonic()
        return ()


def test_a_cancelled_layering_ends_with_the_engine_call_and_leaves_the_flat_picture(
    hand: Hand, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowRecogniser()

    def engines(_recipe: Recipe) -> EngineSet:
        return EngineSet(recogniser=slow)

    monkeypatch.setattr(layering_job, "engines_of", engines)
    hand.drop(design(tmp_path / "fair.png"))
    hand.wait(slow.called.is_set)
    hand.window._docks["jobs_dock"].raise_()
    (row,) = [each for each in hand.window.jobs.rows if each.job.outcome == "running"]
    hand.wait(lambda: row.cancel.isVisible())
    hand.click_widget(row.cancel)
    assert row.job.outcome == "running", "the engine's call cannot be broken off"
    flat = hand.document
    with qtbot.waitSignal(row.job.cancelled, timeout=10_000):
        slow.go.set()
    assert time.monotonic() - slow.returned < 0.5
    assert hand.document is flat
    assert [type(layer) for layer in flat.layers] == [BackgroundLayer]
    assert np.array_equal(composite(flat), flat.source.pixels)
    assert hand.steps == ()
    assert not hand.window.layering.running
    hand.wait(lambda: hand.window.action("layer.run").isEnabled())


def test_an_unsaved_window_asks_once(opened: Hand, qtbot: QtBot) -> None:
    drag_the_disc(opened)
    opened.close()
    question = opened.dialog(UnsavedDialog)
    opened.window.close()
    assert opened.dialogs(UnsavedDialog) == [question]
    assert "fair.layerdesk" in question.text()
    opened.key(Qt.Key.Key_Escape)
    opened.wait(lambda: opened.dialogs(UnsavedDialog) == [])
    assert opened.window.isVisible()
    assert opened.window.session.dirty
    opened.come_back()
    opened.close()
    discard = opened.dialog(UnsavedDialog).findChild(QPushButton, "unsaved_discard")
    assert isinstance(discard, QPushButton)
    with qtbot.waitSignal(opened.window.closed):
        opened.click_widget(discard)
    assert not opened.window.isVisible()


def test_undone_to_what_was_saved_it_does_not_ask(opened: Hand, qtbot: QtBot) -> None:
    drag_the_disc(opened)
    assert opened.window.session.dirty
    opened.key(Qt.Key.Key_Z, CTRL)
    with qtbot.waitSignal(opened.window.closed):
        opened.close()
    assert opened.dialogs(UnsavedDialog) == []


def test_the_source_is_shown_for_as_long_as_the_key_is_held(opened: Hand) -> None:
    drag_the_disc(opened)
    place = centre(DISC)
    opened.wait(lambda: opened.colour_at(*place) != RED)
    before = opened.shown()
    opened.key_down(Qt.Key.Key_Backslash)
    assert opened.window.session.comparing
    opened.wait(lambda: opened.colour_at(*place) == RED)
    source = opened.document.source.pixels
    for x, y in ((100, 250), (600, 400), (320, 700), place):
        assert opened.colour_at(x, y) == tuple(source[y, x, :3])
    opened.key_up(Qt.Key.Key_Backslash)
    assert not opened.window.session.comparing
    opened.wait(lambda: bool(np.array_equal(opened.shown(), before)))


def test_review_begins_with_the_least_sure_layer(opened: Hand) -> None:
    document = opened.document
    sure = {leaf.id: leaf.confidence for leaf in document.leaves() if leaf.id != document.layers[0].id}
    opened.key(Qt.Key.Key_F8)
    (first,) = opened.window.session.selection
    assert sure[first] == min(sure.values())
    seen = [first]
    for _ in range(len(sure) - 1):
        opened.key(Qt.Key.Key_F8)
        seen += opened.window.session.selection
    assert [sure[each] for each in seen if each in sure] == sorted(sure[each] for each in seen if each in sure)
    opened.key(Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert opened.window.session.selection == (seen[-2],)


def drag_the_disc(hand: Hand) -> None:
    """Out of the place where it was found."""
    hand.key(Qt.Key.Key_1, CTRL)
    x, y = centre(DISC)
    hand.drag((x, y), (x + 80, y + 10), (x + 160, y + 40))
    (moved,) = hand.window.session.selection
    assert isinstance(hand.document.layer(moved), ShapeLayer | ObjectLayer)
    assert hand.steps == ("Move",)
