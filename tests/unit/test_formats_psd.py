"""Photoshop files: checked byte by byte by a reader of our own, and read back by psd-tools."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from format_samples import MADE, document, own_pixels, png_bytes, soft_mask, source
from PIL import Image, ImageCms
from psd_invariants import read_structure
from psd_reading import merged_picture, named, picture, plane, structure, write
from psd_tools import PSDImage
from psd_tools.api.layers import Group, TypeLayer

from layerdesk.document.composite import composite, layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import (
    BackgroundLayer,
    GroupLayer,
    Layer,
    ObjectLayer,
    ShapeLayer,
    TextLayer,
    walk,
)
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, psd_file
from layerdesk.formats.images import decode
from layerdesk.formats.psd import EXPORTER, PSB_EXPORTER, PhotoshopExporter
from layerdesk.layering.protocols import Cancelled, Silent

BOTH = pytest.mark.parametrize("exporter", [EXPORTER, PSB_EXPORTER], ids=["psd", "psb"])


def only(layer: Layer, *, image: str = "x.png") -> Document:
    return Document(source=source(name=image), layers=(layer,))


def photo(mask: TileMask, **options: object) -> ObjectLayer:
    return ObjectLayer(**{"id": "o1", "name": "Photo", "provenance": MADE, "mask": mask, **options})


def expected_names(layers: tuple[Layer, ...]) -> list[str]:
    """Names of the records, bottom to top."""
    found: list[str] = []
    for layer in layers:
        found += ["</Layer group>", *expected_names(layer.children)] if isinstance(layer, GroupLayer) else []
        found.append(layer.name)
    return found


@BOTH
def test_the_tree_stands_in_the_file_as_it_is(tmp_path: Path, exporter: PhotoshopExporter) -> None:
    made = document()
    found = structure(made, tmp_path, exporter)
    assert found.version == exporter.version
    assert (found.width, found.height) == (64, 48)
    assert [record.name for record in found.records] == expected_names(made.layers)
    assert [record.layer_id for record in found.records] == list(range(1, 14))
    card = named(found, "Card")
    assert (card.divider, card.blend, card.opacity) == (1, b"scrn", 128)
    assert named(found, "Inner").blend == b"pass"
    assert named(found, 'Photo & "logo" <1>').blend == b"mul "
    assert named(found, "Rounded rectangle, #ff8800").opacity == 128
    hidden = {record.name for record in found.records if record.flags & 2}
    assert hidden == {"Path", "Hidden"}
    locked = {record.name for record in found.records if record.blocks[b"lspf"] == b"\x80\0\0\0"}
    assert locked == {"Path"}
    assert {record.name for record in found.records if b"TySh" in record.blocks} == {"Summer"}
    assert {record.name for record in found.records if b"vogk" in record.blocks} == {"Rounded rectangle, #ff8800"}
    assert {record.name for record in found.records if {b"vmsk", b"vsms"} & record.blocks.keys()} == {
        "Rounded rectangle, #ff8800"
    }
    assert {record.name for record in found.records if record.mask} == {'Photo & "logo" <1>', "Path", "Ghost", "Nothing"}


@BOTH
def test_the_merged_picture_is_the_composite(tmp_path: Path, exporter: PhotoshopExporter) -> None:
    made = document()
    found = structure(made, tmp_path, exporter)
    assert not found.transparency
    assert np.array_equal(merged_picture(found), composite(made)[..., :3])
    opened = PSDImage.open(tmp_path / f"x{exporter.suffixes[0]}")
    assert np.array_equal(np.asarray(opened.topil().convert("RGB")), composite(made)[..., :3])


def test_psd_tools_paints_the_same_picture_from_the_layers(tmp_path: Path) -> None:
    made = document(plain=True)
    made = replace(made, layers=tuple(layer for layer in made.layers if layer.id != "g1"))
    opened = PSDImage.open(write(made, tmp_path))
    painted = np.asarray(opened.composite(ignore_preview=True).convert("RGB")).astype(int)
    assert np.abs(painted - composite(made)[..., :3]).max() <= 1


def test_an_object_keeps_full_pixels_under_its_mask(tmp_path: Path) -> None:
    image = decode(png_bytes(np.random.default_rng(5).integers(0, 256, (300, 400, 3), dtype=np.uint8)), "x.png")
    mask = soft_mask(Rect(150, 20, 30, 40))
    made = Document(source=image, layers=(photo(mask, own=own_pixels(Rect(160, 30, 10, 10))),))
    (record,) = structure(made, tmp_path).records
    assert record.mask == (20, 150, 60, 180)
    assert record.rect == (0, 86, 124, 244)
    assert np.array_equal(plane(record, -2), mask.to_array(Rect(150, 20, 30, 40)))
    shown = picture(record)
    assert shown[..., 3].min() == 255
    bare = replace(made.layers[0], mask=TileMask.from_rect(image.size.rect))
    assert np.array_equal(shown, layer_rgba(image, bare, rect=Rect(86, 0, 158, 124))[1])
    beside = shown[:, :60, :3]
    assert np.array_equal(beside, image.pixels[0:124, 86:146, :3])


def test_a_moved_object_reaches_over_the_edge(tmp_path: Path) -> None:
    made = only(photo(TileMask.from_rect(Rect(0, 0, 20, 10)), offset=Point(-15, 44)))
    (record,) = structure(made, tmp_path).records
    assert record.mask == (44, -15, 54, 5)
    # The source starts at the layer's offset: above it and right of its moved edge there is nothing to keep.
    assert record.rect == (44, -15, 54, 49)
    assert plane(record, -1)[:4].min() == 255
    assert np.array_equal(picture(record)[..., :3], made.source.pixels[:10, :, :3])


def test_an_object_without_pixels_is_an_empty_layer(tmp_path: Path) -> None:
    (record,) = structure(only(photo(NO_MASK)), tmp_path).records
    assert record.rect == record.mask == (0, 0, 0, 0)
    assert set(record.channels.values()) == {b""}


def test_text_and_shape_show_their_pixels_as_they_look(tmp_path: Path) -> None:
    made = document()
    found = structure(made, tmp_path)
    for layer_id in ("t1", "s1"):
        layer = made.layer(layer_id)
        assert isinstance(layer, TextLayer | ShapeLayer)
        rect, pixels = layer_rgba(made.source, layer)
        record = named(found, layer.name)
        assert record.rect == (rect.y, rect.x, rect.bottom, rect.right)
        assert np.array_equal(picture(record), pixels)


def test_a_background_has_a_mask_only_where_it_says_something(tmp_path: Path) -> None:
    whole = BackgroundLayer(id="b1", name="Background", provenance=MADE, mask=TileMask.from_rect(Rect(0, 0, 64, 48)))
    (record,) = structure(only(whole), tmp_path).records
    assert (record.mask, record.rect) == (None, (0, 0, 48, 64))
    part = replace(whole, mask=TileMask.from_rect(Rect(0, 0, 60, 48)))
    (record,) = structure(only(part), tmp_path).records
    assert (record.mask, record.rect) == ((0, 0, 48, 60), (0, 0, 48, 64))
    soft = replace(whole, mask=soft_mask(Rect(0, 0, 64, 48)))
    (record,) = structure(only(soft), tmp_path).records
    assert record.mask == (0, 0, 48, 64)


def test_transparency_is_told_from_a_saved_selection(tmp_path: Path) -> None:
    made = only(photo(soft_mask(Rect(10, 10, 30, 20))))
    found = structure(made, tmp_path)
    assert found.transparency
    shown, whole = merged_picture(found).astype(int), composite(made).astype(int)
    assert np.array_equal(shown[..., 3], whole[..., 3])
    alpha = whole[..., 3:] / 255
    assert np.abs(shown[..., :3] - (whole[..., :3] * alpha + 255 * (1 - alpha))).max() <= 0.5
    opened = np.asarray(PSDImage.open(tmp_path / "x.psd").topil()).astype(int)
    seen = whole[..., 3] > 128
    assert np.abs(opened - whole)[seen].max() <= 2


def test_a_document_without_layers_is_a_white_picture(tmp_path: Path) -> None:
    made = Document(source=source(), layers=())
    found = structure(made, tmp_path)
    assert (found.records, found.transparency) == ([], False)
    assert merged_picture(found).min() == 255
    assert "no layers" in EXPORTER.plan(made).warnings[0]


def test_names_of_every_kind(tmp_path: Path) -> None:
    odd = ["", "夏のセール", "🎉" * 40, "a/b\\c", "x" * 400, "é" * 300, "שלום", "l1\nl2\x00", "\ud800", "</Layer group>"]
    layers = tuple(photo(NO_MASK, id=f"o{number}", name=name) for number, name in enumerate(odd))
    found = structure(Document(source=source(), layers=layers), tmp_path)
    assert [record.name for record in found.records] == [*odd[:7], "l1 l2 ", "?", odd[9]]
    opened = PSDImage.open(tmp_path / "x.psd")
    assert [layer.name for layer in opened][:7] == odd[:7]


def test_psd_tools_reads_text_masks_and_groups(tmp_path: Path) -> None:
    made = document()
    opened = PSDImage.open(write(made, tmp_path))
    assert [layer.name for layer in opened] == [layer.name for layer in made.layers]
    (text,) = [layer for layer in opened.descendants() if isinstance(layer, TypeLayer)]
    assert text.text == "Summer\rSäle 夏"
    assert text.resource_dict["FontSet"][0]["Name"] == "Inter-Bold"
    shadow = next(layer for layer in opened.descendants() if layer.name == "Ghost")
    assert np.array_equal(np.asarray(shadow.mask.topil()), made.layer("o2").mask.to_array(Rect(0, 0, 9, 9)))
    groups = [layer.name for layer in opened.descendants() if isinstance(layer, Group)]
    assert groups == ["Card", "Inner", "Hidden"]


def test_resolution_profile_and_thumbnail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = structure(document(), tmp_path).resources
    assert struct.unpack(">IHHIHH", found[1005]) == (300 << 16, 1, 1, 300 << 16, 1, 1)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(found[1039]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert struct.unpack(">6H", found[1039][24:36]) == (1980, 1, 1, 0, 0, 0)
    assert found[1057][4] == 1
    assert Image.open(io.BytesIO(found[1036][28:])).size == (64, 48)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert struct.unpack(">H", structure(document(), tmp_path).resources[1039][24:26]) == (2023,)


@pytest.mark.parametrize("dpi", [0.0, -5.0, float("nan"), 1e9])
def test_a_resolution_out_of_bounds_becomes_72(tmp_path: Path, dpi: float) -> None:
    made = document()
    found = structure(replace(made, source=replace(made.source, dpi=dpi)), tmp_path).resources
    assert struct.unpack(">I", found[1005][:4]) == (72 << 16,)


@BOTH
def test_the_same_document_gives_the_same_bytes(tmp_path: Path, exporter: PhotoshopExporter) -> None:
    first = write(document(), tmp_path, exporter).read_bytes()
    assert write(document(), tmp_path, exporter).read_bytes() == first


def long_document(width: int, height: int) -> Document:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, ::7] = 200
    image = decode(png_bytes(pixels), "long.png")
    return Document(source=image, layers=(photo(TileMask.from_rect(Rect(0, 0, width, height))),))


def test_the_largest_psd(tmp_path: Path) -> None:
    found = structure(long_document(30_000, 10), tmp_path)
    assert (found.width, len(found.records)) == (30_000, 1)
    found = structure(long_document(10, 30_000), tmp_path)
    assert np.array_equal(merged_picture(found)[0, :, 0], np.array([200, 0, 0, 0, 0, 0, 0, 200, 0, 0]))


def test_a_larger_picture_needs_psb(tmp_path: Path) -> None:
    made = long_document(30_001, 2)
    with pytest.raises(LayerDeskError, match=r"30001 x 2 pixels.*at most 30000 a side.*\.psb"):
        write(made, tmp_path)
    assert not (tmp_path / "x.psd").exists()
    assert "cannot be exported" in EXPORTER.plan(made).warnings[0]
    assert structure(made, tmp_path, PSB_EXPORTER).width == 30_001


def test_a_psd_beyond_two_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psd_file, "MAX_PSD_BYTES", 10_000)
    with pytest.raises(LayerDeskError, match=r"2 GB.*\.psb"):
        write(document(), tmp_path)
    write(document(), tmp_path, PSB_EXPORTER)


def test_too_many_layers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psd_file, "MAX_RECORDS", 12)
    with pytest.raises(LayerDeskError, match="at most 12 layers"):
        write(document(), tmp_path)


def test_it_stops_between_layers(tmp_path: Path) -> None:
    class Impatient(Silent):
        calls = 0

        def check(self) -> None:
            self.calls += 1
            if self.calls > 4:
                raise Cancelled

    made, context = document(), Impatient()
    with pytest.raises(Cancelled):
        EXPORTER.write(EXPORTER.plan(made), tmp_path / "x.psd", context=context)
    assert context.calls == 5


def test_the_plan_says_what_becomes_what() -> None:
    plan = EXPORTER.plan(document())
    assert {item.layer_id: item.becomes for item in plan.items} == {
        "b1": "picture", "g1": "group", "g2": "group", "s1": "shape", "t1": "live text",
        "s2": "picture with mask", "o1": "picture with mask",
        "g3": "group", "o2": "picture with mask", "o3": "picture with mask",
    }  # fmt: skip
    assert plan.format == "Photoshop document"
    assert any("press Update" in warning for warning in plan.warnings)
    assert any("Inter-Bold" in warning for warning in plan.warnings)
    assert any("Path" in warning for warning in plan.warnings)


def test_text_without_characters_is_a_picture(tmp_path: Path) -> None:
    line = TextLine(text=" \n", rect=Rect(4, 4, 9, 9), baseline=12)
    text = TextLayer(
        id="t1",
        name="Blank",
        provenance=MADE,
        mask=soft_mask(Rect(4, 4, 9, 9)),
        block=TextBlock(lines=(line,), style=TextStyle()),
    )
    plan = EXPORTER.plan(only(text))
    assert plan.items[0].becomes == "picture with mask"
    assert any("Blank" in warning for warning in plan.warnings)
    (record,) = structure(only(text), tmp_path).records
    assert b"TySh" not in record.blocks
    assert record.mask == (4, 4, 13, 13)


def test_a_fill_that_no_longer_fits_is_told_about() -> None:
    made = document()
    background = replace(made.layers[0], stale=True)
    assert any("heal" in warning and "Background" in warning for warning in EXPORTER.plan(only(background)).warnings)
    assert not any("heal" in warning for warning in EXPORTER.plan(made).warnings)


def test_tall_pictures_are_flattened_in_bands(tmp_path: Path) -> None:
    image = decode(png_bytes(np.random.default_rng(4).integers(0, 256, (600, 30, 3), dtype=np.uint8)), "tall.png")
    layers = (
        photo(TileMask.from_rect(Rect(0, 0, 30, 600))),
        photo(soft_mask(Rect(3, 200, 20, 120)), id="o2", offset=Point(5, 90)),
    )
    made = Document(source=image, layers=layers)
    assert np.array_equal(merged_picture(structure(made, tmp_path)), composite(made)[..., :3])


def test_justified_text_is_told_about() -> None:
    line = TextLine(text="x", rect=Rect(4, 4, 9, 9), baseline=12)
    block = TextBlock(lines=(line,), style=TextStyle(align="justify"))
    text = TextLayer(id="t1", name="T", provenance=MADE, mask=NO_MASK, block=block)
    assert any("Justified" in warning for warning in EXPORTER.plan(only(text)).warnings)


@pytest.mark.parametrize("suffix", [".psd", ".psb"])
def test_exports_finds_it(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"海报 x{suffix}"
    exports.export(document(), target, context=Silent())
    assert read_structure(target.read_bytes()).version == (1 if suffix == ".psd" else 2)


def test_three_hundred_layers(tmp_path: Path) -> None:
    layers = tuple(photo(TileMask.from_rect(Rect(number % 60, 3, 2, 2)), id=f"o{number}") for number in range(300))
    assert len(structure(Document(source=source(), layers=layers), tmp_path).records) == 300
    assert len(list(walk(layers))) == 300


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data.replace(b"luni", b"lunj", 1), lambda data: b"9" + data[1:]]
)
def test_the_checker_finds_damage(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    data = write(document(), tmp_path).read_bytes()
    read_structure(data)
    with pytest.raises(AssertionError):
        read_structure(damage(data))
