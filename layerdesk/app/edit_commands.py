"""What the editing actions do: from a document and the selected ids to a step and a new selection. Qt-free."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.edits_tree import ancestors, roots, siblings
from layerdesk.document.layers import GroupLayer, leaves
from layerdesk.errors import LayerDeskError

Ids = tuple[str, ...]
NUDGES: dict[str, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
FAR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A step that a command made."""

    name: str
    """As the history shows it."""
    document: Document
    selection: Ids | None = None
    """What is selected afterwards; None leaves it."""
    merge_key: str | None = None


Command = Callable[[Document, Ids], Outcome]


def delete(document: Document, ids: Ids) -> Outcome:
    free = _unlocked(document, ids, doing="deleted")
    return Outcome(name=_plural("Delete", document, free), document=edits.delete(document, free), selection=())


def duplicate(document: Document, ids: Ids) -> Outcome:
    tops = _root_ids(document, ids)
    after = edits.duplicate(document, tops)
    return Outcome(name=_plural("Duplicate", document, tops), document=after, selection=edits.new_ids(document, after))


def merge(document: Document, ids: Ids) -> Outcome:
    """Merge the selected layers; a single one with the layer right below it."""
    tops = _unlocked(document, ids, doing="merged")
    if len(tops) == 1 and not isinstance(document.layer(tops[0]), GroupLayer):
        beside = [each.id for each in siblings(document, document.parent_of(tops[0]))]
        place = beside.index(tops[0])
        if place == 0:
            raise LayerDeskError("there is no layer below to merge with; select two layers")
        tops = _unlocked(document, (beside[place - 1], tops[0]), doing="merged")
        if len(tops) < 2:
            raise LayerDeskError("the layer below is locked; unlock it first")
    if sum(1 for _ in leaves(tuple(document.layer(each) for each in tops))) < 2:
        raise LayerDeskError("merging takes two layers; select one more")
    after = edits.merge(document, tops)
    return Outcome(name="Merge layers", document=after, selection=edits.new_ids(document, after) or _kept(tops, after))


def split(document: Document, ids: Ids) -> Outcome:
    (layer_id,) = _unlocked(document, ids, doing="split")
    after = edits.split(document, layer_id)
    if after is document:
        raise LayerDeskError("this layer is one connected piece; there is nothing to split")
    return Outcome(name="Split layer", document=after, selection=edits.new_ids(document, after))


def group(document: Document, ids: Ids) -> Outcome:
    after = edits.group(document, _root_ids(document, ids))
    return Outcome(name="Group", document=after, selection=edits.new_ids(document, after))


def ungroup(document: Document, ids: Ids) -> Outcome:
    groups = [each for each in ids if isinstance(document.layer(each), GroupLayer)]
    children = [child.id for each in groups for child in siblings(document, each)]
    return Outcome(name="Ungroup", document=edits.ungroup(document, groups), selection=tuple(children))


def raise_(document: Document, ids: Ids) -> Outcome:
    return Outcome(name="Raise", document=edits.raise_(document, _root_ids(document, ids)))


def lower(document: Document, ids: Ids) -> Outcome:
    return Outcome(name="Lower", document=edits.lower(document, _root_ids(document, ids)))


def to_front(document: Document, ids: Ids) -> Outcome:
    return _to_end(document, ids, name="To front", top=True)


def to_back(document: Document, ids: Ids) -> Outcome:
    return _to_end(document, ids, name="To back", top=False)


def toggle_visible(document: Document, ids: Ids) -> Outcome:
    """Hide them when all are shown, else show all."""
    show = not all(document.layer(each).visible for each in ids)
    return Outcome(name="Show" if show else "Hide", document=edits.set_visible(document, ids, visible=show))


def toggle_lock(document: Document, ids: Ids) -> Outcome:
    lock = not all(document.layer(each).locked for each in ids)
    return Outcome(name="Lock" if lock else "Unlock", document=edits.set_locked(document, ids, locked=lock))


def nudge(document: Document, ids: Ids, *, dx: int, dy: int) -> Outcome:
    """Move by pixels; repeated nudges of the same layers are one step."""
    free = _unlocked(document, ids, doing="moved")
    after = edits.move(document, free, dx=dx, dy=dy)
    return Outcome(name="Nudge", document=after, merge_key=f"nudge:{','.join(free)}")


def set_opacity(document: Document, ids: Ids, *, opacity: float) -> Outcome:
    after = edits.set_opacity(document, ids, opacity=opacity)
    return Outcome(name=f"Opacity {round(opacity * 100)} %", document=after, merge_key=f"opacity:{','.join(ids)}")


def solo(document: Document, layer_id: str) -> Outcome:
    """Show this layer alone among the leaves, with the groups it lies in; asked again, show all."""
    shown = {leaf.id for leaf in document.leaves() if leaf.visible}
    wanted = {leaf.id for leaf in leaves((document.layer(layer_id),))}
    if shown == wanted:
        return Outcome(name="Show all", document=edits.set_visible(document, [each.id for each in document.walk()], visible=True))
    around = {layer_id, *ancestors(document, layer_id)}
    after = edits.set_visible(document, [leaf.id for leaf in document.leaves() if leaf.id not in wanted], visible=False)
    return Outcome(name="Show alone", document=edits.set_visible(after, sorted(wanted | around), visible=True))


COMMANDS: dict[str, Command] = {
    "edit.delete": delete,
    "edit.duplicate": duplicate,
    "layer.merge": merge,
    "layer.split": split,
    "layer.group": group,
    "layer.ungroup": ungroup,
    "layer.raise": raise_,
    "layer.lower": lower,
    "layer.to_front": to_front,
    "layer.to_back": to_back,
    "layer.toggle_visible": toggle_visible,
    "layer.toggle_lock": toggle_lock,
}


HEAVY: frozenset[str] = frozenset({"layer.merge", "layer.split"})
"""Commands that compute pixels; on more of them than INSTANT they are to run behind."""
INSTANT = 400_000


def pixels_of(document: Document, ids: Ids) -> int:
    """How many pixels the boxes of these layers hold together."""
    return sum(leaf.bounds.area for leaf in leaves(tuple(document.layer(each) for each in ids)))


def select_all(document: Document) -> Ids:
    """Every unlocked layer of the top level."""
    return tuple(layer.id for layer in document.layers if not layer.locked)


def step_selection(document: Document, ids: Ids, *, up: bool) -> Ids:
    """The layer next above or below the (last) selected one, by the order of the layers panel; at the end it stays."""
    order = [layer.id for layer in document.walk()]
    if not ids:
        return (order[-1] if up else order[0],) if order else ()
    place = order.index(ids[-1]) + (1 if up else -1)
    return (order[min(len(order) - 1, max(0, place))],)


def locked_names(document: Document, ids: Iterable[str]) -> tuple[str, ...]:
    """Names of those that are locked, themselves or by a group around them."""
    return tuple(document.layer(each).name for each in ids if _is_locked(document, each))


def _root_ids(document: Document, ids: Iterable[str]) -> Ids:
    """These layers without those that lie in a group that is among them, bottom to top."""
    return tuple(layer.id for layer in roots(document, tuple(ids)))


def _unlocked(document: Document, ids: Ids, *, doing: str) -> Ids:
    """The topmost of them that may be changed. Raises LayerDeskError where all are locked."""
    tops = _root_ids(document, ids)
    free = tuple(each for each in tops if not _is_locked(document, each))
    if tops and not free:
        name = document.layer(tops[0]).name
        raise LayerDeskError(f"“{name}” is locked and cannot be {doing}; unlock it first")
    if not free:
        raise LayerDeskError("no layer is selected; select one in the picture or in the list")
    return free


def _is_locked(document: Document, layer_id: str) -> bool:
    return any(document.layer(each).locked for each in (layer_id, *ancestors(document, layer_id)))


def _to_end(document: Document, ids: Ids, *, name: str, top: bool) -> Outcome:
    """To the top or bottom of the group of the first of them; the others of that group go with it."""
    tops = _root_ids(document, ids)
    parent = document.parent_of(tops[0])
    together = [each for each in tops if document.parent_of(each) == parent]
    index = len(siblings(document, parent)) if top else 0
    return Outcome(name=name, document=edits.reorder(document, together, parent=parent, index=index))


def _kept(ids: Ids, after: Document) -> Ids:
    return tuple(each for each in ids if each in after)


def _plural(verb: str, document: Document, ids: Ids) -> str:
    return f"{verb} “{document.layer(ids[0]).name}”" if len(ids) == 1 else f"{verb} {len(ids)} layers"
