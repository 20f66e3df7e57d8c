"""Face, size, weight, tracking and baseline come back from ink that was drawn with known ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.ink import Ink
from layerdesk.layering.protocols import FontFace, Silent
from layerdesk.layering.typefaces import families_for, is_cjk
from layerdesk.layering.typography import SetLine, set_lines
from layerdesk.layering.upright import upright_coverage

Plane = NDArray[np.uint8]

_STROKES = {"Plain": cv2.FONT_HERSHEY_SIMPLEX, "Roman": cv2.FONT_HERSHEY_COMPLEX, "Hand": cv2.FONT_HERSHEY_SCRIPT_COMPLEX}


def face(family: str, *, weight: int = 400, italic: bool = False) -> FontFace:
    return FontFace(
        family=family, style_name="", postscript_name=f"{family}-{weight}", weight=weight, italic=italic, path=f"{family}{weight}{italic}",
        index=0, ascent=0.9, descent=0.2, cap_height=0.7, x_height=0.5, line_gap=0.0, cjk=False,
    )  # fmt: skip


class Strokes:
    """Fonts of OpenCV's pen strokes: no file is needed, every measure is known. An em is 30 units of the pen's 21 of cap height."""

    name = "strokes"
    version = "1"

    def __init__(self, *families: str) -> None:
        self._faces = tuple(face(family, weight=weight) for family in families for weight in (400, 700))

    def missing(self) -> str | None:
        return None

    def faces(self) -> tuple[FontFace, ...]:
        return self._faces

    def find(self, family: str, *, weight: int, italic: bool) -> FontFace | None:
        return next((one for one in self._faces if (one.family, one.weight, one.italic) == (family, weight, italic)), None)

    def best(self, family: str, *, weight: int, italic: bool, text: str) -> FontFace:
        del text
        return self.find(family, weight=weight, italic=italic) or self._faces[0]

    def covers(self, face: FontFace, text: str) -> bool:
        return face in self._faces and text.isascii()

    def advance(self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0) -> float:
        return sum(self._step(face, letter, size_px) + tracking_px for letter in text)

    def _step(self, face: FontFace, letter: str, size: float) -> float:
        (width, _), _ = cv2.getTextSize(letter, _STROKES[face.family], 4.0, 1)
        return width / 4.0 * size / 30.0

    def coverage(
        self, face: FontFace, text: str, *, size_px: float, tracking_px: float = 0.0, fine: bool = True
    ) -> tuple[Plane, float, float]:
        del fine
        times = 4
        width = int(self.advance(face, text, size_px=size_px, tracking_px=tracking_px) + 2 * size_px)
        sheet = np.zeros((times * int(2 * size_px), times * width), np.uint8)
        pen, baseline = 0.5 * size_px, int(1.3 * size_px)
        for letter in text:
            place = (round(times * pen), times * baseline)
            cv2.putText(sheet, letter, place, _STROKES[face.family], times * size_px / 30.0, 255, 2, cv2.LINE_AA)
            pen += self._step(face, letter, size_px) + tracking_px
        if face.weight >= 600:
            # OpenCV's own letters have one weight whatever thickness is asked for.
            sheet = cv2.dilate(sheet, np.ones((round(times * size_px * 0.06),) * 2, np.uint8))
        small = cv2.resize(sheet, (width, int(2 * size_px)), interpolation=cv2.INTER_AREA)
        return small, 0.5 * size_px, float(baseline)


def ink_of(plane: Plane, *, x: int = 100, y: int = 50, angle: float = 0.0) -> Ink:
    left, top, width, height = cv2.boundingRect((plane > 70).astype(np.uint8))
    area = Rect(x, y, plane.shape[1], plane.shape[0])
    return Ink(
        area=area, coverage=plane, rect=Rect(x + left, y + top, width, height), color=(0, 0, 0), ground=(255, 255, 255), ground_noise=0.0,
        contrast=255.0, angle=angle,
    )  # fmt: skip


def setting_of(fonts: Strokes, drawn: FontFace, text: str, *, size: float, tracking: float = 0.0) -> tuple[SetLine, float]:
    """The setting found, and the true row of the baseline."""
    plane, _, baseline = fonts.coverage(drawn, text, size_px=size, tracking_px=tracking)
    (found,) = set_lines((ink_of(plane),), (text,), fonts=fonts, context=Silent())
    return found, 50 + baseline


@pytest.mark.parametrize("family", ["Plain", "Roman"])
@pytest.mark.parametrize("weight", [400, 700])
@pytest.mark.parametrize("size", [18.0, 40.0])
def test_family_weight_size_and_baseline_come_back(family: str, weight: int, size: float) -> None:
    fonts = Strokes("Plain", "Roman", "Hand")
    found, baseline = setting_of(fonts, face(family, weight=weight), "Hamburg fonts 25", size=size)
    assert (found.family, found.weight, found.italic) == (family, weight, False)
    assert found.size_px == pytest.approx(size, rel=0.05)
    assert found.baseline == pytest.approx(baseline, abs=1.2)
    assert found.tracking_px == pytest.approx(0, abs=0.4)
    assert found.match > 0.9
    assert family not in found.alternatives
    assert len(found.alternatives) == 2


def test_tracking_comes_back_and_does_not_change_the_size() -> None:
    found, _ = setting_of(Strokes("Plain", "Roman"), face("Plain"), "SPACED OUT", size=24.0, tracking=7.0)
    assert found.family == "Plain"
    assert found.size_px == pytest.approx(24, rel=0.06)
    assert found.tracking_px == pytest.approx(7, abs=0.8)


def test_ink_that_is_no_writing_matches_badly() -> None:
    plane = np.zeros((60, 200), np.uint8)
    cv2.circle(plane, (40, 30), 25, 255, -1)
    cv2.rectangle(plane, (120, 10), (190, 50), 255, -1)
    (found,) = set_lines((ink_of(plane),), ("illi",), fonts=Strokes("Plain"), context=Silent())
    assert found.match < 0.75


def test_letters_that_no_face_has_are_measured_by_height() -> None:
    plane = np.full((40, 120), 255, np.uint8)
    (found,) = set_lines((ink_of(plane),), ("日本語",), fonts=Strokes("Plain"), context=Silent())
    assert found.match == 0
    assert found.size_px == pytest.approx(40 / 0.92)


def test_without_fonts_height_tells_the_size() -> None:
    fonts = Strokes("Plain")
    plane, _, baseline = fonts.coverage(face("Plain"), "HEADLINE", size_px=40.0)
    (found,) = set_lines((ink_of(plane),), ("HEADLINE",), fonts=None, context=Silent())
    assert found.size_px == pytest.approx(40, rel=0.1)
    assert found.baseline == pytest.approx(50 + baseline, abs=1.5)


@pytest.mark.parametrize("angle", [30.0, -45.0, 90.0, 180.0])
def test_turned_ink_is_set_upright(angle: float) -> None:
    fonts = Strokes("Plain")
    plane, _, _ = fonts.coverage(face("Plain"), "Turned line", size_px=30.0)
    side = int(np.hypot(*plane.shape)) + 4
    turn = cv2.getRotationMatrix2D((plane.shape[1] / 2, plane.shape[0] / 2), -angle, 1.0)
    turn[:, 2] += [(side - plane.shape[1]) / 2, (side - plane.shape[0]) / 2]
    turned = cv2.warpAffine(plane, turn, (side, side), flags=cv2.INTER_LINEAR)
    upright, back = upright_coverage(ink_of(turned, angle=angle))
    _, _, width, height = cv2.boundingRect((plane > 70).astype(np.uint8))
    assert abs(upright.shape[1] - width) <= 3
    assert abs(upright.shape[0] - height) <= 3
    # The way back from the upright crop's middle leads to the middle of the turned ink.
    middle = back @ np.array([upright.shape[1] / 2, upright.shape[0] / 2, 1.0])
    left, top, wide, high = cv2.boundingRect((turned > 70).astype(np.uint8))
    assert np.abs(middle - (100 + left + wide / 2, 50 + top + high / 2)).max() < 6


def test_scripts_and_families_to_try() -> None:
    assert is_cjk("売上 2025")
    assert not is_cjk("Ünïcode 2025")
    assert families_for(Strokes("Plain", "Roman"), cjk=False) == ("Plain", "Roman")  # type: ignore[arg-type]
