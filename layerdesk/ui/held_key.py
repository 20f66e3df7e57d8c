"""A key that does something for as long as it is held, and the wheel that zooms by itself where that is wanted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from layerdesk.ui.canvas.view import CanvasView


class HeldKey(QObject):
    """Calls `changed(True)` when the key goes down and `changed(False)` when it comes up or the focus goes elsewhere.

    It is watched for only while it is held, so that other events cost nothing. Text fields keep the key to themselves.
    """

    def __init__(self, sequence: str, changed: Callable[[bool], object], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._changed = changed
        self._keys = QKeySequence(sequence)
        self._watched: list[QObject] = []
        shortcut = QShortcut(self._keys, window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self._press)

    @Slot()
    def _press(self) -> None:
        if not self._watched:
            focus = QApplication.focusWidget()
            self._watched = [each for each in (self._window, focus) if each is not None]
            for each in self._watched:
                each.installEventFilter(self)
            self._changed(True)  # noqa: FBT003 as a signal gives it

    def _release(self) -> None:
        for each in self._watched:
            each.removeEventFilter(self)
        self._watched = []
        self._changed(False)  # noqa: FBT003

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            if QKeySequence(event.key()) == self._keys:
                self._release()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate, QEvent.Type.Hide, QEvent.Type.DeferredDelete):
            self._release()
        return False


class WheelZoom(QObject):
    """Makes the wheel alone zoom the canvas at the pointer."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._on = False

    def switch(self, *, on: bool) -> None:
        if on != self._on:
            self._on = on
            self._canvas.installEventFilter(self) if on else self._canvas.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QWheelEvent) or event.modifiers() or not event.angleDelta().y():
            return False
        self._canvas.step_zoom(1 if event.angleDelta().y() > 0 else -1, at=self._canvas.device_point(event.position()))
        return True
