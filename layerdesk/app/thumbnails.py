"""Small pictures of layers, drawn behind and kept for as long as the layer looks the same."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from layerdesk.app.jobs import Job, JobRunner
from layerdesk.document.composite import layer_rgba
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer
from layerdesk.layering.protocols import JobContext

SIDE = 72
"""Pixels of a thumbnail's side; shown at half of that on an ordinary screen."""
_DARK, _LIGHT, _SQUARE = 92, 128, 12


def thumbnail(source: SourceImage, layer: LeafLayer, *, side: int = SIDE) -> NDArray[np.uint8]:
    """(side, side, 4) straight RGBA, opaque: the layer's pixels, scaled to fit, on a checkerboard. Qt-free."""
    rows, columns = np.indices((side, side)) // _SQUARE
    board = np.where((rows + columns) % 2 == 0, _DARK, _LIGHT).astype(np.float32)
    out = np.dstack([board] * 3)
    rect, rgba = layer_rgba(source, layer)
    if not rect.empty:
        scale = min(1.0, side / max(rect.width, rect.height))
        width, height = max(1, round(rect.width * scale)), max(1, round(rect.height * scale))
        alpha = rgba[..., 3:].astype(np.float32) / 255.0
        premultiplied = np.dstack([rgba[..., :3] * alpha, alpha])
        small = cv2.resize(premultiplied, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, 4)
        top, left = (side - height) // 2, (side - width) // 2
        view = out[top : top + height, left : left + width]
        view *= 1.0 - small[..., 3:]
        view += small[..., :3]
    return np.dstack([np.clip(out + 0.5, 0, 255).astype(np.uint8), np.full((side, side), 255, np.uint8)])


class Thumbnails(QObject):
    """Hands out what is there and draws what is missing; `ready` names the layers whose thumbnails have come."""

    ready = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._images: dict[str, tuple[Layer, QImage]] = {}
        self._wanted: dict[str, tuple[SourceImage, LeafLayer]] = {}
        self._job: Job | None = None

    def get(self, document: Document, layer: Layer) -> QImage | None:
        """The thumbnail of this layer; an older one, or None, while it is being drawn. Groups have none."""
        if isinstance(layer, GroupLayer):
            return None
        kept = self._images.get(layer.id)
        if kept is None or not _looks_alike(kept[0], layer):
            self._wanted[layer.id] = (document.source, layer)
            self._start()
        return None if kept is None else kept[1]

    def forget(self) -> None:
        """Another document is open."""
        self._images.clear()
        self._wanted.clear()
        if self._job is not None:
            self._job.cancel()

    def _start(self) -> None:
        if self._job is None and self._wanted:
            wanted, self._wanted = tuple(self._wanted.values()), {}
            self._job = self._runner.start("Draw thumbnails", lambda context: _drawn(wanted, context), lane="quiet", shown=False)
            self._job.succeeded.connect(self._on_drawn)
            self._job.finished.connect(self._on_finished)

    @Slot(object)
    def _on_drawn(self, drawn: tuple[tuple[LeafLayer, NDArray[np.uint8]], ...]) -> None:
        for layer, rgba in drawn:
            side = rgba.shape[0]
            self._images[layer.id] = (layer, QImage(rgba.data, side, side, side * 4, QImage.Format.Format_RGBA8888).copy())
        self.ready.emit(tuple(layer.id for layer, _ in drawn))

    @Slot()
    def _on_finished(self) -> None:
        self._job = None
        self._start()


def _drawn(
    wanted: Iterable[tuple[SourceImage, LeafLayer]], context: JobContext
) -> tuple[tuple[LeafLayer, NDArray[np.uint8]], ...]:
    found = []
    for source, layer in wanted:
        context.check()
        found.append((layer, thumbnail(source, layer)))
    return tuple(found)


def _looks_alike(old: Layer, new: Layer) -> bool:
    if old is new:
        return True
    if isinstance(old, GroupLayer) or isinstance(new, GroupLayer):
        return False
    return old.mask is new.mask and old.own is new.own
