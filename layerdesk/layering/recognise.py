"""Text read again: one layer at a time, when the first reading was wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerdesk.document.document import Document
from layerdesk.document.edits import replace_layer
from layerdesk.document.geometry import Point
from layerdesk.document.layers import ObjectLayer, Provenance, ShapeLayer, TextLayer
from layerdesk.errors import LayerDeskError
from layerdesk.layering.assemble import text_block
from layerdesk.layering.paragraphs import Paragraph, paragraphs
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import EngineSet
from layerdesk.layering.text import ReadLine, read_lines, set_read_lines


def recognise_layer(document: Document, layer_id: str, *, engines: EngineSet, context: JobContext) -> Document:
    """The document with this layer read again from the source image under its box.

    It keeps its pixels, mask and place and gets the string and setting; an object or shape becomes a text layer.
    Raises LayerDeskError where nothing can be read.
    """
    layer = document.layer(layer_id)
    if not isinstance(layer, TextLayer | ObjectLayer | ShapeLayer):
        raise LayerDeskError("only a text, object or shape layer can be read again; select one")
    recogniser = engines.recogniser
    if recogniser is None:
        raise LayerDeskError(next(iter(engines.notes), "no text recogniser is chosen; choose one in the settings"))
    # Room around the text, since recognisers expect a margin.
    area = layer.mask.bounds.expanded(16).intersected(document.rect)
    if area.empty:
        raise LayerDeskError("this layer has no pixels to read; paint its mask first")
    picture = np.ascontiguousarray(document.source.pixels[..., :3][area.slices])
    found = read_lines(picture, recogniser, min_confidence=0.0, context=context)
    lines = set_read_lines(found, fonts=engines.fonts, context=context)
    if not lines:
        raise LayerDeskError("no text can be read in this layer; type it in the properties panel")
    block = text_block(_one([_moved(line, area.origin) for line in lines]))
    provenance = Provenance(stage="text", engine=recogniser.name, version=recogniser.version, edited=True)
    confidence = min(line.confidence for line in lines)
    return replace_layer(
        document,
        TextLayer(
            id=layer.id,
            name=layer.name,
            provenance=provenance,
            visible=layer.visible,
            locked=layer.locked,
            opacity=layer.opacity,
            blend=layer.blend,
            confidence=confidence,
            mask=layer.mask,
            offset=layer.offset,
            own=layer.own,
            invented=layer.invented,
            block=block,
        ),
    )


def _one(lines: list[ReadLine]) -> Paragraph:
    """All lines as one block: it is one layer, whatever their arrangement."""
    blocks = paragraphs(tuple(lines))
    ordered = tuple(line for block in blocks for line in block.lines)
    return Paragraph(lines=ordered, align=blocks[0].align, line_height_px=blocks[0].line_height_px)


def _moved(line: ReadLine, offset: Point) -> ReadLine:
    ink = replace(line.ink, area=line.ink.area.translated(offset), rect=line.ink.rect.translated(offset))
    return replace(line, ink=ink, setting=replace(line.setting, baseline=line.setting.baseline + offset.y))
