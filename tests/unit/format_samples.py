"""Documents that the tests of the formats write: one with everything in it, and arbitrary ones."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, Layer, ObjectLayer, Provenance, ShapeLayer, TextLayer
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import LinearGradient, RadialGradient, Shape, Stop, Stroke, TextBlock, TextLine, TextStyle
from layerdesk.formats.images import decode

MADE = Provenance(stage="objects", engine="regions", version="1")


def picture(width: int = 64, height: int = 48, *, seed: int = 1, channels: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def png_bytes(pixels: NDArray[np.uint8], **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", **options)
    return out.getvalue()


def source(width: int = 64, height: int = 48, *, name: str = "a poster 海报.png") -> SourceImage:
    return decode(png_bytes(picture(width, height), dpi=(300, 300)), name)


def soft_mask(rect: Rect, *, seed: int = 2) -> TileMask:
    plane = np.random.default_rng(seed).integers(0, 256, (rect.height, rect.width), dtype=np.uint8)
    plane[0, 0] = plane[-1, -1] = 255
    return TileMask.from_array(plane, x=rect.x, y=rect.y)


def own_pixels(rect: Rect, *, seed: int = 3) -> Raster:
    pixels = picture(rect.width, rect.height, seed=seed, channels=4)
    pixels[::2, :, 3] = 0  # colours under alpha 0 count as well
    return Raster(rect.x, rect.y, pixels)


def document(*, plain: bool = False) -> Document:
    """Every kind of layer, groups in groups, an offset, own and invented pixels. `plain` leaves out blends and fading groups."""
    image = source()
    fill = own_pixels(Rect(10, 10, 20, 8))
    found: tuple[Layer, ...] = (
        BackgroundLayer(
            id="b1",
            name="Background",
            provenance=MADE,
            mask=TileMask.from_rect(image.size.rect),
            own=fill,
            invented=TileMask.from_rect(fill.rect),
            confidence=0.97,
        ),
    )
    block = TextBlock(
        lines=(
            TextLine(text="Summer", rect=Rect(12, 11, 16, 4), baseline=14.5),
            TextLine(text="Säle 夏", rect=Rect(12, 16, 10, 3), baseline=19.0),
        ),
        style=TextStyle(font_family="Inter", font_size_px=6.5, weight=700, color="#ffffff", line_height_px=5.0, tracking_px=0.25),
        recognised="Sumner\nSäle 夏",
        alternatives=("Noto Sans", "Arimo"),
    )
    text = TextLayer(
        id="t1",
        name="Summer",
        provenance=MADE,
        mask=soft_mask(Rect(12, 11, 16, 8)),
        block=block,
        offset=Point(3, -2),
        confidence=0.5,
    )
    fade = LinearGradient(
        start=(30.0, 5.0), end=(50.0, 5.0), stops=(Stop(at=0.0, color="#ff8800"), Stop(at=1.0, color="#0000ff"))
    )
    card = ShapeLayer(
        id="s1",
        name="Rounded rectangle, #ff8800",
        provenance=MADE,
        mask=TileMask.from_rect(Rect(30, 5, 20, 20)),
        opacity=0.5,
        shape=Shape(
            type="rounded_rect", box=(30.0, 5.0, 20.0, 20.0), radius=4.0, fill=fade, stroke=Stroke(color="#000000", width=1.5)
        ),
    )
    ring = RadialGradient(centre=(8.0, 40.0), radius=4.0, stops=(Stop(at=0.0, color="#ffffff"), Stop(at=1.0, color="#00ff00")))
    path = ShapeLayer(
        id="s2",
        name="Path",
        provenance=MADE,
        mask=soft_mask(Rect(4, 36, 8, 8)),
        locked=True,
        visible=False,
        shape=Shape(type="path", contours=(((4.0, 36.0), (12.0, 36.0), (8.0, 44.0)),), fill=ring),
    )
    photo = ObjectLayer(
        id="o1",
        name='Photo & "logo" <1>',
        provenance=Provenance(stage="hand", engine="merge", edited=True),
        mask=soft_mask(Rect(40, 20, 24, 28), seed=9),
        own=own_pixels(Rect(45, 25, 6, 6)),
        offset=Point(5, 5),
        blend="normal" if plain else "multiply",
    )
    inner = GroupLayer(id="g2", name="Inner", provenance=MADE, children=(card, text))
    outer = GroupLayer(
        id="g1",
        name="Card",
        provenance=MADE,
        children=(inner, path),
        opacity=1.0 if plain else 0.5,
        blend="normal" if plain else "screen",
    )
    hidden = GroupLayer(
        id="g3",
        name="Hidden",
        provenance=MADE,
        visible=False,
        children=(ObjectLayer(id="o2", name="Ghost", provenance=MADE, mask=soft_mask(Rect(0, 0, 9, 9))),),
    )
    empty = ObjectLayer(id="o3", name="Nothing", provenance=MADE, mask=NO_MASK)
    recipe = MappingProxyType({"ocr": "rapidocr", "engines": {"rapidocr": "3.10.0"}, "find_text": True, "steps": [1, 2.5, None]})
    return Document(source=image, layers=(*found, outer, photo, hidden, empty), found=(*found, inner), recipe=recipe)


def over(width: int, height: int, layers: list[tuple[tuple[int, int], NDArray[np.uint8], float]]) -> NDArray[np.float64]:
    """(h, w, 4) straight RGBA 0..255 of ((x, y), RGBA, opacity) bottom to top, composited by the textbook's source-over in floats."""
    out = np.zeros((height, width, 4))
    for (x, y), pixels, opacity in layers:
        full = np.zeros((height, width, 4))
        top, left, bottom, right = max(0, y), max(0, x), min(height, y + pixels.shape[0]), min(width, x + pixels.shape[1])
        if bottom > top and right > left:
            full[top:bottom, left:right] = pixels[top - y : bottom - y, left - x : right - x]
        alpha = full[..., 3:] / 255 * opacity
        below = out[..., 3:] / 255
        total = alpha + below * (1 - alpha)
        colour = full[..., :3] * alpha + out[..., :3] * below * (1 - alpha)
        out[..., :3] = np.divide(colour, total, out=np.zeros_like(colour), where=total > 0)
        out[..., 3:] = total * 255
    return out


names = st.text(st.characters(codec="utf-16-le"), max_size=12)
rects = st.builds(Rect, st.integers(-300, 300), st.integers(-300, 300), st.integers(1, 12), st.integers(1, 12))
masks = st.one_of(st.just(NO_MASK), st.builds(soft_mask, rects, seed=st.integers(0, 99)), st.builds(TileMask.from_rect, rects))
rasters = st.one_of(st.none(), st.builds(own_pixels, rects, seed=st.integers(0, 99)))
unit = st.floats(0, 1)
reals = st.floats(-1e6, 1e6)
whole = st.integers(-5000, 5000)
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
made = st.builds(Provenance, stage=names, engine=names, version=names, edited=st.booleans())
pairs = st.tuples(reals, reals)
stops = st.lists(st.builds(Stop, at=unit, color=colours), max_size=3).map(tuple)
fills = st.one_of(
    st.none(),
    colours,
    st.builds(LinearGradient, start=pairs, end=pairs, stops=stops),
    st.builds(RadialGradient, centre=pairs, radius=reals, stops=stops),
)
point_lists = st.lists(pairs, max_size=4).map(tuple)
shapes = st.builds(
    Shape,
    type=st.sampled_from(("rectangle", "rounded_rect", "ellipse", "line", "arrow", "polygon", "path")),
    box=st.tuples(reals, reals, reals, reals),
    radius=reals,
    points=point_lists,
    contours=st.lists(point_lists, max_size=2).map(tuple),
    fill=fills,
    stroke=st.one_of(st.none(), st.builds(Stroke, color=colours, width=reals)),
)
styles = st.builds(
    TextStyle,
    font_family=names,
    font_size_px=reals,
    weight=st.integers(1, 1000),
    italic=st.booleans(),
    color=colours,
    align=st.sampled_from(("left", "center", "right", "justify")),
    angle=reals,
    line_height_px=reals,
    tracking_px=reals,
)
lines = st.lists(st.builds(TextLine, text=names, rect=rects, baseline=reals), max_size=3).map(tuple)
blocks = st.builds(
    TextBlock,
    lines=lines,
    style=styles,
    recognised=names,
    alternatives=st.lists(names, max_size=2).map(tuple),
    rendered=st.booleans(),
)


@st.composite
def trees(draw: st.DrawFn, *, depth: int = 2) -> tuple[Layer, ...]:
    ids = iter(range(10_000))

    def layer(level: int) -> Layer:
        kind = draw(st.sampled_from(("background", "object", "shape", "text") + (("group",) if level else ())))
        common = {
            "id": f"{kind}{next(ids)}{draw(names)}",
            "name": draw(names),
            "provenance": draw(made),
            "visible": draw(st.booleans()),
            "locked": draw(st.booleans()),
            "opacity": draw(unit),
            "blend": draw(st.sampled_from(("normal", "multiply", "screen", "overlay"))),
            "confidence": draw(unit),
        }
        if kind == "group":
            return GroupLayer(**common, children=tuple(layer(level - 1) for _ in range(draw(st.integers(0, 3)))))
        common |= {
            "mask": draw(masks),
            "offset": Point(draw(whole), draw(whole)),
            "own": draw(rasters),
            "invented": draw(masks),
            "stale": draw(st.booleans()),
        }
        if kind == "shape":
            return ShapeLayer(**common, shape=draw(shapes))
        if kind == "text":
            return TextLayer(**common, block=draw(blocks))
        return BackgroundLayer(**common) if kind == "background" else ObjectLayer(**common)

    return tuple(layer(depth) for _ in range(draw(st.integers(0, 3))))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), names),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    name = draw(names.filter(bool))
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    recipe = MappingProxyType(draw(st.dictionaries(names, json_values, max_size=3)))
    return Document(source=source(width, height, name=name), layers=draw(trees()), found=draw(trees(depth=1)), recipe=recipe)


def with_file(made: Document) -> Document:
    """`made` with a real PNG of its source's pixels as the source file."""
    return replace(made, source=decode(png_bytes(made.source.pixels), made.source.name))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
