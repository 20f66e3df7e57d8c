"""The project file: what is saved loads as the identical document, and every kind of damage is one sentence."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import strategies
from format_samples import digest, document, documents, png_bytes, with_file
from hypothesis import HealthCheck, given, settings
from PIL import Image

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, project
from layerdesk.layering.protocols import Silent


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "poster.layerdesk"
    project.save(document(), path, log={"correction_seconds": 12.5})
    return path


def test_it_comes_back_identical(saved: Path) -> None:
    before, after = document(), project.load(saved)
    assert after == before
    assert after.source.data == before.source.data
    assert after.source.notes == before.source.notes
    own = after.layer("o1").own  # type: ignore[union-attr]
    assert own is not None
    assert own.pixels[0, :, :3].any(), "colours under alpha 0 are kept"
    assert dict(after.recipe) == dict(before.recipe)
    assert project.read(saved).log == {"correction_seconds": 12.5}


@given(documents())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_document_comes_back_identical(tmp_path_factory: pytest.TempPathFactory, made: Document) -> None:
    folder = tmp_path_factory.mktemp("any")
    project.save(made, folder / "a.layerdesk", sync=False)
    read = project.load(folder / "a.layerdesk")
    assert read == made
    project.save(read, folder / "b.layerdesk", sync=False)
    assert (folder / "a.layerdesk").read_bytes() == (folder / "b.layerdesk").read_bytes()
    shutil.rmtree(folder)


@given(strategies.documents())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_layered_picture_comes_back_identical(tmp_path_factory: pytest.TempPathFactory, made: Document) -> None:
    made = with_file(made)
    path = tmp_path_factory.mktemp("layered") / "a.layerdesk"
    project.save(made, path, sync=False)
    read = project.load(path)
    assert read == made
    assert np.array_equal(composite(read), composite(made))
    shutil.rmtree(path.parent)


def test_the_archive_is_laid_out_for_file_managers(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
        assert names[:2] == ["mimetype", "document.json"]
        assert archive.read("mimetype") == b"application/x-layerdesk"
        assert names[-3:] == ["source/a poster 海报.png", "preview.png", "thumbnail.png"]
        assert archive.read("source/a poster 海报.png") == document().source.data
        blobs = [name for name in names if name.startswith("blobs/")]
        assert blobs == sorted(blobs)
        assert names == ["mimetype", "document.json", *blobs, *names[-3:]]
        for name in blobs:
            assert name == f"blobs/{digest(archive.read(name))}.png"
        preview = np.asarray(Image.open(io.BytesIO(archive.read("preview.png"))))
        assert np.array_equal(preview, composite(document()))
        assert {info.compress_type for info in archive.infolist() if info.filename != "document.json"} == {zipfile.ZIP_STORED}


def test_equal_pixels_are_stored_once(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    # b1: mask, own, invented; t1, s1, s2, o1 and o2: mask; o1: own. The found tree names the same ones again.
    assert sum(name.startswith("blobs/") for name in names) == 9


def test_it_is_one_format_among_the_exports(tmp_path: Path) -> None:
    exports.export(document(), tmp_path / "x.layerdesk", context=Silent())
    assert project.load(tmp_path / "x.layerdesk") == document()


def test_an_older_file_survives_a_failing_save(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.layerdesk"
    shutil.copy(saved, path)

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(project, "write_zip", fails)
    with pytest.raises(LayerDeskError, match="disk is full"):
        project.save(document(), path)
    assert path.read_bytes() == saved.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.layerdesk"]


def refused(path: Path, **options: int) -> str:
    with pytest.raises(LayerDeskError) as caught:
        project.load(path, **options)
    sentence = str(caught.value)
    assert "poster.layerdesk" in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert "Error" not in sentence
    return sentence


def changed(saved: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    path = tmp_path / "poster.layerdesk"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def edited(saved: Path, tmp_path: Path, change: Callable[[Any], None]) -> Path:
    def on_json(members: dict[str, bytes]) -> None:
        content = json.loads(members["document.json"])
        change(content)
        members["document.json"] = json.dumps(content).encode()

    return changed(saved, tmp_path, on_json)


def test_an_unchanged_copy_still_loads(saved: Path, tmp_path: Path) -> None:
    assert project.load(edited(saved, tmp_path, lambda content: None)) == document()  # noqa: ARG005


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.99])
def test_a_file_cut_short(saved: Path, tmp_path: Path, share: float) -> None:
    data = saved.read_bytes()
    path = tmp_path / "poster.layerdesk"
    path.write_bytes(data[: int(len(data) * share)])
    sentence = refused(path)
    assert "cut short" in sentence or "empty" in sentence or "cannot be" in sentence


def test_what_is_no_project(tmp_path: Path) -> None:
    path = tmp_path / "poster.layerdesk"
    path.write_text("hello")
    assert "not a LayerDesk project" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "not a LayerDesk project" in refused(path)
    path.unlink()
    assert "does not exist" in refused(path)
    path.mkdir()
    assert "folder" in refused(path)


def outcome(path: Path) -> str:
    """What became of a damaged file. Preview and thumbnail are not needed for loading."""
    try:
        return "the same" if project.load(path) == document() else "another document"
    except LayerDeskError as error:
        return "refused" if "poster.layerdesk" in str(error) else str(error)


def test_random_damage_is_a_sentence_or_the_same_document(saved: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    whole = np.frombuffer(saved.read_bytes(), np.uint8)
    path = tmp_path / "poster.layerdesk"
    outcomes = set()
    for _ in range(150):
        data = whole.copy()
        data[rng.integers(0, len(data), 3)] = rng.integers(0, 256, 3)
        path.write_bytes(data.tobytes())
        outcomes.add(outcome(path))
    assert outcomes == {"the same", "refused"}


def first(content: dict[str, Any], layer_id: str) -> dict[str, Any]:
    def search(layers: list[dict[str, Any]]) -> dict[str, Any] | None:
        for layer in layers:
            if layer["id"] == layer_id:
                return layer
            found = search(layer.get("children", []))
            if found is not None:
                return found
        return None

    found = search(content["layers"])
    assert found is not None
    return found


WRONG: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("schema of the wrong type", lambda c: c.update(schema="1"), "schema"),
    ("newer schema", lambda c: c.update(schema=2), "newer LayerDesk"),
    ("no layers", lambda c: c.pop("layers"), "layers"),
    ("layers no list", lambda c: c.update(layers={}), "layers"),
    ("a layer no object", lambda c: c["layers"].append(7), "not an object"),
    ("opacity a text", lambda c: first(c, "o1").update(opacity="1"), "opacity of layer 'o1'"),
    ("opacity too large", lambda c: first(c, "o1").update(opacity=1.5), "opacity"),
    ("opacity not a number", lambda c: first(c, "o1").update(opacity=float("nan")), "description"),
    ("confidence endless", lambda c: first(c, "o1").update(confidence=float("inf")), "description"),
    ("visible a number", lambda c: first(c, "o1").update(visible=1), "visible"),
    ("unknown blend", lambda c: first(c, "o1").update(blend="dissolve"), "blend"),
    ("unknown kind", lambda c: first(c, "o1").update(kind="video"), "kind"),
    ("kind a list", lambda c: first(c, "o1").update(kind=["object"]), "kind"),
    ("same id twice", lambda c: first(c, "o1").update(id="b1"), "two layers have the id 'b1'"),
    ("empty id", lambda c: first(c, "o1").update(id=""), "id"),
    ("name missing", lambda c: first(c, "t1").pop("name"), "no name"),
    ("name a number", lambda c: first(c, "t1").update(name=5), "name"),
    ("offset a fraction", lambda c: first(c, "o1").update(offset=[1.5, 2]), "offset"),
    ("offset far away", lambda c: first(c, "o1").update(offset=[10**12, 2]), "offset"),
    ("offset of three", lambda c: first(c, "o1").update(offset=[1, 2, 3]), "offset"),
    ("mask a text", lambda c: first(c, "o1").update(mask="all"), "mask"),
    ("mask missing", lambda c: first(c, "o1").pop("mask"), "mask"),
    ("mask of another size", lambda c: first(c, "o1")["mask"].update(box=[0, 0, 3, 3]), "mask"),
    ("mask negative", lambda c: first(c, "o1")["mask"].update(box=[0, 0, -3, 3]), "box"),
    ("mask enormous", lambda c: first(c, "o1")["mask"].update(box=[0, 0, 9_000_000, 9_000_000]), "more than a layer can have"),
    ("mask of own pixels", lambda c: first(c, "o1").update(mask=first(c, "o1")["own"]), "channels"),
    ("blob that is not there", lambda c: first(c, "o1")["mask"].update(blob="0" * 64), "no part"),
    ("blob with a path", lambda c: first(c, "o1")["mask"].update(blob="../../secret"), "no part"),
    ("blob no text", lambda c: first(c, "o1")["mask"].update(blob=None), "blob"),
    ("colour by name", lambda c: first(c, "t1")["block"].update(color="red"), "color"),
    ("align unknown", lambda c: first(c, "t1")["block"].update(align="middle"), "align"),
    ("lines no list", lambda c: first(c, "t1")["block"].update(lines="Summer"), "lines"),
    ("line without box", lambda c: first(c, "t1")["block"]["lines"][0].pop("bbox"), "bbox"),
    ("weight a text", lambda c: first(c, "t1")["block"].update(weight="bold"), "weight"),
    ("block missing", lambda c: first(c, "t1").pop("block"), "block"),
    ("shape type unknown", lambda c: first(c, "s1")["shape"].update(type="star"), "type"),
    ("points no points", lambda c: first(c, "s1")["shape"].update(points=[[1]]), "point"),
    ("contours flat", lambda c: first(c, "s2")["shape"].update(contours=[5]), "contours"),
    ("stop beyond the end", lambda c: first(c, "s1")["shape"]["fill"]["stops"][0].update(at=2), "at of a stop"),
    ("fill unknown", lambda c: first(c, "s1")["shape"]["fill"].update(type="conic"), "type"),
    ("children no list", lambda c: first(c, "g1").update(children=None), "children"),
    ("recipe a list", lambda c: c.update(recipe=[]), "recipe"),
    ("found broken", lambda c: c["found"][0].update(locked="no"), "locked"),
    ("width wrong", lambda c: c.update(width=63), "not as large"),
    ("source elsewhere", lambda c: c["source"].update(file="document.json"), "source/"),
    ("source missing", lambda c: c["source"].update(file="source/other.png"), "no part"),
    ("source's sum wrong", lambda c: c["source"].update(sha256="0" * 64), "not the one that was saved"),
    ("dpi zero", lambda c: c["source"].update(dpi=0), "dpi"),
    ("notes mixed", lambda c: c["source"].update(notes=["a", 1]), "notes"),
    ("log a text", lambda c: c.update(log="x"), "log"),
]


@pytest.mark.parametrize(("change", "words"), [pair[1:] for pair in WRONG], ids=[pair[0] for pair in WRONG])
def test_a_wrong_value_inside(saved: Path, tmp_path: Path, change: Callable[[Any], None], words: str) -> None:
    assert words in refused(edited(saved, tmp_path, change))


def test_groups_without_end(saved: Path, tmp_path: Path) -> None:
    def deep(content: dict[str, Any]) -> None:
        group = {**first(content, "g1"), "children": []}
        content["layers"] = []
        inner = content["layers"]
        for number in range(150):
            layer = {**group, "id": f"g{number}", "children": []}
            inner.append(layer)
            inner = layer["children"]

    assert "deep" in refused(edited(saved, tmp_path, deep))
    path = changed(saved, tmp_path, lambda members: members.update({"document.json": b"[" * 100_000}))
    assert "description" in refused(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_a_description_that_is_none(saved: Path, tmp_path: Path, content: bytes) -> None:
    assert "damaged" in refused(changed(saved, tmp_path, lambda members: members.update({"document.json": content})))


@pytest.mark.parametrize("name", ["../evil.png", "/etc/passwd", "blobs/../../x", "C:\\x", "a\\b", "blobs/./x"])
def test_member_names_with_path_tricks(saved: Path, tmp_path: Path, name: str) -> None:
    assert "no project has" in refused(changed(saved, tmp_path, lambda members: members.update({name: b"x"})))


def test_a_member_that_stands_there_twice(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "poster.layerdesk"
    shutil.copy(saved, path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("document.json", b"{}")
    assert "document.json" in refused(path)


def test_pixels_that_were_exchanged(saved: Path, tmp_path: Path) -> None:
    def exchange(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.startswith("blobs/"))
        members[name] = png_bytes(np.zeros((4, 4), np.uint8))

    assert "not those that were saved" in refused(changed(saved, tmp_path, exchange))


def test_a_source_that_is_no_picture(saved: Path, tmp_path: Path) -> None:
    def exchange(members: dict[str, bytes]) -> None:
        content = json.loads(members["document.json"])
        content["source"]["sha256"] = digest(b"hello")
        members["document.json"] = json.dumps(content).encode()
        members[content["source"]["file"]] = b"hello"

    path = changed(saved, tmp_path, exchange)
    with pytest.raises(LayerDeskError, match="not a picture"):
        project.load(path)


def test_sizes_are_checked_before_decoding(saved: Path) -> None:
    with pytest.raises(LayerDeskError, match="limit"):
        project.load(saved, max_pixels=100)


def test_a_strange_source_name_is_kept_but_names_no_strange_member(tmp_path: Path) -> None:
    from dataclasses import replace

    for name in ("../x.png", "..", "a/b.png", "\udcff.png", "C:\\x.png"):
        made = replace(document(), source=replace(document().source, name=name))
        path = tmp_path / "poster.layerdesk"
        project.save(made, path, sync=False)
        assert project.load(path) == made
