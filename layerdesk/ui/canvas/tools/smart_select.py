"""Smart select: a box drawn around something finds its outline."""

from __future__ import annotations

from itertools import count

from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import LeafLayer
from layerdesk.document.selection_shapes import Region, subject_region
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.canvas.tools.select_shapes import BoxTool


class SmartSelectTool(BoxTool):
    name = "tool.smart_select"

    _numbers = count(1)
    _asked = 0
    """The search whose answer is waited for; older ones are dropped."""

    def use(self, box: Rect, layer: LeafLayer | None, *, subtract: bool) -> None:
        document = self.session.document
        if document is None:
            return
        offset = Point() if layer is None else layer.offset
        source, inside = document.source, box.translated(-offset)
        number = self._asked = next(self._numbers)

        def work(context: JobContext) -> Region | None:
            return subject_region(source.pixels, inside, check=context.check)

        def done(found: Region | None) -> None:
            now = self.session.document
            if number != self._asked or now is None or now.source is not source:
                return
            if found is None:
                self.session.message.emit("Nothing stands out in this box; draw it closer around what you mean.")
            else:
                self.finish(found.moved(offset), layer, subtract=subtract)

        self.run_job("Smart select", work, done)
