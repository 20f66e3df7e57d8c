"""The jobs panel: background work with title, progress, a way to cancel it, and how it ended."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from layerdesk.app.jobs import Job, JobRunner

_OUTCOMES = {"done": "Done", "failed": "Failed", "cancelled": "Cancelled"}


class JobRow(QFrame):
    """One job."""

    def __init__(self, job: Job, parent: QWidget) -> None:
        super().__init__(parent)
        self.job = job
        self.setAccessibleName(job.title)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setVerticalSpacing(4)
        title = QLabel(job.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {job.title}")
        self.words = QLabel(self)
        self.words.setObjectName("dim")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAccessibleName(f"Cancel {job.title}")
        self.cancel.clicked.connect(self._on_cancel)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self.cancel, 0, 1, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.words, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        job.progress.connect(self._show)
        job.finished.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        running = self.job.outcome == "running"
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.bar.setValue(round(self.job.fraction * 1000))
        ended = _OUTCOMES.get(self.job.outcome, "")
        self.words.setText(self.job.text if running else f"{ended}: {self.job.text}" if self.job.outcome == "failed" else ended)

    def _on_cancel(self, _checked: bool = False) -> None:
        self.job.cancel()


class JobsPanel(QScrollArea):
    """Running and finished jobs, newest first."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobs_panel")
        self.setAccessibleName("Jobs: background work, newest first")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: dict[Job, JobRow] = {}
        inner = self._inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._empty = QLabel("Nothing is running.", inner)
        self._empty.setObjectName("dim")
        self._empty.setContentsMargins(12, 10, 12, 10)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(inner)
        runner.job_added.connect(self._on_added)
        runner.job_removed.connect(self._on_removed)

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """Newest first."""
        return tuple(reversed(self._rows.values()))

    @Slot(object)
    def _on_added(self, job: Job) -> None:
        if job.shown:
            self._rows[job] = row = JobRow(job, self._inner)
            self._column.insertWidget(0, row)
            self._empty.hide()

    @Slot(object)
    def _on_removed(self, job: Job) -> None:
        row = self._rows.pop(job, None)
        if row is not None:
            row.hide()
            row.deleteLater()
        self._empty.setVisible(not self._rows)
