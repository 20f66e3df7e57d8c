"""Flattening what lies below a drag changes no pixel of what is shown."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from canvas_documents import BACK, GROUP, RING, SQUARE, WORDS, small_document

from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import ObjectLayer
from layerdesk.document.masks import TileMask
from layerdesk.ui.canvas.below import Below

TILES = [Rect(x, y, 256, 256).intersected(Rect(0, 0, 600, 300)) for y in (0, 256) for x in (0, 256, 512)]


def document(*, opaque: bool) -> Document:
    """Soft veils of several blend modes over the small document."""
    whole = edits.set_visible(small_document(600, 300), [BACK], visible=opaque)
    soft = np.tile(np.linspace(0, 255, 400).astype(np.uint8), (200, 1))
    veils = [
        ObjectLayer(
            id=f"o{10 + number}", name="Veil", provenance=whole.layers[0].provenance, opacity=0.7, blend=blend,
            mask=TileMask.from_array(soft, x=30 * number, y=20 * number),
        )
        for number, blend in enumerate(("normal", "multiply", "screen", "overlay", "normal"))
    ]  # fmt: skip
    return edits.add_layers(whole, veils)


@pytest.mark.parametrize("opaque", [True, False])
@pytest.mark.parametrize("ids", [("o14",), ("o12",), ("o11", "o13"), (RING,), (GROUP,), (WORDS, "o14"), (BACK,)])
def test_the_picture_is_the_same_to_the_last_bit(ids: tuple[str, ...], *, opaque: bool) -> None:
    start = document(opaque=opaque)
    below = Below(start, ids)
    for dx, dy in ((0, 0), (17, -5), (150, 60)):
        now = edits.move(start, ids, dx=dx, dy=dy)
        for tile in TILES:
            for rect in (tile, Rect(tile.x + 3, tile.y + 5, 40, 30)):
                assert np.array_equal(composite(now, rect=rect, layers=below.layers(now, rect)), composite(now, rect=rect))


def test_what_is_below_is_blended_once_a_tile() -> None:
    start = document(opaque=True)
    below = Below(start, ["o14"])
    first = below.layers(edits.move(start, ["o14"], dx=1, dy=0), TILES[0])
    second = below.layers(edits.move(start, ["o14"], dx=9, dy=0), Rect(4, 4, 9, 9))
    assert len(first) == len(second) == 2
    assert first[0] is second[0]


def test_an_edit_below_is_not_missed() -> None:
    start = document(opaque=True)
    below = Below(start, ["o14"])
    below.layers(start, TILES[0])
    hidden = edits.set_visible(start, [SQUARE], visible=False)
    assert below.layers(hidden, TILES[0]) is hidden.layers
    shorter = dataclasses.replace(start, layers=start.layers[:1])
    assert below.layers(shorter, TILES[0]) is shorter.layers
