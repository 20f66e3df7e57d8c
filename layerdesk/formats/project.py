"""The project file: a zip that holds a document whole, the source file untouched, and pictures for file managers."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from layerdesk.document.composite import composite
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.layers import GroupLayer
from layerdesk.errors import LayerDeskError
from layerdesk.formats import atomic, images, png
from layerdesk.formats.archive import write_zip
from layerdesk.formats.checks import DamageError, Record
from layerdesk.formats.plan import Plan, PlanItem
from layerdesk.formats.project_read import BlobReader, tree
from layerdesk.formats.project_write import SCHEMA, Blobs, document_json
from layerdesk.formats.thumbnail import thumbnail
from layerdesk.layering.protocols import JobContext, Silent

MIMETYPE = "application/x-layerdesk"
SUFFIX = ".layerdesk"
_DOCUMENT = "document.json"
_LARGEST_JSON = 256 << 20
_LARGEST_MEMBER = 1 << 30
_BLOB = 4
"""One mask or one layer's own pixels may be this many times as large as the largest picture: they reach beyond the canvas."""
_ALL_BLOBS = 64
"""All of them together, likewise. A document that fits into memory does not come near."""
_BAD_NAME = re.compile(r"^/|^[A-Za-z]:|\\|\0|(^|/)\.\.?(/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project file holds."""

    document: Document
    log: Mapping[str, Any]
    """What was noted while it was worked on, such as the correction time. JSON values only."""


def save(
    document: Document,
    path: Path,
    *,
    log: Mapping[str, Any] | None = None,
    context: JobContext | None = None,
    sync: bool = True,
) -> None:
    """Write the project file whole or not at all; an older one survives a failure. Without `sync` (for recovery files) it does
    not wait for the disk. Raises LayerDeskError.
    """
    with atomic.replacing(path, sync=sync) as target:
        write_zip(target, _members(document, log, context or Silent()), deflate=(".json",))


def load(path: Path, *, max_pixels: int = images.MAX_PIXELS) -> Document:
    """The document of a project file, checked whole. Raises LayerDeskError with one sentence."""
    return read(path, max_pixels=max_pixels).document


def read(path: Path, *, max_pixels: int = images.MAX_PIXELS) -> Project:
    """The document and the log of a project file, checked whole. Raises LayerDeskError with one sentence."""
    try:
        if path.is_dir():
            raise LayerDeskError(f"{path} is a folder, not a project; name a {SUFFIX} file")
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive, path.name, max_pixels=max_pixels).project()
    except FileNotFoundError as error:
        raise LayerDeskError(f"{path} does not exist; check its name") from error
    except PermissionError as error:
        raise LayerDeskError(f"there is no permission to read {path}; change its permissions or open another file") from error
    except zipfile.BadZipFile as error:
        raise LayerDeskError(_no_zip(path)) from error
    except DamageError as error:
        raise LayerDeskError(f"{path.name} is damaged: {error}; open an older copy of it") from error
    except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise LayerDeskError(f"{path.name} is damaged: a part of it cannot be unpacked; open an older copy of it") from error
    except MemoryError as error:
        raise LayerDeskError(f"{path.name} needs more memory than there is; close other programs and try again") from error
    except (OSError, ValueError) as error:
        raise LayerDeskError(f"{path} cannot be read; check its name and the disk it is on") from error


def _no_zip(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        return f"{path.name} is empty; open an older copy of it"
    if start[:2] == b"PK":
        return f"{path.name} is cut short or damaged and cannot be opened; open an older copy of it"
    return f"{path.name} is not a LayerDesk project; open a {SUFFIX} file"


def _members(document: Document, log: Mapping[str, Any] | None, context: JobContext) -> Iterator[tuple[str, bytes]]:
    context.check()
    context.report(0.0, "packing the layers")
    blobs = Blobs()
    content = document_json(document, blobs, log)
    context.check()
    context.report(0.6, "merging the layers")
    merged = composite(document)
    context.check()
    context.report(0.8, "writing the file")
    yield "mimetype", MIMETYPE.encode()
    # Escaped, so that a file name that is no UTF-8 comes back as it was; not indented, which Python does ten times as slowly.
    yield _DOCUMENT, json.dumps(content, ensure_ascii=True, allow_nan=False).encode("ascii")
    yield from sorted(blobs.files.items())
    yield content["source"]["file"], document.source.data
    yield "preview.png", png.encode(merged)
    yield "thumbnail.png", png.encode(thumbnail(merged))


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


class _Reader:
    """Reads one open project file."""

    def __init__(self, archive: zipfile.ZipFile, name: str, *, max_pixels: int) -> None:
        self._archive = archive
        self._name = name
        self._max_pixels = max_pixels
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            # Nothing is ever unpacked to a disk; a name like these was put there to harm another program, or by an accident.
            if _BAD_NAME.search(info.filename) or info.filename in self._infos:
                raise DamageError(f"it holds a part of the name {info.filename!r}, which no project has")
            self._infos[info.filename] = info

    def project(self) -> Project:
        if "mimetype" not in self._infos or self._member("mimetype", limit=100) != MIMETYPE.encode():
            raise LayerDeskError(f"{self._name} is not a LayerDesk project; open a {SUFFIX} file")
        try:
            root = Record(json.loads(self._member(_DOCUMENT, limit=_LARGEST_JSON), parse_constant=_no_constant), "the document")
        except (ValueError, RecursionError) as error:
            raise DamageError("its description cannot be read") from error
        self._check_schema(root)
        source = self._source(root)
        blobs = BlobReader(self._blob, max_pixels=_BLOB * self._max_pixels, budget=_ALL_BLOBS * self._max_pixels)
        document = Document(
            source=source,
            layers=tree(root.items("layers"), blobs, "the document"),
            found=tree(root.items("found"), blobs, "what was found"),
            recipe=MappingProxyType(dict(root.record("recipe").values)),
        )
        return Project(document=document, log=root.record("log").values)

    def _check_schema(self, root: Record) -> None:
        schema = root.whole("schema", low=1)
        if schema > SCHEMA:
            raise LayerDeskError(f"{self._name} was saved by a newer LayerDesk; update this one to open it")

    def _source(self, root: Record) -> SourceImage:
        record = root.record("source")
        member = record.text("file", longest=10_000)
        if not member.startswith("source/"):
            raise record.wrong("file", "a part of the file under source/")
        data = self._member(member, limit=images.MAX_BYTES)
        if hashlib.sha256(data).hexdigest() != record.text("sha256", longest=64):
            raise DamageError("its source image is not the one that was saved")
        source = images.decode(data, record.text("name", longest=10_000), max_pixels=self._max_pixels)
        said = root.whole("width", low=1), root.whole("height", low=1)
        if (source.size.width, source.size.height) != said:
            raise DamageError("its source image is not as large as its description says")
        return replace(source, dpi=record.number("dpi", low=0.01, high=1_000_000), notes=record.texts("notes"))

    def _blob(self, name: str) -> bytes:
        return self._member(name, limit=_LARGEST_MEMBER)

    def _member(self, name: str, *, limit: int) -> bytes:
        info = self._infos.get(name)
        if info is None:
            raise DamageError(f"it has no part {name}")
        if info.file_size > limit:
            raise DamageError(f"its part {name} is larger than any project's")
        try:
            return self._archive.read(info)
        except zipfile.BadZipFile as error:
            raise DamageError(f"its part {name} cannot be unpacked") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectExporter:
    """Writes project files as one format among others."""

    suffixes: tuple[str, ...] = (SUFFIX,)
    title: str = "LayerDesk project"
    loses: str = ""

    def plan(self, document: Document) -> Plan:
        items = tuple(
            PlanItem(layer_id=layer.id, name=layer.name, becomes="group" if isinstance(layer, GroupLayer) else "layer")
            for layer in document.walk()
        )
        return Plan(format=self.title, document=document, items=items)

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        write_zip(target, _members(plan.document, None, context), deflate=(".json",))


EXPORTER = ProjectExporter()
