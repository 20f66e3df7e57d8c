"""The file itself: header, resources, layer records, their channels one after the other, merged picture.

Channels are made and written layer by layer, so memory holds one layer's planes; the lengths in the records before them are
filled in afterwards.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from psd_tools.constants import ColorMode
from psd_tools.psd.header import FileHeader
from psd_tools.psd.layer_and_mask import LayerRecord

from layerdesk.document.geometry import Size
from layerdesk.errors import LayerDeskError
from layerdesk.formats.psd_image import Plane, merged_section

MAX_RECORDS = 8000
MAX_PSD_BYTES = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A layer record, and its channels in the order of the record's `channel_info`, made when their turn comes."""

    record: LayerRecord
    channels: Callable[[], Sequence[bytes]]


def write_file(
    out: BinaryIO,
    *,
    size: Size,
    version: int,
    resources: bytes,
    drafts: Sequence[Draft],
    merged: Sequence[Plane],
    progress: Callable[[int], None],
) -> None:
    """Write a PSD (`version` 1) or PSB (2) to `out`, which can seek.

    `merged` holds three planes, or four with the transparency of the merged picture. `progress` is called with the index of
    each draft before its channels are made, and may raise. Raises LayerDeskError where the format cannot hold it.
    """
    if len(drafts) > MAX_RECORDS:
        raise LayerDeskError(f"Photoshop files hold at most {MAX_RECORDS} layers; merge some layers and export again")
    header = FileHeader(
        version=version, channels=len(merged), width=size.width, height=size.height, depth=8, color_mode=ColorMode.RGB
    )
    header.write(out)
    out.write(struct.pack(">I", 0))  # no colour table
    out.write(struct.pack(">I", len(resources)) + resources)
    _write_layers(out, version=version, drafts=drafts, transparency=len(merged) == 4, progress=progress)
    for piece in merged_section(tuple(merged), version=version):
        out.write(piece)
    _check_size(out, version)


def _write_layers(
    out: BinaryIO, *, version: int, drafts: Sequence[Draft], transparency: bool, progress: Callable[[int], None]
) -> None:
    length = ">I" if version == 1 else ">Q"
    section = out.tell()
    out.write(struct.pack(length, 0))
    if not drafts:
        return
    info = out.tell()
    out.write(struct.pack(length, 0))
    # A negative count says that the merged picture's fourth channel is transparency and no saved selection.
    out.write(struct.pack(">h", -len(drafts) if transparency else len(drafts)))
    places = []
    for draft in drafts:
        places.append(out.tell())
        out.write(draft.record.tobytes(version=version))
    for index, draft in enumerate(drafts):
        progress(index)
        for entry, data in zip(draft.record.channel_info, draft.channels(), strict=True):
            entry.length = len(data)
            out.write(data)
        _check_size(out, version)
    out.write(bytes(-(out.tell() - info - struct.calcsize(length)) % 4))
    info_end = out.tell()
    out.write(struct.pack(">I", 0))  # no global mask
    end = out.tell()
    for place, draft in zip(places, drafts, strict=True):
        out.seek(place)
        out.write(draft.record.tobytes(version=version))
    for place, stop in ((section, end), (info, info_end)):
        out.seek(place)
        out.write(struct.pack(length, stop - place - struct.calcsize(length)))
    out.seek(end)


def _check_size(out: BinaryIO, version: int) -> None:
    if version == 1 and out.tell() > MAX_PSD_BYTES:
        raise LayerDeskError("the file would be larger than the 2 GB that .psd allows; export it as .psb")
