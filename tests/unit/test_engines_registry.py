"""Which engines a recipe gets, and what is said of those it does not get."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.engines import registry
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import Recipe


class EveryPixel:
    """A subject finder that somebody else wrote."""

    name = "every-pixel"
    version = "7"

    def missing(self) -> str | None:
        return None

    def subject(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.full(image.shape[:2], 255, np.uint8)


class Shapeless:
    name = "shapeless"
    version = "0"

    def missing(self) -> str | None:
        return None


class Absent:
    name = "absent"
    version = "1"

    def missing(self) -> str | None:
        return "absent lacks its model; copy it to the models folder"

    def recognise(self, image: NDArray[np.uint8], *, context: JobContext) -> tuple[()]:
        del image, context
        return ()


def explodes() -> None:
    raise ZeroDivisionError("one divided by nothing")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    points = [
        EntryPoint(name, f"{__name__}:{thing}", registry.GROUP)
        for name, thing in (
            ("every-pixel", "EveryPixel"),
            ("shapeless", "Shapeless"),
            ("absent", "Absent"),
            ("explodes", "explodes"),
            ("gone", "Nowhere"),
        )
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: points if group == registry.GROUP else [])
    registry._plugins.cache_clear()
    yield
    registry._plugins.cache_clear()


def test_the_default_recipe_gets_all_its_engines() -> None:
    engines = registry.engine_set(Recipe())
    assert engines.recogniser is not None
    assert engines.saliency is not None
    assert engines.texture is not None
    assert [engines.recogniser.name, engines.saliency.name, engines.texture.name] == ["rapidocr", "u2netp", "patchmatch"]
    assert set(engines.versions()) == {"rapidocr", "u2netp", "patchmatch"}
    assert not [note for note in engines.notes if "font" not in note]


def test_what_is_not_wanted_is_left_out_without_a_word() -> None:
    engines = registry.engine_set(Recipe(find_text=False, find_objects=False, texture="none"))
    assert engines.recogniser is engines.saliency is engines.texture is None
    assert not [note for note in engines.notes if "font" not in note]


def test_an_unknown_name_is_told_with_those_that_are_known() -> None:
    engines = registry.engine_set(Recipe(ocr="oracle"))
    assert engines.recogniser is None
    assert any("'oracle'" in note and "rapidocr, tesseract" in note for note in engines.notes)


def test_tesseract_gets_the_recipes_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    engines = registry.engine_set(Recipe(ocr="tesseract", languages="deu"))
    assert engines.recogniser is None
    assert any("sudo apt-get install tesseract-ocr" in note for note in engines.notes)
    assert registry._BUILT_IN["text", "tesseract"](Recipe(languages="deu")).languages == "deu"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("plugins")
def test_a_plugin_is_used_by_its_name() -> None:
    engines = registry.engine_set(Recipe(saliency="every-pixel"))
    assert isinstance(engines.saliency, EveryPixel)
    assert "every-pixel" in registry.names("saliency")


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("name", ["explodes", "shapeless", "gone"])
def test_a_broken_plugin_is_named_and_the_rest_goes_on(name: str) -> None:
    engines = registry.engine_set(Recipe(ocr=name))
    assert engines.recogniser is None
    assert engines.saliency is not None
    assert any(f"'{name}'" in note and "does not work" in note for note in engines.notes)
    (status,) = [status for status in registry.statuses() if status.name == name]
    assert status.missing is not None
    assert "does not work" in status.missing


@pytest.mark.usefixtures("plugins")
def test_a_plugin_that_lacks_something_says_so_itself() -> None:
    engines = registry.engine_set(Recipe(ocr="absent"))
    assert engines.recogniser is None
    assert "absent lacks its model; copy it to the models folder" in engines.notes


def test_statuses_name_every_engine_once_with_version() -> None:
    found = {(status.kind, status.name): status for status in registry.statuses()}
    assert {("text", "rapidocr"), ("text", "tesseract"), ("saliency", "u2netp"), ("texture", "patchmatch")} <= found.keys()
    assert found["text", "rapidocr"].missing is None
    assert all(status.version for status in found.values())


def test_asking_for_engines_loads_no_model_library() -> None:
    code = (
        "import sys; from layerdesk.engines.registry import engine_set; from layerdesk.layering.recipe import Recipe;"
        "engine_set(Recipe()); print([m for m in ('rapidocr', 'onnxruntime', 'pytesseract') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


def test_the_engines_leave_nothing_in_the_home_and_report_to_nobody(tmp_path: Path) -> None:
    code = (
        "import numpy as np; from layerdesk.engines.u2netp import U2Netp; from layerdesk.engines.rapidocr_engine import RapidOcr;"
        "picture = np.zeros((40, 40, 3), np.uint8); U2Netp().subject(picture); RapidOcr().recognise_crop(picture)"
    )
    home = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2], env=home)
    assert list(tmp_path.rglob("*")) == []
