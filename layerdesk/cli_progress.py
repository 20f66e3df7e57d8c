"""What the command line tells people: progress as a bar on a terminal and as plain lines elsewhere, notes, results."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from typing import Any, TextIO

from layerdesk.layering.protocols import JobContext

_BAR = 24
_STEP = 10
"""Percent between plain lines that say the same."""
_OTHER_STEP = 2
"""Percent between those that say something else: not a line for each of a hundred layers."""


def one_line(text: str) -> str:
    """`text` without line ends and control signs, whatever a file or layer name brings along."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def say(text: str, stream: TextIO | None = None, *, end: str = "\n") -> None:
    """Write to `stream` (standard output by default); letters that its console does not know are escaped."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write((text + end).encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def say_object(value: dict[str, Any]) -> None:
    """One JSON object on standard output, in ASCII: no console refuses it."""
    say(json.dumps(value, ensure_ascii=True, indent=1))


class Progress:
    """A JobContext that writes to `stream`. Ctrl+C stops the work by itself, so `check` has nothing to do."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._bar = not quiet and stream.isatty()
        self._shown: tuple[int, str] = (-_STEP, "")
        self._drawn = False

    def report(self, fraction: float, text: str) -> None:
        if self._quiet:
            return
        percent = round(100 * min(1.0, max(0.0, fraction)))
        words = one_line(text)
        if self._bar:
            if (percent, words) != self._shown:
                self._draw(percent, words)
                self._shown = percent, words
        elif percent >= self._shown[0] + (_STEP if words == self._shown[1] else _OTHER_STEP):
            self._write(f"layerdesk: {percent:3d} % {words}\n")
            self._shown = percent, words

    def check(self) -> None:
        return None

    def clear(self) -> None:
        """Take the bar away, so that what is written next starts a line."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _draw(self, percent: int, words: str) -> None:
        done = _BAR * percent // 100
        # One column stays free: a full line makes some terminals wrap.
        line = f"[{'#' * done}{'.' * (_BAR - done)}] {percent:3d} % {words}"[: shutil.get_terminal_size().columns - 1]
        self._write(f"\r\x1b[K{line}")
        self._drawn = True

    def _write(self, text: str) -> None:
        say(text, self._stream, end="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of longer work: its 0..1 is `start`..`end` of the whole."""

    whole: JobContext
    start: float
    end: float

    def report(self, fraction: float, text: str) -> None:
        self.whole.report(self.start + (self.end - self.start) * fraction, text)

    def check(self) -> None:
        self.whole.check()
