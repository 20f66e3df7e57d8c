"""What the open window works on: the document and its history, the selection, the tool, the brush. Widgets listen to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point
from layerdesk.document.history import Change, Store
from layerdesk.document.hit_test import topmost_at
from layerdesk.document.strokes import Brush

MOVE_TOOL = "tool.move"


class Session(QObject):
    """One open document and how it is being worked on. Lives in the UI thread.

    Edits go one way: `session.apply("Move", edits.move(session.document, ...), merge_key=...)`; listeners hear of it through
    `document_changed`. Setting a value to what it already is emits nothing.
    """

    document_changed = Signal(object)
    """A history.Change after an edit, undo, redo or jump; None after another document was set."""
    document_replaced = Signal()
    """Another document (or none) is open; emitted before `document_changed`."""
    file_changed = Signal()
    """The path or the state of being saved may have changed."""
    selection_changed = Signal()
    tool_changed = Signal(str)
    brush_changed = Signal()
    compare_changed = Signal(bool)
    message = Signal(str)
    """One sentence for the person, to be shown without stopping them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: Store | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._path: Path | None = None
        self._recovered = False
        self._selection: tuple[str, ...] = ()
        self._tool = MOVE_TOOL
        self._brush = Brush(size=40.0, hardness=0.8, erase=False)
        self._comparing = False

    @property
    def store(self) -> Store | None:
        return self._store

    @property
    def document(self) -> Document | None:
        """The document as it stands; None while none is open."""
        return None if self._store is None else self._store.document

    @property
    def path(self) -> Path | None:
        """The project file it was loaded from or saved to last."""
        return self._path

    @property
    def dirty(self) -> bool:
        """Whether there is something that no project file holds."""
        return self._store is not None and (self._recovered or self._store.dirty)

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the selected layers, in the order they were selected. All of them exist in the document."""
        return self._selection

    @property
    def tool(self) -> str:
        """Name of the tool action, as in 'tool.move'."""
        return self._tool

    @property
    def brush(self) -> Brush:
        return self._brush

    @property
    def comparing(self) -> bool:
        """Whether the source image is shown in place of the layers."""
        return self._comparing

    def set_document(self, document: Document | None, *, path: Path | None = None) -> None:
        """Open `document` with an empty history; None closes what is open. `path` is the project file it came from."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._store = None if document is None else Store(document)
        self._unsubscribe = None if self._store is None else self._store.subscribe(self._on_change)
        self._path = path
        self._recovered = False
        self.set_comparing(False)
        had_selection, self._selection = bool(self._selection), ()
        self.document_replaced.emit()
        self.document_changed.emit(None)
        if had_selection:
            self.selection_changed.emit()
        self.file_changed.emit()

    def mark_saved(self, document: Document, path: Path) -> None:
        """`document` now lies in the project file at `path`. Only clean if it is still the one that stands here."""
        self._path = path
        if self._store is not None and self._store.document is document:
            self._store.mark_saved()
            self._recovered = False
        self.file_changed.emit()

    def mark_recovered(self, path: Path | None) -> None:
        """What is open was recovered: it counts as unsaved until it is saved, by default to `path`."""
        self._path = path
        self._recovered = True
        self.file_changed.emit()

    def apply(self, name: str, document: Document, *, merge_key: str | None = None) -> None:
        """Make `document` the current one as the step `name`; steps of one gesture share a merge key. Ignored with none open."""
        if self._store is not None:
            self._store.apply(name, document, merge_key=merge_key)

    def undo(self) -> None:
        if self._store is not None and self._store.can_undo:
            self._store.undo()

    def redo(self) -> None:
        if self._store is not None and self._store.can_redo:
            self._store.redo()

    def jump(self, position: int) -> None:
        """Go to a place in the history: 0 is before the first step."""
        if self._store is not None:
            self._store.jump(position)

    def set_selection(self, ids: Iterable[str]) -> None:
        """Select these layers; ids that the document does not have are left out."""
        document = self.document
        selection = tuple(dict.fromkeys(each for each in ids if document is not None and each in document))
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def select_at(self, point: Point, *, extend: bool = False) -> str | None:
        """Select the topmost layer whose pixels lie under `point` (canvas pixels); with `extend` add it or take it away.

        Gives its id; None where there is nothing, which empties the selection unless `extend`.
        """
        document = self.document
        found = None if document is None else topmost_at(document, point)
        if not extend:
            self.set_selection(() if found is None else (found,))
        elif found is not None and found in self._selection:
            self.set_selection(each for each in self._selection if each != found)
        elif found is not None:
            self.set_selection((*self._selection, found))
        return found

    def set_tool(self, name: str) -> None:
        if name != self._tool:
            self._tool = name
            self.tool_changed.emit(name)

    def set_brush(self, brush: Brush) -> None:
        if brush != self._brush:
            self._brush = brush
            self.brush_changed.emit()

    def set_comparing(self, comparing: bool) -> None:
        if comparing != self._comparing:
            self._comparing = comparing
            self.compare_changed.emit(comparing)

    def _on_change(self, change: Change) -> None:
        """Tell the widgets, after the selection has lost what is gone."""
        kept = tuple(each for each in self._selection if each in change.after)
        lost, self._selection = kept != self._selection, kept
        self.document_changed.emit(change)
        if lost:
            self.selection_changed.emit()
        self.file_changed.emit()
