"""Crumbs on a plain background go to the thing they cling to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.document.style import Shape
from layerdesk.layering.elements import Element
from layerdesk.layering.leftovers import with_leftovers

Rgb = NDArray[np.uint8]


def page(*boxes: Rect) -> Rgb:
    """A gradient with brown boxes on it."""
    image = np.zeros((120, 160, 3), np.uint8)
    image[...] = np.linspace(60, 120, 160)[None, :, None]
    for box in boxes:
        image[box.slices] = (200, 140, 30)
    return image


def element(rect: Rect) -> Element:
    full = np.full((rect.height, rect.width), 255, np.uint8)
    return Element(
        kind="shape", rect=rect, alpha=full, visible=full, shape=Shape(type="rectangle", box=(rect.x, rect.y, rect.width, rect.height)),
        name="Rectangle, #c88c1e", confidence=0.9, engine="regions", parent=None,
    )  # fmt: skip


def test_a_piece_that_was_left_joins_the_thing_it_touches() -> None:
    body, crumb = Rect(40, 30, 40, 50), Rect(30, 30, 10, 50)
    (found,) = with_leftovers(page(body, crumb), (element(body),))
    assert found.rect.contains_rect(body.united(crumb))
    assert (found.alpha > 0).sum() == body.area + crumb.area
    assert (found.kind, found.shape, found.name) == ("object", None, "Illustration")


def test_what_stands_alone_and_specks_stay() -> None:
    body = Rect(40, 30, 40, 50)
    for other in (Rect(120, 90, 20, 20), Rect(80, 40, 3, 3)):
        (found,) = with_leftovers(page(body, other), (element(body),))
        assert found.kind == "shape"
        assert np.array_equal(found.alpha, element(body).alpha)


def test_on_texture_nothing_is_changed() -> None:
    image = np.random.default_rng(1).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    elements = (element(Rect(40, 30, 40, 50)),)
    assert with_leftovers(image, elements) is elements


def test_no_elements_no_work() -> None:
    assert with_leftovers(page(), ()) == ()
