"""The failures that people are told about."""

from __future__ import annotations


class LayerDeskError(Exception):
    """Its text is one sentence for people: what failed and what to do. No class names, no error numbers."""
