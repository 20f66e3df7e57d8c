"""Where the program finds what comes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerdesk import resources


def test_a_checkout_has_them_beside_the_package() -> None:
    assert resources.resource("icons", "app.svg").read_text().startswith("<svg")
    assert resources.resource("models", "u2netp.onnx").stat().st_size > 4_000_000


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_INSTALLED", tmp_path)
    assert resources.resource("icons", "app.svg") == tmp_path / "icons" / "app.svg"
