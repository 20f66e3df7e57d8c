"""Decide what belongs together: parts of one icon, letters of one logo, threads of one drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from layerdesk.document.colour import from_hex
from layerdesk.document.geometry import Rect, bounding
from layerdesk.layering.coverage import nearest
from layerdesk.layering.lines import mend_lines
from layerdesk.layering.pieces import Piece
from layerdesk.layering.protocols import Rgb
from layerdesk.layering.regions import Mask, Surfaces

_FEW = 8
_ICON = 0.1
"""Share of the picture's shorter side up to which touching colours are one icon."""
_PROMINENT = 0.02
"""Share of the picture from which a free form of one colour stands for itself; a fiftieth of it for a plain form."""
_ALIKE = 60.0
"""Levels of a channel within which touching pieces may be one drawing."""


class _Sets:
    """Positions put together."""

    def __init__(self, count: int) -> None:
        self._leader = list(range(count))

    def root(self, position: int) -> int:
        while self._leader[position] != position:
            position = self._leader[position]
        return position

    def join(self, first: int, second: int) -> None:
        """The smaller root leads, so that the result does not depend on the order."""
        a, b = self.root(first), self.root(second)
        self._leader[max(a, b)] = min(a, b)

    def of(self, positions: Sequence[int]) -> list[list[int]]:
        """The sets among these positions, in order."""
        groups: dict[int, list[int]] = {}
        for position in positions:
            groups.setdefault(self.root(position), []).append(position)
        return list(groups.values())


def gather(surfaces: Surfaces, pieces: Sequence[Piece | None], *, wet: Mask) -> list[Piece]:
    """The pieces with those that are one thing joined, bottom to top. None marks a piece already used up.

    `wet` (canvas): where text was lifted, which may have cut a thing in two.
    """
    sets = _Sets(len(pieces))
    alive = {position: piece for position, piece in enumerate(pieces) if piece is not None}
    mend_lines(alive)
    _join_crowds(alive, sets)
    _join_across_text(alive, sets, wet, side=min(surfaces.labels.shape))
    settled = _join_touching(alive, sets, surfaces)
    for _ in range(2):
        _join_neighbours(alive, sets, settled, side=min(surfaces.labels.shape))
    for position, piece in alive.items():
        # What lies on a thing that was put together is part of it.
        above = piece.above
        if above in alive and any(sets.root(k) == sets.root(above) for k in alive if k != above and k != position):
            sets.join(position, above)
    whole = [
        alive[group[0]] if len(group) == 1 else join(surfaces.image, [alive[k] for k in group])
        for group in sets.of(sorted(alive))
    ]
    return sorted(whole, key=lambda piece: piece.order)


def _join_crowds(alive: dict[int, Piece], sets: _Sets) -> None:
    """A surface full of small things is one thing: a code, a map, a drawing."""
    by_parent: dict[int, list[int]] = {}
    for position, piece in alive.items():
        by_parent.setdefault(piece.above, []).append(position)
    for parent, within in by_parent.items():
        base = alive.get(parent)
        if base is None or len(within) < 24:
            continue
        areas = [alive[k].area for k in within]
        plain = sum(alive[k].area for k in within if alive[k].orderly)
        if float(np.median(areas)) < 0.01 * base.area and sum(areas) > 0.12 * base.area and plain < 0.6 * sum(areas):
            for member in within:
                sets.join(parent, member)


def _join_touching(alive: dict[int, Piece], sets: _Sets, surfaces: Surfaces) -> frozenset[int]:
    """Touching pieces that are no plain forms of their own: the colours of an icon, the threads of a net.

    Gives those that touch others and yet stand for themselves: the bars of a chart, the arcs of a ring.
    """
    settled: set[int] = set()
    side, canvas = min(surfaces.labels.shape), surfaces.labels.size
    by_blob: dict[int, list[int]] = {}
    for position, piece in alive.items():
        by_blob.setdefault(piece.blob, []).append(position)
    for members in by_blob.values():
        if len(members) < 2:
            continue
        group = [alive[k] for k in members]
        box = bounding(piece.rect for piece in group)
        if max(box.width, box.height) <= _ICON * side:
            if not all(piece.orderly for piece in group):
                _join_all(sets, members)
            continue
        total = sum(piece.area for piece in group)
        large = [piece for piece in group if piece.area >= 0.02 * total]
        if len(large) <= _FEW and sum(p.area for p in large if p.flat or p.picture) >= 0.85 * total and len(group) <= 3 * _FEW:
            settled.update(members)
            continue
        least = {k: _PROMINENT * canvas * (0.02 if alive[k].orderly else 1.0) for k in members}
        small = [k for k in members if not (alive[k].flat and alive[k].area >= least[k])]
        settled.update(k for k in members if k not in small)
        threads = _Sets(max(alive) + 1)
        for first, second in _pairs([alive[k] for k in small], gap=3):
            threads.join(small[first], small[second])
        for thread in threads.of(small):
            if sum(not alive[k].orderly for k in thread) >= 0.4 * len(thread):
                _join_all(sets, thread)
            else:
                settled.update(thread)
    return frozenset(settled)


def _join_across_text(alive: dict[int, Piece], sets: _Sets, wet: Mask, *, side: int) -> None:
    """Free outlines and small forms of one colour that end at the same text ran on under it."""
    if not wet.any():
        return
    _, words = cv2.connectedComponents(cv2.dilate(wet.astype(np.uint8), np.ones((5, 5), np.uint8)), connectivity=8)
    ends: dict[tuple[int, int], list[int]] = {}
    for position, piece in alive.items():
        large = piece.orderly and max(piece.rect.width, piece.rect.height) > 0.5 * _ICON * side
        if piece.picture or large or piece.area >= _PROMINENT * wet.size:
            continue
        under = words[piece.rect.slices][piece.alpha > 0]
        for word in np.unique(under[under > 0]).tolist():
            ends.setdefault((word, piece.above), []).append(position)
    for members in ends.values():
        for first, second in _pairs([alive[k] for k in members], gap=None):
            if not (alive[members[first]].orderly and alive[members[second]].orderly):
                sets.join(members[first], members[second])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """One piece, or several already joined, as a box."""

    first: int
    rect: Rect
    loose: bool
    """Whether it is a free outline or several pieces; a plain form joins only what looks like a word around it."""
    above: int


def _join_neighbours(alive: dict[int, Piece], sets: _Sets, settled: frozenset[int], *, side: int) -> None:
    """Small free outlines side by side: the letters of a logo, a letter and its dot."""
    things: list[_Thing] = []
    for group in sets.of(list(alive)):
        rect = bounding(alive[k].rect for k in group)
        piece = alive[group[0]]
        if rect.height > 0.25 * side or rect.width > 0.6 * side or (len(group) == 1 and (piece.picture or group[0] in settled)):
            continue
        loose = len(group) > 1 or not piece.orderly
        things.append(_Thing(first=group[0], rect=rect, loose=loose, above=piece.above))
    for number, one in enumerate(things):
        for other in things[number + 1 :]:
            if one.above == other.above and _belong(one, other, icon=_ICON * side):
                sets.join(one.first, other.first)


def _belong(one: _Thing, other: _Thing, *, icon: float) -> bool:
    """Whether two boxes stand as letters of a word do, one on top of the other, or one in the other."""
    if not (one.loose or other.loose):
        return False
    a, b = one.rect, other.rect
    across, down = _gap(a, b)
    low, high = min(a.height, b.height), max(a.height, b.height)
    both = a.united(b)
    if across <= 1 and down <= 1 and ((one.loose and other.loose) or max(both.width, both.height) <= icon):
        return True
    plain = next((thing.rect for thing in (one, other) if not thing.loose), None)
    letters = b if plain is a else a
    if plain is not None and (plain.height > 1.3 * letters.height or plain.width > 2 * letters.height):
        return False
    if down <= -0.4 * low and high <= 4 * low:
        return across <= 0.4 * high
    narrow = min(a.width, b.width)
    return across <= -0.8 * narrow and down <= 0.3 * high and (low <= 0.5 * high or max(a.width, b.width) <= 2 * narrow)


def _gap(a: Rect, b: Rect) -> tuple[int, int]:
    """Free pixels between two boxes across and down; negative where they overlap."""
    return max(a.x, b.x) - min(a.right, b.right), max(a.y, b.y) - min(a.bottom, b.bottom)


def _pairs(group: Sequence[Piece], *, gap: int | None) -> list[tuple[int, int]]:
    """Pairs whose colours are alike, and whose boxes are no more than `gap` pixels apart (None: anywhere)."""
    colours = np.array([colour_of(piece) or (-1000.0,) * 3 for piece in group]).reshape(-1, 3)
    boxes = np.array([(p.rect.x, p.rect.y, p.rect.right, p.rect.bottom) for p in group]).reshape(-1, 4)
    across = np.maximum(boxes[:, None, 0], boxes[None, :, 0]) - np.minimum(boxes[:, None, 2], boxes[None, :, 2])
    down = np.maximum(boxes[:, None, 1], boxes[None, :, 1]) - np.minimum(boxes[:, None, 3], boxes[None, :, 3])
    apart = np.abs(colours[:, None] - colours[None, :]).max(axis=2)
    near = np.ones(apart.shape, bool) if gap is None else (across <= gap) & (down <= gap)
    first, second = np.nonzero(np.triu(near & (apart <= _ALIKE), 1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def colour_of(piece: Piece) -> tuple[float, ...] | None:
    """Its paint's mean colour; None for a picture."""
    paint = piece.fill if piece.fill is not None else (piece.stroke.color if piece.stroke else None)
    if paint is None or isinstance(paint, str):
        return None if paint is None else from_hex(paint)
    stops = [from_hex(stop.color) for stop in paint.stops]
    return tuple(sum(channel) / len(stops) for channel in zip(*stops, strict=True))


def _join_all(sets: _Sets, positions: Sequence[int]) -> None:
    for position in positions[1:]:
        sets.join(positions[0], position)


def join(image: Rgb, group: Sequence[Piece]) -> Piece:
    """One piece of many: what any of them covers, without what has the colour that lies behind them all."""
    canvas = Rect(0, 0, image.shape[1], image.shape[0])
    rect = bounding(piece.rect for piece in group).expanded(3).intersected(canvas)
    alpha = np.zeros((rect.height, rect.width), np.uint8)
    for piece in group:
        part = piece.rect.translated(-rect.origin).slices
        np.maximum(alpha[part], piece.alpha, out=alpha[part])
    holes = _holes(image, group, rect, alpha)
    alpha = np.minimum(alpha, 255 - holes)
    picture = any(piece.picture for piece in group)
    return replace(
        group[0], rect=rect, alpha=alpha, own=alpha > 0, form=None, fill=None, stroke=None, picture=picture, error=255.0
    )


def _holes(image: Rgb, group: Sequence[Piece], rect: Rect, alpha: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Rgb:
    """(rect.height, rect.width) coverage of the pieces that are no pieces but holes in the others."""
    holes = np.zeros(alpha.shape, np.uint8)
    outside: Mask = alpha == 0
    if not outside.any() or any(piece.picture for piece in group):
        return holes
    behind = nearest(image[rect.slices], outside)
    for piece in group:
        colour = colour_of(piece)
        part = piece.rect.translated(-rect.origin).slices
        strong = piece.alpha > 127
        if colour is None or not strong.any() or outside[part][strong].any():
            continue
        if float(np.abs(behind[part][strong] - np.array(colour)).max(axis=1).mean()) <= 8.0:
            np.maximum(holes[part], piece.alpha, out=holes[part])
    return holes
