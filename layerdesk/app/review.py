"""Walking through what is least sure, and the seconds a person needs from layering to export. Qt-free; the clock is handed in."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from layerdesk.document.document import Document
from layerdesk.document.layers import LeafLayer

IDLE = 60.0
"""A longer time without an action is a pause and does not count; in seconds."""


def order(document: Document) -> tuple[str, ...]:
    """Ids of the leaves by confidence, least sure first; equal ones from the top down. The lowest background is left out."""
    tops = [leaf for leaf in reversed(tuple(document.leaves())) if not _is_plain_background(document, leaf)]
    return tuple(leaf.id for leaf in sorted(tops, key=lambda leaf: leaf.confidence))


def step(document: Document, current: str | None, *, forward: bool) -> str | None:
    """The leaf to look at after (or before) `current`; around at the ends. None where there is nothing to review."""
    ids = order(document)
    if not ids:
        return None
    if current not in ids:
        return ids[0] if forward else ids[-1]
    return ids[(ids.index(current) + (1 if forward else -1)) % len(ids)]


def left(document: Document, seen: Container[str]) -> int:
    """How many leaves were neither looked at nor changed by hand."""
    return sum(1 for each in order(document) if each not in seen and not document.layer(each).provenance.edited)


def _is_plain_background(document: Document, leaf: LeafLayer) -> bool:
    return bool(document.layers) and leaf.id == document.layers[0].id and leaf.confidence >= 1.0


@dataclass(slots=True)
class CorrectionClock:
    """Adds up the seconds of work after layering. Every call gives the time in seconds of a clock that never goes back."""

    seconds: float = 0.0
    _last: float | None = None

    def start(self, now: float) -> None:
        """Layering has ended: count from zero."""
        self.seconds, self._last = 0.0, now

    def resume(self, now: float) -> None:
        """A layered project was opened: go on counting."""
        self._last = now

    def touch(self, now: float) -> None:
        """The person did something. The time since the last thing counts unless it was longer than IDLE."""
        if self._last is not None:
            gap = now - self._last
            self.seconds += gap if gap <= IDLE else 0.0
            self._last = now

    @property
    def running(self) -> bool:
        return self._last is not None
