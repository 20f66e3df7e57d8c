"""Which exporter a target picks, and what is left when writing fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from format_samples import document

from layerdesk.errors import LayerDeskError
from layerdesk.formats import atomic, exports, flat, ora, pack, project
from layerdesk.formats.plan import Plan
from layerdesk.layering.protocols import JobContext, Silent


@pytest.mark.parametrize(
    ("target", "exporter"),
    [
        ("x.ora", ora.EXPORTER),
        ("x.zip", pack.EXPORTER),
        ("some/folder.psd/", pack.EXPORTER),
        ("x.layerdesk", project.EXPORTER),
        ("x.PNG", flat.PNG),
        ("a.b/x.jpg", flat.JPEG),
        ("x.jpeg", flat.JPEG),
        ("x.webp", flat.WEBP),
        (Path("x.ora"), ora.EXPORTER),
    ],
)
def test_the_suffix_picks_the_exporter(target: Path | str, exporter: object) -> None:
    assert exports.exporter_for(target) is exporter


def test_an_existing_folder_given_as_a_path_is_a_pack(tmp_path: Path) -> None:
    assert exports.exporter_for(tmp_path) is pack.EXPORTER


@pytest.mark.parametrize("target", ["x.tiff", "x", "x.", ".psd2", "", "x.psd.bak", "x.gif"])
def test_an_unknown_suffix_names_the_known_ones(target: str) -> None:
    with pytest.raises(exports.UnknownSuffix) as caught:
        exports.exporter_for(target)
    assert ".psd, .psb, .pptx, .svg, .ora, .zip, .layerdesk, .png" in str(caught.value)


def test_titles_list_each_format_once() -> None:
    listed = exports.titles()
    assert [suffix for suffix, _ in listed] == [
        ".psd", ".psb", ".pptx", ".svg", ".ora", ".zip", "/", ".layerdesk", ".png", ".jpg", ".webp",
    ]  # fmt: skip
    for suffix, exporter in listed:
        assert exporter.title
        assert suffix == "/" or suffix in exporter.suffixes
        assert exporter.loses or suffix == ".layerdesk"


@pytest.mark.parametrize("suffix", [".ora", ".zip", "/", ".layerdesk", ".png", ".jpg", ".webp"])
def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path: Path, suffix: str) -> None:
    plan = exports.export(document(), f"{tmp_path}/a b/中文/x{suffix}", context=Silent())
    assert plan.format == exports.exporter_for(f"x{suffix}").title
    assert len(plan.items) == 10
    assert [path.name for path in (tmp_path / "a b/中文").iterdir()] == [f"x{suffix.rstrip('/')}"]


def test_permissions_are_those_of_any_new_file_or_of_the_older_one(tmp_path: Path) -> None:
    target = tmp_path / "x.png"
    exports.export(document(), target, context=Silent())
    plain = tmp_path / "plain"
    plain.touch()
    assert target.stat().st_mode == plain.stat().st_mode
    target.chmod(0o640)
    exports.export(document(), target, context=Silent())
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "x.png").symlink_to(tmp_path / "real/y.png")
    exports.export(document(), tmp_path / "x.png", context=Silent())
    assert (tmp_path / "x.png").is_symlink()
    assert (tmp_path / "real/y.png").read_bytes()[:4] == b"\x89PNG"


def sentence(target: Path | str) -> str:
    with pytest.raises(LayerDeskError) as caught:
        exports.export(document(), target, context=Silent())
    text = str(caught.value)
    assert "rror" not in text
    assert "rrno" not in text
    return text


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for suffix in (".png", "/"):
        assert "not a folder" in sentence(f"{tmp_path}/file/x{suffix}")
        assert "not a folder" in sentence(f"{tmp_path}/file/deep/x{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_or_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    assert "folder of that name" in sentence(str(tmp_path / "x.png"))
    (tmp_path / "pack").write_text("mine")
    assert "file, not a folder" in sentence(f"{tmp_path}/pack/")
    assert (tmp_path / "pack").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"x.png", "pack"}


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert "too long" in sentence(str(tmp_path / ("x" * 300 + ".png")))
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_file_is_not_got_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.png"
    target.write_bytes(b"older")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != target)  # root may write every file  # noqa: ARG005
    assert "permission" in sentence(target)
    assert target.read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


FULL = """
import resource, sys
sys.path[:0] = [{tests!r}, {root!r}]
from format_samples import document
from layerdesk.formats import exports
from layerdesk.layering.protocols import Silent
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    exports.export(document(), sys.argv[1], context=Silent())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("suffix", [".png", ".zip", "/", ".ora", ".layerdesk", ".webp", ".jpg"])
def test_a_disk_that_takes_no_more(tmp_path: Path, suffix: str) -> None:
    older = tmp_path / f"x{suffix}" if suffix != "/" else tmp_path / "x/manifest.json"
    if suffix == "/":
        exports.export(document(), f"{tmp_path}/x/", context=Silent())
    else:
        older.write_bytes(b"older")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    script = FULL.format(tests=str(Path(__file__).parent), root=str(Path(__file__).parents[2]))
    done = subprocess.run([sys.executable, "-c", script, f"{tmp_path}/x{suffix}"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("LayerDeskError cannot write"), done.stdout + done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("number", "words"), [(28, "disk is full"), (30, "read-only"), (13, "permission"), (122, "quota"), (9999, "refused")]
)
def test_what_the_system_says_becomes_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fails(self: object, plan: Plan, target: Path, *, context: JobContext) -> None:
        del self, plan, context
        target.write_bytes(b"half")
        raise OSError(number, "words of the system", str(target))

    (tmp_path / "x.ora").write_bytes(b"older")
    monkeypatch.setattr(ora.OraExporter, "write", fails)
    text = sentence(tmp_path / "x.ora")
    assert words in text
    assert "words of the system" not in text
    assert (tmp_path / "x.ora").read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir()] == ["x.ora"]


def test_any_exception_leaves_the_older_file(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_text("older")

    def interrupted() -> None:
        with atomic.replacing(target) as path:
            path.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"x": "older"}
