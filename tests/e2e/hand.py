"""What a person sees and does at the window: the pointer, the keys, the pixels on the canvas. Events take the whole way through Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import GroupLayer, LeafLayer, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.ui.main_window import MainWindow

Rgb = tuple[int, int, int]
Found = TypeVar("Found", bound=LeafLayer)
Dialog = TypeVar("Dialog", bound=QDialog)
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
WIDTH, HEIGHT = 640, 800
PAPER, RED, BLUE = (244, 240, 232), (220, 60, 40), (24, 96, 140)
PHOTO, DISC, CARD = Rect(48, 180, 260, 240), Rect(400, 220, 140, 140), Rect(48, 480, 544, 240)
HEADLINE, FIRST, SECOND = "Harbour Fair", "Open every day", "Free entry at noon"


def design(path: Path) -> Path:
    """A picture with a headline, a photograph, a disc and a card with two lines; drawn large and made smaller, so edges are soft."""
    times = 4
    large = Image.new("RGB", (WIDTH * times, HEIGHT * times), PAPER)
    draw = ImageDraw.Draw(large)
    draw.ellipse(_corners(DISC, times), fill=RED)
    draw.rounded_rectangle(_corners(CARD, times), 24 * times, fill=BLUE)
    picture = large.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    grain = np.random.default_rng(7).integers(0, 256, (PHOTO.height // 8, PHOTO.width // 8, 3), dtype=np.uint8)
    picture.paste(
        Image.fromarray(cv2.resize(grain, (PHOTO.width, PHOTO.height), interpolation=cv2.INTER_CUBIC)), (PHOTO.x, PHOTO.y)
    )
    draw = ImageDraw.Draw(picture)
    for words, place, size, colour in (
        (HEADLINE, (48, 40), 72, (18, 40, 80)),
        (FIRST, (84, 520), 40, (255, 255, 255)),
        (SECOND, (84, 610), 28, (255, 255, 255)),
    ):
        draw.text(place, words, font=ImageFont.load_default(size), fill=colour)
    picture.save(path)
    return path


def _corners(rect: Rect, times: int) -> tuple[int, int, int, int]:
    return rect.x * times, rect.y * times, rect.right * times - 1, rect.bottom * times - 1


class Hand:
    """Works at one window. Places are pixels of the picture unless they are said to be a widget's."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self._bot = qtbot

    # Seeing

    @property
    def document(self) -> Document:
        document = self.window.session.document
        assert document is not None
        return document

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps that are not undone."""
        store = self.window.session.store
        assert store is not None
        return store.steps[: store.position]

    def leaves(self, kind: type[Found]) -> list[Found]:
        return [leaf for leaf in self.document.leaves() if isinstance(leaf, kind)]

    def text(self, words: str) -> TextLayer:
        (layer,) = [each for each in self.leaves(TextLayer) if each.block.text == words]
        return layer

    def layer_of(self, layer_id: str) -> LeafLayer:
        layer = self.document.layer(layer_id)
        assert not isinstance(layer, GroupLayer)
        return layer

    def ink(self, layer: LeafLayer) -> tuple[int, int]:
        """A place that the layer covers wholly, as far inside it as can be."""
        area = layer.mask.bounds.translated(layer.offset)
        solid = np.pad((mask_on_canvas(layer, area) == 255).astype(np.uint8), 1)
        y, x = np.unravel_index(int(cv2.distanceTransform(solid, cv2.DIST_L2, 3).argmax()), solid.shape)
        return int(x) - 1 + area.x, int(y) - 1 + area.y

    def shown(self) -> np.ndarray:
        """The canvas as it is painted, (h, w, 3)."""
        self.window.canvas.finish_rendering()
        image = self.window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

    def colour_at(self, x: int, y: int) -> Rgb:
        """What the canvas shows there."""
        place = self._on_canvas(x, y)
        red, green, blue = self.shown()[place.y(), place.x()]
        return int(red), int(green), int(blue)

    def wait(self, true: Callable[[], bool], *, seconds: float = 60.0) -> None:
        self._bot.waitUntil(true, timeout=round(seconds * 1000))

    def wait_for_fonts(self) -> None:
        self.wait(lambda: self.window.fonts.fonts is not None)

    # Pointer

    def press(self, x: int, y: int, *, keys: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.mousePress(self._handle(self.window), LEFT, keys, self._in_window(x, y))

    def point(self, x: int, y: int) -> None:
        """Move the pointer there, with whatever button is down."""
        QTest.mouseMove(self._handle(self.window), self._in_window(x, y))

    def release(self, x: int, y: int, *, keys: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.mouseRelease(self._handle(self.window), LEFT, keys, self._in_window(x, y))

    def click(self, x: int, y: int, *, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self.press(x, y, keys=keys)
        self.release(x, y, keys=keys)

    def double_click(self, x: int, y: int) -> None:
        QTest.mouseDClick(self._handle(self.window), LEFT, PLAIN, self._in_window(x, y))

    def drag(self, *places: tuple[int, int]) -> None:
        """Press at the first place, move on through the others, release at the last."""
        self.press(*places[0])
        for place in places[1:]:
            self.point(*place)
        self.release(*places[-1])

    def click_widget(self, widget: QWidget, place: QPoint | None = None) -> None:
        at = widget.mapTo(widget.window(), place if place is not None else widget.rect().center())
        QTest.mouseClick(self._handle(widget.window()), LEFT, PLAIN, at)

    # Keys

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN) -> None:
        """A key for whatever has the focus."""
        QTest.keyClick(self._handle(self._active()), key, keys)

    def key_down(self, key: Qt.Key) -> None:
        QTest.keyPress(self._handle(self._active()), key)

    def key_up(self, key: Qt.Key) -> None:
        QTest.keyRelease(self._handle(self._active()), key)

    def write(self, words: str) -> None:
        for letter in words:
            QTest.keyClick(self._handle(self._active()), letter)

    def fill(self, field: QLineEdit, words: str) -> None:
        """Click into a field and write `words` in place of what it holds."""
        self.click_widget(field)
        assert field.hasFocus()
        self.key(Qt.Key.Key_A, CTRL)
        self.write(words)
        assert field.text() == words

    # Files and dialogs

    def drop(self, *paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(200, 200), copy, data, LEFT, PLAIN)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        event = QDropEvent(QPointF(200, 200), copy, data, LEFT, PLAIN)
        QApplication.sendEvent(self.window, event)
        assert event.isAccepted()

    def dialogs(self, kind: type[Dialog]) -> list[Dialog]:
        return [dialog for dialog in self.window.findChildren(kind) if dialog.isVisible()]

    def dialog(self, kind: type[Dialog]) -> Dialog:
        """The one dialog of this kind, ready for keys."""
        self.wait(lambda: len(self.dialogs(kind)) == 1 and self.dialogs(kind)[0].isActiveWindow())
        return self.dialogs(kind)[0]

    def answer_file_dialog(self, path: Path) -> None:
        dialog = self.dialog(QFileDialog)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(field, QLineEdit)
        # Typed letter by letter, Qt's own list of proposals would open and want its own keys.
        field.setText(str(path))
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: not self.dialogs(QFileDialog))
        self.come_back()

    def come_back(self) -> None:
        """To the window, after a dialog: what the window manager does by itself."""
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow)

    def close(self) -> None:
        """Ask the window to close, as the button in its frame does."""
        self._handle(self.window).close()

    # Places

    def _on_canvas(self, x: int, y: int) -> QPoint:
        view = self.window.canvas.image_to_view(x + 0.5, y + 0.5)
        return QPoint(int(view.x()), int(view.y()))

    def _in_window(self, x: int, y: int) -> QPoint:
        place = self._on_canvas(x, y)
        assert self.window.canvas.rect().contains(place), "the place is out of sight"
        return self.window.canvas.mapTo(self.window, place)

    def _active(self) -> QWidget:
        active = QApplication.activeWindow()
        assert active is not None
        return active

    def _handle(self, widget: QWidget) -> QWindow:
        handle = widget.windowHandle()
        assert handle is not None
        return handle


def centre(rect: Rect) -> tuple[int, int]:
    return rect.x + rect.width // 2, rect.y + rect.height // 2


def mask_on_canvas(layer: LeafLayer, area: Rect) -> np.ndarray:
    """The layer's mask over `area` of the canvas, (h, w) uint8."""
    mask: TileMask = layer.mask
    return mask.to_array(area.translated(-layer.offset))
