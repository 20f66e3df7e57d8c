"""The document: canvas size, source image and the tree of layers. Frozen; every change is a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect, Size
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, leaves, walk

_BY_KIND_PREFIX = {"background": "b", "object": "o", "shape": "s", "text": "t", "group": "g"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SourceImage:
    """The flat picture that came in, kept untouched: the file's own bytes and its decoded pixels."""

    name: str
    """File name without folder."""
    data: bytes
    """The file as it came, byte for byte."""
    sha256: str
    """Of `data`, hexadecimal."""
    pixels: NDArray[np.uint8]
    """(h, w, 4) read-only uint8, straight-alpha sRGB, upright (EXIF rotation applied)."""
    dpi: float = 96.0
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    """What decoding had to change, one clear sentence each."""

    @property
    def size(self) -> Size:
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, SourceImage)
            and (self.name, self.sha256, self.dpi, self.icc_profile, self.notes)
            == (other.name, other.sha256, other.dpi, other.icc_profile, other.notes)
            and np.array_equal(self.pixels, other.pixels)
        )

    def __hash__(self) -> int:
        return hash(self.sha256)


@dataclass(frozen=True, kw_only=True)
class Document:
    """What everyone works on. `layers` stand bottom to top.

    The source image, what the engines found and what a hand changed stay apart: `source` and `found` are never edited.
    """

    source: SourceImage
    layers: tuple[Layer, ...]
    found: tuple[Layer, ...] = ()
    """The tree as layering delivered it."""
    recipe: MappingProxyType[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Everything that decided the layering: engines, settings, versions. JSON values only."""

    @property
    def size(self) -> Size:
        return self.source.size

    @property
    def rect(self) -> Rect:
        return self.size.rect

    @cached_property
    def _index(self) -> dict[str, Layer]:
        return {layer.id: layer for layer in walk(self.layers)}

    @cached_property
    def _parents(self) -> dict[str, str | None]:
        parents: dict[str, str | None] = {layer.id: None for layer in self.layers}
        for layer in walk(self.layers):
            if isinstance(layer, GroupLayer):
                parents |= {child.id: layer.id for child in layer.children}
        return parents

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in self._index

    def layer(self, layer_id: str) -> Layer:
        """The layer of this id. Raises KeyError where there is none."""
        return self._index[layer_id]

    def parent_of(self, layer_id: str) -> str | None:
        """The id of the group that holds it; None at the top level."""
        return self._parents[layer_id]

    def walk(self) -> Iterator[Layer]:
        """Every layer, bottom to top; a group before its children."""
        return walk(self.layers)

    def leaves(self) -> Iterator[LeafLayer]:
        """Every layer with pixels, bottom to top."""
        return leaves(self.layers)

    def free_id(self, kind: str) -> str:
        """An id that no layer of the tree or of the findings has: the kind's first letter and a number."""
        return next(self.free_ids(kind))

    def free_ids(self, kind: str) -> Iterator[str]:
        """Free ids one after the other."""
        prefix = _BY_KIND_PREFIX[kind]
        taken = self._index.keys() | {layer.id for layer in walk(self.found)}
        number = 0
        while True:
            number += 1
            if (candidate := f"{prefix}{number}") not in taken:
                yield candidate
