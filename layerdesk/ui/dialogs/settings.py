"""The settings dialog: how pictures are layered, limits, and the wheel; with what is missing on this machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from layerdesk.app.jobs import JobRunner
from layerdesk.app.settings import MAX_PIXELS, MIN_PIXELS, Settings
from layerdesk.engines.registry import EngineStatus, statuses
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.widgets import section

_MEGA = 1_000_000


class SettingsDialog(QDialog):
    """Gives the new settings by `chosen` when accepted."""

    chosen = Signal(object)

    def __init__(self, settings: Settings, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(500)
        self._settings = settings
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(7)
        form.addRow(section("Layering", self))
        self._add_layering(form)
        form.addRow(section("Program", self))
        self._add_program(form)
        column.addLayout(form)
        self._missing = QLabel("Looking up what is installed…", self)
        self._missing.setObjectName("dim")
        self._missing.setWordWrap(True)
        self._missing.setTextFormat(Qt.TextFormat.PlainText)
        self._missing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(section("Engines on this machine", self))
        column.addWidget(self._missing)
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.accepted.connect(self._on_accepted)
        job = runner.start("Look up engines", _looked_up, lane="quiet", shown=False)
        job.succeeded.connect(self._show_engines)
        job.failed.connect(self._missing.setText)

    def _add_layering(self, form: QFormLayout) -> None:
        recipe = self._settings.recipe
        self.on_open = self._check("Layer a picture as soon as it is opened", on=self._settings.layer_on_open)
        self.find_text = self._check("Find text", on=recipe.find_text)
        self.find_objects = self._check("Find shapes and objects", on=recipe.find_objects)
        self.ocr = self._choice("Text recogniser", ["rapidocr", "tesseract"], recipe.ocr)
        self.languages = QLineEdit(recipe.languages, self)
        self.languages.setAccessibleName("Languages for Tesseract")
        self.languages.setPlaceholderText("eng+deu")
        self.saliency = self._choice("Subject finder", ["u2netp", "none"], recipe.saliency)
        self.texture = self._choice("Texture fill", ["patchmatch", "none"], recipe.texture)
        self.sureness = QSpinBox(self)
        self.sureness.setRange(0, 100)
        self.sureness.setSuffix(" %")
        self.sureness.lineEdit().setTextMargins(4, 0, 4, 0)
        self.sureness.setAccessibleName("Least confidence of text")
        self.sureness.setValue(round(recipe.min_text_confidence * 100))
        for words, control in (
            ("", self.on_open), ("", self.find_text), ("", self.find_objects), ("Text recogniser", self.ocr),
            ("Tesseract languages", self.languages), ("Text at least", self.sureness), ("Subject finder", self.saliency),
            ("Texture fill", self.texture),
        ):  # fmt: skip
            form.addRow(words, control)

    def _add_program(self, form: QFormLayout) -> None:
        self.max_pixels = QSpinBox(self)
        self.max_pixels.setRange(MIN_PIXELS // _MEGA, MAX_PIXELS // _MEGA)
        self.max_pixels.setSuffix(" megapixels")
        self.max_pixels.lineEdit().setTextMargins(4, 0, 4, 0)
        self.max_pixels.setAccessibleName("Largest picture that is opened")
        self.max_pixels.setValue(self._settings.max_pixels // _MEGA)
        self.wheel = self._check("The wheel alone zooms", on=self._settings.wheel_zooms)
        form.addRow("Largest picture", self.max_pixels)
        form.addRow("", self.wheel)

    def settings(self) -> Settings:
        """The settings as the controls stand."""
        recipe = dataclasses.replace(
            self._settings.recipe,
            ocr=self.ocr.currentText(),
            languages=self.languages.text().strip() or "eng",
            saliency=self.saliency.currentText(),
            texture=self.texture.currentText(),
            find_text=self.find_text.isChecked(),
            find_objects=self.find_objects.isChecked(),
            min_text_confidence=self.sureness.value() / 100,
        )
        return dataclasses.replace(
            self._settings,
            recipe=recipe,
            layer_on_open=self.on_open.isChecked(),
            max_pixels=self.max_pixels.value() * _MEGA,
            wheel_zooms=self.wheel.isChecked(),
        )

    @Slot()
    def _on_accepted(self) -> None:
        self.chosen.emit(self.settings())

    @Slot(object)
    def _show_engines(self, found: Sequence[EngineStatus]) -> None:
        self._missing.setText("\n".join(f"{each.name} {each.version}".strip() + f": {each.missing or 'ready'}" for each in found))
        self.adjustSize()

    def _choice(self, name: str, values: list[str], value: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.addItems([*values, *({value} - set(values))])
        box.setCurrentText(value)
        return box

    def _check(self, words: str, *, on: bool) -> QCheckBox:
        box = QCheckBox(words, self)
        box.setChecked(on)
        return box


def _looked_up(context: JobContext) -> tuple[EngineStatus, ...]:
    context.check()
    return statuses()
