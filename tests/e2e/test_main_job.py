"""The main job from end to end: a flat picture is dropped, taken apart, corrected by hand, saved, exported and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hand import ALT, BLUE, CTRL, DISC, FIRST, HEADLINE, PAPER, PHOTO, RED, SECOND, SHIFT, Hand, centre, design, mask_on_canvas
from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from psd_tools import PSDImage
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from layerdesk.document.colour import to_hex
from layerdesk.document.composite import composite
from layerdesk.document.document import Document
from layerdesk.document.geometry import Rect
from layerdesk.document.layers import BackgroundLayer, GroupLayer, LeafLayer, ObjectLayer, ShapeLayer, TextLayer, walk
from layerdesk.ui.dialogs.export import ExportDialog
from layerdesk.ui.dialogs.unsaved import UnsavedDialog

RETYPED = "Open every night"
SVG = "{http://www.w3.org/2000/svg}"


def test_from_a_flat_picture_to_files_that_others_read(start: Callable[[], Hand], qtbot: QtBot, tmp_path: Path) -> None:
    hand = start()
    drop_and_wait_for_the_layers(hand, design(tmp_path / "fair 市.png"))
    layered = hand.document
    hand.key(Qt.Key.Key_1, CTRL)
    assert hand.window.canvas.scale == 1.0

    click_drag_and_nudge(hand)
    merged = merge_two(hand)
    erase_and_paint(hand, merged)
    retype(hand)

    corrected = hand.document
    undo_all_and_redo_all(hand, layered=layered, corrected=corrected)

    saved = tmp_path / "fair.layerdesk"
    hand.key(Qt.Key.Key_S, CTRL)
    hand.answer_file_dialog(saved)
    hand.wait(lambda: not hand.window.session.dirty)
    with qtbot.waitSignal(hand.window.closed):
        hand.close()
    assert hand.dialogs(UnsavedDialog) == []

    again = start()
    again.key(Qt.Key.Key_O, CTRL)
    again.answer_file_dialog(saved)
    again.wait(lambda: again.window.session.document is not None)
    assert again.document == corrected
    assert np.array_equal(composite(again.document), composite(corrected))
    assert not again.window.session.dirty

    out = tmp_path / "out"
    export(again, qtbot, out, {".psd", ".pptx", ".svg", ".png"})
    read_psd(out / "fair.psd", corrected, merged)
    read_pptx(out / "fair.pptx")
    read_svg(out / "fair.svg")
    png = cv2.cvtColor(cv2.imread(str(out / "fair.png"), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
    assert np.array_equal(png, composite(corrected))


# The steps of the job


def drop_and_wait_for_the_layers(hand: Hand, path: Path) -> None:
    told: list[tuple[float, str]] = []
    hand.window.runner.job_added.connect(lambda job: job.progress.connect(lambda share, words: told.append((share, words))))
    hand.drop(path)
    hand.wait(lambda: hand.window.session.document is not None)
    assert [type(layer) for layer in hand.document.layers] == [BackgroundLayer], "the picture shows before its layers are there"
    assert hand.window.layering.running
    assert hand.colour_at(*centre(DISC)) == RED
    assert hand.colour_at(620, 780) == PAPER
    (row,) = [each for each in hand.window.jobs.rows if each.job.outcome == "running"]
    assert row.job.title == "Layer the picture"

    hand.wait(lambda: not hand.window.layering.running)
    stages = [words for _, words in told if words and words != "Reading"]
    assert stages[0] == "Reading text"
    assert len(set(stages)) >= 3, "progress tells of the stages"
    shares = [share for share, words in told if words and words != "Reading"]
    assert shares == sorted(shares)
    assert hand.steps == ("Layer the picture",)
    assert {type(leaf) for leaf in hand.document.leaves()} == {BackgroundLayer, ObjectLayer, ShapeLayer, TextLayer}
    assert {layer.block.text for layer in hand.leaves(TextLayer)} == {HEADLINE, FIRST, SECOND}
    tree = hand.window.layers.tree
    assert tree.model().rowCount() == len(hand.document.layers)
    assert np.array_equal(composite(hand.document), hand.document.source.pixels), "the layers give the picture"


def click_drag_and_nudge(hand: Hand) -> None:
    """A click takes the topmost layer by its pixels; a drag and the arrows move it by just as much."""
    line, card, disc = hand.text(FIRST), covering(hand, (560, 500)), covering(hand, centre(DISC))
    assert isinstance(card, ShapeLayer)
    hand.click(*hand.ink(line))
    assert hand.window.session.selection == (line.id,)
    gap = between_letters(line)
    hand.click(*gap)
    assert hand.window.session.selection == (card.id,), "between the letters lies the card"
    hand.click(*hand.ink(disc))
    assert hand.window.session.selection == (disc.id,)

    x, y = centre(DISC)
    hand.drag((x, y), (x + 5, y + 2), (x + 20, y + 9), (x + 33, y - 21))
    assert moved(hand, disc) == (33, -21)
    assert hand.steps[-1] == "Move"
    for _ in range(3):
        hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert moved(hand, disc) == (36, -11)
    assert hand.steps == ("Layer the picture", "Move", "Nudge")
    far = (DISC.right + 36 - 12, y - 11)
    assert hand.colour_at(*far) == RED
    assert hand.colour_at(DISC.x + 8, y) != RED


def merge_two(hand: Hand) -> str:
    """The disc, still selected, and the photograph become one object that looks as they did."""
    before = composite(hand.document)
    hand.click(*centre(PHOTO), keys=SHIFT)
    assert len(hand.window.session.selection) == 2
    hand.key(Qt.Key.Key_E, CTRL)
    (merged,) = hand.window.session.selection
    assert isinstance(hand.document.layer(merged), ObjectLayer)
    assert np.array_equal(composite(hand.document), before)
    return merged


def erase_and_paint(hand: Hand, layer_id: str) -> None:
    """A stroke of the eraser takes the mask away where it goes; the brush gives half of it back."""
    y, left, middle, right = PHOTO.y + 120, PHOTO.x + 60, PHOTO.x + 130, PHOTO.x + 200
    before = mask_on_canvas(hand.layer_of(layer_id), hand.document.rect)
    seen = hand.colour_at(right, y)
    hand.key(Qt.Key.Key_E)
    assert hand.window.session.tool == "tool.eraser"
    hand.drag((left, y), (middle, y), (right, y))
    erased = mask_on_canvas(hand.layer_of(layer_id), hand.document.rect)
    assert not erased[y, left : right + 1].any()
    assert np.array_equal(erased[y + 40 :], before[y + 40 :])
    assert hand.layer_of(layer_id).provenance.edited
    assert hand.steps[-1] == "Erase mask"

    hand.key(Qt.Key.Key_B)
    hand.drag((middle, y), (right, y))
    painted = mask_on_canvas(hand.layer_of(layer_id), hand.document.rect)
    assert (painted[y, middle : right + 1] == 255).all()
    assert not painted[y, left : middle - 30].any()
    assert hand.steps[-1] == "Paint mask"
    hand.key(Qt.Key.Key_V)
    hand.wait(lambda: hand.colour_at(right, y) == seen)


def retype(hand: Hand) -> None:
    """A double click on a line puts the cursor into its words; what is typed is seen on the canvas."""
    hand.wait_for_fonts()
    line = hand.text(FIRST)
    area = line.bounds
    hand.key(Qt.Key.Key_D, CTRL)
    before = crop(hand, area)
    hand.double_click(*hand.ink(line))
    words = hand.window.properties.text.words
    hand.wait(words.hasFocus)
    assert words.toPlainText() == FIRST
    hand.write(RETYPED)
    hand.wait(lambda: not hand.window.retyping.busy)
    retyped = hand.text(RETYPED)
    assert retyped.id == line.id
    assert (retyped.block.rendered, retyped.block.recognised) == (True, FIRST)
    assert retyped.bounds.width > area.width - 10
    assert hand.steps[-1] == "Change words"
    assert len(hand.steps) == len(set(hand.steps)), "what was typed in one go is one step"
    after = crop(hand, area)
    share = (np.abs(after.astype(int) - before).max(axis=2) > 100).mean()
    assert share > 0.02, "other letters stand there"
    x, y = hand.ink(retyped)
    assert min(hand.colour_at(x, y)) > 200, "in white, as before"


def undo_all_and_redo_all(hand: Hand, *, layered: Document, corrected: Document) -> None:
    """By keys, and from the words' field, which has the focus: undoing is the document's."""
    store = hand.window.session.store
    assert store is not None
    count = len(hand.steps)
    assert count == 7
    for _ in range(count - 1):
        hand.key(Qt.Key.Key_Z, CTRL)
    assert hand.document == layered
    assert hand.steps == ("Layer the picture",)
    hand.key(Qt.Key.Key_Z, CTRL)
    assert [type(layer) for layer in hand.document.layers] == [BackgroundLayer]
    assert not store.can_undo
    for _ in range(count):
        hand.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert not store.can_redo
    assert hand.document is corrected


def export(hand: Hand, qtbot: QtBot, folder: Path, wanted: set[str]) -> None:
    """Ticks the formats and fills the fields of the export dialog by mouse and keys."""
    hand.key(Qt.Key.Key_S, CTRL | ALT | SHIFT)
    dialog = hand.dialog(ExportDialog)
    formats = dialog.formats
    suffixes = {formats.item(row).data(Qt.ItemDataRole.UserRole): row for row in range(formats.count())}
    for suffix, row in suffixes.items():
        if (suffix in wanted) != (suffix in dialog.suffixes):
            rect = formats.visualItemRect(formats.item(row))
            hand.click_widget(formats.viewport(), QPoint(rect.right() - 20, rect.center().y()))
            hand.key(Qt.Key.Key_Space)
    assert set(dialog.suffixes) == wanted
    hand.fill(dialog.folder, str(folder))
    assert dialog.name.text() == "fair"
    with qtbot.waitSignal(hand.window.files.exported, timeout=60_000) as answer:
        hand.click_widget(dialog.export_button)
    assert answer.args[0].failures == ()
    assert {path.name for path in folder.iterdir()} == {f"fair{suffix}" for suffix in wanted}


# What other programs read


def read_psd(path: Path, document: Document, merged: str) -> None:
    psd = PSDImage.open(path)
    layers = list(psd.descendants())
    assert [layer.name for layer in layers] == names(document)
    assert {layer.text for layer in layers if layer.kind == "type"} >= {RETYPED, HEADLINE}
    assert {layer.name for layer in layers if layer.is_group()} == {
        layer.name for layer in walk(document.layers) if isinstance(layer, GroupLayer)
    }
    (joined,) = [layer for layer in layers if layer.name == document.layer(merged).name]
    assert joined.mask is not None
    area = document.layer(merged).bounds
    layer = document.layer(merged)
    assert isinstance(layer, ObjectLayer)
    mask = np.asarray(joined.mask.topil())
    box = Rect(joined.mask.left, joined.mask.top, mask.shape[1], mask.shape[0])
    assert np.array_equal(mask, mask_on_canvas(layer, box))
    assert box.intersected(area) == area
    shown = np.asarray(psd.topil().convert("RGB")).astype(int)
    assert np.abs(shown - composite(document)[..., :3]).max() <= 1


def read_pptx(path: Path) -> None:
    (slide,) = Presentation(str(path)).slides
    shapes = list(every_shape(slide.shapes))
    texts = {shape.text_frame.text: shape for shape in shapes if shape.has_text_frame and shape.text_frame.text}
    assert set(texts) >= {RETYPED, HEADLINE, SECOND}
    (run,) = texts[RETYPED].text_frame.paragraphs[0].runs
    assert str(run.font.color.rgb) == "FFFFFF"
    assert run.font.size is not None
    assert any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in shapes), "the photograph is a picture"


def every_shape(shapes: Iterable[Any]) -> Iterator[Any]:
    """Those in groups too."""
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from every_shape(shape.shapes)
        else:
            yield shape


def read_svg(path: Path) -> None:
    root = etree.parse(str(path)).getroot()
    assert {line.text for text in root.iter(f"{SVG}text") for line in text.iter(f"{SVG}tspan")} >= {RETYPED, HEADLINE, SECOND}
    assert (root.get("width"), root.get("height")) == ("640", "800")
    assert len(list(root.iter(f"{SVG}image"))) == 1, "the disc and the photograph are one picture"
    assert to_hex(BLUE) in {each.get("fill") for each in root.iter()}, "the card is a shape"


# Small helps


def covering(hand: Hand, place: tuple[int, int]) -> LeafLayer:
    """The topmost layer that covers the place, by its mask alone."""
    at = Rect(*place, 1, 1)
    return [leaf for leaf in hand.document.leaves() if mask_on_canvas(leaf, at)[0, 0] == 255][-1]


def between_letters(line: TextLayer) -> tuple[int, int]:
    """A place inside the line's box that no ink comes near."""
    ink = mask_on_canvas(line, line.bounds)
    y, x = np.unravel_index(int(cv2.distanceTransform((ink == 0).astype(np.uint8), cv2.DIST_L2, 3).argmax()), ink.shape)
    return int(x) + line.bounds.x, int(y) + line.bounds.y


def moved(hand: Hand, before: LeafLayer) -> tuple[int, int]:
    now = hand.document.layer(before.id).bounds
    assert (now.width, now.height) == (before.bounds.width, before.bounds.height)
    return now.x - before.bounds.x, now.y - before.bounds.y


def crop(hand: Hand, area: Rect) -> np.ndarray:
    """What the canvas shows of this part of the picture, at actual size."""
    corner = hand.window.canvas.image_to_view(area.x, area.y)
    left, top = round(corner.x()), round(corner.y())
    return hand.shown()[top : top + area.height, left : left + area.width]


def names(document: Document) -> list[str]:
    return [layer.name for layer in walk(document.layers)]
