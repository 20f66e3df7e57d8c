"""Everything below `app` works where Qt is not installed.

With `pytest -p no:pytest-qt tests/unit` these tests cannot import it; pytest-qt itself imports it, so beside it they could.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_QT = {"PySide6", "qasync", "shiboken6"}


class _NoQt(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        if name.partition(".")[0] in _QT:
            raise ModuleNotFoundError(f"the unit tests run without Qt, but something imports {name}", name=name)
        return None


if "pytestqt" not in sys.modules:
    sys.meta_path.insert(0, _NoQt())
