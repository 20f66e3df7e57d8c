"""The pixels of every layer, solved bottom to top so that together they give the source image back.

Each layer shows the picture wherever it is the topmost one; what lies hidden under others is filled from its own visible pixels and
marked as invented. Coverage and edge colours come from `unblend` against the picture of everything below.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.layering.arrays import strongest
from layerdesk.layering.fill import fill_holes, smooth_fill
from layerdesk.layering.protocols import Inpainter, JobContext, Plane, Rgb
from layerdesk.layering.unblend import over, unblend

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sheet:
    """A layer to be solved: wanted coverage (h, w) uint8 over `rect`, and whether it shows text (the source) or what lies under it."""

    rect: Rect
    coverage: Plane
    is_text: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Solved:
    """Pixels of a layer as the document wants them."""

    mask: TileMask
    own: Raster | None
    invented: TileMask

    @property
    def invented_pixels(self) -> int:
        return round(self.invented.area)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stack:
    """The background and every sheet solved, in the order given, and how the background was filled."""

    background: Solved
    sheets: tuple[Solved, ...]
    methods: tuple[str, ...]


def solve_stack(
    source: Rgb,
    textless: Rgb,
    sheets: tuple[Sheet, ...],
    *,
    lifted: Mask,
    texture: Inpainter | None,
    context: JobContext,
) -> Stack:
    """Solve `sheets` (bottom to top) over a background.

    `source` and `textless` are (h, w, 3) uint8: the picture, and the picture with the pixels under `lifted` (h, w) filled where text
    was. Raises Cancelled between layers.
    """
    canvas = Rect(0, 0, source.shape[1], source.shape[0])
    covered = np.zeros((canvas.height, canvas.width), bool)
    for sheet in sheets:
        if not sheet.is_text:
            covered[sheet.rect.slices] |= sheet.coverage > 0
    hole = cv2.dilate(covered.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    filled, methods = fill_holes(textless, hole, texture=texture, context=context)
    ground = np.where(covered[..., None], filled, textless)
    opaque = np.full((canvas.height, canvas.width), 255, np.uint8)
    background = _kept(source, ground, opaque, canvas, covered | lifted)
    picture = ground.copy()
    above = _topmost(sheets, (canvas.height, canvas.width))
    solved = []
    for number, sheet in enumerate(sheets, start=1):
        context.check()
        solved.append(_solve_sheet(source, textless, picture, sheet, above[sheet.rect.slices] != number, lifted))
    return Stack(background=background, sheets=tuple(solved), methods=methods)


def _topmost(sheets: tuple[Sheet, ...], shape: tuple[int, int]) -> NDArray[np.int32]:
    """(h, w): the number (from 1) of the highest sheet without text that covers a pixel; 0 for none."""
    top = np.zeros(shape, np.int32)
    for number, sheet in enumerate(sheets, start=1):
        if not sheet.is_text:
            top[sheet.rect.slices][sheet.coverage > 0] = number
    return top


def _solve_sheet(source: Rgb, textless: Rgb, picture: Rgb, sheet: Sheet, hidden: Mask, lifted: Mask) -> Solved:
    """One sheet over `picture`, which is brought up to date in place."""
    rows, columns = sheet.rect.slices
    below = picture[rows, columns]
    if sheet.is_text:
        target = np.where((sheet.coverage > 0)[..., None], source[rows, columns], below)
        invented = np.zeros(below.shape[:2], bool)
    else:
        covered = sheet.coverage > 0
        target = np.where(covered[..., None], textless[rows, columns], below)
        invented = covered & hidden
        target = _behind(target, covered, invented)
        invented |= covered & lifted[rows, columns]
    alpha, colours = unblend(target, below, sheet.coverage)
    alpha[sheet.coverage == 0] = 0
    picture[rows, columns] = over(below, colours, alpha)
    return _kept(source[rows, columns], colours, alpha, sheet.rect, invented)


def _behind(target: Rgb, covered: Mask, hidden: Mask) -> Rgb:
    """What the layer is like where others hide it, from what is seen of it; a pixel beside the others' edges is not trusted."""
    if not hidden.any():
        return target
    edge = cv2.dilate(hidden.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    seen = covered & ~edge
    if not seen.any():
        seen = covered & ~hidden
    return smooth_fill(target, hidden, known=seen) if seen.any() else target


def _kept(source: Rgb, colours: Rgb, alpha: Plane, rect: Rect, invented: Mask) -> Solved:
    """The planes as sparse values: only colours that are not the source's are stored. All (h, w[, 3]) over `rect`."""
    shown = alpha > 0
    other = shown & (strongest(cv2.absdiff(colours, source)) > 0)
    own = None
    if other.any():
        x, y, width, height = cv2.boundingRect(other.astype(np.uint8))
        part = (slice(y, y + height), slice(x, x + width))
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[other[part]] = np.dstack([colours[part], np.full((height, width), 255, np.uint8)])[other[part]]
        own = Raster(rect.x + x, rect.y + y, pixels)
    made_up = (invented & shown).astype(np.uint8) * np.uint8(255)
    return Solved(
        mask=TileMask.from_array(alpha, x=rect.x, y=rect.y),
        own=own,
        invented=TileMask.from_array(made_up, x=rect.x, y=rect.y) if made_up.any() else NO_MASK,
    )
