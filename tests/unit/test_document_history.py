"""The store: undo and redo of anything, gestures in one step, a budget of bytes."""

from __future__ import annotations

import dataclasses
import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FOUND, calm, documents, edited, noise, source_image

from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import EMPTY, Rect
from layerdesk.document.history import Change, Store, changed_rect
from layerdesk.document.layers import BackgroundLayer, ObjectLayer
from layerdesk.document.masks import FULL_TILE, TileMask


@pytest.fixture
def document() -> Document:
    layers = (
        BackgroundLayer(id="b1", name="Background", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, 300, 300))),
        ObjectLayer(id="o1", name="One", provenance=FOUND, mask=TileMask.from_rect(Rect(10, 10, 20, 20))),
    )
    return Document(source=source_image(noise(1, 300, 300, 4)), layers=layers)


def painted(document: Document, seed: int) -> Document:
    """o1 with a mask of two fresh tiles: 131072 bytes."""
    return edits.set_mask(document, "o1", mask=TileMask.from_array(noise(seed, 200, 280)))


@calm
@given(st.data())
def test_any_sequence_of_edits_undone_is_the_identical_document_and_redone_too(data: st.DataObject) -> None:
    store = Store(data.draw(documents()))
    documents_seen, pictures = [store.document], [composite(store.document)]
    for _ in range(data.draw(st.integers(1, 6))):
        name, after = data.draw(edited(store.document))
        if after is not store.document:
            store.apply(name, after)
            documents_seen.append(after)
            pictures.append(composite(after))
    assert len(store.steps) == len(documents_seen) - 1
    for old, picture in zip(reversed(documents_seen[:-1]), reversed(pictures[:-1]), strict=True):
        store.undo()
        assert store.document is old
        assert np.array_equal(composite(store.document), picture)
    assert not store.can_undo
    for new in documents_seen[1:]:
        store.redo()
        assert store.document is new
    assert not store.can_redo
    place = data.draw(st.integers(0, len(store.steps)))
    store.jump(place)
    assert store.document is documents_seen[place]


@calm
@given(st.data())
def test_changed_rect_covers_all_that_changed(data: st.DataObject) -> None:
    before = after = data.draw(documents())
    for _ in range(data.draw(st.integers(1, 3))):
        _, after = data.draw(edited(after))
    for old, new in ((before, after), (after, before)):
        rect = changed_rect(old, new)
        assert before.rect.contains_rect(rect) or rect == EMPTY
        same = composite(old) == composite(new)
        if not rect.empty:
            same[rect.slices] = True
        assert same.all()


def test_changed_rect_is_tight_where_little_changed(document: Document) -> None:
    assert changed_rect(document, edits.rename(document, "o1", name="x")) == EMPTY
    assert changed_rect(document, edits.move(document, ["o1"], dx=5, dy=0)) == Rect(10, 10, 25, 20)
    assert changed_rect(document, edits.delete(document, ["o1"])) == Rect(10, 10, 20, 20)
    assert changed_rect(document, edits.raise_(document, ["b1"])).area <= document.rect.area
    grouped = edits.group(document, ["o1"])
    assert changed_rect(document, edits.set_opacity(grouped, ["g1"], opacity=0.5)) == Rect(10, 10, 20, 20)
    assert changed_rect(grouped, edits.set_mask(grouped, "o1", mask=TileMask.from_rect(Rect(10, 10, 21, 20)))) == Rect(
        0, 0, 256, 256
    )


def held_bytes(documents_held: list[Document], current: Document) -> int:
    """The arrays of these documents that the current one has not, each once."""

    def arrays(document: Document) -> dict[int, int]:
        out = {}
        for leaf in document.leaves():
            tiles = [tile for mask in (leaf.mask, leaf.invented) for tile in mask.tiles.values() if tile is not FULL_TILE]
            out |= {id(array): array.nbytes for array in (*tiles, *([leaf.own.pixels] if leaf.own else []))}
        return out

    everything: dict[int, int] = {}
    for one in documents_held:
        everything |= arrays(one)
    return sum(size for key, size in everything.items() if key not in arrays(current))


def test_the_history_is_bounded_by_bytes(document: Document) -> None:
    budget = 1_000_000
    store = Store(document, budget_bytes=budget)
    made = [document]
    for seed in range(40):
        made.append(painted(store.document, seed))
        store.apply(f"Paint {seed}", made[-1])
        kept = made[-1 - len(store.steps) :]
        assert held_bytes(kept, store.document) <= store.nbytes <= budget
    assert 4 <= len(store.steps) <= 8
    assert store.steps[-1] == "Paint 39"
    assert store.position == len(store.steps)
    while store.can_undo:
        store.undo()
        assert held_bytes(kept, store.document) <= budget
    assert store.document is kept[0]


def test_what_falls_out_of_the_history_is_let_go(document: Document) -> None:
    store = Store(document, budget_bytes=400_000)
    first = painted(document, 0)
    watched = weakref.ref(first)
    store.apply("Paint", first)
    del first
    for seed in range(1, 10):
        store.apply("Paint", painted(store.document, seed))
    gc.collect()
    assert watched() is None


def test_the_newest_step_stays_whatever_it_costs(document: Document) -> None:
    store = Store(document, budget_bytes=1)
    for seed in range(3):
        before = store.document
        store.apply("Paint", painted(before, seed))
        assert store.steps == ("Paint",)
    store.undo()
    assert store.document is before


def test_steps_without_pixels_are_bounded_too(document: Document) -> None:
    store = Store(document, budget_bytes=100_000)
    for number in range(1000):
        store.apply("Rename", edits.rename(store.document, "o1", name=str(number)))
    assert 1 < len(store.steps) < 200


def drag(store: Store, key: str, times: int) -> None:
    for _ in range(times):
        store.apply("Move", edits.move(store.document, ["o1"], dx=1, dy=0), merge_key=key)


def test_a_merge_key_folds_a_drag_into_one_step(document: Document) -> None:
    store = Store(document)
    drag(store, "drag 1", 10)
    assert store.steps == ("Move",)
    assert store.document.layer("o1").offset.x == 10
    drag(store, "drag 2", 3)
    assert store.steps == ("Move", "Move")
    store.undo()
    assert store.document.layer("o1").offset.x == 10
    store.undo()
    assert store.document is document


@pytest.mark.parametrize("ended_by", ["seal", "undo", "save", "other"])
def test_merging_ends(document: Document, ended_by: str) -> None:
    store = Store(document)
    drag(store, "key", 2)
    drag(store, "key", 2)
    match ended_by:
        case "seal":
            store.seal()
        case "undo":
            store.undo()
            store.redo()
        case "save":
            store.mark_saved()
        case "other":
            store.apply("Rename", edits.rename(store.document, "o1", name="x"))
    count = len(store.steps)
    drag(store, "key", 2)
    assert len(store.steps) == count + 1


def test_a_gesture_under_way_can_be_taken_back_without_a_trace(document: Document) -> None:
    store = Store(document)
    store.apply("Rename", edits.rename(document, "o1", name="x"))
    store.undo()
    changes: list[Change] = []
    store.subscribe(changes.append)
    drag(store, "drag", 4)
    assert not store.can_redo
    store.cancel("another")
    assert store.document.layer("o1").offset.x == 4
    store.cancel("drag")
    assert store.document is document
    assert (store.steps, store.position, store.redo_name) == (("Rename",), 0, "Rename")
    assert changes[-1].after is document
    assert changes[-1].rect == Rect(10, 10, 24, 20)
    store.redo()
    assert store.document.layer("o1").name == "x"


def test_cancel_leaves_a_finished_gesture_alone(document: Document) -> None:
    store = Store(document)
    drag(store, "drag", 2)
    store.seal()
    store.cancel("drag")
    assert store.document.layer("o1").offset.x == 2


def test_a_new_step_cuts_what_was_undone(document: Document) -> None:
    store = Store(document)
    for name in ("a", "b", "c"):
        store.apply(name, edits.rename(store.document, "o1", name=name))
    store.jump(1)
    assert (store.undo_name, store.redo_name, store.steps) == ("a", "b", ("a", "b", "c"))
    store.apply("d", edits.rename(store.document, "o1", name="d"))
    assert (store.steps, store.position, store.can_redo) == (("a", "d"), 2, False)
    with pytest.raises(IndexError):
        store.jump(3)


def test_the_same_document_is_no_step(document: Document) -> None:
    store = Store(document)
    changes: list[Change] = []
    store.subscribe(changes.append)
    store.apply("Nothing", document)
    assert (store.steps, changes) == ((), [])


def test_listeners_hear_every_change_until_they_leave(document: Document) -> None:
    store = Store(document)
    heard: list[Change] = []
    leave = store.subscribe(heard.append)
    moved = edits.move(document, ["o1"], dx=4, dy=0)
    store.apply("Move", moved)
    store.undo()
    store.redo()
    assert [(change.name, change.rect) for change in heard] == [("Move", Rect(10, 10, 24, 20))] * 3
    assert [(change.before, change.after) for change in heard[:2]] == [(document, moved), (moved, document)]
    leave()
    leave()
    store.undo()
    assert len(heard) == 3


def test_dirty_follows_what_was_saved(document: Document) -> None:
    store = Store(document)
    assert not store.dirty
    store.apply("a", edits.rename(document, "o1", name="a"))
    assert store.dirty
    store.mark_saved()
    assert not store.dirty
    store.undo()
    assert store.dirty
    store.redo()
    assert not store.dirty


def test_replacing_source_and_layers_is_one_step_that_holds_both(document: Document) -> None:
    other = dataclasses.replace(document, source=source_image(noise(2, 50, 400, 4)))
    store = Store(document)
    store.apply("Open", other)
    assert store.nbytes >= document.source.pixels.nbytes
    assert changed_rect(document, other) == Rect(0, 0, 400, 300)
