"""Smooth surfaces, their thickness, and which of them are the background."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from layerdesk.layering.ground import find_ground
from layerdesk.layering.protocols import Rgb
from layerdesk.layering.regions import find_surfaces, noise_of, ringing_of


def _plain(height: int, width: int, colour: tuple[int, int, int]) -> Rgb:
    return np.full((height, width, 3), colour, np.uint8)


def _gradient(height: int, width: int) -> Rgb:
    ramp = np.linspace(0, 120, width)[None, :] + np.linspace(0, 60, height)[:, None]
    return np.stack([ramp + 40, 200 - ramp * 0.5, ramp * 0.3 + 20], axis=2).round().astype(np.uint8)


def _disc(image: Rgb, centre: tuple[int, int], radius: int, colour: tuple[int, int, int]) -> Rgb:
    scale = 8
    mask = np.zeros((image.shape[0] * scale, image.shape[1] * scale), np.uint8)
    cv2.circle(mask, (centre[0] * scale, centre[1] * scale), radius * scale, 255, -1)
    share = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / 255.0
    return (image * (1 - share) + np.array(colour) * share).round().astype(np.uint8)


def test_a_plain_picture_is_one_surface() -> None:
    surfaces = find_surfaces(_plain(60, 80, (10, 200, 30)))
    assert surfaces.count == 1
    assert surfaces.area[1] == 60 * 80
    np.testing.assert_allclose(surfaces.colour[1], (10, 200, 30))
    assert surfaces.spread[1] == pytest.approx(0.0, abs=0.05)


def test_a_gradient_is_one_surface() -> None:
    surfaces = find_surfaces(_gradient(200, 300))
    assert surfaces.count == 1
    assert surfaces.spread[1] > 10


def test_antialiased_pixels_belong_to_no_surface() -> None:
    surfaces = find_surfaces(_disc(_plain(200, 200, (255, 255, 255)), (100, 100), 60, (20, 30, 200)))
    assert surfaces.count == 2
    assert surfaces.labels[100, 100] != surfaces.labels[5, 5]
    loose = surfaces.labels == 0
    rows, columns = np.nonzero(loose)
    off = np.abs(np.hypot(rows + 0.5 - 100, columns + 0.5 - 100) - 60)
    assert loose.any()
    assert off.max() < 2.0


def test_a_surface_goes_on_behind_a_thin_line_but_not_behind_a_band() -> None:
    image = _plain(120, 120, (240, 240, 240))
    image[60:61] = (20, 20, 20)
    surfaces = find_surfaces(image)
    assert surfaces.labels[10, 10] == surfaces.labels[100, 10]
    image[50:80] = (20, 20, 20)
    surfaces = find_surfaces(image)
    assert surfaces.labels[10, 10] != surfaces.labels[100, 10]


def test_lines_are_thin_and_areas_are_thick() -> None:
    image = _plain(120, 120, (240, 240, 240))
    image[60:62, 10:110] = (20, 20, 20)
    surfaces = find_surfaces(image)
    assert surfaces.thick[surfaces.labels[10, 10]]
    assert not surfaces.thick[surfaces.labels[60, 50]]
    assert surfaces.distance[61, 50] > 0


def test_boxes_of_surfaces_are_tight() -> None:
    image = _plain(90, 120, (255, 255, 255))
    image[20:50, 30:100] = (200, 0, 0)
    surfaces = find_surfaces(image)
    rect = surfaces.rect(int(surfaces.labels[30, 40]))
    assert (rect.x, rect.y, rect.width, rect.height) == (30, 20, 70, 30)


def test_noise_is_estimated_and_gradients_are_none() -> None:
    rng = np.random.default_rng(3)
    noisy = np.clip(_plain(200, 200, (128, 128, 128)) + rng.normal(0, 3, (200, 200, 3)), 0, 255).round().astype(np.uint8)
    assert noise_of(noisy) == pytest.approx(3.0, rel=0.15)
    assert noise_of(_gradient(200, 200)) < 0.4


def test_noise_does_not_shatter_a_surface() -> None:
    rng = np.random.default_rng(5)
    image = _plain(200, 200, (128, 90, 60))
    image[50:150, 50:150] = (200, 180, 40)
    noisy = np.clip(image + rng.normal(0, 2, image.shape), 0, 255).round().astype(np.uint8)
    surfaces = find_surfaces(noisy)
    inside = surfaces.labels[55:145, 55:145]
    assert (inside == np.bincount(inside.ravel()).argmax()).mean() > 0.98


def test_ringing_tells_lossy_pictures() -> None:
    image = _plain(200, 200, (255, 255, 255))
    for step in range(6):
        image[20 + 28 * step : 34 + 28 * step, 20:180] = (200, 10, 10)
    lossy = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)
    assert ringing_of(image) == 0.0
    assert ringing_of(np.asarray(lossy, np.uint8)) >= 1.0


def test_the_ground_reaches_along_the_border() -> None:
    image = _plain(100, 150, (250, 250, 250))
    image[20:80, 30:120] = (0, 80, 160)
    surfaces = find_surfaces(image)
    ground, nature = find_ground(surfaces)
    assert nature == "plain"
    assert ground[surfaces.labels[5, 5]]
    assert not ground[surfaces.labels[50, 60]]


def test_a_band_across_the_picture_does_not_halve_the_ground() -> None:
    image = _gradient(300, 200)
    image[120:190] = (250, 250, 250)
    surfaces = find_surfaces(image)
    ground, nature = find_ground(surfaces)
    assert nature == "plain"
    assert ground[surfaces.labels[10, 100]]
    assert ground[surfaces.labels[290, 100]]
    assert not ground[surfaces.labels[150, 100]]


def test_texture_to_the_border_is_no_plain_ground() -> None:
    image = np.random.default_rng(7).integers(0, 255, (160, 160, 3)).astype(np.uint8)
    _, nature = find_ground(find_surfaces(image))
    assert nature == "textured"


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 2), (5, 9)])
def test_the_smallest_pictures_have_surfaces_too(shape: tuple[int, int]) -> None:
    surfaces = find_surfaces(_plain(*shape, (9, 9, 9)))
    assert surfaces.labels.shape == shape
    ground, _ = find_ground(surfaces)
    assert ground.shape == (surfaces.count + 1,)
