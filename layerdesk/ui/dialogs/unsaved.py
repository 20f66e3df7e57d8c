"""The one question about unsaved changes."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

Answer = Literal["save", "discard", "cancel"]


class UnsavedDialog(QMessageBox):
    """Save, discard or cancel. Open it with open(); `answered` comes once."""

    answered = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsaved_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Unsaved changes")
        self.setIcon(QMessageBox.Icon.NoIcon)
        self.setText(f"Save the changes to “{name}”?")
        self.setInformativeText("They are lost if you discard them.")
        self._answers: dict[QPushButton, Answer] = {
            self.addButton("Save", QMessageBox.ButtonRole.AcceptRole): "save",
            self.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole): "discard",
            self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole): "cancel",
        }
        for button, answer in self._answers.items():
            button.setObjectName(f"unsaved_{answer}")
            button.setAccessibleName(button.text())
            if answer == "save":
                self.setDefaultButton(button)
            elif answer == "cancel":
                self.setEscapeButton(button)
        self.finished.connect(self._on_finished)

    def _on_finished(self, _result: int) -> None:
        chosen = self.clickedButton()
        self.answered.emit(next((answer for button, answer in self._answers.items() if button is chosen), "cancel"))
