"""The ink of a line: which pixels are glyphs, how much of each, in what colour, on what ground.

Works in both polarities, because it asks how far a pixel lies from the ground that runs along the line's edge, not whether it is dark.
Coverage is the share alpha in C = alpha F + (1 - alpha) B, solved by projecting C - B on F - B (the compositing equation of Porter and
Duff, 1984), so that antialiased edges come out soft and free of the ground's colour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from layerdesk.document.geometry import Rect
from layerdesk.layering.arrays import deviation, tight
from layerdesk.layering.fill import fit_ground, pull_push
from layerdesk.layering.protocols import Plane, Quad, Rgb

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

_STRAIGHT_DEGREES = 1.6
"""Boxes of level text come out this crooked at most; beyond it the text is taken to be turned."""
_CROOKED = 4.0
"""Pixels by which the corners of a box of level text may be off: a short line looks more turned than it is."""
SOLID = 70
"""Coverage (0..255) from which a pixel counts as ink when a box is drawn around it."""
_OTHER = 48.0
"""Levels from which two parts of a line count as being of different colours."""
_FIELD = 18.0
"""Levels within which pixels count as one even field."""
_NOISE = 7.0
"""Levels by which a clean ground still varies."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ink:
    """What was measured of one line. `coverage` is (h, w) uint8 over `area`; `rect` is tight around the ink (canvas pixels)."""

    area: Rect
    coverage: Plane
    rect: Rect
    color: tuple[float, float, float]
    ground: tuple[float, float, float]
    ground_noise: float
    """Mean deviation of the ground from a smooth surface, in levels."""
    contrast: float
    """Distance between ink and ground colour, in levels of the strongest channel."""
    angle: float
    """Degrees clockwise."""


def quad_angle(quad: Quad) -> float:
    """Direction of reading in degrees clockwise, 0 where it is level but for the crookedness of boxes."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    angle = math.degrees(math.atan2((by - ay) + (cy - dy), (bx - ax) + (cx - dx)))
    length, _ = quad_size(quad)
    slack = max(_STRAIGHT_DEGREES, math.degrees(math.atan2(_CROOKED, max(length, 1.0))))
    for straight in (0.0, 90.0, -90.0, 180.0, -180.0):
        if abs(angle - straight) <= slack:
            return abs(straight) if abs(straight) == 180.0 else straight
    return angle


def quad_size(quad: Quad) -> tuple[float, float]:
    """(length along the reading direction, height across it) in pixels."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    length = (math.hypot(bx - ax, by - ay) + math.hypot(cx - dx, cy - dy)) / 2
    height = (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2
    return length, height


def quad_rect(quad: Quad) -> Rect:
    """The upright pixel rectangle around the corners."""
    xs, ys = [point[0] for point in quad], [point[1] for point in quad]
    return Rect.from_edges(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))


def measure_ink(image: Rgb, quad: Quad, *, others: tuple[Quad, ...] = ()) -> Ink | None:
    """The ink of the line inside `quad`; None where nothing stands out from the ground.

    Where the boxes of `others` overlap this one, a pixel is the ink of the line whose middle it is nearer to.
    """
    canvas = Rect(0, 0, image.shape[1], image.shape[0])
    _, height = quad_size(quad)
    margin = max(4, round(0.3 * height))
    area = quad_rect(quad).expanded(margin).intersected(canvas)
    if area.empty or area.width < 3 or area.height < 3:
        return None
    crop = image[area.slices].astype(np.float32)
    found = _stand_out(crop, _own_part(quad, others, area), height)
    if found is None:
        return None
    ground, noise, away, labels, kept = found
    coverage, color, contrast = _coverage(crop, ground, away, labels, kept)
    solid = tight(coverage > SOLID)
    if solid.empty:
        return None
    rect = solid.translated(area.origin)
    behind = ground[kept].mean(axis=0)
    return Ink(
        area=area,
        coverage=coverage,
        rect=rect,
        color=(float(color[0]), float(color[1]), float(color[2])),
        ground=(float(behind[0]), float(behind[1]), float(behind[2])),
        ground_noise=noise,
        contrast=contrast,
        angle=quad_angle(quad),
    )


def _own_part(quad: Quad, others: tuple[Quad, ...], area: Rect) -> Mask:
    inside = _inside(quad, area)
    distance = None
    for other in others:
        if quad_rect(other).intersected(area).empty:
            continue
        if distance is None:
            distance = _from_middle(quad, area)
        inside &= ~(_inside(other, area) & (_from_middle(other, area) < distance))
    return inside


def _from_middle(quad: Quad, area: Rect) -> Floats:
    """(h, w): how far each pixel of `area` lies from the line's middle, in half heights of its box."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    length, height = quad_size(quad)
    along = ((bx - ax + cx - dx) / 2, (by - ay + cy - dy) / 2)
    middle = ((ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4)
    rows, columns = np.mgrid[area.y : area.bottom, area.x : area.right].astype(np.float32)
    across = (columns - middle[0]) * along[1] - (rows - middle[1]) * along[0]
    distance: Floats = np.abs(across) / np.float32(max(length, 1.0) * max(height, 1.0) / 2)
    return distance


def _inside(quad: Quad, area: Rect) -> Mask:
    plane = np.zeros((area.height, area.width), np.uint8)
    corners = np.array([[x - area.x, y - area.y] for x, y in quad])
    cv2.fillPoly(plane, [np.rint(corners).astype(np.int32)], 1)
    return plane.astype(bool)


_StandOut = tuple[Floats, float, Floats, NDArray[np.int32], Mask]


def _stand_out(crop: Floats, inside: Mask, height: float, *, on_plate: bool = False) -> _StandOut | None:
    """(ground, its noise, distance from it, labels of parts, the parts that are ink); None where nothing stands out.

    Where what stands out is a plate with letters cut into it (a button as small as its text), the letters are sought on the plate.
    """
    ground, noise = _ground(crop, inside, height)
    away = deviation(crop, ground)
    threshold = _threshold(away[inside], noise)
    if threshold is None:
        return None
    labels, kept = _components(away > threshold, inside, height=height, noise=noise)
    if not kept.any():
        return None
    plate = None if on_plate else _plate(labels, kept, inside)
    if plate is not None:
        return _stand_out(crop, plate, height, on_plate=True) or (ground, noise, away, labels, kept)
    return ground, noise, away, labels, _without_marker(crop, away, kept)


def _plate(labels: NDArray[np.int32], kept: Mask, inside: Mask) -> Mask | None:
    """The inner part of a filled box that takes up most of the line's own box, if there is one."""
    areas = np.bincount(labels[kept])
    index = int(areas.argmax())
    part = (labels == index).astype(np.uint8)
    contours, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    contour = max(contours, key=cv2.contourArea)
    _, _, width, height = cv2.boundingRect(contour)
    outline = cv2.contourArea(contour)
    if outline < 0.45 * inside.sum() or outline < 0.85 * (width - 1) * (height - 1) or areas[index] < 0.45 * outline:
        return None
    filled = cv2.drawContours(np.zeros_like(part), [contour], -1, 1, cv2.FILLED)
    return cv2.erode(filled, np.ones((3, 3), np.uint8), borderValue=0).astype(bool)


def _without_marker(crop: Floats, away: Floats, kept: Mask) -> Mask:
    """The ink without a filled dot or square of another colour before the first letter: a legend's key, a coloured bullet."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=8)
    if count < 4:
        return kept
    first = 1 + int(stats[1:, cv2.CC_STAT_LEFT].argmin())
    x, y, width, height, area = (int(value) for value in stats[first])
    others_left = int(np.delete(stats[1:, cv2.CC_STAT_LEFT], first - 1).min())
    compact = area >= 0.7 * width * height and 0.6 <= width / max(1, height) <= 1.7 and area >= 12
    if not compact or others_left < x + width + 2:
        return kept
    box = Rect(x, y, width, height).slices
    rest = kept.copy()
    rest[box] = False
    far = rest & (away >= 0.8 * float(np.percentile(away[rest], 80)))
    if deviation(np.median(crop[box][kept[box]], axis=0)[None], np.median(crop[far], axis=0)[None]).max() <= _OTHER:
        return kept
    return rest


def _ground(crop: Floats, inside: Mask, height: float) -> tuple[Floats, float]:
    """The colour behind each pixel and how rough it is: one slope, several even fields, or the edge's colours carried inwards."""
    width = max(2, round(0.08 * height))
    core = cv2.erode(inside.astype(np.uint8), np.ones((2 * width + 1, 2 * width + 1), np.uint8), borderValue=0).astype(bool)
    band = inside & ~core
    surface, noise = fit_ground(crop, band, order=1)
    if noise <= _NOISE:
        return surface, noise
    fields = _fields(crop, band)
    if fields is not None:
        return pull_push(np.where(fields[..., None], crop, 0.0).astype(np.float32), fields), _NOISE
    away = deviation(crop, surface)
    near = band & (away <= max(24.0, 2.0 * float(np.median(away[band]))))
    carried = pull_push(np.where(near[..., None], crop, 0.0).astype(np.float32), near)
    rough = float(deviation(crop, carried)[near].mean()) if near.any() else noise
    return carried, max(_NOISE, rough)


def _fields(crop: Floats, band: Mask) -> Mask | None:
    """Pixels of the even fields (a cell and its neighbour, a header row) that the box's edge runs over; None where it is rough.

    A field is a connected part of one colour that reaches the edge: a letter of that colour inside does not.
    """
    colours = crop[band]
    left = np.ones(len(colours), bool)
    ground = np.zeros(band.shape, bool)
    for _ in range(4):
        if left.sum() < 0.08 * left.size:
            break
        bins = (colours[left].astype(np.int32) >> 4) @ np.array([1, 16, 256])
        mode = colours[left][bins == np.bincount(bins).argmax()].mean(axis=0)
        near = deviation(colours, mode) < _FIELD
        if (near & left).sum() < 0.04 * left.size:
            return None
        left &= ~near
        like = (deviation(crop, mode) < _FIELD).astype(np.uint8)
        _, labels = cv2.connectedComponents(like, connectivity=4)
        ground |= (like > 0) & np.isin(labels, np.unique(labels[band & (like > 0)]))
    return ground if left.mean() < 0.2 else None


def _threshold(away: Floats, noise: float) -> float | None:
    """The distance from the ground beyond which a pixel is ink: Otsu's, kept above the noise. None where nothing stands out."""
    top = float(np.percentile(away, 97))
    if top < max(10.0, 2.5 * noise):
        return None
    levels = np.clip(away * (255.0 / max(top, 1.0)), 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(levels.reshape(1, -1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(min(max(otsu * top / 255.0 * 0.8, 8.0, 1.8 * noise), 0.6 * top))


def _components(candidate: Mask, inside: Mask, *, height: float, noise: float) -> tuple[NDArray[np.int32], Mask]:
    """Connected parts of the candidates, and the union of those that belong to the line."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(candidate.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    held = np.bincount(labels[inside], minlength=count) / np.maximum(areas, 1)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    rows, columns = candidate.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    edge = (left == 0).astype(int) + (top == 0) + (left + widths == columns) + (top + heights == rows)
    good = held > 0.55
    # What runs out of the crop on two sides is a frame or the next field, not a letter.
    good &= ~((edge >= 2) & (held < 0.9))
    long_rule = (np.minimum(widths, heights) < 0.14 * height) & (np.maximum(widths, heights) > 2.2 * height)
    good &= ~long_rule
    if noise > _NOISE:
        good &= areas >= max(4.0, 0.004 * height * height)
    good[0] = False
    return labels.astype(np.int32), good[labels]


def _coverage(crop: Floats, ground: Floats, away: Floats, labels: NDArray[np.int32], kept: Mask) -> tuple[Plane, Floats, float]:
    """Soft coverage, the line's colour and its contrast. Letters of a clearly other colour are measured against their own."""
    far = float(np.percentile(away[kept], 80))
    core = kept & (away >= 0.85 * far)
    color = np.median(crop[core], axis=0).astype(np.float32)
    target = np.broadcast_to(color, crop.shape).copy()
    _own_colours(target, crop, away, labels, kept, color)
    support = cv2.dilate(kept.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    span = target - ground
    square = np.maximum((span * span).sum(axis=2), 1.0)
    alpha = np.clip(((crop - ground) * span).sum(axis=2) / square, 0.0, 1.0)
    # A letter whose colour lies off the line between the two is still wholly there.
    alpha = np.where(kept, np.maximum(alpha, np.minimum(1.0, away / max(far, 1.0))), alpha)
    alpha = np.where(support & (alpha > 0.03), alpha, 0.0)
    contrast = float(np.abs(color - ground[kept].mean(axis=0)).max())
    return np.rint(alpha * 255).astype(np.uint8), color, contrast


def _own_colours(
    target: Floats, crop: Floats, away: Floats, labels: NDArray[np.int32], kept: Mask, color: NDArray[np.float32]
) -> None:
    """Write into `target` the colour of each part that differs from the line's, around that part."""
    count = int(labels.max()) + 1
    flat = labels[kept]
    weights = away[kept].astype(np.float64) ** 4
    sums = np.bincount(flat, weights, minlength=count)
    sums_of = np.stack([np.bincount(flat, weights * crop[..., k][kept], minlength=count) for k in range(3)], axis=1)
    mean = np.asarray(sums_of, np.float64) / np.maximum(sums, 1e-9)[:, None]
    areas = np.bincount(flat, minlength=count)
    other = (areas >= 12) & (np.abs(mean - color).max(axis=1) > _OTHER)
    if not other.any():
        return
    wanted = kept & other[labels]
    region = cv2.dilate(wanted.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    spread = cv2.dilate(np.where(wanted, labels, 0).astype(np.float32), np.ones((5, 5), np.uint8)).astype(np.int32)
    target[region] = mean[spread[region]].astype(np.float32)
