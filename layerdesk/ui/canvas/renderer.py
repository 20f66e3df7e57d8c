"""What the canvas shows, drawn from cached tiles: the layers' picture, the source image to compare with, a mask in red."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import EMPTY, Point, Rect
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.ui.canvas.below import Below
from layerdesk.ui.canvas.tiles import Budget, Key, Tile, TilePyramid
from layerdesk.ui.canvas.viewport import Viewport, mip_level

SURROUND = QColor(34, 34, 37)
"""What lies around the picture."""
_CHECKS = (QColor(255, 255, 255), QColor(204, 204, 204))
_CHECK_SIDE = 8
_MASK_ALPHA = 110
_MOST_SCALED = 96 << 20
"""Bytes of scaled tiles made before all are dropped."""
_OVERVIEW = 512
"""Longest side of the small picture that stands in for tiles not made yet."""
ORIGIN = Point()
_NEAREST_FROM = 2.0
"""From this scale on, pixels are shown as squares."""


def _reds() -> NDArray[np.uint32]:
    """(256,) premultiplied BGRA as one number each: the red for every value of a mask."""
    alpha = np.rint(np.arange(256) * (_MASK_ALPHA / 255)).astype(np.uint8)
    nothing = np.zeros_like(alpha)
    return np.ascontiguousarray(np.stack((nothing, nothing, alpha, alpha), axis=1)).view(np.uint32)[:, 0]


_RED = _reds()


class Renderer:
    """Keeps the tiles and draws them. Everything is drawn with a painter whose unit is the device pixel."""

    def __init__(self) -> None:
        self._document: Document | None = None
        self._mask: TileMask = NO_MASK
        self._mask_offset = Point()
        self._mask_shown = False
        self._picture: TilePyramid | None = None
        self._source: TilePyramid | None = None
        self._red: TilePyramid | None = None
        self._overview: QImage | None = None
        self._checks: dict[float, QBrush] = {}
        self._scaled: dict[tuple[int, Key], tuple[Tile, QImage]] = {}
        """Tiles as they were last drawn, scaled: drawing them again is then a mere copy."""
        self._scaled_bytes = 0
        self._below: Below | None = None
        self.comparing = False

    @property
    def document(self) -> Document | None:
        """What is drawn: the document as it stands, or the preview of a gesture."""
        return self._document

    def open(self, document: Document | None) -> None:
        """Draw another document from the ground up."""
        self._document = document
        self._mask, self._mask_shown = NO_MASK, False
        self._picture = self._source = self._red = self._overview = None
        self._scaled.clear()
        self._below = None
        if document is not None:
            self._picture = TilePyramid(document.size, self._composite)
            self._source = TilePyramid(document.size, self._from_source, budget_bytes=256 << 20)
            self._red = TilePyramid(document.size, self._from_mask, budget_bytes=256 << 20)
            self._overview = _small(document.source.pixels)

    def change(self, document: Document, rect: Rect) -> None:
        """`document` is to be drawn from now on; it differs from the one before inside `rect` of the canvas."""
        if document is self._document or self._document is None or self._picture is None:
            return
        if document.source is not self._document.source:
            self.open(document)
            return
        self._document = document
        self._picture.invalidate(rect)

    def expect_moves(self, ids: Collection[str]) -> None:
        """These layers are about to be dragged: what lies below them is kept at hand. None at the end of the drag."""
        self._below = Below(self._document, ids) if ids and self._document is not None else None

    def show_mask(self, mask: TileMask | None, offset: Point = ORIGIN, *, within: Rect | None = None) -> Rect:
        """Draw this mask in red over the picture, or none. Gives the canvas rectangle in which the red may have changed.

        Who knows that it differs from the one before inside `within` of the canvas alone, says so.
        """
        if self._red is None or self._document is None:
            return EMPTY
        before = self._mask if self._mask_shown else NO_MASK
        after = NO_MASK if mask is None else mask
        if offset == self._mask_offset:
            changed = before.changed_rect(after).translated(offset)
        else:
            changed = before.changed_rect(NO_MASK).translated(self._mask_offset)
            changed = changed.united(after.changed_rect(NO_MASK).translated(offset))
        self._mask, self._mask_offset, self._mask_shown = after, offset, mask is not None
        changed = changed.intersected(self._document.rect if within is None else within.intersected(self._document.rect))
        self._red.invalidate(changed)
        return changed

    def paint(self, painter: QPainter, viewport: Viewport, exposed: Rect, *, budget: Budget, dpr: float) -> bool:
        """Draw `exposed` (device pixels). False where something old or coarse had to stand in: call `work` then."""
        covered = EMPTY if self._document is None else viewport.device_rect(self._document.rect)
        for strip in _around(covered.intersected(exposed), exposed):
            painter.fillRect(_qrect(strip), SURROUND)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, viewport.scale < _NEAREST_FROM)
        complete = True
        for pyramid in self._shown():
            for key in self._keys(pyramid, viewport, exposed):
                complete = pyramid.refresh(key, budget) and complete
                self._draw(painter, pyramid, key, viewport, dpr)
        return complete

    def work(self, viewport: Viewport, exposed: Rect, *, budget: Budget) -> tuple[bool, Rect]:
        """Go on making the tiles of `exposed`. Gives whether all are made, and the device pixels to draw again."""
        touched = EMPTY
        for pyramid in self._shown():
            for key in self._keys(pyramid, viewport, exposed):
                if pyramid.fresh(key):
                    continue
                if not pyramid.refresh(key, budget):
                    return False, touched
                touched = touched.united(viewport.device_rect(pyramid.image_rect(key)))
        for pyramid in self._shown():
            pyramid.trim()
        return True, touched

    def _shown(self) -> Iterator[TilePyramid]:
        base = self._source if self.comparing else self._picture
        if base is not None:
            yield base
        if self._red is not None and self._mask_shown and not self.comparing:
            yield self._red

    def _keys(self, pyramid: TilePyramid, viewport: Viewport, exposed: Rect) -> list[Key]:
        """The tiles to draw `exposed` with, those nearest to its middle first."""
        region = viewport.image_rect(exposed, within=pyramid.size.rect)
        x, y = region.centre

        def distance(key: Key) -> float:
            centre = pyramid.image_rect(key).centre
            return (centre[0] - x) ** 2 + (centre[1] - y) ** 2

        return sorted(pyramid.keys(mip_level(viewport.scale), region), key=distance)

    def _draw(self, painter: QPainter, pyramid: TilePyramid, key: Key, viewport: Viewport, dpr: float) -> None:
        area = pyramid.image_rect(key)
        target = _qrect(viewport.device_rect(area))
        tile, source = _stand_in(pyramid, key)
        if tile is None:
            if pyramid is not self._red and self._overview is not None:
                self._draw_checks(painter, target, viewport, dpr)
                painter.drawImage(QRectF(target), self._overview, self._in_overview(area))
            return
        if not tile.opaque and pyramid is not self._red:
            self._draw_checks(painter, target, viewport, dpr)
        whole = QRectF(0, 0, tile.pixels.shape[1], tile.pixels.shape[0])
        if viewport.scale < _NEAREST_FROM and source == whole and target.size() != whole.size().toSize():
            painter.drawImage(target.topLeft(), self._scaled_tile(pyramid, key, tile, target))
        else:
            painter.drawImage(QRectF(target), _image(tile), source)

    def _scaled_tile(self, pyramid: TilePyramid, key: Key, tile: Tile, target: QRect) -> QImage:
        """The tile in the size of `target`, which is between a half and double its own."""
        name = (id(pyramid), key)
        known = self._scaled.get(name)
        if known is not None and known[0] is tile and known[1].size() == target.size():
            return known[1]
        size = max(1, target.width()), max(1, target.height())
        self._scaled_bytes += 4 * size[0] * size[1]
        if self._scaled_bytes > _MOST_SCALED:
            self._scaled.clear()
            self._scaled_bytes = 4 * size[0] * size[1]
        pixels = np.asarray(cv2.resize(tile.pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        image = _image(Tile(pixels, EMPTY, tile.opaque))
        self._scaled[name] = (tile, image)
        return image

    def _in_overview(self, area: Rect) -> QRectF:
        if self._overview is None or self._document is None:
            return QRectF()
        size = self._document.size
        across, down = self._overview.width() / size.width, self._overview.height() / size.height
        return QRectF(area.x * across, area.y * down, area.width * across, area.height * down)

    def _draw_checks(self, painter: QPainter, target: QRect, viewport: Viewport, dpr: float) -> None:
        brush = self._checks.get(dpr)
        if brush is None:
            brush = self._checks[dpr] = QBrush(_checkerboard(max(1, round(_CHECK_SIDE * dpr))))
        painter.setBrushOrigin(QPoint(viewport.left, viewport.top))
        painter.fillRect(target, brush)

    def _composite(self, rect: Rect) -> NDArray[np.uint8]:
        assert self._document is not None
        layers = None if self._below is None else self._below.layers(self._document, rect)
        return _premultiplied(composite(self._document, rect=rect, layers=layers))

    def _from_source(self, rect: Rect) -> NDArray[np.uint8]:
        assert self._document is not None
        return _premultiplied(self._document.source.pixels[rect.slices])

    def _from_mask(self, rect: Rect) -> NDArray[np.uint8]:
        plane = self._mask.to_array(rect.translated(-self._mask_offset))
        return _RED[plane].view(np.uint8).reshape(*plane.shape, 4)


def _around(hole: Rect, whole: Rect) -> tuple[Rect, ...]:
    """The part of `whole` that is outside of `hole`, which lies in it."""
    if hole.empty:
        return (whole,)
    return (
        Rect.from_edges(whole.x, whole.y, whole.right, hole.y),
        Rect.from_edges(whole.x, hole.bottom, whole.right, whole.bottom),
        Rect.from_edges(whole.x, hole.y, hole.x, hole.bottom),
        Rect.from_edges(hole.right, hole.y, whole.right, hole.bottom),
    )


def _stand_in(pyramid: TilePyramid, key: Key) -> tuple[Tile | None, QRectF]:
    """The best tile at hand for `key` (itself, perhaps dirty, or a coarser one) and the part of it to draw."""
    area = pyramid.image_rect(key)
    for level in range(key[0], key[0] + 8):
        up = level - key[0]
        coarser = (level, key[1] >> up, key[2] >> up)
        tile = pyramid.peek(coarser)
        if tile is not None:
            whole, side = pyramid.image_rect(coarser), 1 << level
            place = area.translated(-whole.origin)
            return tile, QRectF(place.x / side, place.y / side, place.width / side, place.height / side)
    return None, QRectF()


def _image(tile: Tile) -> QImage:
    """The tile for Qt, without a copy; its pixels are never written again."""
    height, width = tile.pixels.shape[:2]
    kind = QImage.Format.Format_RGB32 if tile.opaque else QImage.Format.Format_ARGB32_Premultiplied
    return QImage(tile.pixels.data, width, height, width * 4, kind)


def _premultiplied(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Straight RGBA as Qt draws it fastest: premultiplied BGRA."""
    if pixels[..., 3].min() < 255:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2mRGBA), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA), np.uint8)


def _small(pixels: NDArray[np.uint8]) -> QImage:
    # Leaving pixels out before averaging is coarse, but quick with pictures of any size.
    step = max(1, max(pixels.shape[:2]) // (2 * _OVERVIEW))
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    height, width = pixels.shape[:2]
    factor = min(1.0, _OVERVIEW / max(width, height))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    reduced = _premultiplied(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    return QImage(reduced.data, size[0], size[1], size[0] * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _checkerboard(side: int) -> QImage:
    image = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    image.fill(_CHECKS[0])
    with QPainter(image) as painter:
        painter.fillRect(side, 0, side, side, _CHECKS[1])
        painter.fillRect(0, side, side, side, _CHECKS[1])
    return image


def _qrect(rect: Rect) -> QRect:
    return QRect(rect.x, rect.y, rect.width, rect.height)
