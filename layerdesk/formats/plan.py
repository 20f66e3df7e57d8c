"""What an export is going to write, known before anything is written; and the protocol of an exporter."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import JobContext


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """What one layer becomes in the format."""

    layer_id: str
    name: str
    becomes: str
    """For people: 'live text', 'shape', 'picture with mask', 'picture', 'group'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A document, what each of its layers becomes, and what the format cannot hold of it."""

    format: str
    """The exporter's title."""
    document: Document
    items: tuple[PlanItem, ...]
    """In walk order: bottom to top, a group before its children."""
    warnings: tuple[str, ...] = ()
    """One clear sentence each."""


class Exporter(Protocol):
    """One file format that documents are written to."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """In lower case, with the dot; the first is the usual one."""
        ...

    @property
    def title(self) -> str:
        """For people: 'Photoshop document'."""
        ...

    @property
    def loses(self) -> str:
        """One sentence: what this format cannot hold. Empty where it holds everything."""
        ...

    def plan(self, document: Document) -> Plan:
        """What `write` would do. Pure: touches no file."""
        ...

    def write(self, plan: Plan, target: Path, *, context: JobContext) -> None:
        """Write the whole file to `target`, a temporary path that the caller moves into place.

        The same plan gives the same bytes. Raises LayerDeskError, or OSError for the caller to word.
        """
        ...


def stamp() -> datetime:
    """The time stamped into files that want one: SOURCE_DATE_EPOCH, else the first of January 1980, in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not epoch:
        return datetime(1980, 1, 1, tzinfo=UTC)
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LayerDeskError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, which is no time; set it to a number of seconds since 1970, or unset it"
        ) from error
