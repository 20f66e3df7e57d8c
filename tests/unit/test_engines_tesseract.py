"""Tesseract behind its protocol, with a stand-in program that answers as the real one does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from layerdesk.engines import tesseract_engine
from layerdesk.engines.tesseract_engine import Tesseract
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import Cancelled, Silent

PICTURE = np.full((80, 200, 3), 255, np.uint8)
HEADER = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", "\t")
ROWS = (
    "1 1 0 0 0 0 0 0 200 80 -1 ",
    "5 1 2 1 1 1 20 50 60 12 90 below",
    "5 1 1 1 1 1 10 10 40 14 96 Fresh",
    "5 1 1 1 1 2 56 8 50 16 80 bread!!!",
    "5 1 1 1 2 1 10 30 5 5 95  ",
)
PROGRAM = """#!/bin/sh
case "$1" in
  --version) echo "tesseract 5.3.0"; echo " leptonica-1.82.0"; exit 0;;
  --list-langs) printf 'List of available languages in "/x/" (2):\\neng\\nosd\\n'; exit 0;;
esac
echo "$@" >> "{folder}/calls"
sleep {seconds}
[ {status} = 0 ] || {{ echo "cannot read it" >&2; exit {status}; }}
cp "{folder}/answer.tsv" "$2.tsv"
"""


class Program:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "answer.tsv").write_text("\n".join([HEADER, *(row.replace(" ", "\t") for row in ROWS)]) + "\n")
        self.behave()

    def behave(self, *, seconds: float = 0.0, status: int = 0) -> None:
        path = self.folder / "tesseract"
        path.write_text(PROGRAM.format(folder=self.folder, seconds=seconds, status=status))
        path.chmod(0o755)

    @property
    def calls(self) -> str:
        return (self.folder / "calls").read_text()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    _forget()
    yield Program(tmp_path)
    _forget()


def _forget() -> None:
    tesseract_engine._program_version.cache_clear()
    tesseract_engine._program_languages.cache_clear()


class CancelledSoon:
    def __init__(self) -> None:
        self.end = time.monotonic() + 0.3

    def report(self, fraction: float, text: str) -> None:
        del fraction, text

    def check(self) -> None:
        if time.monotonic() > self.end:
            raise Cancelled


def test_words_are_grouped_into_lines_top_to_bottom(program: Program) -> None:
    first, second = Tesseract(languages="eng").recognise(PICTURE, context=Silent())
    assert (first.text, second.text) == ("Fresh bread!!!", "below")
    assert first.quad == ((10.0, 8.0), (106.0, 8.0), (106.0, 24.0), (10.0, 24.0))
    assert first.confidence == pytest.approx((5 * 0.96 + 8 * 0.80) / 13)
    assert [word.text for word in first.words] == ["Fresh", "bread!!!"]
    assert first.words[1].quad[0] == (56.0, 8.0)
    assert "--psm 11" in program.calls
    assert "-l eng" in program.calls


def test_a_crop_is_read_as_one_line(program: Program) -> None:
    line = Tesseract().recognise_crop(PICTURE)
    assert line.text == "Fresh bread!!! below"
    assert line.quad[2] == (200.0, 80.0)
    assert "--psm 7" in program.calls


def test_version_and_languages_are_those_of_the_program(program: Program) -> None:
    del program
    assert Tesseract().version == "5.3.0"
    assert Tesseract(languages="eng").missing() is None
    sentence = Tesseract(languages="eng+chi_sim").missing()
    assert sentence is not None
    assert "chi_sim" in sentence
    assert "sudo apt-get install tesseract-ocr-chi-sim" in sentence


def test_without_the_program_it_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sentence = Tesseract().missing()
    assert sentence is not None
    assert "sudo apt-get install tesseract-ocr" in sentence
    assert Tesseract().version == "not installed"


def test_a_cancel_does_not_wait_for_the_program(program: Program) -> None:
    program.behave(seconds=1.5)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        Tesseract().recognise(PICTURE, context=CancelledSoon())
    assert time.monotonic() - begun < 0.3 + 0.5
    for thread in threading.enumerate():
        if thread.name == "tesseract":
            thread.join(5)


@pytest.mark.parametrize(("seconds", "status"), [(0.0, 1), (1.5, 0)])
def test_a_failure_or_a_timeout_is_one_sentence(program: Program, seconds: float, status: int) -> None:
    program.behave(seconds=seconds, status=status)
    with pytest.raises(LayerDeskError, match="tesseract could not read the picture"):
        Tesseract(timeout_seconds=0.5).recognise(PICTURE, context=Silent())
