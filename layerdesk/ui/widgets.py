"""Small controls that the panels share."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from layerdesk.document.colour import is_hex
from layerdesk.ui import theme


def flat_button(words: str, *, name: str, parent: QWidget) -> QPushButton:
    """A button without a frame."""
    button = QPushButton(words, parent)
    button.setProperty("flat", bool(words))
    button.setAccessibleName(name)
    return button


def tool_button(icon: str, *, words: str, checkable: bool, parent: QWidget) -> QToolButton:
    """A small button with an icon, or with its words where there is no such icon."""
    button = QToolButton(parent)
    button.setIcon(theme.icon(icon))
    button.setText(words)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setCheckable(checkable)
    return button


def number_field(
    *, name: str, minimum: float, maximum: float, parent: QWidget, decimals: int = 0, suffix: str = "", step: float = 1.0
) -> QDoubleSpinBox:
    """A number to type; arrow keys and the wheel change it. It tells of a value only when that has been typed whole."""
    box = QDoubleSpinBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setDecimals(decimals)
    box.setRange(minimum, maximum)
    box.setSingleStep(step)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    box.lineEdit().setTextMargins(4, 0, 4, 0)
    box.setMinimumWidth(58)
    return box


def read_only(box: QDoubleSpinBox) -> QDoubleSpinBox:
    box.setReadOnly(True)
    box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return box


def show_value(box: QDoubleSpinBox, value: float) -> None:
    """Set a field without it telling anybody; what is being typed stays."""
    if not box.lineEdit().isModified() or not box.hasFocus():
        with QSignalBlocker(box):
            box.setValue(value)


def section(words: str, parent: QWidget) -> QLabel:
    label = QLabel(words, parent)
    label.setObjectName("section")
    # Else a label with a style of its own moves its words in by half a letter.
    label.setIndent(0)
    return label


def form(parent: QWidget) -> QFormLayout:
    layout = QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(10)
    layout.setVerticalSpacing(6)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


class ColourButton(QPushButton):
    """Shows a colour; pressed, it opens a dialog that blocks nobody. `picked` tells '#rrggbb'."""

    picked = Signal(str)

    def __init__(self, *, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self._value = ""
        self.clicked.connect(self._on_clicked)
        self.show_colour("")

    @property
    def value(self) -> str:
        return self._value

    def show_colour(self, value: str) -> None:
        """'#rrggbb', or another word for something that is no single colour."""
        self._value = value
        self.setText(value or "none")
        self.setAccessibleName(f"{self._name}: {value or 'none'}")
        self.setToolTip(self._name)
        swatch = QPixmap(14, 14)
        swatch.fill(QColor(value) if is_hex(value) else Qt.GlobalColor.transparent)
        with QPainter(swatch) as painter:
            painter.setPen(theme.colour("faint"))
            painter.drawRect(swatch.rect().adjusted(0, 0, -1, -1))
        self.setIcon(QIcon(swatch))

    def _on_clicked(self, _checked: bool = False) -> None:
        dialog = QColorDialog(QColor(self._value) if is_hex(self._value) else QColor("#000000"), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self._name)
        dialog.colorSelected.connect(self._on_selected)
        dialog.open()

    def _on_selected(self, chosen: QColor) -> None:
        self.show_colour(chosen.name())
        self.picked.emit(chosen.name())
