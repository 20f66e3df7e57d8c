"""Lines joined into paragraph blocks: same setting, one below the other, on one edge or axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median

from layerdesk.document.style import Align
from layerdesk.layering.text import ReadLine

_SIZE_RATIO = 1.16
_COLOUR_LEVELS = 40.0
_MIN_PITCH, _MAX_PITCH = 0.85, 1.85
"""Distance of baselines, in sizes, within which lines follow each other."""
_MARKER = re.compile(r"^\s*(?:[•●○◦▪■□◆◇▶►✓✔✗·*–—-]|\d{1,2}[.)、]|[a-zA-Z][.)])\s*\S")
_CELL_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Lines top to bottom that form one text layer."""

    lines: tuple[ReadLine, ...]
    align: Align
    line_height_px: float


def paragraphs(lines: tuple[ReadLine, ...]) -> tuple[Paragraph, ...]:
    """Every line in exactly one paragraph, ordered by the first line's place: top to bottom, left to right."""
    order = sorted(range(len(lines)), key=lambda index: (lines[index].ink.rect.y, lines[index].ink.rect.x, index))
    cells = _cells(lines)
    follower: dict[int, int] = {}
    taken: set[int] = set()
    for index in order:
        below = [
            other
            for other in order
            if other not in taken
            and other != index
            and _follows(lines[index], lines[other])
            and not (index in cells and other in cells)
        ]
        if below:
            nearest = min(below, key=lambda other: (lines[other].ink.rect.y, other))
            follower[index] = nearest
            taken.add(nearest)
    chains = []
    for index in order:
        if index in taken:
            continue
        chain = [index]
        while chain[-1] in follower:
            chain.append(follower[chain[-1]])
        chains.extend(_even_runs([lines[item] for item in chain]))
    return tuple(_paragraph(chain) for chain in chains)


def _follows(upper: ReadLine, lower: ReadLine) -> bool:
    """Whether `lower` may be the next line of the paragraph that `upper` stands in. Turned lines stay by themselves."""
    if upper.ink.angle != 0.0 or lower.ink.angle != 0.0 or _MARKER.match(lower.text):
        return False
    size = max(upper.setting.size_px, lower.setting.size_px)
    if size > _SIZE_RATIO * min(upper.setting.size_px, lower.setting.size_px):
        return False
    compared = upper.setting.match > 0 and lower.setting.match > 0
    if compared and (upper.setting.weight >= 600) != (lower.setting.weight >= 600):
        return False
    if max(abs(a - b) for a, b in zip(upper.ink.color, lower.ink.color, strict=True)) > _COLOUR_LEVELS:
        return False
    if max(abs(a - b) for a, b in zip(upper.ink.ground, lower.ink.ground, strict=True)) > _COLOUR_LEVELS:
        return False
    pitch = lower.setting.baseline - upper.setting.baseline
    if not _MIN_PITCH * size <= pitch <= _MAX_PITCH * size:
        return False
    first, second = upper.ink.rect, lower.ink.rect
    near = 0.45 * size
    indent = 2.4 * size if _MARKER.match(upper.text) else near
    return (
        -near <= second.x - first.x <= indent
        or abs(first.centre[0] - second.centre[0]) <= near
        or abs(first.right - second.right) <= 0.3 * size
    )


def _cells(lines: tuple[ReadLine, ...]) -> set[int]:
    """Lines that look like cells of a table: short, beside others on their row, with the same arrangement on the next row."""
    rows: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        rect = line.ink.rect
        rows[index] = [
            other
            for other, candidate in enumerate(lines)
            if other != index
            and abs(candidate.ink.rect.centre[1] - rect.centre[1]) < 0.5 * min(rect.height, candidate.ink.rect.height)
            and len(candidate.text) <= _CELL_CHARS
        ]
    return {index for index, line in enumerate(lines) if rows[index] and len(line.text) <= _CELL_CHARS}


def _even_runs(chain: list[ReadLine]) -> list[list[ReadLine]]:
    """The chain cut where the distance of its lines changes: one paragraph has one line height."""
    runs: list[list[ReadLine]] = [[chain[0]]]
    for line in chain[1:]:
        run = runs[-1]
        pitch = line.setting.baseline - run[-1].setting.baseline
        if len(run) >= 2:
            usual = (run[-1].setting.baseline - run[0].setting.baseline) / (len(run) - 1)
            if abs(pitch - usual) > max(2.0, 0.16 * usual):
                runs.append([line])
                continue
        run.append(line)
    return runs


def _paragraph(chain: list[ReadLine]) -> Paragraph:
    size = median(line.setting.size_px for line in chain)
    if len(chain) == 1:
        return Paragraph(lines=tuple(chain), align="left", line_height_px=1.2 * size)
    pitch = (chain[-1].setting.baseline - chain[0].setting.baseline) / (len(chain) - 1)
    return Paragraph(lines=tuple(chain), align=_alignment(chain), line_height_px=pitch)


def _alignment(chain: list[ReadLine]) -> Align:
    """The edge or axis on which the lines agree best; left where it makes no difference."""

    def spread(values: list[float]) -> float:
        return max(values) - min(values)

    rects = [line.ink.rect for line in chain]
    left = spread([float(rect.x) for rect in rects])
    right = spread([float(rect.right) for rect in rects])
    centre = spread([rect.centre[0] for rect in rects])
    slack = 0.12 * median(line.setting.size_px for line in chain)
    if left <= min(centre, right) + slack:
        return "left"
    return "center" if centre <= right + slack else "right"
