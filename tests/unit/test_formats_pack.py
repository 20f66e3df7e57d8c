"""The asset pack against CONTRACT.md."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import strategies
from format_samples import document, over, with_file
from hypothesis import HealthCheck, given, settings
from PIL import Image

from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point
from layerdesk.document.layers import GroupLayer, PixelLayer
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, pack
from layerdesk.layering.protocols import Cancelled, Silent


def written(target: Path, **options: bool) -> tuple[dict[str, Any], dict[str, bytes]]:
    exports.export(document(**options), target, context=Silent())
    return unpacked(target)


def unpacked(target: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("manifest.json")), files


def by_id(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in manifest["layers"]}


def picture_of(manifest: dict[str, Any], files: dict[str, bytes]) -> np.ndarray:
    layers = [
        ((record["bbox"][0], record["bbox"][1]), np.asarray(Image.open(io.BytesIO(files[record["file"]]))), record["opacity"])
        for record in sorted(manifest["layers"], key=lambda record: record["z"])
        if record["visible"] and "file" in record
    ]
    return over(manifest["width"], manifest["height"], layers)


def test_the_head_says_where_it_came_from(tmp_path: Path) -> None:
    manifest, _ = written(tmp_path / "x.zip")
    made = document()
    assert manifest["version"] == 1
    assert manifest["generator"] == "layerdesk 0.1.0"
    assert manifest["source"] == {"name": "a poster 海报.png", "sha256": made.source.sha256}
    assert (manifest["width"], manifest["height"]) == (64, 48)
    assert manifest["recipe"] == {
        "ocr": "rapidocr",
        "engines": {"rapidocr": "3.10.0"},
        "find_text": True,
        "steps": [1, 2.5, None],
    }


def test_every_layer_stands_in_walk_order_with_its_parent(tmp_path: Path) -> None:
    manifest, _ = written(tmp_path / "x.zip")
    assert [record["id"] for record in manifest["layers"]] == ["b1", "g1", "g2", "s1", "t1", "s2", "o1", "g3", "o2", "o3"]
    assert [record["z"] for record in manifest["layers"]] == list(range(10))
    parents = {record["id"]: record["parent"] for record in manifest["layers"]}
    assert parents == {
        "b1": None, "g1": None, "g2": "g1", "s1": "g2", "t1": "g2", "s2": "g1", "o1": None, "g3": None, "o2": "g3", "o3": None,
    }  # fmt: skip
    kinds = {record["kind"] for record in manifest["layers"]}
    assert kinds == {"background", "object", "shape", "text", "group"}
    for record in manifest["layers"]:
        assert ("file" in record) == (record["kind"] != "group")
        assert set(record["source"]) == {"stage", "engine", "version", "edited"}
    assert by_id(manifest)["o1"]["source"] == {"stage": "hand", "engine": "merge", "version": "", "edited": True}


def test_files_are_rgba_cropped_to_their_box(tmp_path: Path) -> None:
    manifest, files = written(tmp_path / "x.zip")
    assert set(files) == {record["file"] for record in manifest["layers"] if "file" in record}
    made = document()
    for record in manifest["layers"]:
        if "file" not in record:
            continue
        image = Image.open(io.BytesIO(files[record["file"]]))
        assert image.mode == "RGBA"
        assert image.size == (record["bbox"][2], record["bbox"][3])
        layer = made.layer(record["id"])
        assert isinstance(layer, PixelLayer)
        if layer.mask:
            box, pixels = layer_rgba(made.source, layer)
            assert record["bbox"] == [box.x, box.y, box.width, box.height]
            assert np.array_equal(np.asarray(image), pixels)
            alpha = np.asarray(image)[..., 3] > 0
            assert alpha.any(axis=1)[[0, -1]].all()
            assert alpha.any(axis=0)[[0, -1]].all()
        else:
            assert not np.asarray(image).any()


def test_source_over_gives_the_documents_picture(tmp_path: Path) -> None:
    manifest, files = written(tmp_path / "x.zip", plain=True)
    theirs = composite(document(plain=True)).astype(float)
    ours = picture_of(manifest, files)
    assert np.abs(ours - theirs).max() <= 1.5


@given(strategies.documents(plain=True))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_source_over_gives_any_hard_picture_exactly(tmp_path_factory: pytest.TempPathFactory, made: Document) -> None:
    made = with_file(made)
    target = tmp_path_factory.mktemp("pack") / "x.zip"
    exports.export(made, target, context=Silent())
    ours = picture_of(*unpacked(target))
    shown = composite(made)
    assert np.array_equal(np.rint(ours[..., 3]), shown[..., 3])
    opaque = shown[..., 3] == 255
    assert np.array_equal(np.rint(ours[opaque]), shown[opaque])
    shutil.rmtree(target.parent)


def test_groups_hand_their_opacity_and_visibility_down(tmp_path: Path) -> None:
    manifest, _ = written(tmp_path / "x.zip")
    records = by_id(manifest)
    assert records["s1"]["opacity"] == 0.25
    assert records["t1"]["opacity"] == 0.5
    assert records["g1"]["opacity"] == 0.5
    assert records["o1"]["opacity"] == 1.0
    assert records["g3"]["visible"] is False
    assert records["o2"]["visible"] is False
    assert records["s2"]["visible"] is False
    assert records["t1"]["visible"] is True


def test_text_and_forms_stand_on_the_canvas(tmp_path: Path) -> None:
    records = by_id(written(tmp_path / "x.zip")[0])
    text = records["t1"]
    assert text["text"] == "Summer\nSäle 夏"
    assert text["lines"] == [
        {"text": "Summer", "bbox": [15, 9, 16, 4], "baseline": 12.5},
        {"text": "Säle 夏", "bbox": [15, 14, 10, 3], "baseline": 17.0},
    ]
    typography = ("font_family", "font_size_px", "weight", "italic", "color", "align", "angle", "line_height_px")
    assert [text[key] for key in typography] == ["Inter", 6.5, 700, False, "#ffffff", "left", 0.0, 5.0]
    shape = records["s1"]["shape"]
    assert (shape["type"], shape["radius"], shape["box"]) == ("rounded_rect", 4.0, [30.0, 5.0, 20.0, 20.0])
    assert shape["stroke"] == {"color": "#000000", "width": 1.5}
    stops = [{"at": 0.0, "color": "#ff8800"}, {"at": 1.0, "color": "#0000ff"}]
    assert shape["fill"] == {"type": "linear", "start": [30.0, 5.0], "end": [50.0, 5.0], "stops": stops}
    path = records["s2"]["shape"]
    assert path["fill"]["type"] == "radial"
    assert path["contours"] == [[[4.0, 36.0], [12.0, 36.0], [8.0, 44.0]]]


def test_a_moved_form_moves_with_all_its_parameters() -> None:
    made = document()
    shape = made.layer("s1")
    moved = replace(made, layers=(replace(shape, offset=Point(100, -7)),))
    record = pack.manifest(moved)["layers"][0]
    assert record["bbox"] == [130, -2, 20, 20]
    assert record["shape"]["box"] == [130.0, -2.0, 20.0, 20.0]
    assert record["shape"]["fill"]["start"] == [130.0, -2.0]
    assert record["shape"]["radius"] == 4.0


def test_invented_pixels_are_counted(tmp_path: Path) -> None:
    records = by_id(written(tmp_path / "x.zip")[0])
    assert records["b1"]["invented_px"] == 20 * 8
    assert records["o1"]["invented_px"] == 0
    assert isinstance(records["b1"]["invented_px"], int)


def test_what_source_over_cannot_show_is_said_before() -> None:
    warnings = " ".join(pack.EXPORTER.plan(document()).warnings)
    assert 'Photo & "logo" <1>' in warnings
    assert "opacity" in warnings
    assert pack.EXPORTER.plan(document(plain=True)).warnings == ()
    items = pack.EXPORTER.plan(document()).items
    assert [(item.layer_id, item.becomes) for item in items][:3] == [("b1", "picture"), ("g1", "group"), ("g2", "group")]


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    written(tmp_path / "a.zip")
    written(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_stamp_is_source_date_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    written(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "now")
    with pytest.raises(LayerDeskError, match="SOURCE_DATE_EPOCH"):
        written(tmp_path / "c.zip")


def test_strange_ids_name_no_strange_files() -> None:
    made = document()
    for bad in ("../../etc/passwd", "CON", "a b", "", "ä"):
        record = pack.manifest(replace(made, layers=(replace(made.layer("o1"), id=bad),)))["layers"][0]
        assert record["id"] == bad
        assert record["file"] == "layers/layer.0.png"


def folder(target: Path) -> dict[str, bytes]:
    return {str(path.relative_to(target)): path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}


def test_a_folder_holds_what_the_zip_holds(tmp_path: Path) -> None:
    manifest, files = written(tmp_path / "x.zip")
    exports.export(document(), f"{tmp_path}/deep/er/pack/", context=Silent())
    found = folder(tmp_path / "deep/er/pack")
    assert json.loads(found.pop("manifest.json")) == manifest
    assert found == files
    assert [path.name for path in (tmp_path / "deep/er").iterdir()] == ["pack"]


def test_an_older_pack_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    target = tmp_path / "pack"
    exports.export(document(), f"{target}/", context=Silent())
    (target / "notes.txt").write_text("mine")
    one = replace(document(), layers=document().layers[:1])
    exports.export(one, f"{target}/", context=Silent())
    assert set(folder(target)) == {"manifest.json", "layers/b1.png", "notes.txt"}
    assert {path.name for path in target.iterdir()} == {"manifest.json", "layers", "notes.txt"}


class StopsAfter:
    """A context that cancels at the n-th check."""

    def __init__(self, checks: int) -> None:
        self.left = checks

    def report(self, fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        assert text

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_a_cancelled_export_leaves_the_older_pack(tmp_path: Path) -> None:
    target = tmp_path / "pack"
    exports.export(document(), f"{target}/", context=Silent())
    before = folder(target)
    for name in ("pack/", "new/", "new.zip"):
        with pytest.raises(Cancelled):
            exports.export(replace(document(), layers=document().layers[:2]), f"{tmp_path}/{name}", context=StopsAfter(3))
    assert folder(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_a_failing_swap_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "pack"
    exports.export(document(), f"{target}/", context=Silent())
    before = folder(target)
    rename = Path.rename

    def failing(self: Path, goal: Path) -> Path:
        if self.name == "manifest.json" and self.parent.parent == target:
            raise OSError(28, "full", str(self))
        return rename(self, goal)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(LayerDeskError, match="full"):
        exports.export(replace(document(), layers=document().layers[:1]), f"{target}/", context=Silent())
    assert folder(target) == before
    assert {path.name for path in target.iterdir()} == {"manifest.json", "layers"}


@pytest.mark.parametrize("content", ['{"generator": "webpack"}', "no json", "[]"])
def test_somebody_elses_folder_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(LayerDeskError, match="no asset pack"):
        exports.export(document(), f"{tmp_path}/", context=Silent())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"manifest.json": content}


def test_group_box_goes_around_its_layers() -> None:
    made = document()
    group = made.layer("g2")
    assert isinstance(group, GroupLayer)
    record = by_id(pack.manifest(made))["g2"]
    box = group.bounds
    assert record["bbox"] == [box.x, box.y, box.width, box.height]
