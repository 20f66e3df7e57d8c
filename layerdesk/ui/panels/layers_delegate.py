"""How a row of the layers list looks: eye, thumbnail, name, what it is and how sure, lock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from layerdesk.ui import theme
from layerdesk.ui.panels.layers_model import Column, Role

ROW_HEIGHT = 46
THUMB = 36
UNSURE = 0.6
"""A confidence below this is marked."""
_GAP = 8
_MARK = 16
Index = QModelIndex | QPersistentModelIndex


class LayerDelegate(QStyledItemDelegate):
    """Paints all three columns; the name can be edited in place."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(60, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self._background(painter, option)
        if index.column() == Column.NAME:
            self._name_cell(painter, option, index)
        else:
            self._mark_cell(painter, option, index)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName("Name of the layer")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """A row that changes while its name is being typed, as by a thumbnail that comes, leaves what was typed."""
        if not isinstance(editor, QLineEdit) or not editor.isModified():
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        rect: QRect = option.rect
        height = editor.sizeHint().height()
        editor.setGeometry(rect.adjusted(THUMB + 2 * _GAP - 8, (rect.height() - height) // 2, -2, 0))
        editor.setFixedHeight(height)

    def editorEvent(self, _event: QEvent, _model: object, _option: QStyleOptionViewItem, _index: Index) -> bool:
        """The view handles clicks on eyes and locks itself, since it drags over them."""
        return False

    def _background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))

    def _name_cell(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        shown = bool(index.data(Role.SHOWN))
        box = QRect(rect.left() + 2, rect.center().y() - THUMB // 2, THUMB, THUMB)
        painter.setOpacity(1.0 if shown else 0.45)
        self._thumb(painter, box, index)
        left = box.right() + _GAP + 1
        font = option.font
        metrics = QFontMetrics(font)
        width = max(0, rect.right() - left - 4)
        name_rect = QRect(left, rect.center().y() - metrics.height() - 1, width, metrics.height() + 1)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, name_rect.width())
        painter.drawText(name_rect, alignment, name)
        small = option.font
        small.setPointSizeF(max(7.0, small.pointSizeF() - 1.5))
        painter.setFont(small)
        confidence = index.data(Role.CONFIDENCE)
        unsure = isinstance(confidence, float) and confidence < UNSURE and index.data(Role.KIND) != "group"
        painter.setPen(theme.colour("warning" if unsure or "out of date" in str(index.data(Role.DETAIL)) else "dim"))
        detail_rect = QRect(left, rect.center().y() + 2, width, metrics.height())
        words = QFontMetrics(small).elidedText(str(index.data(Role.DETAIL)), Qt.TextElideMode.ElideRight, width)
        painter.drawText(detail_rect, alignment, words)

    def _thumb(self, painter: QPainter, box: QRect, index: Index) -> None:
        kind = str(index.data(Role.KIND))
        if kind == "group":
            theme.icon("kind.group").paint(painter, box.adjusted(6, 6, -6, -6))
            return
        image = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(image, QImage):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, image)
        else:
            painter.fillRect(box, theme.colour("field"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        badge = theme.icon(f"kind.{kind}")
        if not badge.isNull():
            corner = QRect(box.right() - 13, box.bottom() - 13, 14, 14)
            painter.fillRect(corner, QColor(0, 0, 0, 170))
            badge.paint(painter, corner.adjusted(1, 1, -1, -1))

    def _mark_cell(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
        eye = index.column() == Column.EYE
        if not on and not eye and not state & QStyle.StateFlag.State_MouseOver:
            return
        box = QRect(0, 0, _MARK, _MARK)
        box.moveCenter(rect.center())
        faint = not on or (eye and not index.data(Role.SHOWN))
        painter.setOpacity(0.35 if faint else 0.9)
        name = ("eye" if on else "eye-off") if eye else ("lock" if on else "unlock")
        theme.icon(name).paint(painter, box)
