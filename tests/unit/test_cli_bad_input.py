"""What bad input gets on the command line: one clear sentence, status 1, nothing lost."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Call, Seen, a_poster, caller, failed, fake_layering
from format_samples import document, picture, png_bytes
from PIL import Image, ImageCms
from test_formats_images import encoded, header_of, sixteen_bit_png, wide_profile

from layerdesk.formats import project
from layerdesk.layering.protocols import JobContext


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Seen:
    return fake_layering(monkeypatch)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    return a_poster(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello, I am a text", "not a picture"),
        (b"%PDF-1.7 ...", "not a picture"),
        (png_bytes(picture())[:3000], "cut short"),
        (png_bytes(picture())[:-4], "cut short"),
        (header_of(20_000, 10_000), "200.0 megapixels"),
    ],
    ids=["empty", "text", "PDF", "cut short", "cut at its end", "bomb"],
)
@pytest.mark.usefixtures("fake")
def test_bad_pictures(call: Call, poster: Path, tmp_path: Path, content: bytes, said: str) -> None:
    poster.write_bytes(content)
    (tmp_path / "x.psd").write_bytes(b"older")
    sentence = failed(call("layer", poster, "-o", tmp_path / "x.psd", "-o", tmp_path / "y.png"))
    assert said in sentence
    assert poster.name in sentence
    assert (tmp_path / "x.psd").read_bytes() == b"older"
    assert {path.name for path in tmp_path.iterdir()} == {"in", "x.psd"}


@pytest.mark.usefixtures("fake")
def test_places_that_are_no_picture(call: Call, poster: Path, tmp_path: Path) -> None:
    assert "does not exist" in failed(call("layer", tmp_path / "missing.png", "-o", tmp_path / "x.png"))
    assert "is a folder" in failed(call("layer", tmp_path, "-o", tmp_path / "x.png"))
    assert "layerdesk export" in failed(call("layer", tmp_path / "p.layerdesk", "-o", tmp_path / "x.png"))
    assert "does not exist" in failed(call("layer", poster / "below.png", "-o", tmp_path / "x.png"))


@pytest.mark.usefixtures("fake")
def test_the_limit_on_size(call: Call, poster: Path, tmp_path: Path, layerdesk_home: Path) -> None:
    assert call("layer", poster, "-o", tmp_path / "x.png", "--max-megapixels", "0.0031").status == 0
    assert "limit" in failed(call("layer", poster, "-o", tmp_path / "x.png", "--max-megapixels", "0.003"))
    big = tmp_path / "big.png"
    big.write_bytes(png_bytes(np.zeros((1000, 1100), np.uint8)))
    assert call("layer", big, "-o", tmp_path / "x.png", "--quiet").status == 0
    from layerdesk.app import settings

    settings.save(settings.from_json({"max_pixels": 1_000_000, "recipe": {"ocr": "tesseract"}}))
    assert list(layerdesk_home.rglob("settings.json"))
    assert "limit of 1;" in failed(call("layer", big, "-o", tmp_path / "x.png"))


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(Image.fromarray(picture(40, 20)), "JPEG", exif=exif)


def animated() -> bytes:
    frames = [Image.new("RGB", (6, 4), colour) for colour in ("#ff0000", "#00ff00")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("content", "size", "said"),
    [
        (png_bytes(picture(1, 1)), (1, 1), "nothing was found"),
        (png_bytes(picture(30_000, 10)), (30_000, 10), "nothing was found"),
        (sixteen_bit_png(np.full((5, 6), 40_000, np.uint16)), (6, 5), "16 bits a channel were reduced to 8"),
        (png_bytes(picture()[..., 0]), (64, 48), "nothing was found"),
        (encoded(Image.fromarray(picture()).quantize(16), "PNG"), (64, 48), "nothing was found"),
        (encoded(Image.new("CMYK", (8, 9), (0, 255, 255, 0)), "JPEG"), (8, 9), "CMYK"),
        (png_bytes(picture(channels=4)), (64, 48), "nothing was found"),
        (turned(), (20, 40), "turned upright"),
        (png_bytes(picture(), icc_profile=wide_profile()), (64, 48), "embedded profile"),
        (
            png_bytes(picture(), icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
            (64, 48),
            "nothing",
        ),
        (animated(), (6, 4), "an animation of 2 frames; the first one is used"),
        (encoded(Image.fromarray(picture()), "BMP"), (64, 48), "nothing was found"),
        (encoded(Image.fromarray(picture()), "WEBP"), (64, 48), "nothing was found"),
    ],
    ids=[
        "one pixel",
        "30000 x 10",
        "16 bits",
        "grey",
        "palette",
        "CMYK",
        "alpha",
        "EXIF",
        "a profile",
        "sRGB's profile",
        "animated",
        "BMP",
        "WebP",
    ],
)
@pytest.mark.usefixtures("fake")
def test_pictures_of_every_kind(
    call: Call, poster: Path, tmp_path: Path, content: bytes, size: tuple[int, int], said: str
) -> None:
    poster.write_bytes(content)
    targets = [tmp_path / f"x{suffix}" for suffix in (".png", ".zip", ".layerdesk")]
    done = call("layer", poster, *[word for target in targets for word in ("-o", target)], "--json")
    assert done.status == 0, done
    report = json.loads(done.out)
    assert (report["width"], report["height"]) == size
    assert said in " ".join(report["warnings"])
    with Image.open(targets[0]) as image:
        assert image.size == size
    assert project.load(targets[2]).size.width == size[0]


@pytest.mark.usefixtures("fake")
def test_targets_that_cannot_be_written(call: Call, poster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.png").mkdir()
    assert "not a folder" in failed(call("layer", poster, "-o", tmp_path / "file/x.png"))
    assert "not a folder" in failed(call("layer", poster, "-o", f"{tmp_path}/file/"))
    assert "folder of that name" in failed(call("layer", poster, "-o", tmp_path / "folder.png"))
    assert "too long" in failed(call("layer", poster, "-o", tmp_path / f"{'x' * 300}.png"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # noqa: ARG005 root may write everywhere
    assert "permission" in failed(call("layer", poster, "-o", tmp_path / "x.png"))
    assert {path.name for path in tmp_path.iterdir()} == {"in", "file", "folder.png"}


@pytest.mark.usefixtures("fake")
def test_a_full_disk_spoils_one_output_and_not_the_others(
    call: Call, poster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerdesk.formats.ora import OraExporter

    def full(self: object, plan: object, target: Path, *, context: JobContext) -> None:
        del self, plan, context
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(OraExporter, "write", full)
    (tmp_path / "x.ora").write_bytes(b"older")
    sentence = failed(call("layer", poster, "-o", tmp_path / "x.ora", "-o", tmp_path / "x.png", "--quiet"))
    assert "the disk is full" in sentence
    assert (tmp_path / "x.ora").read_bytes() == b"older"
    assert {path.name for path in tmp_path.iterdir()} == {"in", "x.ora", "x.png"}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: b"", "is empty"),  # noqa: ARG005
        (lambda data: b"hello", "not a LayerDesk project"),  # noqa: ARG005
        (lambda data: data.replace(b"mimetype", b"mimetyqe"), "not a LayerDesk project"),
    ],
)
def test_damaged_projects(call: Call, tmp_path: Path, damage: Callable[[bytes], bytes], said: str) -> None:
    path = tmp_path / "p.layerdesk"
    project.save(document(), path)
    path.write_bytes(damage(path.read_bytes()))
    assert said in failed(call("export", path, "-o", tmp_path / "x.psd"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.layerdesk"]


def test_a_project_with_a_wrong_type_inside(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "p.layerdesk"
    project.save(document(), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["document.json"] = members["document.json"].replace(b'"opacity": 0.5', b'"opacity": "half"', 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    sentence = failed(call("export", path, "-o", tmp_path / "x.psd"))
    assert (
        sentence
        == "p.layerdesk is damaged: opacity of layer 'g1' is \"half\", not a number from 0 to 1; open an older copy of it"
    )
