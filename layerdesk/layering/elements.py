"""What was found in a picture once its text had been lifted off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layerdesk.document.geometry import Rect
from layerdesk.document.style import Shape
from layerdesk.layering.protocols import Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A shape or an object of the picture."""

    kind: Literal["shape", "object"]
    rect: Rect
    """Bounds of `alpha`, in canvas pixels."""
    alpha: Plane
    """(rect.height, rect.width) uint8 soft coverage, completed under what lies on top where the form is certain."""
    visible: Plane
    """Same size: 255 where the element's own pixels are what the picture shows, 0 where something above hides them."""
    shape: Shape | None
    """The form in parameters, in canvas pixels; None for an object."""
    name: str
    confidence: float
    """0..1"""
    engine: str
    """Which method found it: 'regions' or the name of a saliency engine."""
    parent: int | None
    """Index, in the tuple of elements bottom to top, of the one it lies on; None where it lies on the background."""
