"""What is seen while no picture is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

_SHOWN = 6


class Welcome(QWidget):
    """Says what to do first, with a button for it and the files opened last."""

    def __init__(
        self, *, open_dialog: Callable[[], object], open_path: Callable[[Path], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("No picture is open")
        self._open_path = open_path
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(3)
        title = QLabel("Drop a picture here", self)
        title.setObjectName("welcome_title")
        text = QLabel("It is taken apart into text, shapes, objects and a background that you can correct and export.", self)
        text.setObjectName("welcome_text")
        self.button = QPushButton("Open a picture or a project…", self)
        self.button.setDefault(True)
        self.button.clicked.connect(lambda _checked=False: open_dialog())
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(title, 0, centre)
        column.addWidget(text, 0, centre)
        column.addSpacing(8)
        column.addWidget(self.button, 0, centre)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column.addSpacing(10)
        column.addLayout(self._recent)
        column.addStretch(4)

    def show_recent(self, paths: tuple[str, ...]) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for each in paths[:_SHOWN]:
            path = Path(each)
            button = QPushButton(path.name, self)
            button.setProperty("flat", "true")
            button.setToolTip(each)
            button.setAccessibleName(f"Open {path.name}")
            button.clicked.connect(lambda _checked=False, path=path: self._open_path(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
