"""The reference compositor against the formulae written out slowly."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import BLENDS, FOUND, calm, documents, noise, rects, source_image

from layerdesk.document.composite import composite, difference, div255, invented_mask, layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, LeafLayer, ObjectLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.raster import Raster

Floats = NDArray[np.float64]


def blended(below: Floats, above: Floats, blend: str) -> Floats:
    """B(cb, cs) of Compositing and Blending Level 1, for 0..1."""
    if blend == "normal":
        return above
    if blend == "multiply":
        return below * above
    if blend == "screen":
        return below + above - below * above
    return np.where(below <= 0.5, above * 2 * below, above + (2 * below - 1) - above * (2 * below - 1))


def over(backdrop: NDArray[np.uint8], colour: NDArray[np.uint8], alpha: NDArray[np.uint8], blend: str) -> NDArray[np.uint8]:
    """co = as (1 - ab) Cs + as ab B(Cb, Cs) + (1 - as) ab Cb, divided by ao; B and the result rounded to 8 bits, in whole numbers."""
    a_s, a_b = alpha.astype(np.int64)[..., None], backdrop[..., 3:].astype(np.int64)
    c_s, c_b = colour[..., :3].astype(np.int64), backdrop[..., :3].astype(np.int64)
    mixed = np.floor(blended(c_b / 255, c_s / 255, blend) * 255 + 0.5).astype(np.int64)
    a_o = 255 * a_s + 255 * a_b - a_s * a_b
    total = a_s * (255 - a_b) * c_s + a_s * a_b * mixed + (255 - a_s) * a_b * c_b
    c_o = np.where(a_o > 0, (2 * total + a_o) // np.maximum(1, 2 * a_o), 0)
    return np.concatenate([c_o, (2 * a_o + 255) // 510], axis=2).astype(np.uint8)


def leaf_picture(document: Document, leaf: LeafLayer) -> NDArray[np.uint8]:
    """(h, w, 4) of the canvas, whole planes at a time, from the words of the layer's fields."""
    around = document.rect.expanded(40)
    colour = np.zeros((around.height, around.width, 3), np.int64)
    own, known = np.zeros((around.height, around.width, 4), np.int64), np.zeros(colour.shape[:2], np.bool_)
    home = document.rect.translated(-around.origin).slices
    colour[home], known[home] = document.source.pixels[..., :3], True
    if leaf.own is not None:
        own[leaf.own.rect.translated(-around.origin).slices] = leaf.own.pixels
    weight = own[..., 3:]
    mixed = (2 * (own[..., :3] * weight + colour * (255 - weight)) + 255) // 510
    value = leaf.mask.to_array(around).astype(np.int64)
    colour = np.where(known[..., None], mixed, own[..., :3])
    value = np.where(known, value, (2 * value * own[..., 3] + 255) // 510)
    picture = np.dstack([colour, value]) * (value > 0)[..., None]
    return picture[document.rect.translated(-leaf.offset - around.origin).slices].astype(np.uint8)


def slow(document: Document, layers: tuple[Layer, ...], out: NDArray[np.uint8]) -> NDArray[np.uint8]:
    for layer in layers:
        if not layer.visible:
            continue
        if isinstance(layer, GroupLayer):
            if layer.opacity == 1 and layer.blend == "normal":
                out = slow(document, layer.children, out)
                continue
            picture = slow(document, layer.children, np.zeros_like(out))
        else:
            picture = leaf_picture(document, layer)
        alpha = np.floor(picture[..., 3] * layer.opacity + 0.5).astype(np.uint8)
        out = over(out, picture, alpha, layer.blend)
    return out


@calm
@given(documents())
def test_composite_equals_the_formulae_written_out(document: Document) -> None:
    expected = slow(document, document.layers, np.zeros((document.size.height, document.size.width, 4), np.uint8))
    assert np.array_equal(composite(document), expected)


@calm
@given(documents(), st.data())
def test_compositing_a_part_equals_the_part_of_the_whole(document: Document, data: st.DataObject) -> None:
    rect = data.draw(rects(within=document.rect))
    whole = composite(document, rect=document.rect.expanded(8))
    assert np.array_equal(composite(document, rect=rect), whole[rect.translated(Point(8, 8)).slices])


def test_tiles_of_a_large_document_make_up_the_whole() -> None:
    picture = noise(5, 600, 700, 4)
    layers = tuple(
        ObjectLayer(
            id=f"o{i}",
            name="x",
            provenance=FOUND,
            mask=TileMask.from_array(noise(i, 300, 333), x=40 * i - 60, y=30 * i - 20),
            blend=BLENDS[i % 4],
            opacity=(1.0, 0.6)[i % 2],
        )
        for i in range(8)
    )
    base = BackgroundLayer(id="b1", name="x", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 650, 600)))
    document = Document(source=source_image(picture), layers=(base, *layers))
    whole = composite(document)
    for y in range(0, 600, 256):
        for x in range(0, 700, 256):
            rect = Rect(x, y, 256, 256).intersected(document.rect)
            assert np.array_equal(composite(document, rect=rect), whole[rect.slices])


@pytest.mark.parametrize("blend", BLENDS)
def test_blend_modes_are_those_of_w3c_for_every_pair_of_values(blend: str) -> None:
    below, above = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8), indexing="ij")
    ground = np.dstack([below, below, below, np.full_like(below, 255)])
    colour = np.dstack([above, above, above, np.full_like(above, 255)])
    full = TileMask.from_rect(Rect(0, 0, 256, 256))
    document = Document(
        source=source_image(ground),
        layers=(
            BackgroundLayer(id="b1", name="", provenance=FOUND, mask=full),
            ObjectLayer(id="o1", name="", provenance=FOUND, mask=full, own=Raster(0, 0, colour), blend=blend),
        ),
    )
    exact = blended(below / 255, above / 255, blend) * 255
    assert np.abs(composite(document)[..., 0] - exact).max() <= 0.5 + 1e-9


def test_division_by_255_rounds_exactly() -> None:
    products = np.arange(65026, dtype=np.uint16)
    assert np.array_equal(div255(products.copy()), (2 * np.arange(65026) + 255) // 510)


@calm
@given(documents())
def test_a_layers_own_picture_is_its_tight_box(document: Document) -> None:
    for leaf in document.leaves():
        rect, picture = layer_rgba(document.source, leaf)
        assert rect == leaf.bounds
        on_canvas = layer_rgba(document.source, leaf, rect=document.rect)[1]
        assert np.array_equal(on_canvas, leaf_picture(document, leaf))
        common = rect.intersected(document.rect)
        if not common.empty:
            assert np.array_equal(picture[common.translated(-rect.origin).slices], on_canvas[common.slices])


def two_layers(*, opacity: float = 1.0) -> Document:
    picture = noise(9, 8, 8, 4)
    picture[..., 3] = 255
    fill = Raster(0, 0, noise(10, 4, 8, 4))
    return Document(
        source=source_image(picture),
        layers=(
            BackgroundLayer(
                id="b1",
                name="",
                provenance=FOUND,
                mask=TileMask.from_rect(Rect(0, 0, 8, 8)),
                own=fill,
                invented=TileMask.from_rect(Rect(0, 0, 8, 4)),
            ),
            ObjectLayer(id="o1", name="", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 5, 4)), opacity=opacity),
        ),
    )


def test_invented_pixels_count_where_they_are_seen() -> None:
    seen = np.zeros((8, 8), bool)
    seen[:4, 5:] = True
    assert np.array_equal(invented_mask(two_layers()), seen)
    seen[:4] = True
    assert np.array_equal(invented_mask(two_layers(opacity=0.5)), seen)


def test_difference_is_none_until_something_is_changed() -> None:
    document = two_layers()
    assert difference(document).max() == 0
    moved = dataclasses.replace(document.layer("o1"), offset=Point(0, 4))
    changed = dataclasses.replace(document, layers=(document.layers[0], moved))
    shown = difference(changed)
    assert shown[:4].max() == 0
    expected = np.abs(document.source.pixels[4:, :5].astype(int) - document.source.pixels[:4, :5]).max(axis=2)
    assert np.array_equal(shown[4:, :5], expected)


def test_a_group_that_is_not_plain_is_painted_apart() -> None:
    picture = np.full((1, 1, 4), 255, np.uint8)
    dot = TileMask.from_rect(Rect(0, 0, 1, 1))

    def grey(value: int, name: str) -> ObjectLayer:
        own = Raster(0, 0, np.array([[[value, value, value, 255]]], np.uint8))
        return ObjectLayer(id=name, name="", provenance=FOUND, mask=dot, own=own)

    pair = (grey(200, "o1"), grey(100, "o2"))
    group = GroupLayer(id="g1", name="", provenance=FOUND, children=pair, opacity=0.5)
    base = BackgroundLayer(id="b1", name="", provenance=FOUND, mask=dot)
    document = Document(source=source_image(picture), layers=(base, group))
    # Half of 100 over 255; layer by layer it would have been 100 over 200 over 255.
    assert composite(document)[0, 0].tolist() == [177, 177, 177, 255]
