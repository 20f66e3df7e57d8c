"""Decide what belongs together: parts of one icon, letters of one logo, pieces of one line."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from layerdesk.document.geometry import bounding
from layerdesk.layering.pieces import Piece
from layerdesk.layering.regions import Surfaces

_FEW = 8
_LARGE = 0.1
"""Share of the picture's shorter side from which a coloured part is one by itself."""


def gather(surfaces: Surfaces, pieces: list[Piece | None]) -> list[Piece]:
    """The pieces with those that are one thing joined, bottom to top."""
    side = min(surfaces.labels.shape)
    roots = list(range(len(pieces)))
    by_blob: dict[int, list[int]] = {}
    for position, piece in enumerate(pieces):
        if piece is not None:
            by_blob.setdefault(piece.blob, []).append(position)
    merged: dict[int, list[int]] = {}
    for members in by_blob.values():
        if len(members) > 1 and not _separate([pieces[k] for k in members], side=side):
            merged[members[0]] = members
            for member in members:
                roots[member] = members[0]
    for position, piece in enumerate(pieces):
        if piece is not None and roots[position] == position and _crowd(pieces, position):
            merged.setdefault(position, [position])
    for position, piece in enumerate(pieces):
        if piece is None:
            continue
        above = piece.above
        if roots[position] == position and above >= 0:
            top = roots[above]
            if top in merged:
                roots[position] = top
    result: list[Piece] = []
    for position, piece in enumerate(pieces):
        if piece is None or roots[position] != position:
            continue
        if position in merged:
            together = [p for k, p in enumerate(pieces) if p is not None and _root(roots, k) == position]
            result.append(join(together, picture=any(p.picture for p in together)))
        else:
            result.append(piece)
    return result


def _root(roots: list[int], position: int) -> int:
    while roots[position] != position:
        position = roots[position]
    return position


def _separate(group: list[Piece], *, side: int) -> bool:
    """Whether touching pieces are things of their own: plain forms, or few large areas of one colour."""
    total = sum(piece.area for piece in group)
    box = bounding(piece.rect for piece in group)
    regular = sum(piece.area for piece in group if piece.regular or (piece.picture and piece.form is not None))
    if regular >= 0.7 * total and max(box.width, box.height) > 0.05 * side:
        return True
    large = [p for p in group if p.area >= 0.02 * total]
    flat = sum(piece.area for piece in large if piece.flat)
    return len(large) <= _FEW and flat >= 0.85 * total and min(box.width, box.height) >= _LARGE * side


def _crowd(pieces: list[Piece | None], position: int) -> bool:
    """Whether a piece is full of small things: a code, a map, a drawing."""
    base = pieces[position]
    within = [p for p in pieces if p is not None and p.above == position]
    if base is None or len(within) < 24:
        return False
    areas = [p.area for p in within]
    return float(np.median(areas)) < 0.01 * base.area and sum(areas) > 0.12 * base.area


def join(group: list[Piece], *, picture: bool) -> Piece:
    """One piece of many: what any of them covers, and the gaps of a pixel or two between them."""
    rect = bounding(piece.rect for piece in group)
    alpha = np.zeros((rect.height, rect.width), np.uint8)
    own = np.zeros(alpha.shape, bool)
    for piece in group:
        part = piece.rect.translated(-rect.origin).slices
        np.maximum(alpha[part], piece.alpha, out=alpha[part])
        own[part] |= piece.own
    closed = cv2.morphologyEx(alpha, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return replace(
        group[0], rect=rect, alpha=closed, own=own | (closed > 0), form=None, fill=None, stroke=None, picture=picture, error=255.0
    )
