"""Undo: the one mutable cell that holds the current document, and the steps around it. Not safe across threads."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.document import Document
from layerdesk.document.geometry import EMPTY, Rect, bounding
from layerdesk.document.layers import GroupLayer, Layer, LeafLayer, leaves, walk
from layerdesk.document.masks import FULL_TILE

BUDGET_BYTES = 512 * 2**20
_BYTES_A_LAYER = 400
"""What a document's tree and look-up tables cost for each layer, pixels left out: a rounded-up estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of the history."""

    name: str
    before: Document
    after: Document
    merge_key: str | None
    nbytes: int
    """The memory that keeping this step costs: pixels that only one of its two documents holds, and an estimate for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What listeners are told: the document was exchanged, and `rect` of the canvas may look different."""

    before: Document
    after: Document
    name: str
    rect: Rect


Listener = Callable[[Change], None]


class Store:
    """The current document with undo and redo. Every change goes through `apply`."""

    def __init__(self, document: Document, *, budget_bytes: int = BUDGET_BYTES) -> None:
        self._document = document
        self._budget = budget_bytes
        self._steps: list[Step] = []
        self._position = 0
        self._merging = False
        self._shelved: list[Step] = []
        self._listeners: list[Listener] = []
        self._saved: Callable[[], Document | None] = weakref.ref(document)

    @property
    def document(self) -> Document:
        return self._document

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of all steps kept, oldest first, those undone included."""
        return tuple(step.name for step in self._steps)

    @property
    def position(self) -> int:
        """How many of `steps` are done."""
        return self._position

    @property
    def nbytes(self) -> int:
        """The memory that the steps are reckoned to hold."""
        return sum(step.nbytes for step in (*self._steps, *self._shelved))

    @property
    def can_undo(self) -> bool:
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        return self._position < len(self._steps)

    @property
    def undo_name(self) -> str | None:
        return self._steps[self._position - 1].name if self.can_undo else None

    @property
    def redo_name(self) -> str | None:
        return self._steps[self._position].name if self.can_redo else None

    @property
    def dirty(self) -> bool:
        """Whether the document is another than the one last marked as saved (or begun with)."""
        return self._saved() is not self._document

    def mark_saved(self) -> None:
        """The document as it now is lies on disk."""
        self.seal()
        self._saved = weakref.ref(self._document)

    def apply(self, name: str, document: Document, *, merge_key: str | None = None) -> None:
        """Make `document` the current one, as a step of this name; the very same document is no step.

        Successive calls with one merge key fold into one step, until `seal`, undo, redo or another step ends that.
        """
        before = self._document
        if document is before:
            return
        if self._merging and merge_key is not None and self._steps[-1].merge_key == merge_key:
            self._steps[-1] = _step(name, self._steps[-1].before, document, merge_key)
        else:
            self._shelved = self._steps[self._position :] if merge_key is not None else []
            self._steps[self._position :] = [_step(name, before, document, merge_key)]
            self._position = len(self._steps)
        self._merging = merge_key is not None
        self._trim()
        self._exchange(document, name)

    def seal(self) -> None:
        """What is applied from now on is a new step, whatever its merge key."""
        self._merging = False
        self._shelved = []

    def undo(self) -> None:
        """Back by one step; nothing where there is none."""
        if self.can_undo:
            self.jump(self._position - 1)

    def redo(self) -> None:
        """Forward by one step; nothing where there is none."""
        if self.can_redo:
            self.jump(self._position + 1)

    def jump(self, position: int) -> None:
        """Go to where `position` steps are done. Raises IndexError where there are fewer, or it is negative."""
        if not 0 <= position <= len(self._steps):
            raise IndexError(f"the history has {len(self._steps)} steps, not {position}")
        self.seal()
        if position == self._position:
            return
        back = position < self._position
        name = self._steps[position].name if back else self._steps[position - 1].name
        self._position = position
        self._exchange(self._steps[position].before if back else self._steps[position - 1].after, name)

    def cancel(self, merge_key: str) -> None:
        """Take back the gesture under way with this key: it leaves neither step nor redo entry, and older redo entries return."""
        if not self._merging or self._steps[-1].merge_key != merge_key:
            return
        step = self._steps.pop()
        self._position = len(self._steps)
        self._steps.extend(self._shelved)
        self.seal()
        self._exchange(step.before, step.name)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change. Returns the function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _exchange(self, document: Document, name: str) -> None:
        before, self._document = self._document, document
        change = Change(before=before, after=document, name=name, rect=changed_rect(before, document))
        for listener in tuple(self._listeners):
            listener(change)

    def _trim(self) -> None:
        """Drop shelved, then oldest steps until the budget holds; the newest step stays whatever it costs."""
        held = self.nbytes
        if held > self._budget:
            held -= sum(step.nbytes for step in self._shelved)
            self._shelved = []
        while held > self._budget and len(self._steps) > 1:
            held -= self._steps.pop(0).nbytes
            self._position -= 1


def _step(name: str, before: Document, after: Document, merge_key: str | None) -> Step:
    old, new = _unshared(before, after), _unshared(after, before)
    pixels = max(
        sum(array.nbytes for key, array in old.items() if key not in new),
        sum(array.nbytes for key, array in new.items() if key not in old),
    )
    tree = _BYTES_A_LAYER * (1 + max(sum(1 for _ in before.walk()), sum(1 for _ in after.walk())))
    return Step(name=name, before=before, after=after, merge_key=merge_key, nbytes=pixels + tree)


def _unshared(document: Document, other: Document) -> dict[int, NDArray[np.uint8]]:
    """The arrays of the layers that `other` does not hold as the very same objects, by identity."""
    shared = {id(layer) for layer in (*walk(other.layers), *walk(other.found))}
    trees = document.layers if document.found is other.found else (*document.layers, *document.found)
    arrays = {id(array): array for layer in leaves(trees) if id(layer) not in shared for array in _arrays(layer)}
    if document.source is not other.source:
        arrays[id(document.source.pixels)] = document.source.pixels
    return arrays


def _arrays(layer: LeafLayer) -> Iterator[NDArray[np.uint8]]:
    for mask in (layer.mask, layer.invented):
        yield from (tile for tile in mask.tiles.values() if tile is not FULL_TILE)
    if layer.own is not None:
        yield layer.own.pixels


def changed_rect(before: Document, after: Document) -> Rect:
    """A rectangle of the canvas outside of which the two documents look the same; EMPTY where they look the same throughout."""
    if before.source is not after.source:
        return before.rect.united(after.rect)
    return _changed_among(before.layers, after.layers).intersected(after.rect)


def _changed_among(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Rect:
    """What differs between two lists of siblings. Layers out of order count whole; the others are compared one by one."""
    if before is after:
        return EMPTY
    names = [layer.id for layer in before], [layer.id for layer in after]
    if names[0] == names[1]:
        return bounding(_changed_layer(old, new) for old, new in zip(before, after, strict=True) if old is not new)
    pieces = []
    for tag, from_old, to_old, from_new, to_new in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = zip(before[from_old:to_old], after[from_new:to_new], strict=True)
            pieces += [_changed_layer(old, new) for old, new in pairs if old is not new]
        else:
            pieces += [_seen(layer) for layer in (*before[from_old:to_old], *after[from_new:to_new])]
    return bounding(pieces)


def _changed_layer(old: Layer, new: Layer) -> Rect:
    if _look(old) != _look(new) or isinstance(old, GroupLayer) != isinstance(new, GroupLayer):
        return _seen(old).united(_seen(new))
    if not old.visible:
        return EMPTY
    if isinstance(old, GroupLayer) or isinstance(new, GroupLayer):
        assert isinstance(old, GroupLayer)
        assert isinstance(new, GroupLayer)
        return _changed_among(old.children, new.children)
    if old.offset != new.offset or old.own != new.own:
        return old.bounds.united(new.bounds)
    return old.mask.changed_rect(new.mask).translated(new.offset)


def _look(layer: Layer) -> tuple[bool, float, str]:
    return layer.visible, layer.opacity, layer.blend


def _seen(layer: Layer) -> Rect:
    return layer.bounds if layer.visible else EMPTY
