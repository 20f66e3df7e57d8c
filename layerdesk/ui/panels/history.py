"""The history panel: every step by its name; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QListView, QWidget

from layerdesk.app.session import Session
from layerdesk.ui import theme

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
FIRST = "As opened"


class HistoryModel(QAbstractListModel):
    """One row before the first step, then one a step; those that are undone are dim."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._steps: tuple[str, ...] = ()
        self._open = False
        self.follow()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() or not self._open else len(self._steps) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < self.rowCount():
            return None
        undone = index.row() > self.position
        name = FIRST if index.row() == 0 else self._steps[index.row() - 1]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.colour("faint" if undone else "text")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name}, undone" if undone else name
        return None

    @property
    def position(self) -> int:
        return 0 if self._session.store is None else self._session.store.position

    def follow(self) -> None:
        """Read the store again."""
        store = self._session.store
        steps, is_open = (() if store is None else store.steps), store is not None
        if steps != self._steps or is_open != self._open:
            self.beginResetModel()
            self._steps, self._open = steps, is_open
            self.endResetModel()
        elif self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))


class HistoryPanel(QListView):
    """A click, or the arrow keys, go to a step."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history_panel")
        self.setAccessibleName("History: steps, oldest first")
        self._session = session
        self._model = HistoryModel(session, self)
        self.setModel(self._model)
        self.setUniformItemSizes(True)
        session.document_changed.connect(self._on_document)
        self.selectionModel().currentChanged.connect(self._on_current)
        self._on_document(None)

    @Slot(object)
    def _on_document(self, _change: object) -> None:
        with QSignalBlocker(self.selectionModel()):
            self._model.follow()
            self.setCurrentIndex(self._model.index(self._model.position))
        self.scrollTo(self.currentIndex())
        self.viewport().update()

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() != self._model.position:
            self._session.jump(index.row())
