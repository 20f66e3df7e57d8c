"""Rectangle, lasso and polygon: regions drawn by hand. Alt takes away instead of adding."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter

from layerdesk.document.geometry import Rect
from layerdesk.document.layers import LeafLayer
from layerdesk.document.selection_shapes import polygon_region, rectangle_region
from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.tools.base import Pointer, spanned
from layerdesk.ui.canvas.tools.regions import RegionTool

_CLOSE_WITHIN: Final = 8.0
"""Device-independent pixels around the first corner in which a click closes a polygon."""
_DRAG_FROM: Final = 3.0


class DraggedTool(RegionTool):
    """A region that one drag draws."""

    _start: Pointer | None = None
    _layer: LeafLayer | None = None

    @property
    def busy(self) -> bool:
        return self._start is not None

    def press(self, pointer: Pointer) -> None:
        going, self._layer = self.target()
        if going:
            self._start = pointer

    def cancel(self) -> None:
        self.forget()
        self.view.update()

    def forget(self) -> None:
        self._start = self._layer = None


class BoxTool(DraggedTool, ABC):
    """A drag that spans a box; with Shift a square."""

    _end: Pointer | None = None

    def move(self, pointer: Pointer) -> None:
        self._end = pointer
        self.view.update()

    def release(self, pointer: Pointer) -> None:
        start, layer = self._start, self._layer
        self.forget()
        self.view.update()
        if start is not None and start.device_distance(pointer) >= _DRAG_FROM:
            self.use(spanned(start, pointer, square=pointer.shift), layer, subtract=start.alt)

    @abstractmethod
    def use(self, box: Rect, layer: LeafLayer | None, *, subtract: bool) -> None:
        """The box is drawn."""

    def forget(self) -> None:
        super().forget()
        self._end = None

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        if self._start is not None and self._end is not None:
            box = spanned(self._start, self._end, square=self._end.shift)
            overlay.draw_band(painter, self.view.viewport, box, dpr=dpr)


class RectangleTool(BoxTool):
    name = "tool.rectangle"

    def use(self, box: Rect, layer: LeafLayer | None, *, subtract: bool) -> None:
        document = self.session.document
        if document is not None:
            self.finish(rectangle_region(box, within=document.rect), layer, subtract=subtract)


class LassoTool(DraggedTool):
    name = "tool.lasso"

    _points: tuple[tuple[float, float], ...] = ()

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        self._points = ((pointer.x, pointer.y),)

    def move(self, pointer: Pointer) -> None:
        if self._start is not None and (pointer.x, pointer.y) != self._points[-1]:
            self._points = (*self._points, (pointer.x, pointer.y))
            self.view.update()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        start, layer, points, document = self._start, self._layer, self._points, self.session.document
        self.forget()
        self.view.update()
        if start is not None and document is not None and len(points) > 2:
            self.finish(polygon_region(points, within=document.rect), layer, subtract=start.alt)

    def forget(self) -> None:
        super().forget()
        self._points = ()

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        if self._start is not None:
            overlay.draw_path(painter, self.view.viewport, self._points, dpr=dpr)


class PolygonTool(RegionTool):
    """Click after click a corner; a double click, Enter or a click on the first corner closes it, Backspace takes one back."""

    name: ClassVar[str] = "tool.polygon"

    _points: tuple[tuple[float, float], ...] = ()
    _pointer: tuple[float, float] | None = None
    _layer: LeafLayer | None = None
    _subtract = False

    @property
    def busy(self) -> bool:
        return bool(self._points)

    def press(self, pointer: Pointer) -> None:
        self._pointer = (pointer.x, pointer.y)
        if not self._points:
            going, self._layer = self.target()
            if not going:
                return
            self._subtract = pointer.alt
        elif len(self._points) > 2 and self._on_first(pointer):
            self._close()
            return
        self._points = (*self._points, (pointer.x, pointer.y))
        self.view.update()

    def move(self, pointer: Pointer) -> None:
        self.hover(pointer)

    def hover(self, pointer: Pointer) -> None:
        self._pointer = (pointer.x, pointer.y)
        if self._points:
            self.view.update()

    def double_click(self, pointer: Pointer) -> bool:
        del pointer
        if len(self._points) < 3:
            return False
        self._close()
        return True

    def key(self, event: QKeyEvent) -> bool:
        if not self._points:
            return False
        match Qt.Key(event.key()):
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._close()
            case Qt.Key.Key_Backspace | Qt.Key.Key_Delete:
                self._points = self._points[:-1]
                self.view.update()
            case _:
                return False
        return True

    def cancel(self) -> None:
        self.forget()
        self.view.update()

    def forget(self) -> None:
        self._points, self._layer = (), None

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        if not self._points:
            return
        line = self._points if self._pointer is None else (*self._points, self._pointer)
        overlay.draw_path(painter, self.view.viewport, line, dpr=dpr)
        for index, point in enumerate(self._points):
            overlay.draw_handle(painter, self.view.viewport, point, dpr=dpr, strong=index == 0)

    def _on_first(self, pointer: Pointer) -> bool:
        first = self.view.viewport.to_device(*self._points[0])
        return math.dist(first, pointer.device) <= _CLOSE_WITHIN * self.view.devicePixelRatioF()

    def _close(self) -> None:
        points, layer, document = self._points, self._layer, self.session.document
        self.cancel()
        if document is None:
            return
        if len(points) < 3:
            self.session.message.emit("A polygon needs three corners.")
            return
        self.finish(polygon_region(points, within=document.rect), layer, subtract=self._subtract)
