"""What people read in the layers list."""

from __future__ import annotations

from layerdesk.document.style import Fill, Shape

_WORDS = {
    "rectangle": "Rectangle", "rounded_rect": "Rounded rectangle", "ellipse": "Ellipse", "line": "Line", "arrow": "Arrow",
    "polygon": "Polygon", "path": "Path",
}  # fmt: skip


def shape_name(shape: Shape) -> str:
    """'Rounded rectangle, #ff8800'."""
    word = _WORDS[shape.type]
    if shape.type == "ellipse" and abs(shape.box[2] - shape.box[3]) <= 1.0:
        word = "Circle"
    colour = _colour(shape.fill) or (shape.stroke.color if shape.stroke else None)
    if shape.fill is None and shape.stroke is not None and shape.type not in ("line", "arrow"):
        word = f"Outlined {word.lower()}"
    return f"{word}, {colour}" if colour else word


def object_name(*, picture: bool, area_share: float) -> str:
    """'Photo' for texture, 'Icon' for something small, 'Illustration' otherwise. `area_share` is of the canvas."""
    if picture and area_share >= 0.002:
        return "Photo"
    return "Icon" if area_share < 0.01 else "Illustration"


def _colour(fill: Fill | None) -> str | None:
    if fill is None or isinstance(fill, str):
        return fill
    return f"{fill.stops[0].color} to {fill.stops[-1].color}"
