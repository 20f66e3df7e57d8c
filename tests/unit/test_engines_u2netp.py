"""The subject finder with its real weights."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from layerdesk.engines.u2netp import SHA256, U2Netp
from layerdesk.resources import resource


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A vase-like thing on a wall and a table, (300, 400, 3), and where it stands."""
    picture = np.full((300, 400, 3), (214, 206, 196), np.uint8)
    picture[220:] = (150, 120, 96)
    where = np.zeros((300, 400), np.uint8)
    cv2.ellipse(where, (200, 170), (55, 75), 0, 0, 360, 255, -1)
    cv2.rectangle(where, (180, 70), (220, 120), 255, -1)
    picture[where > 0] = (40, 70, 150)
    cv2.ellipse(picture, (180, 150), (10, 30), 15, 0, 360, (120, 150, 220), -1)
    return picture, where > 0


def test_the_weights_are_those_that_their_note_names() -> None:
    note = json.loads(resource("models", "u2netp.source.json").read_text())
    assert note["sha256"] == SHA256
    assert note["licence"] == "Apache-2.0"
    assert "Apache License" in resource("models", note["licence_file"]).read_text()
    assert U2Netp().missing() is None
    assert U2Netp().version.startswith("309c8469 onnxruntime ")


def test_it_finds_the_thing_and_not_its_ground() -> None:
    picture, where = scene()
    found = U2Netp().subject(picture)
    assert found.shape == (300, 400)
    assert found.dtype == np.uint8
    inside = found > 127
    assert (inside & where).sum() / (inside | where).sum() > 0.85
    assert np.array_equal(found, U2Netp().subject(picture))


def test_sizes_other_than_the_models_own() -> None:
    picture, _ = scene()
    for size in ((1, 1), (37, 500), (900, 20)):
        assert U2Netp().subject(cv2.resize(picture, size).reshape(size[1], size[0], 3)).shape == (size[1], size[0])


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    absent = U2Netp(weights=tmp_path / "u2netp.onnx").missing()
    assert absent is not None
    assert "lacks its weights" in absent
    assert "pip install" in absent
    damaged = tmp_path / "u2netp.onnx"
    damaged.write_bytes(resource("models", "u2netp.onnx").read_bytes()[:-1])
    sentence = U2Netp(weights=damaged).missing()
    assert sentence is not None
    assert "damaged" in sentence
