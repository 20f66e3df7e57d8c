"""The subject of a scene, where the background is no plain one and colours cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerdesk.document.geometry import Rect
from layerdesk.layering.coverage import trimmed
from layerdesk.layering.elements import Element
from layerdesk.layering.protocols import Plane, Rgb, Saliency

_LEAST, _MOST = 0.01, 0.7
"""Share of the picture that a subject may take."""
_VAGUE = 0.35
"""Share of a subject's pixels that may be neither in nor out."""
_KNOWN = 0.6
"""Share of a subject that other elements may hold already."""


def find_subject(image: Rgb, elements: tuple[Element, ...], saliency: Saliency) -> Element | None:
    """What `saliency` takes for the subject of `image`; None where it is vague, everything, next to nothing, or found already."""
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return None
    soft = saliency.subject(image)
    # Stretched a little: a network is never quite sure, and a layer that is nowhere opaque is of no use.
    alpha: Plane = np.clip((soft.astype(np.int32) - 40) * 255 // 175, 0, 255).astype(np.uint8)
    strong = alpha > 127
    area = int(np.count_nonzero(strong))
    if not _LEAST * alpha.size <= area <= _MOST * alpha.size:
        return None
    vague = int(np.count_nonzero((alpha > 40) & (alpha < 215)))
    taken = np.zeros(alpha.shape, bool)
    for element in elements:
        taken[element.rect.slices] |= element.alpha > 127
    if vague > _VAGUE * area or np.count_nonzero(strong & taken) > _KNOWN * area:
        return None
    rect, alpha = trimmed(Rect(0, 0, width, height), alpha)
    visible = np.where((alpha > 0) & ~taken[rect.slices], np.uint8(255), np.uint8(0))
    return Element(
        kind="object", rect=rect, alpha=alpha, visible=visible, shape=None, name="Subject",
        confidence=round(0.8 - vague / max(1, area), 3), engine=saliency.name, parent=None,
    )  # fmt: skip


def with_subject(subject: Element, elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """The elements with the subject below them: flat things on a photograph were laid over it."""
    moved = tuple(element if element.parent is None else replace(element, parent=element.parent + 1) for element in elements)
    return (subject, *moved)
