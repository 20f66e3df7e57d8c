"""Pieces of one line that a recogniser returned apart, joined again."""

from __future__ import annotations

from dataclasses import replace

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import Ink
from layerdesk.layering.protocols import FoundLine
from layerdesk.layering.typefaces import is_cjk

Piece = tuple[FoundLine, Ink]

_GAP = 1.05
"""Heights of ink between two pieces up to which they are one line; entries of a menu and cells of a table lie further apart."""
_LEVELS = 40.0
_HEIGHTS = 1.3


def joined(pieces: tuple[Piece, ...]) -> tuple[tuple[FoundLine, ...], ...]:
    """The lines in groups, each left to right: those that go on where the one before ends, in its size and colours. Order is kept."""
    follower: dict[int, int] = {}
    for first, left in enumerate(pieces):
        after = [index for index, right in enumerate(pieces) if index != first and _goes_on(left[1], right[1])]
        if after:
            nearest = min(after, key=lambda index: (pieces[index][1].rect.x, index))
            if nearest not in follower.values():
                follower[first] = nearest
    groups = []
    for start in range(len(pieces)):
        if start in follower.values():
            continue
        chain = [start]
        while chain[-1] in follower:
            chain.append(follower[chain[-1]])
        groups.append(tuple(pieces[index][0] for index in chain))
    return tuple(groups)


def one_line(group: tuple[FoundLine, ...]) -> FoundLine:
    """The pieces as one line: strings with a blank between them, the box around all, the confidence of the least sure."""
    text = group[0].text
    for piece in group[1:]:
        text += piece.text if is_cjk(text[-1]) and is_cjk(piece.text[0]) else f" {piece.text}"
    quad = (group[0].quad[0], group[-1].quad[1], group[-1].quad[2], group[0].quad[3])
    words = tuple(word for piece in group for word in piece.words)
    return replace(group[0], text=text, quad=quad, confidence=min(piece.confidence for piece in group), words=words)


def _goes_on(left: Ink, right: Ink) -> bool:
    if left.angle != 0.0 or right.angle != 0.0:
        return False
    first, second = left.rect, right.rect
    height = max(first.height, second.height)
    if height > _HEIGHTS * min(first.height, second.height) or not _on_one_row(first, second):
        return False
    if not -2 <= second.x - first.right <= _GAP * height:
        return False
    colours = zip((*left.color, *left.ground), (*right.color, *right.ground), strict=True)
    return all(abs(a - b) <= _LEVELS for a, b in colours)


def _on_one_row(first: Rect, second: Rect) -> bool:
    slack = 0.15 * max(first.height, second.height) + 1
    return abs(first.y - second.y) <= slack and abs(first.bottom - second.bottom) <= slack
