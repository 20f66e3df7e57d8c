"""The canvas shows the document to the pixel, at every zoom and density, and makes only the tiles that changed."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from canvas_documents import (
    RING,
    SQUARE,
    canvas,
    close_canvases,
    drag,
    hover,
    look,
    mask_of,
    move,
    now,
    press,
    release,
    shot,
    small_document,
    source_image,
    wheel,
)  # fmt: skip
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import Layer, ObjectLayer
from layerdesk.document.masks import TileMask
from layerdesk.ui.canvas import renderer
from layerdesk.ui.canvas.renderer import SURROUND
from layerdesk.ui.canvas.tiles import SIDE

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _canvases_closed(qapp: QApplication) -> Iterator[None]:
    assert not qapp.closingDown()
    yield
    close_canvases()


def test_every_pixel_at_100_percent_is_the_composite() -> None:
    document = small_document()
    _session, view = canvas(document)
    assert np.array_equal(shot(view)[20:300, 20:320], composite(document)[..., :3])


def test_around_the_picture_is_the_surround() -> None:
    _session, view = canvas(small_document())
    seen = shot(view)
    assert (seen[:20] == SURROUND.getRgb()[:3]).all()
    assert (seen[300:, :] == SURROUND.getRgb()[:3]).all()
    assert (seen[:, 320:] == SURROUND.getRgb()[:3]).all()


@pytest.mark.parametrize("scale", [2.0, 3.0, 8.0])
def test_from_200_percent_on_each_pixel_is_a_square(scale: float) -> None:
    document = small_document()
    _session, view = canvas(document, scale=scale)
    n = int(scale)
    seen = shot(view)[20:, 20:]
    rows, columns = seen.shape[0] // n, seen.shape[1] // n
    squares = np.repeat(np.repeat(composite(document)[:rows, :columns, :3], n, axis=0), n, axis=1)
    assert np.array_equal(seen[: squares.shape[0], : squares.shape[1]], squares)


def test_at_50_and_25_percent_pixels_are_averaged() -> None:
    document = small_document(512, 256)
    _session, view = canvas(document, scale=0.5)
    whole = composite(document)[..., :3].astype(np.float64)
    halved = whole.reshape(128, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(shot(view)[20:148, 20:276] - halved).max() <= 1
    look(view, scale=0.25)
    quartered = whole.reshape(64, 4, 128, 4, 3).mean(axis=(1, 3))
    assert np.abs(shot(view)[20:84, 20:148] - quartered).max() <= 1.5


def test_checks_show_through_where_the_picture_is_transparent() -> None:
    whole = small_document()
    document = edits.set_visible(whole, ["b1"], visible=False)
    _session, view = canvas(document)
    seen = shot(view)[20:300, 20:320]
    pixels = composite(document)
    clear = pixels[..., 3] == 0
    greys = {tuple(pixel) for pixel in seen[clear]}
    assert greys == {(255, 255, 255), (204, 204, 204)}
    assert tuple(seen[0, 0]) != tuple(seen[0, 8])
    opaque = pixels[..., 3] == 255
    assert np.array_equal(seen[opaque], pixels[opaque][:, :3])


def test_comparing_shows_the_source_image() -> None:
    document = small_document()
    session, view = canvas(document)
    before = shot(view)
    session.set_comparing(True)
    compared = shot(view)
    assert np.array_equal(compared[20:300, 20:320], document.source.pixels[..., :3])
    assert not np.array_equal(compared, before)
    session.set_comparing(False)
    assert np.array_equal(shot(view), before)


def test_an_edit_is_seen_and_undo_brings_the_old_pixels_back() -> None:
    session, view = canvas(small_document())
    before = shot(view)
    assert session.document is not None
    session.apply("Move", edits.move(session.document, [SQUARE], dx=30, dy=-20))
    assert np.array_equal(shot(view)[20:300, 20:320], composite(session.document)[..., :3])
    session.undo()
    assert np.array_equal(shot(view), before)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.3])
def test_a_sequence_of_edits_leaves_no_stale_pixel(scale: float) -> None:
    """What was patched tile by tile is what a new canvas draws from the ground up."""
    session, view = canvas(small_document(700, 600), scale=scale)
    shot(view)
    for dx, dy in ((13, 7), (201, 90), (1, 1), (-90, 111), (3, -200)):
        assert session.document is not None
        session.apply("Move", edits.move(session.document, [RING], dx=dx, dy=dy))
        patched = shot(view)
        _other, fresh = canvas(session.document, scale=scale)
        assert np.array_equal(patched, shot(fresh))
        fresh.close()


def test_only_dirty_tiles_are_composited_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session, view = canvas(small_document(1024, 512), width=1100, height=600)
    shot(view)
    asked: list[Rect] = []
    real = renderer.composite

    def counted(document: Document, *, rect: Rect, layers: tuple[Layer, ...] | None) -> np.ndarray:
        asked.append(rect)
        return real(document, rect=rect, layers=layers)

    monkeypatch.setattr(renderer, "composite", counted)
    assert session.document is not None
    shot(view)
    assert asked == []
    layer = session.document.layer(SQUARE)
    assert isinstance(layer, ObjectLayer)
    session.apply("Move", edits.move(session.document, [SQUARE], dx=4, dy=0))
    shot(view)
    dirty = layer.bounds.united(layer.bounds.translated(Point(4, 0)))
    assert asked == [dirty]
    assert dirty.area < SIDE * SIDE // 10


def test_a_step_to_another_source_image_is_drawn_from_the_ground_up() -> None:
    session, view = canvas(small_document())
    shot(view)
    before = now(session)
    brighter = np.minimum(before.source.pixels.astype(int) + 40, 255).astype(np.uint8)
    source = dataclasses.replace(before.source, name="other.png", pixels=brighter)
    session.apply("Replace picture", dataclasses.replace(before, source=source))
    assert np.array_equal(shot(view)[20:300, 20:320], composite(now(session))[..., :3])
    session.set_comparing(True)
    assert np.array_equal(shot(view)[20:300, 20:320], brighter[..., :3])


def test_a_renamed_layer_costs_no_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    session, view = canvas(small_document())
    shot(view)
    monkeypatch.setattr(renderer, "composite", lambda _document, *, rect, **_other: pytest.fail(f"composited {rect}"))
    assert session.document is not None
    session.apply("Rename", edits.rename(session.document, RING, name="Wheel"))
    shot(view)


@pytest.mark.parametrize("keys", [CONTROL, Qt.KeyboardModifier.AltModifier])
def test_the_wheel_zooms_and_keeps_the_point_under_the_cursor(keys: Qt.KeyboardModifier) -> None:
    _session, view = canvas(small_document(2000, 1500))
    place = QPointF(133.0, 217.0)
    under = view.view_to_image(place)
    for notches in (1, 1, 1, 2, 1, -1, -3, -1, -1, -1, 0.25, 0.25):
        wheel(view, place, notches, keys=keys)
        now = view.image_to_view(*under)
        assert abs(now.x() - place.x()) <= 0.5
        assert abs(now.y() - place.y()) <= 0.5
    assert view.scale == pytest.approx(2 ** (-0.5 / 4))


def test_the_zoom_stays_between_2_and_3200_percent() -> None:
    _session, view = canvas(small_document())
    for _ in range(60):
        wheel(view, QPointF(100, 100), 1, keys=CONTROL)
    assert view.scale == 32.0
    for _ in range(90):
        wheel(view, QPointF(100, 100), -1, keys=CONTROL)
    assert view.scale == 0.02
    for _ in range(60):
        view.zoom_in()
    assert view.scale == 32.0
    for _ in range(60):
        view.zoom_out()
    assert view.scale == 0.02


def test_the_wheel_scrolls_and_with_shift_sideways() -> None:
    _session, view = canvas(small_document(2000, 1500))
    left, top = view.viewport.left, view.viewport.top
    wheel(view, QPointF(100, 100), -2, keys=Qt.KeyboardModifier.NoModifier)
    assert (view.viewport.left, view.viewport.top) == (left, top - 120)
    wheel(view, QPointF(100, 100), -1, keys=Qt.KeyboardModifier.ShiftModifier)
    assert (view.viewport.left, view.viewport.top) == (left - 60, top - 120)


def test_the_picture_cannot_be_scrolled_out_of_sight() -> None:
    _session, view = canvas(small_document())
    view.pan(100_000, -100_000)
    assert 0 < view.width() - view.viewport.left <= 60
    assert 0 < view.viewport.top + 280 <= 60


def test_fit_shows_the_whole_picture_and_stays_fitted() -> None:
    _session, view = canvas(small_document(2000, 1500), width=500, height=400)
    view.fit()
    for width, height in ((500, 400), (900, 300)):
        view.resize(width, height)
        QTest.qWait(1)
        shown = view.viewport.device_rect(Rect(0, 0, 2000, 1500))
        assert view.rect().contains(shown.x, shown.y)
        assert view.rect().contains(shown.right, shown.bottom)
        assert min(view.width() - shown.width, view.height() - shown.height) in range(30, 35)
    view.actual_size()
    assert view.scale == 1.0


def test_a_small_picture_opens_at_100_percent_and_a_large_one_fitted() -> None:
    session, view = canvas(small_document())
    session.set_document(small_document(100, 90))
    assert view.scale == 1.0
    session.set_document(small_document(3000, 1000))
    assert view.scale == pytest.approx((view.width() - 32) / 3000)


def test_resizing_keeps_the_middle_where_it_is() -> None:
    _session, view = canvas(small_document(2000, 1500))
    view.pan(-400, -300)
    middle = view.view_to_image(QPointF(200, 180))
    view.resize(600, 300)
    QTest.qWait(1)
    now = view.view_to_image(QPointF(300, 150))
    assert now == pytest.approx(middle, abs=1.0)


def test_space_and_the_middle_button_pan_and_touch_no_layer() -> None:
    session, view = canvas(small_document())
    document, left, top = session.document, view.viewport.left, view.viewport.top
    drag(view, (50.0, 80.0), (70.0, 95.0), button=Qt.MouseButton.MiddleButton)
    assert (view.viewport.left, view.viewport.top) == (left + 20, top + 15)
    QTest.keyPress(view, Qt.Key.Key_Space)
    drag(view, (50.0, 80.0), (45.0, 90.0))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert (view.viewport.left, view.viewport.top) == (left + 15, top + 25)
    assert session.document is document
    assert session.selection == ()


def test_space_is_let_go_when_the_focus_is_lost() -> None:
    session, view = canvas(small_document())
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert view.cursor().shape() == Qt.CursorShape.OpenHandCursor
    view.setFocus()
    view.clearFocus()
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
    drag(view, (170.0, 80.0), (180.0, 80.0))
    assert session.selection == (SQUARE,)


def test_pointer_moved_tells_the_pixel_of_the_picture(qtbot: QtBot) -> None:
    _session, view = canvas(small_document(), scale=4.0)
    with qtbot.waitSignal(view.pointer_moved) as moved:
        hover(view, 31.9, 12.1)
    assert moved.args == [31, 12]


@pytest.mark.parametrize("offset", [(0, 0), (33, -21)])
def test_the_mask_is_shown_in_red_where_the_layer_lies_while_the_brush_is_active(offset: tuple[int, int]) -> None:
    session, view = canvas(small_document())
    session.set_selection([SQUARE])
    session.set_tool("tool.brush")
    shot(view)

    def reddened() -> np.ndarray:
        inside = (mask_of(now(session), SQUARE) > 0)[..., None]
        pixels = composite(now(session))[..., :3].astype(float)
        return np.where(inside, pixels * (1 - 110 / 255) + np.array([110.0, 0.0, 0.0]), pixels)

    session.apply("Move", edits.move(now(session), [SQUARE], dx=offset[0], dy=offset[1]))
    assert np.abs(shot(view)[20:300, 20:320] - reddened()).max() <= 2
    larger = TileMask.from_rect(Rect(140, 70, 30, 60))
    session.apply("Mask", edits.set_mask(now(session), SQUARE, mask=larger))
    assert np.abs(shot(view)[20:300, 20:320] - reddened()).max() <= 2
    session.set_selection([])
    assert np.array_equal(shot(view)[20:300, 20:320], composite(now(session))[..., :3])


def test_a_release_that_got_lost_ends_the_drag() -> None:
    """Another window may take the release: the next move without a button ends the gesture where it is."""
    session, view = canvas(small_document())
    press(view, 170.0, 80.0)
    move(view, 190.0, 80.0)
    hover(view, 200.0, 80.0)
    assert session.document is not None
    moved = session.document.layer(SQUARE)
    assert isinstance(moved, ObjectLayer)
    hover(view, 250.0, 80.0)
    assert session.document.layer(SQUARE) is moved
    release(view, 250.0, 80.0)
    assert session.store is not None
    assert session.store.steps == ("Move",)


def test_without_a_document_nothing_happens_and_nothing_breaks() -> None:
    session, view = canvas(small_document())
    session.set_document(None)
    drag(view, (50.0, 50.0), (60.0, 60.0))
    wheel(view, QPointF(30, 30), 1, keys=CONTROL)
    view.fit()
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert (shot(view) == SURROUND.getRgb()[:3]).all()


_AT_DENSITY = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np
from PySide6.QtWidgets import QApplication
application = QApplication([])
from canvas_documents import canvas, shot, small_document
from layerdesk.document.composite import composite
document = small_document()
session, view = canvas(document)
seen = shot(view)
assert view.devicePixelRatioF() == {density}, view.devicePixelRatioF()
assert np.array_equal(seen[20:300, 20:320], composite(document)[..., :3])
place = view.image_to_view(150.0, 60.0)
assert abs(place.x() * {density} - 170.0) < 1e-6
x, y = view.view_to_image(place)
assert abs(x - 150.0) < 1e-6 and abs(y - 60.0) < 1e-6
view.close()
"""


@pytest.mark.parametrize("density", [1.25, 1.5, 2.0])
def test_100_percent_is_a_pixel_on_a_pixel_on_dense_screens(density: float) -> None:
    folder = Path(__file__).parent
    code = _AT_DENSITY.format(folder=str(folder), density=density)
    environment = {**os.environ, "QT_SCALE_FACTOR": str(density), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder.parents[1], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_picture_of_one_pixel_is_shown() -> None:
    pixel = source_image(1, 1)
    back = edits.rename(small_document(), "b1", name="Background").layer("b1")
    document = Document(
        source=pixel,
        layers=(type(back)(id="b1", name="B", provenance=back.provenance, mask=TileMask.from_rect(Rect(0, 0, 1, 1))),),
    )
    _session, view = canvas(document, scale=32.0)
    assert (shot(view)[20:52, 20:52] == pixel.pixels[0, 0, :3]).all()
