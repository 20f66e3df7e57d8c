"""OpenRaster, read back by pyora and by hand."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyora
from format_samples import document
from PIL import Image

from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document
from layerdesk.formats import exports, ora
from layerdesk.layering.protocols import Silent


def written(tmp_path: Path, made: Document) -> Path:
    target = tmp_path / "x.ora"
    exports.export(made, target, context=Silent())
    return target


def test_the_archive_is_laid_out_as_the_format_asks(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, document())) as archive:
        names = archive.namelist()
        assert names[:2] == ["mimetype", "stack.xml"]
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        assert archive.read("mimetype") == b"image/openraster"
        assert names[-2:] == ["mergedimage.png", "Thumbnails/thumbnail.png"]
        image = ElementTree.fromstring(archive.read("stack.xml"))
        assert {key: image.get(key) for key in ("w", "h", "xres", "version")} == {
            "w": "64",
            "h": "48",
            "xres": "300",
            "version": "0.0.6",
        }
        merged = np.asarray(Image.open(io.BytesIO(archive.read("mergedimage.png"))))
        assert np.array_equal(merged, composite(document()))
        assert max(Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size) <= 256


def shape_of(stack: ElementTree.Element) -> list[object]:
    return [(node.get("name"), shape_of(node)) if node.tag == "stack" else node.get("name") for node in stack]


def test_groups_nest_and_the_topmost_comes_first(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, document())) as archive:
        image = ElementTree.fromstring(archive.read("stack.xml"))
    (root,) = image
    assert shape_of(root) == [
        "Nothing",
        ("Hidden", ["Ghost"]),
        'Photo & "logo" <1>',
        ("Card", ["Path", ("Inner", ["Summer", "Rounded rectangle, #ff8800"])]),
        "Background",
    ]
    nodes = {node.get("name"): node for node in root.iter() if node.get("name")}
    assert nodes["Card"].get("composite-op") == "svg:screen"
    assert float(nodes["Card"].get("opacity", "")) == 0.5
    assert nodes["Hidden"].get("visibility") == "hidden"
    assert nodes["Path"].get("edit-locked") == "true"


def test_pyora_reads_the_same_layers(tmp_path: Path) -> None:
    made = document()
    project = pyora.Project.load(str(written(tmp_path, made)))
    assert project.dimensions == (64, 48)
    read = {layer.name: layer for layer in project.children_recursive if layer.type == pyora.TYPE_LAYER}
    assert len(read) == 7
    for layer in made.leaves():
        theirs = read[layer.name]
        assert theirs.opacity == layer.opacity
        assert theirs.visible == layer.visible
        if layer.mask:
            box, pixels = layer_rgba(made.source, layer)
            assert theirs.offsets == (box.x, box.y)
            assert np.array_equal(np.asarray(theirs.get_image_data(raw=True)), pixels)
    groups = {group.name: group for group in project.children_recursive if group.type == pyora.TYPE_GROUP}
    assert set(groups) == {"Card", "Inner", "Hidden"}


def test_pyora_renders_the_same_picture(tmp_path: Path) -> None:
    made = document(plain=True)
    project = pyora.Project.load(str(written(tmp_path, made)))
    theirs = np.asarray(project.get_image_data(use_original=False).convert("RGBA")).astype(int)
    ours = composite(made).astype(int)
    assert np.abs(theirs - ours).max() <= 2


def test_names_that_xml_cannot_hold(tmp_path: Path) -> None:
    made = document()
    strange = replace(made, layers=(replace(made.layer("o1"), name="bell\x07 \ud800 <&> 夏"),))
    with zipfile.ZipFile(written(tmp_path, strange)) as archive:
        image = ElementTree.fromstring(archive.read("stack.xml"))
    (layer,) = image.iter("layer")
    assert layer.get("name") == "bell  <&> 夏"


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    first = written(tmp_path, document()).read_bytes()
    assert written(tmp_path, document()).read_bytes() == first


def test_the_plan_says_that_text_and_shapes_become_pictures() -> None:
    plan = ora.EXPORTER.plan(document())
    assert plan.warnings == ("3 text and shape layers become pictures; OpenRaster holds nothing else.",)
    only = replace(document(), layers=document().layers[:1])
    assert ora.EXPORTER.plan(only).warnings == ()
