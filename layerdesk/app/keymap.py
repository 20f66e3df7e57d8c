"""Which keys do what: read from a keymap file, checked, and searched for conflicts. Qt-free."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from layerdesk.app.actions import BY_NAME
from layerdesk.errors import LayerDeskError
from layerdesk.resources import resource

Keymap = Mapping[str, tuple[str, ...]]


def load(path: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Keys of each action by its name, the one shown first. Without a path the Photoshop-like map that comes with the program.

    Raises LayerDeskError where the file does not hold lists of keys or names an action that is not there.
    """
    path = path or resource("keymaps", "photoshop.json")
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LayerDeskError(f"the keymap {path.name} cannot be read; restore the file") from error
    keys = data.get("keys") if isinstance(data, dict) else None
    if not isinstance(keys, dict):
        raise LayerDeskError(f'the keymap {path.name} has no "keys"; restore the file')
    for name, sequences in keys.items():
        if name not in BY_NAME:
            raise LayerDeskError(f"the keymap {path.name} names an unknown action, {name}; remove the line")
        if not isinstance(sequences, list) or not all(isinstance(each, str) for each in sequences):
            raise LayerDeskError(f"the keymap {path.name} must give a list of keys for {name}")
    return {name: tuple(keys.get(name, ())) for name in BY_NAME}


def conflicts(keymap: Keymap) -> dict[str, tuple[str, ...]]:
    """Each key that more than one action wants, with their names, whatever their scope."""
    users: dict[str, list[str]] = defaultdict(list)
    for name, sequences in keymap.items():
        for sequence in sequences:
            users[_normal(sequence)].append(name)
    return {sequence: tuple(names) for sequence, names in users.items() if len(names) > 1}


def _normal(sequence: str) -> str:
    """One spelling for keys that are the same: 'shift+ctrl+a' is 'Ctrl+Shift+A'."""
    *modifiers, key = sequence.replace("++", "+Plus").split("+")
    return "+".join([*sorted(each.capitalize() for each in modifiers), key.upper()])
