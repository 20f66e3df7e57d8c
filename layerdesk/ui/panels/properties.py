"""The properties panel: name, place, opacity and blend mode of the selected layer, its text or shape, and where it came from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from layerdesk.app import edit_commands, typesetting
from layerdesk.app.font_shelf import FontShelf
from layerdesk.app.retyping import Retyping
from layerdesk.app.session import Session
from layerdesk.document import edits
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ShapeLayer, TextLayer, kind_of
from layerdesk.errors import LayerDeskError
from layerdesk.ui.panels.layers import BLENDS
from layerdesk.ui.panels.layers_model import KIND_WORDS
from layerdesk.ui.panels.properties_text import TextProperties
from layerdesk.ui.widgets import ColourButton, form, number_field, read_only, section, show_value

FARTHEST = 100_000
_SHAPE_WORDS = {
    "rectangle": "Rectangle", "rounded_rect": "Rounded rectangle", "ellipse": "Ellipse", "line": "Line", "arrow": "Arrow",
    "polygon": "Polygon", "path": "Path",
}  # fmt: skip


class PropertiesPanel(QScrollArea):
    """Shows the selected layer (of several, the last) and edits it through the session."""

    def __init__(self, session: Session, fonts: FontShelf, retyping: Retyping, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("properties_panel")
        self.setAccessibleName("Properties of the selected layer")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._session = session
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        self._nothing = QLabel("Select a layer to see its properties.", inner)
        self._nothing.setObjectName("dim")
        self._nothing.setWordWrap(True)
        self._common = self._made_common(inner)
        self.text = TextProperties(session, fonts, retyping, inner)
        self._shape = self._made_shape(inner)
        self._origin = self._made_origin(inner)
        for each in (self._nothing, self._common, self.text, self._shape, self._origin):
            column.addWidget(each)
        column.addStretch(1)
        self.setWidget(inner)
        session.selection_changed.connect(self._show)
        session.document_changed.connect(self._show)
        self._show()

    def _made_common(self, parent: QWidget) -> QWidget:
        box = QWidget(parent)
        layout = form(box)
        self.name = QLineEdit(box)
        self.name.setAccessibleName("Name of the layer")
        self.name.setAcceptDrops(False)
        self.name.editingFinished.connect(self._on_name)
        layout.addRow("Name", self.name)
        place = QWidget(box)
        grid = QGridLayout(place)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        self.x_box = number_field(name="X of the left edge", minimum=-FARTHEST, maximum=FARTHEST, parent=place)
        self.y_box = number_field(name="Y of the top edge", minimum=-FARTHEST, maximum=FARTHEST, parent=place)
        self.w_box = read_only(number_field(name="Width", minimum=0, maximum=FARTHEST, parent=place))
        self.h_box = read_only(number_field(name="Height", minimum=0, maximum=FARTHEST, parent=place))
        for at, (words, field) in enumerate((("X", self.x_box), ("Y", self.y_box), ("W", self.w_box), ("H", self.h_box))):
            label = QLabel(words, place)
            label.setObjectName("dim")
            label.setBuddy(field)
            grid.addWidget(label, at // 2, at % 2 * 2)
            grid.addWidget(field, at // 2, at % 2 * 2 + 1)
            grid.setColumnStretch(at % 2 * 2 + 1, 1)
        self.x_box.valueChanged.connect(self._on_place)
        self.y_box.valueChanged.connect(self._on_place)
        layout.addRow("Place", place)
        self.opacity = number_field(name="Opacity of the layer", minimum=0, maximum=100, suffix=" %", parent=box)
        self.opacity.valueChanged.connect(self._on_opacity)
        self.blend = QComboBox(box)
        self.blend.setAccessibleName("Blend mode of the layer")
        for words, value in BLENDS:
            self.blend.addItem(words, value)
        self.blend.activated.connect(self._on_blend)
        look = QWidget(box)
        row = QGridLayout(look)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.opacity, 0, 0)
        row.addWidget(self.blend, 0, 1)
        row.setColumnStretch(1, 1)
        layout.addRow("Opacity", look)
        return box

    def _made_shape(self, parent: QWidget) -> QWidget:
        box = QWidget(parent)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section("Shape", box))
        rows = QWidget(box)
        self._shape_form = form(rows)
        self._shape_type, self._shape_radius = QLabel(rows), QLabel(rows)
        self.fill = ColourButton(name="Fill colour of the shape", parent=rows)
        self.fill.picked.connect(self._on_fill)
        self._stroke = QLabel(rows)
        self._shape_form.addRow("Form", self._shape_type)
        self._shape_form.addRow("Fill", self.fill)
        self._shape_form.addRow("Outline", self._stroke)
        self._shape_form.addRow("Radius", self._shape_radius)
        column.addWidget(rows)
        return box

    def _made_origin(self, parent: QWidget) -> QWidget:
        box = QWidget(parent)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section("Where it came from", box))
        rows = QWidget(box)
        layout = form(rows)
        self._origin_labels: dict[str, QLabel] = {}
        for words in ("Kind", "Stage", "Engine", "Confidence", "By hand"):
            label = QLabel(rows)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAccessibleName(words)
            self._origin_labels[words] = label
            layout.addRow(words, label)
        self._stale = QLabel("The fill no longer fits the layers above. Layer › Heal background makes it anew.", box)
        self._stale.setObjectName("warning")
        self._stale.setWordWrap(True)
        column.addWidget(rows)
        column.addWidget(self._stale)
        return box

    # Showing

    @property
    def layer(self) -> Layer | None:
        """The layer that is shown."""
        document, ids = self._session.document, self._session.selection
        return document.layer(ids[-1]) if document is not None and ids else None

    @Slot()
    def _show(self) -> None:
        layer = self.layer
        self._nothing.setVisible(layer is None)
        self._common.setVisible(layer is not None)
        self._origin.setVisible(layer is not None)
        self.text.setVisible(isinstance(layer, TextLayer))
        self._shape.setVisible(isinstance(layer, ShapeLayer))
        self.text.show_layer(layer if isinstance(layer, TextLayer) else None)
        if layer is None:
            return
        if not (self.name.hasFocus() and self.name.isModified()):
            self.name.setText(layer.name)
        bounds = layer.bounds
        for field, value in (
            (self.x_box, bounds.x),
            (self.y_box, bounds.y),
            (self.w_box, bounds.width),
            (self.h_box, bounds.height),
        ):
            show_value(field, value)
        for field in (self.x_box, self.y_box):
            field.setEnabled(not layer.locked)
        show_value(self.opacity, round(layer.opacity * 100))
        with QSignalBlocker(self.blend):
            self.blend.setCurrentIndex(self.blend.findData(layer.blend))
        if isinstance(layer, ShapeLayer):
            self._show_shape(layer)
        self._show_origin(layer)

    def _show_shape(self, layer: ShapeLayer) -> None:
        shape = layer.shape
        self._shape_type.setText(_SHAPE_WORDS[shape.type])
        self.fill.show_colour(shape.fill if isinstance(shape.fill, str) else "gradient" if shape.fill else "")
        self.fill.setEnabled(shape.stroke is None and shape.type not in ("line", "arrow"))
        self._stroke.setText("none" if shape.stroke is None else f"{shape.stroke.color}, {shape.stroke.width:g} px")
        self._shape_form.setRowVisible(self._shape_radius, shape.type == "rounded_rect")
        self._shape_radius.setText(f"{shape.radius:.4g} px")

    def _show_origin(self, layer: Layer) -> None:
        origin = layer.provenance
        values = {
            "Kind": KIND_WORDS[kind_of(layer)],
            "Stage": origin.stage,
            "Engine": f"{origin.engine} {origin.version}".strip(),
            "Confidence": "" if isinstance(layer, GroupLayer) else f"{layer.confidence:.2f}",
            "By hand": "changed" if origin.edited else "unchanged",
        }
        for words, label in self._origin_labels.items():
            label.setText(values[words] or "–")
        self._stale.setVisible(isinstance(layer, BackgroundLayer) and layer.stale)

    # Editing

    @Slot()
    def _on_name(self) -> None:
        document, layer = self._session.document, self.layer
        name = " ".join(self.name.text().split())
        self.name.setModified(False)
        if document is None or layer is None:
            return
        if name and name != layer.name:
            self._session.apply(f"Rename to “{name}”", edits.rename(document, layer.id, name=name))
        else:
            self.name.setText(layer.name)

    @Slot()
    def _on_place(self) -> None:
        document, layer = self._session.document, self.layer
        if document is None or layer is None:
            return
        dx, dy = round(self.x_box.value()) - layer.bounds.x, round(self.y_box.value()) - layer.bounds.y
        try:
            outcome = edit_commands.nudge(document, (layer.id,), dx=dx, dy=dy)
        except LayerDeskError as error:
            self._session.message.emit(str(error))
            return
        self._session.apply("Move", outcome.document, merge_key=outcome.merge_key)

    @Slot(float)
    def _on_opacity(self, percent: float) -> None:
        document, layer = self._session.document, self.layer
        if document is not None and layer is not None:
            outcome = edit_commands.set_opacity(document, (layer.id,), opacity=percent / 100)
            self._session.apply(outcome.name, outcome.document, merge_key=outcome.merge_key)

    @Slot(int)
    def _on_blend(self, _row: int) -> None:
        document, layer = self._session.document, self.layer
        if document is not None and layer is not None:
            after = edits.set_blend(document, (layer.id,), blend=self.blend.currentData())
            self._session.apply(f"Blend {self.blend.currentText()}", after)

    @Slot(str)
    def _on_fill(self, colour: str) -> None:
        document, layer = self._session.document, self.layer
        if document is not None and isinstance(layer, ShapeLayer):
            self._session.apply(f"Fill {colour}", typesetting.recolour(document, layer.id, colour=colour))
