"""A document as the JSON and blobs of a project file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import layerdesk
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point
from layerdesk.document.layers import GroupLayer, Layer, PixelLayer, ShapeLayer, TextLayer, kind_of
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster
from layerdesk.formats import png
from layerdesk.formats.pack import box_list, plain, shape_record, text_record

SCHEMA = 1
"""Of the project files written here. A change that an older reader would misunderstand raises it."""


def source_member(source: SourceImage) -> str:
    """Where the source file lies in the zip: under its own name, where that is one."""
    plain_name = source.name.encode("utf-8", "replace").decode()
    bad = plain_name in ("", ".", "..") or any(sign in plain_name for sign in "/\\\0")
    return f"source/{'picture' if bad else plain_name}"


class Blobs:
    """The PNG files of a project, by member name. Equal pixels are stored once."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        # By identity, which is safe: the value keeps the key alive. Found and edited trees share most of their masks.
        self._seen: dict[int, tuple[TileMask | Raster, str]] = {}

    def _add(self, owner: TileMask | Raster, pixels: NDArray[np.uint8]) -> str:
        data = png.encode(pixels)
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"blobs/{digest}.png"] = data
        self._seen[id(owner)] = owner, digest
        return digest

    def mask(self, mask: TileMask) -> dict[str, Any] | None:
        """Where the mask lies and which blob holds it; None for an empty one."""
        if not mask:
            return None
        box = mask.bounds
        known = self._seen.get(id(mask))
        return {"box": box_list(box), "blob": known[1] if known else self._add(mask, mask.to_array(box))}

    def raster(self, raster: Raster | None) -> dict[str, Any] | None:
        """Where the pixels lie and which blob holds them; no blob for a raster without area."""
        if raster is None:
            return None
        known = self._seen.get(id(raster))
        if raster.rect.empty:
            return {"box": box_list(raster.rect), "blob": None}
        return {"box": box_list(raster.rect), "blob": known[1] if known else self._add(raster, raster.pixels)}


def document_json(document: Document, blobs: Blobs, log: Mapping[str, Any] | None) -> dict[str, Any]:
    """The content of `document.json`; what it names is put into `blobs`."""
    source = document.source
    return {
        "schema": SCHEMA,
        "generator": f"layerdesk {layerdesk.__version__}",
        "width": document.size.width,
        "height": document.size.height,
        "source": {
            "name": source.name,
            "file": source_member(source),
            "sha256": source.sha256,
            "dpi": float(source.dpi),
            "notes": list(source.notes),
        },
        "recipe": plain(document.recipe),
        "layers": [_layer(layer, blobs) for layer in document.layers],
        "found": [_layer(layer, blobs) for layer in document.found],
        "log": plain(log or {}),
    }


def _layer(layer: Layer, blobs: Blobs) -> dict[str, Any]:
    made = layer.provenance
    record: dict[str, Any] = {
        "id": layer.id,
        "kind": kind_of(layer),
        "name": layer.name,
        "visible": layer.visible,
        "locked": layer.locked,
        "opacity": _unit(layer.opacity),
        "blend": layer.blend,
        "confidence": _unit(layer.confidence),
        "provenance": {"stage": made.stage, "engine": made.engine, "version": made.version, "edited": made.edited},
    }
    if isinstance(layer, GroupLayer):
        return {**record, "children": [_layer(child, blobs) for child in layer.children]}
    record |= _pixels(layer, blobs)
    if isinstance(layer, ShapeLayer):
        record["shape"] = shape_record(layer.shape, Point())
    if isinstance(layer, TextLayer):
        record["block"] = text_record(layer.block, Point())
    return record


def _unit(value: float) -> float:
    """0..1, also where rounding in an engine went past it: what is saved must load."""
    return min(1.0, max(0.0, float(value)))


def _pixels(layer: PixelLayer, blobs: Blobs) -> dict[str, Any]:
    return {
        "offset": [int(layer.offset.x), int(layer.offset.y)],
        "mask": blobs.mask(layer.mask),
        "own": blobs.raster(layer.own),
        "invented": blobs.mask(layer.invented),
        "stale": layer.stale,
    }
