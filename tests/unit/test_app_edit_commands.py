"""The editing commands without a window: what they do, what they refuse, what is selected afterwards."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest

from layerdesk.app import edit_commands as commands
from layerdesk.app import typesetting
from layerdesk.document import edits
from layerdesk.document.composite import composite
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import GroupLayer, Layer, ObjectLayer, Provenance, ShapeLayer
from layerdesk.document.masks import TileMask
from layerdesk.document.style import Shape, Stroke
from layerdesk.errors import LayerDeskError

FROM = Provenance(stage="objects", engine="regions")


def thing(layer_id: str, rect: Rect) -> ObjectLayer:
    return ObjectLayer(id=layer_id, name=layer_id.upper(), provenance=FROM, mask=TileMask.from_rect(rect))


def document() -> Document:
    """o1, o2, g1 (o3, o4), o5 from the bottom up."""
    pixels = np.full((60, 80, 4), 255, np.uint8)
    pixels[..., 0] = np.arange(80, dtype=np.uint8)
    source = SourceImage(name="a.png", data=b"a", sha256=hashlib.sha256(b"a").hexdigest(), pixels=pixels)
    inner = (thing("o3", Rect(0, 20, 10, 10)), thing("o4", Rect(20, 20, 10, 10)))
    layers: tuple[Layer, ...] = (
        thing("o1", Rect(0, 0, 80, 60)),
        thing("o2", Rect(10, 0, 20, 20)),
        GroupLayer(id="g1", name="G1", provenance=FROM, children=inner),
        thing("o5", Rect(40, 0, 20, 20)),
    )
    return Document(source=source, layers=layers)


def tops(of: Document) -> list[str]:
    return [layer.id for layer in of.layers]


def test_every_command_names_its_step_and_selects_what_is_there() -> None:
    for name, command in commands.COMMANDS.items():
        ids = ("g1",) if name in ("layer.ungroup",) else ("o2",) if name != "layer.split" else ("o1",)
        if name == "layer.split":
            continue
        outcome = command(document(), ids)
        assert outcome.name, name
        assert all(each in outcome.document for each in outcome.selection or ()), name


@pytest.mark.parametrize(
    ("command", "ids", "order"),
    [
        (commands.to_front, ("o1",), ["o2", "g1", "o5", "o1"]),
        (commands.to_back, ("o5",), ["o5", "o1", "o2", "g1"]),
        (commands.to_front, ("o1", "g1"), ["o2", "o5", "o1", "g1"]),
        (commands.raise_, ("o2",), ["o1", "g1", "o2", "o5"]),
        (commands.lower, ("o2",), ["o2", "o1", "g1", "o5"]),
        (commands.to_front, ("o5",), ["o1", "o2", "g1", "o5"]),
    ],
)
def test_order(command: commands.Command, ids: tuple[str, ...], order: list[str]) -> None:
    assert tops(command(document(), ids).document) == order


def test_a_layer_of_a_group_stays_in_it() -> None:
    group = commands.to_front(document(), ("o3",)).document.layer("g1")
    assert isinstance(group, GroupLayer)
    assert [child.id for child in group.children] == ["o4", "o3"]


def test_a_group_and_its_child_are_one_thing_to_delete() -> None:
    outcome = commands.delete(document(), ("g1", "o3"))
    assert tops(outcome.document) == ["o1", "o2", "o5"]
    assert outcome.name == "Delete “G1”"
    assert outcome.selection == ()
    assert commands.delete(document(), ("o1", "o2")).name == "Delete 2 layers"


def test_locked_layers_are_left_out_and_all_locked_is_refused() -> None:
    locked = edits.set_locked(document(), ["g1"], locked=True)
    assert tops(commands.delete(locked, ("o2", "g1")).document) == ["o1", "g1", "o5"]
    for command in (commands.delete, commands.split):
        with pytest.raises(LayerDeskError, match="“O3” is locked"):
            command(locked, ("o3",))
    with pytest.raises(LayerDeskError, match="locked"):
        commands.nudge(locked, ("g1",), dx=1, dy=0)


def test_nudges_of_the_same_layers_share_a_merge_key() -> None:
    one = commands.nudge(document(), ("o2",), dx=1, dy=0)
    two = commands.nudge(one.document, ("o2",), dx=0, dy=10)
    assert one.merge_key == two.merge_key != commands.nudge(document(), ("o5",), dx=1, dy=0).merge_key
    assert two.document.layer("o2").bounds == Rect(11, 10, 20, 20)


def test_one_layer_merges_with_the_one_below_and_a_group_with_itself() -> None:
    before = document()
    merged = commands.merge(before, ("o2",))
    assert len(tops(merged.document)) == 3
    assert np.array_equal(composite(merged.document), composite(before))
    whole = commands.merge(before, ("g1",))
    assert isinstance(whole.document.layer((whole.selection or ("",))[0]), ObjectLayer)


def test_what_cannot_be_merged_or_split_says_why() -> None:
    with pytest.raises(LayerDeskError, match="no layer below"):
        commands.merge(document(), ("o1",))
    with pytest.raises(LayerDeskError, match="nothing to split"):
        commands.split(document(), ("o2",))
    locked = edits.set_locked(document(), ["o1"], locked=True)
    with pytest.raises(LayerDeskError, match="below is locked"):
        commands.merge(locked, ("o2",))
    with pytest.raises(LayerDeskError, match="no layer is selected"):
        commands.delete(document(), ())


def test_ungroup_selects_what_was_in_it() -> None:
    outcome = commands.ungroup(document(), ("g1", "o1"))
    assert outcome.selection == ("o3", "o4")
    assert tops(outcome.document) == ["o1", "o2", "o3", "o4", "o5"]


def test_toggles_go_to_one_state_for_all() -> None:
    mixed = edits.set_visible(document(), ["o1"], visible=False)
    shown = commands.toggle_visible(mixed, ("o1", "o2"))
    assert (shown.name, shown.document.layer("o1").visible) == ("Show", True)
    hidden = commands.toggle_visible(shown.document, ("o1", "o2"))
    assert (hidden.name, hidden.document.layer("o2").visible) == ("Hide", False)
    assert commands.toggle_lock(document(), ("o1",)).name == "Lock"


def test_alone_and_back() -> None:
    alone = commands.solo(document(), "g1")
    assert [leaf.id for leaf in alone.document.leaves() if leaf.visible] == ["o3", "o4"]
    back = commands.solo(alone.document, "g1")
    assert all(layer.visible for layer in back.document.walk())


def test_stepping_through_layers_stops_at_the_ends() -> None:
    assert commands.step_selection(document(), (), up=True) == ("o5",)
    assert commands.step_selection(document(), ("o5",), up=True) == ("o5",)
    assert commands.step_selection(document(), ("o1",), up=False) == ("o1",)
    assert commands.step_selection(document(), ("o2",), up=True) == ("g1",)
    assert commands.select_all(edits.set_locked(document(), ["o1"], locked=True)) == ("o2", "g1", "o5")


def test_a_shape_takes_a_colour_unless_it_has_an_outline() -> None:
    rect = Rect(5, 5, 10, 10)
    shape = ShapeLayer(
        id="s1",
        name="S",
        provenance=FROM,
        mask=TileMask.from_rect(rect),
        shape=Shape(type="rectangle", box=(5, 5, 10, 10), fill="#ff0000"),
    )
    before = edits.add_layers(document(), [shape])
    after = typesetting.recolour(before, "s1", colour="#00ff00")
    assert tuple(composite(after)[7, 7]) == (0, 255, 0, 255)
    assert after.layer("s1").provenance.edited
    assert typesetting.recolour(after, "s1", colour="#00ff00") is after
    outlined = dataclasses.replace(
        shape, id="s2", shape=dataclasses.replace(shape.shape, stroke=Stroke(color="#000000", width=1.0))
    )
    with pytest.raises(LayerDeskError, match="outline"):
        typesetting.recolour(edits.add_layers(document(), [outlined]), "s2", colour="#00ff00")
