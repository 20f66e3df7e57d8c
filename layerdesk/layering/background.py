"""The background filled again after layers above it have changed."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.document import Document
from layerdesk.document.edits import replace_layer
from layerdesk.document.layers import BackgroundLayer, TextLayer
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.errors import LayerDeskError
from layerdesk.layering.fill import fill_holes
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import EngineSet

Mask = NDArray[np.bool_]


def refill_background(document: Document, *, engines: EngineSet, context: JobContext) -> Document:
    """The document with its background made anew: the source where nothing was lifted off, a fill everywhere else.

    What a mask no longer claims shows the source again. Raises LayerDeskError where there is no background layer.
    """
    background = next((layer for layer in document.leaves() if isinstance(layer, BackgroundLayer)), None)
    if background is None:
        raise LayerDeskError("there is no background layer to fill; undo its deletion first")
    lifted = _lifted(document)
    context.report(0.1, "Filling the background")
    hole = cv2.dilate(lifted.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    picture = np.ascontiguousarray(document.source.pixels[..., :3])
    filled, methods = fill_holes(picture, hole, texture=engines.texture, context=context)
    own = None
    if lifted.any():
        x, y, width, height = cv2.boundingRect(lifted.astype(np.uint8))
        part = (slice(y, y + height), slice(x, x + width))
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[lifted[part]] = np.dstack([filled[part], np.full((height, width), 255, np.uint8)])[lifted[part]]
        own = Raster(x, y, pixels)
    provenance = replace(background.provenance, stage="background", engine="+".join(methods) or "source")
    context.report(1.0, "Background filled")
    return replace_layer(
        document,
        replace(
            background,
            own=own,
            invented=TileMask.from_array(lifted.astype(np.uint8) * np.uint8(255)) if own else NO_MASK,
            stale=False,
            provenance=provenance,
        ),
    )


def _lifted(document: Document) -> Mask:
    """(h, w) bool: where the source image shows a layer that has been lifted off. Drawn text shows nothing of it, but what it
    replaces was lifted: the engines' own findings still say where."""
    lifted = np.zeros((document.size.height, document.size.width), bool)
    masks = [
        layer.mask
        for layer in document.leaves()
        if not isinstance(layer, BackgroundLayer) and not (isinstance(layer, TextLayer) and layer.block.rendered)
    ]
    drawn = {layer.id for layer in document.leaves() if isinstance(layer, TextLayer) and layer.block.rendered}
    masks += [layer.mask for layer in Document(source=document.source, layers=document.found).leaves() if layer.id in drawn]
    for mask in masks:
        rect = mask.bounds.intersected(document.rect)
        if not rect.empty:
            lifted[rect.slices] |= mask.to_array(rect) > 0
    return lifted
