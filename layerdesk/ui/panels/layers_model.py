"""The layers of the document as a Qt item model: the topmost layer is the first row.

A change of the document becomes rows inserted, removed, moved and changed, so that a view keeps its selection, its open groups
and its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QByteArray, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from layerdesk.app.session import Session
from layerdesk.app.thumbnails import Thumbnails
from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import ancestors
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, kind_of

Index = QModelIndex | QPersistentModelIndex
MIME = "application/x-layerdesk-rows"
_ROOT = QModelIndex()
KIND_WORDS = {"background": "Background", "object": "Object", "shape": "Shape", "text": "Text", "group": "Group"}


class Column(IntEnum):
    EYE = 0
    NAME = 1
    LOCK = 2


class Role(IntEnum):
    """What the delegate asks for besides Qt's own roles."""

    ID = Qt.ItemDataRole.UserRole + 1
    KIND = Qt.ItemDataRole.UserRole + 2
    DETAIL = Qt.ItemDataRole.UserRole + 3
    SHOWN = Qt.ItemDataRole.UserRole + 4
    """Whether it and all groups around it are visible."""
    CONFIDENCE = Qt.ItemDataRole.UserRole + 5


@dataclass(eq=False)
class _Node:
    number: int
    layer: Layer | None
    parent: _Node | None
    children: list[_Node] = field(default_factory=list)
    """Top first."""


def detail(layer: Layer) -> str:
    """The line under the name: kind, engine and confidence, and whether a hand changed it."""
    words = [KIND_WORDS[kind_of(layer)]]
    if isinstance(layer, GroupLayer):
        words = [f"Group of {len(layer.children)}"]
    elif layer.provenance.engine and layer.provenance.stage != "hand":
        words.append(f"{layer.provenance.engine} {layer.confidence:.2f}")
    if layer.provenance.edited:
        words.append("edited")
    if isinstance(layer, BackgroundLayer) and layer.stale:
        words.append("fill out of date")
    return " · ".join(words)


class LayersModel(QAbstractItemModel):
    """Three columns: eye, name (with thumbnail), lock. Edits go through the session."""

    def __init__(self, session: Session, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._thumbnails = thumbnails
        self.syncing = False
        """True while rows follow the document: what a view then does to its selection is no wish of the person."""
        self._numbers = 0
        self._root = _Node(0, None, None)
        self._nodes: dict[int, _Node] = {}
        self._by_id: dict[str, _Node] = {}
        session.document_replaced.connect(self._on_replaced)
        session.document_changed.connect(self._on_changed)
        thumbnails.ready.connect(self._on_thumbnails)
        self._on_replaced()

    # Qt's questions

    def columnCount(self, _parent: Index = _ROOT) -> int:
        return len(Column)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() and parent.column() != 0 else len(self._node(parent).children)

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        if not 0 <= row < self.rowCount(parent) or not 0 <= column < len(Column):
            return QModelIndex()
        return self.createIndex(row, column, self._node(parent).children[row].number)

    def parent(self, index: Index = _ROOT) -> QModelIndex:  # type: ignore[override]
        above = self._node(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self._index_of(above)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        layer = self.layer_at(index)
        if layer is None:
            return flag.ItemIsDropEnabled
        flags = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled
        if index.column() == Column.NAME:
            flags |= flag.ItemIsEditable
        if isinstance(layer, GroupLayer):
            flags |= flag.ItemIsDropEnabled
        return flags if isinstance(layer, GroupLayer) else flags | flag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        layer, document = self.layer_at(index), self._session.document
        if layer is None or document is None:
            return None
        if role in (Role.ID, Role.KIND, Role.DETAIL, Role.SHOWN, Role.CONFIDENCE):
            return self._own_data(document, layer, role)
        if index.column() == Column.NAME:
            return self._name_data(document, layer, role)
        on = layer.visible if index.column() == Column.EYE else layer.locked
        words = ("visible", "hidden") if index.column() == Column.EYE else ("locked", "not locked")
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{layer.name} is {words[0] if on else words[1]}"
        return None

    def _own_data(self, document: Document, layer: Layer, role: int) -> object:
        if role == Role.ID:
            return layer.id
        if role == Role.KIND:
            return kind_of(layer)
        if role == Role.DETAIL:
            return detail(layer)
        if role == Role.CONFIDENCE:
            return layer.confidence
        return layer.visible and all(document.layer(each).visible for each in ancestors(document, layer.id))

    def _name_data(self, document: Document, layer: Layer, role: int) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return layer.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.get(document, layer)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{layer.name}, {detail(layer)}"
        return f"{layer.name}\n{detail(layer)}" if role == Qt.ItemDataRole.ToolTipRole else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        layer, document = self.layer_at(index), self._session.document
        if layer is None or document is None:
            return False
        if role == Qt.ItemDataRole.EditRole and index.column() == Column.NAME:
            name = " ".join(str(value).split())
            if name and name != layer.name:
                self._session.apply(f"Rename to “{name}”", edits.rename(document, layer.id, name=name))
            return bool(name)
        if role == Qt.ItemDataRole.CheckStateRole and index.column() != Column.NAME:
            on = Qt.CheckState(value) == Qt.CheckState.Checked
            if index.column() == Column.EYE:
                self._session.apply("Show" if on else "Hide", edits.set_visible(document, [layer.id], visible=on))
            else:
                self._session.apply("Lock" if on else "Unlock", edits.set_locked(document, [layer.id], locked=on))
            return True
        return False

    # Drag and drop

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        ids = dict.fromkeys(layer.id for index in indexes if (layer := self.layer_at(index)) is not None)
        data.setData(MIME, QByteArray("\n".join(ids).encode()))
        return data

    def canDropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index) -> bool:
        return self._dropped(data, row, parent) is not None

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index) -> bool:
        """Put the dragged layers where they were dropped. Tells the view that it did not happen: the rows move by themselves."""
        after = self._dropped(data, row, parent)
        if after is not None:
            self._session.apply("Reorder", after)
        return False

    def _dropped(self, data: QMimeData, row: int, parent: Index) -> Document | None:
        """The document after such a drop; None where it cannot be."""
        document = self._session.document
        if document is None or not data.hasFormat(MIME):
            return None
        ids = data.data(MIME).toStdString().split("\n")
        into = self.layer_at(parent)
        if not all(each in document for each in ids) or (into is not None and not isinstance(into, GroupLayer)):
            return None
        count = len(document.layers) if into is None else len(into.children)
        if row < 0:
            row = 0 if into is not None else count
        try:
            return edits.reorder(document, ids, parent=None if into is None else into.id, index=count - row)
        except ValueError:
            return None

    # Layers and indexes

    def layer_at(self, index: Index) -> Layer | None:
        """The layer of a row; None for the root."""
        node = self._nodes.get(int(index.internalId())) if index.isValid() else None
        return None if node is None else node.layer

    def index_of(self, layer_id: str, column: Column = Column.NAME) -> QModelIndex:
        """Where the layer stands; an invalid index where it does not."""
        node = self._by_id.get(layer_id)
        return QModelIndex() if node is None else self._index_of(node, column)

    def _index_of(self, node: _Node, column: int = 0) -> QModelIndex:
        if node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.children.index(node), column, node.number)

    def _node(self, index: Index) -> _Node:
        return self._nodes.get(int(index.internalId()), self._root) if index.isValid() else self._root

    # Following the document

    @Slot()
    def _on_replaced(self) -> None:
        self.beginResetModel()
        self._thumbnails.forget()
        self._root.children, self._nodes, self._by_id = [], {}, {}
        document = self._session.document
        for layer in reversed(document.layers if document is not None else ()):
            self._root.children.append(self._made(layer, self._root))
        self.endResetModel()

    @Slot(object)
    def _on_changed(self, change: object) -> None:
        document = self._session.document
        if change is not None and document is not None:
            self.syncing = True
            self._sync(self._root, document.layers)
            self.syncing = False

    def _sync(self, node: _Node, layers: tuple[Layer, ...]) -> None:
        """Make the rows under `node` those of `layers` (bottom to top), by removing, moving and inserting as few as is simple."""
        here = self._index_of(node)
        wanted = {layer.id for layer in layers}
        for first, last in reversed(_runs([_id(child) not in wanted for child in node.children])):
            self.beginRemoveRows(here, first, last)
            gone = node.children[first : last + 1]
            del node.children[first : last + 1]
            for child in gone:
                self._forget(child)
            self.endRemoveRows()
        kept = [_id(child) for child in node.children]
        there = set(kept)
        order = [layer.id for layer in reversed(layers) if layer.id in there]
        for row, layer_id in enumerate(order):
            at = kept.index(layer_id, row)
            if at != row:
                self.beginMoveRows(here, at, at, here, row)
                node.children.insert(row, node.children.pop(at))
                kept.insert(row, kept.pop(at))
                self.endMoveRows()
        rows = tuple(reversed(layers))
        for first, last in _runs([layer.id not in there for layer in rows]):
            self.beginInsertRows(here, first, last)
            node.children[first:first] = [self._made(layer, node) for layer in rows[first : last + 1]]
            self.endInsertRows()
        for child, layer in zip(node.children, reversed(layers), strict=True):
            if child.layer is not layer:
                hidden_before = child.layer is not None and not child.layer.visible
                child.layer = layer
                self._tell(child, deep=hidden_before != (not layer.visible))
                self._sync(child, layer.children if isinstance(layer, GroupLayer) else ())

    def _tell(self, node: _Node, *, deep: bool = False) -> None:
        self.dataChanged.emit(self._index_of(node, Column.EYE), self._index_of(node, Column.LOCK))
        if deep and node.children:
            for child in node.children:
                self._tell(child, deep=True)

    def _made(self, layer: Layer, parent: _Node) -> _Node:
        """A node for the layer and all that is in it. An older node of the id, still to be removed elsewhere, is replaced."""
        self._numbers += 1
        node = _Node(self._numbers, layer, parent)
        self._nodes[node.number] = self._by_id[layer.id] = node
        if isinstance(layer, GroupLayer):
            node.children = [self._made(child, node) for child in reversed(layer.children)]
        return node

    def _forget(self, node: _Node) -> None:
        self._nodes.pop(node.number, None)
        if self._by_id.get(_id(node)) is node:
            del self._by_id[_id(node)]
        for child in node.children:
            self._forget(child)

    @Slot(object)
    def _on_thumbnails(self, ids: Sequence[str]) -> None:
        for each in ids:
            index = self.index_of(each)
            if index.isValid():
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """First and last place of each unbroken run of True."""
    starts = [at for at, flag in enumerate(flags) if flag and (at == 0 or not flags[at - 1])]
    ends = [at for at, flag in enumerate(flags) if flag and (at + 1 == len(flags) or not flags[at + 1])]
    return list(zip(starts, ends, strict=True))


def _id(node: _Node) -> str:
    return "" if node.layer is None else node.layer.id
