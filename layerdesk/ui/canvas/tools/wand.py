"""The wand: a click takes what is connected to the pixel in about its colour, as the source image shows it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from layerdesk.document.geometry import Point
from layerdesk.document.selection_shapes import Region, like_colour_region
from layerdesk.ui.canvas.tools.base import Pointer
from layerdesk.ui.canvas.tools.regions import RegionTool

_BRACKETS: Final = {Qt.Key.Key_BracketLeft: -4, Qt.Key.Key_BracketRight: 4}
_BEHIND_FROM: Final = 10_000_000
"""Pixels from which on the search takes longer than a frame."""


class WandTool(RegionTool):
    name = "tool.wand"

    tolerance = 32
    """0..255: how far a channel may be off the pixel clicked."""

    def press(self, pointer: Pointer) -> None:
        going, layer = self.target()
        document = self.session.document
        if not going or document is None:
            return
        # A layer that was moved shows other pixels of the source here: those it would gain.
        offset = Point() if layer is None else layer.offset
        place, source, tolerance = pointer.pixel - offset, document.source, self.tolerance

        def done(found: Region | None) -> None:
            self.finish(None if found is None else found.moved(offset), layer, subtract=pointer.alt)

        if source.size.rect.area < _BEHIND_FROM:
            done(like_colour_region(source.pixels, place, tolerance=tolerance))
        else:
            self.run_job("Select by colour", lambda _context: like_colour_region(source.pixels, place, tolerance=tolerance), done)

    def claims(self, event: QKeyEvent) -> bool:
        return Qt.Key(event.key()) in _BRACKETS and not event.modifiers()

    def key(self, event: QKeyEvent) -> bool:
        if not self.claims(event):
            return False
        self.tolerance = min(255, max(0, self.tolerance + _BRACKETS[Qt.Key(event.key())]))
        self.session.message.emit(f"The wand takes colours up to {self.tolerance} of 255 off.")
        return True
