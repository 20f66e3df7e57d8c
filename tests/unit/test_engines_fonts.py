"""Installed fonts: what is found, how it is remembered, which face is chosen and how it draws."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from font_samples import font, save, save_collection
from hypothesis import given
from hypothesis import strategies as st
from strategies import calm

from layerdesk.engines import font_catalogue, fonts
from layerdesk.engines.font_catalogue import catalogue, font_folders
from layerdesk.engines.fonts import InstalledFonts
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontFace


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fonts._catalogue.cache_clear()
    fonts._families.cache_clear()
    yield
    fonts._catalogue.cache_clear()
    fonts._families.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Blocks in four styles and a condensed one, a serif with other letters, a Chinese collection."""
    top = tmp_path / "fonts"
    save(font(), top, "blocks.ttf")
    save(font(style="Bold", weight=700), top, "blocks-bold.ttf")
    save(font(style="Italic", italic=True), top / "deeper", "blocks-italic.TTF")
    save(font(style="Light", weight=300), top / "deeper", "blocks-light.otf")
    save(font(style="Condensed Bold", weight=700, width=3), top, "blocks-narrow.ttf")
    save(font("Noto Serif", letters="ABCp"), top, "serif.ttf")
    save_collection([font("Han One", letters="夏", ranges=(59,)), font("Han Two", letters="夏秋", ranges=(59,))], top, "han.ttc")
    return top


def styles(faces: tuple[FontFace, ...]) -> list[tuple[str, str]]:
    return [(face.family, face.style_name) for face in faces]


def test_every_face_is_found_and_sorted(folder: Path) -> None:
    faces = InstalledFonts([folder]).faces()
    assert styles(faces) == [
        ("Blocks", "Light"),
        ("Blocks", "Regular"),
        ("Blocks", "Italic"),
        ("Blocks", "Bold"),
        ("Blocks", "Condensed Bold"),
        ("Han One", "Regular"),
        ("Han Two", "Regular"),
        ("Noto Serif", "Regular"),
    ]
    assert [face.index for face in faces if face.path.endswith("han.ttc")] == [0, 1]
    assert [face.family for face in faces if face.cjk] == ["Han One", "Han Two"]


def test_the_measures_are_fractions_of_the_em(folder: Path) -> None:
    face = InstalledFonts([folder]).find("Blocks", weight=400, italic=False)
    assert face is not None
    assert (face.ascent, face.descent, face.line_gap, face.cap_height, face.x_height) == (0.8, -0.2, 0.09, 0.7, 0.48)
    assert (face.weight, face.italic, face.stretch, face.postscript_name) == (400, False, 5, "Blocks-Regular")


def test_typographic_metrics_count_where_the_font_says_so(tmp_path: Path) -> None:
    made = font()
    made["OS/2"].fsSelection |= 1 << 7
    face = font_catalogue.read_faces(save(made, tmp_path, "a.ttf"))[0]
    assert (face.ascent, face.descent, face.line_gap) == (0.75, -0.25, 0.1)


def test_heights_that_a_font_does_not_tell_are_measured(tmp_path: Path) -> None:
    made = font(letters="Hx")
    made["OS/2"].sCapHeight = made["OS/2"].sxHeight = 0
    face = font_catalogue.read_faces(save(made, tmp_path, "a.ttf"))[0]
    assert (face.cap_height, face.x_height) == (0.7, 0.7)


def test_named_instances_of_a_variable_font_are_faces_and_can_be_drawn(tmp_path: Path) -> None:
    save(font("Grow", weights=True), tmp_path / "f", "grow.ttf")
    library = InstalledFonts([tmp_path / "f"])
    assert [(face.style_name, face.weight, face.index) for face in library.faces()] == [
        ("Regular", 400, 1 << 16),
        ("Bold", 700, 2 << 16),
    ]
    bold = library.find("grow", weight=800, italic=False)
    assert bold is not None
    assert bold.postscript_name == "Grow-Bold"
    assert library.covers(bold, "A")
    assert library.coverage(bold, "A", size_px=20)[0].max() == 255


@pytest.mark.parametrize("broken", [b"", b"not a font", b"\0\1\0\0\0\x20" + b"\xff" * 300, b"ttcf\0\1\0\0\xff\xff\xff\xff"])
def test_a_broken_font_counts_for_nothing(folder: Path, broken: bytes) -> None:
    (folder / "aaa.ttf").write_bytes(broken)
    assert len(InstalledFonts([folder]).faces()) == 8


def test_a_truncated_font_counts_for_nothing(folder: Path) -> None:
    data = (folder / "blocks.ttf").read_bytes()
    for cut in range(0, len(data), 61):
        (folder / "blocks.ttf").write_bytes(data[:cut])
        assert len(font_catalogue.read_faces(folder / "blocks.ttf")) <= 1


def test_a_face_found_twice_is_listed_once_and_links_may_go_in_circles(folder: Path) -> None:
    shutil.copy(folder / "blocks.ttf", folder / "deeper" / "again.ttf")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert len(InstalledFonts([folder, folder / "deeper"]).faces()) == 8


def test_files_known_already_are_not_opened_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = font_catalogue.read_faces
    monkeypatch.setattr(font_catalogue, "read_faces", lambda path: opened.append(path) or real(path))
    first = catalogue((folder,))
    assert len(opened) == 7
    opened.clear()
    assert catalogue((folder,)) == first
    assert opened == []
    save(font(style="Black", weight=900), folder, "blocks.ttf")
    os.utime(folder / "blocks.ttf", ns=(1, 1))
    assert ("Blocks", "Black") in styles(catalogue((folder,)))
    assert opened == [folder / "blocks.ttf"]
    (folder / "serif.ttf").unlink()
    assert ("Noto Serif", "Regular") not in styles(catalogue((folder,)))


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"format": 0, "files": {}}', '{"format": 1, "files": []}', "entry", "size", "faces", "field", "missing"],
)
def test_a_broken_cache_is_silently_made_anew(folder: Path, layerdesk_home: Path, damage: str) -> None:
    first = catalogue((folder,))
    cache = layerdesk_home / "cache" / "fonts.json"
    stored = json.loads(cache.read_text("utf-8"))
    sound = cache.read_text("utf-8")
    path = str(folder / "blocks.ttf")
    match damage:
        case "entry":
            stored["files"][path] = 7
        case "size":
            stored["files"][path]["size"] = "big"
        case "faces":
            stored["files"][path]["faces"] = [None]
        case "field":
            stored["files"][path]["faces"][0]["weight"] = "heavy"
        case "missing":
            del stored["files"][path]["faces"][0]["family"]
        case _:
            stored = None
    cache.write_text(damage if stored is None else json.dumps(stored), "utf-8")
    assert catalogue((folder,)) == first
    assert cache.read_text("utf-8") == sound
    assert [entry.name for entry in cache.parent.iterdir()] == ["fonts.json"]


def test_without_a_writable_cache_the_fonts_are_found_all_the_same(folder: Path, layerdesk_home: Path) -> None:
    (layerdesk_home / "cache").write_text("in the way")
    assert len(catalogue((folder,))) == 8


def test_no_fonts_are_said_with_the_command_that_helps(tmp_path: Path) -> None:
    library = InstalledFonts([tmp_path / "nothing"])
    missing = library.missing()
    assert missing is not None
    assert "apt-get install" in missing
    assert library.faces() == ()
    assert library.find("Arial", weight=400, italic=False) is None
    with pytest.raises(LayerDeskError, match="No fonts are installed"):
        library.best("Arial", weight=400, italic=False, text="a")


def test_the_platforms_folders_and_the_programs_own_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    for platform, expected in (
        ("linux", ("/usr/share/fonts", str(Path.home() / ".local/share/fonts"))),
        ("darwin", ("/Library/Fonts", str(Path.home() / "Library/Fonts"))),
    ):
        monkeypatch.setattr("sys.platform", platform)
        found = [str(path) for path in font_folders()]
        assert found[0].endswith("fonts")
        assert set(expected) <= set(found)


@pytest.mark.parametrize(
    ("family", "weight", "italic", "style"),
    [
        ("Blocks", 400, False, "Regular"),
        ("blocks ", 500, False, "Regular"),
        ("Blocks", 600, False, "Bold"),
        ("Blocks", 100, False, "Light"),
        ("Blocks", 700, True, "Italic"),
        ("Blocks Condensed Bold", 400, False, "Condensed Bold"),
    ],
)
def test_find_takes_the_nearest_in_slant_then_width_then_weight(
    folder: Path, family: str, weight: int, italic: bool, style: str
) -> None:
    face = InstalledFonts([folder]).find(family, weight=weight, italic=italic)
    assert face is not None
    assert face.style_name == style


@pytest.mark.parametrize(
    ("family", "text", "chosen"),
    [
        ("Blocks", "AB BA", "Blocks"),
        ("Blocks", "ABC", "Noto Serif"),
        ("Unheard Of Serif", "A", "Noto Serif"),
        ("Unheard Of", "A", "Blocks"),
        ("Blocks", "夏", "Han One"),
        ("Blocks", "夏秋", "Han Two"),
        ("Noto Serif", "ABC秋☃", "Noto Serif"),
    ],
)
def test_best_is_the_nearest_face_that_has_the_letters(folder: Path, family: str, text: str, chosen: str) -> None:
    assert InstalledFonts([folder]).best(family, weight=400, italic=False, text=text).family == chosen


def test_covers_asks_for_visible_characters_only(folder: Path) -> None:
    library = InstalledFonts([folder])
    face = library.best("Blocks", weight=400, italic=False, text="A")
    assert library.covers(face, "A B\n\t\u200d\ufe0f\u00a0")
    assert library.covers(face, "")
    assert not library.covers(face, "AC")


@calm
@given(size=st.floats(4, 200))
def test_a_block_is_drawn_at_its_exact_measures(size: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    top = tmp_path_factory.getbasetemp() / "blocks"
    if not top.exists():
        save(font(), top, "blocks.ttf")
    library = InstalledFonts([top])
    face = library.faces()[0]
    plane, origin, baseline = library.coverage(face, "A", size_px=size)
    covered = plane.astype(float) / 255
    assert covered.sum() == pytest.approx(0.5 * 0.7 * size * size, rel=0.01, abs=0.15 * size)
    across, down = covered.max(axis=0), covered.max(axis=1)
    slack = 0.15
    assert (across * np.arange(0.5, across.size)).sum() / across.sum() - origin == pytest.approx(0.3 * size, abs=slack)
    assert baseline - (down * np.arange(0.5, down.size)).sum() / down.sum() == pytest.approx(0.35 * size, abs=slack)
    assert library.advance(face, "A", size_px=size) == pytest.approx(0.6 * size, abs=slack)


def test_tracking_goes_between_letters_and_stays_out_of_marks(folder: Path) -> None:
    library = InstalledFonts([folder])
    face = library.best("Blocks", weight=400, italic=False, text="A")
    plain, origin, _ = library.coverage(face, "AAA", size_px=100)
    wide, wide_origin, _ = library.coverage(face, "AAA", size_px=100, tracking_px=10)
    assert origin == wide_origin
    first, last = np.flatnonzero(wide.max(axis=0))[[0, -1]]
    assert (first - wide_origin, last - wide_origin) == (5, 5 + 2 * 70 + 49)
    assert np.array_equal(plain[:, :60], wide[:, :60])
    assert library.advance(face, "AAA", size_px=100, tracking_px=10) == pytest.approx(210, abs=0.1)
    assert library.advance(face, "A\u0301A", size_px=100, tracking_px=10) - library.advance(
        face, "A\u0301A", size_px=100
    ) == pytest.approx(20)


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_visible_draws_nothing(folder: Path, text: str) -> None:
    library = InstalledFonts([folder])
    plane, origin, baseline = library.coverage(library.faces()[0], " ", size_px=20)
    assert (plane.size, origin, baseline) == (0, 0.0, 0.0)
    assert library.coverage(library.faces()[0], text.strip("\u200b"), size_px=20)[0].size == 0


def test_drawing_twice_gives_the_same_bytes(folder: Path) -> None:
    first = InstalledFonts([folder])
    face = first.best("Noto Serif", weight=400, italic=False, text="p")
    one = first.coverage(face, "ABCp", size_px=33.3)
    fonts._font.cache_clear()
    two = InstalledFonts([folder]).coverage(face, "ABCp", size_px=33.3)
    assert one[1:] == two[1:]
    assert one[0].tobytes() == two[0].tobytes()
