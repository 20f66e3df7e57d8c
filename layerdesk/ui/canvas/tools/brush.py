"""Brush and eraser: paint on the mask of the selected layer. One stroke is one step, seen while it is drawn."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter

from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point
from layerdesk.document.strokes import Brush, Stroke
from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.tools.base import Pointer, Tool, paintable

SMALLEST: Final = 1.0
LARGEST: Final = 1000.0


def resized(brush: Brush, direction: int) -> Brush:
    """One step larger (+1) or smaller (-1): a tenth of the size, a pixel at least."""
    step = max(1.0, round(brush.size * 0.1))
    size = min(LARGEST, max(SMALLEST, round(brush.size) + direction * step))
    return dataclasses.replace(brush, size=float(size))


def hardened(brush: Brush, direction: int) -> Brush:
    """One step harder (+1) or softer (-1), of ten from 0 to 1."""
    return dataclasses.replace(brush, hardness=min(1.0, max(0.0, round(brush.hardness * 10 + direction) / 10)))


class BrushTool(Tool):
    name = "tool.brush"
    cursor_shape = Qt.CursorShape.CrossCursor
    erases: ClassVar[bool] = False

    _stroke: Stroke | None = None
    _base: Document | None = None
    """What the stroke started from."""
    _shown: Document | None = None
    """What it has made of it so far."""
    _layer_id = ""
    _offset = Point()
    _at: tuple[float, float] | None = None
    """Where the ring is drawn, in pixels of the picture."""
    _last_end: tuple[str, float, float] | None = None
    """Layer and place of the last stroke's end, from which a Shift-click draws a line."""

    @property
    def busy(self) -> bool:
        return self._stroke is not None

    @property
    def shows_mask(self) -> bool:
        return True

    def press(self, pointer: Pointer) -> None:
        layer = paintable(self.session)
        if layer is None:
            return
        brush = dataclasses.replace(self.session.brush, erase=self.erases != pointer.alt)
        self._base = self._shown = self.session.document
        self._layer_id, self._offset = layer.id, layer.offset
        self._stroke = Stroke(layer.mask, brush)
        if pointer.shift and self._last_end is not None and self._last_end[0] == layer.id:
            self._dab(self._last_end[1], self._last_end[2])
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        self.hover(pointer)
        if self._stroke is None:
            return
        if self.session.document is not self._base:
            self.cancel()
            self.session.message.emit("The layers changed during the stroke, so it was dropped; draw it again.")
            return
        self._dab(pointer.x, pointer.y)

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        stroke, shown = self._stroke, self._shown
        if stroke is None or shown is None:
            return
        self.forget()
        self._last_end = (self._layer_id, pointer.x, pointer.y)
        self.session.apply("Erase mask" if stroke.brush.erase else "Paint mask", shown)
        self.view.end_preview()

    def hover(self, pointer: Pointer) -> None:
        old, self._at = self._at, (pointer.x, pointer.y)
        for place in (old, self._at):
            if place is not None:
                self.view.update_device(
                    overlay.ring_reach(self.view.viewport, place, self.session.brush.size, dpr=self.view.devicePixelRatioF())
                )

    def key(self, event: QKeyEvent) -> bool:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match Qt.Key(event.key()):
            case Qt.Key.Key_BracketLeft | Qt.Key.Key_BraceLeft:
                direction = -1
            case Qt.Key.Key_BracketRight | Qt.Key.Key_BraceRight:
                direction = 1
            case Qt.Key.Key_X if not event.modifiers():
                self.session.set_tool(BrushTool.name if self.erases else EraserTool.name)
                return True
            case _:
                return False
        brush = self.session.brush
        self.session.set_brush(hardened(brush, direction) if shift else resized(brush, direction))
        return True

    def cancel(self) -> None:
        if self._stroke is not None:
            self.forget()
            self.view.end_preview()

    def forget(self) -> None:
        self._stroke = self._base = self._shown = None
        if self.session.document is None or (self._last_end is not None and self._last_end[0] not in self.session.document):
            self._last_end = None

    def leave(self) -> None:
        self._at = None
        self.view.update()

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        if self._at is not None:
            overlay.draw_ring(painter, self.view.viewport, self._at, self.session.brush.size, dpr=dpr)

    def _dab(self, x: float, y: float) -> None:
        """Go on with the stroke to a point of the picture and show it."""
        assert self._stroke is not None
        assert self._base is not None
        touched = self._stroke.add(x - self._offset.x, y - self._offset.y).translated(self._offset)
        if not touched.empty:
            self._shown = edits.set_mask(self._base, self._layer_id, mask=self._stroke.mask)
            self.view.preview(self._shown, touched)


class EraserTool(BrushTool):
    name = "tool.eraser"
    erases = True
