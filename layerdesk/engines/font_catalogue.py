"""What fonts this machine has: found in the usual folders, read once, remembered in the user's cache folder."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import struct
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from layerdesk.layering.protocols import FontFace
from layerdesk.paths import user_folder
from layerdesk.resources import resource

# fontTools tells its misgivings about odd fonts to the log; without this they would land on standard error.
logging.getLogger("fontTools").addHandler(logging.NullHandler())

SUFFIXES = frozenset((".ttf", ".otf", ".ttc", ".otc"))
_FORMAT = 1
"""Goes up when what is remembered about a face changes."""
_FIELDS = {field.name: field.type for field in dataclasses.fields(FontFace)}
_STRETCHES = (50.0, 62.5, 75.0, 87.5, 100.0, 112.5, 125.0, 150.0, 200.0)
"""Per cent of the normal width for the OS/2 width classes 1 to 9 (OpenType specification, usWidthClass)."""
_CJK_RANGES = frozenset((49, 56, 59))
"""Bits of OS/2 ulUnicodeRange for Hiragana, Hangul and Han."""
_CJK_PAGES = 0b11111 << 17
"""Bits of OS/2 ulCodePageRange1 for Japanese, Chinese and Korean."""


def font_folders() -> tuple[Path, ...]:
    """Where fonts lie: those that came with the program, then the platform's folders. They need not exist."""
    home = Path.home()
    if sys.platform == "win32":
        usual = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
        if local := os.environ.get("LOCALAPPDATA"):
            usual.append(Path(local) / "Microsoft" / "Windows" / "Fonts")
    elif sys.platform == "darwin":
        usual = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        usual = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", data / "fonts"]
    return (resource("fonts"), *usual)


def catalogue(folders: tuple[Path, ...]) -> tuple[FontFace, ...]:
    """Every face with outlines in the font files under these folders, sorted, a face found twice listed once.

    Files as they were last time are not opened again. A file that is no readable font counts for nothing.
    """
    cache = user_folder("cache") / "fonts.json"
    known = _remembered(cache)
    now: dict[str, dict[str, Any]] = {}
    for path in sorted(set(_font_files(folders))):
        try:
            status = path.stat()
        except OSError:
            continue
        entry = known.get(str(path))
        if entry is None or (entry["size"], entry["mtime"]) != (status.st_size, status.st_mtime_ns):
            faces = [dataclasses.asdict(face) for face in read_faces(path)]
            entry = {"size": status.st_size, "mtime": status.st_mtime_ns, "faces": faces}
        now[str(path)] = entry
    if any(known.get(path) is not entry for path, entry in now.items()):
        # Entries of other folders stay: several sets of folders may share the file.
        _remember(cache, {**known, **now})
    every = sorted((_face(fields) for entry in now.values() for fields in entry["faces"]), key=_order)
    unique: dict[tuple[str, str, str], FontFace] = {}
    for face in every:
        unique.setdefault((face.family, face.style_name, face.postscript_name), face)
    return tuple(unique.values())


def _order(face: FontFace) -> tuple[str, int, int, bool, str, str, int]:
    """By family; in a family the normal width before others, light before bold, upright before italic."""
    stretch = abs(face.stretch - 5)
    return face.family.casefold(), stretch, face.weight, face.italic, face.style_name, face.path, face.index


def _font_files(folders: tuple[Path, ...]) -> Iterator[Path]:
    seen: set[str] = set()
    for top in folders:
        for folder, names, files in os.walk(top, followlinks=True):
            real = os.path.realpath(folder)
            if real in seen:
                names.clear()
                continue
            seen.add(real)
            for name in files:
                if Path(name).suffix.lower() in SUFFIXES:
                    yield Path(os.path.realpath(Path(folder, name)))


def _remembered(cache: Path) -> dict[str, dict[str, Any]]:
    """What the cache file holds; nothing where it is missing, broken or of another format."""
    try:
        stored = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict) or stored.get("format") != _FORMAT or not isinstance(stored.get("files"), dict):
        return {}
    return {path: entry for path, entry in stored["files"].items() if _sound(entry)}


def _sound(entry: object) -> bool:
    """Whether a remembered entry has the shape that `catalogue` writes."""
    if not isinstance(entry, dict) or not isinstance(entry.get("size"), int) or not isinstance(entry.get("mtime"), int):
        return False
    faces = entry.get("faces")
    return isinstance(faces, list) and all(isinstance(fields, dict) and _sound_face(fields) for fields in faces)


def _sound_face(fields: Mapping[str, object]) -> bool:
    kinds: dict[object, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
    return fields.keys() == _FIELDS.keys() and all(
        isinstance(fields[name], kinds.get(kind, (list, tuple))) for name, kind in _FIELDS.items()
    )


def _face(fields: Mapping[str, Any]) -> FontFace:
    return FontFace(**{**fields, "aliases": tuple(fields["aliases"])})


def _remember(cache: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the cache file whole or not at all. Without a writable folder the fonts are read anew next time."""
    text = json.dumps({"format": _FORMAT, "files": dict(sorted(files.items()))}, ensure_ascii=False, separators=(",", ":"))
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=cache.parent, prefix=".fonts-", suffix=".json")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(cache)
        finally:
            Path(temporary).unlink(missing_ok=True)


def read_faces(path: Path) -> tuple[FontFace, ...]:
    """The faces with outlines in one font file, collections and the named instances of variable fonts included."""
    from fontTools.ttLib import TTFont

    faces: list[FontFace] = []
    with contextlib.suppress(*broken_font()), path.open("rb") as file:
        for index in range(_count(file)):
            faces.extend(_faces(TTFont(file, lazy=True, fontNumber=index), path, index))
    return tuple(faces)


def broken_font() -> tuple[type[Exception], ...]:
    """What reading a damaged font may raise: whatever its damage makes the parser fail with. It must not hide other fonts."""
    from fontTools.ttLib import TTLibError

    return (TTLibError, OSError, LookupError, ValueError, TypeError, AttributeError, AssertionError, EOFError, struct.error)


def _count(file: BinaryIO) -> int:
    """How many faces the file holds: a collection tells in its header (OpenType specification, TTC header)."""
    head = file.read(12)
    file.seek(0)
    return int.from_bytes(head[8:12], "big") if head[:4] == b"ttcf" else 1


def _faces(font: Any, path: Path, index: int) -> Iterator[FontFace]:
    if not {"glyf", "CFF ", "CFF2"}.intersection(font.keys()):
        return
    plain = _plain_face(font, path, index)
    instances = font["fvar"].instances if "fvar" in font else []
    if not instances:
        yield plain
    for number, instance in enumerate(instances, start=1):
        style = font["name"].getDebugName(instance.subfamilyNameID) or plain.style_name
        axes = instance.coordinates
        named = getattr(instance, "postscriptNameID", 0xFFFF)
        postscript = font["name"].getDebugName(named) if named != 0xFFFF else None
        yield dataclasses.replace(
            plain,
            style_name=style,
            postscript_name=postscript or f"{plain.postscript_name.split('-')[0]}-{style.replace(' ', '')}",
            weight=_weight(axes.get("wght", plain.weight)),
            italic=plain.italic or axes.get("ital", 0) > 0 or axes.get("slnt", 0) != 0,
            stretch=_width_class(axes["wdth"]) if "wdth" in axes else plain.stretch,
            # FreeType takes the number of a named instance in the upper half of the face index.
            index=index | number << 16,
        )


def _plain_face(font: Any, path: Path, index: int) -> FontFace:
    names, os2, em = font["name"], font["OS/2"], font["head"].unitsPerEm
    legacy = names.getDebugName(1) or path.stem
    family = names.getDebugName(16) or legacy
    ascent, descent, gap = font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap
    if os2.fsSelection & 1 << 7 or not (ascent or descent):
        ascent, descent, gap = os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap
    others = {record.toUnicode() for record in names.names if record.nameID in (1, 4, 16)} - {family}
    return FontFace(
        family=family,
        style_name=names.getDebugName(17) or names.getDebugName(2) or "Regular",
        postscript_name=names.getDebugName(6) or family.replace(" ", ""),
        weight=_weight(os2.usWeightClass),
        italic=bool(os2.fsSelection & (1 | 1 << 9) or font["head"].macStyle & 2),
        path=str(path),
        index=index,
        ascent=ascent / em,
        descent=descent / em,
        cap_height=(getattr(os2, "sCapHeight", 0) or _height(path, index, "H") * em) / em,
        x_height=(getattr(os2, "sxHeight", 0) or _height(path, index, "x") * em) / em,
        line_gap=gap / em,
        cjk=bool(_CJK_RANGES & os2.getUnicodeRanges() and getattr(os2, "ulCodePageRange1", 0) & _CJK_PAGES),
        stretch=min(9, max(1, os2.usWidthClass)),
        aliases=tuple(sorted(others)),
        unicode_ranges=sum(1 << bit for bit in os2.getUnicodeRanges()),
    )


def _weight(value: float) -> int:
    """A CSS weight in whole hundreds; some old fonts count 1 to 9."""
    return min(900, max(100, round((value * 100 if value < 10 else value) / 100) * 100))


def _width_class(percent: float) -> int:
    return 1 + min(range(9), key=lambda place: abs(_STRETCHES[place] - percent))


def _height(path: Path, index: int, letter: str) -> float:
    """How far a letter rises above the baseline, in ems, for fonts that do not say."""
    from PIL import ImageFont

    font = ImageFont.truetype(str(path), 1000, index=index, layout_engine=ImageFont.Layout.BASIC)
    return max(0.0, -font.getbbox(letter, anchor="ls")[1] / 1000)
