"""A large picture is made slice by slice, with something to look at meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from canvas_documents import canvas, close_canvases, look, now, shot, small_document
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from layerdesk.document.composite import composite
from layerdesk.ui.canvas import surface
from layerdesk.ui.canvas.view import CanvasView


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> CanvasView:
    """A canvas at half size with no tile made yet, on which a slice makes one piece and no more."""
    monkeypatch.setattr(surface, "_SLICE_MS", 0.0)
    _session, view = canvas(small_document(1500, 1000), width=800, height=600)
    look(view, scale=0.5)
    view.renderer.open(view.session.document)
    return view


def pixels(view: CanvasView) -> np.ndarray:
    """(h, w, 3) of what one paint event shows."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def test_what_is_not_made_yet_looks_like_the_source_image_made_small(large: CanvasView) -> None:
    coarse = pixels(large)[20:520, 20:770].astype(float)
    source = now(large.session).source.pixels[..., :3].astype(float)
    halved = source.reshape(500, 2, 750, 2, 3).mean(axis=(1, 3))
    # Coarse pixels of about three, over noise of sixteen: near, and nowhere the surround or the checks.
    assert np.abs(coarse - halved).mean() < 25


def test_idle_slices_bring_the_rest_without_being_asked(large: CanvasView, qtbot: QtBot) -> None:
    coarse = pixels(large)
    assert large._idle.isActive()
    qtbot.waitUntil(lambda: not large._idle.isActive(), timeout=20_000)
    made = pixels(large)
    assert not np.array_equal(made, coarse)
    whole = composite(now(large.session))[..., :3].astype(float)
    halved = whole.reshape(500, 2, 750, 2, 3).mean(axis=(1, 3))
    assert np.abs(made[20:520, 20:770] - halved).max() <= 1


def test_no_slice_makes_more_than_its_piece(large: CanvasView, monkeypatch: pytest.MonkeyPatch) -> None:
    from layerdesk.ui.canvas import renderer

    asked: list[int] = []

    def counted(*args: object, **options: object) -> np.ndarray:
        asked.append(1)
        return composite(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(renderer, "composite", counted)
    for slices in range(1, 6):
        large.repaint()
        assert len(asked) == slices


def test_a_hidden_canvas_does_not_work_on(large: CanvasView) -> None:
    large.repaint()
    assert large._idle.isActive()
    large.hide()
    assert not large._idle.isActive()


def test_an_image_for_which_everything_must_be_there_waits_for_all(large: CanvasView) -> None:
    complete = shot(large)
    assert not large._idle.isActive()
    assert np.array_equal(shot(large), complete)
