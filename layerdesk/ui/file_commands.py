"""The commands of the File menu: open, save, export, close, with the one question about unsaved changes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from layerdesk.app import autosave, files
from layerdesk.app.jobs import Job, JobRunner
from layerdesk.app.layering_job import LayeringDesk
from layerdesk.app.review import CorrectionClock
from layerdesk.app.session import Session
from layerdesk.app.settings import Settings
from layerdesk.app.settings import save as keep_settings
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats.exports import SUFFIXES
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.dialogs.export import ExportDialog
from layerdesk.ui.dialogs.unsaved import UnsavedDialog
from layerdesk.ui.message_bar import MessageBars

Then = Callable[[], object]


class FileDesk(QObject):
    """Everything that reads or writes a file runs behind; messages say how it ended."""

    settings_changed = Signal(object)
    recovered = Signal(object)
    """The autosave.Orphan that was opened."""
    exported = Signal(object)
    """files.Exported"""

    def __init__(
        self,
        *,
        session: Session,
        runner: JobRunner,
        layering: LayeringDesk,
        settings: Settings,
        messages: MessageBars,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._runner = runner
        self._layering = layering
        self._messages = messages
        self._window = window
        self.settings = settings
        self.clock = CorrectionClock()
        self.project_log: dict[str, Any] = {}
        """What the project file notes besides the document."""
        self._question: UnsavedDialog | None = None
        self._opening: Job | None = None
        session.document_changed.connect(self._on_document)
        session.selection_changed.connect(self._touch)
        layering.layered.connect(self._on_layered)

    # Settings

    def change_settings(self, settings: Settings) -> None:
        """Use and keep these from now on."""
        if settings != self.settings:
            self.settings = settings
            try:
                keep_settings(settings)
            except LayerDeskError as error:
                self._messages.show_message(str(error), kind="warning")
            self.settings_changed.emit(settings)

    # Opening

    def new(self, _checked: bool = False) -> None:
        self.guard(lambda: self._session.set_document(None))

    def open(self, _checked: bool = False) -> None:
        dialog = QFileDialog(self._window, "Open a picture or a project", self.settings.folder, files.OPEN_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask_path(dialog, self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a picture or a project, after the question about what is unsaved."""
        self.guard(partial(self._open_now, path))

    def open_data(self, make: Callable[[JobContext], files.Opened], *, name: str) -> None:
        """Open a picture that is no file: `make` gives it in a worker."""
        self.guard(partial(self._start_opening, f"Open {name}", make))

    def _open_now(self, path: Path) -> None:
        limit = self.settings.max_pixels
        self._start_opening(f"Open {path.name}", lambda context: files.open_file(path, max_pixels=limit, context=context))

    def _start_opening(self, title: str, work: Callable[[JobContext], files.Opened]) -> None:
        if self._opening is not None:
            self._opening.cancel()
        job = self._opening = self._runner.start(title, work, lane="file")
        job.succeeded.connect(partial(self._on_opened, job))
        job.failed.connect(self._show_failure)

    def _on_opened(self, job: Job, opened: files.Opened) -> None:
        if job is not self._opening:
            return
        self._opening = None
        self._messages.clear(with_choices=False)
        self.show_document(opened.document, path=opened.path if opened.is_project else None, log=opened.log)
        if opened.path.is_absolute() or opened.path.exists():
            self.change_settings(self.settings.with_recent(opened.path))
        if opened.is_project:
            return
        if self.settings.layer_on_open:
            self._layering.run(self.settings.recipe)
        else:
            for note in opened.notes:
                self._messages.show_message(note, kind="warning")

    def show_document(self, document: Document, *, path: Path | None, log: Mapping[str, Any]) -> None:
        """Make it the open one, with the notes of its project."""
        self.project_log = dict(log)
        self.clock = CorrectionClock(seconds=float(log.get("correction_seconds", 0.0)))
        self._session.set_document(document, path=path)
        if path is not None:
            self.clock.resume(time.monotonic())

    # Recovery

    def offer_recovery(self) -> None:
        """Offer what an earlier run left unsaved."""
        for orphan in autosave.orphans():
            self._messages.show_message(
                f"“{orphan.name}” was not saved when LayerDesk last ended.",
                kind="warning",
                choices=(("Recover", partial(self.recover, orphan)), ("Delete", partial(autosave.forget, orphan))),
            )

    def recover(self, orphan: autosave.Orphan) -> None:
        limit = self.settings.max_pixels

        def on_opened(opened: files.Opened) -> None:
            self.show_document(opened.document, path=None, log=opened.log)
            self.recovered.emit(orphan)
            self._session.mark_recovered(orphan.path)
            self._messages.show_message(f"Recovered “{orphan.name}”. Save it to keep it.")

        def start() -> None:
            job = self._runner.start(
                f"Recover {orphan.name}",
                lambda context: files.open_file(orphan.document, max_pixels=limit, context=context),
                lane="file",
            )
            job.succeeded.connect(on_opened)
            job.failed.connect(self._show_failure)

        self.guard(start)

    # Saving

    def save(self, _checked: bool = False) -> None:
        self._save_then(None)

    def save_as(self, _checked: bool = False) -> None:
        self._ask_save_path(None)

    def save_to(self, path: Path, then: Then | None = None) -> None:
        """Write the project to `path`; `then` is called once it is written, if nothing has changed since."""
        document = self._session.document
        if document is None:
            return
        log = self.log_now()
        job = self._runner.start(
            f"Save {files.project_path(path).name}",
            lambda context: files.save_project(document, path, log=log, context=context),
            lane="file",
        )
        job.succeeded.connect(partial(self._on_saved, document, then))
        job.failed.connect(self._show_failure)

    def log_now(self) -> dict[str, Any]:
        """The notes as they go into the project file."""
        self._touch()
        return {**self.project_log, "correction_seconds": round(self.clock.seconds, 1)}

    def _save_then(self, then: Then | None) -> None:
        if self._session.path is not None:
            self.save_to(self._session.path, then)
        else:
            self._ask_save_path(then)

    def _ask_save_path(self, then: Then | None) -> None:
        document = self._session.document
        if document is None:
            return
        start = self._session.path or Path(self.settings.folder or ".") / f"{Path(document.source.name).stem}.layerdesk"
        dialog = QFileDialog(self._window, "Save the project", str(start), files.SAVE_FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("layerdesk")
        self._ask_path(dialog, lambda path: self.save_to(path, then))

    def _on_saved(self, document: Document, then: Then | None, path: Path) -> None:
        self._session.mark_saved(document, path)
        self.change_settings(self.settings.with_recent(path))
        self._messages.show_message(f"Saved {path}.")
        if then is not None and not self._session.dirty:
            then()

    # Exporting

    def export(self, _checked: bool = False) -> None:
        document = self._session.document
        if document is None:
            return
        folder = Path(self.settings.folder) if self.settings.folder else Path.home()
        name = (self._session.path or Path(document.source.name)).stem
        dialog = ExportDialog(
            document, self._runner, folder=folder, name=name, ticked=self.settings.export_formats, parent=self._window
        )
        dialog.chosen.connect(self.export_to)
        dialog.open()

    def export_to(self, document: Document, targets: tuple[str, ...]) -> Job:
        """Write the document to all these targets, behind."""
        ticked = tuple(suffix for suffix in SUFFIXES if any(each.lower().endswith(suffix) for each in targets))
        folder = Path(targets[0].rstrip("/")).parent
        self.change_settings(dataclasses.replace(self.settings, export_formats=ticked, folder=str(folder)))
        self._touch()
        job = self._runner.start("Export", lambda context: files.export_all(document, targets, context))
        job.succeeded.connect(self._on_exported)
        job.failed.connect(self._show_failure)
        return job

    def _on_exported(self, done: files.Exported) -> None:
        self.project_log["exports"] = int(self.project_log.get("exports", 0)) + 1
        text = f"Exported {', '.join(Path(each).name for each in done.targets)} to {Path(done.targets[0]).parent}."
        self._messages.show_message(" ".join([text, *done.warnings]), kind="warning" if done.warnings else "note")
        for failure in done.failures:
            self._messages.show_message(failure, kind="error")
        self.exported.emit(done)

    # The question

    def guard(self, then: Then) -> None:
        """Call `then`, after asking about unsaved changes where there are any; not at all where the answer is to cancel."""
        if not self._session.dirty:
            then()
            return
        if self._question is not None:
            self._question.raise_()
            return
        document = self._session.document
        name = self._session.path.name if self._session.path else document.source.name if document else ""
        dialog = self._question = UnsavedDialog(name, self._window)
        dialog.answered.connect(partial(self._on_answer, then))
        dialog.open()

    def _on_answer(self, then: Then, answer: str) -> None:
        self._question = None
        if answer == "save":
            self._save_then(then)
        elif answer == "discard":
            then()

    # Helpers

    def _ask_path(self, dialog: QFileDialog, then: Callable[[Path], object]) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.open()

    def _show_failure(self, text: str) -> None:
        self._messages.show_message(text, kind="error")

    def _on_document(self, _change: object) -> None:
        self._touch()

    def _touch(self) -> None:
        self.clock.touch(time.monotonic())

    def _on_layered(self, _layering: object) -> None:
        self.clock.start(time.monotonic())
