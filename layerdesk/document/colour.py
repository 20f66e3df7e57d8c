"""'#rrggbb' to and from numbers."""

from __future__ import annotations

import re

_HEX = re.compile(r"#[0-9a-f]{6}")


def is_hex(text: str) -> bool:
    """Whether `text` is '#rrggbb' in lower case, the one way colours are written here."""
    return _HEX.fullmatch(text) is not None


def to_hex(rgb: tuple[float, ...]) -> str:
    """'#rrggbb' of three numbers 0..255, rounded and clipped."""
    red, green, blue = (min(255, max(0, round(float(value)))) for value in rgb[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def from_hex(text: str) -> tuple[int, int, int]:
    """(red, green, blue) 0..255. Raises ValueError where it is not '#rrggbb'."""
    if not is_hex(text.lower()):
        raise ValueError(f"not a colour: {text!r}; write it as #rrggbb")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
