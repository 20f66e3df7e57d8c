"""The tree: which layer lies on which, in what order, under what name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.colour import to_hex
from layerdesk.document.geometry import Rect, bounding
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ObjectLayer, Provenance, ShapeLayer, TextLayer
from layerdesk.document.style import TextBlock, TextLine, TextStyle
from layerdesk.layering.elements import Element
from layerdesk.layering.paragraphs import Paragraph
from layerdesk.layering.stack import Sheet, Solved, Stack

_Value = TypeVar("_Value", str, int, bool)

_WHOLE = 0.6
"""Share of the canvas from which an element is a stage for the others rather than a card that groups them."""
_ON_IT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the tree: an element or a paragraph by its number, and what lies on it."""

    element: int | None = None
    paragraph: int | None = None
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Provenance of each kind of layer."""

    text: Provenance
    background: Provenance
    version: str


def paragraph_sheet(paragraph: Paragraph) -> Sheet:
    """The ink of all its lines in one plane, two pixels wider so that what antialiasing left around it comes along."""
    rect = bounding(line.ink.area for line in paragraph.lines)
    plane = np.zeros((rect.height, rect.width), np.uint8)
    for line in paragraph.lines:
        view = plane[line.ink.area.translated(-rect.origin).slices]
        np.maximum(view, line.ink.coverage, out=view)
    near = cv2.dilate((plane > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    return Sheet(rect=rect, coverage=np.maximum(plane, near), is_text=True)


def build_tree(elements: tuple[Element, ...], texts: tuple[Sheet, ...], *, canvas: Rect) -> tuple[Node, ...]:
    """The tree bottom to top: elements by what they lie on, each paragraph on the highest element that holds it."""
    covers = [element.alpha > 0 for element in elements]
    homes = [_home(sheet, elements, covers) for sheet in texts]

    def below(parent: int | None) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for index, element in enumerate(elements):
            if element.parent == parent:
                node = Node(element=index, children=below(index))
                stage = element.rect.area >= _WHOLE * canvas.area
                nodes.extend((Node(element=index), *node.children) if stage else (node,))
        nodes.extend(Node(paragraph=number) for number, home in enumerate(homes) if home == parent)
        return tuple(nodes)

    return below(None)


def _home(sheet: Sheet, elements: tuple[Element, ...], covers: list[NDArray[np.bool_]]) -> int | None:
    """The highest element under most of the ink; None where another, which is not under that one, reaches into the ink too."""
    ink = sheet.coverage > 0
    total = max(1, int(ink.sum()))
    touched = []
    for index, element in enumerate(elements):
        common = sheet.rect.intersected(element.rect)
        if common.empty:
            continue
        both = ink[common.translated(-sheet.rect.origin).slices] & covers[index][common.translated(-element.rect.origin).slices]
        if share := int(both.sum()):
            touched.append((index, share / total))
    holders = [index for index, share in touched if share >= _ON_IT]
    if not holders:
        return None
    home = max(holders, key=lambda index: (_depth(elements, index), index))
    line = set(_ancestors(elements, home))
    return home if all(index in line for index, _ in touched) else None


def _ancestors(elements: tuple[Element, ...], index: int) -> Iterator[int]:
    current: int | None = index
    while current is not None:
        yield current
        current = elements[current].parent


def _depth(elements: tuple[Element, ...], index: int) -> int:
    return sum(1 for _ in _ancestors(elements, index))


def in_order(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node in painting order: what carries comes before what lies on it."""
    for node in nodes:
        yield node
        yield from in_order(node.children)


class Assembler:
    """Makes the layers of a tree once their pixels are solved. Ids count by kind in painting order."""

    def __init__(
        self,
        *,
        elements: tuple[Element, ...],
        paragraphs: tuple[Paragraph, ...],
        nodes: tuple[Node, ...],
        stack: Stack,
        origins: Origins,
    ) -> None:
        self._elements, self._paragraphs, self._nodes = elements, paragraphs, nodes
        self._origins = origins
        self._background = stack.background
        self._methods = stack.methods
        self._solved = dict(zip((id(node) for node in in_order(nodes)), stack.sheets, strict=True))
        self._counts: dict[str, int] = {}
        self._blocks = tuple(text_block(paragraph) for paragraph in paragraphs)
        self._names = text_names(paragraphs, self._blocks)

    def layers(self) -> tuple[Layer, ...]:
        background = BackgroundLayer(
            id=self._next("b"),
            name="Background",
            provenance=self._origins.background,
            # As in paint programs: what everything lies on does not slip away under a drag.
            locked=True,
            confidence=0.98 if not self._methods else 0.95 if self._methods == ("smooth",) else 0.8,
            mask=self._background.mask,
            own=self._background.own,
            invented=self._background.invented,
        )
        return (background, *self._built(self._nodes))

    def _next(self, prefix: str) -> str:
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]}"

    def _built(self, nodes: tuple[Node, ...]) -> tuple[Layer, ...]:
        layers: list[Layer] = []
        for node in nodes:
            solved = self._solved[id(node)]
            if not solved.mask:
                # Wholly hidden behind others and nothing to show.
                layers.extend(self._built(node.children))
                continue
            layer = self._text(node, solved) if node.paragraph is not None else self._element(node, solved)
            children = self._built(node.children)
            if children:
                group = GroupLayer(
                    id=self._next("g"),
                    name=_group_name(layer, children),
                    provenance=Provenance(stage="assemble", engine="layerdesk", version=self._origins.version),
                    confidence=min(layer.confidence, *(child.confidence for child in children)),
                    children=(layer, *children),
                )
                layers.append(group)
            else:
                layers.append(layer)
        return tuple(layers)

    def _element(self, node: Node, solved: Solved) -> Layer:
        assert node.element is not None
        element = self._elements[node.element]
        provenance = Provenance(stage="objects", engine=element.engine, version=self._origins.version)
        if element.shape is not None:
            return ShapeLayer(
                id=self._next("s"), name=element.name, provenance=provenance, confidence=element.confidence, mask=solved.mask,
                own=solved.own, invented=solved.invented, shape=element.shape,
            )  # fmt: skip
        return ObjectLayer(
            id=self._next("o"), name=element.name, provenance=provenance, confidence=element.confidence, mask=solved.mask,
            own=solved.own, invented=solved.invented,
        )  # fmt: skip

    def _text(self, node: Node, solved: Solved) -> Layer:
        assert node.paragraph is not None
        paragraph = self._paragraphs[node.paragraph]
        return TextLayer(
            id=self._next("t"),
            name=self._names[node.paragraph],
            provenance=self._origins.text,
            confidence=min(line.confidence for line in paragraph.lines),
            mask=solved.mask,
            own=solved.own,
            invented=solved.invented,
            block=self._blocks[node.paragraph],
        )


def text_block(paragraph: Paragraph) -> TextBlock:
    """The paragraph's characters and one style for all its lines: the median size, the settings most of its letters have."""
    lines = paragraph.lines
    family = _most_letters([(line.setting.family, len(line.text) * line.setting.match) for line in lines])
    # Measures of another face, taken by mistake for one line, are none of this one's.
    alike = [line for line in lines if line.setting.family == family]
    setting = max(alike, key=lambda line: (len(line.text), line.setting.match)).setting
    style = TextStyle(
        font_family=family,
        font_size_px=round(median(line.setting.size_px for line in alike), 2),
        weight=_most_letters([(line.setting.weight, len(line.text)) for line in alike]),
        italic=_most_letters([(line.setting.italic, len(line.text)) for line in alike]),
        color=to_hex(tuple(float(np.median([line.ink.color[k] for line in lines])) for k in range(3))),
        align=paragraph.align,
        angle=round(lines[0].ink.angle, 2),
        line_height_px=round(paragraph.line_height_px, 2),
        tracking_px=round(float(median(line.setting.tracking_px for line in alike)), 2),
    )
    return TextBlock(
        lines=tuple(TextLine(text=line.text, rect=line.ink.rect, baseline=round(line.setting.baseline, 2)) for line in lines),
        style=style,
        recognised="\n".join(line.recognised for line in lines),
        alternatives=setting.alternatives,
    )


def _most_letters(votes: list[tuple[_Value, float]]) -> _Value:
    """What most letters are set in; of two alike the one that sorts first."""
    totals: dict[_Value, float] = {}
    for value, letters in votes:
        totals[value] = totals.get(value, 0.0) + letters
    return min(totals, key=lambda value: (-totals[value], value))


def text_names(paragraphs: tuple[Paragraph, ...], blocks: tuple[TextBlock, ...]) -> tuple[str, ...]:
    """'Headline' for the one text that is set clearly larger than the rest, else the text's own first words."""
    sizes = [median(line.setting.size_px for line in paragraph.lines) for paragraph in paragraphs]
    largest = max(sizes, default=0.0)
    headlines = [number for number, size in enumerate(sizes) if size >= 0.92 * largest]
    names = []
    for number, block in enumerate(blocks):
        clear = len(headlines) == 1 and len(sizes) > 1 and largest >= 1.35 * median(sizes)
        names.append("Headline" if clear and number == headlines[0] else block.label)
    return tuple(names)


def _group_name(layer: Layer, children: tuple[Layer, ...]) -> str:
    """A card is called by what it says: its largest text; else by what carries it."""
    texts = [child for child in children if isinstance(child, TextLayer)]
    if texts:
        first = max(texts, key=lambda child: (child.block.style.font_size_px, -child.block.lines[0].rect.y))
        return first.block.label
    return f"{layer.name.split(',')[0]} group"
