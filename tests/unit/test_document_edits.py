"""Edits: pure, and each does what its name says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import FOUND, calm, documents, edited, noise, source_image

from layerdesk.document import edits
from layerdesk.document.composite import composite, invented_mask
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ObjectLayer, TextLayer, kind_of
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import TextBlock, TextLine, TextStyle


def names(layers: tuple[Layer, ...]) -> list[object]:
    """The tree as ids, groups as lists that begin with their id."""
    return [[layer.id, *names(layer.children)] if isinstance(layer, GroupLayer) else layer.id for layer in layers]


def thing(layer_id: str, rect: Rect, **fields: object) -> ObjectLayer:
    return ObjectLayer(id=layer_id, name=layer_id, provenance=FOUND, mask=TileMask.from_rect(rect), **fields)  # type: ignore[arg-type]


@pytest.fixture
def document() -> Document:
    """A background, three objects side by side, a group of two."""
    picture = noise(3, 20, 40, 4)
    picture[..., 3] = 255
    members = (thing("o4", Rect(0, 10, 5, 5)), thing("o5", Rect(3, 12, 5, 5)))
    layers = (
        BackgroundLayer(id="b1", name="Background", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 40, 20))),
        thing("o1", Rect(0, 0, 5, 5)),
        thing("o2", Rect(10, 0, 5, 5)),
        thing("o3", Rect(20, 0, 5, 5)),
        GroupLayer(id="g1", name="Pair", provenance=FOUND, children=members),
    )
    return Document(source=source_image(picture), layers=layers, found=layers)


@calm
@given(st.data())
def test_any_edit_keeps_the_document_sound_and_the_old_one_untouched(data: st.DataObject) -> None:
    before = after = data.draw(documents())
    picture = composite(before)
    name = ""
    for _ in range(data.draw(st.integers(1, 4))):
        name, after = data.draw(edited(after))
    ids = [layer.id for layer in after.walk()]
    assert len(ids) == len(set(ids)), name
    assert after.source is before.source
    assert after.found is before.found
    assert np.array_equal(composite(before), picture)
    for layer in after.walk():
        assert 0 <= layer.opacity <= 1
        if layer.id not in before:
            assert layer.id not in {old.id for old in before.found}


@calm
@given(st.data())
def test_merging_neighbours_leaves_the_composite_unchanged(data: st.DataObject) -> None:
    document = data.draw(documents(plain=True))
    homes = [document.layers, *(layer.children for layer in document.walk() if isinstance(layer, GroupLayer))]
    home = data.draw(st.sampled_from(homes))
    assume(len(home) >= 2)
    first = data.draw(st.integers(0, len(home) - 2))
    last = data.draw(st.integers(first + 1, len(home) - 1))
    ids = [layer.id for layer in home[first : last + 1]]
    merged = edits.merge(document, ids)
    # Half-clear own pixels beyond the source's edge are the one soft thing here; they may round differently.
    assert np.abs(composite(merged).astype(int) - composite(document)).max() <= 1
    if merged is not document:
        assert not any(layer_id in merged for layer_id in ids)
        assert np.array_equal(invented_mask(merged), invented_mask(document))


def test_merging_soft_neighbours_stays_within_rounding(document: Document) -> None:
    soft = [
        thing(f"o{i}", Rect(0, 0, 1, 1), own=Raster(0, 0, np.dstack([noise(i, 20, 40, 3), np.full((20, 40), 255, np.uint8)])))
        for i in (7, 8)
    ]
    soft = [dataclasses.replace(layer, mask=TileMask.from_array(noise(70 + i, 20, 40))) for i, layer in enumerate(soft)]
    before = edits.add_layers(document, soft)
    after = edits.merge(before, ["o7", "o8"])
    assert len(after.layers) == len(before.layers) - 1
    assert np.abs(composite(after).astype(int) - composite(before)).max() <= 2


def test_merge_takes_the_place_and_name_of_the_topmost(document: Document) -> None:
    merged = edits.merge(document, ["o1", "o4", "o2"])
    assert names(merged.layers) == ["b1", "o3", ["g1", "o6", "o5"]]
    layer = merged.layer("o6")
    assert isinstance(layer, ObjectLayer)
    assert (layer.name, layer.provenance.edited, layer.offset) == ("o4", True, Point())
    assert layer.mask.bounds == Rect(0, 0, 15, 15)
    assert edits.new_ids(document, merged) == ("o6",)
    assert edits.merge(document, ["o1", "o2"], name="Both").layer("o6").name == "Both"


def test_merge_keeps_only_the_pixels_that_the_source_has_not(document: Document) -> None:
    assert edits.merge(document, ["o1", "o2"]).layer("o6").own is None
    moved = edits.move(document, ["o1"], dx=0, dy=8)
    own = edits.merge(moved, ["o1", "o2"]).layer("o6").own
    assert own is not None
    assert own.rect == Rect(0, 8, 5, 5)
    assert np.array_equal(own.pixels, document.source.pixels[0:5, 0:5])


def test_merge_with_the_background_stays_a_background(document: Document) -> None:
    merged = edits.merge(document, ["b1", "o1"])
    assert [kind_of(layer) for layer in merged.layers] == ["background", "object", "object", "group"]


def test_merge_drops_what_is_hidden_unless_all_of_it_is(document: Document) -> None:
    one_hidden = edits.merge(edits.set_visible(document, ["o1"], visible=False), ["o1", "o2"]).layer("o6")
    assert (one_hidden.visible, one_hidden.bounds) == (True, Rect(10, 0, 5, 5))
    all_hidden = edits.merge(edits.set_visible(document, ["o1", "o2"], visible=False), ["o1", "o2"]).layer("o6")
    assert (all_hidden.visible, all_hidden.bounds) == (False, Rect(0, 0, 15, 5))


def test_merge_of_a_group_flattens_it_with_its_opacity(document: Document) -> None:
    faint = edits.set_opacity(document, ["g1"], opacity=0.5)
    merged = edits.merge(faint, ["g1"])
    assert names(merged.layers) == ["b1", "o1", "o2", "o3", "o6"]
    assert np.array_equal(composite(merged), composite(faint))
    assert edits.merge(document, ["o1"]) is document


def test_delete_makes_the_backgrounds_below_stale(document: Document) -> None:
    after = edits.delete(document, ["o1", "g1", "o4"])
    assert names(after.layers) == ["b1", "o2", "o3"]
    assert after.layer("b1").stale
    assert not document.layer("b1").stale
    far = dataclasses.replace(document.layer("b1"), mask=TileMask.from_rect(Rect(30, 15, 5, 5)))
    assert not edits.delete(edits.replace_layer(document, far), ["o1"]).layer("b1").stale


def test_move_moves_the_leaves_of_a_group_and_marks_them(document: Document) -> None:
    after = edits.move(document, ["g1", "o5", "o1"], dx=3, dy=-2)
    assert [after.layer(i).offset for i in ("o1", "o2", "o4", "o5")] == [Point(3, -2), Point(), Point(3, -2), Point(3, -2)]
    assert [after.layer(i).provenance.edited for i in ("o1", "o2", "o4")] == [True, False, True]
    assert after.layer("o2") is document.layer("o2")
    assert edits.move(document, ["o1"], dx=0, dy=0) is document


def test_states_are_set_and_clipped_and_no_change_is_the_same_document(document: Document) -> None:
    after = edits.set_opacity(document, ["o1", "g1", "o4"], opacity=1.5)
    assert after is document
    assert edits.set_opacity(document, ["g1", "o4"], opacity=0.25).layer("o4").opacity == 0.25
    assert edits.set_blend(document, ["o1"], blend="screen").layer("o1").blend == "screen"
    locked = edits.set_locked(document, ["g1", "o4"], locked=True)
    assert (locked.layer("g1").locked, locked.layer("o4").locked, locked.layer("o5").locked) == (True, True, False)
    assert edits.set_visible(document, ["o1"], visible=True) is document
    assert not edits.set_visible(document, ["o1"], visible=False).layer("o1").provenance.edited
    assert edits.rename(document, "g1", name="Logo").layer("g1").name == "Logo"


@pytest.mark.parametrize(
    ("ids", "parent", "index", "expected"),
    [
        (["o1"], None, 4, ["b1", "o2", "o3", "o1", ["g1", "o4", "o5"]]),
        (["o3"], None, 1, ["b1", "o3", "o1", "o2", ["g1", "o4", "o5"]]),
        (["o3", "o1"], "g1", 1, ["b1", "o2", ["g1", "o4", "o1", "o3", "o5"]]),
        (["o5", "b1"], None, 99, ["o1", "o2", "o3", ["g1", "o4"], "b1", "o5"]),
        (["g1"], None, 0, [["g1", "o4", "o5"], "b1", "o1", "o2", "o3"]),
    ],
)
def test_reorder_counts_places_as_they_were(
    document: Document, ids: list[str], parent: str | None, index: int, expected: list[object]
) -> None:
    assert names(edits.reorder(document, ids, parent=parent, index=index).layers) == expected


def test_reorder_to_the_same_place_is_no_change_and_a_group_cannot_lie_in_itself(document: Document) -> None:
    assert edits.reorder(document, ["o1"], parent=None, index=1) is document
    assert edits.reorder(document, ["o1"], parent=None, index=2) is document
    with pytest.raises(ValueError, match="itself"):
        edits.reorder(document, ["g1"], parent="g1", index=0)
    with pytest.raises(ValueError, match="not a group"):
        edits.reorder(document, ["o1"], parent="o2", index=0)


def test_raise_and_lower_step_among_siblings(document: Document) -> None:
    assert names(edits.raise_(document, ["o1", "o2"]).layers) == ["b1", "o3", "o1", "o2", ["g1", "o4", "o5"]]
    assert names(edits.lower(document, ["o1", "o5"]).layers) == ["o1", "b1", "o2", "o3", ["g1", "o5", "o4"]]
    assert edits.raise_(document, ["g1", "o5"]) is document
    assert edits.lower(document, ["b1", "o1"]) is document


def test_group_and_ungroup(document: Document) -> None:
    grouped = edits.group(document, ["o3", "o1"], name="Row")
    assert names(grouped.layers) == ["b1", "o2", ["g2", "o1", "o3"], ["g1", "o4", "o5"]]
    assert grouped.layer("g2").name == "Row"
    assert names(edits.group(document, ["o2", "o4"]).layers) == ["b1", "o1", "o3", ["g1", ["g2", "o2", "o4"], "o5"]]
    faint = edits.set_visible(edits.set_opacity(document, ["g1"], opacity=0.5), ["g1"], visible=False)
    freed = edits.ungroup(faint, ["g1", "o1"])
    assert names(freed.layers) == ["b1", "o1", "o2", "o3", "o4", "o5"]
    assert (freed.layer("o4").opacity, freed.layer("o4").visible) == (0.5, False)


def test_duplicate_lies_right_above_with_new_ids(document: Document) -> None:
    after = edits.duplicate(document, ["o1", "g1"], offset=Point(2, 3))
    assert names(after.layers) == ["b1", "o1", "o6", "o2", "o3", ["g1", "o4", "o5"], ["g2", "o7", "o8"]]
    assert (after.layer("o6").name, after.layer("o6").offset, after.layer("o8").offset) == ("o1 copy", Point(2, 3), Point(2, 3))
    assert after.layer("o6").mask is document.layer("o1").mask
    assert edits.new_ids(document, after) == ("o6", "g2")


def test_split_gives_each_connected_part_a_layer(document: Document) -> None:
    merged = edits.merge(document, ["o1", "o2", "o3"])
    parts = edits.split(merged, "o6")
    assert [parts.layer(i).bounds for i in ("o6", "o7", "o8")] == [Rect(0, 0, 5, 5), Rect(10, 0, 5, 5), Rect(20, 0, 5, 5)]
    assert np.array_equal(composite(parts), composite(merged))
    assert edits.split(document, "o1") is document


def test_split_leaves_specks_with_the_nearest_part(document: Document) -> None:
    plane = np.zeros((20, 40), np.uint8)
    plane[0:6, 0:6] = plane[10:18, 20:30] = 200
    plane[0, 8] = plane[19, 33] = 90
    whole = edits.set_mask(document, "o1", mask=TileMask.from_array(plane))
    parts = edits.split(whole, "o1")
    assert [layer.bounds for layer in parts.layers[1:3]] == [Rect(0, 0, 9, 6), Rect(20, 10, 14, 10)]
    assert parts.layer("o1").bounds == Rect(20, 10, 14, 10)
    assert [layer.name for layer in parts.layers[1:3]] == ["o1 1", "o1 2"]


def test_split_of_a_background_keeps_the_largest_part_the_background(document: Document) -> None:
    plane = np.zeros((20, 40), np.uint8)
    plane[:, :5] = plane[:, 20:] = 255
    halves = edits.split(edits.set_mask(document, "b1", mask=TileMask.from_array(plane)), "b1")
    assert [(layer.id, kind_of(layer)) for layer in halves.layers[:2]] == [("o6", "object"), ("b1", "background")]


def text_layer(lines: tuple[TextLine, ...]) -> TextLayer:
    mask = TileMask.from_rect(Rect(0, 0, 30, 20))
    block = TextBlock(lines=lines, style=TextStyle(), recognised="\n".join(line.text for line in lines))
    return TextLayer(id="t1", name="Text", provenance=FOUND, mask=mask, block=block)


def test_split_of_a_text_gives_a_layer_for_each_line(document: Document) -> None:
    lines = (TextLine(text="Up", rect=Rect(0, 0, 30, 8)), TextLine(text="down", rect=Rect(0, 12, 30, 8)))
    before = edits.add_layers(document, [text_layer(lines)])
    after = edits.split(before, "t1")
    first, second = after.layer("t1"), after.layer("t2")
    assert isinstance(first, TextLayer)
    assert isinstance(second, TextLayer)
    assert (first.block.text, second.block.text, second.block.recognised) == ("Up", "down", "down")
    assert first.bounds.bottom == second.bounds.y
    assert np.array_equal(composite(after), composite(before))


def test_set_mask_marks_the_layer_and_the_fill_below(document: Document) -> None:
    grown = edits.set_mask(document, "o1", mask=TileMask.from_rect(Rect(0, 0, 6, 5)))
    assert grown.layer("o1").provenance.edited
    assert grown.layer("b1").stale
    assert edits.set_mask(document, "o1", mask=TileMask.from_rect(Rect(0, 0, 5, 5))) is document
    with pytest.raises(ValueError, match="group"):
        edits.set_mask(document, "g1", mask=NO_MASK)


def test_set_text_counts_its_pixels_as_invented(document: Document) -> None:
    before = edits.add_layers(document, [text_layer((TextLine(text="Old", rect=Rect(0, 0, 30, 20)),))])
    mask, own = TileMask.from_rect(Rect(2, 2, 4, 4)), Raster(2, 2, np.full((4, 4, 4), 255, np.uint8))
    block = TextBlock(lines=(TextLine(text="New", rect=Rect(2, 2, 4, 4)),), style=TextStyle(), recognised="Old")
    layer = edits.set_text(before, "t1", block=block, mask=mask, own=own).layer("t1")
    assert isinstance(layer, TextLayer)
    assert (layer.block.text, layer.block.recognised, layer.block.rendered) == ("New", "Old", True)
    assert layer.invented == mask
    assert layer.provenance.edited
    with pytest.raises(ValueError, match="text layer"):
        edits.set_text(before, "o1", block=block, mask=mask, own=own)


def test_add_layers_puts_them_where_told_and_refuses_an_id_twice(document: Document) -> None:
    assert names(edits.add_layers(document, [thing("o9", Rect(0, 0, 1, 1))], parent="g1", index=1).layers)[-1] == [
        "g1",
        "o4",
        "o9",
        "o5",
    ]
    assert edits.add_layers(document, []) is document
    with pytest.raises(ValueError, match="already"):
        edits.add_layers(document, [thing("o4", Rect(0, 0, 1, 1))])


@pytest.mark.parametrize(
    "edit", [edits.delete, edits.group, edits.ungroup, edits.duplicate, edits.merge, edits.raise_, edits.lower]
)
def test_an_unknown_id_is_a_key_error(document: Document, edit: object) -> None:
    with pytest.raises(KeyError):
        edit(document, ["o1", "nobody"])  # type: ignore[operator]


def test_a_text_layer_called_by_its_words_goes_on_being_called_by_them(document: Document) -> None:
    before = edits.add_layers(document, [text_layer((TextLine(text="Old", rect=Rect(0, 0, 30, 20)),))])
    block = TextBlock(lines=(TextLine(text="New  words", rect=Rect(2, 2, 4, 4)),), style=TextStyle())
    mask, own = TileMask.from_rect(Rect(2, 2, 4, 4)), Raster(2, 2, np.full((4, 4, 4), 255, np.uint8))
    called, given = edits.rename(before, "t1", name="Old"), edits.rename(before, "t1", name="Slogan")
    assert edits.set_text(called, "t1", block=block, mask=mask, own=own).layer("t1").name == "New words"
    assert edits.set_text(given, "t1", block=block, mask=mask, own=own).layer("t1").name == "Slogan"
