"""Mend level and plumb lines that something on top has cut into pieces."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from layerdesk.document.colour import from_hex
from layerdesk.document.geometry import Rect
from layerdesk.layering.pieces import Piece
from layerdesk.layering.shapes import Form

_OFF = 0.8
"""Pixels by which pieces of one line may differ in place and thickness."""
_COLOUR = 40


def mend_lines(alive: dict[int, Piece]) -> None:
    """Join, in place, pieces of one line whose gaps other pieces cover. The line then lies under what covers it."""
    for level in (True, False):
        rows: dict[tuple[int, int], list[int]] = {}
        for position, piece in alive.items():
            if _is_line(piece, level=level):
                rows.setdefault((piece.above, piece.blob), []).append(position)
        for members in rows.values():
            _mend(alive, members, level=level)


def _is_line(piece: Piece, *, level: bool) -> bool:
    form = piece.form
    if (
        form is None
        or not piece.orderly
        or not isinstance(piece.fill, str)
        or form.type not in ("line", "rectangle", "rounded_rect")
    ):
        return False
    long, thin = (form.box[2], form.box[3]) if level else (form.box[3], form.box[2])
    return bool(thin <= 6.0 and long >= 3.0 * thin)


def _mend(alive: dict[int, Piece], members: list[int], *, level: bool) -> None:
    members = sorted(members, key=lambda k: (_place(alive[k], level=level)[1], k))
    while members:
        first = members.pop(0)
        chain, under = [first], []
        for candidate in list(members):
            cover = _covered(alive, chain[-1], candidate, level=level)
            if cover is not None:
                chain.append(candidate)
                under += cover
                members.remove(candidate)
        if len(chain) > 1:
            lowest = min(alive[k].order for k in [*chain, *under])
            alive[first] = _joined([alive[k] for k in chain], order=lowest - 0.5, level=level)
            for position in chain[1:]:
                del alive[position]


def _place(piece: Piece, *, level: bool) -> tuple[float, float, float, float]:
    """Middle across, start and end along, thickness."""
    assert piece.form is not None
    x, y, width, height = piece.form.box
    return (y + height / 2, x, x + width, height) if level else (x + width / 2, y, y + height, width)


def _covered(alive: dict[int, Piece], first: int, second: int, *, level: bool) -> list[int] | None:
    """The pieces that cover the gap between two pieces of one line; None where they are not of one line or the gap is open."""
    a, b = _place(alive[first], level=level), _place(alive[second], level=level)
    if abs(a[0] - b[0]) > _OFF or abs(a[3] - b[3]) > _OFF or b[1] < a[2] - 2:
        return None
    one, other = alive[first].fill, alive[second].fill
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    if max(abs(p - q) for p, q in zip(from_hex(one), from_hex(other), strict=True)) > _COLOUR:
        return None
    start, end = a[2], b[1]
    if end - start <= 2.0:
        return []
    gap = end - start
    found, total = [], 0.0
    for position, piece in alive.items():
        if position in (first, second) or piece.blob != alive[first].blob or piece.form is None:
            continue
        x, y, width, height = piece.form.box
        low, high, near, far = (x, x + width, y, y + height) if level else (y, y + height, x, x + width)
        if near < a[0] < far and low < end and high > start and far - near > a[3] + 2:
            found.append(position)
            total += min(high, end) - max(low, start)
    return found if found and total >= gap - 3.0 else None


def _joined(chain: list[Piece], *, order: float, level: bool) -> Piece:
    rect = chain[0].rect
    for piece in chain[1:]:
        rect = rect.united(piece.rect)
    alpha = np.zeros((rect.height, rect.width), np.uint8)
    own = np.zeros(alpha.shape, bool)
    for piece in chain:
        part = piece.rect.translated(-rect.origin).slices
        np.maximum(alpha[part], piece.alpha, out=alpha[part])
        own[part] |= piece.own
    profile = np.median(chain[0].alpha, axis=1 if level else 0).astype(np.uint8)
    inner = chain[0].rect
    for before, after in pairwise(chain):
        if level:
            gap = Rect.from_edges(before.rect.right, inner.y, after.rect.x, inner.bottom)
        else:
            gap = Rect.from_edges(inner.x, before.rect.bottom, inner.right, after.rect.y)
        if not gap.empty:
            part = gap.translated(-rect.origin).slices
            alpha[part] = np.maximum(alpha[part], profile[:, None] if level else profile[None, :])
    boxes = [piece.form.box for piece in chain if piece.form is not None]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    box = (left, top, right - left, bottom - top)
    middle = (
        ((left, top + box[3] / 2), (right, top + box[3] / 2))
        if level
        else ((left + box[2] / 2, top), (left + box[2] / 2, bottom))
    )
    form = Form(type="line", box=box, points=middle, width=box[3] if level else box[2])
    return replace(chain[0], rect=rect, alpha=alpha, own=own, form=form, stroke=None, order=order)
