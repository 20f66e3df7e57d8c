"""Shapes and objects found in drawn pictures whose layers are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from layerdesk.document.geometry import Rect
from layerdesk.layering.elements import Element
from layerdesk.layering.objects import find_elements
from layerdesk.layering.protocols import Cancelled, Plane, Rgb, Silent
from layerdesk.layering.shapes import Form, draw


def _canvas(width: int = 640, height: int = 480, colour: tuple[int, int, int] = (250, 250, 250)) -> Rgb:
    return np.full((height, width, 3), colour, np.uint8)


def _put(image: Rgb, form: Form, colour: tuple[int, int, int]) -> Rgb:
    share = draw(form, width=image.shape[1], height=image.shape[0], x=0, y=0)[..., None] / 255.0
    return (image * (1 - share) + np.array(colour) * share).round().astype(np.uint8)


def _found(image: Rgb, *, ink: Plane | None = None) -> tuple[Element, ...]:
    none = np.zeros(image.shape[:2], np.uint8)
    return find_elements(image, ink=none if ink is None else ink, saliency=None, context=Silent())


def _card(box: tuple[float, float, float, float], radius: float) -> Form:
    return Form(type="rounded_rect", box=box, radius=radius)


def _texture(height: int, width: int) -> Rgb:
    coarse = np.random.default_rng(4).integers(0, 255, (height // 4 + 1, width // 4 + 1, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.uint8)


def test_a_plain_picture_has_no_elements() -> None:
    assert _found(_canvas()) == ()


def test_a_smooth_gradient_has_no_elements() -> None:
    ramp = np.linspace(0, 200, 480)[:, None, None] * np.array([1.0, 0.5, 0.2]) + 20
    assert _found(np.broadcast_to(ramp, (480, 640, 3)).round().astype(np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (10, 30000), (30000, 10), (3, 3)])
def test_odd_sizes_are_no_trouble(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    assert _found(image) == ()
    noise = np.random.default_rng(0).integers(0, 255, (*shape, 3)).astype(np.uint8)
    assert isinstance(_found(noise), tuple)


def test_parameters_of_a_rounded_card() -> None:
    image = _put(_canvas(), _card((100.4, 80.3, 320.5, 200.2), 18.0), (255, 136, 0))
    (card,) = _found(image)
    assert card.kind == "shape"
    assert card.shape is not None
    assert card.shape.type == "rounded_rect"
    assert card.shape.box == pytest.approx((100.4, 80.3, 320.5, 200.2), abs=1.0)
    assert card.shape.radius == pytest.approx(18.0, abs=1.0)
    assert card.shape.fill == "#ff8800"
    assert card.name == "Rounded rectangle, #ff8800"
    assert card.parent is None
    assert card.confidence > 0.8


def test_edges_are_soft_as_drawn() -> None:
    form = Form(type="ellipse", box=(120.3, 90.6, 160.0, 160.0))
    (disc,) = _found(_put(_canvas(), form, (20, 60, 200)))
    assert disc.name == "Circle, #143cc8"
    true = draw(form, width=640, height=480, x=0, y=0)
    whole = np.zeros((480, 640), np.uint8)
    whole[disc.rect.slices] = disc.alpha
    assert np.abs(whole.astype(int) - true).max() <= 24
    assert np.count_nonzero((disc.alpha > 20) & (disc.alpha < 235)) > 100


def test_an_outlined_box_keeps_fill_and_stroke() -> None:
    image = _put(_canvas(colour=(255, 255, 255)), _card((80, 60, 300, 160), 14), (200, 30, 90))
    image = _put(image, _card((82, 62, 296, 156), 12), (250, 240, 220))
    (box,) = _found(image)
    assert box.shape is not None
    assert box.shape.type == "rounded_rect"
    assert box.shape.fill == "#faf0dc"
    assert box.shape.stroke is not None
    assert box.shape.stroke.color == "#c81e5a"
    assert box.shape.stroke.width == pytest.approx(2.0, abs=0.5)
    assert box.rect == Rect(80, 60, 300, 160)
    assert box.alpha[80, 150] == 255


def test_an_empty_frame_is_hollow() -> None:
    image = _canvas()
    image[100:160, 100:300] = (10, 10, 120)
    image[102:158, 102:298] = 250
    (frame,) = _found(image)
    assert frame.shape is not None
    assert frame.shape.fill is None
    assert frame.shape.stroke is not None
    assert frame.shape.stroke.width == pytest.approx(2.0, abs=0.3)
    assert frame.shape.box == pytest.approx((101, 101, 198, 58), abs=1.0)
    assert frame.alpha[30, 100] == 0
    assert frame.alpha[0, 100] == 255


def test_rules_are_lines() -> None:
    image = _canvas()
    image[200:201, 50:590] = (90, 90, 90)
    (rule,) = _found(image)
    assert rule.shape is not None
    assert rule.shape.type == "line"
    assert rule.shape.points == ((50.0, 200.5), (590.0, 200.5))
    assert rule.shape.stroke is not None
    assert rule.shape.stroke.color == "#5a5a5a"


def test_a_card_holds_its_picture_and_its_button() -> None:
    image = _put(_canvas(), _card((60, 40, 500, 400), 24), (255, 255, 255))
    image[80:280, 100:520] = _texture(200, 420)
    image = _put(image, _card((100, 340, 180, 60), 12), (0, 110, 220))
    card, *inner = _found(image)
    assert len(inner) == 2
    photo, button = sorted(inner, key=lambda element: element.rect.y)
    assert card.shape is not None
    assert card.shape.type == "rounded_rect"
    assert card.alpha[200, 200] == 255, "whole under the photo"
    assert card.visible[200, 200] == 0
    assert card.visible[20, 200] == 255
    assert (photo.kind, photo.name, photo.parent) == ("object", "Photo", 0)
    assert photo.rect == Rect(100, 80, 420, 200)
    assert (button.parent, button.name) == (0, "Rounded rectangle, #006edc")


def test_boxes_next_to_each_other_stay_separate() -> None:
    image = _canvas()
    for number in range(6):
        image[200 - 20 * number : 400, 80 + 60 * number : 140 + 60 * number] = (30, 40 * number, 220)
    found = _found(image)
    assert [element.name.split(",")[0] for element in found] == ["Rectangle"] * 6


def test_letters_of_a_mark_are_one_object() -> None:
    image = _canvas()
    for number in range(5):
        cv2.ellipse(image, (100 + 46 * number, 200), (18, 18), 0, 40, 320, (180, 0, 0), 8, cv2.LINE_AA)
    (mark,) = _found(image)
    assert mark.kind == "object"
    assert mark.rect.width > 190


def test_a_line_behind_bars_is_whole() -> None:
    image = _canvas()
    for row in range(150, 351, 50):
        image[row : row + 2, 60:580] = (150, 150, 150)
    for number in range(3):
        image[180 - 20 * number : 380, 120 + 150 * number : 180 + 150 * number] = (30, 90, 220)
    found = _found(image)
    rows = [element for element in found if element.shape is not None and element.shape.type == "line"]
    bars = [element for element in found if element.name.startswith("Rectangle")]
    assert len(bars) == 3
    assert {(line.rect.x, line.rect.width) for line in rows} == {(60, 520)}
    assert len(rows) == 5
    for bar in bars:
        assert (bar.visible[bar.alpha == 255] == 255).all(), "the lines run behind"


def test_what_is_left_of_lifted_text_is_no_element() -> None:
    image = _canvas()
    image[100:112, 100:220] = (236, 236, 236)
    assert len(_found(image)) == 1
    ink = np.zeros(image.shape[:2], np.uint8)
    ink[96:116, 96:224] = 255
    assert _found(image, ink=ink) == ()


def test_a_box_whose_edge_text_crossed_is_a_box_all_the_same() -> None:
    image = _canvas()
    image[150:300, 200:400] = (250, 170, 170)
    ink = np.zeros(image.shape[:2], np.uint8)
    for number in range(6):
        left = 352 + 16 * number
        ink[200:220, left : left + 9] = 255
        # A fill knows no edges: some of the box has run out of it, some of the ground into it.
        image[200:220, left : left + 9] = (250, 205, 205)
    box = next(element for element in _found(image, ink=ink) if element.rect.width > 100)
    assert box.shape is not None
    assert box.shape.type == "rectangle"
    assert box.shape.box == pytest.approx((200, 150, 200, 150), abs=1.0)
    assert box.alpha[60, 190] == 255


def test_specks_are_left_in_the_background() -> None:
    image = _canvas()
    image[100:103, 100:103] = 0
    assert _found(image) == ()


def test_visible_parts_never_overlap_and_lie_within() -> None:
    image = _put(_canvas(), _card((60, 40, 500, 400), 24), (30, 30, 60))
    image = _put(image, Form(type="ellipse", box=(300, 200, 300, 240)), (240, 200, 40))
    image = _put(image, Form(type="rectangle", box=(340, 260, 100, 80)), (200, 40, 80))
    seen = np.zeros(image.shape[:2], int)
    for element in _found(image):
        assert element.alpha.shape == element.visible.shape == (element.rect.height, element.rect.width)
        assert ((element.visible > 0) <= (element.alpha > 0)).all()
        seen[element.rect.slices] += (element.visible == 255) & (element.alpha > 127)
    assert seen.max() == 1


@dataclass
class _Subject:
    """A saliency engine that always sees the same disc."""

    calls: list[tuple[int, int]] = field(default_factory=list)
    name: str = "fixed"
    version: str = "1"

    def missing(self) -> str | None:
        return None

    def subject(self, image: Rgb) -> Plane:
        self.calls.append(image.shape[:2])
        return draw(Form(type="ellipse", box=(200, 120, 240, 240)), width=image.shape[1], height=image.shape[0], x=0, y=0)


def test_the_subject_is_asked_for_on_a_scene_and_lies_below_what_was_laid_over() -> None:
    image = _texture(480, 640)
    image[20:80, 20:300] = (255, 255, 255)
    engine = _Subject()
    subject, box = find_elements(image, ink=np.zeros((480, 640), np.uint8), saliency=engine, context=Silent())
    assert engine.calls == [(480, 640)]
    assert (subject.kind, subject.engine, subject.parent) == ("object", "fixed", None)
    assert subject.rect == Rect(200, 120, 240, 240)
    assert box.rect == Rect(20, 20, 280, 60)


def test_the_subject_is_not_asked_for_on_a_plain_ground() -> None:
    engine = _Subject()
    image = _put(_canvas(), _card((60, 40, 500, 400), 24), (30, 30, 60))
    find_elements(image, ink=np.zeros((480, 640), np.uint8), saliency=engine, context=Silent())
    assert engine.calls == []


def test_twice_the_same() -> None:
    image = _put(_canvas(), _card((60, 40, 500, 400), 24), (255, 255, 255))
    image[80:280, 100:520] = _texture(200, 420)
    first, second = _found(image), _found(image.copy())
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert (one.name, one.rect, one.shape) == (other.name, other.rect, other.shape)
        assert (one.confidence, one.parent) == (other.confidence, other.parent)
        np.testing.assert_array_equal(one.alpha, other.alpha)
        np.testing.assert_array_equal(one.visible, other.visible)


def test_it_can_be_cancelled() -> None:
    class Stopped(Silent):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_elements(_canvas(), ink=np.zeros((480, 640), np.uint8), saliency=None, context=Stopped())
