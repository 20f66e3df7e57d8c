"""What the tests of the command line share: a call in this process, and layering that takes no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from format_samples import picture, png_bytes

from layerdesk import cli
from layerdesk.document.document import SourceImage
from layerdesk.layering import pipeline
from layerdesk.layering.pipeline import Layering, StageReport, flat_document
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import EngineSet, Recipe


@dataclass
class Seen:
    recipes: list[Recipe]


def fake_layering(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Layering that finds nothing and takes no time."""
    seen = Seen([])

    def layer_image(source: SourceImage, *, recipe: Recipe, engines: EngineSet, context: JobContext) -> Layering:
        del engines
        seen.recipes.append(recipe)
        context.report(0.5, "Reading text")
        stages = (StageReport(name="text", engine="fake", seconds=0.25),)
        return Layering(document=flat_document(source), stages=stages, warnings=(*source.notes, "nothing was found"))

    monkeypatch.setattr(pipeline, "layer_image", layer_image)
    return seen


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    error: str


def caller(capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that runs `layerdesk WORDS` here."""

    def run(*words: str | Path) -> Outcome:
        status = cli.main([str(word) for word in words])
        said = capsys.readouterr()
        return Outcome(status, said.out, said.err)

    return run


Call = Callable[..., Outcome]


def failed(outcome: Outcome, status: int = 1) -> str:
    """The sentence of a failure: one line, nothing on standard output, no words of the machinery."""
    assert outcome.status == status, outcome
    assert outcome.out == ""
    (line,) = outcome.error.splitlines()
    assert line.startswith("layerdesk: error: ")
    for word in ("Traceback", "Error", "Errno", "Exception"):
        assert word not in line
    return line.removeprefix("layerdesk: error: ")


def a_poster(tmp_path: Path) -> Path:
    """A picture in a folder `in`, under a name with spaces and Chinese letters."""
    path = tmp_path / "in" / "a poster 海报.png"
    path.parent.mkdir()
    path.write_bytes(png_bytes(picture()))
    return path
