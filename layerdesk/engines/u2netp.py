"""The subject of a scene by U2-Net-p (Qin et al. 2020), whose weights come with the program."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from layerdesk.layering.protocols import Plane, Rgb
from layerdesk.resources import resource

SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
_SIDE = 320
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_MEND = "install LayerDesk anew with `pip install --force-reinstall layerdesk`"
_NOTHING = 0.05
"""Highest activation, 0..1, below which a picture has no subject; stretching it to the full range would only show noise."""

_lock = threading.Lock()


def _weights() -> Path:
    return resource("models", "u2netp.onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class U2Netp:
    """A Saliency engine. The model session is made at the first call and shared by the whole process."""

    weights: Path = field(default_factory=_weights)

    @property
    def name(self) -> str:
        return "u2netp"

    @property
    def version(self) -> str:
        try:
            return f"{SHA256[:8]} onnxruntime {importlib.metadata.version('onnxruntime')}"
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    def missing(self) -> str | None:
        if importlib.util.find_spec("onnxruntime") is None:
            return "the subject finder u2netp lacks the package onnxruntime; install it with `pip install onnxruntime`"
        if not self.weights.is_file():
            return f"the subject finder u2netp lacks its weights u2netp.onnx; {_MEND}"
        if _digest(self.weights, self.weights.stat().st_mtime_ns) != SHA256:
            return f"the weights u2netp.onnx are damaged; {_MEND}"
        return None

    def subject(self, image: Rgb) -> Plane:
        """(h, w) uint8, 255 where the subject of the scene is, soft at its edges; all 0 where there is none."""
        import cv2

        height, width = image.shape[:2]
        small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        scaled = (small / max(float(small.max()), 1.0) - _MEAN) / _DEVIATION
        with _lock:
            session = _session(self.weights)
            (answer,) = session.run(
                [session.get_outputs()[0].name], {session.get_inputs()[0].name: scaled.transpose(2, 0, 1)[None]}
            )
        plane = np.asarray(answer[0, 0], np.float32)
        low, high = float(plane.min()), float(plane.max())
        if high < _NOTHING or high <= low:
            return np.zeros((height, width), np.uint8)
        full = cv2.resize((plane - low) / (high - low), (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.rint(np.clip(full, 0.0, 1.0) * 255.0), np.uint8)


@cache
def _digest(path: Path, changed_ns: int) -> str:
    del changed_ns  # part of the key: a file that was replaced is read again
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _session(weights: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(weights), sess_options=options, providers=["CPUExecutionProvider"])
