"""Pictures that come in: pixels kept, colours converted, bad files refused in one sentence."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from format_samples import digest, picture, png_bytes
from numpy.typing import NDArray
from PIL import Image, ImageCms

from layerdesk.errors import LayerDeskError
from layerdesk.formats.images import decode, open_image


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def refused(data: bytes, **options: int) -> str:
    with pytest.raises(LayerDeskError) as caught:
        decode(data, "x.png", **options)
    sentence = str(caught.value)
    assert "x.png" in sentence
    assert "\n" not in sentence
    assert "Error" not in sentence
    return sentence


@pytest.mark.parametrize(("file_format", "options"), [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("WEBP", {"lossless": True})])
def test_lossless_rgb_is_bit_identical(file_format: str, options: dict[str, object]) -> None:
    pixels = picture()
    image = decode(encoded(Image.fromarray(pixels), file_format, **options), "x")
    assert np.array_equal(image.pixels[..., :3], pixels)
    assert (image.pixels[..., 3] == 255).all()
    assert image.notes == ()
    assert image.dpi == 96.0
    assert image.icc_profile is None


@pytest.mark.parametrize(("file_format", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True, "exact": True})])
def test_alpha_is_kept_straight(file_format: str, options: dict[str, object]) -> None:
    pixels = picture(channels=4)
    image = decode(encoded(Image.fromarray(pixels), file_format, **options), "x")
    assert np.array_equal(image.pixels, pixels)


def test_it_keeps_the_file_and_is_read_only() -> None:
    data = png_bytes(picture(), dpi=(300, 300))
    image = decode(data, "x.png")
    assert image.data == data
    assert image.sha256 == digest(data)
    assert image.dpi == 300.0
    assert (image.size.width, image.size.height) == (64, 48)
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0] = 0


def test_grey_palette_and_two_colours() -> None:
    grey = picture()[..., 0]
    assert np.array_equal(decode(encoded(Image.fromarray(grey), "PNG"), "x").pixels[..., 1], grey)
    palette = Image.fromarray(picture()).quantize(16)
    made = decode(encoded(palette, "PNG"), "x")
    assert np.array_equal(made.pixels[..., :3], np.asarray(palette.convert("RGB")))
    two = Image.fromarray(grey > 100)
    assert np.array_equal(decode(encoded(two, "PNG"), "x").pixels[..., 0] == 255, grey > 100)


def test_a_see_through_colour_becomes_alpha() -> None:
    grey = np.array([[10, 20], [20, 10]], np.uint8)
    for data in (
        encoded(Image.fromarray(grey), "PNG", transparency=20),
        encoded(Image.fromarray(np.stack([grey] * 3, axis=2)), "PNG", transparency=(20, 20, 20)),
    ):
        made = decode(data, "x")
        assert made.pixels[..., 3].tolist() == [[255, 0], [0, 255]]
        assert made.pixels[..., 0].tolist() == grey.tolist()
    palette = Image.fromarray(grey).convert("P")
    made = decode(encoded(palette, "PNG", transparency=bytes([255] * 20 + [40])), "x")
    assert made.pixels[..., 3].tolist() == [[255, 40], [40, 255]]
    both = decode(encoded(Image.merge("LA", (Image.fromarray(grey), Image.fromarray(255 - grey))), "PNG"), "x")
    assert both.pixels.tolist() == [[[v, v, v, 255 - v] for v in row] for row in grey.tolist()]


def sixteen_bit_png(values: NDArray[np.uint16]) -> bytes:
    done, data = cv2.imencode(".png", values)
    assert done
    return data.tobytes()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_scaled_not_clipped(channels: int) -> None:
    values = np.random.default_rng(5).integers(0, 65536, (9, 7, channels), dtype=np.uint16)
    values[0, 0] = 0
    values[-1, -1] = 65535
    made = decode(sixteen_bit_png(values[..., 0] if channels == 1 else values), "x")
    expected = np.round(values / 257.0)
    if channels == 1:
        expected = np.concatenate([expected] * 3, axis=2)
    elif channels >= 3:
        expected = expected[..., [2, 1, 0, *range(3, channels)]]
    assert np.abs(made.pixels[..., : expected.shape[2]] - expected).max() <= 1
    assert made.pixels[0, 0, 0] == 0
    assert made.pixels[-1, -1, 0] == 255
    assert made.notes == ("Its 16 bits a channel were reduced to 8.",)


def test_sixteen_bit_tiff() -> None:
    values = np.array([[0, 32768, 65535]], np.uint16)
    made = decode(encoded(Image.fromarray(values), "TIFF"), "x")
    assert made.pixels[0, :, 0].tolist() == [0, 128, 255]
    assert made.notes == ("Its 16 bits a channel were reduced to 8.",)


@pytest.mark.parametrize(
    ("values", "expected"), [([0.0, 0.5, 1.0], [0, 128, 255]), ([0.0, 100.0, 255.0], [0, 100, 255]), ([-1, 0, 3], [0, 64, 255])]
)
def test_float_tiff(values: list[float], expected: list[int]) -> None:
    made = decode(encoded(Image.fromarray(np.array([values], np.float32)), "TIFF"), "x")
    assert made.pixels[0, :, 0].tolist() == expected
    assert "floating-point" in " ".join(made.notes)


def test_cmyk_without_a_profile_is_converted_plainly() -> None:
    flat = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    made = decode(encoded(flat, "TIFF"), "x")
    assert made.pixels[4, 4].tolist() == [255, 0, 0, 255]
    assert "CMYK" in made.notes[0]
    jpeg = decode(encoded(flat, "JPEG", quality=100), "x")
    assert np.abs(jpeg.pixels[4, 4].astype(int) - [255, 0, 0, 255]).max() <= 3


def cmyk_profile() -> bytes:
    """A printer's profile of one lookup table that takes every ink to the same green."""

    def text(kind: bytes, words: bytes) -> bytes:
        return (
            kind + bytes(4) + (struct.pack(">I", len(words) + 1) + words + bytes(1 + 78) if kind == b"desc" else words + bytes(1))
        )

    ramp = bytes(range(256))
    lab_green = bytes([224, 128 - 79, 128 + 80])
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table += ramp * 4 + lab_green * 16 + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    bodies = {b"desc": text(b"desc", b"All green"), b"cprt": text(b"text", b"none"), b"wtpt": white, b"A2B0": table}
    position, entries, data = 128 + 4 + 12 * len(bodies), b"", b""
    for name, body in bodies.items():
        padded = body + bytes(-len(body) % 4)
        entries += name + struct.pack(">II", position + len(data), len(body))
        data += padded
    head = struct.pack(">I", position + len(data)) + b"lcms" + struct.pack(">I", 0x02100000) + b"prtrCMYKLab "
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(bodies)) + entries + data


def test_cmyk_goes_through_its_embedded_profile() -> None:
    profile = cmyk_profile()
    made = decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF", icc_profile=profile), "x")
    red, green, blue, alpha = (int(value) for value in made.pixels[4, 4])
    assert green > 200
    assert max(red, blue) < 90
    assert alpha == 255
    assert made.notes == ("Its colours were converted from the embedded profile (All green) to sRGB.",)
    assert made.icc_profile == profile


def wide_profile() -> bytes:
    """An RGB profile whose primaries are not sRGB's: sRGB's own with red and green colorants exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    tags = {bytes(data[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data)


def test_an_embedded_profile_is_applied_and_kept() -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[...] = (255, 0, 0, 77)
    profile = wide_profile()
    made = decode(png_bytes(pixels, icc_profile=profile), "x")
    assert np.abs(made.pixels[0, 0].astype(int) - [0, 255, 0, 77]).max() <= 2
    assert made.icc_profile == profile
    assert "profile" in made.notes[0]


def test_an_srgb_profile_leaves_pixels_alone() -> None:
    pixels = picture()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = decode(png_bytes(pixels, icc_profile=profile), "x")
    assert np.array_equal(made.pixels[..., :3], pixels)
    assert made.icc_profile == profile
    assert made.notes == ()


def test_a_profile_that_is_none_or_of_other_colours_is_ignored_and_said() -> None:
    pixels = picture()
    damaged = decode(png_bytes(pixels, icc_profile=b"nonsense" * 40), "x")
    assert np.array_equal(damaged.pixels[..., :3], pixels)
    assert "damaged" in damaged.notes[0]
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    other = decode(encoded(Image.fromarray(pixels), "TIFF", icc_profile=lab), "x")
    assert np.array_equal(other.pixels[..., :3], pixels)
    assert "does not fit" in other.notes[0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_exif_orientation_is_applied(orientation: int, file_format: str) -> None:
    pixels = picture(5, 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = decode(encoded(Image.fromarray(pixels), file_format, exif=exif), "x").pixels[..., :3]
    upright = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, -1),
        7: np.rot90(pixels, 2).transpose(1, 0, 2),
        8: np.rot90(pixels, 1),
    }[orientation]
    assert np.array_equal(made, upright)


def test_turning_is_said() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.fromarray(picture()), "JPEG", exif=exif)
    assert decode(data, "x").notes == ("It was turned upright, as its EXIF data asks.",)


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame_and_says_so(file_format: str) -> None:
    frames = [Image.new("RGB", (6, 4), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    options = {"lossless": True} if file_format == "WEBP" else {}
    made = decode(encoded(frames[0], file_format, save_all=True, append_images=frames[1:], duration=50, **options), "x.gif")
    assert made.pixels[0, 0].tolist() == [255, 0, 0, 255]
    assert made.notes == ("It is an animation of 3 frames; the first one is used.",)


def test_pages_of_a_tiff() -> None:
    pages = [Image.new("L", (6, 4), value) for value in (9, 200)]
    made = decode(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "x.tif")
    assert made.pixels[0, 0, 0] == 9
    assert made.notes == ("It has 2 pages; the first one is used.",)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (30_000, 10)])
def test_extreme_sizes_work(width: int, height: int) -> None:
    assert decode(png_bytes(picture(width, height)), "x").pixels.shape == (height, width, 4)


def header_of(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    packed = zlib.compress(b"")
    rest = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IDAT", packed), (b"IEND", b""))
    )
    return start + rest


def test_a_bomb_is_refused_by_its_header() -> None:
    sentence = refused(header_of(20_000, 10_000))
    assert "200.0 megapixels" in sentence
    assert "100" in sentence
    assert "--max-megapixels" in sentence


def test_the_limit_is_the_callers_and_pillows_own_is_restored() -> None:
    before = Image.MAX_IMAGE_PIXELS
    data = png_bytes(picture(20, 20))
    assert decode(data, "x.png", max_pixels=400).size.width == 20
    assert "limit" in refused(data, max_pixels=399)
    assert before == Image.MAX_IMAGE_PIXELS
    # Larger than Pillow alone would take without a word: the header is fine, the pixels are not there.
    assert "cut short" in refused(header_of(10_000, 9_500))


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.4\n", b"\x89PNG", b"GIF89a", bytes(1000), b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_file_cut_short_is_an_error_not_half_a_picture(file_format: str) -> None:
    data = encoded(Image.fromarray(picture(200, 100)), file_format)
    for share in (0.3, 0.6, 0.9):
        refused(data[: int(len(data) * share)])


def test_a_png_without_its_last_byte_is_cut_short() -> None:
    data = png_bytes(picture())
    for missing in (1, 8, 12, 16):
        assert "cut short" in refused(data[:-missing])
    assert decode(data + b"trailing", "x").size.width == 64


def opened_or_refused(data: bytes) -> bool:
    """Whether it gave a picture or one sentence; any other exception comes through."""
    try:
        return decode(data, "x.png", max_pixels=10_000_000).pixels.shape[2] == 4
    except LayerDeskError as error:
        return str(error).startswith("x.png")


def test_random_damage_is_a_sentence_or_a_picture() -> None:
    rng = np.random.default_rng(11)
    for file_format in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        whole = np.frombuffer(encoded(Image.fromarray(picture(40, 30)), file_format), np.uint8)
        for _ in range(40):
            data = whole.copy()
            data[rng.integers(0, min(len(data), 200), 3)] = rng.integers(0, 256, 3)
            assert opened_or_refused(data.tobytes())


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "with spaces 和中文.png"
    path.write_bytes(png_bytes(picture()))
    assert open_image(path).name == "with spaces 和中文.png"
    for bad, words in ((tmp_path / "missing.png", "does not exist"), (tmp_path, "folder")):
        with pytest.raises(LayerDeskError, match=words):
            open_image(bad)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LayerDeskError, match="plain file"):
        open_image(tmp_path / "pipe")
    with pytest.raises(LayerDeskError, match="does not exist"):
        open_image(path / "below a file.png")


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(png_bytes(picture()))

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", denied)  # root reads every file
    with pytest.raises(LayerDeskError, match="no permission"):
        open_image(path)
