"""What lies on what: take the picture apart from its ground upwards, surface by surface.

Whatever is not ground falls into blobs. In a blob the surface that reaches furthest is peeled off first, filled over what lies within
its outline; what lies within is taken apart in the same way, and so is the rest of the blob.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.ground import misfit, sampled
from layerdesk.layering.regions import Labels, Mask, Surfaces

_TEXTURE = 0.15
"""Share of pixels far from any smooth surface from which a blob is a picture."""
_PICTURE_AREA = 600
_BOX = 4e-4
"""Share of the canvas from which a box on a picture was laid there and is not its own."""
_SOFT_PICTURE = 0.005
"""Share of the canvas from which a blob may be a picture by its soft parts."""
_UNRULY = 9.0
"""Levels by which a surface may miss every smooth change of colour and still be drawn."""
_CRUMB = 0.004
"""Share of a picture's area below which a piece broken off it is not looked at."""
_FAR = 4.0
"""Pixels from the nearest smooth surface at which texture begins."""
_SAME = 4.0
"""Levels of a channel within which two surfaces have one colour."""
_DEPTH = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """One piece that was peeled off. Masks are (rect.height, rect.width)."""

    rect: Rect
    body: Mask
    """Its silhouette, filled under what lies on it; see-through holes left out."""
    own: Mask
    """The pixels of `body` that are its own."""
    surface: int
    """The surface it is made of; 0 for texture and for thin marks."""
    picture: bool = False
    """Whether it is textured through and through."""
    blob: int = 0
    """Parts of the same number touch one another."""
    above: int = -1
    """Position of the part whose outline it lies in; -1 on the ground."""

    @property
    def area(self) -> int:
        return int(np.count_nonzero(self.body))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Blob:
    rect: Rect
    mask: Mask
    above: int
    depth: int
    ground: Mask
    """(count + 1,) surfaces that lie behind: what is seen of them inside is a hole."""


def take_apart(surfaces: Surfaces, ground: Mask, *, scene: bool = False, check: Callable[[], None]) -> tuple[Part, ...]:
    """The parts on the ground, each after what it lies on. `ground` (count + 1,): which surfaces are the background.

    In a `scene` all is background but what was plainly laid over it: boxes and discs of one colour, and what lies on them.
    """
    parts: list[Part] = []
    whole = Rect(0, 0, surfaces.labels.shape[1], surfaces.labels.shape[0])
    todo: list[_Blob] = []
    if scene:
        todo = _blobs(_laid_over(surfaces), whole, above=-1, depth=0, ground=ground)
    else:
        todo = _blobs(~ground[surfaces.labels], whole, above=-1, depth=0, ground=ground)
    number = 0
    while todo:
        blob = todo.pop()
        check()
        number += 1
        for part, inner in _split(surfaces, blob):
            position = len(parts)
            parts.append(replace(part, blob=number, above=blob.above))
            if inner is not None and blob.depth < _DEPTH:
                behind = blob.ground.copy()
                behind[part.surface] = True
                behind[0] = False
                todo.extend(_blobs(inner, part.rect, above=position, depth=blob.depth + 1, ground=behind))
    return tuple(parts)


def _blobs(mask: Mask, rect: Rect, *, above: int, depth: int, ground: Mask) -> list[_Blob]:
    """The connected pieces of `mask`, whose first pixel is that of `rect`; last first, so that a stack gives them in order."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found = []
    for label in range(count - 1, 0, -1):
        x, y, width, height, area = (int(value) for value in stats[label])
        if area < 6:
            continue
        piece = labels[y : y + height, x : x + width] == label
        found.append(_Blob(rect=Rect(rect.x + x, rect.y + y, width, height), mask=piece, above=above, depth=depth, ground=ground))
    return found


def _split(surfaces: Surfaces, blob: _Blob, *, textured: bool | None = None) -> list[tuple[Part, Mask | None]]:
    """The parts of a blob, each with the pixels within its outline that are not its own (None: there are none to look into).

    `textured` says whether there are pictures in it; None leaves that to be found out.
    """
    labels = surfaces.labels[blob.rect.slices]
    sizes = np.bincount(labels[blob.mask], minlength=len(surfaces.area))
    sizes[0] = 0
    inside = [label for label in np.flatnonzero(sizes).tolist() if surfaces.thick[label]]
    inside.sort(key=lambda label: (-surfaces.rect(label).intersected(blob.rect).area, label))
    if textured is None:
        textured = not _container(surfaces, blob, inside, sizes) and _textured(surfaces, blob)
    found: list[tuple[Part, Mask | None]] = []
    pictures: list[tuple[Part, Mask | None]] = []
    todo = blob.mask.copy()
    edges = np.zeros(todo.shape, np.int32)
    for label in inside:
        if textured and not _stands_out(surfaces, blob, label):
            continue
        peeled = _peel(surfaces, blob, label, todo, edges)
        if peeled is not None:
            found.append(peeled)
    if not textured:
        return found + _marks(surfaces, blob, todo, edges)
    for rest in reversed(_blobs(todo, blob.rect, above=-1, depth=0, ground=blob.ground)):
        body = cv2.morphologyEx(rest.mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)).astype(bool)
        left = rest.mask.copy()
        largest = 0
        for piece in reversed(_blobs(body, rest.rect, above=-1, depth=0, ground=blob.ground)):
            if _textured(surfaces, piece):
                picture = _picture(piece)
                pictures.append((picture, None))
                left[piece.rect.translated(-rest.rect.origin).slices] &= ~picture.body
                largest = max(largest, picture.area)
        for piece in reversed(_blobs(left, rest.rect, above=-1, depth=0, ground=blob.ground)):
            # What the opening broke off a picture is its edge, and no thing of its own.
            if np.count_nonzero(piece.mask) >= _CRUMB * largest:
                found.extend(_split(surfaces, piece, textured=False))
    return pictures + found


def _textured(surfaces: Surfaces, blob: _Blob) -> bool:
    """Whether much of a blob is far from any smooth surface, or on surfaces whose colour changes as no drawn gradient does."""
    area = int(np.count_nonzero(blob.mask))
    if area < _PICTURE_AREA:
        return False
    if np.count_nonzero(surfaces.distance[blob.rect.slices][blob.mask] > _FAR) > _TEXTURE * area:
        return True
    labels = surfaces.labels[blob.rect.slices][blob.mask]
    sizes = np.bincount(labels, minlength=len(surfaces.area))
    if area < _SOFT_PICTURE * surfaces.labels.size or np.count_nonzero((sizes > 0) & surfaces.thick) < 3:
        return False
    unruly = 0
    for label in np.flatnonzero((sizes >= 0.03 * area) & surfaces.thick & (surfaces.spread > 8.0)).tolist():
        if misfit(*sampled(surfaces, label)) > _UNRULY:
            unruly += int(sizes[label])
    return unruly > 0.1 * area and unruly + int(sizes[~surfaces.thick].sum()) > 0.3 * area


def _laid_over(surfaces: Surfaces) -> Mask:
    """(h, w) the boxes and discs of one colour that were laid over a scene, filled. Where the scene has a box's colour and runs into
    it, the box is what is left when all that is narrow has been cut off."""
    laid = np.zeros(surfaces.labels.shape, bool)
    least = _BOX * surfaces.labels.size
    for label in np.flatnonzero(surfaces.thick & (surfaces.spread <= _SAME) & (surfaces.area >= 0.25 * least)).tolist():
        rect = surfaces.rect(label)
        body = filled(surfaces.labels[rect.slices] == label)
        wide = cv2.morphologyEx(np.pad(body.astype(np.uint8), 12), cv2.MORPH_OPEN, np.ones((11, 11), np.uint8))[12:-12, 12:-12]
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(wide, connectivity=4)
        for piece in range(1, count):
            x, y, width, height, area = (int(value) for value in stats[piece])
            if width * height >= least and min(width, height) >= 12 and area >= 0.93 * width * height:
                laid[rect.y + y : rect.y + y + height, rect.x + x : rect.x + x + width] |= (
                    pieces[y : y + height, x : x + width] == piece
                )
    return laid


def _stands_out(surfaces: Surfaces, blob: _Blob, label: int) -> bool:
    """Whether a surface is a plain box or disc of some size, which no picture has by chance."""
    box = surfaces.rect(label).intersected(blob.rect)
    across = box.width >= surfaces.labels.shape[1] - 2 or box.height >= surfaces.labels.shape[0] - 2
    if (surfaces.spread[label] > 4.0 and not across) or box.area < _BOX * surfaces.labels.size or min(box.width, box.height) < 12:
        return False
    own = surfaces.labels[box.slices] == label
    body = filled(own)
    full = np.count_nonzero(body)
    return bool(full >= 0.93 * box.area and np.count_nonzero(own) >= 0.25 * full)


def _container(surfaces: Surfaces, blob: _Blob, inside: list[int], sizes: NDArray[np.int64]) -> bool:
    """Whether a plain surface with an even outline goes round all the rest of the blob."""
    if not inside:
        return False
    label = inside[0]
    box = surfaces.rect(label).intersected(blob.rect)
    if box.width < blob.rect.width - 6 or box.height < blob.rect.height - 6 or surfaces.spread[label] > 6.0:
        return False
    here = surfaces.labels[box.slices] == label
    body = filled(here)
    full = int(np.count_nonzero(body))
    return full >= 0.75 * box.area and int(sizes[label]) >= 0.08 * full


def _picture(blob: _Blob) -> Part:
    body = filled(blob.mask)
    return Part(rect=blob.rect, body=body, own=body, surface=0, picture=True)


def _peel(surfaces: Surfaces, blob: _Blob, label: int, todo: Mask, edges: Labels) -> tuple[Part, Mask | None] | None:
    """Take a surface and all within its outline out of `todo`, and enter its number in `edges` where its antialiased edge lies."""
    rect = surfaces.rect(label).intersected(blob.rect)
    here = rect.translated(-blob.rect.origin).slices
    labels = surfaces.labels[rect.slices]
    own = (labels == label) & todo[here]
    if np.count_nonzero(own) < 12:
        return None
    outline = filled(own)
    body = outline & ~(blob.ground[labels] & ~own)
    inner = body & ~own
    holes = _see_through(surfaces, blob, rect, outline, inner)
    if holes is not None:
        body &= ~holes
        inner &= ~holes
    todo[here] &= ~outline
    near = rect.expanded(1).intersected(blob.rect)
    around = cv2.dilate(_placed(outline, rect, near), np.ones((3, 3), np.uint8)).astype(bool)
    edges[near.translated(-blob.rect.origin).slices][around & surfaces.slope[near.slices]] = label
    part = Part(rect=rect, body=body, own=own, surface=label)
    return part, inner if inner.any() else None


def _see_through(surfaces: Surfaces, blob: _Blob, rect: Rect, outline: Mask, inner: Mask) -> Mask | None:
    """The pixels within an outline through which one sees what lies behind: its colour, and close to the outline all round."""
    labels = surfaces.labels[rect.slices]
    within = np.unique(labels[inner])
    within = within[surfaces.thick[within]]
    if within.size == 0:
        return None
    near = rect.expanded(4).intersected(Rect(0, 0, surfaces.labels.shape[1], surfaces.labels.shape[0]))
    behind = blob.ground[surfaces.labels[near.slices]]
    behind[rect.translated(-near.origin).slices] &= ~outline
    if not behind.any():
        return None
    colour = np.median(surfaces.image[near.slices][behind], axis=0)
    alike = within[np.abs(surfaces.colour[within] - colour).max(axis=1) <= _SAME]
    if alike.size == 0:
        return None
    padded = cv2.copyMakeBorder(outline.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    holes = np.zeros(outline.shape, bool)
    for label in alike.tolist():
        own = (labels == label) & inner
        area = np.count_nonzero(own)
        edge = own & ~cv2.erode(own.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0).astype(bool)
        if edge.any() and np.percentile(depth[edge], 90) <= max(12.0, 0.5 * area**0.5):
            holes |= own
    return holes if holes.any() else None


def _marks(surfaces: Surfaces, blob: _Blob, todo: Mask, edges: Labels) -> list[tuple[Part, Mask | None]]:
    """What is left of a blob: lines, outlines and small things. Mere edges of what was peeled are left out."""
    found: list[tuple[Part, Mask | None]] = []
    for rest in _without_edges(blob, todo, edges):
        area = int(np.count_nonzero(rest.mask))
        core = int(np.count_nonzero(rest.mask & ~surfaces.slope[rest.rect.slices]))
        if core < 6 or core < 0.25 * area:
            continue
        lines = _rules(rest, side=min(surfaces.labels.shape)) or [rest]
        found.extend((Part(rect=line.rect, body=line.mask, own=line.mask, surface=0), None) for line in lines)
    return found


def _without_edges(blob: _Blob, todo: Mask, edges: Labels) -> list[_Blob]:
    """The connected pieces of what is left. Where one joins several surfaces, their edges are taken out: they are no lines."""
    found: list[_Blob] = []
    for rest in reversed(_blobs(todo, blob.rect, above=-1, depth=0, ground=blob.ground)):
        near = edges[rest.rect.translated(-blob.rect.origin).slices]
        if np.unique(near[rest.mask & (near > 0)]).size < 2:
            found.append(rest)
        else:
            found.extend(reversed(_blobs(rest.mask & (near == 0), rest.rect, above=-1, depth=0, ground=blob.ground)))
    return found


def _rules(blob: _Blob, *, side: int) -> list[_Blob]:
    """The level and plumb lines of an open lattice, each by itself; none where the blob is no such thing.

    A closed lattice is a table, and one thing. An open one is the grid and the axes of a chart: at least three lines alike.
    """
    if max(blob.rect.width, blob.rect.height) < 0.08 * side or min(blob.rect.width, blob.rect.height) < 16:
        return []
    plane = blob.mask.astype(np.uint8)
    level = cv2.morphologyEx(plane, cv2.MORPH_OPEN, np.ones((1, 15), np.uint8)).astype(bool)
    plumb = cv2.morphologyEx(plane, cv2.MORPH_OPEN, np.ones((15, 1), np.uint8)).astype(bool)
    if np.count_nonzero(level | plumb) < 0.8 * np.count_nonzero(plane):
        return []
    lines = [
        line
        for part in (level, plumb & ~level)
        for line in reversed(_blobs(part, blob.rect, above=-1, depth=0, ground=blob.ground))
        if min(line.rect.width, line.rect.height) <= 8
    ]
    extents = [
        (line.rect.x, line.rect.right) if line.rect.width >= line.rect.height else (line.rect.y, line.rect.bottom)
        for line in lines
    ]
    alike = max((sum(abs(a - c) <= 3 and abs(b - d) <= 3 for c, d in extents) for a, b in extents), default=0)
    closed = np.count_nonzero(filled(blob.mask)) >= 0.97 * blob.rect.area
    return [] if alike < 3 or closed else lines


def _placed(mask: Mask, source: Rect, target: Rect) -> NDArray[np.uint8]:
    """The mask of a rectangle in a larger one around it, as 0 and 1."""
    placed = np.zeros((target.height, target.width), np.uint8)
    placed[source.translated(-target.origin).slices] = mask
    return placed


def filled(mask: Mask) -> Mask:
    """The mask with all its holes filled."""
    padded = np.pad(mask.astype(np.uint8), 1)
    cv2.floodFill(padded, None, (0, 0), 2)
    return np.asarray(padded[1:-1, 1:-1] != 2)
