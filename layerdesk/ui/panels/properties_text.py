"""The part of the properties panel for text: words, typography, and the picture of what was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, QSizeF, Qt, Slot
from PySide6.QtGui import QFocusEvent, QImage, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from layerdesk.app.font_shelf import FontShelf
from layerdesk.app.retyping import Retyping, Wish
from layerdesk.app.session import Session
from layerdesk.document.layers import PixelLayer, TextLayer, walk
from layerdesk.document.style import Align, TextStyle
from layerdesk.ui.widgets import ColourButton, form, number_field, section, show_value, tool_button

ALIGNS: tuple[tuple[Align, str], ...] = (
    ("left", "Align left"),
    ("center", "Align centre"),
    ("right", "Align right"),
    ("justify", "Justify"),
)
WEIGHTS: tuple[tuple[int, str], ...] = (
    (100, "Thin"), (200, "Extra light"), (300, "Light"), (400, "Regular"), (500, "Medium"), (600, "Semibold"), (700, "Bold"),
    (800, "Extra bold"), (900, "Black"),
)  # fmt: skip
_FEWEST_LINES, _MOST_LINES = 2, 6
_WORDS_FRAME = 26
_CROP_HEIGHT = 84
_CROP_MARGIN = 4


class WordsEdit(QPlainTextEdit):
    """The words of a text layer, as high as its lines. Undo and redo are the document's, not its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit(QSizeF())

    def _fit(self, size: QSizeF) -> None:
        """`size` is as high as there are lines, wrapped ones counted."""
        lines = min(_MOST_LINES, max(_FEWEST_LINES, round(size.height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + _WORDS_FRAME)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            keys = QKeySequence(event.keyCombination())  # type: ignore[attr-defined]
            own = [
                *QKeySequence.keyBindings(QKeySequence.StandardKey.Undo),
                *QKeySequence.keyBindings(QKeySequence.StandardKey.Redo),
            ]
            if keys in own:
                event.ignore()
                return False
        return super().event(event)


class Crop(QLabel):
    """A picture scaled to fit, never enlarged more than twice; as high as the picture is then, and not there without one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("crop")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumWidth(40)
        self.setAccessibleName("What the source image shows here")
        self._whole = QPixmap()

    def show_pixmap(self, pixmap: QPixmap) -> None:
        self._whole = pixmap
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setVisible(not self._whole.isNull())
        if self._whole.isNull():
            return
        room = QSize(self.width() - 2 * _CROP_MARGIN, _CROP_HEIGHT - 2 * _CROP_MARGIN).boundedTo(self._whole.size() * 2)
        fitted = self._whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self.setPixmap(fitted)
        self.setFixedHeight(fitted.height() + 2 * _CROP_MARGIN)


class TextProperties(QWidget):
    """Edits of words and style are drawn behind and come as steps of the document; those made in one go are one step."""

    def __init__(self, session: Session, shelf: FontShelf, retyping: Retyping, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf = shelf
        self._retyping = retyping
        self._layer: TextLayer | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(section("Text", self))
        self.words = WordsEdit(self)
        self.words.setObjectName("text_words")
        self.words.setAccessibleName("Words of the text layer")
        self.words.setTabChangesFocus(True)
        # A file dropped here is for the window.
        self.words.setAcceptDrops(False)
        self.words.textChanged.connect(self._on_words)
        self.words.installEventFilter(self)
        self._crop = Crop(self)
        self._recognised = QLabel(self)
        self._recognised.setObjectName("dim")
        self._recognised.setWordWrap(True)
        self._recognised.setTextFormat(Qt.TextFormat.PlainText)
        self._recognised.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.words)
        column.addWidget(self._crop)
        column.addWidget(self._recognised)
        column.addWidget(self._made_style())
        shelf.loaded.connect(self._on_fonts)
        self._on_fonts()

    def edit_words(self) -> None:
        """Put the cursor into the words, all of them selected."""
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    def show_layer(self, layer: TextLayer | None) -> None:
        before, self._layer = self._layer, layer
        if layer is None or layer is before:
            return
        wish = self._retyping.newest
        if wish is not None and wish.layer_id == layer.id:
            return
        if self.words.toPlainText() != layer.block.text:
            with QSignalBlocker(self.words):
                self.words.setPlainText(layer.block.text)
        if before is None or before.id != layer.id:
            self._crop.show_pixmap(source_crop(self._session, layer))
        recognised = layer.block.recognised
        self._recognised.setText(f"Recognised: {recognised}" if recognised else "Not recognised by an engine")
        self._show_style(layer.block.style)

    # Building

    def _made_style(self) -> QWidget:
        box = QWidget(self)
        layout = form(box)
        self.family = QComboBox(box)
        self.family.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.family.setAccessibleName("Font family")
        self.family.setMinimumContentsLength(10)
        self.family.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._family_line = QLineEdit(self.family)
        self._family_line.setAcceptDrops(False)
        self.family.setLineEdit(self._family_line)
        completer = self.family.completer()
        if completer is not None:
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.family.activated.connect(self._on_family)
        self._family_line.editingFinished.connect(self._on_family)
        self._missing = QLabel(box)
        self._missing.setObjectName("warning")
        self._missing.setWordWrap(True)
        layout.addRow("Font", self.family)
        layout.addRow(self._missing)
        self.weight = QComboBox(box)
        self.weight.setAccessibleName("Weight")
        for value, words in WEIGHTS:
            self.weight.addItem(words, value)
        self.weight.activated.connect(self._on_weight)
        self.bold = tool_button("", words="B", checkable=True, parent=box)
        self.bold.setAccessibleName("Bold")
        self.bold.setToolTip("Bold")
        self.italic = tool_button("", words="I", checkable=True, parent=box)
        self.italic.setAccessibleName("Italic")
        self.italic.setToolTip("Italic")
        for button, change in ((self.bold, "bold"), (self.italic, "italic")):
            font = button.font()
            font.setBold(change == "bold")
            font.setItalic(change == "italic")
            button.setFont(font)
            button.setFixedSize(28, 26)
        self.bold.clicked.connect(self._on_bold)
        self.italic.clicked.connect(self._on_italic)
        layout.addRow("Weight", _row(box, self.weight, self.bold, self.italic))
        self.size_box = number_field(name="Font size", minimum=1, maximum=5000, decimals=1, suffix=" px", parent=box)
        self.colour = ColourButton(name="Colour of the text", parent=box)
        self.colour.picked.connect(self._on_colour)
        layout.addRow("Size", _row(box, self.size_box, self.colour))
        layout.addRow("Align", self._made_aligns(box))
        self.angle = number_field(name="Angle", minimum=-180, maximum=180, decimals=1, suffix="°", parent=box)
        self.line_height = number_field(name="Line height", minimum=1, maximum=9999, decimals=1, suffix=" px", parent=box)
        self.tracking = number_field(name="Tracking", minimum=-999, maximum=999, decimals=2, suffix=" px", step=0.1, parent=box)
        layout.addRow("Angle", self.angle)
        layout.addRow("Line height", self.line_height)
        layout.addRow("Tracking", self.tracking)
        for field, name, words in (
            (self.size_box, "font_size_px", "Font size"),
            (self.angle, "angle", "Angle"),
            (self.line_height, "line_height_px", "Line height"),
            (self.tracking, "tracking_px", "Tracking"),
        ):
            field.valueChanged.connect(lambda value, name=name, words=words: self._restyle(words, **{name: value}))
        return box

    def _made_aligns(self, parent: QWidget) -> QWidget:
        box = QWidget(parent)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        self.aligns = QButtonGroup(box)
        for place, (value, words) in enumerate(ALIGNS):
            button = tool_button(f"align.{value}", words=words.removeprefix("Align ").capitalize(), checkable=True, parent=box)
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setProperty("align", value)
            self.aligns.addButton(button)
            grid.addWidget(button, 0, place)
        grid.setColumnStretch(len(ALIGNS), 1)
        self.aligns.buttonClicked.connect(lambda button: self._restyle("Align", align=button.property("align")))
        return box

    # Showing

    @Slot()
    def _on_fonts(self) -> None:
        with QSignalBlocker(self.family), QSignalBlocker(self._family_line):
            self.family.clear()
            self.family.addItems(list(self._shelf.families))
        ready = self._shelf.fonts is not None
        for each in (self.words, self.family, self.weight, self.bold, self.italic, self.size_box, self.colour):
            each.setEnabled(ready)
        for field in (self.angle, self.line_height, self.tracking, *self.aligns.buttons()):
            field.setEnabled(ready)
        if self._layer is not None:
            self._show_style(self._layer.block.style)

    def _show_style(self, style: TextStyle) -> None:
        with QSignalBlocker(self.family), QSignalBlocker(self._family_line):
            self.family.setCurrentIndex(self.family.findText(style.font_family, Qt.MatchFlag.MatchFixedString))
            self.family.setEditText(style.font_family)
        self._show_missing(style)
        with QSignalBlocker(self.weight):
            nearest = min(range(len(WEIGHTS)), key=lambda at: abs(WEIGHTS[at][0] - style.weight))
            self.weight.setCurrentIndex(nearest)
        self.bold.setChecked(style.bold)
        self.italic.setChecked(style.italic)
        self.colour.show_colour(style.color)
        for button in self.aligns.buttons():
            button.setChecked(button.property("align") == style.align)
        show_value(self.size_box, style.font_size_px)
        show_value(self.angle, style.angle)
        show_value(self.line_height, style.line_height_px)
        show_value(self.tracking, style.tracking_px)

    def _show_missing(self, style: TextStyle) -> None:
        known = {family.casefold() for family in self._shelf.families}
        missing = self._shelf.fonts is not None and style.font_family.casefold() not in known
        self._missing.setVisible(missing)
        if missing:
            layer = self._layer
            near = [each for each in (layer.block.alternatives if layer else ()) if each.casefold() in known]
            advice = f" Near: {', '.join(near[:3])}." if near else ""
            self._missing.setText(f"“{style.font_family}” is not installed; another font is drawn.{advice}")

    # Editing

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.words and isinstance(event, QFocusEvent) and event.lostFocus() and self._session.store is not None:
            self._session.store.seal()
        return False

    @Slot()
    def _on_words(self) -> None:
        self._ask("Change words", key="words", text=self.words.toPlainText())

    @Slot()
    def _on_family(self) -> None:
        name = self.family.currentText().strip()
        if name:
            self._restyle("Font", font_family=name)

    @Slot()
    def _on_weight(self) -> None:
        self._restyle("Weight", weight=self.weight.currentData())

    @Slot(bool)
    def _on_bold(self, checked: bool = False) -> None:
        self._restyle("Bold" if checked else "Not bold", weight=700 if checked else 400)

    @Slot(bool)
    def _on_italic(self, checked: bool = False) -> None:
        self._restyle("Italic" if checked else "Not italic", italic=checked)

    @Slot(str)
    def _on_colour(self, colour: str) -> None:
        self._restyle("Colour", color=colour)

    def _restyle(self, name: str, **changes: Any) -> None:
        self._ask(name, key=next(iter(changes)), changes=changes)

    def _ask(self, name: str, *, key: str, text: str | None = None, changes: Mapping[str, Any] | None = None) -> None:
        """Have it drawn, on top of what is wished for already."""
        layer = self._layer
        if layer is None:
            return
        wish = self._retyping.newest
        before = wish if wish is not None and wish.layer_id == layer.id else None
        style = dataclasses.replace(before.style if before else layer.block.style, **(changes or {}))
        words = text if text is not None else before.text if before else layer.block.text
        if words != layer.block.text or style != layer.block.style or before is not None:
            self._retyping.ask(Wish(layer_id=layer.id, text=words, style=style, name=name, merge_key=f"text:{layer.id}:{key}"))


def source_crop(session: Session, layer: PixelLayer) -> QPixmap:
    """What the source image shows where the layer was found; a null pixmap where that lies outside."""
    document = session.document
    if document is None:
        return QPixmap()
    found = next((each for each in walk(document.found) if each.id == layer.id), layer)
    area = (found if isinstance(found, PixelLayer) else layer).mask.bounds.expanded(6).intersected(document.rect)
    if area.empty:
        return QPixmap()
    pixels = document.source.pixels[area.slices].copy()
    return QPixmap.fromImage(QImage(pixels.data, area.width, area.height, area.width * 4, QImage.Format.Format_RGBA8888))


def _row(parent: QWidget, *controls: QWidget) -> QWidget:
    box = QWidget(parent)
    layout = QHBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for place, control in enumerate(controls):
        layout.addWidget(control, 1 if place == 0 else 0)
    return box
