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
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, TextLayer
from layerdesk.layering.protocols import JobContext

SIDE = 72
"""Pixels of a thumbnail's side; shown at half of that on an ordinary screen."""
_SQUARE = 12
_BOARDS = {"dark": (52, 72), "light": (190, 214)}
"""Greys of the checkerboard: the one that the layer stands out from is taken."""
_THINNEST = 8
"""Pixels that a layer is made to be wide and high at least."""
_LARGEST_LETTERS = 3.0
_LINE_SHARE = 1.45
"""Of a text layer, a square of so many times the first line's height is shown."""


def thumbnail(source: SourceImage, layer: LeafLayer, *, side: int = SIDE) -> NDArray[np.uint8]:
    """(side, side, 4) straight RGBA, opaque: the layer's pixels, scaled to fit, on a checkerboard. Qt-free.

    Of text only the first letters are shown: a whole line would be too thin to be seen.
    """
    rect, rgba = layer_rgba(source, layer)
    largest = 1.0
    if isinstance(layer, TextLayer):
        rgba, largest = _first_letters(layer, rgba), _LARGEST_LETTERS
    colour, alpha = rgba[..., :3], rgba[..., 3:].astype(np.float32) / 255.0
    rows, columns = np.indices((side, side)) // _SQUARE
    first, second = _BOARDS["light" if _is_dark(colour, alpha) else "dark"]
    out = np.dstack([np.where((rows + columns) % 2 == 0, first, second).astype(np.float32)] * 3)
    if not rect.empty:
        high, wide = rgba.shape[:2]
        scale = min(largest, side / max(wide, high))
        width, height = (min(side, max(_THINNEST, round(length * scale))) for length in (wide, high))
        premultiplied = np.dstack([colour * alpha, alpha])
        method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        small = cv2.resize(premultiplied, (width, height), interpolation=method).reshape(height, width, 4)
        top, left = (side - height) // 2, (side - width) // 2
        view = out[top : top + height, left : left + width]
        view *= 1.0 - small[..., 3:]
        view += small[..., :3]
    return np.dstack([np.clip(out + 0.5, 0, 255).astype(np.uint8), np.full((side, side), 255, np.uint8)])


def _first_letters(layer: TextLayer, rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The upper left corner of the text; all of it where its letters do not begin there."""
    if not layer.block.lines:
        return rgba
    length = max(1, round(layer.block.lines[0].rect.height * _LINE_SHARE))
    part = rgba[:length, :length]
    return part if part[..., 3].any() else rgba


def _is_dark(colour: NDArray[np.uint8], alpha: NDArray[np.float32]) -> bool:
    """Whether what is seen of the layer is dark on the whole."""
    seen = float(alpha.sum())
    return seen > 0.0 and float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / seen < 128.0


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
