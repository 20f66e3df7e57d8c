"""Small documents for hypothesis: any tree of layers, hard and soft masks, own and invented pixels, across tile edges."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layerdesk.document import edits
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Point, Rect
from layerdesk.document.layers import (
    BackgroundLayer,
    GroupLayer,
    Layer,
    LeafLayer,
    ObjectLayer,
    Provenance,
    ShapeLayer,
    TextLayer,
)
from layerdesk.document.masks import NO_MASK, TileMask
from layerdesk.document.raster import Raster
from layerdesk.document.style import Shape, TextBlock, TextLine, TextStyle

FOUND = Provenance(stage="objects", engine="test", version="1")
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests that may run on a busy machine."""
BLENDS = ("normal", "multiply", "screen", "overlay")


def source_image(pixels: NDArray[np.uint8], *, name: str = "picture.png") -> SourceImage:
    """A source image of these (h, w, 4) pixels; its file is nothing but their fingerprint."""
    data = hashlib.sha256(pixels.tobytes()).digest()
    held = pixels.copy()
    held.setflags(write=False)
    return SourceImage(name=name, data=data, sha256=hashlib.sha256(data).hexdigest(), pixels=held)


def noise(seed: int, *shape: int) -> NDArray[np.uint8]:
    """Random bytes; every value is likely, 0 and 255 more than others."""
    values = np.random.default_rng(seed).integers(-64, 320, shape)
    return np.clip(values, 0, 255).astype(np.uint8)


_seeds = st.integers(0, 2**32 - 1)


@st.composite
def sources(draw: st.DrawFn) -> SourceImage:
    """Pictures of up to 300 pixels across, most of them opaque."""
    width = draw(st.one_of(st.integers(1, 24), st.integers(250, 280)))
    height = draw(st.integers(1, 16))
    pixels = noise(draw(_seeds), height, width, 4)
    if draw(st.booleans()):
        pixels[..., 3] = 255
    return source_image(pixels)


@st.composite
def rects(draw: st.DrawFn, *, within: Rect) -> Rect:
    """Rectangles of at least one pixel that may stick out of `within` by a few pixels."""
    x = draw(st.integers(within.x - 4, within.right - 1))
    y = draw(st.integers(within.y - 4, within.bottom - 1))
    return Rect(x, y, draw(st.integers(1, within.right + 4 - x)), draw(st.integers(1, within.bottom + 4 - y)))


@st.composite
def masks(draw: st.DrawFn, *, within: Rect, soft: bool = True) -> TileMask:
    """Whole rectangles, hard and soft noise."""
    kind = draw(st.sampled_from(("rect", "hard", "soft") if soft else ("rect", "hard")))
    box = draw(rects(within=within))
    if kind == "rect":
        return TileMask.from_rect(box)
    plane = noise(draw(_seeds), box.height, box.width)
    return TileMask.from_array(plane if kind == "soft" else ((plane > 127) * 255).astype(np.uint8), x=box.x, y=box.y)


@st.composite
def rasters(draw: st.DrawFn, *, within: Rect) -> Raster:
    """Own pixels with any alpha."""
    box = draw(rects(within=within))
    pixels = noise(draw(_seeds), box.height, box.width, 4)
    if draw(st.booleans()):
        pixels[..., 3] = 255
    return Raster(box.x, box.y, pixels)


@st.composite
def leaves(draw: st.DrawFn, *, within: Rect, layer_id: str, plain: bool = False) -> LeafLayer:
    """One leaf. `plain`: hard edges, opaque, blend normal, visible."""
    common: dict[str, Any] = {
        "name": draw(st.sampled_from(("Photo", "Headline", "夏 <&>", ""))),
        "provenance": FOUND,
        "mask": draw(masks(within=within, soft=not plain)),
        "own": draw(st.none() | rasters(within=within)),
        "offset": draw(st.just(Point()) | st.builds(Point, st.integers(-5, 5), st.integers(-5, 5))),
        "invented": draw(st.just(NO_MASK) | masks(within=within)),
        "confidence": draw(st.sampled_from((0.25, 1.0))),
        "locked": draw(st.booleans()),
    }
    if not plain:
        common |= {
            "visible": draw(st.sampled_from((True, True, False))),
            "opacity": draw(st.sampled_from((1.0, 1.0, 0.5, 0.3, 0.0))),
            "blend": draw(st.sampled_from(("normal", *BLENDS))),
        }
    match draw(st.sampled_from(("background", "object", "shape", "text"))):
        case "background":
            return BackgroundLayer(id=f"b{layer_id}", **common)
        case "shape":
            box = common["mask"].bounds
            form = Shape(type="rectangle", box=(box.x, box.y, box.width, box.height), fill="#ff8800")
            return ShapeLayer(id=f"s{layer_id}", shape=form, **common)
        case "text":
            box = common["mask"].bounds
            words = draw(st.sampled_from((("Sale",), ("Summer", "Sale"))))
            lines = tuple(TextLine(text=word, rect=box, baseline=float(box.bottom)) for word in words)
            block = TextBlock(lines=lines, style=TextStyle(), recognised="\n".join(words))
            return TextLayer(id=f"t{layer_id}", block=block, **common)
        case _:
            return ObjectLayer(id=f"o{layer_id}", **common)


@st.composite
def trees(draw: st.DrawFn, *, within: Rect, numbers: Iterator[int], depth: int = 2, plain: bool = False) -> tuple[Layer, ...]:
    """Up to four siblings, some of them groups."""
    out: list[Layer] = []
    for _ in range(draw(st.integers(0 if depth < 2 else 1, 4))):
        number = str(next(numbers))
        if depth and draw(st.integers(0, 3)) == 0:
            out.append(
                GroupLayer(
                    id=f"g{number}",
                    name="Group",
                    provenance=FOUND,
                    visible=plain or draw(st.sampled_from((True, True, False))),
                    opacity=1.0 if plain else draw(st.sampled_from((1.0, 0.5))),
                    blend="normal" if plain else draw(st.sampled_from(("normal", "normal", "multiply"))),
                    children=draw(trees(within=within, numbers=numbers, depth=depth - 1, plain=plain)),
                )
            )
        else:
            out.append(draw(leaves(within=within, layer_id=number, plain=plain)))
    return tuple(out)


@st.composite
def documents(draw: st.DrawFn, *, plain: bool = False) -> Document:
    """A document of a few layers. `plain`: hard edges, opaque, blend normal, visible; then rounding never shows."""
    source = draw(sources())
    layers = draw(trees(within=source.size.rect, numbers=iter(range(1, 1000)), plain=plain))
    return Document(source=source, layers=layers, found=layers)


def _ids(document: Document) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([layer.id for layer in document.walk()]), min_size=1, max_size=3, unique=True)


def _leaf(document: Document) -> st.SearchStrategy[LeafLayer]:
    return st.sampled_from(list(document.leaves()))


def _reordered(draw: st.DrawFn, document: Document) -> Document:
    ids = draw(_ids(document))
    inside = {layer.id for one in ids for layer in _subtree(document.layer(one))}
    homes = [None, *(layer.id for layer in document.walk() if isinstance(layer, GroupLayer) and layer.id not in inside)]
    return edits.reorder(document, ids, parent=draw(st.sampled_from(homes)), index=draw(st.integers(0, 5)))


def _subtree(layer: Layer) -> Iterator[Layer]:
    yield layer
    for child in layer.children if isinstance(layer, GroupLayer) else ():
        yield from _subtree(child)


def _retyped(draw: st.DrawFn, document: Document) -> Document:
    texts = [layer for layer in document.leaves() if isinstance(layer, TextLayer)]
    if not texts:
        return document
    layer = draw(st.sampled_from(texts))
    block = dataclasses.replace(layer.block, lines=layer.block.lines[:1])
    mask, own = draw(masks(within=document.rect)), draw(rasters(within=document.rect))
    return edits.set_text(document, layer.id, block=block, mask=mask, own=own)


_EVERYWHERE: dict[str, Callable[[st.DrawFn, Document], Document]] = {
    "delete": lambda draw, d: edits.delete(d, draw(_ids(d))),
    "move": lambda draw, d: edits.move(d, draw(_ids(d)), dx=draw(st.integers(-9, 9)), dy=draw(st.integers(-9, 9))),
    "rename": lambda draw, d: edits.rename(d, draw(_ids(d))[0], name=draw(st.text(max_size=5))),
    "visible": lambda draw, d: edits.set_visible(d, draw(_ids(d)), visible=draw(st.booleans())),
    "locked": lambda draw, d: edits.set_locked(d, draw(_ids(d)), locked=draw(st.booleans())),
    "opacity": lambda draw, d: edits.set_opacity(d, draw(_ids(d)), opacity=draw(st.sampled_from((0.0, 0.4, 1.0, 7.0)))),
    "blend": lambda draw, d: edits.set_blend(d, draw(_ids(d)), blend=draw(st.sampled_from(BLENDS))),
    "reorder": _reordered,
    "raise": lambda draw, d: edits.raise_(d, draw(_ids(d))),
    "lower": lambda draw, d: edits.lower(d, draw(_ids(d))),
    "group": lambda draw, d: edits.group(d, draw(_ids(d))),
    "ungroup": lambda draw, d: edits.ungroup(d, draw(_ids(d))),
    "duplicate": lambda draw, d: edits.duplicate(d, draw(_ids(d)), offset=Point(draw(st.integers(-3, 3)), 2)),
    "merge": lambda draw, d: edits.merge(d, draw(_ids(d))),
}
_ON_LEAVES: dict[str, Callable[[st.DrawFn, Document], Document]] = {
    "split": lambda draw, d: edits.split(d, draw(_leaf(d)).id),
    "mask": lambda draw, d: edits.set_mask(d, draw(_leaf(d)).id, mask=draw(masks(within=d.rect))),
    "text": _retyped,
}


@st.composite
def edited(draw: st.DrawFn, document: Document) -> tuple[str, Document]:
    """The name and the result of one edit of `document`."""
    kinds = (_EVERYWHERE if document.layers else {}) | (_ON_LEAVES if any(True for _ in document.leaves()) else {})
    if not kinds:
        new = draw(leaves(within=document.rect, layer_id=next(document.free_ids("object"))[1:]))
        return "add", edits.add_layers(document, [new])
    name = draw(st.sampled_from(sorted(kinds)))
    return name, kinds[name](draw, document)
