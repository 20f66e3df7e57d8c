"""A widget that shows a document through a viewport: zoom, scroll, and painting in slices so that nothing waits."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from layerdesk.document.geometry import Rect, Size
from layerdesk.ui.canvas.renderer import Renderer
from layerdesk.ui.canvas.tiles import Budget
from layerdesk.ui.canvas.viewport import MAX_SCALE, Viewport, showing

_SLICE_MS = 8.0
"""How long one slice of work may make tiles."""
_MARGIN = 16
"""Logical pixels left free around a picture that is fitted into the view."""


class Surface(QWidget):
    """Shows what its renderer holds. Device pixels rule inside; `scale` 1.0 is a picture's pixel on a pixel of the screen."""

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self.renderer = Renderer()
        self._fitted: float | None = MAX_SCALE
        """While the picture is kept fitted into the view: the largest scale for that."""
        self._device_size = self._measured()
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._work)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(64, 64)

    @property
    def scale(self) -> float:
        """Device pixels for one pixel of the picture: 1.0 is 100 %."""
        return self.viewport.scale

    def view_to_image(self, point: QPointF) -> tuple[float, float]:
        """The point of the picture under a point of the widget."""
        dpr = self.devicePixelRatioF()
        return self.viewport.to_image(point.x() * dpr, point.y() * dpr)

    def image_to_view(self, x: float, y: float) -> QPointF:
        """Where a point of the picture lies in the widget."""
        dpr = self.devicePixelRatioF()
        across, down = self.viewport.to_device(x, y)
        return QPointF(across / dpr, down / dpr)

    def zoom_in(self) -> None:
        self.step_zoom(1, at=self._middle())

    def zoom_out(self) -> None:
        self.step_zoom(-1, at=self._middle())

    def step_zoom(self, direction: int, *, at: tuple[float, float]) -> None:
        """One zoom level in (+1) or out (-1), the point of the picture under `at` (device pixels) staying where it is."""
        self.look(self.viewport.stepped(direction, at=at))

    def fit(self) -> None:
        """Show the whole picture as large as goes."""
        self.fit_within(largest=MAX_SCALE)

    def actual_size(self) -> None:
        """100 %, about the middle of the view."""
        self.look(self.viewport.zoomed(1.0, at=self._middle()))

    def show_rect(self, rect: Rect) -> None:
        """Show `rect` of the picture as large as goes."""
        self.look(showing(rect, self._device_size, margin=self._margin()))

    def reveal(self, rect: Rect) -> None:
        """Bring `rect` of the picture into sight without zooming in, where it is not fully seen already."""
        seen = self.viewport.device_rect(rect)
        if rect.empty or self._device_size.rect.contains_rect(seen):
            return
        self.look(showing(rect, self._device_size, margin=self._margin(), largest=self.scale))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by so many device pixels."""
        self.look(self.viewport.panned(dx, dy))

    def finish_rendering(self) -> None:
        """Make all tiles in sight now, as for a screenshot."""
        done = False
        while not done:
            done, _touched = self.renderer.work(self.viewport, self._device_size.rect, budget=Budget(1000.0))
        self._idle.stop()
        self.update()

    def device_point(self, point: QPointF) -> tuple[float, float]:
        """A point of the widget in device pixels."""
        dpr = self.devicePixelRatioF()
        return point.x() * dpr, point.y() * dpr

    def update_device(self, rect: Rect) -> None:
        """Draw these device pixels again."""
        dpr = self.devicePixelRatioF()
        left, top = int(rect.x // dpr) - 1, int(rect.y // dpr) - 1
        self.update(QRect(left, top, int(rect.width / dpr) + 3, int(rect.height / dpr) + 3))

    @property
    def slice_ms(self) -> float:
        """Milliseconds that a paint event may make tiles."""
        return _SLICE_MS

    def paintEvent(self, event: QPaintEvent) -> None:
        dpr = self.devicePixelRatioF()
        with QPainter(self) as painter:
            painter.scale(1.0 / dpr, 1.0 / dpr)
            exposed = self._device_rect(event.rect())
            complete = self.renderer.paint(painter, self.viewport, exposed, budget=Budget(self.slice_ms), dpr=dpr)
            self.paint_overlay(painter, dpr)
        if not complete and not self._idle.isActive():
            self._idle.start()

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        """Draw over the picture, in device pixels."""
        del painter, dpr

    def _work(self) -> None:
        """One idle slice: make some of the tiles that are in sight."""
        done, touched = self.renderer.work(self.viewport, self._device_size.rect, budget=Budget(_SLICE_MS))
        if done:
            self._idle.stop()
        if not touched.empty:
            self.update_device(touched)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._on_measure()
        return handled

    def hideEvent(self, event: QHideEvent) -> None:
        self._idle.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_measure()

    def _on_measure(self) -> None:
        """The widget has another size or the screen another density: keep what was in the middle there, or keep it fitted."""
        before, self._device_size = self._device_size, self._measured()
        if self._fitted is not None:
            self.fit_within(largest=self._fitted)
        else:
            dx, dy = (self._device_size.width - before.width) / 2, (self._device_size.height - before.height) / 2
            self.look(self.viewport.panned(dx, dy))

    def fit_within(self, *, largest: float) -> None:
        """Show the whole picture, at no more than the scale `largest`; it stays fitted when the window changes its size."""
        document = self.renderer.document
        if document is not None:
            self.look(showing(document.rect, self._device_size, margin=self._margin(), largest=largest))
            self._fitted = largest

    def look(self, viewport: Viewport) -> None:
        """Go to this viewport, or the nearest one that keeps the picture in sight."""
        document = self.renderer.document
        if document is not None:
            viewport = viewport.kept_in_sight(document.size, self._device_size)
        self._fitted = None
        before, self.viewport = self.viewport, viewport
        if viewport != before:
            self.update()
        if viewport.scale != before.scale:
            self.zoom_changed.emit(viewport.scale)

    def _measured(self) -> Size:
        dpr = self.devicePixelRatioF()
        return Size(max(1, round(self.width() * dpr)), max(1, round(self.height() * dpr)))

    def _middle(self) -> tuple[float, float]:
        return self._device_size.width / 2, self._device_size.height / 2

    def _margin(self) -> int:
        return round(_MARGIN * self.devicePixelRatioF())

    def _device_rect(self, rect: QRect) -> Rect:
        dpr = self.devicePixelRatioF()
        right, bottom = (rect.x() + rect.width()) * dpr, (rect.y() + rect.height()) * dpr
        return Rect.from_edges(math.floor(rect.x() * dpr), math.floor(rect.y() * dpr), math.ceil(right), math.ceil(bottom))

    def update_image(self, rect: Rect) -> None:
        """Draw these pixels of the picture again, a rim for smoothing included."""
        if not rect.empty:
            self.update_device(self.viewport.device_rect(rect).expanded(max(2, round(2 * self.scale))))
