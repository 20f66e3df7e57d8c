"""Settings, keymap, folders, review order and the clock of correction time: all without a window."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from layerdesk.app import keymap, review, settings
from layerdesk.app.actions import BY_NAME
from layerdesk.app.settings import Settings
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, ObjectLayer, Provenance
from layerdesk.document.masks import TileMask
from layerdesk.errors import LayerDeskError
from layerdesk.layering.recipe import Recipe
from layerdesk.paths import user_folder
from layerdesk.resources import resource


def test_settings_come_back_as_they_were_kept() -> None:
    kept = Settings(
        recipe=Recipe(ocr="tesseract", languages="deu"), layer_on_open=False, max_pixels=5_000_000, wheel_zooms=True,
        recent=("/a/b.png",), folder="/a", export_formats=(".svg", "/"), window="AAA|BBB",
    )  # fmt: skip
    settings.save(kept)
    assert settings.load() == kept


def test_without_a_file_there_are_defaults() -> None:
    assert settings.load() == Settings()


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"recent": 3, "max_pixels": "many", "layer_on_open": 1}', '{"recipe": {"ocr": 5}}']
)
def test_what_cannot_be_used_is_left_at_its_default(text: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    settings.settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings.settings_path().write_text(text, "utf-8")
    assert settings.load() == Settings()


def test_a_limit_out_of_range_is_brought_into_it() -> None:
    assert settings.from_json({"max_pixels": 1}).max_pixels == settings.MIN_PIXELS
    assert settings.from_json({"max_pixels": 10**12}).max_pixels == settings.MAX_PIXELS


def test_recent_files_are_few_and_each_stands_once(tmp_path: Path) -> None:
    kept = Settings()
    for number in range(20):
        kept = kept.with_recent(tmp_path / f"{number}.png")
    kept = kept.with_recent(tmp_path / "15.png")
    assert len(kept.recent) == settings.RECENT_LIMIT
    assert kept.recent[:2] == (str(tmp_path / "15.png"), str(tmp_path / "19.png"))
    assert kept.recent.count(str(tmp_path / "15.png")) == 1
    assert kept.folder == str(tmp_path)


def test_settings_that_cannot_be_kept_say_so(layerdesk_home: Path) -> None:
    settings.settings_path().mkdir(parents=True)
    with pytest.raises(LayerDeskError, match="cannot write"):
        settings.save(Settings())
    assert [path.name for path in (layerdesk_home / "config").iterdir()] == ["settings.json"]


def test_the_home_variable_holds_the_folders(layerdesk_home: Path) -> None:
    assert user_folder("config") == layerdesk_home / "config"
    assert resource("themes", "dark.qss").is_file()


def test_every_action_has_its_keys_and_no_key_two_actions() -> None:
    keys = keymap.load()
    assert keys.keys() == BY_NAME.keys()
    assert [name for name, sequences in keys.items() if not sequences] == []
    assert keymap.conflicts(keys) == {}


def test_conflicts_are_found_however_the_keys_are_spelt() -> None:
    found = keymap.conflicts({"a": ("Ctrl+Shift+A",), "b": ("shift+ctrl+a",), "c": ("Ctrl++",), "d": ("Ctrl+Plus", "Ctrl+B")})
    assert found == {"Ctrl+Shift+A": ("a", "b"), "Ctrl+PLUS": ("c", "d")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing", "cannot be read"),
        ("{}", "has no"),
        (json.dumps({"keys": {"no.such": ["A"]}}), "unknown action, no.such"),
        (json.dumps({"keys": {"edit.undo": "A"}}), "list of keys for edit.undo"),
    ],
)
def test_a_keymap_that_is_wrong_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, "utf-8")
    with pytest.raises(LayerDeskError, match=words):
        keymap.load(path)


def reviewed(*confidences: float, edited: tuple[int, ...] = ()) -> Document:
    pixels = np.zeros((10, 10, 4), np.uint8)
    back = BackgroundLayer(
        id="b1",
        name="Back",
        provenance=Provenance(stage="background", engine="smooth"),
        mask=TileMask.from_rect(Rect(0, 0, 10, 10)),
    )
    layers = [
        ObjectLayer(
            id=f"o{at}", name="", provenance=Provenance(stage="objects", engine="x", edited=at in edited), confidence=confidence,
            mask=TileMask.from_rect(Rect(0, 0, 2, 2)),
        )
        for at, confidence in enumerate(confidences)
    ]  # fmt: skip
    return Document(source=SourceImage(name="", data=b"", sha256="", pixels=pixels), layers=(back, *layers))


def test_review_takes_the_least_sure_first_and_goes_around() -> None:
    document = reviewed(0.9, 0.3, 0.3, 0.5)
    assert review.order(document) == ("o2", "o1", "o3", "o0")
    assert review.step(document, None, forward=True) == "o2"
    assert review.step(document, "o2", forward=True) == "o1"
    assert review.step(document, "o0", forward=True) == "o2"
    assert review.step(document, "o2", forward=False) == "o0"
    assert review.step(document, "b1", forward=False) == "o0"
    assert review.step(reviewed(), None, forward=True) is None


def test_what_was_seen_or_changed_is_not_left_to_review() -> None:
    assert review.left(reviewed(0.1, 0.2, 0.3, edited=(0,)), {"o2"}) == 1


def test_correction_time_leaves_pauses_out() -> None:
    clock = review.CorrectionClock()
    clock.touch(5.0)
    assert (clock.seconds, clock.running) == (0.0, False)
    clock.start(10.0)
    for now in (20.0, 80.0, 141.0, 142.5):
        clock.touch(now)
    assert clock.seconds == pytest.approx(10 + 60 + 1.5)
    clock.start(200.0)
    assert clock.seconds == 0.0


def test_a_project_goes_on_counting_where_it_stopped() -> None:
    clock = review.CorrectionClock(seconds=30.0)
    clock.resume(100.0)
    clock.touch(104.0)
    assert clock.seconds == 34.0
