"""The user's settings: a frozen value and the JSON file that keeps it. Qt-free."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from layerdesk.errors import LayerDeskError
from layerdesk.formats import atomic
from layerdesk.layering.recipe import Recipe
from layerdesk.paths import user_folder

RECENT_LIMIT = 12
MIN_PIXELS, MAX_PIXELS = 1_000_000, 1_000_000_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the settings dialog sets, and what the window remembers."""

    recipe: Recipe = field(default_factory=Recipe)
    """How a picture is layered when it is opened."""
    layer_on_open: bool = True
    max_pixels: int = 100_000_000
    """Pictures with more pixels are refused by their header."""
    wheel_zooms: bool = False
    """Whether the wheel alone zooms; else it scrolls, and zooms with Ctrl or Alt."""
    recent: tuple[str, ...] = ()
    """Paths opened or saved last, newest first."""
    folder: str = ""
    """Where the last file was opened or exported."""
    export_formats: tuple[str, ...] = (".psd",)
    """Suffixes ticked in the export dialog the last time."""
    window: str = ""
    """Geometry and docks of the window, base64."""

    def with_recent(self, path: Path) -> Settings:
        """These settings with `path` as the newest recent file."""
        newest = str(path.absolute())
        others = tuple(each for each in self.recent if each != newest)
        return replace(self, recent=(newest, *others)[:RECENT_LIMIT], folder=str(path.absolute().parent))

    def without_recent(self, path: Path) -> Settings:
        """These settings without `path` among the recent files."""
        return replace(self, recent=tuple(each for each in self.recent if each != str(path.absolute())))


def settings_path() -> Path:
    return user_folder("config") / "settings.json"


def load() -> Settings:
    """The kept settings. What cannot be read or used is left at its default, and the log says so."""
    path = settings_path()
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        _log.warning("settings in %s cannot be read, defaults are used: %s", path, error)
        return Settings()
    return from_json(data) if isinstance(data, dict) else Settings()


def save(settings: Settings) -> None:
    """Keep them. Raises LayerDeskError where the folder cannot be written."""
    text = json.dumps(to_json(settings), ensure_ascii=False, indent=1, sort_keys=True)
    with atomic.replacing(settings_path(), sync=False) as target:
        target.write_text(text, "utf-8")


def to_json(settings: Settings) -> dict[str, Any]:
    return {**asdict(settings), "recipe": settings.recipe.to_json()}


def from_json(data: Mapping[str, Any]) -> Settings:
    """Settings of `data`; values of the wrong type are left at their defaults."""
    settings = Settings()
    checked: dict[str, Any] = {}
    for key in ("layer_on_open", "wheel_zooms", "folder", "window"):
        if type(data.get(key)) is type(getattr(settings, key)):
            checked[key] = data[key]
    for key in ("recent", "export_formats"):
        value = data.get(key)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            checked[key] = tuple(value)
    limit = data.get("max_pixels")
    if type(limit) is int:
        checked["max_pixels"] = min(MAX_PIXELS, max(MIN_PIXELS, limit))
    if isinstance(data.get("recipe"), dict):
        try:
            checked["recipe"] = Recipe.from_json(data["recipe"])
        except LayerDeskError as error:
            _log.warning("the recipe in the settings is left at its default: %s", error)
    return replace(settings, **checked)
