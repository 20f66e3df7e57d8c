"""Where LayerDesk keeps what belongs to one user: settings, data and cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal


def user_folder(kind: Literal["config", "data", "cache"]) -> Path:
    """The user's folder of this kind; it need not exist yet. LAYERDESK_HOME holds all three where it is set."""
    home = os.environ.get("LAYERDESK_HOME")
    if home:
        return Path(home).expanduser() / kind
    # Imported late: who sets LAYERDESK_HOME needs nothing of the platform.
    import platformdirs

    match kind:
        case "config":
            return platformdirs.user_config_path("layerdesk", appauthor=False)
        case "data":
            return platformdirs.user_data_path("layerdesk", appauthor=False)
        case "cache":
            return platformdirs.user_cache_path("layerdesk", appauthor=False)
