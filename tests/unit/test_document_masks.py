"""Sparse masks: the same as dense planes, and shared between revisions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import calm, masks, noise

from layerdesk.document.geometry import EMPTY, Rect
from layerdesk.document.masks import FULL_TILE, NO_MASK, MaskEdit, TileMask

AROUND = Rect(-300, -270, 700, 560)

_dabs = st.lists(
    st.tuples(
        st.sampled_from(("write", "paint", "erase")),
        st.integers(AROUND.x, AROUND.right - 40),
        st.integers(AROUND.y, AROUND.bottom - 40),
        st.integers(1, 40),
        st.integers(1, 40),
        st.integers(0, 2**32 - 1),
    ),
    max_size=8,
)


@calm
@given(_dabs, _dabs)
def test_painting_tiles_equals_painting_a_dense_array(first: list[tuple], second: list[tuple]) -> None:
    dense = np.zeros((AROUND.height, AROUND.width), np.uint8)
    mask = NO_MASK
    for dabs in (first, second):
        edit = MaskEdit(mask)
        for kind, x, y, width, height, seed in dabs:
            plane = noise(seed, height, width)
            view = dense[Rect(x, y, width, height).translated(-AROUND.origin).slices]
            if kind == "write":
                edit.write(plane, x=x, y=y)
                view[...] = plane
            else:
                edit.blend(plane, x=x, y=y, erase=kind == "erase")
                view[...] = np.minimum(view, 255 - plane) if kind == "erase" else np.maximum(view, plane)
        mask = edit.commit()
    assert np.array_equal(mask.to_array(AROUND), dense)
    assert mask == TileMask.from_array(dense, x=AROUND.x, y=AROUND.y)
    rows, columns = np.nonzero(dense)
    box = (
        Rect.from_edges(*(int(v) for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))) if rows.size else EMPTY
    )
    assert mask.bounds == (box.translated(AROUND.origin) if rows.size else EMPTY)
    assert mask.area == pytest.approx(dense.sum(dtype=np.int64) / 255)


@calm
@given(masks(within=AROUND), masks(within=AROUND))
def test_changed_rect_covers_every_difference(first: TileMask, second: TileMask) -> None:
    changed = first.changed_rect(second)
    different = first.to_array(AROUND.expanded(8)) != second.to_array(AROUND.expanded(8))
    rows, columns = np.nonzero(different)
    for row, column in zip(rows[:50], columns[:50], strict=True):
        assert changed.x <= column + AROUND.x - 8 < changed.right
        assert changed.y <= row + AROUND.y - 8 < changed.bottom
    assert first.changed_rect(first) == EMPTY


def test_an_edit_leaves_the_base_and_shares_untouched_tiles() -> None:
    base = TileMask.from_array(noise(1, 300, 600))
    before = base.to_array(Rect(0, 0, 600, 300))
    edit = MaskEdit(base)
    edit.write(np.full((2, 2), 7, np.uint8), x=10, y=10)
    after = edit.commit()
    assert np.array_equal(base.to_array(Rect(0, 0, 600, 300)), before)
    assert after.tiles[0, 0] is not base.tiles[0, 0]
    assert all(after.tiles[key] is base.tiles[key] for key in base.tiles if key != (0, 0))


def test_committed_tiles_cannot_be_written() -> None:
    mask = TileMask.from_array(noise(2, 20, 20))
    with pytest.raises(ValueError, match="read-only"):
        mask.tiles[0, 0][0, 0] = 1


def test_full_tiles_are_one_shared_tile_and_empty_ones_are_not_kept() -> None:
    mask = TileMask.from_rect(Rect(0, 0, 512, 256))
    assert mask.tiles[0, 0] is FULL_TILE
    assert mask.tiles[1, 0] is FULL_TILE
    assert mask.nbytes == 0
    edit = MaskEdit(mask)
    edit.write(np.zeros((256, 256), np.uint8), x=0, y=0)
    assert set(edit.commit().tiles) == {(1, 0)}


@pytest.mark.parametrize(("x", "y", "value"), [(-1, -1, 9), (255, 0, 0), (256, 0, 0), (-1, 0, 0)])
def test_value_at_reaches_negative_places(x: int, y: int, value: int) -> None:
    assert TileMask.from_array(np.full((1, 1), 9, np.uint8), x=-1, y=-1).value_at(x, y) == value
