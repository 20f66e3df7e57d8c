"""The move tool: click selects by pixels, drag and arrow keys move, Alt-drag moves a duplicate, a double click edits words."""

from __future__ import annotations

from itertools import count
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter

from layerdesk.app import edit_commands
from layerdesk.app.session import Session
from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import ancestors
from layerdesk.document.geometry import Point
from layerdesk.document.hit_test import all_at, topmost_at
from layerdesk.document.layers import TextLayer
from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.tools.base import Pointer, Tool, is_locked

_DRAG_FROM: Final = 3.0
"""Device pixels after which a press is a drag."""
_ARROWS: Final = {
    Qt.Key.Key_Left: Point(-1, 0),
    Qt.Key.Key_Right: Point(1, 0),
    Qt.Key.Key_Up: Point(0, -1),
    Qt.Key.Key_Down: Point(0, 1),
}
_gestures = count()


def movable(session: Session) -> tuple[str, ...]:
    """The selected layers that are not locked; where none is left, the person is told why."""
    document = session.document
    if document is None or not session.selection:
        return ()
    free = tuple(each for each in session.selection if not is_locked(document, each))
    if not free:
        name = document.layer(session.selection[0]).name
        session.message.emit(f"“{name}” is locked; unlock it to move it.")
    return free


class MoveTool(Tool):
    name = "tool.move"
    cursor_shape = Qt.CursorShape.ArrowCursor

    _pressed: Pointer | None = None
    _dragging = False
    _click_selects: str | None = None
    """The layer that a click without a drag leaves selected alone."""
    _click_drops: str | None = None
    """The layer that a Shift-click without a drag takes out of the selection."""
    _hovered: str | None = None
    _key = ""
    _base: Document | None = None
    """What the drag started from, with its duplicates already in it."""
    _shown: Document | None = None
    """What the drag last made the current document; another one means that somebody else edited."""
    _selected_before: tuple[str, ...] = ()
    _ids: tuple[str, ...] = ()
    _copies = False

    @property
    def busy(self) -> bool:
        return self._pressed is not None

    def cursor(self, modifiers: Qt.KeyboardModifier) -> Qt.CursorShape:
        if self._dragging:
            return Qt.CursorShape.SizeAllCursor
        return Qt.CursorShape.DragCopyCursor if modifiers & Qt.KeyboardModifier.AltModifier else Qt.CursorShape.ArrowCursor

    def press(self, pointer: Pointer) -> None:
        document = self.session.document
        if document is None:
            return
        self.forget()
        self._pressed = pointer
        self._selected_before = selection = self.session.selection
        found = topmost_at(document, pointer.pixel)
        if found is None:
            if not pointer.shift:
                self.session.set_selection(())
            return
        under = all_at(document, pointer.pixel)
        owner = next((each for each in (found, *ancestors(document, found)) if each in selection), None)
        if pointer.alt and any(each in selection for each in under):
            self._click_selects = _next_below(under, selection)
        elif owner is None:
            self.session.set_selection((*selection, found) if pointer.shift else (found,))
        elif pointer.shift:
            self._click_drops = owner
        elif len(selection) > 1:
            self._click_selects = found

    def move(self, pointer: Pointer) -> None:
        if self._pressed is None:
            return
        if not self._dragging and (self._pressed.device_distance(pointer) < _DRAG_FROM or not self._begin(pointer)):
            return
        if self.session.document is not self._shown:
            self.forget()
            return
        assert self._base is not None
        delta = self._delta(self._pressed, pointer)
        self._apply(edits.move(self._base, self._ids, dx=delta.x, dy=delta.y))

    def release(self, pointer: Pointer) -> None:
        if self._dragging:
            self.move(pointer)
        pressed, dragged, stays = self._pressed, self._dragging, self._shown is self._base and not self._copies
        store, key = self.session.store, self._key
        drops, selects = self._click_drops, self._click_selects
        self.forget()
        if pressed is None or store is None:
            return
        if dragged:
            if stays:
                store.cancel(key)
        elif drops is not None:
            self.session.set_selection(each for each in self.session.selection if each != drops)
        elif selects is not None:
            self.session.set_selection((selects,))

    def hover(self, pointer: Pointer) -> None:
        document = self.session.document
        found = None if document is None else topmost_at(document, pointer.pixel)
        if found != self._hovered:
            self._hovered = found
            self.view.update()

    def double_click(self, pointer: Pointer) -> bool:
        document = self.session.document
        found = None if document is None else topmost_at(document, pointer.pixel)
        if document is None or found is None or not isinstance(document.layer(found), TextLayer):
            return False
        self.session.set_selection((found,))
        self.view.edit_text_requested.emit(found)
        return True

    def key(self, event: QKeyEvent) -> bool:
        way = _ARROWS.get(Qt.Key(event.key()))
        if way is None or event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        far = edit_commands.FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        ids = movable(self.session)
        if ids and self.session.document is not None:
            outcome = edit_commands.nudge(self.session.document, ids, dx=way.x * far, dy=way.y * far)
            self.session.apply(outcome.name, outcome.document, merge_key=outcome.merge_key)
        return True

    def cancel(self) -> None:
        store, key, dragged, before = self.session.store, self._key, self._dragging, self._selected_before
        self.forget()
        if dragged and store is not None:
            store.cancel(key)
            self.session.set_selection(before)

    def forget(self) -> None:
        self._pressed = self._base = self._shown = None
        self._dragging = self._copies = False
        self._click_selects = self._click_drops = None
        self._ids = ()
        self.view.renderer.expect_moves(())
        self.view.refresh_cursor()

    def leave(self) -> None:
        self._hovered = None
        self.view.update()

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        document = self.session.document
        if document is None or self.busy or self._hovered is None or self._hovered not in document:
            return
        if self._hovered not in self.session.selection:
            rect = self.view.bounds.of(document.layer(self._hovered))
            overlay.draw_outline(painter, self.view.viewport, rect, dpr=dpr, strong=False)

    def _begin(self, pointer: Pointer) -> bool:
        """Start the drag: find what moves, and with Alt put duplicates in its place."""
        ids, document = movable(self.session), self.session.document
        if not ids or document is None:
            self.forget()
            return False
        self._dragging, self._copies = True, pointer.alt
        self._ids, self._key = ids, f"drag {next(_gestures)}"
        self._base = self._shown = document
        self.view.refresh_cursor()
        if pointer.alt:
            copied = edits.duplicate(document, ids)
            self._ids = edits.new_ids(document, copied)
            self._apply(copied)
            self._base = copied
            self.session.set_selection(self._ids)
        self.view.renderer.expect_moves(self._ids)
        return True

    def _apply(self, document: Document) -> None:
        """Make it the current document under the gesture's key."""
        self._shown = document
        self.session.apply("Duplicate" if self._copies else "Move", document, merge_key=self._key)

    def _delta(self, start: Pointer, pointer: Pointer) -> Point:
        """Whole pixels from the press to here; with Shift along the longer axis only."""
        dx, dy = round(pointer.x - start.x), round(pointer.y - start.y)
        if pointer.shift:
            return Point(dx, 0) if abs(dx) >= abs(dy) else Point(0, dy)
        return Point(dx, dy)


def _next_below(under: tuple[str, ...], selection: tuple[str, ...]) -> str:
    """The layer to go on to when an Alt-click walks down through what lies under the pointer; the topmost after the lowest."""
    here = next(index for index, each in enumerate(under) if each in selection)
    return under[(here + 1) % len(under)]
