"""Every format a document can be written to, chosen by the target's suffix; a target appears whole or not at all."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import cast

from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats import atomic, pack
from layerdesk.formats.plan import Exporter, Plan
from layerdesk.layering.protocols import JobContext

FOLDER = "/"
"""What a target that is to be an asset pack's folder ends in; the suffix of that format in the table."""

_TABLE: dict[str, tuple[str, str]] = {
    ".psd": ("psd", "EXPORTER"),
    ".psb": ("psd", "PSB_EXPORTER"),
    ".pptx": ("pptx", "EXPORTER"),
    ".svg": ("svg", "EXPORTER"),
    ".ora": ("ora", "EXPORTER"),
    ".zip": ("pack", "EXPORTER"),
    FOLDER: ("pack", "EXPORTER"),
    ".layerdesk": ("project", "EXPORTER"),
    ".png": ("flat", "PNG"),
    ".jpg": ("flat", "JPEG"),
    ".jpeg": ("flat", "JPEG"),
    ".webp": ("flat", "WEBP"),
}
SUFFIXES = tuple(_TABLE)


class UnknownSuffix(LayerDeskError):
    """A target whose suffix names no format."""


def suffix_of(target: Path | str) -> str:
    """The key of the table for `target`: its suffix in lower case, or FOLDER. Raises UnknownSuffix."""
    text = os.fspath(target)
    if text.endswith(("/", os.sep)):
        return FOLDER
    suffix = Path(text).suffix.lower()
    if suffix not in _TABLE:
        # A Path cannot end in a slash; one that names a folder means the folder.
        if isinstance(target, Path) and target.is_dir():
            return FOLDER
        known = ", ".join(key for key in _TABLE if key != FOLDER)
        what = f"the suffix {suffix} of {text} names no format" if suffix else f"{text} has no suffix that names a format"
        raise UnknownSuffix(f"{what}; use one of {known}, or end it with / for a folder of pictures")
    return suffix


def exporter_for(target: Path | str) -> Exporter:
    """The exporter that the suffix of `target` picks. Raises UnknownSuffix."""
    module, name = _TABLE[suffix_of(target)]
    # Imported here: the libraries of one format are no burden on another.
    return cast("Exporter", getattr(importlib.import_module(f"layerdesk.formats.{module}"), name))


def titles() -> tuple[tuple[str, Exporter], ...]:
    """(suffix, exporter) of each format once, in the order in which a dialog lists them."""
    return tuple((suffix, exporter_for(f"x{suffix}")) for suffix in _TABLE if suffix != ".jpeg")


def check_place(target: Path | str) -> None:
    """Raises LayerDeskError where it can be known before any work that `target` cannot be written."""
    folder = suffix_of(target) == FOLDER
    atomic.check_place(Path(target), folder=folder)
    if folder:
        pack.check_folder(Path(target))


def export(document: Document, target: Path | str, *, context: JobContext) -> Plan:
    """Write `document` to `target` and return what was planned.

    Missing folders are made. An older file or pack of that name survives a failure, and nothing half written stays behind. Raises
    LayerDeskError with one sentence, or Cancelled.
    """
    exporter = exporter_for(target)
    plan = exporter.plan(document)
    context.check()
    path = Path(target)
    if suffix_of(target) == FOLDER:
        pack.check_folder(path)
        with atomic.replacing_folder(path, members=pack.MEMBERS) as folder:
            exporter.write(plan, folder, context=context)
    else:
        with atomic.replacing(path) as file:
            exporter.write(plan, file, context=context)
    return plan
