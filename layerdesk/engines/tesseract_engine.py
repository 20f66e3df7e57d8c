"""Text by Tesseract, the program, through pytesseract. For plain documents and for languages that rapidocr lacks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FoundLine, FoundWord, JobContext, Quad, Rgb, Silent

_SPARSE, _ONE_LINE = 11, 7
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """A TextRecogniser for upright lines. `languages` are its codes joined by '+'."""

    languages: str = "eng"
    timeout_seconds: float = 120.0

    @property
    def name(self) -> str:
        return "tesseract"

    @property
    def version(self) -> str:
        return _program_version() if shutil.which("tesseract") else "not installed"

    def missing(self) -> str | None:
        if importlib.util.find_spec("pytesseract") is None:
            return "the text recogniser tesseract lacks the package pytesseract; install it with `pip install pytesseract`"
        if shutil.which("tesseract") is None:
            return "the text recogniser tesseract is not installed; install it with `sudo apt-get install tesseract-ocr`"
        lost = [code for code in self.languages.split("+") if code not in _program_languages()]
        if lost:
            packages = " ".join(f"tesseract-ocr-{code.lower().replace('_', '-')}" for code in lost)
            return f"tesseract has no data for {' and '.join(lost)}; install it with `sudo apt-get install {packages}`"
        return None

    def recognise(self, image: Rgb, *, context: JobContext) -> tuple[FoundLine, ...]:
        """The lines it reads, top to bottom; confidence is the mean of the words', weighted by their length."""
        return self._lines(image, layout=_SPARSE, context=context)

    def recognise_crop(self, image: Rgb, *, context: JobContext | None = None) -> FoundLine:
        """The one line that fills `image`; its text is empty where nothing is read."""
        found = self._lines(image, layout=_ONE_LINE, context=context or Silent())
        height, width = image.shape[:2]
        return FoundLine(
            text=" ".join(line.text for line in found),
            quad=_box(0, 0, width, height),
            confidence=min((line.confidence for line in found), default=0.0),
            words=tuple(word for line in found for word in line.words),
        )

    def _lines(self, image: Rgb, *, layout: int, context: JobContext) -> tuple[FoundLine, ...]:
        from PIL import Image

        picture = Image.fromarray(np.ascontiguousarray(image))
        table = _awaited(lambda: self._table(picture, layout), context=context)
        return tuple(sorted(_grouped(table), key=lambda line: (line.quad[0][1], line.quad[0][0])))

    def _table(self, picture: Any, layout: int) -> dict[str, list[Any]]:
        import pytesseract

        try:
            table: dict[str, list[Any]] = pytesseract.image_to_data(
                picture,
                lang=self.languages,
                config=f"--psm {layout}",
                timeout=self.timeout_seconds,
                output_type=pytesseract.Output.DICT,
            )
        except (pytesseract.TesseractError, RuntimeError) as failure:  # RuntimeError is how it reports the timeout
            raise LayerDeskError(f"tesseract could not read the picture ({str(failure).strip()}); use rapidocr") from failure
        return table


def _awaited(call: Callable[[], dict[str, list[Any]]], *, context: JobContext) -> dict[str, list[Any]]:
    """What `call` gives, computed beside this thread so that a cancel need not wait for the program to end."""
    outcome: list[dict[str, list[Any]]] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as raised:  # carried over to the waiting thread, which raises it
            failure.append(raised)

    context.check()
    worker = threading.Thread(target=run, name="tesseract", daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(_POLL_SECONDS)
        context.check()
    if failure:
        raise failure[0]
    return outcome[0]


def _grouped(table: dict[str, list[Any]]) -> list[FoundLine]:
    """Words that share block, paragraph and line, as one line."""
    lines: dict[tuple[int, int, int], list[int]] = {}
    for row, text in enumerate(table["text"]):
        if str(text).strip() and float(table["conf"][row]) >= 0:
            key = table["block_num"][row], table["par_num"][row], table["line_num"][row]
            lines.setdefault(key, []).append(row)
    return [_line(table, rows) for rows in lines.values()]


def _line(table: dict[str, list[Any]], rows: list[int]) -> FoundLine:
    boxes = [(table["left"][r], table["top"][r], table["width"][r], table["height"][r]) for r in rows]
    texts = [str(table["text"][r]) for r in rows]
    lengths = [len(text) for text in texts]
    sureness = sum(float(table["conf"][r]) * length for r, length in zip(rows, lengths, strict=True)) / sum(lengths) / 100
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return FoundLine(
        text=" ".join(texts),
        quad=_box(left, top, right - left, bottom - top),
        confidence=min(1.0, sureness),
        words=tuple(FoundWord(text=text, quad=_box(*box)) for text, box in zip(texts, boxes, strict=True)),
    )


def _box(x: float, y: float, width: float, height: float) -> Quad:
    left, top, right, bottom = float(x), float(y), float(x + width), float(y + height)
    return (left, top), (right, top), (right, bottom), (left, bottom)


@cache
def _program_version() -> str:
    return _told("--version").split("\n", 1)[0].removeprefix("tesseract ").strip()


@cache
def _program_languages() -> frozenset[str]:
    return frozenset(_told("--list-langs").split("\n")[1:])


def _told(option: str) -> str:
    """What `tesseract OPTION` prints; some of its versions print on standard error."""
    done = subprocess.run(
        ["tesseract", option],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=20,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return done.stdout
