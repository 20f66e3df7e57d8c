"""The text tool: a click on a text layer opens its words for editing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point
from layerdesk.document.hit_test import all_at
from layerdesk.document.layers import TextLayer, walk
from layerdesk.ui.canvas import overlay
from layerdesk.ui.canvas.tools.base import Pointer, Tool

_REACH = 4
"""Pixels around a text's box in which a click still means it."""


class TextTool(Tool):
    name = "tool.text"
    cursor_shape = Qt.CursorShape.IBeamCursor

    _hovered: str | None = None

    def press(self, pointer: Pointer) -> None:
        document = self.session.document
        if document is None:
            return
        found = self._text_at(document, pointer.pixel)
        if found is None:
            self.session.message.emit("There is no text layer here; click on one to edit its words.")
            return
        self.session.set_selection((found,))
        self.view.edit_text_requested.emit(found)

    def hover(self, pointer: Pointer) -> None:
        document = self.session.document
        found = None if document is None else self._text_at(document, pointer.pixel)
        if found != self._hovered:
            self._hovered = found
            self.view.update()

    def leave(self) -> None:
        self._hovered = None
        self.view.update()

    def forget(self) -> None:
        self._hovered = None

    def paint_overlay(self, painter: QPainter, dpr: float) -> None:
        document = self.session.document
        if document is not None and self._hovered is not None and self._hovered in document:
            rect = self.view.bounds.of(document.layer(self._hovered))
            overlay.draw_outline(painter, self.view.viewport, rect, dpr=dpr, strong=False)

    def _text_at(self, document: Document, point: Point) -> str | None:
        """The topmost text layer under the point: by its ink, else by its box, as letters are thin."""
        for layer_id in all_at(document, point):
            if isinstance(document.layer(layer_id), TextLayer):
                return layer_id
        texts = [layer for layer in walk(document.layers) if isinstance(layer, TextLayer) and layer.visible and not layer.locked]
        near = (layer.id for layer in reversed(texts) if self.view.bounds.of(layer).expanded(_REACH).contains(point))
        return next(near, None)
