"""Flat pictures out, read back by Pillow and OpenCV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from format_samples import document, picture, png_bytes, soft_mask
from PIL import Image

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, Provenance
from layerdesk.document.masks import TileMask
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, flat
from layerdesk.formats.images import decode
from layerdesk.layering.protocols import Silent


def see_through() -> Document:
    made = document()
    return replace(made, layers=(replace(made.layer("b1"), mask=soft_mask(Rect(5, 5, 50, 40)), own=None),))


def wide(width: int, height: int) -> Document:
    image = decode(png_bytes(picture(width, height)), "x.png")
    layer = BackgroundLayer(
        id="b1", name="Background", provenance=Provenance(stage="hand", engine="-"), mask=TileMask.from_rect(image.size.rect)
    )
    return Document(source=image, layers=(layer,))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
@pytest.mark.parametrize("make", [document, see_through])
def test_lossless(tmp_path: Path, suffix: str, make: object) -> None:
    made = make()  # type: ignore[operator]
    target = tmp_path / f"x{suffix}"
    exports.export(made, target, context=Silent())
    expected = composite(made)
    read = cv2.cvtColor(
        cv2.imread(str(target), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA if make is see_through else cv2.COLOR_BGR2RGBA
    )
    assert np.array_equal(read, expected)
    first = target.read_bytes()
    exports.export(made, target, context=Silent())
    assert target.read_bytes() == first


def test_png_keeps_the_resolution(tmp_path: Path) -> None:
    exports.export(document(), tmp_path / "x.png", context=Silent())
    with Image.open(tmp_path / "x.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.mode == "RGB"


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".JPG"])
def test_jpeg_lies_on_white(tmp_path: Path, suffix: str) -> None:
    made = replace(document(), layers=())
    exports.export(made, tmp_path / f"x{suffix}", context=Silent())
    with Image.open(tmp_path / f"x{suffix}") as image:
        assert image.format == "JPEG"
        assert np.asarray(image).min() == 255


def test_jpeg_is_near(tmp_path: Path) -> None:
    smooth = np.stack([*np.meshgrid(np.arange(0, 200, 2), np.arange(0, 160, 2)), np.full((80, 100), 90)], axis=2).astype(np.uint8)
    image = decode(png_bytes(smooth), "x.png")
    made = replace(wide(100, 80), source=image)
    exports.export(made, tmp_path / "x.jpg", context=Silent())
    with Image.open(tmp_path / "x.jpg") as read:
        assert np.abs(np.asarray(read).astype(int) - smooth).max() <= 6
        assert read.info["dpi"] == (96, 96)


def test_sides_that_a_format_does_not_hold(tmp_path: Path) -> None:
    made = wide(30_000, 10)
    for suffix in (".png", ".jpg"):
        exports.export(made, tmp_path / f"x{suffix}", context=Silent())
        with Image.open(tmp_path / f"x{suffix}") as image:
            assert image.size == (30_000, 10)
    assert "16383" in flat.WEBP.plan(made).warnings[0]
    (tmp_path / "x.webp").write_bytes(b"older")
    with pytest.raises(LayerDeskError, match="use PNG"):
        exports.export(made, tmp_path / "x.webp", context=Silent())
    assert (tmp_path / "x.webp").read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.jpg", "x.png", "x.webp"]


def test_one_pixel(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".webp", ".ora", ".zip", ".layerdesk"):
        exports.export(wide(1, 1), tmp_path / f"x{suffix}", context=Silent())
    assert len(list(tmp_path.iterdir())) == 6
