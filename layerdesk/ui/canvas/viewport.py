"""Where the picture lies in the view: zoom and position as pure maths, in device pixels. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layerdesk.document.geometry import Rect, Size

MIN_SCALE = 0.02
MAX_SCALE = 32.0
STEPS = (
    0.02, 0.03, 0.04, 0.05, 0.0625, 1 / 12, 0.125, 1 / 6, 0.25, 1 / 3, 0.5, 2 / 3, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0,
    16.0, 24.0, 32.0,
)  # fmt: skip
"""The zoom levels that 'zoom in' and 'zoom out' walk through."""
_KEPT = 48
"""Device pixels of the picture that no panning takes out of sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """device = picture * scale + (x, y). 100 % is one pixel of the picture on one pixel of the screen.

    The exact position is kept for zooming, so that many small steps do not drift; drawing and pointing both go by the position
    rounded to whole device pixels (`left`, `top`), so that at 100 % every pixel of the picture is one pixel of the screen.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def left(self) -> int:
        return math.floor(self.x + 0.5)

    @property
    def top(self) -> int:
        return math.floor(self.y + 0.5)

    def to_device(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture lies, in device pixels."""
        return x * self.scale + self.left, y * self.scale + self.top

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """The point of the picture under a point given in device pixels."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def device_rect(self, rect: Rect) -> Rect:
        """The device pixels that `rect` of the picture covers, each edge rounded, so that neighbours meet without a seam."""
        left, top = self.to_device(rect.x, rect.y)
        right, bottom = self.to_device(rect.right, rect.bottom)
        return Rect.from_edges(math.floor(left + 0.5), math.floor(top + 0.5), math.floor(right + 0.5), math.floor(bottom + 0.5))

    def image_rect(self, rect: Rect, *, within: Rect) -> Rect:
        """The pixels of the picture that touch `rect` (device pixels), no further than `within`."""
        left, top = self.to_image(rect.x, rect.y)
        right, bottom = self.to_image(rect.right, rect.bottom)
        return Rect.from_edges(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)).intersected(within)

    def zoomed(self, scale: float, *, at: tuple[float, float]) -> Viewport:
        """At another scale (brought into its limits), the point of the picture under `at` (device pixels) staying where it is."""
        scale = min(MAX_SCALE, max(MIN_SCALE, scale))
        ratio = scale / self.scale
        return Viewport(scale=scale, x=at[0] - (at[0] - self.x) * ratio, y=at[1] - (at[1] - self.y) * ratio)

    def panned(self, dx: float, dy: float) -> Viewport:
        """Moved by so many device pixels."""
        return Viewport(scale=self.scale, x=self.x + dx, y=self.y + dy)

    def kept_in_sight(self, picture: Size, view: Size) -> Viewport:
        """Moved back, where needed, so that a strip of the picture stays inside the view."""
        return Viewport(
            scale=self.scale,
            x=_kept(self.x, picture.width * self.scale, view.width),
            y=_kept(self.y, picture.height * self.scale, view.height),
        )

    def stepped(self, direction: int, *, at: tuple[float, float]) -> Viewport:
        """One zoom level further in (+1) or out (-1)."""
        if direction > 0:
            scale = next((step for step in STEPS if step > self.scale * 1.001), MAX_SCALE)
        else:
            scale = next((step for step in reversed(STEPS) if step < self.scale * 0.999), MIN_SCALE)
        return self.zoomed(scale, at=at)


def _kept(position: float, length: float, view: int) -> float:
    strip = min(_KEPT, length, view)
    return min(max(position, strip - length), view - strip)


def showing(rect: Rect, view: Size, *, margin: int = 16, largest: float = MAX_SCALE) -> Viewport:
    """`rect` of the picture in the middle of the view, as large as goes."""
    width, height = max(1, view.width - 2 * margin), max(1, view.height - 2 * margin)
    scale = min(width / max(1, rect.width), height / max(1, rect.height), largest, MAX_SCALE)
    scale = max(scale, MIN_SCALE)
    x, y = rect.centre
    return Viewport(scale=scale, x=view.width / 2 - x * scale, y=view.height / 2 - y * scale)


def mip_level(scale: float) -> int:
    """How many times the picture is halved before it is drawn: what is left to scale is then over a half and at most one."""
    return 0 if scale >= 1.0 else max(0, math.floor(math.log2(1.0 / scale) + 1e-9))
