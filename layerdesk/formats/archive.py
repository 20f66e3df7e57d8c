"""Zip files that are the same bytes every time: fixed order, times and permissions."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from layerdesk.formats.plan import stamp

_ZIP_YEARS = (1980, 2107)


def write_zip(target: Path, members: Iterable[tuple[str, bytes]], *, deflate: tuple[str, ...] = ()) -> None:
    """Write `members` (name, content) in their order. Those whose suffix is in `deflate` are compressed, the others stored."""
    time = stamp()
    year = min(_ZIP_YEARS[1], max(_ZIP_YEARS[0], time.year))
    moment = (year, time.month, time.day, time.hour, time.minute, time.second)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, date_time=moment)
            info.create_system = 3  # Unix on every platform, so that the permissions below mean the same
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(deflate or ("\0",)) else zipfile.ZIP_STORED
            archive.writestr(info, content, compresslevel=6 if info.compress_type == zipfile.ZIP_DEFLATED else None)
