"""The colour picker: tells the colour of the pixel under the pointer."""

from __future__ import annotations

from layerdesk.document.colour import to_hex
from layerdesk.document.composite import composite
from layerdesk.document.geometry import Rect
from layerdesk.ui.canvas.tools.base import Pointer, Tool


class PickerTool(Tool):
    name = "tool.picker"

    def press(self, pointer: Pointer) -> None:
        self._pick(pointer)

    def move(self, pointer: Pointer) -> None:
        self._pick(pointer)

    def _pick(self, pointer: Pointer) -> None:
        document, place = self.session.document, pointer.pixel
        if document is None or not document.rect.contains(place):
            return
        if self.session.comparing:
            pixel = document.source.pixels[place.y, place.x]
        else:
            pixel = composite(document, rect=Rect(place.x, place.y, 1, 1))[0, 0]
        if pixel[3] == 0:
            self.session.message.emit(f"The picture is transparent at {place.x}, {place.y}.")
            return
        colour = to_hex(tuple(float(value) for value in pixel[:3]))
        self.session.message.emit(f"Colour {colour} at {place.x}, {place.y}.")
        self.view.colour_picked.emit(colour)
