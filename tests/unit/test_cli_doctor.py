"""The doctor's report, and progress."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from cli_calls import Call, caller
from format_samples import document

from layerdesk import cli_doctor
from layerdesk.cli_progress import Part, Progress
from layerdesk.formats import project


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_that_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    progress = Progress(stream, quiet=False)
    progress.report(0.5, "Reading\ntext " + "x" * 100)
    progress.report(0.5, "Reading\ntext " + "x" * 100)
    (line,) = stream.getvalue().split("\r\x1b[K")[1:]
    assert line.startswith("[############............]  50 % Reading text xxx")
    assert len(line) == 59
    progress.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_plain_lines_are_few() -> None:
    stream = io.StringIO()
    progress = Progress(stream, quiet=False)
    for step in range(1001):
        progress.report(step / 1000, "writing")
    assert len(stream.getvalue().splitlines()) == 11
    for step in range(1001):
        Part(whole=progress, start=0, end=1).report(step / 1000, f"layer {step}")
    assert len(stream.getvalue().splitlines()) < 70


def test_a_real_terminal_shows_the_bar(tmp_path: Path) -> None:
    project.save(document(), tmp_path / "p.layerdesk")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "layerdesk", "export", str(tmp_path / "p.layerdesk"), "-o", str(tmp_path / "x.zip")]
    done = subprocess.run(words, stderr=theirs, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "[####" in shown
    assert "100 % done" in shown
    assert "note:" in shown.rsplit("\x1b[K", 1)[1], "the bar is gone before anything else is said"
    assert done.stdout == f"10 layers, 64 x 48: {tmp_path}/x.zip\n"


def test_doctor(call: Call) -> None:
    done = call("doctor", "--json")
    report = json.loads(done.out)
    assert done.status == (0 if report["ok"] else 1)
    assert report["layerdesk"] == "0.1.0"
    assert report["python"] == ".".join(map(str, sys.version_info[:3]))
    assert report["libraries"]["numpy"] == np.__version__
    assert report["libraries"]["opencv-python-headless"].startswith(cv2.__version__.split("-")[0])
    assert {engine["kind"] for engine in report["engines"]} >= {"text", "saliency", "texture"}
    assert set(report["fonts"]) == {"count", "families", "cjk"}
    text = call("doctor").out
    assert f"Python {report['python']}" in text
    assert all(engine["name"] in text for engine in report["engines"])


def status(kind: str, missing: str | None) -> SimpleNamespace:
    return SimpleNamespace(name=f"a {kind}", kind=kind, version="1", missing=missing)


@pytest.mark.parametrize(
    ("text_missing", "expected"), [(None, 0), ("tesseract is missing; sudo apt-get install tesseract-ocr", 1)]
)
def test_doctor_says_whether_the_main_job_can_run(
    call: Call, monkeypatch: pytest.MonkeyPatch, text_missing: str | None, expected: int
) -> None:
    from layerdesk.engines import registry

    found = (status("text", text_missing), status("saliency", "u2netp is missing; python -m pip install onnxruntime"))
    monkeypatch.setattr(registry, "statuses", lambda: found)
    monkeypatch.setattr(cli_doctor, "_window", lambda version: None)  # noqa: ARG005
    monkeypatch.setattr(cli_doctor, "_fonts", lambda: {"count": 3, "families": 2, "cjk": False})
    done = call("doctor")
    assert done.status == expected
    assert "python -m pip install onnxruntime" in done.out
    assert "fonts-noto-cjk" in done.out
    if text_missing:
        assert text_missing in done.out
        assert "cannot be layered yet" in done.out


def test_doctor_names_missing_libraries(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    version = cli_doctor._version
    monkeypatch.setattr(cli_doctor, "_version", lambda name: None if name in ("lxml", "PySide6-Essentials") else version(name))
    done = call("doctor", "--json")
    assert done.status == 1
    missing = json.loads(done.out)["missing"]
    assert "lxml is missing; python -m pip install lxml" in missing
    assert any("PySide6" in sentence for sentence in missing)
