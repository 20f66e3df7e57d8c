"""What every canvas tool is: a small state machine over pointer and keys, told where the pointer is in the picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter

from layerdesk.app.session import Session
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import ancestors
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import GroupLayer, LeafLayer
from layerdesk.layering.protocols import JobContext, Silent

if TYPE_CHECKING:
    from layerdesk.ui.canvas.view import CanvasView

_ENDING: Final = {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace, Qt.Key.Key_Delete}
"""Keys that end or correct what is under way."""
Work = Callable[[JobContext], Any]
RunJob = Callable[[str, Work, Callable[[Any], None]], None]
"""(title, work, done): runs `work` behind and hands what it returns to `done` in the UI thread."""


def run_now(title: str, work: Work, done: Callable[[Any], None]) -> None:
    """The simplest RunJob: here and now. Who has a job runner gives its own."""
    del title
    done(work(Silent()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where the pointer is and what is held with it."""

    x: float
    y: float
    """In pixels of the picture."""
    device: tuple[float, float]
    """In device pixels of the view."""
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def pixel(self) -> Point:
        """The pixel of the picture that it is on."""
        return Point(math.floor(self.x), math.floor(self.y))

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)

    def device_distance(self, other: Pointer) -> float:
        return math.dist(self.device, other.device)


class Tool:
    """A tool that does nothing; the others override what they need.

    The view calls `press`, then `move` while the button is held, then `release`; `hover` while no button is. `cancel` takes back
    whatever is under way, `forget` drops it where the document it belonged to is gone.
    """

    name: ClassVar[str]
    cursor_shape: ClassVar[Qt.CursorShape] = Qt.CursorShape.CrossCursor

    def __init__(self, session: Session, view: CanvasView, run_job: RunJob) -> None:
        self.session = session
        self.view = view
        self.run_job = run_job

    @property
    def busy(self) -> bool:
        """Whether something is under way that Esc would take back."""
        return False

    @property
    def shows_mask(self) -> bool:
        """Whether the selected layer's mask is drawn in red while the tool is active."""
        return False

    def cursor(self, modifiers: Qt.KeyboardModifier) -> Qt.CursorShape:
        del modifiers
        return self.cursor_shape

    def press(self, pointer: Pointer) -> None:
        del pointer

    def move(self, pointer: Pointer) -> None:
        del pointer

    def release(self, pointer: Pointer) -> None:
        del pointer

    def hover(self, pointer: Pointer) -> None:
        del pointer

    def double_click(self, pointer: Pointer) -> bool:
        """False where it is to be taken for another press."""
        del pointer
        return False

    def claims(self, event: QKeyEvent) -> bool:
        """Whether `key` is to have this one even where it is some action's shortcut."""
        return self.busy and Qt.Key(event.key()) in _ENDING

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key meant something to the tool."""
        del event
        return False

    def cancel(self) -> None:
        """Take back what is under way."""

    def forget(self) -> None:
        """Drop what is under way without touching the document."""

    def leave(self) -> None:
        """The pointer has left the view or another tool was taken up."""

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        """Draw over the picture, in device pixels."""
        del painter, dpr


def is_locked(document: Document, layer_id: str) -> bool:
    """Whether the layer or a group around it is locked."""
    return any(document.layer(each).locked for each in (layer_id, *ancestors(document, layer_id)))


def paintable(session: Session) -> LeafLayer | None:
    """The one selected layer whose mask may be changed; where there is none, the person is told why."""
    document = session.document
    if document is None:
        return None
    if len(session.selection) != 1:
        session.message.emit("Select one layer first: its mask is what is painted on.")
        return None
    layer = document.layer(session.selection[0])
    if isinstance(layer, GroupLayer):
        session.message.emit(f"“{layer.name}” is a group; select one layer in it to change its mask.")
        return None
    if is_locked(document, layer.id):
        session.message.emit(f"“{layer.name}” is locked; unlock it to change its mask.")
        return None
    return layer


def spanned(start: Pointer, end: Pointer, *, square: bool = False) -> Rect:
    """The pixels of the picture between two places of the pointer, the pixels under both included; as a square if asked."""
    width, height = end.x - start.x, end.y - start.y
    if square:
        side = max(abs(width), abs(height))
        width, height = math.copysign(side, width), math.copysign(side, height)
    left, right = sorted((start.x, start.x + width))
    top, bottom = sorted((start.y, start.y + height))
    return Rect.from_edges(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
