"""Opening and saving as background work, and what may be opened at all. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerdesk.app.layering_job import flat
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, images, project
from layerdesk.formats.plan import Plan
from layerdesk.layering.protocols import JobContext

PICTURES = ("png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif")
OPEN_FILTER = (
    f"Pictures and projects ({' '.join(f'*.{each}' for each in PICTURES)} *{project.SUFFIX});;"
    f"LayerDesk projects (*{project.SUFFIX});;All files (*)"
)
SAVE_FILTER = f"LayerDesk project (*{project.SUFFIX})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file as it was opened."""

    document: Document
    path: Path
    is_project: bool
    log: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def open_file(path: Path, *, max_pixels: int, context: JobContext) -> Opened:
    """The picture or project at `path`. Raises LayerDeskError."""
    context.report(0.1, "Reading")
    if path.suffix.lower() == project.SUFFIX:
        loaded = project.read(path, max_pixels=max_pixels)
        return Opened(document=loaded.document, path=path, is_project=True, log=loaded.log)
    source = images.open_image(path, max_pixels=max_pixels)
    return Opened(document=flat(source), path=path, is_project=False, log={}, notes=source.notes)


def open_data(data: bytes, name: str, *, max_pixels: int) -> Opened:
    """The picture in these bytes, as pasted or dropped. Raises LayerDeskError."""
    source = images.decode(data, name, max_pixels=max_pixels)
    return Opened(document=flat(source), path=Path(name), is_project=False, log={}, notes=source.notes)


def save_project(document: Document, path: Path, *, log: Mapping[str, Any], context: JobContext) -> Path:
    """Write the project, with the suffix that projects have. Gives the path. Raises LayerDeskError."""
    target = project_path(path)
    context.report(0.1, "Writing")
    project.save(document, target, log=log, context=context)
    return target


def project_path(path: Path) -> Path:
    return path if path.suffix.lower() == project.SUFFIX else path.with_name(path.name + project.SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export wrote and could not hold, and what it failed at."""

    targets: tuple[str, ...]
    warnings: tuple[str, ...]
    failures: tuple[str, ...]


def export_all(document: Document, targets: Iterable[str], context: JobContext) -> Exported:
    """Write the document to every target; one that fails does not stop the others. Raises Cancelled."""
    wanted = tuple(targets)
    done: list[str] = []
    warnings: dict[str, None] = {}
    failures: list[str] = []
    for place, target in enumerate(wanted):
        context.check()
        part = _Part(context, place / len(wanted), 1 / len(wanted), Path(target).name)
        try:
            plan = exports.export(document, target, context=part)
        except LayerDeskError as error:
            failures.append(str(error))
        else:
            done.append(target)
            warnings.update(dict.fromkeys(plan.warnings))
    if failures and not done:
        raise LayerDeskError(" ".join(failures))
    return Exported(targets=tuple(done), warnings=tuple(warnings), failures=tuple(failures))


def plans(document: Document, suffixes: Iterable[str], context: JobContext) -> dict[str, Plan]:
    """What each of these formats would hold of the document."""
    found = {}
    for suffix in suffixes:
        context.check()
        found[suffix] = exports.exporter_for(f"x{suffix}").plan(document)
    return found


def export_target(folder: Path, name: str, suffix: str) -> str:
    """The target for one format: a pack's folder ends in a slash."""
    return f"{folder / name}/" if suffix == exports.FOLDER else str(folder / f"{name}{suffix}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A share of a larger piece of work."""

    context: JobContext
    start: float
    share: float
    name: str

    def report(self, fraction: float, text: str) -> None:
        self.context.report(self.start + self.share * fraction, f"{self.name}: {text}")

    def check(self) -> None:
        self.context.check()
