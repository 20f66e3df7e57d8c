"""What this machine has for LayerDesk, and the commands that get what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import layerdesk

_NEEDED = (
    "fonttools",
    "lxml",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "platformdirs",
    "psd-tools",
    "python-pptx",
    "scipy",
)
_BESIDES = ("onnxruntime", "pypatchmatch", "PySide6-Essentials", "pytesseract", "rapidocr")
"""Each is missed by one engine or by the window, not by the main job."""
_QT_SECONDS = 60


def examine() -> dict[str, Any]:
    """The report, JSON values only: versions, engines, fonts, what is missing with the command that mends it.

    `ok` says whether a picture can be layered and exported here.
    """
    libraries = {name: _version(name) for name in (*_NEEDED, *_BESIDES)}
    missing = [f"{name} is missing; python -m pip install {name}" for name in _NEEDED if libraries[name] is None]
    complete = not missing
    engines = _engines() if complete else []
    missing += [engine["missing"] for engine in engines if engine["missing"]]
    fonts = _fonts() if complete else {"count": 0, "families": 0, "cjk": False}
    if complete and fonts["count"] and not fonts["cjk"]:
        missing.append(
            "no font with Chinese, Japanese and Korean letters is installed; sudo apt-get install fonts-noto-cjk, "
            "or install Noto Sans CJK from notofonts.org"
        )
    window = _window(libraries["PySide6-Essentials"])
    if window is not None:
        missing.append(window)
    return {
        "layerdesk": layerdesk.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": libraries,
        "engines": engines,
        "fonts": fonts,
        "window": window is None,
        "missing": missing,
        "ok": complete and any(engine["kind"] == "text" and not engine["missing"] for engine in engines),
    }


def lines(report: dict[str, Any]) -> Iterator[str]:
    """The report for people."""
    yield f"LayerDesk {report['layerdesk']}, Python {report['python']}, {report['platform']}"
    yield ""
    yield "Libraries"
    for name, version in report["libraries"].items():
        yield f"  {name:24} {version or 'missing'}"
    yield "Engines"
    for engine in report["engines"]:
        state = "missing" if engine["missing"] else "ready"
        yield f"  {engine['kind']:9} {engine['name']:14} {engine['version'] or '-':24} {state}"
    fonts = report["fonts"]
    yield "Fonts"
    letters = "with" if fonts["cjk"] else "without"
    yield f"  {fonts['count']} faces of {fonts['families']} families, {letters} Chinese, Japanese and Korean letters"
    yield "Window"
    yield f"  {'the editor can open' if report['window'] else 'the editor cannot open'}"
    yield ""
    if report["missing"]:
        yield "Missing"
        yield from (f"  {sentence}" for sentence in report["missing"])
    else:
        yield "Nothing is missing."
    yield "Pictures can be layered and exported." if report["ok"] else "Pictures cannot be layered yet; run the commands above."


def qt_sentence(problem: str) -> str:
    """The sentence about a window that cannot open, with the command that mends it."""
    library = re.search(r"(lib[\w.+-]+\.so[\w.]*)", problem)
    if library:
        return (
            f"the editor's window needs the system library {library.group(1)}; sudo apt-get install libegl1 libgl1 libxkbcommon-x11-0 "
            "libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
        )
    if "PySide6" in problem or "shiboken6" in problem:
        return "the editor's window needs PySide6; python -m pip install 'PySide6-Essentials>=6.9,<6.12'"
    return f"the editor's window cannot be loaded ({problem}); install LayerDesk again"


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _engines() -> list[dict[str, Any]]:
    from layerdesk.engines.registry import statuses

    return [
        {"name": status.name, "kind": status.kind, "version": status.version, "missing": status.missing} for status in statuses()
    ]


def _fonts() -> dict[str, Any]:
    from layerdesk.engines.fonts import InstalledFonts

    faces = InstalledFonts().faces()
    return {"count": len(faces), "families": len({face.family for face in faces}), "cjk": any(face.cjk for face in faces)}


def _window(version: str | None) -> str | None:
    """None where Qt's widgets load; else the sentence. In a process of its own: a broken Qt may take its process down."""
    if version is None:
        return qt_sentence("No module named 'PySide6'")
    script = "import PySide6.QtWidgets"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=_QT_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "it could not be tested whether the editor's window opens; run layerdesk to see"
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    return qt_sentence(said[-1] if said else "no reason given")
