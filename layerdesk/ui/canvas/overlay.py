"""Lines drawn over the picture: outlines, the brush ring, rubber bands. All in device pixels, seen on any ground."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from layerdesk.document.document import Document
from layerdesk.document.geometry import Point, Rect, bounding
from layerdesk.document.layers import GroupLayer, Layer
from layerdesk.document.masks import TileMask
from layerdesk.ui.canvas.viewport import Viewport

ACCENT = QColor(64, 156, 255)
_DARK = QColor(0, 0, 0, 190)
_LIGHT = QColor(255, 255, 255, 235)


class Bounds:
    """Canvas bounds of layers, kept as long as a layer's mask is the same: measuring a mask means reading its tiles."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[TileMask, Rect]] = {}

    def of(self, layer: Layer) -> Rect:
        """The smallest canvas rectangle around the layer's pixels."""
        if isinstance(layer, GroupLayer):
            return bounding(self.of(child) for child in layer.children)
        known = self._known.get(layer.id)
        if known is None or known[0] is not layer.mask:
            known = self._known[layer.id] = (layer.mask, layer.mask.bounds)
        return known[1].translated(layer.offset)

    def of_all(self, document: Document, ids: Iterable[str]) -> list[Rect]:
        """The bounds of those of `ids` that the document has, empty ones left out."""
        rects = [self.of(document.layer(each)) for each in ids if each in document]
        return [rect for rect in rects if not rect.empty]

    def clear(self) -> None:
        self._known.clear()


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, style)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen


def _frame(rect: Rect, viewport: Viewport, width: float) -> QRectF:
    """The frame around `rect` of the picture whose line lies just outside of its pixels."""
    device = viewport.device_rect(rect)
    half = width / 2
    return QRectF(device.x - half, device.y - half, device.width + width, device.height + width)


def draw_outline(painter: QPainter, viewport: Viewport, rect: Rect, *, dpr: float, strong: bool = True) -> None:
    """The frame of a selected layer, or (not `strong`) of the one under the pointer."""
    width = max(1.0, round((2.0 if strong else 1.0) * dpr))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(ACCENT, width))
    painter.drawRect(_frame(rect, viewport, width))


def draw_ring(painter: QPainter, viewport: Viewport, centre: tuple[float, float], diameter: float, *, dpr: float) -> None:
    """The brush at its true size around a point of the picture; a small cross where it would be too small to see."""
    x, y = viewport.to_device(*centre)
    radius = diameter / 2 * viewport.scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_DARK, 3.0 * dpr), (_LIGHT, 1.2 * dpr)):
        painter.setPen(_pen(colour, width))
        if radius >= 2 * dpr:
            painter.drawEllipse(QPointF(x, y), radius, radius)
        else:
            arm = 4 * dpr
            painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
            painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))


def draw_path(
    painter: QPainter, viewport: Viewport, points: Sequence[tuple[float, float]], *, dpr: float, closed: bool = False
) -> None:
    """A dashed line through points of the picture, black on white so that it is seen everywhere."""
    line = QPolygonF([QPointF(*viewport.to_device(x, y)) for x, y in points])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, style in ((_LIGHT, Qt.PenStyle.SolidLine), (_DARK, Qt.PenStyle.DashLine)):
        painter.setPen(_pen(colour, 1.2 * dpr, style))
        if closed:
            painter.drawPolygon(line)
        else:
            painter.drawPolyline(line)


def draw_band(painter: QPainter, viewport: Viewport, rect: Rect, *, dpr: float) -> None:
    """The rubber band around `rect` of the picture."""
    corners = [(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom)]
    draw_path(painter, viewport, [(float(x), float(y)) for x, y in corners], dpr=dpr, closed=True)


def draw_handle(painter: QPainter, viewport: Viewport, point: tuple[float, float], *, dpr: float, strong: bool) -> None:
    """A corner that can be clicked."""
    x, y = viewport.to_device(*point)
    reach = (4.5 if strong else 3.0) * dpr
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    painter.setPen(_pen(_DARK, 1.0 * dpr))
    painter.setBrush(ACCENT if strong else _LIGHT)
    painter.drawRect(QRectF(x - reach, y - reach, 2 * reach, 2 * reach))


def ring_reach(viewport: Viewport, centre: tuple[float, float], diameter: float, *, dpr: float) -> Rect:
    """The device pixels that `draw_ring` may touch."""
    x, y = viewport.to_device(*centre)
    reach = max(diameter / 2 * viewport.scale, 4 * dpr) + 3 * dpr + 2
    origin = Point(int(x - reach) - 1, int(y - reach) - 1)
    return Rect(origin.x, origin.y, int(2 * reach) + 3, int(2 * reach) + 3)
