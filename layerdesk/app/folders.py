"""Where things of the user and of the program lie. Qt-free."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

import layerdesk

HOME_VARIABLE = "LAYERDESK_HOME"


def resource(*parts: str) -> Path:
    """A file or folder that comes with the program. It need not exist."""
    return Path(layerdesk.__file__).parent.parent.joinpath("resources", *parts)


def config_folder() -> Path:
    """Settings. Not made here."""
    return _home() or Path(platformdirs.user_config_dir("layerdesk", appauthor=False))


def data_folder() -> Path:
    """Recovery files and logs. Not made here."""
    return _home() or Path(platformdirs.user_data_dir("layerdesk", appauthor=False))


def recovery_folder() -> Path:
    return data_folder() / "recovery"


def _home() -> Path | None:
    value = os.environ.get(HOME_VARIABLE)
    return Path(value) if value else None
