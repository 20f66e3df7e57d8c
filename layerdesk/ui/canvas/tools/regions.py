"""What the selecting tools share: a region goes into the selected layer's mask, or becomes a layer of its own."""

from __future__ import annotations

from layerdesk.document.geometry import EMPTY
from layerdesk.document.layers import LeafLayer
from layerdesk.document.selection_shapes import Region, layer_from_region, with_region
from layerdesk.ui.canvas.tools.base import Tool, paintable


class RegionTool(Tool):
    """A tool that ends in a region."""

    @property
    def shows_mask(self) -> bool:
        return True

    def target(self) -> tuple[bool, LeafLayer | None]:
        """(whether to go on, the layer whose mask the region goes into; None for a new layer)."""
        if self.session.document is None:
            return False, None
        if not self.session.selection:
            return True, None
        layer = paintable(self.session)
        return layer is not None, layer

    def finish(self, region: Region | None, layer: LeafLayer | None, *, subtract: bool) -> None:
        """One step: `region` (canvas coordinates) into the mask of `layer`, or out of it; without a layer it makes one."""
        document = self.session.document
        if document is None:
            return
        if region is None or region.rect == EMPTY:
            self.session.message.emit("The region holds no pixel of the picture.")
        elif layer is not None:
            if layer.id not in document or document.layer(layer.id) is not layer:
                self.session.message.emit(f"“{layer.name}” changed in the meantime, so the region was dropped; select it again.")
                return
            name = "Take region from mask" if subtract else "Add region to mask"
            self.session.apply(name, with_region(document, layer.id, region, subtract=subtract))
        elif subtract:
            self.session.message.emit("Select the layer to take the region from.")
        else:
            made = layer_from_region(document, region)
            if made is None:
                self.session.message.emit("The region holds no pixel of the picture.")
                return
            self.session.apply("New layer from region", made[0])
            self.session.set_selection((made[1],))
