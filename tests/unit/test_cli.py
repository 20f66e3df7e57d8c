"""The command line: its words, its exit statuses, and what bad input gets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from cli_calls import Call, Seen, a_poster, caller, failed, fake_layering
from format_samples import document, picture

from layerdesk import cli, cli_doctor
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, project
from layerdesk.layering import pipeline

ROOT = Path(__file__).parents[2]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Seen:
    return fake_layering(monkeypatch)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    return a_poster(tmp_path)


ALL = (".psd", ".psb", ".pptx", ".svg", ".ora", ".zip", "/", ".layerdesk", ".png", ".jpg", ".webp")


@pytest.mark.usefixtures("fake")
def test_layer_writes_every_format_and_one_json_object(call: Call, poster: Path, tmp_path: Path) -> None:
    outputs = [f"{tmp_path}/out put/中文{suffix}" for suffix in ALL]
    done = call("layer", poster, *[word for output in outputs for word in ("-o", output)], "--json", "--quiet")
    assert done.status == 0
    assert done.error == ""
    said = json.loads(done.out)
    assert {key: said[key] for key in ("image", "width", "height", "layers", "outputs")} == {
        "image": str(poster), "width": 64, "height": 48, "layers": 1, "outputs": outputs,
    }  # fmt: skip
    assert said["stages"] == [{"name": "text", "engine": "fake", "seconds": 0.25}]
    assert "nothing was found" in said["warnings"]
    assert sorted(path.name for path in (tmp_path / "out put").iterdir()) == sorted(f"中文{suffix.rstrip('/')}" for suffix in ALL)
    assert np.array_equal(cv2.imread(outputs[-3])[..., ::-1], picture())


@pytest.mark.usefixtures("fake")
def test_layer_twice_gives_the_same_bytes(call: Call, poster: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        words = [word for suffix in ALL for word in ("-o", f"{tmp_path}/{folder}/x{suffix}")]
        assert call("layer", poster, *words, "--quiet").status == 0
    files = [path.relative_to(tmp_path / "one") for path in sorted((tmp_path / "one").rglob("*")) if path.is_file()]
    assert len(files) == len(ALL) + 1
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


@pytest.mark.usefixtures("fake")
def test_progress_is_plain_lines_and_notes_on_standard_error(call: Call, poster: Path, tmp_path: Path) -> None:
    done = call("layer", poster, "-o", tmp_path / "x.png")
    assert done.status == 0
    assert "layerdesk:  41 % Reading text" in done.error
    assert "layerdesk: note: nothing was found" in done.error
    assert "\x1b" not in done.error
    assert done.out == f"1 layer, 64 x 48: {tmp_path}/x.png\n"
    quiet = call("layer", poster, "-o", tmp_path / "x.png", "--quiet")
    assert (quiet.status, quiet.out, quiet.error) == (0, "", "")


def test_export_keeps_the_corrections(call: Call, tmp_path: Path) -> None:
    project.save(document(), tmp_path / "x.layerdesk")
    done = call("export", tmp_path / "x.layerdesk", "-o", tmp_path / "y.zip", "-o", tmp_path / "y.psd", "--json")
    assert done.status == 0
    said = json.loads(done.out)
    assert said["project"] == str(tmp_path / "x.layerdesk")
    assert said["layers"] == 10
    assert said["outputs"] == [str(tmp_path / "y.zip"), str(tmp_path / "y.psd")]
    assert any("y.zip" in sentence and "opacity" in sentence for sentence in said["warnings"])
    with zipfile.ZipFile(tmp_path / "y.zip") as archive:
        records = {record["id"]: record for record in json.loads(archive.read("manifest.json"))["layers"]}
    assert records["o1"]["source"]["edited"] is True


# ------------------------------------------------------------------ wrong calls


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["layer"], "IMAGE"),
        (["layer", "IN"], "-o"),
        (["layer", "IN", "-o"], "expected one argument"),
        (["layer", "IN", "-o", "x.tiff"], "the suffix .tiff of x.tiff names no format"),
        (["layer", "IN", "-o", "x.png", "-o", "x"], "x has no suffix"),
        (["export", "IN", "-o", "x.docx"], ".docx"),
        (["layer", "IN", "-o", "x.png", "--max-megapixels", "many"], "many is no number of megapixels"),
        (["layer", "IN", "-o", "x.png", "--max-megapixels", "-3"], "-3 is no number of megapixels"),
        (["layer", "IN", "-o", "x.png", "--ocr", "abbyy"], "no text recogniser called abbyy; choose one of rapidocr, tesseract"),
        (["layer", "IN", "-o", "x.png", "--fast"], "--fast"),
        (["layer", "IN", "-o", "IN"], "overwritten"),
        (["laier", "IN", "-o", "x.png"], "laier is neither a file nor a command; the commands are layer, export, doctor"),
        (["nowhere.png"], "nowhere.png is neither a file nor a command"),
        (["x" * 5000], "neither a file nor a command"),
        (["--json"], "--json"),
        (["doctor", "now"], "now"),
    ],
)
def test_wrong_calls(
    call: Call, poster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("work began before the words were checked")

    monkeypatch.setattr(pipeline, "layer_image", too_late)
    monkeypatch.chdir(tmp_path)
    before = poster.read_bytes()
    assert said in failed(call(*[str(poster) if word == "IN" else word for word in words]), 2)
    assert poster.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["layer", "--help"], ["export", "-h"], ["doctor", "--help"], ["--version"]]
)
def test_help(call: Call, words: list[str]) -> None:
    done = call(*words)
    assert done.status == 0
    assert "layerdesk" in done.out
    assert done.error == ""
    if words == ["--help"]:
        assert all(word in done.out for word in ("layer", "export", "doctor", ".psd", ".layerdesk"))


# ------------------------------------------------------------------ recipe


def test_the_recipe_comes_from_settings_file_and_words(call: Call, fake: Seen, poster: Path, tmp_path: Path) -> None:
    from layerdesk.app import settings

    target = tmp_path / "x.png"
    settings.save(settings.from_json({"recipe": {"ocr": "tesseract", "languages": "jpn"}}))
    (tmp_path / "recipe.json").write_text('{"saliency": "none", "languages": "deu"}')
    for words in ([], ["--recipe", tmp_path / "recipe.json"], ["--recipe", tmp_path / "recipe.json", "--ocr", "rapidocr"]):
        assert call("layer", poster, "-o", target, "--quiet", *words).status == 0
    found = [(recipe.ocr, recipe.languages, recipe.saliency) for recipe in fake.recipes]
    assert found == [("tesseract", "jpn", "u2netp"), ("tesseract", "deu", "none"), ("rapidocr", "deu", "none")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "no JSON object"),
        ('{"colour": 1}', "unknown setting"),
        ('{"ocr": 5}', "wrong type"),
        (None, "cannot be read"),
    ],
)
@pytest.mark.usefixtures("fake")
def test_bad_recipes(call: Call, poster: Path, tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "recipe.json").write_text(content)
    assert said in failed(call("layer", poster, "-o", tmp_path / "x.png", "--recipe", tmp_path / "recipe.json"))


# ------------------------------------------------------------------ failures of our own, interruption


def test_an_unforeseen_failure_is_one_line_and_debug_shows_it(
    call: Call, poster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("inner")

    monkeypatch.setattr(pipeline, "layer_image", broken)
    words = ("layer", poster, "-o", tmp_path / "x.png", "--quiet")
    assert "--debug" in failed(call(*words))
    shown = call(*words, "--debug")
    assert shown.status == 1
    assert "Traceback" in shown.error
    assert "KeyError: 'inner'" in shown.error
    assert shown.error.splitlines()[-1].startswith("layerdesk: error: ")


@pytest.mark.parametrize(
    ("raised", "status", "said"), [(KeyboardInterrupt(), 130, "interrupted"), (MemoryError(), 1, "not enough memory")]
)
def test_what_ends_the_work(
    call: Call, poster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int, said: str
) -> None:
    def ends(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(pipeline, "layer_image", ends)
    assert said in failed(call("layer", poster, "-o", tmp_path / "x.png"), status)
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]


SLOW = """
import sys, time
from layerdesk import cli
from layerdesk.formats import ora
from layerdesk.layering import pipeline
from layerdesk.layering.pipeline import Layering, flat_document

def layer_image(source, **_):
    return Layering(document=flat_document(source), stages=())

def write(self, plan, target, *, context):
    target.write_bytes(b"half")
    print("writing", file=sys.stderr, flush=True)
    time.sleep(60)

pipeline.layer_image = layer_image
ora.OraExporter.write = write
sys.exit(cli.main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_130_and_nothing_half_written(poster: Path, tmp_path: Path, number: signal.Signals) -> None:
    target = tmp_path / "x.ora"
    target.write_bytes(b"older")
    words = [sys.executable, "-c", SLOW, "layer", str(poster), "-o", str(target), "--quiet"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "writing\n"
        start = time.monotonic()
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(10) == 130
        assert time.monotonic() - start < 5
    assert rest == "layerdesk: error: interrupted; nothing half written is left\n"
    assert target.read_bytes() == b"older"
    assert {path.name for path in tmp_path.iterdir()} == {"in", "x.ora"}


# ------------------------------------------------------------------ the process itself


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-m", "layerdesk", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=inherited | environment,
        check=False,
    )


def test_without_a_display_it_says_what_to_do() -> None:
    done = process()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("layerdesk: error: there is no display")
    assert "layerdesk layer IMAGE -o OUT.psd" in line


def test_bad_input_to_the_process(tmp_path: Path) -> None:
    bad = tmp_path / "坏 file.png"
    bad.write_bytes(b"nothing")
    done = process("layer", str(bad), "-o", str(tmp_path / "x.psd"), PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "layerdesk: error: \\u574f file.png is not a picture; choose a PNG, JPEG, WebP, GIF, BMP or TIFF\n"
    wrong = process("layer", str(bad), "-o", "x.tiff")
    assert wrong.returncode == 2
    assert len(wrong.stderr.splitlines()) == 1


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from layerdesk.cli import main; main(['--help']);"
        "print([name for name in ('cv2', 'PIL', 'PySide6', 'onnxruntime', 'scipy', 'pptx', 'psd_tools') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_editor_is_opened_with_the_file(call: Call, poster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path | None] = []

    def run(path: Path | None) -> int:
        opened.append(path)
        return 0

    monkeypatch.setitem(sys.modules, "layerdesk.app.bootstrap", SimpleNamespace(run=run))
    assert call(poster).status == 0
    assert call().status == 0
    assert cli.main(["--debug", str(poster)]) == 0
    assert opened == [poster, None, poster]


def test_a_qt_that_cannot_be_loaded_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "layerdesk.app.bootstrap", None)
    assert "layerdesk.app.bootstrap" in failed(call())
    assert "apt-get install libegl1" in cli_doctor.qt_sentence(
        "libEGL.so.1: cannot open shared object file: No such file or directory"
    )
    assert "pip install 'PySide6-Essentials" in cli_doctor.qt_sentence("No module named 'PySide6'")


def test_every_suffix_of_the_contract_is_known() -> None:
    assert set(exports.SUFFIXES) == {*ALL, ".jpeg"}
    with pytest.raises(LayerDeskError):
        exports.suffix_of("x.bmp")
