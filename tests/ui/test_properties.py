"""The properties panel: what it shows, and that what is typed there is seen on the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QDoubleSpinBox
from pytestqt.qtbot import QtBot
from window_samples import CARD, HELLO, PHOTO

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.layers import ShapeLayer, TextLayer
from layerdesk.ui.main_window import MainWindow


def current(window: MainWindow) -> Document:
    document = window.session.document
    assert document is not None
    return document


def text_of(window: MainWindow, layer_id: str = "t1") -> TextLayer:
    layer = current(window).layer(layer_id)
    assert isinstance(layer, TextLayer)
    return layer


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.retyping.busy, timeout=20_000)


def type_number(qtbot: QtBot, field: QDoubleSpinBox, value: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, value)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def on_canvas(window: MainWindow) -> np.ndarray:
    """What the canvas shows, (h, w, 3)."""
    window.canvas.finish_rendering()
    image = window.canvas.grab().toImage().convertToFormat(window.canvas.grab().toImage().Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def test_it_shows_the_selected_layer(opened: MainWindow) -> None:
    panel = opened.properties
    opened.session.set_selection(["o1"])
    assert panel.name.text() == "Photo"
    assert (panel.x_box.value(), panel.y_box.value()) == (PHOTO.x, PHOTO.y)
    assert (panel.w_box.value(), panel.h_box.value()) == (PHOTO.width, PHOTO.height)
    assert panel.w_box.isReadOnly()
    assert not panel.text.isVisible()
    opened.session.set_selection(["t1"])
    assert panel.text.isVisible()
    assert panel.text.words.toPlainText() == "Hello"
    assert panel.text.family.currentText() == "DejaVu Sans"
    opened.session.set_selection([])
    assert not panel.name.isVisible()


def test_where_it_came_from_is_told(opened: MainWindow) -> None:
    opened.session.set_selection(["t1"])
    shown = {words: label.text() for words, label in opened.properties._origin_labels.items()}
    assert shown == {"Kind": "Text", "Stage": "text", "Engine": "rapidocr 3.10", "Confidence": "0.62", "By hand": "unchanged"}


def test_a_typed_place_moves_the_layer(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["o1"])
    type_number(qtbot, opened.properties.x_box, "7")
    assert current(opened).layer("o1").bounds.x == 7
    assert current(opened).layer("o1").bounds.y == PHOTO.y
    opened.session.undo()
    assert opened.properties.x_box.value() == PHOTO.x


def test_name_opacity_and_blend_can_be_typed(opened: MainWindow, qtbot: QtBot) -> None:
    panel = opened.properties
    opened.session.set_selection(["o1"])
    panel.name.setFocus()
    panel.name.selectAll()
    qtbot.keyClicks(panel.name, "Harbour")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    type_number(qtbot, panel.opacity, "35")
    panel.blend.setFocus()
    qtbot.keyClick(panel.blend, Qt.Key.Key_End)
    layer = current(opened).layer("o1")
    assert (layer.name, layer.opacity, layer.blend) == ("Harbour", 0.35, "overlay")


def test_typed_words_are_seen_on_the_canvas(opened: MainWindow, qtbot: QtBot) -> None:
    before, document = on_canvas(opened), current(opened)
    opened.session.set_selection(["t1"])
    words = opened.properties.text.words
    words.setFocus()
    words.selectAll()
    qtbot.keyClicks(words, "Salut")
    settle(opened, qtbot)
    layer = text_of(opened)
    assert layer.block.text == "Salut"
    assert layer.block.recognised == "Hello"
    assert layer.block.rendered
    assert layer.provenance.edited
    assert not np.array_equal(composite(document, rect=HELLO), composite(current(opened), rect=HELLO))
    opened.session.set_selection([])
    assert not np.array_equal(before, on_canvas(opened))


def test_words_typed_in_one_go_are_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    store = opened.session.store
    assert store is not None
    steps, document = len(store.steps), current(opened)
    opened.session.set_selection(["t1"])
    words = opened.properties.text.words
    words.setFocus()
    for letter in "abc":
        qtbot.keyClicks(words, letter)
        settle(opened, qtbot)
    assert len(store.steps) == steps + 1
    qtbot.keyClick(words, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert current(opened) is document
    assert words.toPlainText() == "Hello"


def test_undo_while_words_are_being_drawn_drops_them(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    words = opened.properties.text.words
    words.setFocus()
    qtbot.keyClicks(words, "x")
    settle(opened, qtbot)
    store = opened.session.store
    assert store is not None
    store.seal()
    qtbot.keyClicks(words, "y")
    opened.session.undo()
    settle(opened, qtbot)
    assert text_of(opened).block.text == "Hello"
    assert words.toPlainText() == "Hello"


def test_words_typed_last_are_saved_too(opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[str] = []
    monkeypatch.setattr(opened.files, "save", lambda: saved.append(text_of(opened).block.text))
    opened.session.set_selection(["t1"])
    words = opened.properties.text.words
    words.setFocus()
    qtbot.keyClicks(words, "!")
    opened.when_settled(opened.files.save)
    qtbot.waitUntil(lambda: bool(saved), timeout=20_000)
    assert saved == [words.toPlainText()]


def test_style_is_edited(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    panel = opened.properties.text
    type_number(qtbot, panel.size_box, "40")
    settle(opened, qtbot)
    assert text_of(opened).block.style.font_size_px == 40.0
    qtbot.mouseClick(panel.bold, Qt.MouseButton.LeftButton)
    settle(opened, qtbot)
    qtbot.mouseClick(panel.italic, Qt.MouseButton.LeftButton)
    settle(opened, qtbot)
    (centre,) = [button for button in panel.aligns.buttons() if button.property("align") == "center"]
    qtbot.mouseClick(centre, Qt.MouseButton.LeftButton)
    settle(opened, qtbot)
    style = text_of(opened).block.style
    assert (style.weight, style.italic, style.align) == (700, True, "center")
    assert style.font_size_px == 40.0


def test_a_family_that_is_not_installed_is_marked(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    panel = opened.properties.text
    assert not panel._missing.isVisible()
    panel.family.setFocus()
    panel.family.lineEdit().selectAll()  # type: ignore[union-attr]
    qtbot.keyClicks(panel.family, "No Such Font")
    qtbot.keyClick(panel.family, Qt.Key.Key_Return)
    settle(opened, qtbot)
    assert text_of(opened).block.style.font_family == "No Such Font"
    assert panel._missing.isVisible()
    assert "“No Such Font” is not installed" in panel._missing.text()


def test_a_picked_colour_is_used(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.set_selection(["t1"])
    qtbot.mouseClick(opened.properties.text.colour, Qt.MouseButton.LeftButton)
    dialog = opened.findChild(QColorDialog)
    assert dialog is not None
    dialog.setCurrentColor(QColor("#00aa55"))
    dialog.accept()
    settle(opened, qtbot)
    assert text_of(opened).block.style.color == "#00aa55"


def test_a_shape_is_filled_anew(opened: MainWindow) -> None:
    opened.session.set_selection(["s1"])
    assert opened.properties.fill.value == "#ff8800"
    opened.properties.fill.picked.emit("#123456")
    layer = current(opened).layer("s1")
    assert isinstance(layer, ShapeLayer)
    assert layer.shape.fill == "#123456"
    centre = composite(current(opened))[CARD.y + 5, CARD.x + 5]
    assert tuple(centre[:3]) == (0x12, 0x34, 0x56)


def test_the_text_tool_opens_the_words_of_the_text_under_it(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.canvas, Qt.Key.Key_T)
    place = opened.canvas.image_to_view(HELLO.x + 10.0, HELLO.y + 10.0).toPoint()
    qtbot.mouseClick(opened.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(place))
    assert opened.session.selection == ("t1",)
    assert opened.properties.text.words.hasFocus()
    assert opened.properties.text.words.textCursor().selectedText() == "Hello"
