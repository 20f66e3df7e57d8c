"""Text by RapidOCR with the PP-OCRv6 small models that its wheel holds. Reads Latin, Chinese and Japanese; needs no network."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.protocols import FoundLine, FoundWord, JobContext, Quad, Rgb, Silent

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_DETECTED = 0.3
"""Share of the work that is done once the lines have been found."""
_BATCH = 6
"""Lines a recognition call takes, as in the library's own pipeline: a line's padding, and so its result, depends on its batch."""
_TALL = 1.5
"""Height over width from which the library turns a crop a quarter left before it reads it."""
_LONGEST = 2000
_SHORTEST = 32
_MEND = "it is installed with LayerDesk by `pip install rapidocr==3.10.0`"

_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class RapidOcr:
    """A TextRecogniser. Its model sessions are made at the first call and shared by the whole process."""

    @property
    def name(self) -> str:
        return "rapidocr"

    @property
    def version(self) -> str:
        try:
            return f"{importlib.metadata.version('rapidocr')} PP-OCRv6-small"
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    def missing(self) -> str | None:
        for module in ("rapidocr", "onnxruntime"):
            if importlib.util.find_spec(module) is None:
                return f"the text recogniser rapidocr lacks the package {module}; {_MEND}"
        lost = [name for name in _MODELS.values() if not (_models_folder() / name).is_file()]
        if lost:
            return f"the text recogniser rapidocr lacks its model {lost[0]}; {_MEND} after `pip uninstall rapidocr`"
        return None

    def recognise(self, image: Rgb, *, context: JobContext) -> tuple[FoundLine, ...]:
        """Every line it reads, whatever its confidence, top to bottom. Cancels between detection and each batch of six lines.

        A strip so long that it would be less than 32 pixels high once its long side is 2000 pixels has no readable text.
        """
        height, width = image.shape[:2]
        if min(height, width) * _LONGEST < _SHORTEST * max(height, width):
            return ()
        context.check()
        engine = _engine()
        context.check()
        found = _detect(engine, image)
        context.check()
        context.report(_DETECTED, "Reading text")
        lines: list[FoundLine] = []
        order = sorted(range(len(found)), key=lambda index: found[index].ratio)
        for start in range(0, len(order), _BATCH):
            lines += _read(engine, [found[index] for index in order[start : start + _BATCH]])
            context.check()
            context.report(_DETECTED + (1 - _DETECTED) * min(1.0, (start + _BATCH) / len(order)), "Reading text")
        return tuple(sorted((line for line in lines if line.text.strip()), key=_place))

    def recognise_crop(self, image: Rgb, *, context: JobContext | None = None) -> FoundLine:
        """The one line that fills `image`; its text is empty where nothing is read."""
        (context or Silent()).check()
        height, width = image.shape[:2]
        quad: Quad = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        return _read(_engine(), [_laid_flat(_bgr(image), quad=quad)])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crop:
    pixels: NDArray[np.uint8]
    """(h, w, 3) BGR, turned so that its long side lies flat."""
    quad: Quad
    """Its corners in the picture, in the order of the crop's own corners: top left, top right, bottom right, bottom left."""

    @property
    def ratio(self) -> float:
        return float(self.pixels.shape[1] / self.pixels.shape[0])


@cache
def _models_folder() -> Path:
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return Path("models")
    return Path(spec.origin).parent / "models"


def _engine() -> Any:
    """The library's pipeline, of which the three models are called one by one."""
    with _lock:
        return _loaded()


@cache
def _loaded() -> Any:
    from rapidocr import RapidOCR

    # Model files are named: otherwise the library compares hashes and fetches what differs.
    params: dict[str, Any] = {f"{task}.model_path": str(_models_folder() / name) for task, name in _MODELS.items()}
    params |= {"Global.log_level": "critical", "Rec.rec_batch_num": _BATCH, "Cls.cls_batch_num": _BATCH}
    engine: Any = RapidOCR(params=params)
    engine._load_det_model()
    engine._load_cls_model()
    engine._load_rec_model()
    return engine


def _detect(engine: Any, image: Rgb) -> list[_Crop]:
    from rapidocr.utils.process_img import apply_vertical_padding, map_boxes_to_original

    height, width = image.shape[:2]
    prepared, record = engine.preprocess_img(_bgr(image))
    prepared, record = apply_vertical_padding(prepared, record, engine.width_height_ratio, engine.min_height)
    with _lock:
        boxes = engine.text_det(prepared).boxes
    if boxes is None:
        return []
    placed = map_boxes_to_original(np.array(boxes, np.float64), record, height, width)
    return [_cut(prepared, np.asarray(box, np.float32), quad=_quad(place)) for box, place in zip(boxes, placed, strict=True)]


def _cut(image: NDArray[np.uint8], corners: NDArray[np.float32], *, quad: Quad) -> _Crop:
    """The pixels inside `corners` (4, 2) set upright, as the library cuts them; `quad` is the same place in the picture."""
    import cv2

    width = max(1, int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))))
    height = max(1, int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))))
    upright = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    transform = cv2.getPerspectiveTransform(corners, upright)
    pixels = cv2.warpPerspective(image, transform, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return _laid_flat(np.asarray(pixels, np.uint8), quad=quad)


def _laid_flat(pixels: NDArray[np.uint8], *, quad: Quad) -> _Crop:
    height, width = pixels.shape[:2]
    if height < _TALL * width:
        return _Crop(pixels=pixels, quad=quad)
    return _Crop(pixels=np.ascontiguousarray(np.rot90(pixels)), quad=(quad[1], quad[2], quad[3], quad[0]))


def _read(engine: Any, crops: list[_Crop]) -> list[FoundLine]:
    """The lines of at most one batch; one that the classifier calls upside down, in the direction in which it reads better."""
    with _lock:
        turned = engine.text_cls([crop.pixels for crop in crops])
    doubtful = [
        index for index, (label, score) in enumerate(turned.cls_res) if "180" in label and score > engine.text_cls.cls_thresh
    ]
    over = {
        index: _Crop(pixels=turned.img_list[index], quad=(*crops[index].quad[2:], *crops[index].quad[:2])) for index in doubtful
    }
    lines = _recognised(engine, [over.get(index, crop) for index, crop in enumerate(crops)])
    if doubtful:
        for index, upright in zip(doubtful, _recognised(engine, [crops[index] for index in doubtful]), strict=True):
            lines[index] = max(lines[index], upright, key=lambda line: line.confidence)
    return lines


def _recognised(engine: Any, crops: list[_Crop]) -> list[FoundLine]:
    from rapidocr.ch_ppocr_rec import TextRecInput

    with _lock:
        read = engine.text_rec(TextRecInput(img=[crop.pixels for crop in crops], return_word_box=True))
    return [
        FoundLine(text=text, quad=crop.quad, confidence=float(score), words=_words(info, crop.quad))
        for crop, text, score, info in zip(crops, read.txts, read.scores, read.word_results, strict=True)
    ]


def _words(info: Any, quad: Quad) -> tuple[FoundWord, ...]:
    """Pieces of a line from the columns of the recogniser's output in which their characters appeared.

    A Latin word is one piece, a Chinese or Japanese character is one each. A character stands in the middle of its column; its
    width is the mean advance within its word, or that of the whole line where it is alone.
    """
    if not info.words:
        return ()
    advance = _advance([column for columns in info.word_cols for column in columns])
    pieces: list[tuple[str, float, float]] = []
    for characters, columns, kind in zip(info.words, info.word_cols, info.word_types, strict=True):
        half = (_advance(columns) if len(columns) > 1 else advance) / 2
        parts = (
            [(characters, columns)] if kind.name == "EN_NUM" else [([c], [at]) for c, at in zip(characters, columns, strict=True)]
        )
        pieces += [("".join(text), at[0] + 0.5 - half, at[-1] + 0.5 + half) for text, at in parts]
    edges = [(start, end) for _, start, end in pieces]
    for index in range(len(edges) - 1):
        (start, end), (following, last) = edges[index], edges[index + 1]
        if end > following:
            edges[index], edges[index + 1] = (start, (end + following) / 2), ((end + following) / 2, last)
    return tuple(
        FoundWord(text=text, quad=_part(quad, start / info.line_txt_len, end / info.line_txt_len))
        for (text, _, _), (start, end) in zip(pieces, edges, strict=True)
    )


def _advance(columns: list[int]) -> float:
    return (columns[-1] - columns[0]) / (len(columns) - 1) if len(columns) > 1 else 2.0


def _part(quad: Quad, start: float, end: float) -> Quad:
    """The part of `quad` between two fractions of its reading direction."""
    start, end = min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)
    top_left, top_right, bottom_right, bottom_left = quad

    def between(a: tuple[float, float], b: tuple[float, float], at: float) -> tuple[float, float]:
        return a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at

    return (
        between(top_left, top_right, start),
        between(top_left, top_right, end),
        between(bottom_left, bottom_right, end),
        between(bottom_left, bottom_right, start),
    )


def _quad(corners: NDArray[np.float64]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d


def _place(line: FoundLine) -> tuple[float, float]:
    return min(y for _, y in line.quad), min(x for x, _ in line.quad)


def _bgr(image: Rgb) -> NDArray[np.uint8]:
    return np.ascontiguousarray(image[:, :, ::-1])
