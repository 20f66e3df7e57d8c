"""Pieces of a thing that were left on a plain background: they go to the thing they cling to, so that no crumb of it stays behind."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.arrays import deviation
from layerdesk.layering.elements import Element
from layerdesk.layering.fill import fit_ground
from layerdesk.layering.protocols import Rgb

Mask = NDArray[np.bool_]

_PLAIN = 4.0
"""Mean deviation of the background from a smooth surface, in levels, up to which what stands out of it can be told."""
_OFF = 24.0
_SPECK = 20
_CONTACT, _ENCLOSED = 0.12, 0.4
"""Share of a crumb's outline that must touch a thing for the crumb to be a part of it; of a speck's, which may be noise, more."""


def with_leftovers(image: Rgb, elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """The elements, each with what clings to it, is in none of them, and is clearly not the background.

    `image` (h, w, 3) is the picture without text. On a background that is not plain nothing is changed. A shape that gains a piece
    is the form it was taken for no more, so it becomes an object.
    """
    if not elements:
        return elements
    owner = np.zeros(image.shape[:2], np.int32)
    for number, element in enumerate(elements, start=1):
        owner[element.rect.slices][element.alpha > 0] = number
    free = owner == 0
    surface, residual = fit_ground(image, free)
    if residual > _PLAIN:
        return elements
    odd = free & (deviation(image, surface) > _OFF)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(odd.astype(np.uint8), connectivity=8)
    gains: dict[int, list[tuple[Rect, Mask]]] = {}
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        box = Rect(x, y, width, height).expanded(2).intersected(Rect(0, 0, image.shape[1], image.shape[0]))
        crumb = labels[box.slices] == label
        number = _touched(crumb, owner[box.slices], least=_CONTACT if area >= _SPECK else _ENCLOSED)
        if number:
            gains.setdefault(number, []).append((box, crumb))
    return tuple(
        _grown(element, gains[number]) if number in gains else element for number, element in enumerate(elements, start=1)
    )


def _touched(crumb: Mask, owner: NDArray[np.int32], *, least: float) -> int:
    """The number of the element that a crumb clings to most; 0 where it clings to none."""
    ring = cv2.dilate(crumb.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~crumb
    numbers = np.bincount(owner[ring])
    if numbers.size < 2 or numbers[1:].max() < least * max(1, int(ring.sum())):
        return 0
    return int(numbers[1:].argmax()) + 1


def _grown(element: Element, crumbs: list[tuple[Rect, Mask]]) -> Element:
    rect = element.rect
    for box, _ in crumbs:
        rect = rect.united(box)
    alpha = np.zeros((rect.height, rect.width), np.uint8)
    visible = np.zeros_like(alpha)
    inner = element.rect.translated(-rect.origin).slices
    alpha[inner], visible[inner] = element.alpha, element.visible
    for box, crumb in crumbs:
        place = box.translated(-rect.origin).slices
        alpha[place][crumb] = 255
        visible[place][crumb] = 255
    name = element.name if element.shape is None else "Illustration"
    return replace(element, kind="object", rect=rect, alpha=alpha, visible=visible, shape=None, name=name)
