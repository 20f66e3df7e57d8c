"""What is to be seen is seen: ink in thumbnails, long messages whole, the picture of what was read without empty room."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import window_samples
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from layerdesk.app.thumbnails import SIDE, thumbnail
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import LeafLayer, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster
from layerdesk.ui.main_window import MainWindow
from layerdesk.ui.panels.properties_text import Crop


def leaf(layer_id: str, kind: type[LeafLayer]) -> LeafLayer:
    layer = window_samples.layered().layer(layer_id)
    assert isinstance(layer, kind)
    return layer


@pytest.mark.parametrize(("colour", "darker"), [((20, 20, 20), True), ((240, 240, 240), False)])
def test_the_thumbnail_of_a_long_line_shows_its_first_letters(colour: tuple[int, int, int], darker: bool) -> None:
    text = leaf("t1", TextLayer)
    assert isinstance(text, TextLayer)
    rect = Rect(10, 50, 300, 12)
    pixels = np.full((rect.height, rect.width, 4), (*colour, 255), np.uint8)
    cover = np.zeros((rect.height, rect.width), np.uint8)
    cover[:, ::2] = 255
    cover[:, 30:] = 0
    line = dataclasses.replace(text.block.lines[0], rect=rect)
    long = dataclasses.replace(
        text,
        block=dataclasses.replace(text.block, lines=(line,)),
        mask=TileMask.from_array(cover, x=rect.x, y=rect.y),
        own=Raster(rect.x, rect.y, pixels),
    )
    seen = thumbnail(window_samples.source(), long)[..., :3].astype(int).mean(axis=2)
    middle = seen[SIDE // 2 - 8 : SIDE // 2 + 8, SIDE // 4 : 3 * SIDE // 4]
    board = seen[:4]
    difference = board.mean() - middle.mean() if darker else middle.mean() - board.mean()
    assert difference > 40, "the letters stand out from what is behind them"


def test_the_thumbnail_of_a_hairline_is_not_empty() -> None:
    card = leaf("s1", LeafLayer)
    hairline = dataclasses.replace(card, mask=TileMask.from_rect(Rect(20, 30, 120, 1)))
    seen = thumbnail(window_samples.source(), hairline)[..., :3]
    assert (np.abs(seen.astype(int) - (255, 136, 0)).max(axis=2) < 3).sum() >= 8 * (SIDE - 2)


def test_a_long_message_is_shown_whole(window: MainWindow, qtbot: QtBot) -> None:
    message = window.messages.show_message("One sentence that goes on and on. " * 40, kind="warning")
    (words,) = message.findChildren(QLabel)
    qtbot.waitUntil(lambda: words.width() > 400 and words.height() >= words.heightForWidth(words.width()))
    assert words.height() > 3 * words.fontMetrics().height()


def test_what_was_read_is_as_high_as_its_picture(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    (crop,) = opened.findChildren(Crop)
    qtbot.waitUntil(crop.isVisible)
    assert not crop.pixmap().isNull()
    assert 0 <= crop.height() - crop.pixmap().height() <= 10
    assert crop.pixmap().width() <= crop.width()


def test_the_field_of_the_words_grows_with_them(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    words = opened.properties.text.words
    one = words.height()
    words.setPlainText("\n".join("abcd"))
    qtbot.waitUntil(lambda: words.height() > one)
    qtbot.waitUntil(lambda: not words.verticalScrollBar().isVisible())
    words.setPlainText("\n".join("abcdefghijklmnop"))
    qtbot.waitUntil(words.verticalScrollBar().isVisible)
    assert words.height() < 200
    qtbot.waitUntil(lambda: not opened.retyping.busy, timeout=20_000)
