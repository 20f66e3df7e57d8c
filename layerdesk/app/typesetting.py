"""Words and style of text layers changed, with the pixels drawn from them; colours of shapes. Qt-free."""

from __future__ import annotations

import dataclasses

import numpy as np

from layerdesk.document import edits
from layerdesk.document.colour import from_hex
from layerdesk.document.document import Document
from layerdesk.document.layers import ShapeLayer, TextLayer
from layerdesk.document.raster import Raster
from layerdesk.document.style import TextStyle
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontLibrary


def installed_fonts() -> FontLibrary:
    """The fonts of this machine. The first call in a process looks through the font folders, which takes a while."""
    from layerdesk.engines.fonts import InstalledFonts

    return InstalledFonts()


def families(fonts: FontLibrary) -> tuple[str, ...]:
    """Names of the installed families, sorted as people sort."""
    return tuple(sorted({face.family for face in fonts.faces()}, key=str.casefold))


def retype(
    document: Document, layer_id: str, *, fonts: FontLibrary, text: str | None = None, style: TextStyle | None = None
) -> Document:
    """The text layer with other words or another style, drawn anew; the same document where nothing changes.

    What was recognised is kept. Raises LayerDeskError where no font is installed to draw with.
    """
    from layerdesk.engines import text_render

    layer = document.layer(layer_id)
    if not isinstance(layer, TextLayer):
        raise ValueError(f"layer {layer_id} is no text layer")
    if text in (None, layer.block.text) and style in (None, layer.block.style):
        return document
    missing = fonts.missing()
    if missing is not None:
        raise LayerDeskError(missing)
    block = text_render.retyped(layer.block, text=text, style=style, fonts=fonts)
    mask, own = text_render.render_block(block, fonts=fonts)
    return edits.set_text(document, layer_id, block=block, mask=mask, own=own)


def recolour(document: Document, layer_id: str, *, colour: str) -> Document:
    """The shape layer filled with one colour, '#rrggbb', under its own mask.

    Raises LayerDeskError for a shape with an outline, whose pixels cannot be told from the fill's.
    """
    layer = document.layer(layer_id)
    if not isinstance(layer, ShapeLayer):
        raise ValueError(f"layer {layer_id} is no shape layer")
    if layer.shape.stroke is not None:
        raise LayerDeskError("a shape with an outline keeps its colours; paint it in another program after the export")
    if layer.shape.fill == colour:
        return document
    bounds = layer.mask.bounds
    pixels = np.empty((max(1, bounds.height), max(1, bounds.width), 4), np.uint8)
    pixels[...] = (*from_hex(colour), 255)
    return edits.replace_layer(
        document,
        dataclasses.replace(
            layer,
            shape=dataclasses.replace(layer.shape, fill=colour),
            own=Raster(bounds.x, bounds.y, pixels),
            invented=layer.mask,
            provenance=dataclasses.replace(layer.provenance, edited=True),
        ),
    )
