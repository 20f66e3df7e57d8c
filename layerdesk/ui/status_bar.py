"""The strip at the bottom: zoom, pointer, colour under it, size, what is left to review, and the running job."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QWidget

from layerdesk.app.jobs import Job, JobRunner
from layerdesk.app.session import Session
from layerdesk.document.colour import to_hex
from layerdesk.document.composite import composite
from layerdesk.document.geometry import Point, Rect, Size
from layerdesk.ui.widgets import flat_button

_POINTER_EVERY_MS = 30
_HEIGHT = 34
"""So that nothing moves when a job with its button comes and goes."""
_SWATCH = QSize(12, 12)


class StatusBar(QStatusBar):
    """Shows what it is told; the running job is the oldest that people are told of."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setMinimumHeight(_HEIGHT)
        self._runner = runner
        self._job = _JobStrip(self)
        self.addWidget(self._job)
        self.review = self._label("Layers left to review", width=0)
        self._swatch = self._label("Swatch of the colour under the pointer", width=0)
        self.colour = self._label("Colour under the pointer", width=64)
        self.pointer = self._label("Pointer", width=96)
        self.size_label = self._label("Size of the picture", width=96)
        self.zoom = self._label("Zoom", width=56)
        runner.job_added.connect(self._on_job)
        self._show_job()

    @Slot(float)
    def show_zoom(self, scale: float) -> None:
        self.zoom.setText(f"{scale * 100:.4g} %")

    def show_pointer(self, x: int, y: int, rgb: tuple[int, int, int] | None) -> None:
        """The pixel under the pointer; no colour outside the picture."""
        self.pointer.setText(f"{x}, {y}" if rgb is not None else "")
        self.colour.setText(to_hex(rgb) if rgb is not None else "")
        swatch = QPixmap(_SWATCH)
        swatch.fill(QColor(*rgb) if rgb is not None else Qt.GlobalColor.transparent)
        self._swatch.setPixmap(swatch)

    def show_size(self, size: Size | None) -> None:
        self.size_label.setText("" if size is None else f"{size.width} × {size.height}")

    def show_review(self, left: int | None) -> None:
        """How many layers nobody has looked at; None where nothing is being reviewed."""
        self.review.setText("" if left is None else "All layers reviewed" if left == 0 else f"{left} to review")

    def _label(self, name: str, *, width: int) -> QLabel:
        label = QLabel(self)
        label.setAccessibleName(name)
        label.setToolTip(name)
        label.setMinimumWidth(width)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addPermanentWidget(label)
        return label

    @Slot(object)
    def _on_job(self, job: Job) -> None:
        if job.shown:
            job.progress.connect(self._show_job)
            job.finished.connect(self._show_job)
            self._show_job()

    @Slot()
    def _show_job(self) -> None:
        self._job.show_job(next((job for job in self._runner.running if job.shown), None))


class PointerReadout(QObject):
    """Has the status bar show the pixel under the pointer, at most so many times a second."""

    def __init__(self, session: Session, status: StatusBar) -> None:
        super().__init__(status)
        self._session = session
        self._status = status
        self._place = (0, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_POINTER_EVERY_MS)
        self._timer.timeout.connect(self._show)

    @Slot(int, int)
    def moved(self, x: int, y: int) -> None:
        self._place = (x, y)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show(self) -> None:
        document, (x, y) = self._session.document, self._place
        if document is not None and document.rect.contains(Point(x, y)):
            pixel = composite(document, rect=Rect(x, y, 1, 1))[0, 0]
            self._status.show_pointer(x, y, (int(pixel[0]), int(pixel[1]), int(pixel[2])))
        else:
            self._status.show_pointer(x, y, None)


class _JobStrip(QWidget):
    """Words, bar and a cancel button for one job; empty without one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._current: Job | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 0, 0)
        self._words = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName("Progress of the running job")
        self._cancel = flat_button("Cancel", name="Cancel the running job", parent=self)
        self._cancel.clicked.connect(self._on_cancel)
        for each in (self._words, self._bar, self._cancel):
            row.addWidget(each)

    def show_job(self, job: Job | None) -> None:
        self._current = job
        for each in (self._words, self._bar, self._cancel):
            each.setVisible(job is not None)
        if job is not None:
            self._words.setText(f"{job.title}: {job.text}" if job.text else job.title)
            self._bar.setValue(round(job.fraction * 1000))

    def _on_cancel(self, _checked: bool = False) -> None:
        if self._current is not None:
            self._current.cancel()
