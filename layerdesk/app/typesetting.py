"""Words and style of text layers changed, with the pixels drawn from them; colours of shapes. Qt-free."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from layerdesk.document import edits
from layerdesk.document.colour import from_hex
from layerdesk.document.document import Document
from layerdesk.document.layers import ShapeLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import TextBlock, TextStyle
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontLibrary


def installed_fonts() -> FontLibrary:
    """The fonts of this machine. The first call in a process looks through the font folders, which takes a while."""
    from layerdesk.engines.fonts import InstalledFonts

    return InstalledFonts()


def families(fonts: FontLibrary) -> tuple[str, ...]:
    """Names of the installed families, sorted as people sort."""
    return tuple(sorted({face.family for face in fonts.faces()}, key=str.casefold))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A text block and the pixels drawn from it, in source coordinates."""

    block: TextBlock
    mask: TileMask
    own: Raster


def draw(block: TextBlock, *, text: str, style: TextStyle, fonts: FontLibrary) -> Drawn:
    """The block with these words and this style, drawn anew. What was recognised is kept. Large letters take a while.

    Raises LayerDeskError where no font is installed to draw with.
    """
    from layerdesk.engines import text_render

    missing = fonts.missing()
    if missing is not None:
        raise LayerDeskError(missing)
    changed = text_render.retyped(
        block, text=None if text == block.text else text, style=None if style == block.style else style, fonts=fonts
    )
    mask, own = text_render.render_block(changed, fonts=fonts)
    return Drawn(block=changed, mask=mask, own=own)


def put(document: Document, layer_id: str, drawn: Drawn) -> Document:
    """The document with the text layer showing what was drawn."""
    return edits.set_text(document, layer_id, block=drawn.block, mask=drawn.mask, own=drawn.own)


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
