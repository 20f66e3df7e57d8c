"""The bar under the menus that shows the settings of the tool in hand: size and hardness of the brush."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from layerdesk.app.actions import BY_NAME
from layerdesk.app.session import Session

SMALLEST, LARGEST = 1, 1000
_BRUSHES = ("tool.brush", "tool.eraser")


class OptionsBar(QWidget):
    """Name of the tool and, for brush and eraser, size and hardness; in sync with the session's brush."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("options_bar")
        self._session = session
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(8)
        self._tool = QLabel(self)
        row.addWidget(self._tool)
        self._brush = QWidget(self)
        inner = QHBoxLayout(self._brush)
        inner.setContentsMargins(10, 0, 0, 0)
        inner.setSpacing(8)
        self.size_box = QSpinBox(self._brush)
        self.size_box.setRange(SMALLEST, LARGEST)
        self.size_box.setSuffix(" px")
        self.size_box.lineEdit().setTextMargins(4, 0, 4, 0)
        self.size_box.setAccessibleName("Size of the brush")
        self.hardness = QSlider(Qt.Orientation.Horizontal, self._brush)
        self.hardness.setRange(0, 100)
        self.hardness.setFixedWidth(110)
        self.hardness.setAccessibleName("Hardness of the brush")
        inner.addWidget(QLabel("Size", self._brush))
        inner.addWidget(self.size_box)
        inner.addWidget(QLabel("Hardness", self._brush))
        inner.addWidget(self.hardness)
        row.addWidget(self._brush)
        row.addStretch(1)
        self.size_box.valueChanged.connect(self._on_changed)
        self.hardness.valueChanged.connect(self._on_changed)
        session.tool_changed.connect(self._show_tool)
        session.brush_changed.connect(self._show_brush)
        self._show_tool(session.tool)
        self._show_brush()

    def change_size(self, *, larger: bool) -> None:
        """One step of the [ and ] keys: a tenth, at least one pixel."""
        size = round(self._session.brush.size)
        step = max(1, size // 10)
        self.size_box.setValue(size + (step if larger else -step))

    def change_hardness(self, *, harder: bool) -> None:
        self.hardness.setValue(self.hardness.value() + (25 if harder else -25))

    @Slot(str)
    def _show_tool(self, name: str) -> None:
        self._brush.setVisible(name in _BRUSHES)
        row = BY_NAME.get(name)
        words = "" if row is None else row.text.replace("&", "")
        self._tool.setText(words if row is None or name in _BRUSHES else f"{words} · {row.tip}")

    @Slot()
    def _show_brush(self) -> None:
        with QSignalBlocker(self.size_box), QSignalBlocker(self.hardness):
            self.size_box.setValue(round(self._session.brush.size))
            self.hardness.setValue(round(self._session.brush.hardness * 100))

    @Slot()
    def _on_changed(self) -> None:
        brush = dataclasses.replace(self._session.brush, size=float(self.size_box.value()), hardness=self.hardness.value() / 100)
        self._session.set_brush(brush)
