"""Recovery: unsaved work is kept in the user's data folder and offered at the next start. The user's own file is never touched."""

from __future__ import annotations

import json
import logging
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from layerdesk.app.jobs import Job, JobRunner
from layerdesk.app.session import Session
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats import atomic, project
from layerdesk.layering.protocols import JobContext
from layerdesk.paths import user_folder

SECONDS = 30.0
_DOCUMENT, _ABOUT, _LOCK = "document.layerdesk", "about.json", "lock"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """Work that a LayerDesk left behind which is no longer running."""

    folder: Path
    name: str
    """Name of the picture or project, for people."""
    path: Path | None
    """The project file that it was saved to before."""

    @property
    def document(self) -> Path:
        return self.folder / _DOCUMENT


class Autosave(QObject):
    """Writes the open document to a recovery folder of its own some seconds after a change, and takes it away once it is saved."""

    saved = Signal()
    failed = Signal(str)

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        *,
        log: Callable[[], Mapping[str, Any]],
        seconds: float = SECONDS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._project_log = log
        self._folder: Path | None = None
        self._lock: QLockFile | None = None
        self._kept: Document | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(seconds * 1000))
        self._timer.timeout.connect(self.save_now)
        session.document_changed.connect(self._on_changed)
        session.document_replaced.connect(self.drop)
        session.file_changed.connect(self._on_file)

    @property
    def folder(self) -> Path | None:
        """Where this window keeps its work; None until there was something to keep."""
        return self._folder

    @Slot()
    def save_now(self) -> None:
        """Write what is unsaved, behind."""
        self._timer.stop()
        document = self._session.document
        if document is None or not self._session.dirty or document is self._kept:
            return
        if self._job is not None:
            self._timer.start()
            return
        try:
            folder = self._own_folder()
        except OSError as error:
            _log.warning("no recovery folder: %s", error)
            self.failed.emit("unsaved work cannot be kept for recovery; check that the user's data folder can be written")
            return
        about = {"name": document.source.name, "path": str(self._session.path or "")}
        log = dict(self._project_log())
        self._job = self._runner.start(
            "Keep for recovery", lambda context: _write(folder, document, about, log, context), lane="file", shown=False
        )
        self._job.succeeded.connect(self._on_written)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(partial(self._on_finished, folder))

    def adopt(self, orphan: Orphan) -> None:
        """The open document came out of this orphan: its folder is this window's from now on, until the work is saved."""
        self.drop()
        self._lock = QLockFile(str(orphan.folder / _LOCK))
        self._lock.setStaleLockTime(0)
        self._lock.tryLock(0)
        self._folder, self._kept = orphan.folder, self._session.document

    @Slot()
    def drop(self) -> None:
        """What is kept is no longer needed: it was saved, or is not wanted."""
        self._timer.stop()
        self._kept = None
        if self._job is not None:
            self._job.cancel()
        if self._folder is not None:
            if self._lock is not None:
                self._lock.unlock()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = self._lock = None

    def _own_folder(self) -> Path:
        if self._folder is None:
            folder = user_folder("data") / "recovery" / uuid.uuid4().hex
            folder.mkdir(parents=True)
            self._lock = QLockFile(str(folder / _LOCK))
            self._lock.setStaleLockTime(0)
            self._lock.tryLock(0)
            self._folder = folder
        return self._folder

    @Slot(object)
    def _on_changed(self, change: object) -> None:
        if change is not None and self._session.dirty and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_file(self) -> None:
        if not self._session.dirty:
            self.drop()

    @Slot(object)
    def _on_written(self, document: Document) -> None:
        self._kept = document
        self.saved.emit()

    def _on_finished(self, folder: Path) -> None:
        self._job = None
        if folder != self._folder:
            shutil.rmtree(folder, ignore_errors=True)


def orphans() -> tuple[Orphan, ...]:
    """What was left behind by a LayerDesk that ended without saving; folders of one still running are left alone."""
    found = []
    folder = user_folder("data") / "recovery"
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        lock = QLockFile(str(each / _LOCK))
        lock.setStaleLockTime(0)
        if not each.is_dir() or not lock.tryLock(0):
            continue
        lock.unlock()
        if (each / _DOCUMENT).is_file():
            found.append(_orphan(each))
        else:
            shutil.rmtree(each, ignore_errors=True)
    return tuple(found)


def forget(orphan: Orphan) -> None:
    """Delete what was left behind."""
    shutil.rmtree(orphan.folder, ignore_errors=True)


def _orphan(folder: Path) -> Orphan:
    try:
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        name, path = str(about["name"]), str(about["path"])
    except (OSError, ValueError, KeyError, TypeError):
        name, path = "a picture", ""
    return Orphan(folder=folder, name=name, path=Path(path) if path else None)


def _write(folder: Path, document: Document, about: Mapping[str, str], log: Mapping[str, Any], context: JobContext) -> Document:
    """In the worker. A folder that was dropped meanwhile is not made again."""
    context.check()
    if not folder.is_dir():
        return document
    try:
        with atomic.replacing(folder / _ABOUT, sync=False) as target:
            target.write_text(json.dumps(about), "utf-8")
        project.save(document, folder / _DOCUMENT, log=log, context=context, sync=False)
    except LayerDeskError as error:
        if not folder.is_dir():
            return document
        raise LayerDeskError(f"unsaved work could not be kept for recovery: {error}") from error
    return document
