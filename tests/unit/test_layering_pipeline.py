"""The whole way from a flat picture to a document, with engines that say what they are told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from layerdesk.document.composite import composite, difference
from layerdesk.document.document import Document, SourceImage
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, ObjectLayer, ShapeLayer, TextLayer, kind_of
from layerdesk.layering.background import refill_background
from layerdesk.layering.pipeline import Layering, flat_document, layer_image
from layerdesk.layering.protocols import Cancelled, FoundLine, JobContext, Silent
from layerdesk.layering.recipe import EngineSet, Recipe
from layerdesk.layering.recognise import recognise_layer

Rgb = NDArray[np.uint8]


def source_of(rgb: Rgb, alpha: NDArray[np.uint8] | None = None) -> SourceImage:
    plane = np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
    pixels = np.dstack([rgb, plane])
    pixels.setflags(write=False)
    data = pixels.tobytes()
    return SourceImage(name="poster.png", data=data, sha256=hashlib.sha256(data).hexdigest(), pixels=pixels)


def line(text: str, rect: Rect, confidence: float = 0.97) -> FoundLine:
    box = rect.expanded(6)
    quad = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return FoundLine(text=text, quad=quad, confidence=confidence)


@dataclass
class Reader:
    """A recogniser that knows the answer."""

    lines: tuple[FoundLine, ...]
    name: str = "reader"
    version: str = "1"

    def missing(self) -> str | None:
        return None

    def recognise(self, image: Rgb, *, context: JobContext) -> tuple[FoundLine, ...]:
        del image
        context.check()
        return self.lines


def write(image: Rgb, text: str, *, x: int, baseline: int, color: tuple[int, int, int], scale: float = 1.0) -> Rect:
    """Draw a line and return the box of its ink."""
    coverage = np.zeros(image.shape[:2], np.uint8)
    cv2.putText(coverage, text, (x, baseline), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 2, cv2.LINE_AA)
    share = coverage[..., None] / 255.0
    image[...] = np.rint(image * (1 - share) + np.array(color) * share).astype(np.uint8)
    left, top, width, height = cv2.boundingRect((coverage > 70).astype(np.uint8))
    return Rect(left, top, width, height)


def poster() -> tuple[Rgb, tuple[FoundLine, ...]]:
    """A white card on a blue page with two lines on the card and one above it."""
    image = np.full((300, 400, 3), (30, 80, 160), np.uint8)
    image[120:260, 60:340] = 255
    first = write(image, "Headline", x=60, baseline=70, color=(255, 255, 255), scale=1.5)
    second = write(image, "Order it", x=90, baseline=170, color=(20, 20, 20))
    third = write(image, "before noon", x=90, baseline=210, color=(20, 20, 20))
    return image, (line("Headline", first), line("Order it", second), line("before noon", third))


def layered(**changes: object) -> Layering:
    image, lines = poster()
    engines = EngineSet(recogniser=Reader(lines=lines), **changes)  # type: ignore[arg-type]
    return layer_image(source_of(image), recipe=Recipe(saliency="none"), engines=engines, context=Silent())


def by_kind(document: Document) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for layer in document.walk():
        kinds.setdefault(kind_of(layer), []).append(layer.name)
    return kinds


def test_text_card_and_background_become_layers_that_give_the_picture_back() -> None:
    document = layered().document
    kinds = by_kind(document)
    assert len(kinds["background"]) == 1
    assert len(kinds["shape"]) == 1
    assert len(kinds["text"]) == 2
    assert np.array_equal(composite(document)[..., 3], np.full((300, 400), 255))
    assert np.abs(composite(document)[..., :3].astype(int) - document.source.pixels[..., :3]).max() <= 1
    assert difference(document).max() <= 1


def test_what_lies_on_the_card_is_grouped_with_it_and_lines_are_a_paragraph() -> None:
    document = layered().document
    group = next(layer for layer in document.layers if isinstance(layer, GroupLayer))
    card, text = group.children
    assert isinstance(card, ShapeLayer)
    assert card.shape.type == "rectangle"
    assert card.shape.fill == "#ffffff"
    assert isinstance(text, TextLayer)
    assert text.block.text == "Order it\nbefore noon"
    assert text.block.style.align == "left"
    assert text.block.style.color == "#141414"
    assert 36 <= text.block.style.line_height_px <= 44


def test_the_background_under_the_card_and_the_card_under_the_text_are_filled() -> None:
    document = layered().document
    background = next(layer for layer in document.leaves() if isinstance(layer, BackgroundLayer))
    alone = composite(document, layers=(background,))[..., :3]
    assert np.abs(alone.astype(int) - (30, 80, 160)).max() <= 1
    assert background.invented.value_at(200, 200) == 255
    card = next(layer for layer in document.leaves() if isinstance(layer, ShapeLayer))
    picture = composite(document, layers=(card,))[120:260, 60:340, :3]
    assert np.abs(picture.astype(int) - 255).max() <= 1


def test_moving_the_card_leaves_no_trace_of_it() -> None:
    document = layered().document
    background = next(layer for layer in document.leaves() if isinstance(layer, BackgroundLayer))
    others = tuple(layer for layer in document.layers if layer is background or isinstance(layer, TextLayer))
    assert np.abs(composite(document, layers=others)[120:260, 60:340, :3].astype(int) - (30, 80, 160)).max() <= 1


def test_the_same_picture_gives_the_same_document() -> None:
    assert layered().document == layered().document


def test_stages_recipe_and_findings_are_kept() -> None:
    result = layered()
    assert [stage.name for stage in result.stages] == ["text", "typography", "lift", "objects", "background", "tree"]
    assert result.document.found == result.document.layers
    assert result.document.recipe["engines"]["reader"] == "1"
    assert Recipe.from_json(result.document.recipe) == Recipe(saliency="none")


def test_a_missing_engine_is_named_and_the_rest_goes_on() -> None:
    image, _ = poster()
    engines = EngineSet(notes=("no recogniser; install one",))
    result = layer_image(source_of(image), recipe=Recipe(), engines=engines, context=Silent())
    assert "no recogniser; install one" in result.warnings
    assert not any(isinstance(layer, TextLayer) for layer in result.document.leaves())
    assert any(isinstance(layer, ShapeLayer | ObjectLayer) for layer in result.document.leaves())


@pytest.mark.parametrize("shape", [(1, 1), (10, 3000), (40, 40)])
def test_a_picture_with_nothing_in_it_is_one_background_layer_and_says_so(shape: tuple[int, int]) -> None:
    source = source_of(np.full((*shape, 3), 90, np.uint8))
    result = layer_image(source, recipe=Recipe(), engines=EngineSet(recogniser=Reader(lines=())), context=Silent())
    assert [kind_of(layer) for layer in result.document.walk()] == ["background"]
    assert any("one background layer" in warning for warning in result.warnings)
    assert np.array_equal(composite(result.document), source.pixels)


def test_transparency_is_kept() -> None:
    alpha = np.full((50, 60), 255, np.uint8)
    alpha[:, 30:] = 0
    source = source_of(np.full((50, 60, 3), 200, np.uint8), alpha)
    assert np.array_equal(composite(flat_document(source))[..., 3], alpha)


def test_layering_stops_when_it_is_cancelled() -> None:
    class Stop(Silent):
        calls = 0

        def check(self) -> None:
            self.calls += 1
            if self.calls > 3:
                raise Cancelled

    image, lines = poster()
    with pytest.raises(Cancelled):
        layer_image(source_of(image), recipe=Recipe(), engines=EngineSet(recogniser=Reader(lines=lines)), context=Stop())


def test_progress_never_goes_back_and_ends_whole() -> None:
    class Watch(Silent):
        def __init__(self) -> None:
            self.seen: list[float] = []

        def report(self, fraction: float, text: str) -> None:
            assert text
            self.seen.append(fraction)

    watch = Watch()
    image, lines = poster()
    layer_image(
        source_of(image), recipe=Recipe(saliency="none"), engines=EngineSet(recogniser=Reader(lines=lines)), context=watch
    )
    assert watch.seen == sorted(watch.seen)
    assert watch.seen[-1] == 1.0


def test_the_background_heals_where_a_mask_gave_pixels_back() -> None:
    document = layered().document
    from layerdesk.document.edits import delete

    group = next(layer for layer in document.layers if isinstance(layer, GroupLayer))
    smaller = delete(document, [group.id])
    healed = refill_background(smaller, engines=EngineSet(), context=Silent())
    background = next(layer for layer in healed.leaves() if isinstance(layer, BackgroundLayer))
    assert not background.stale
    # The card is nobody's any more: the background shows the source there again, and still a fill under the headline.
    shown = composite(healed, layers=(background,))[..., :3]
    assert (shown[200, 70] == 255).all()
    assert np.abs(shown[40:75, 60:250].astype(int) - (30, 80, 160)).max() <= 1


def test_a_layer_is_read_again() -> None:
    document = layered().document
    text = next(layer for layer in document.leaves() if isinstance(layer, TextLayer) and "Order" in layer.block.text)
    area = text.mask.bounds.expanded(16).intersected(document.rect)
    first = text.block.lines[0].rect
    moved = Rect(first.x - area.x, first.y - area.y, first.width, first.height)
    again = EngineSet(recogniser=Reader(lines=(line("Ordered", moved),), version="2"))
    after = recognise_layer(document, text.id, engines=again, context=Silent()).layer(text.id)
    assert isinstance(after, TextLayer)
    assert after.block.text == "Ordered"
    assert after.block.lines[0].rect == first
    assert after.mask == text.mask
    assert after.provenance == replace(text.provenance, version="2", edited=True)
