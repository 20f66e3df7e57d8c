"""Parts measured: soft coverage, form and outline of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from layerdesk.document.colour import to_hex
from layerdesk.document.geometry import Rect
from layerdesk.document.style import Fill, Shape, Stroke
from layerdesk.layering.containment import Part, filled
from layerdesk.layering.coverage import Colours, cover_mark, cover_surface, nearest, trimmed
from layerdesk.layering.paint import paint_of
from layerdesk.layering.protocols import Plane
from layerdesk.layering.regions import Mask, Surfaces
from layerdesk.layering.shapes import Form, draw, recognise

_SEVERAL = 14.0
"""Levels by which a mark's colours may miss one colour over its ground, on average; beyond, it has several."""
_BOXES = ("rectangle", "rounded_rect", "ellipse")
OUTLINE = 10
"""Pixels; the widest outline of a box."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Piece:
    """A part with its soft coverage in `rect` (canvas pixels)."""

    rect: Rect
    alpha: Plane
    own: Mask
    """(rect.height, rect.width) its own pixels, as far as they are seen."""
    form: Form | None
    """None for a picture and for what has several colours."""
    fill: Fill | None
    stroke: Stroke | None
    contrast: float
    """Levels of a channel by which it stands out from what lies around it; 255 where that is not in question."""
    blob: int
    above: int
    order: float
    """Its place among all pieces, from the bottom."""
    picture: bool = False
    error: float = 0.0
    """How far its colours miss its fill, in levels of a channel."""

    @cached_property
    def area(self) -> float:
        return float(self.alpha.sum(dtype=np.int64)) / 255.0

    @property
    def flat(self) -> bool:
        """Whether it is one form in one paint."""
        return self.form is not None and self.error < _SEVERAL

    @property
    def orderly(self) -> bool:
        """Whether it may stand alone among its like: an upright plain form, or a picture in one."""
        return self.form is not None and self.form.upright and (self.picture or self.flat)

    def shape(self) -> Shape | None:
        """Its parameters; None where it is no shape."""
        if not self.flat or self.form is None:
            return None
        form, stroke = self.form, self.stroke
        if form.type in ("line", "arrow"):
            colour = self.fill if isinstance(self.fill, str) else "#000000"
            stroke = Stroke(color=colour, width=round(form.width, 2))
            return Shape(type=form.type, box=_rounded(form.box), points=form.points, fill=None, stroke=stroke)
        box, radius = form.box, form.radius
        if stroke is not None:
            half = stroke.width / 2
            box = (box[0] + half, box[1] + half, box[2] - stroke.width, box[3] - stroke.width)
            radius = max(0.0, radius - half)
        return Shape(
            type=form.type, box=_rounded(box), radius=round(radius, 2), points=form.points, contours=form.contours,
            fill=self.fill, stroke=stroke,
        )  # fmt: skip


def _rounded(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))


def measure(surfaces: Surfaces, part: Part, *, wet: Mask, order: int, hidden: Mask | None = None) -> Piece:
    """The piece that a part is.

    `wet` (canvas): where text was lifted, so that edges are invented. `hidden` (part.rect): what other parts of its blob cover.
    """
    if part.picture:
        return _picture(part, hidden, order)
    if part.surface == 0:
        return _mark(surfaces, part, order)
    body = part.body
    rect, alpha = cover_surface(surfaces, body, part.own, part.rect)
    own = _placed(part.own, part.rect, rect)
    beneath = None if hidden is None else _placed(hidden, part.rect, rect)
    form = recognise(alpha, x=rect.x, y=rect.y, hidden=beneath)
    if beneath is not None and form.type in _BOXES:
        model = draw(form, width=rect.width, height=rect.height, x=rect.x, y=rect.y)
        alpha = np.where(beneath, np.maximum(alpha, model), alpha)
    else:
        form, alpha = _under_text(form, alpha, wet[rect.slices], beneath, rect)
    fill, error = paint_of(surfaces.image, part.own, part.rect)
    return Piece(
        rect=rect, alpha=alpha, own=own | ((alpha > 0) & ~_placed(body, part.rect, rect)), form=form, fill=fill, stroke=None,
        contrast=255.0,
        blob=part.blob, above=part.above,
        order=order, error=error,
    )  # fmt: skip


def _under_text(form: Form, alpha: Plane, wet: Mask, beneath: Mask | None, rect: Rect) -> tuple[Form, Plane]:
    """The box or disc that a silhouette is where no text crossed its edge, and its coverage; what was given where it is none."""
    if form.type in _BOXES or not wet.any():
        return form, alpha
    dry = np.where(wet, np.uint8(0), alpha)
    if np.count_nonzero(dry > 127) < 0.5 * np.count_nonzero(alpha > 127):
        return form, alpha
    box = recognise(dry, x=rect.x, y=rect.y, hidden=wet if beneath is None else wet | beneath)
    if box.type not in _BOXES:
        return form, alpha
    model = draw(box, width=rect.width, height=rect.height, x=rect.x, y=rect.y)
    return box, np.where(wet, model, alpha if beneath is None else np.where(beneath, np.maximum(alpha, model), alpha))


def _placed(mask: Mask, source: Rect, target: Rect) -> Mask:
    """The mask of one rectangle in another."""
    result = np.zeros((target.height, target.width), bool)
    common = source.intersected(target)
    result[common.translated(-target.origin).slices] = mask[common.translated(-source.origin).slices]
    return result


def _picture(part: Part, hidden: Mask | None, order: int) -> Piece:
    alpha = part.body.astype(np.uint8) * np.uint8(255)
    form: Form | None = recognise(alpha, x=part.rect.x, y=part.rect.y, hidden=hidden)
    if form is not None and form.type not in _BOXES:
        form = None
    elif form is not None:
        alpha = draw(form, width=part.rect.width, height=part.rect.height, x=part.rect.x, y=part.rect.y)
    return Piece(
        rect=part.rect, alpha=alpha, own=alpha > 0, form=form, fill=None, stroke=None, contrast=255.0, blob=part.blob, above=part.above,
        order=order,
        picture=True, error=255.0,
    )  # fmt: skip


def _mark(surfaces: Surfaces, part: Part, order: int) -> Piece:
    outer = part.rect.expanded(6).intersected(Rect(0, 0, surfaces.labels.shape[1], surfaces.labels.shape[0]))
    body = _placed(part.body, part.rect, outer)
    around = ground_colours(surfaces, body, outer)
    alpha, colour, off, contrast = cover_mark(surfaces, body, outer, around)
    rect, alpha = trimmed(outer, alpha)
    if rect.empty:
        rect, alpha = part.rect, part.body.astype(np.uint8) * np.uint8(255)
    fill = to_hex(tuple(colour))
    stroke = None
    own = alpha > 0
    form: Form = recognise(alpha, x=rect.x, y=rect.y)
    if form.type == "path":
        ring = _ring(alpha, rect)
        if ring is not None:
            form, width = ring
            stroke, fill = Stroke(color=fill, width=width), ""
    return Piece(
        rect=rect, alpha=alpha, own=own, form=form, fill=fill or None, stroke=stroke, contrast=contrast, blob=part.blob, above=part.above,
        order=order, error=off,
    )  # fmt: skip


def ground_colours(surfaces: Surfaces, body: Mask, rect: Rect) -> Colours:
    """(rect.height, rect.width, 3) what lies around a mark: at each pixel the colour of the nearest thick surface outside it."""
    known = surfaces.thick[surfaces.labels[rect.slices]] & ~body
    return nearest(surfaces.image[rect.slices], known)


def _ring(alpha: Plane, rect: Rect) -> tuple[Form, float] | None:
    """The form around which a thin mark runs, and the mark's width, if it is such an outline."""
    strong = alpha > 100
    disc = filled(strong)
    area, own = int(np.count_nonzero(disc)), int(np.count_nonzero(strong))
    if area < 2.5 * own:
        return None
    soft = np.where(disc & ~strong, np.uint8(255), alpha)
    form = recognise(soft, x=rect.x, y=rect.y)
    if form.type not in _BOXES:
        return None
    length = 2.0 * (form.box[2] + form.box[3]) * (0.7854 if form.type == "ellipse" else 1.0)
    width = float(alpha.sum(dtype=np.int64)) / 255.0 / max(1.0, length)
    return (form, round(max(0.5, width), 2)) if width <= OUTLINE else None


def outlined(inner: Piece, outline: Piece) -> Piece | None:
    """A filled form and the even line round it as one piece; None where they do not make one."""
    left, top = inner.rect.x - outline.rect.x, inner.rect.y - outline.rect.y
    right, bottom = outline.rect.right - inner.rect.right, outline.rect.bottom - inner.rect.bottom
    margins = (left, top, right, bottom)
    if min(margins) < -1 or max(margins) > OUTLINE or max(margins) - min(margins) > 2 or outline.error > 2 * _SEVERAL:
        return None
    rect = inner.rect.united(outline.rect)
    around = outline.rect.translated(-rect.origin).slices
    alpha = np.zeros((rect.height, rect.width), np.uint8)
    alpha[around] = outline.alpha
    full = filled(alpha > 100)
    within = inner.rect.translated(-rect.origin).slices
    body = inner.alpha > 127
    if np.count_nonzero(full[within] & body) < 0.98 * np.count_nonzero(body):
        return None
    deep = cv2.erode(full.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0).astype(bool)
    alpha = np.where(deep, np.uint8(255), alpha)
    form = recognise(alpha, x=rect.x, y=rect.y)
    length = max(1.0, 2.0 * (form.box[2] + form.box[3]) * (0.7854 if form.type == "ellipse" else 1.0))
    width = round(max(0.5, float(outline.alpha.sum(dtype=np.int64)) / 255.0 / length), 2)
    colour = outline.fill if isinstance(outline.fill, str) else (outline.stroke.color if outline.stroke else "#000000")
    own = np.zeros(alpha.shape, bool)
    own[around] |= outline.own
    own[within] |= inner.own
    return replace(inner, rect=rect, alpha=alpha, own=own, form=form, stroke=Stroke(color=colour, width=width))
