"""What a text or shape layer is, in parameters: typography, outlines, fills and strokes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from layerdesk.document.geometry import Rect

Align = Literal["left", "center", "right", "justify"]
_LABEL = 40
"""Characters of the longest label."""

ShapeType = Literal["rectangle", "rounded_rect", "ellipse", "line", "arrow", "polygon", "path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """Typography of a text layer. Lengths in pixels of the source image, angle in degrees clockwise."""

    font_family: str = "Noto Sans"
    font_size_px: float = 16.0
    weight: int = 400
    """CSS weight, 100 to 900; 600 and more is bold."""
    italic: bool = False
    color: str = "#000000"
    align: Align = "left"
    angle: float = 0.0
    line_height_px: float = 19.2
    tracking_px: float = 0.0
    """Extra space after each letter."""

    @property
    def bold(self) -> bool:
        return self.weight >= 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line as it stands in the picture."""

    text: str
    rect: Rect
    """Upright box around its ink, in source pixels."""
    baseline: float = 0.0
    """Row of the baseline at the line's left end, in source pixels; for an unrotated line the row under the letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """The characters of a text layer and how they are set: one paragraph block with its line breaks."""

    lines: tuple[TextLine, ...]
    style: TextStyle
    recognised: str = ""
    """What the engine read, verbatim; a correction by hand never touches it."""
    alternatives: tuple[str, ...] = ()
    """Other font families that fit nearly as well, best first."""
    rendered: bool = False
    """True when the layer's pixels were drawn from these parameters; False while they are the source's own ink."""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def label(self) -> str:
        """Its first words on one line, as a layer is called by them."""
        words = " ".join(" ".join(line.text for line in self.lines).split())
        return words if len(words) <= _LABEL else words[: _LABEL - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A colour at a place 0..1 along a gradient."""

    at: float
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearGradient:
    """Colours along the line from `start` to `end`, in source pixels."""

    start: tuple[float, float]
    end: tuple[float, float]
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RadialGradient:
    """Colours from `centre` out to `radius`, in source pixels."""

    centre: tuple[float, float]
    radius: float
    stops: tuple[Stop, ...]


Fill = str | LinearGradient | RadialGradient
"""'#rrggbb' or a gradient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """An outline centred on the shape's edge."""

    color: str
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A geometric form known exactly, in source pixels (before the layer's offset).

    Rectangle, rounded rectangle and ellipse fill `box` (x, y, width, height). Line and arrow go from the first to the last of
    `points`; a polygon is closed through them. A path holds closed outlines in `contours`, filled by the even-odd rule.
    """

    type: ShapeType
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    radius: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    contours: tuple[tuple[tuple[float, float], ...], ...] = field(default=())
    fill: Fill | None = None
    stroke: Stroke | None = None
