"""The canvas: shows the document, turns mouse, wheel and keys into what the tools understand."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from layerdesk.app.session import Session
from layerdesk.document.document import Document
from layerdesk.document.geometry import EMPTY, Rect
from layerdesk.document.history import Change
from layerdesk.document.hit_test import all_at
from layerdesk.document.layers import GroupLayer
from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.surface import Surface
from layerdesk.ui.canvas.tools import make_tools
from layerdesk.ui.canvas.tools.base import Pointer, RunJob, Tool, run_now

_GESTURE_MS = 22.0
"""While something is dragged, a paint event may take as long as leaves it smooth: better than to show it torn."""
_NOTCH = 120
_SCROLL_PER_NOTCH = 60
"""Logical pixels that a notch of the wheel scrolls."""
_NOTCHES_TO_DOUBLE = 4


class CanvasView(Surface):
    """The session's document and the tools on it."""

    pointer_moved = Signal(int, int)
    """The pixel of the picture under the pointer."""
    edit_text_requested = Signal(str)
    """The words of the text layer with this id are to be edited."""
    colour_picked = Signal(str)
    """'#rrggbb'"""

    def __init__(self, session: Session, parent: QWidget | None = None, *, run_job: RunJob = run_now) -> None:
        super().__init__(parent)
        self.session = session
        self.bounds = overlay.Bounds()
        self._source_shown: object = None
        self._preview_rect: Rect | None = None
        self._held_space = False
        self._right_aborted = False
        self._grabbed: tuple[Tool, Qt.MouseButton] | None = None
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(
            "The picture with its layers. Click to select a layer, drag to move it, arrow keys to nudge it."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.tools: dict[str, Tool] = make_tools(session, self, run_job)
        self._active = self.tools[session.tool]
        session.document_replaced.connect(self._on_replaced)
        session.document_changed.connect(self._on_changed)
        session.selection_changed.connect(self._on_selection)
        session.tool_changed.connect(self._on_tool)
        session.brush_changed.connect(self.update)
        session.compare_changed.connect(self._on_compare)
        self._on_replaced()

    def preview(self, document: Document, rect: Rect) -> None:
        """Show what a gesture would make of the document; it differs from what is shown inside `rect` of the canvas."""
        self._preview_rect = rect.united(self._preview_rect or EMPTY)
        self.renderer.change(document, rect)
        self._sync_mask(within=rect)
        self.update_image(rect)

    def end_preview(self) -> None:
        """Show the document as it stands."""
        rect, self._preview_rect = self._preview_rect, None
        if rect is not None and self.session.document is not None:
            self.renderer.change(self.session.document, rect)
            self._sync_mask()
            self.update_image(rect)

    def refresh_cursor(self) -> None:
        """Show the cursor of the tool as it now stands."""
        tool = self._grabbed[0] if self._grabbed else self._tool_now(Qt.KeyboardModifier.NoModifier)
        self.setCursor(tool.cursor(Qt.KeyboardModifier.NoModifier))

    @property
    def slice_ms(self) -> float:
        return _GESTURE_MS if self._grabbed is not None else super().slice_ms

    # What the session tells

    def _on_replaced(self) -> None:
        self._grabbed = None
        for tool in self.tools.values():
            tool.forget()
        self.bounds.clear()
        document = self.session.document
        self._preview_rect = None
        self.renderer.open(document)
        source = None if document is None else document.source
        if document is not None and source is not self._source_shown:
            self.fit_within(largest=1.0)
        self._source_shown = source
        self._sync_mask()
        self.refresh_cursor()
        self.update()

    def _on_changed(self, change: Change | None) -> None:
        if change is None:
            return
        rect = change.rect.united(self._preview_rect or EMPTY)
        self._preview_rect = None
        self.renderer.change(change.after, rect)
        self._sync_mask()
        self.update()

    def _on_selection(self) -> None:
        self._sync_mask()
        self.update()

    def _on_tool(self, name: str) -> None:
        self._abort()
        self._grabbed = None
        self._active.leave()
        self._active = self.tools[name]
        self._sync_mask()
        self.refresh_cursor()
        self.update()

    def _on_compare(self, comparing: bool) -> None:
        self.renderer.comparing = comparing
        self.update()

    def _sync_mask(self, *, within: Rect | None = None) -> None:
        """Show the selected layer's mask in red, or not, as the tool wants it."""
        document, selection = self.renderer.document, self.session.selection
        layer = document.layer(selection[0]) if document and len(selection) == 1 and selection[0] in document else None
        if layer is None or isinstance(layer, GroupLayer) or not self._active.shows_mask:
            self.renderer.show_mask(None)
        else:
            self.update_image(self.renderer.show_mask(layer.mask, layer.offset, within=within))

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        document = self.renderer.document
        if document is None or self.session.comparing:
            return
        if not self._active.shows_mask:
            for rect in self.bounds.of_all(document, self.session.selection):
                overlay.draw_outline(painter, self.viewport, rect, dpr=dpr)
        self._active.paint_overlay(painter, dpr)

    # Pointer, wheel and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.session.document is None:
            event.ignore()
            return
        self._right_aborted = event.button() == Qt.MouseButton.RightButton and self._abort()
        if event.button() == Qt.MouseButton.RightButton:
            return
        if self._grabbed is not None:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            tool: Tool = self.tools["tool.hand"]
        elif event.button() == Qt.MouseButton.LeftButton:
            tool = self._tool_now(event.modifiers())
        else:
            event.ignore()
            return
        self._grabbed = (tool, event.button())
        tool.press(self._pointer(event.position(), event.modifiers()))
        self.refresh_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event.position(), event.modifiers())
        self.pointer_moved.emit(pointer.pixel.x, pointer.pixel.y)
        if self._grabbed is None:
            self._tool_now(event.modifiers()).hover(pointer)
        elif event.buttons() & self._grabbed[1]:
            self._grabbed[0].move(pointer)
        else:
            self._release(pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None and event.button() == self._grabbed[1]:
            self._release(self._pointer(event.position(), event.modifiers()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        plain = event.button() == Qt.MouseButton.LeftButton and not self._held_space
        if not plain or not self._active.double_click(self._pointer(event.position(), event.modifiers())):
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The layers under the pointer, to select one that others hide."""
        document = self.session.document
        under = () if document is None else all_at(document, self._pointer(QPointF(event.pos()), event.modifiers()).pixel)
        if document is None or not under or self._right_aborted:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for layer_id in under:
            action = menu.addAction(document.layer(layer_id).name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(layer_id in self.session.selection)
            action.triggered.connect(partial(self._select, layer_id))
        menu.popup(event.globalPos())

    def _select(self, layer_id: str, _checked: bool = False) -> None:
        self.session.set_selection((layer_id,))

    def wheelEvent(self, event: QWheelEvent) -> None:
        modifiers, angle = event.modifiers(), event.angleDelta()
        zooms = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if modifiers & zooms:
            # Some platforms turn the wheel sideways while Alt is held.
            notches = (angle.y() or angle.x()) / _NOTCH
            scale = self.scale * 2.0 ** (notches / _NOTCHES_TO_DOUBLE)
            self.look(self.viewport.zoomed(scale, at=self.device_point(event.position())))
        else:
            fine = event.pixelDelta()
            dx, dy = float(fine.x()), float(fine.y())
            if fine.isNull():
                dx, dy = (part / _NOTCH * _SCROLL_PER_NOTCH for part in (angle.x(), angle.y()))
            if modifiers & Qt.KeyboardModifier.ShiftModifier and dx == 0:
                dx, dy = dy, 0.0
            dpr = self.devicePixelRatioF()
            self.pan(dx * dpr, dy * dpr)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._wants(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            return self._pinch(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._held_space = True
            self.refresh_cursor()
        elif event.key() != Qt.Key.Key_Escape or not self._abort():
            if self._grabbed is not None or self._active.key(event):
                return
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._held_space = False
                self.refresh_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._held_space = False
        self.refresh_cursor()
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.refresh_cursor()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._grabbed is None:
            self._active.leave()
        super().leaveEvent(event)

    def _wants(self, event: QKeyEvent) -> bool:
        """Keys that no shortcut may take away."""
        tool = self._grabbed[0] if self._grabbed else self._active
        return event.key() == Qt.Key.Key_Space or tool.claims(event)

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.look(self.viewport.zoomed(self.scale * (1.0 + event.value()), at=self.device_point(event.position())))
        return True

    def _release(self, pointer: Pointer) -> None:
        if self._grabbed is not None:
            tool, self._grabbed = self._grabbed[0], None
            tool.release(pointer)
            self.refresh_cursor()

    def _abort(self) -> bool:
        """Take back what is under way; False where nothing is."""
        tool = self._grabbed[0] if self._grabbed else self._active
        if not tool.busy:
            return False
        self._grabbed = None
        tool.cancel()
        self.refresh_cursor()
        self.update()
        return True

    def _tool_now(self, modifiers: Qt.KeyboardModifier) -> Tool:
        """The active tool, or the one that the held Space stands for."""
        if self._held_space:
            return self.tools["tool.zoom" if modifiers & Qt.KeyboardModifier.ControlModifier else "tool.hand"]
        return self._active

    def _pointer(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> Pointer:
        x, y = self.view_to_image(position)
        return Pointer(x=x, y=y, device=self.device_point(position), modifiers=modifiers)
