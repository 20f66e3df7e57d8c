"""Background work reports, can be cancelled, ends with one outcome, and never keeps the program from ending."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from layerdesk.app.jobs import Job, JobRunner
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.panels.jobs import JobsPanel

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.shutdown()


def until_cancelled(context: JobContext) -> None:
    while True:
        context.check()
        time.sleep(0.005)


def test_a_job_reports_and_succeeds_in_the_ui_thread(runner: JobRunner, qtbot: QtBot) -> None:
    main, heard = threading.current_thread(), []

    def work(context: JobContext) -> int:
        assert threading.current_thread() is not main
        context.report(0.25, "Halfway to half")
        return 7

    job = runner.start("Count", work)
    job.progress.connect(lambda fraction, text: heard.append((fraction, text, threading.current_thread() is main)))
    with qtbot.waitSignal(job.succeeded) as answer:
        assert runner.running == (job,)
    assert answer.args == [7]
    assert heard == [(0.25, "Halfway to half", True)]
    assert (job.outcome, job.fraction, runner.running) == ("done", 1.0, ())


def test_many_reports_do_not_flood_the_ui(runner: JobRunner, qtbot: QtBot) -> None:
    def work(context: JobContext) -> None:
        for step in range(5000):
            context.report(step / 5000, "Going on")

    job, heard = runner.start("Flood", work), []
    job.progress.connect(lambda *values: heard.append(values))
    with qtbot.waitSignal(job.finished):
        pass
    assert 1 <= len(heard) < 100


def test_a_cancelled_job_ends_within_half_a_second(runner: JobRunner, qtbot: QtBot) -> None:
    job = runner.start("Wait", until_cancelled)
    outcomes: list[str] = []
    job.succeeded.connect(lambda _result: outcomes.append("done"))
    job.failed.connect(lambda _text: outcomes.append("failed"))
    start = time.monotonic()
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert time.monotonic() - start < 0.5
    assert outcomes == []
    assert job.outcome == "cancelled"


def test_a_job_that_waits_its_turn_can_be_cancelled(runner: JobRunner, qtbot: QtBot) -> None:
    first, began = runner.start("First", until_cancelled), []
    second = runner.start("Second", lambda _context: began.append(True))
    second.cancel()
    with qtbot.waitSignals([first.cancelled, second.cancelled]):
        first.cancel()
    assert began == []


def test_a_failure_gives_its_sentence(runner: JobRunner, qtbot: QtBot) -> None:
    def work(_context: JobContext) -> None:
        raise LayerDeskError("the disk is full; make room and try again")

    job = runner.start("Save", work)
    with qtbot.waitSignal(job.failed) as answer:
        pass
    assert answer.args == ["the disk is full; make room and try again"]


def test_a_bug_in_the_work_is_logged_and_told_without_its_words(
    runner: JobRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_context: JobContext) -> None:
        raise ZeroDivisionError("inner words")

    with caplog.at_level(logging.CRITICAL, "layerdesk.app.jobs"):
        job = runner.start("Divide", work)
        with qtbot.waitSignal(job.failed) as answer:
            pass
    assert "inner words" not in answer.args[0]
    assert "Divide" in answer.args[0]


def test_lanes_do_not_wait_for_each_other(runner: JobRunner, qtbot: QtBot) -> None:
    slow = runner.start("Layer", until_cancelled)
    with qtbot.waitSignal(runner.start("Save", lambda _context: None, lane="file").succeeded):
        pass
    assert slow.outcome == "running"
    with qtbot.waitSignal(slow.cancelled):
        slow.cancel()


def test_shutdown_with_a_running_job_takes_less_than_a_second(qtbot: QtBot) -> None:
    runner = JobRunner()
    polite = runner.start("Layer", until_cancelled)
    heard: list[Job] = []
    polite.finished.connect(lambda: heard.append(polite))
    runner.start("Next", until_cancelled)
    start = time.monotonic()
    assert runner.shutdown()
    assert time.monotonic() - start < 1.0
    qtbot.wait(20)
    assert heard == []
    with pytest.raises(RuntimeError):
        runner.start("Late", until_cancelled)


def test_shutdown_does_not_wait_for_work_that_will_not_stop() -> None:
    runner, let_go, began = JobRunner(), threading.Event(), threading.Event()

    def stubborn(_context: JobContext) -> None:
        began.set()
        let_go.wait(20)

    runner.start("Stubborn", stubborn)
    assert began.wait(5)
    start = time.monotonic()
    assert not runner.shutdown(seconds=0.3)
    assert time.monotonic() - start < 1.0
    let_go.set()


def test_the_panel_shows_progress_and_its_button_cancels(runner: JobRunner, qtbot: QtBot) -> None:
    panel = JobsPanel(runner)
    qtbot.addWidget(panel)
    panel.show()

    def work(context: JobContext) -> None:
        context.report(0.5, "Reading text")
        until_cancelled(context)

    job = runner.start("Layer the picture", work)
    runner.start("Thumbnails", lambda _context: None, lane="quiet", shown=False)
    (row,) = panel.rows
    qtbot.waitUntil(lambda: row.bar.value() == 500)
    assert row.words.text() == "Reading text"
    with qtbot.waitSignal(job.cancelled):
        qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    assert row.words.text() == "Cancelled"
    assert not row.cancel.isVisible()
