"""The export dialog: which formats, where to, and what each of them cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from layerdesk.app import files
from layerdesk.app.jobs import Job, JobRunner
from layerdesk.document.document import Document
from layerdesk.formats import exports
from layerdesk.formats.plan import Exporter, Plan
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.widgets import section

_SUFFIX = Qt.ItemDataRole.UserRole


class ExportDialog(QDialog):
    """`chosen` gives the document and the tuple of targets when it is accepted."""

    chosen = Signal(object, object)

    def __init__(
        self,
        document: Document,
        runner: JobRunner,
        *,
        folder: Path,
        name: str,
        ticked: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self.resize(760, 480)
        self._document = document
        self._plans: dict[str, Plan] = {}
        self._exporters: dict[str, Exporter] = dict(exports.titles())
        self.formats = self._made_list(ticked)
        self._about = QLabel(self)
        self._about.setWordWrap(True)
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setAccessibleName("What this format holds")
        self.name = QLineEdit(name, self)
        self.name.setAccessibleName("File name without suffix")
        self.folder = QLineEdit(str(folder), self)
        self.folder.setAccessibleName("Folder")
        browse = QPushButton("Choose…", self)
        browse.setAccessibleName("Choose the folder")
        browse.clicked.connect(self._on_browse)
        self._result = QLabel(self)
        self._result.setObjectName("dim")
        self._result.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.export_button = self._buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setDefault(True)
        self._buttons.accepted.connect(self._on_accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out(browse)
        self.formats.currentItemChanged.connect(self._show_about)
        self.formats.itemChanged.connect(self._on_ticked)
        self.name.textChanged.connect(self._on_ticked)
        self.folder.textChanged.connect(self._on_ticked)
        self.formats.setCurrentRow(0)
        self._on_ticked()
        self._job: Job = runner.start("Plan the export", self._planned, lane="quiet", shown=False)
        self._job.succeeded.connect(self._on_planned)
        self.finished.connect(self._job.cancel)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Those that are ticked."""
        items = (self.formats.item(row) for row in range(self.formats.count()))
        return tuple(item.data(_SUFFIX) for item in items if item.checkState() == Qt.CheckState.Checked)

    @property
    def targets(self) -> tuple[str, ...]:
        """A path for every ticked format."""
        folder, name = Path(self.folder.text().strip()).expanduser(), self.name.text().strip()
        return tuple(files.export_target(folder, name, suffix) for suffix in self.suffixes)

    def tick(self, suffix: str, *, on: bool = True) -> None:
        for row in range(self.formats.count()):
            if self.formats.item(row).data(_SUFFIX) == suffix:
                self.formats.item(row).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _made_list(self, ticked: tuple[str, ...]) -> QListWidget:
        formats = QListWidget(self)
        formats.setObjectName("export_formats")
        formats.setAccessibleName("Formats")
        formats.setMinimumWidth(270)
        for suffix, exporter in self._exporters.items():
            words = "folder" if suffix == exports.FOLDER else suffix
            item = QListWidgetItem(f"{exporter.title} ({words})", formats)
            item.setData(_SUFFIX, suffix)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if suffix in ticked else Qt.CheckState.Unchecked)
        return formats

    def _lay_out(self, browse: QPushButton) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        top = QHBoxLayout()
        top.setSpacing(16)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(section("Formats", self))
        left.addWidget(self.formats, 1)
        right.addWidget(section("What it holds", self))
        about = QScrollArea(self)
        about.setObjectName("export_about")
        about.setWidgetResizable(True)
        about.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        about.setAccessibleName("What the chosen format holds")
        self._about.setContentsMargins(2, 2, 6, 2)
        about.setWidget(self._about)
        right.addWidget(about, 1)
        top.addLayout(left, 1)
        top.addLayout(right, 1)
        column.addLayout(top, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        for row, (words, control) in enumerate((("Name", self.name), ("Folder", self.folder))):
            label = QLabel(words, self)
            label.setBuddy(control)
            grid.addWidget(label, row, 0)
            grid.addWidget(control, row, 1)
        grid.addWidget(browse, 1, 2)
        column.addLayout(grid)
        column.addWidget(self._result)
        column.addWidget(self._buttons)

    def _planned(self, context: JobContext) -> dict[str, Plan]:
        return files.plans(self._document, tuple(self._exporters), context)

    @Slot(object)
    def _on_planned(self, plans: Mapping[str, Plan]) -> None:
        self._plans = dict(plans)
        self._show_about()

    @Slot()
    def _show_about(self) -> None:
        item = self.formats.currentItem()
        if item is None:
            return
        suffix = item.data(_SUFFIX)
        exporter, plan = self._exporters[suffix], self._plans.get(suffix)
        blocks = [exporter.loses or "Holds everything that the document has."]
        if plan is not None:
            counts: dict[str, int] = {}
            for each in plan.items:
                counts[each.becomes] = counts.get(each.becomes, 0) + 1
            blocks.append("\n".join(f"{count} × {words}" for words, count in counts.items()))
            blocks += [f"• {warning}" for warning in plan.warnings]
        self._about.setText("\n\n".join(blocks))

    @Slot()
    def _on_ticked(self) -> None:
        ready = bool(self.suffixes and self.name.text().strip() and self.folder.text().strip())
        self.export_button.setEnabled(ready)
        existing = [Path(each).name for each in self.targets if Path(each).exists()] if ready else []
        words = f"Replaces {', '.join(existing)}." if existing else "" if ready else "Tick a format and give a name and a folder."
        self._result.setText(words)

    @Slot()
    def _on_accept(self) -> None:
        self.chosen.emit(self._document, self.targets)
        self.accept()

    def _on_browse(self, _checked: bool = False) -> None:
        dialog = QFileDialog(self, "Folder for the export", self.folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()
