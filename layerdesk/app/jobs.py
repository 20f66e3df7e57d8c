"""Background work with one face: a job with title, progress, cancel and outcome.

The work runs in a thread and is handed a `JobContext`; it never sees a Qt object. What it reports comes back through one queued
signal to the UI thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import Any, Literal, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot

from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import Cancelled, JobContext

Lane = Literal["work", "file", "quiet"]
Outcome = Literal["running", "done", "failed", "cancelled"]
Work = Callable[[JobContext], Any]
_THREADS: dict[Lane, int] = {"work": 1, "file": 1, "quiet": 2}
_KEPT = 20
_REPORT_EVERY = 0.05
_log = logging.getLogger(__name__)


class Context:
    """What the work reports to. `post` is called in the worker's thread, at most every 50 ms."""

    def __init__(self, post: Callable[[float, str], None]) -> None:
        self._post = post
        self._stop = Event()
        self._lock = Lock()
        self._last = 0.0

    def cancel(self) -> None:
        self._stop.set()

    def report(self, fraction: float, text: str) -> None:
        """As in JobContext; also raises Cancelled."""
        self.check()
        now = time.monotonic()
        with self._lock:
            if now - self._last < _REPORT_EVERY and fraction < 1.0:
                return
            self._last = now
        self._post(min(1.0, max(0.0, fraction)), text)

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled


class Job(QObject):
    """One piece of background work as the UI sees it. Its signals are emitted in the UI thread; one outcome, once."""

    progress = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    finished = Signal()
    """After whichever outcome."""

    def __init__(self, title: str, *, shown: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.shown = shown
        """Whether people are told of it in the jobs panel."""
        self.fraction = 0.0
        self.text = ""
        self.outcome: Outcome = "running"
        self._context: Context | None = None

    def cancel(self) -> None:
        """Ask the work to stop; `cancelled` follows once it has."""
        if self._context is not None and self.outcome == "running":
            self._context.cancel()
            self.text = "Stopping…"
            self.progress.emit(self.fraction, self.text)

    def bind(self, context: Context) -> None:
        """The runner's part: what to cancel."""
        self._context = context

    def settle(self, outcome: Outcome, result: object) -> None:
        """The runner's part: the end."""
        self.outcome = outcome
        if outcome == "done":
            self.fraction = 1.0
            self.succeeded.emit(result)
        elif outcome == "failed":
            self.text = str(result)
            self.failed.emit(self.text)
        else:
            self.cancelled.emit()
        self.finished.emit()


class JobRunner(QObject):
    """Starts jobs and keeps them. `work` (layering, export) and `file` (open, save) have one thread each, `quiet` two."""

    job_added = Signal(object)
    job_removed = Signal(object)
    """A finished one that is forgotten."""
    _posted = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            lane: ThreadPoolExecutor(threads, thread_name_prefix=f"layerdesk-{lane}") for lane, threads in _THREADS.items()
        }
        self._running: dict[Job, tuple[Context, Future[None]]] = {}
        self._finished: list[Job] = []
        self._closed = False
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> tuple[Job, ...]:
        """Jobs that have not ended, oldest first."""
        return tuple(self._running)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Finished ones that are still kept, then the running ones."""
        return (*self._finished, *self._running)

    def start(self, title: str, work: Work, *, lane: Lane = "work", shown: bool = True) -> Job:
        """Run `work` behind; the signals come only after this call has returned. Raises RuntimeError after a shutdown."""
        if self._closed:
            raise RuntimeError("no job can start after the shutdown")
        job = Job(title, shown=shown, parent=self)
        context = Context(lambda fraction, text: self._post(job, "progress", (fraction, text)))
        job.bind(context)
        future = self._lanes[lane].submit(self._run, job, work, context)
        self._running[job] = (context, future)
        self.job_added.emit(job)
        return job

    def shutdown(self, *, seconds: float = 0.8) -> bool:
        """Cancel everything and wait for it. True when every thread has ended; False when work did not stop in time."""
        self._closed = True
        futures = [future for _, future in self._running.values()]
        for context, _ in self._running.values():
            context.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)
        pending = wait([future for future in futures if not future.cancelled()], timeout=seconds).not_done
        self._running.clear()
        return not pending

    def _run(self, job: Job, work: Work, context: Context) -> None:
        """In the worker's thread. Nothing that the work raises is lost here: it becomes the job's outcome."""
        try:
            context.check()
            result = work(context)
        except Cancelled:
            self._post(job, "cancelled", None)
        except LayerDeskError as error:
            self._post(job, "failed", str(error))
        except MemoryError:
            _log.exception("no memory for the job %r", job.title)
            self._post(job, "failed", "there is not enough memory for this; close other programs or use a smaller picture")
        except Exception:  # a bug in the work must end the job, not hang it; it is logged whole and told
            _log.exception("the job %r failed", job.title)
            self._post(job, "failed", f"something went wrong in “{job.title}”; the log has the details")
        else:
            self._post(job, "done", result)

    def _post(self, job: Job, what: str, value: object) -> None:
        if not self._closed:
            self._posted.emit(job, what, value)

    @Slot(object, str, object)
    def _on_posted(self, job: Job, what: str, value: object) -> None:
        if self._closed or job not in self._running:
            return
        if what == "progress":
            job.fraction, job.text = cast("tuple[float, str]", value)
            job.progress.emit(job.fraction, job.text)
            return
        del self._running[job]
        self._finished.append(job)
        job.settle("done" if what == "done" else "failed" if what == "failed" else "cancelled", value)
        while len(self._finished) > _KEPT or (self._finished and not self._finished[-1].shown):
            old = self._finished.pop(0 if len(self._finished) > _KEPT else -1)
            self.job_removed.emit(old)
            old.deleteLater()
