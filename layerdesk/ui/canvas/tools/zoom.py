"""The magnifier: a click zooms in, with Alt out, a drag shows what the rubber band encloses."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.tools.base import Pointer, Tool, spanned

_DRAG_FROM = 4.0


class ZoomTool(Tool):
    name = "tool.zoom"

    _start: Pointer | None = None
    _end: Pointer | None = None

    @property
    def busy(self) -> bool:
        return self._start is not None

    def press(self, pointer: Pointer) -> None:
        self._start = self._end = pointer

    def move(self, pointer: Pointer) -> None:
        self._end = pointer
        self.view.update()

    def release(self, pointer: Pointer) -> None:
        start, self._start, self._end = self._start, None, None
        if start is None:
            return
        if start.device_distance(pointer) >= _DRAG_FROM and not pointer.alt:
            self.view.show_rect(spanned(start, pointer))
        else:
            self.view.step_zoom(-1 if pointer.alt else 1, at=pointer.device)
        self.view.update()

    def cancel(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._start = self._end = None
        self.view.update()

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        if self._start is not None and self._end is not None:
            overlay.draw_band(painter, self.view.viewport, spanned(self._start, self._end), dpr=dpr)
