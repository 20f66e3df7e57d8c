"""A small poster with one layer of every kind that live exports know, drawn here so that picture and parameters agree."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.colour import from_hex
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ObjectLayer, Provenance, ShapeLayer, TextLayer
from layerdesk.document.masks import NO_MASK, MaskEdit, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import Align, LinearGradient, RadialGradient, Shape, Stop, Stroke, TextBlock, TextLine, TextStyle

FOUND = Provenance(stage="objects", engine="test", version="1")
WIDTH, HEIGHT = 640, 480
GROUND = "#f4f1ea"
_FINE = 4
"""Shapes are drawn at this many times their size and then shrunk."""


def source_of(pixels: NDArray[np.uint8], *, name: str = "poster.png", dpi: float = 96.0) -> SourceImage:
    """A source image of (h, w, 4) pixels whose file is only their fingerprint."""
    data = pixels.tobytes()[:64]
    return SourceImage(name=name, data=data, sha256=hashlib.sha256(pixels.tobytes()).hexdigest(), pixels=pixels, dpi=dpi)


def background(*, width: int = WIDTH, height: int = HEIGHT, colour: str = GROUND) -> BackgroundLayer:
    """One flat colour over the whole canvas."""
    plain = np.full((height, width, 4), (*from_hex(colour), 255), np.uint8)
    return BackgroundLayer(
        id="b1", name="Background", provenance=FOUND, mask=TileMask.from_rect(Rect(0, 0, width, height)), own=Raster(0, 0, plain)
    )


def photo(rect: Rect, *, layer_id: str = "o1", name: str = "Photo") -> ObjectLayer:
    """An ellipse of many colours with soft edges."""
    rows, columns = np.mgrid[0 : rect.height, 0 : rect.width].astype(np.float64)
    colour = np.stack([columns * 255 / rect.width, rows * 255 / rect.height, 128 + 100 * np.sin(columns / 7)], axis=2)
    distance = np.hypot((columns + 0.5) / rect.width * 2 - 1, (rows + 0.5) / rect.height * 2 - 1)
    alpha = np.clip((1 - distance) * min(rect.width, rect.height) / 2, 0, 1) * 255
    pixels = np.dstack([colour, np.full(colour.shape[:2], 255.0)]).round().astype(np.uint8)
    mask = TileMask.from_array(alpha.round().astype(np.uint8), x=rect.x, y=rect.y)
    return ObjectLayer(id=layer_id, name=name, provenance=FOUND, mask=mask, own=Raster(rect.x, rect.y, pixels))


def shape_layer(shape: Shape, *, layer_id: str, name: str, canvas: Rect | None = None) -> ShapeLayer:
    """A shape with the pixels that it draws, gradients included."""
    area = canvas or Rect(0, 0, WIDTH, HEIGHT)
    filled, stroked = _coverage(shape, area)
    colour = np.zeros((area.height, area.width, 4), np.uint8)
    if shape.fill is not None:
        colour[...] = _paint(shape, area)
    if shape.stroke is not None:
        colour[stroked > 127] = (*from_hex(shape.stroke.color), 255)
    mask = TileMask.from_array(np.maximum(filled, stroked))
    return ShapeLayer(id=layer_id, name=name, provenance=FOUND, mask=mask, own=Raster(0, 0, colour), shape=shape)


def text_layer(
    words: Iterable[str],
    *,
    x: int,
    baseline: int,
    size: float = 24.0,
    align: Align = "left",
    angle: float = 0.0,
    layer_id: str = "t1",
    name: str | None = None,
    family: str = "Liberation Sans",
    **style: object,
) -> TextLayer:
    """Lines whose ink is taken to be 0.55 em a letter (1 em for full-width signs) and 0.72 em high; `x` is left, middle or right."""
    setting = TextStyle(
        font_family=family,
        font_size_px=size,
        align=align,
        angle=angle,
        line_height_px=round(size * 1.25),
        **style,  # type: ignore[arg-type]
    )
    lines, ink = [], MaskEdit(NO_MASK)
    for index, text in enumerate(words):
        row = baseline + index * round(size * 1.25)
        width = max(1, round(sum(size if ord(sign) > 0x2E7F else 0.55 * size for sign in text)))
        left = {"center": x - width // 2, "right": x - width}.get(align, x)
        rect = Rect(left, row - round(0.72 * size), width, round(0.72 * size))
        if angle:
            rect = _turned_box(rect, angle)
        lines.append(TextLine(text=text, rect=rect, baseline=0.0 if angle else float(row)))
        ink.write(np.full((rect.height, rect.width), 255, np.uint8), x=rect.x, y=rect.y)
    block = TextBlock(lines=tuple(lines), style=setting, recognised="\n".join(line.text for line in lines))
    label = name if name is not None else " ".join(block.text.split())
    return TextLayer(id=layer_id, name=label, provenance=FOUND, mask=ink.commit(), block=block)


def poster() -> Document:
    """Background, photograph, every form, gradients, text left, centred, right, turned and Japanese, a group and a hidden layer."""
    sunset = LinearGradient(
        start=(40.0, 200.0), end=(200.0, 280.0), stops=(Stop(at=0.0, color="#ff5f6d"), Stop(at=1.0, color="#ffc371"))
    )
    glow = RadialGradient(
        centre=(540.0, 130.0), radius=60.0, stops=(Stop(at=0.0, color="#ffffff"), Stop(at=1.0, color="#2255aa"))
    )
    card = shape_layer(
        Shape(type="rounded_rect", box=(40, 200, 160, 80), radius=16, fill=sunset), layer_id="s1", name="Rounded rectangle"
    )
    label = text_layer(["Summer", "Sale"], x=60, baseline=235, size=24, layer_id="t1", color="#ffffff", weight=700)
    top: tuple[Layer, ...] = (
        background(),
        photo(Rect(240, 40, 160, 120)),
        GroupLayer(id="g1", name="Card", provenance=FOUND, children=(card, label)),
        shape_layer(
            Shape(type="rectangle", box=(40, 320, 120, 60), fill="#223344", stroke=Stroke(color="#ff8800", width=4)),
            layer_id="s2",
            name="Rectangle",
        ),
        shape_layer(Shape(type="ellipse", box=(480, 70, 120, 120), fill=glow), layer_id="s3", name="Ellipse"),
        shape_layer(
            Shape(type="line", points=((40, 440), (200, 400)), stroke=Stroke(color="#336699", width=3)),
            layer_id="s4",
            name="Line",
        ),
        arrow(),
        shape_layer(
            Shape(type="polygon", points=((420, 260), (480, 340), (360, 340)), fill="#77aa33"), layer_id="s6", name="Triangle"
        ),
        shape_layer(
            Shape(
                type="path",
                contours=(
                    ((500, 240), (600, 240), (600, 340), (500, 340)),
                    ((525, 265), (525, 315), (575, 315), (575, 265)),
                ),
                fill="#8844aa",
            ),
            layer_id="s7",
            name="Frame",
        ),
        text_layer(["Centred", "words here"], x=320, baseline=210, align="center", layer_id="t2", color="#111111"),
        text_layer(["to the right"], x=610, baseline=390, align="right", layer_id="t3", italic=True, tracking_px=1.5),
        text_layer(["Turned text"], x=260, baseline=330, angle=30.0, layer_id="t4", color="#aa2222"),
        text_layer(["夏の大セール"], x=300, baseline=440, family="Noto Sans CJK JP", layer_id="t5"),
        replace(photo(Rect(10, 10, 40, 40), layer_id="o2", name="Hidden"), visible=False),
    )
    return document_of(top)


def arrow() -> ShapeLayer:
    """A shaft of 4 px whose head is 20 px long and 20 px wide, 5 of its widths."""
    shape = Shape(type="arrow", points=((240, 420), (360, 380)), stroke=Stroke(color="#cc2233", width=4))
    layer = shape_layer(shape, layer_id="s5", name="Arrow")
    (x0, y0), (x1, y1) = shape.points
    long = math.hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / long, (y1 - y0) / long
    back = x1 - 20 * dx, y1 - 20 * dy
    corners = [(x1, y1), (back[0] - 10 * dy, back[1] + 10 * dx), (back[0] + 10 * dy, back[1] - 10 * dx)]
    # The shaft's own square end would stand out beside the tip.
    plane = np.zeros((HEIGHT * _FINE, WIDTH * _FINE), np.uint8)
    cv2.fillPoly(plane, [_fine(corners)], 255)
    half = 2.0
    shaft = [(x0 - half * dy, y0 + half * dx), (x0 + half * dy, y0 - half * dx),
             (back[0] + half * dy, back[1] - half * dx), (back[0] - half * dy, back[1] + half * dx)]  # fmt: skip
    cv2.fillPoly(plane, [_fine(shaft)], 255)
    ink = cv2.resize(plane, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    colour = np.full((HEIGHT, WIDTH, 4), (*from_hex("#cc2233"), 255), np.uint8)
    return replace(layer, mask=TileMask.from_array(ink), own=Raster(0, 0, colour))


def document_of(layers: tuple[Layer, ...], *, width: int = WIDTH, height: int = HEIGHT, dpi: float = 96.0) -> Document:
    """A document whose source image is what its visible layers show; every layer has its own pixels."""
    from layerdesk.document.composite import composite

    blank = np.full((height, width, 4), 255, np.uint8)
    document = Document(source=source_of(blank, dpi=dpi), layers=layers, found=layers)
    pixels = composite(document)
    pixels[..., 3] = 255
    return replace(document, source=source_of(pixels, dpi=dpi))


def _coverage(shape: Shape, area: Rect) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    fill, stroke = (np.zeros((area.height * _FINE, area.width * _FINE), np.uint8) for _ in range(2))
    outlines = [_fine(points) for points in _outlines(shape)]
    closed = shape.type not in ("line", "arrow")
    if shape.fill is not None and closed:
        cv2.fillPoly(fill, outlines, 255)
    if shape.stroke is not None:
        cv2.polylines(stroke, outlines, closed, 255, thickness=round(shape.stroke.width * _FINE))
    size = (area.width, area.height)
    return cv2.resize(fill, size, interpolation=cv2.INTER_AREA), cv2.resize(stroke, size, interpolation=cv2.INTER_AREA)


def _fine(points: Iterable[tuple[float, float]]) -> NDArray[np.int32]:
    return np.round(np.asarray(list(points), np.float64) * _FINE - 0.5).astype(np.int32)


def _outlines(shape: Shape) -> list[list[tuple[float, float]]]:
    x, y, width, height = shape.box
    match shape.type:
        case "path":
            return [list(contour) for contour in shape.contours]
        case "line" | "arrow" | "polygon":
            return [list(shape.points)]
        case "ellipse":
            centres, radii = [(x + width / 2, y + height / 2)] * 4, (width / 2, height / 2)
        case _:
            radius = shape.radius
            centres = [(x + width - radius, y + height - radius), (x + radius, y + height - radius),
                       (x + radius, y + radius), (x + width - radius, y + radius)]  # fmt: skip
            radii = (radius, radius)
    angles = [math.radians(90 * quarter + step * 3) for quarter in range(4) for step in range(31)]
    return [
        [
            (centres[index // 31][0] + radii[0] * math.cos(angle), centres[index // 31][1] + radii[1] * math.sin(angle))
            for index, angle in enumerate(angles)
        ]
    ]


def _paint(shape: Shape, area: Rect) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0 : area.height, 0 : area.width].astype(np.float64) + 0.5
    match shape.fill:
        case LinearGradient(start=(x0, y0), end=(x1, y1), stops=stops):
            place = ((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
        case RadialGradient(centre=(x, y), radius=radius, stops=stops):
            place = np.hypot(columns - x, rows - y) / radius
        case _:
            place, stops = np.zeros_like(rows), (Stop(at=0.0, color=str(shape.fill)),)
    colours = np.array([from_hex(stop.color) for stop in stops], np.float64)
    channels = [np.interp(place, [stop.at for stop in stops], colours[:, channel]) for channel in range(3)]
    return np.dstack([*channels, np.full(place.shape, 255.0)]).round().astype(np.uint8)


def _turned_box(rect: Rect, degrees: float) -> Rect:
    """The upright box around a rectangle turned about its middle."""
    sine, cosine = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    width, height = rect.width * cosine + rect.height * sine, rect.width * sine + rect.height * cosine
    middle = rect.centre
    return Rect.from_edges(
        round(middle[0] - width / 2), round(middle[1] - height / 2), round(middle[0] + width / 2), round(middle[1] + height / 2)
    )
