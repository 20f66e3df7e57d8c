"""The hand: drags the view."""

from __future__ import annotations

from PySide6.QtCore import Qt

from layerdesk.ui.canvas.tools.base import Pointer, Tool


class HandTool(Tool):
    name = "tool.hand"
    cursor_shape = Qt.CursorShape.OpenHandCursor

    _last: tuple[float, float] | None = None

    @property
    def busy(self) -> bool:
        return self._last is not None

    def cursor(self, modifiers: Qt.KeyboardModifier) -> Qt.CursorShape:
        del modifiers
        return Qt.CursorShape.ClosedHandCursor if self.busy else Qt.CursorShape.OpenHandCursor

    def press(self, pointer: Pointer) -> None:
        self._last = pointer.device

    def move(self, pointer: Pointer) -> None:
        if self._last is not None:
            self.view.pan(pointer.device[0] - self._last[0], pointer.device[1] - self._last[1])
            self._last = pointer.device

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._last = None

    def cancel(self) -> None:
        self._last = None

    def forget(self) -> None:
        self._last = None
