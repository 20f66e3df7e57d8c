"""The layers panel: opacity and blend mode on top, a filter, and the tree of layers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSlider,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from layerdesk.app import edit_commands
from layerdesk.app.session import Session
from layerdesk.app.thumbnails import Thumbnails
from layerdesk.document import edits
from layerdesk.document.layers import Blend
from layerdesk.ui.panels.layers_delegate import LayerDelegate
from layerdesk.ui.panels.layers_model import Column, LayersModel, Role
from layerdesk.ui.widgets import number_field, show_value

BLENDS: tuple[tuple[str, Blend], ...] = (
    ("Normal", "normal"),
    ("Multiply", "multiply"),
    ("Screen", "screen"),
    ("Overlay", "overlay"),
)
Index = QModelIndex | QPersistentModelIndex


class LayersTree(QTreeView):
    """The tree. Pressing an eye or a lock switches it, and dragging on over others gives them the same state."""

    solo_wanted = Signal(str)
    """The id of a layer whose eye was pressed with Alt: it is to be shown alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painting: tuple[int, Qt.CheckState] | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() != Column.NAME:
            if index.column() == Column.EYE and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.solo_wanted.emit(index.data(Role.ID))
                return
            on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
            self._painting = (index.column(), Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
            self._mark(index)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._painting is None:
            super().mouseMoveEvent(event)
            return
        under = self.indexAt(event.position().toPoint())
        if under.isValid():
            self._mark(under.siblingAtColumn(self._painting[0]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._painting is None:
            super().mouseReleaseEvent(event)
        self._painting = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() != Column.NAME:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            eye = self.currentIndex().siblingAtColumn(Column.EYE)
            on = Qt.CheckState(eye.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
            self.model().setData(eye, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
            return
        super().keyPressEvent(event)

    def _mark(self, index: QModelIndex) -> None:
        if self._painting is not None and Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) != self._painting[1]:
            self.model().setData(index, self._painting[1], Qt.ItemDataRole.CheckStateRole)


class LayersPanel(QWidget):
    """In sync with the session both ways. `menu_wanted` gives the place (global) for the menu of the selected layers."""

    menu_wanted = Signal(QPoint)

    def __init__(self, session: Session, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._following = False
        self._closed_ids: set[str] = set()
        self.model = LayersModel(session, thumbnails, self)
        self.tree = self._made_tree()
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter by name or kind")
        self.filter.setAccessibleName("Filter the layers by name or kind")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAcceptDrops(False)
        for button in self.filter.findChildren(QToolButton):
            button.setAccessibleName("Clear the filter")
        self.filter.textChanged.connect(self._apply_filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._made_head())
        column.addWidget(self.tree, 1)
        session.selection_changed.connect(self._show_selection)
        session.document_changed.connect(self._on_document)
        self.model.rowsInserted.connect(self._on_rows)
        self._on_document(None)

    def rename_current(self) -> None:
        """Open the editor of the selected layer's name."""
        if len(self._session.selection) == 1:
            index = self.model.index_of(self._session.selection[0])
            self.tree.setFocus()
            self.tree.setCurrentIndex(index)
            self.tree.edit(index)

    def _made_tree(self) -> LayersTree:
        tree = LayersTree(self)
        tree.setObjectName("layers_panel")
        tree.setAccessibleName("Layers, topmost first")
        tree.setModel(self.model)
        tree.setItemDelegate(LayerDelegate(tree))
        tree.setHeaderHidden(True)
        tree.setTreePosition(Column.NAME)
        tree.setIndentation(14)
        tree.setUniformRowHeights(True)
        tree.setMouseTracking(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        tree.setExpandsOnDoubleClick(False)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        for place, width in ((Column.EYE, 30), (Column.LOCK, 26)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            tree.setColumnWidth(place, width)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._on_menu)
        tree.solo_wanted.connect(self._on_solo)
        tree.collapsed.connect(self._on_collapsed)
        tree.expanded.connect(self._on_expanded)
        tree.selectionModel().selectionChanged.connect(self._on_tree_selection)
        return tree

    def _made_head(self) -> QWidget:
        head = QWidget(self)
        head.setObjectName("layers_head")
        grid = QGridLayout(head)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(7)
        self.blend = QComboBox(head)
        self.blend.setAccessibleName("Blend mode of the selected layers")
        for words, value in BLENDS:
            self.blend.addItem(words, value)
        self.opacity = QSlider(Qt.Orientation.Horizontal, head)
        self.opacity.setRange(0, 100)
        self.opacity.setAccessibleName("Opacity of the selected layers")
        self.opacity_box = number_field(name="Opacity in percent", minimum=0, maximum=100, suffix=" %", parent=head)
        self.opacity_box.setFixedWidth(62)
        opacity_words = QLabel("Opacity", head)
        opacity_words.setBuddy(self.opacity_box)
        grid.addWidget(self.blend, 0, 0)
        grid.addWidget(opacity_words, 0, 1)
        grid.addWidget(self.opacity, 0, 2)
        grid.addWidget(self.opacity_box, 0, 3)
        grid.addWidget(self.filter, 1, 0, 1, 4)
        grid.setColumnStretch(2, 1)
        self.opacity.valueChanged.connect(self._on_opacity)
        self.opacity.sliderReleased.connect(self._seal)
        self.opacity_box.valueChanged.connect(self._on_opacity)
        self.blend.activated.connect(self._on_blend)
        return head

    # From the session

    @Slot(object)
    def _on_document(self, change: object) -> None:
        if change is None:
            self._closed_ids.clear()
            self.tree.expandAll()
        self._show_selection()
        self._apply_filter()

    @Slot()
    def _show_selection(self) -> None:
        self._show_values()
        chosen = QItemSelection()
        for each in self._session.selection:
            chosen.select(self.model.index_of(each, Column.EYE), self.model.index_of(each, Column.LOCK))
        selection = self.tree.selectionModel()
        if {index.data(Role.ID) for index in selection.selectedRows()} == set(self._session.selection):
            return
        self._following = True
        selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if self._session.selection:
            last = self.model.index_of(self._session.selection[-1])
            selection.setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.tree.scrollTo(last)
        self._following = False

    def _show_values(self) -> None:
        document, ids = self._session.document, self._session.selection
        for control in (self.blend, self.opacity, self.opacity_box):
            control.setEnabled(bool(ids))
        if document is not None and ids:
            layer = document.layer(ids[-1])
            with QSignalBlocker(self.opacity), QSignalBlocker(self.blend):
                self.opacity.setValue(round(layer.opacity * 100))
                self.blend.setCurrentIndex(self.blend.findData(layer.blend))
            show_value(self.opacity_box, round(layer.opacity * 100))

    # From the person

    @Slot()
    def _on_tree_selection(self) -> None:
        if not self._following and not self.model.syncing:
            rows = self.tree.selectionModel().selectedRows()
            wanted = {index.data(Role.ID) for index in rows}
            kept = [each for each in self._session.selection if each in wanted]
            self._session.set_selection([*kept, *(index.data(Role.ID) for index in rows)])

    @Slot(float)
    def _on_opacity(self, percent: float) -> None:
        self._command(lambda document, ids: edit_commands.set_opacity(document, ids, opacity=percent / 100))

    @Slot()
    def _seal(self) -> None:
        if self._session.store is not None:
            self._session.store.seal()

    @Slot(int)
    def _on_blend(self, _row: int) -> None:
        document, ids = self._session.document, self._session.selection
        if document is not None and ids:
            self._session.apply(
                f"Blend {self.blend.currentText()}", edits.set_blend(document, ids, blend=self.blend.currentData())
            )

    @Slot(str)
    def _on_solo(self, layer_id: str) -> None:
        self._command(lambda document, _ids: edit_commands.solo(document, layer_id))

    def _command(self, command: Callable[..., edit_commands.Outcome]) -> None:
        document, ids = self._session.document, self._session.selection
        if document is not None:
            outcome = command(document, ids)
            self._session.apply(outcome.name, outcome.document, merge_key=outcome.merge_key)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        if self.tree.indexAt(place).isValid():
            self.menu_wanted.emit(self.tree.viewport().mapToGlobal(place))

    # Open groups and the filter

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        self._closed_ids.add(index.data(Role.ID))

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        self._closed_ids.discard(index.data(Role.ID))

    @Slot(QModelIndex, int, int)
    def _on_rows(self, parent: QModelIndex, first: int, last: int) -> None:
        """A group that comes (back) is open unless it was closed by hand."""
        for row in range(first, last + 1):
            index = self.model.index(row, 0, parent)
            if index.data(Role.ID) not in self._closed_ids:
                self.tree.expand(index)

    @Slot()
    def _apply_filter(self) -> None:
        self._filter_under(QModelIndex(), self.filter.text().casefold().strip())

    def _filter_under(self, parent: QModelIndex, wanted: str) -> bool:
        """Hide the rows that neither match nor hold one that does. Gives whether any is shown."""
        found = False
        for row in range(self.model.rowCount(parent)):
            index = self.model.index(row, 0, parent)
            name = index.siblingAtColumn(Column.NAME)
            inner = self._filter_under(index, wanted)
            match = wanted in f"{name.data()} {name.data(Role.DETAIL)}".casefold()
            self.tree.setRowHidden(row, parent, not (match or inner))
            found = found or match or inner
        return found
