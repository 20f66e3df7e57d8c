"""A line whose setting is doubtful takes that of a sure line beside it: what was misread is seldom set in a face of its own."""

from __future__ import annotations

from dataclasses import replace

from layerdesk.layering.ink import Ink
from layerdesk.layering.typography import SetLine

_DOUBTFUL, _SURE = 0.94, 0.97
"""Likeness below which a line asks its neighbours, and from which one may answer."""
_LEVELS = 40.0
_SIZES = 1.2
_REACH = 2.6
"""Sizes up or down within which a neighbour's baseline must lie."""


def snapped(settings: tuple[SetLine, ...], inks: tuple[Ink, ...]) -> tuple[SetLine, ...]:
    """The settings in the order given, the doubtful ones with face, weight, slant and size of the nearest sure line like them.

    Alike are lines of one colour on one ground, about one size, on one edge or axis. The baseline and the characters stay.
    """
    out = []
    for index, (setting, ink) in enumerate(zip(settings, inks, strict=True)):
        model = _model(index, settings, inks) if 0 < setting.match < _DOUBTFUL and ink.angle == 0.0 else None
        if model is not None:
            setting = replace(
                setting,
                family=model.family,
                weight=model.weight,
                italic=model.italic,
                size_px=model.size_px,
                tracking_px=model.tracking_px,
                alternatives=model.alternatives,
            )
        out.append(setting)
    return tuple(out)


def _model(index: int, settings: tuple[SetLine, ...], inks: tuple[Ink, ...]) -> SetLine | None:
    setting, ink = settings[index], inks[index]
    candidates = [
        (abs(other.baseline - setting.baseline), number)
        for number, (other, beside) in enumerate(zip(settings, inks, strict=True))
        if number != index and other.match >= _SURE and _alike(setting, ink, other, beside)
    ]
    return settings[min(candidates)[1]] if candidates else None


def _alike(setting: SetLine, ink: Ink, other: SetLine, beside: Ink) -> bool:
    size = max(setting.size_px, other.size_px)
    if beside.angle != 0.0 or size > _SIZES * min(setting.size_px, other.size_px):
        return False
    if abs(other.baseline - setting.baseline) > _REACH * size:
        return False
    colours = zip((*ink.color, *ink.ground), (*beside.color, *beside.ground), strict=True)
    if any(abs(a - b) > _LEVELS for a, b in colours):
        return False
    first, second = ink.rect, beside.rect
    apart = min(abs(first.x - second.x), abs(first.centre[0] - second.centre[0]), abs(first.right - second.right))
    return apart <= 0.5 * size
