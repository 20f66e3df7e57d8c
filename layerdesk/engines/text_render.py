"""Text drawn from its parameters: the pixels of a text layer whose words or style a hand has changed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.colour import from_hex
from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.masks import NO_MASK, MaskEdit, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.layering.protocols import FontFace, FontLibrary

Plane = NDArray[np.uint8]
Place = tuple[float, float]

INK = 64
"""Coverage (0..255) from which on a pixel counts for the box around a line's ink: fainter fringes are not seen."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A line drawn upright; `x` and `y` are where the plane's first pixel lies from the left end of the ink on the baseline."""

    plane: Plane
    x: int
    y: int
    width: int
    """Of the ink, in pixels."""

    @property
    def ink(self) -> Rect:
        return _ink_box(self.plane).translated(Rect(self.x, self.y, 0, 0).origin)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Turned:
    """A line as it is to be seen: its plane with the first pixel at `x`, `y` from the left end of its baseline."""

    plane: Plane
    x: int
    y: int

    @property
    def ink(self) -> Rect:
        return _ink_box(self.plane).translated(Rect(self.x, self.y, 0, 0).origin)


def render_block(block: TextBlock, *, fonts: FontLibrary) -> tuple[TileMask, Raster]:
    """The coverage of the block's lines and their colour, in source coordinates.

    Each line stands where its rect and baseline say, held at the edge (or the middle) that the alignment names; a line without a
    rect follows the one before it by the line height. The raster has the style's colour and alpha 255 all over the mask's box, and
    is one pixel where there is nothing to draw. Raises LayerDeskError where no font is installed.
    """
    edit = MaskEdit(NO_MASK)
    for turned, (x, y) in _placed(block, fonts):
        edit.blend(turned.plane, x=round(x) + turned.x, y=round(y) + turned.y)
    mask = edit.commit()
    box = mask.bounds if mask else Rect(0, 0, 1, 1)
    pixels = np.empty((box.height, box.width, 4), np.uint8)
    pixels[...] = (*from_hex(block.style.color), 255)
    return mask, Raster(box.x, box.y, pixels)


def retyped(block: TextBlock, *, text: str | None = None, style: TextStyle | None = None, fonts: FontLibrary) -> TextBlock:
    """The block with other words or another style, its lines laid out anew.

    The first line keeps its baseline, the lines keep the edge (or the middle) of the old block that the alignment names, and
    follow one another by the line height. Each line's rect is the box around its drawn ink.
    """
    new = block.style if style is None else style
    anchor = _anchor(block, new, fonts)
    along, down = _axes(new.angle)
    lines = []
    for number, words in enumerate((block.text if text is None else text).split("\n")):
        drawn = _upright(words, new, fonts)
        back = drawn.width * _share(new)
        step = number * new.line_height_px
        left = (anchor[0] - along[0] * back + down[0] * step, anchor[1] - along[1] * back + down[1] * step)
        ink = _turned(drawn, words, new, fonts).ink
        rect = Rect(round(left[0]) + ink.x, round(left[1]) + ink.y, ink.width, ink.height)
        lines.append(TextLine(text=words, rect=rect, baseline=left[1]))
    return dataclasses.replace(block, lines=tuple(lines), style=new, rendered=True)


def _share(style: TextStyle) -> float:
    """How much of a line lies before the point that its alignment holds."""
    return {"left": 0.0, "justify": 0.0, "center": 0.5, "right": 1.0}[style.align]


def _axes(angle: float) -> tuple[Place, Place]:
    """Unit vectors along the line and down to the next one, for degrees clockwise with y downwards."""
    turn = math.radians(angle)
    return (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))


def _anchor(block: TextBlock, style: TextStyle, fonts: FontLibrary) -> Place:
    """The point on the first baseline that the new alignment holds: the old block's left end, middle or right end."""
    first = next((line for line in block.lines if not line.rect.empty), None)
    if first is None:
        return (0.0, block.lines[0].baseline) if block.lines else (0.0, style.font_size_px)
    if block.style.angle == 0:
        box = bounding(line.rect for line in block.lines)
        return box.x + box.width * _share(style), block.lines[0].baseline
    left = next((place for turned, place in _placed(block, fonts) if turned.plane.size), (first.rect.x, first.baseline))
    along, _ = _axes(block.style.angle)
    reach = _upright(first.text, block.style, fonts).width * _share(style)
    return left[0] + along[0] * reach, left[1] + along[1] * reach


def _placed(block: TextBlock, fonts: FontLibrary) -> Iterator[tuple[_Turned, Place]]:
    """Each line drawn, and where the left end of its baseline stands in the source."""
    style = block.style
    along, down = _axes(style.angle)
    held: Place | None = None
    for line in block.lines:
        drawn = _upright(line.text, style, fonts)
        turned = _turned(drawn, line.text, style, fonts)
        back = drawn.width * _share(style)
        if held is None or not line.rect.empty:
            ink = turned.ink
            # How far the rect's left side is held: as the alignment says on a level line, the other way round on one upside down.
            share = 0.5 + (_share(style) - 0.5) * along[0]
            left = (line.rect.x - ink.x + (line.rect.width - ink.width) * share, line.baseline)
            held = (left[0] + along[0] * back, left[1] + along[1] * back)
        else:
            held = (held[0] + down[0] * style.line_height_px, held[1] + down[1] * style.line_height_px)
            left = (held[0] - along[0] * back, held[1] - along[1] * back)
        yield turned, left


def _upright(text: str, style: TextStyle, fonts: FontLibrary, scale: int = 1) -> _Drawn:
    """The line drawn without its angle, `scale` times as large, each run of letters in a face that has them."""
    size, tracking = style.font_size_px * scale, style.tracking_px * scale
    pieces: list[tuple[Plane, int, int]] = []
    pen = 0.0
    for face, run in _runs(text, style, fonts):
        plane, origin, baseline = fonts.coverage(face, run, size_px=size, tracking_px=tracking, fine=scale == 1)
        pieces.append((plane, round(pen - origin), round(-baseline)))
        pen += fonts.advance(face, run, size_px=size, tracking_px=tracking)
    box = bounding(Rect(x, y, plane.shape[1], plane.shape[0]) for plane, x, y in pieces)
    whole = np.zeros((box.height, box.width), np.uint8)
    for plane, x, y in pieces:
        view = whole[y - box.y : y - box.y + plane.shape[0], x - box.x : x - box.x + plane.shape[1]]
        np.maximum(view, plane, out=view)
    ink = _ink_box(whole)
    return _Drawn(plane=whole, x=-ink.x, y=box.y, width=ink.width)


def _runs(text: str, style: TextStyle, fonts: FontLibrary) -> Iterator[tuple[FontFace, str]]:
    """The text in runs of one face: the style's, and where that lacks letters another installed one that has them."""
    if not text.strip():
        return
    family, weight, italic = style.font_family, style.weight, style.italic
    main = fonts.find(family, weight=weight, italic=italic) or fonts.best(family, weight=weight, italic=italic, text=text)
    face, run = main, ""
    for letter in text:
        wanted = main if fonts.covers(main, letter) else face
        if not fonts.covers(wanted, letter):
            wanted = fonts.best(family, weight=weight, italic=italic, text=letter)
        if wanted != face and run:
            yield face, run
            run = ""
        face, run = wanted, run + letter
    yield face, run


def _turned(drawn: _Drawn, text: str, style: TextStyle, fonts: FontLibrary) -> _Turned:
    """The line at its angle, turned clockwise about the left end of its baseline."""
    if style.angle == 0 or not drawn.plane.size:
        return _Turned(plane=drawn.plane, x=drawn.x, y=drawn.y)
    # Drawn and turned larger, then averaged.
    scale = 4 if style.font_size_px <= 60 else 2
    large = _upright(text, style, fonts, scale=scale)
    (cosine, sine), _ = _axes(style.angle)
    # Pixel centres lie half a pixel in; the matrix turns about the left end of the baseline.
    corners = [
        (x * cosine - y * sine, x * sine + y * cosine)
        for x in (large.x, large.x + large.plane.shape[1])
        for y in (large.y, large.y + large.plane.shape[0])
    ]
    left, right = _outward(min(x for x, _ in corners), max(x for x, _ in corners), scale)
    top, bottom = _outward(min(y for _, y in corners), max(y for _, y in corners), scale)
    first_x, first_y = large.x + 0.5, large.y + 0.5
    matrix = np.array(
        [
            [cosine, -sine, cosine * first_x - sine * first_y - left * scale - 0.5],
            [sine, cosine, sine * first_x + cosine * first_y - top * scale - 0.5],
        ]
    )
    size = ((right - left) * scale, (bottom - top) * scale)
    sheet = cv2.warpAffine(large.plane, matrix, size, flags=cv2.INTER_CUBIC)
    plane = cv2.resize(sheet, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return _Turned(plane=np.asarray(plane, np.uint8), x=left, y=top)


def _outward(low: float, high: float, scale: int) -> tuple[int, int]:
    """Whole pixels of the final size around a span of the larger drawing, one to spare on each side."""
    return math.floor(low / scale) - 1, math.ceil(high / scale) + 1


def _ink_box(plane: Plane) -> Rect:
    """The box around what is seen of a plane; of all that is there where nothing reaches `INK`."""
    if not plane.size:
        return Rect(0, 0, 0, 0)
    seen = (plane >= INK) if (plane >= INK).any() else plane > 0
    return Rect(*(int(value) for value in cv2.boundingRect(seen.astype(np.uint8))))
