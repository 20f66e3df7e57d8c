"""Find the shapes and objects of a picture whose text has been lifted off."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Size
from layerdesk.layering.containment import Part, take_apart
from layerdesk.layering.elements import Element
from layerdesk.layering.gather import gather
from layerdesk.layering.ground import find_ground
from layerdesk.layering.naming import object_name, shape_name
from layerdesk.layering.pieces import OUTLINE, Piece, measure, outlined
from layerdesk.layering.protocols import JobContext, Plane, Rgb, Saliency
from layerdesk.layering.regions import Mask, find_surfaces
from layerdesk.layering.subject import find_subject, with_subject

_SPECK = 12.0
_SPECK_SHARE = 1e-5
_WHOLE = 0.97
"""Share of the picture from which texture is the picture itself and no thing in it; on no plain background _STAGE does."""
_STAGE = 0.5
_MOST = 400
"""Elements; beyond, the smallest are left in the background."""
_FAINT = 6
"""Levels of a channel; what differs less from its surroundings is not there."""


def find_elements(image: Rgb, *, ink: Plane, saliency: Saliency | None, context: JobContext) -> tuple[Element, ...]:
    """The elements of `image` (h, w, 3), bottom to top; pixels visible in none are background.

    `image` is the picture without text, `ink` (h, w) uint8 is 255 where text was lifted: leftovers there are no elements.
    `saliency` finds the subject where the background is no plain one; None leaves that out.
    """
    context.check()
    size = Size(image.shape[1], image.shape[0])
    surfaces = find_surfaces(image)
    context.check()
    ground, nature = find_ground(surfaces)
    parts = take_apart(surfaces, ground, scene=nature == "textured", check=context.check)
    wet = cv2.dilate((ink > 0).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    pieces = []
    for order, (part, hidden) in enumerate(zip(parts, _hidden(parts), strict=True)):
        context.check()
        pieces.append(measure(surfaces, part, wet=wet, order=order, hidden=hidden))
    faint = max(_FAINT, 2.5 * surfaces.tolerance)
    found = [piece if piece is not None and piece.contrast >= faint else None for piece in _with_outlines(pieces)]
    whole = _WHOLE if nature == "plain" else _STAGE
    things = [piece for piece in gather(surfaces, found, wet=wet) if _counts(piece, whole=whole, size=size, wet=wet)]
    elements = _finished(_fewer(things), size=size)
    if nature == "plain" or saliency is None:
        return elements
    context.check()
    subject = find_subject(image, elements, saliency)
    return elements if subject is None else with_subject(subject, elements)


def _hidden(parts: tuple[Part, ...]) -> list[Mask | None]:
    """For each part the pixels of its rectangle that later parts of its blob cover; None for none."""
    by_blob: dict[int, list[Part]] = {}
    found: list[Mask | None] = []
    for part in reversed(parts):
        later = by_blob.setdefault(part.blob, [])
        hidden: Mask | None = None
        for other in later if len(later) <= 60 else ():
            common = other.rect.intersected(part.rect)
            if common.empty:
                continue
            hidden = np.zeros(part.body.shape, bool) if hidden is None else hidden
            hidden[common.translated(-part.rect.origin).slices] |= other.body[common.translated(-other.rect.origin).slices]
        if hidden is not None:
            hidden = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~part.body
        found.append(hidden)
        later.append(part)
    return found[::-1]


def _with_outlines(pieces: list[Piece]) -> list[Piece | None]:
    """Boxes joined with the lines round them; a line that was joined leaves None, so that positions stay."""
    result: list[Piece | None] = list(pieces)
    by_blob: dict[int, list[int]] = {}
    for position, piece in enumerate(pieces):
        by_blob.setdefault(piece.blob, []).append(position)
    for members in by_blob.values():
        boxes = np.array([k for k in members if pieces[k].fill is not None and not pieces[k].picture], np.int64)
        edges = np.array([_edges(pieces[k]) for k in boxes], np.int64).reshape(-1, 4)
        for line in members:
            out = (edges - _edges(pieces[line])) * np.array([1, 1, -1, -1])
            for box in boxes[(out.min(axis=1) >= -1) & (out.max(axis=1) <= OUTLINE)].tolist():
                base, outline = result[box], result[line]
                if line == box or base is None or outline is None or outline.picture or base.area < outline.area:
                    continue
                joined = outlined(base, outline)
                if joined is not None:
                    result[box], result[line] = joined, None
                    break
    return result


def _edges(piece: Piece) -> tuple[int, int, int, int]:
    return piece.rect.x, piece.rect.y, piece.rect.right, piece.rect.bottom


def _counts(piece: Piece, *, whole: float, size: Size, wet: Mask) -> bool:
    """Whether a piece is worth a layer: not a speck, not the whole picture or its rim, not a leftover of text."""
    area = piece.area
    least = max(_SPECK, _SPECK_SHARE * size.rect.area)
    if area < least or (piece.form is None and area > whole * size.rect.area) or _rim(piece, size):
        return False
    strong = piece.alpha > 127
    under = int(np.count_nonzero(strong & wet[piece.rect.slices]))
    return under < 0.6 * max(1, int(np.count_nonzero(strong)))


def _rim(piece: Piece, size: Size) -> bool:
    """Whether a piece is but the picture's outermost pixels, which a scaled or cropped picture blends with nothing."""
    rect = piece.rect
    if max(rect.width / size.width, rect.height / size.height) < 0.25:
        return False
    inner = size.rect.expanded(-2).intersected(rect).translated(-rect.origin)
    return not (piece.alpha[inner.slices] > 127).any()


def _fewer(pieces: list[Piece]) -> list[Piece]:
    """The pieces, without the smallest where they are too many to work with."""
    if len(pieces) <= _MOST:
        return pieces
    least = sorted((piece.area for piece in pieces), reverse=True)[_MOST - 1]
    return [piece for piece in pieces if piece.area >= least][:_MOST]


def _finished(pieces: list[Piece], *, size: Size) -> tuple[Element, ...]:
    """The pieces, bottom to top, as elements that know what they lie on and what of them is seen."""
    covered = np.zeros((size.height, size.width), bool)
    owner = np.full((size.height, size.width), -1, np.int32)
    visible: list[Plane] = []
    for piece in reversed(pieces):
        part = covered[piece.rect.slices]
        visible.append(np.where((piece.alpha > 0) & ~part, np.uint8(255), np.uint8(0)))
        part |= piece.alpha > 127
    visible.reverse()
    elements: list[Element] = []
    for index, piece in enumerate(pieces):
        parent = _below(owner, piece)
        owner[piece.rect.slices][piece.alpha > 127] = index
        elements.append(_element(piece, visible[index], parent, canvas=size.rect.area))
    return tuple(elements)


def _below(owner: NDArray[np.int32], piece: Piece) -> int | None:
    """The element on which at least nine tenths of a piece lie."""
    under = owner[piece.rect.slices][piece.alpha > 127]
    values, counts = np.unique(under, return_counts=True)
    if values.size == 0:
        return None
    most = int(counts.argmax())
    return int(values[most]) if values[most] >= 0 and counts[most] >= 0.9 * under.size else None


def _element(piece: Piece, visible: Plane, parent: int | None, *, canvas: int) -> Element:
    shape = piece.shape()
    if shape is not None:
        error = piece.form.error if piece.form else 0.5
        confidence = 0.97 - 0.5 * min(0.5, error) - 0.02 * min(10.0, piece.error)
        name = shape_name(shape)
    else:
        confidence = 0.75 if piece.form is not None else 0.6
        name = object_name(picture=piece.picture, area_share=piece.area / canvas)
    return Element(
        kind="shape" if shape is not None else "object", rect=piece.rect, alpha=piece.alpha, visible=visible, shape=shape,
        name=name, confidence=round(max(0.1, confidence), 3), engine="regions", parent=parent,
    )  # fmt: skip
