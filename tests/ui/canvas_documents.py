"""Small documents made by hand, whose every pixel is known, and what the canvas tests share."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerdesk.app.session import Session
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, ObjectLayer, Provenance, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.ui.canvas.view import CanvasView

FOUND = Provenance(stage="objects", engine="made by hand")
RING, SQUARE, WORDS, GROUP, BACK = "o1", "o2", "t1", "g1", "b1"
NOTHING = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def source_image(width: int, height: int) -> SourceImage:
    """A picture of smooth noise, opaque."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (max(2, height // 16), max(2, width // 16), 3), dtype=np.uint8)
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    pixels.setflags(write=False)
    return SourceImage(name="noise.png", data=b"noise", sha256=hashlib.sha256(b"noise").hexdigest(), pixels=pixels)


def ring(side: int, hole: int) -> NDArray[np.uint8]:
    """A disc with a hole: its box is not its pixels."""
    plane = np.zeros((side, side), np.uint8)
    cv2.circle(plane, (side // 2, side // 2), side // 2 - 1, 255, -1)
    cv2.circle(plane, (side // 2, side // 2), hole, 0, -1)
    return plane


def plain(rect: Rect, colour: tuple[int, int, int]) -> Raster:
    pixels = np.empty((rect.height, rect.width, 4), np.uint8)
    pixels[...] = (*colour, 255)
    return Raster(rect.x, rect.y, pixels)


def small_document(width: int = 300, height: int = 280) -> Document:
    """A background, in a group a red ring at (40, 40) of 80 pixels and a green square at (150, 60) of 50, and a text above."""
    line = TextLine(text="Sale", rect=Rect(40, 200, 60, 20), baseline=220.0)
    ring_mask = TileMask.from_array(ring(80, 25), x=40, y=40)
    back = BackgroundLayer(
        id=BACK, name="Background", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, width, height)), locked=True
    )
    red = ObjectLayer(id=RING, name="Ring", provenance=FOUND, mask=ring_mask, own=plain(Rect(40, 40, 80, 80), (200, 10, 20)))
    square = Rect(150, 60, 50, 50)
    green = ObjectLayer(
        id=SQUARE, name="Square", provenance=FOUND, mask=TileMask.from_rect(square), own=plain(square, (10, 180, 30))
    )
    words = TextLayer(
        id=WORDS, name="Sale", provenance=FOUND, mask=TileMask.from_rect(line.rect), own=plain(line.rect, (0, 0, 255)),
        block=TextBlock(lines=(line,), style=TextStyle()),
    )  # fmt: skip
    group = GroupLayer(id=GROUP, name="Group", provenance=FOUND, children=(red, green))
    return Document(source=source_image(width, height), layers=(back, group, words))


def canvas(document: Document, *, width: int = 400, height: int = 360, scale: float = 1.0) -> tuple[Session, CanvasView]:
    """A shown canvas at this scale, the picture's first pixel at device pixel (20, 20)."""
    session = Session()
    view = CanvasView(session)
    session.setParent(view)
    view.resize(width, height)
    session.set_document(document)
    view.show()
    QApplication.processEvents()
    look(view, scale=scale)
    return session, view


def close_canvases() -> None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, CanvasView):
            widget.close()


def look(view: CanvasView, *, scale: float, x: float = 20.0, y: float = 20.0) -> None:
    view.viewport = type(view.viewport)(scale=scale, x=x, y=y)
    view.finish_rendering()


def at(view: CanvasView, x: float, y: float) -> QPoint:
    """The widget's pixel that shows the picture's point."""
    return view.image_to_view(x, y).toPoint()


def shot(view: CanvasView) -> NDArray[np.uint8]:
    """(h, w, 3) RGB of what the canvas shows, everything rendered."""
    view.finish_rendering()
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[..., :3].copy()


def mouse(
    view: CanvasView,
    kind: QEvent.Type,
    place: QPointF,
    *,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    keys: Qt.KeyboardModifier,
) -> None:
    """One mouse event at a place of the widget; QTest's own moves carry no buttons."""
    event = QMouseEvent(kind, place, QPointF(view.mapToGlobal(place.toPoint())), button, held, keys)
    QApplication.sendEvent(view, event)


def press(view: CanvasView, x: float, y: float, *, keys: Qt.KeyboardModifier = NOTHING, button: Qt.MouseButton = LEFT) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, view.image_to_view(x, y), button=button, held=button, keys=keys)


def move(view: CanvasView, x: float, y: float, *, keys: Qt.KeyboardModifier = NOTHING, button: Qt.MouseButton = LEFT) -> None:
    none = Qt.MouseButton.NoButton
    mouse(view, QEvent.Type.MouseMove, view.image_to_view(x, y), button=none, held=button, keys=keys)


def hover(view: CanvasView, x: float, y: float) -> None:
    move(view, x, y, button=Qt.MouseButton.NoButton)


def release(view: CanvasView, x: float, y: float, *, keys: Qt.KeyboardModifier = NOTHING, button: Qt.MouseButton = LEFT) -> None:
    none = Qt.MouseButton.NoButton
    mouse(view, QEvent.Type.MouseButtonRelease, view.image_to_view(x, y), button=button, held=none, keys=keys)


def drag(
    view: CanvasView, *places: tuple[float, float], keys: Qt.KeyboardModifier = NOTHING, button: Qt.MouseButton = LEFT
) -> None:
    """Press at the first place of the picture (as it lies now), move through the others, release at the last."""
    first, *others = (view.image_to_view(*place) for place in places)
    none = Qt.MouseButton.NoButton
    mouse(view, QEvent.Type.MouseButtonPress, first, button=button, held=button, keys=keys)
    for place in others:
        mouse(view, QEvent.Type.MouseMove, place, button=none, held=button, keys=keys)
    mouse(view, QEvent.Type.MouseButtonRelease, others[-1], button=button, held=none, keys=keys)


def click(view: CanvasView, x: float, y: float, *, keys: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, keys, at(view, x, y))


def wheel(view: CanvasView, place: QPointF, notches: float, *, keys: Qt.KeyboardModifier) -> None:
    angle, none = QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton
    globally = QPointF(view.mapToGlobal(place.toPoint()))
    phase, inverted = Qt.ScrollPhase.NoScrollPhase, False
    event = QWheelEvent(place, globally, QPoint(), angle, none, keys, phase, inverted)
    QApplication.sendEvent(view, event)


def mask_of(document: Document, layer_id: str) -> NDArray[np.uint8]:
    """The layer's mask over the whole canvas, in canvas coordinates."""
    layer = document.layer(layer_id)
    assert not isinstance(layer, GroupLayer)
    return layer.mask.to_array(document.rect.translated(-layer.offset))


def now(session: Session) -> Document:
    assert session.document is not None
    return session.document


def steps(session: Session) -> tuple[str, ...]:
    assert session.store is not None
    return session.store.steps


def offset(session: Session, layer_id: str) -> Point:
    layer = now(session).layer(layer_id)
    assert not isinstance(layer, GroupLayer)
    return layer.offset


def told(session: Session) -> list[str]:
    """What the session tells the person from now on."""
    messages: list[str] = []
    session.message.connect(messages.append)
    return messages
