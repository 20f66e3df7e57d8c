"""Values of a JSON file from outside, each checked before it is used."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from layerdesk.document.colour import is_hex

_UNSET = object()
FAR = 10_000_000
"""No coordinate is larger than this."""


class DamageError(Exception):
    """Its text completes the sentence 'FILE is damaged: ...'."""


class Record:
    """A JSON object with the words that say where it stands, for messages."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise DamageError(f"{where} is not an object")
        self.values: Mapping[str, Any] = value
        self.where = where

    def _get(self, key: str, expected: str) -> Any:
        value = self.values.get(key, _UNSET)
        if value is _UNSET:
            raise DamageError(f"{self.where} has no {key}, which must be {expected}")
        return value

    def wrong(self, key: str, expected: str) -> DamageError:
        shown = json.dumps(self.values.get(key), default=str)
        return DamageError(f"{key} of {self.where} is {shown if len(shown) <= 40 else shown[:40] + '...'}, not {expected}")

    def text(self, key: str, *, longest: int = 1_000_000) -> str:
        value = self._get(key, "text")
        if not isinstance(value, str) or len(value) > longest:
            raise self.wrong(key, "text" if not isinstance(value, str) else f"text of at most {longest} letters")
        return value

    def flag(self, key: str) -> bool:
        value = self._get(key, "true or false")
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def whole(self, key: str, *, low: int = -FAR, high: int = FAR) -> int:
        expected = f"a whole number from {low} to {high}"
        value = self._get(key, expected)
        if not _is_whole(value) or not low <= value <= high:
            raise self.wrong(key, expected)
        return int(value)

    def number(self, key: str, *, low: float = -FAR, high: float = FAR) -> float:
        expected = f"a number from {low:g} to {high:g}"
        value = self._get(key, expected)
        if not _is_number(value) or not low <= value <= high:
            raise self.wrong(key, expected)
        return float(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        expected = f"one of {', '.join(choices)}"
        value = self._get(key, expected)
        if value not in choices or not isinstance(value, str):
            raise self.wrong(key, expected)
        return value

    def colour(self, key: str) -> str:
        value = self._get(key, "a colour as #rrggbb")
        if not isinstance(value, str) or not is_hex(value.lower()):
            raise self.wrong(key, "a colour as #rrggbb")
        return value

    def items(self, key: str) -> list[Any]:
        value = self._get(key, "a list")
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.items(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "a list of texts")
        return tuple(values)

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        values = self.items(key)
        if len(values) != count or not all(_is_number(value) and abs(value) <= FAR for value in values):
            raise self.wrong(key, f"{count} numbers")
        return tuple(float(value) for value in values)

    def wholes(self, key: str, count: int) -> tuple[int, ...]:
        values = self.items(key)
        if len(values) != count or not all(_is_whole(value) and abs(value) <= FAR for value in values):
            raise self.wrong(key, f"{count} whole numbers")
        return tuple(int(value) for value in values)

    def record(self, key: str) -> Record:
        return Record(self._get(key, "an object"), f"{key} of {self.where}")

    def optional(self, key: str) -> Record | None:
        value = self._get(key, "an object or null")
        return None if value is None else Record(value, f"{key} of {self.where}")


def point(value: object, where: str) -> tuple[float, float]:
    """(x, y) of a list of two numbers."""
    if not isinstance(value, list) or len(value) != 2 or not all(_is_number(number) and abs(number) <= FAR for number in value):
        raise DamageError(f"{where} holds something that is no point")
    return float(value[0]), float(value[1])


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value))
