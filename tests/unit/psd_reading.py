"""Writes a document as a Photoshop file and takes the records apart for a test to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psd_invariants import Record, Structure, read_structure

from layerdesk.document.document import Document
from layerdesk.formats.psd import EXPORTER, PhotoshopExporter
from layerdesk.layering.protocols import Silent

Plane = NDArray[np.uint8]


def write(made: Document, folder: Path, exporter: PhotoshopExporter = EXPORTER) -> Path:
    target = folder / f"x{exporter.suffixes[0]}"
    exporter.write(exporter.plan(made), target, context=Silent())
    return target


def structure(made: Document, folder: Path, exporter: PhotoshopExporter = EXPORTER) -> Structure:
    return read_structure(write(made, folder, exporter).read_bytes())


def plane(record: Record, channel: int) -> Plane:
    top, left, bottom, right = record.mask if channel == -2 and record.mask else record.rect
    return np.frombuffer(record.channels[channel], np.uint8).reshape(bottom - top, right - left)


def picture(record: Record) -> Plane:
    """(h, w, 4) of a record, its mask left out."""
    return np.stack([plane(record, channel) for channel in (0, 1, 2, -1)], axis=-1)


def named(found: Structure, name: str) -> Record:
    (record,) = [record for record in found.records if record.name == name]
    return record


def merged_picture(found: Structure) -> Plane:
    planes = [np.frombuffer(data, np.uint8).reshape(found.height, found.width) for data in found.merged]
    return np.stack(planes, axis=-1)
