"""rapidocr behind its protocol, with its real models."""

from __future__ import annotations

import itertools
import socket

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from layerdesk.engines.rapidocr_engine import RapidOcr
from layerdesk.layering.protocols import Cancelled, FoundLine, Silent


def page(*lines: tuple[str, int, int], size: tuple[int, int] = (640, 320)) -> NDArray[np.uint8]:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for text, x, y in lines:
        draw.text((x, y), text, fill="black", font=ImageFont.load_default(36))
    return np.asarray(picture)


def edges(line: FoundLine) -> tuple[float, float, float, float]:
    xs, ys = zip(*line.quad, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


class Stops:
    """A context that cancels at its n-th check."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, fraction: float, text: str) -> None:
        del fraction, text

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_it_can_run_here_and_tells_its_version() -> None:
    assert RapidOcr().missing() is None
    assert RapidOcr().version == "3.10.0 PP-OCRv6-small"


def test_lines_come_top_to_bottom_in_boxes_around_their_ink() -> None:
    found = RapidOcr().recognise(page(("Second line below", 60, 200), ("Morning Market", 40, 40)), context=Silent())
    assert [line.text for line in found] == ["Morning Market", "Second line below"]
    assert all(0.9 < line.confidence <= 1.0 for line in found)
    left, top, right, bottom = edges(found[0])
    assert 25 <= left <= 42
    assert 30 <= top <= 52
    assert 260 <= right <= 320
    assert 70 <= bottom <= 95


def test_words_stand_side_by_side_inside_their_line() -> None:
    (line,) = RapidOcr().recognise(page(("Fresh bread every day", 40, 100)), context=Silent())
    assert [word.text for word in line.words] == ["Fresh", "bread", "every", "day"]
    left, _, right, _ = edges(line)
    spans = [(word.quad[0][0], word.quad[1][0]) for word in line.words]
    assert all(left <= start < end <= right for start, end in spans)
    assert all(end <= following for (_, end), (following, _) in itertools.pairwise(spans))


def test_each_chinese_character_is_a_word() -> None:
    from rapidocr.ch_ppocr_rec.typings import WordInfo, WordType

    from layerdesk.engines.rapidocr_engine import _words

    info = WordInfo(words=[["夏", "日"], ["S", "a"]], word_cols=[[2, 6], [10, 11]], word_types=[WordType.CN, WordType.EN_NUM])
    info.line_txt_len = 16.0
    words = _words(info, ((0.0, 0.0), (160.0, 0.0), (160.0, 20.0), (0.0, 20.0)))
    assert [word.text for word in words] == ["夏", "日", "Sa"]
    assert [(word.quad[0][0], word.quad[2][0]) for word in words] == [(5.0, 45.0), (45.0, 85.0), (100.0, 120.0)]


def test_quads_follow_the_reading_direction() -> None:
    upright = page(("Morning Market", 40, 40), size=(400, 140))
    turned_over = RapidOcr().recognise(np.ascontiguousarray(upright[::-1, ::-1]), context=Silent())
    downwards = RapidOcr().recognise(np.ascontiguousarray(np.rot90(upright, -1)), context=Silent())
    assert [line.text for line in turned_over] == [line.text for line in downwards] == ["Morning Market"]
    start, end = turned_over[0].quad[:2]
    assert end[0] < start[0] - 200
    start, end = downwards[0].quad[:2]
    assert end[1] > start[1] + 200
    assert abs(end[0] - start[0]) < 10


def test_a_crop_is_read_as_one_line() -> None:
    line = RapidOcr().recognise_crop(page(("Open daily", 10, 4), size=(200, 52)))
    assert line.text == "Open daily"
    assert line.quad == ((0.0, 0.0), (200.0, 0.0), (200.0, 52.0), (0.0, 52.0))
    assert RapidOcr().recognise_crop(page(size=(200, 52))).text == ""


@pytest.mark.parametrize("size", [(1, 1), (3000, 10), (10, 3000), (400, 300), (31, 500)])
def test_a_picture_without_text_has_no_lines(size: tuple[int, int]) -> None:
    assert RapidOcr().recognise(page(size=size), context=Silent()) == ()


def test_the_same_picture_gives_the_same_lines_in_silence_and_without_a_network(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    picture = page(("Morning Market", 40, 40), ("14-16 June", 40, 120))
    first, again = (RapidOcr().recognise(picture, context=Silent()) for _ in range(2))
    assert first == again
    assert len(first) == 2
    assert capfd.readouterr() == ("", "")


def test_it_can_be_cancelled_before_each_batch() -> None:
    picture = page(*((f"Line number {n}", 20, 12 + 44 * n) for n in range(7)))
    counted = Stops(after=1000)
    assert len(RapidOcr().recognise(picture, context=counted)) == 7
    checks = 1000 - counted.left
    assert checks >= 5  # before and after loading, after detection, after each of two batches
    for after in range(checks):
        with pytest.raises(Cancelled):
            RapidOcr().recognise(picture, context=Stops(after=after))


def test_missing_names_the_package_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else real(name))
    sentence = RapidOcr().missing()
    assert sentence is not None
    assert "onnxruntime" in sentence
    assert "pip install" in sentence
