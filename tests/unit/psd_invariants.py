"""A reader of PSD and PSB structure of its own, by the published format, that fails on the first thing out of order.

It knows no library: what it says of a file does not rest on the code that wrote it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

BLENDS = {b"pass", b"norm", b"mul ", b"scrn", b"over"}
LONG_BLOCKS = {
    b"LMsk",
    b"Lr16",
    b"Lr32",
    b"Layr",
    b"Mt16",
    b"Mt32",
    b"Mtrn",
    b"Alph",
    b"FMsk",
    b"lnk2",
    b"FEid",
    b"FXid",
    b"PxSD",
}


@dataclass(kw_only=True)
class Record:
    """One layer record: rectangle and mask rectangle as (top, left, bottom, right)."""

    rect: tuple[int, int, int, int]
    channels: dict[int, bytes]
    blend: bytes
    opacity: int
    flags: int
    mask: tuple[int, int, int, int] | None
    blocks: dict[bytes, bytes]
    lengths: list[tuple[int, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        (count,) = struct.unpack_from(">I", self.blocks[b"luni"])
        return self.blocks[b"luni"][4 : 4 + 2 * count].decode("utf-16-be")

    @property
    def layer_id(self) -> int:
        return int.from_bytes(self.blocks[b"lyid"][:4], "big")

    @property
    def divider(self) -> int:
        """0 for a layer, 1 for a group's own record, 3 for its lower end."""
        return int.from_bytes(self.blocks.get(b"lsct", b"\0\0\0\0")[:4], "big")


@dataclass(kw_only=True)
class Structure:
    """A whole file: `merged` are the planes' bytes, unpacked."""

    version: int
    width: int
    height: int
    transparency: bool
    resources: dict[int, bytes]
    records: list[Record]
    merged: list[bytes]


class Bytes:
    """A stretch of bytes that is read to its end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        assert 0 <= count <= self.left, f"{count} bytes wanted, {self.left} left"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, kind: str) -> int:
        return int(struct.unpack(">" + kind, self.take(struct.calcsize(">" + kind)))[0])

    @property
    def left(self) -> int:
        return len(self.data) - self.at


def read_structure(data: bytes) -> Structure:
    """The file's structure. AssertionError at the first broken invariant."""
    whole = Bytes(data)
    assert whole.take(4) == b"8BPS"
    version = whole.number("H")
    assert version in (1, 2)
    assert whole.take(6) == bytes(6)
    count, height, width, depth, mode = struct.unpack(">HIIHH", whole.take(14))
    limit = 30_000 if version == 1 else 300_000
    assert 1 <= width <= limit
    assert 1 <= height <= limit
    assert (depth, mode) == (8, 3)
    assert whole.take(whole.number("I")) == b""
    resources = _resources(Bytes(whole.take(whole.number("I"))))
    length = "I" if version == 1 else "Q"
    layers = Bytes(whole.take(whole.number(length)))
    records: list[Record] = []
    transparency = False
    if layers.left:
        body = layers.take(layers.number(length))
        assert len(body) % 2 == 0
        records, transparency = _layers(Bytes(body), version)
        assert layers.number("I") == 0
        assert layers.left == 0
        assert count == (4 if transparency else 3)
    else:
        assert count == 3
    assert whole.number("H") == 1
    lines = struct.unpack(
        f">{count * height}{'H' if version == 1 else 'I'}", whole.take(count * height * (2 if version == 1 else 4))
    )
    rows = [unpacked(whole.take(line), width) for line in lines]
    assert whole.left == 0
    merged = [b"".join(rows[plane * height : (plane + 1) * height]) for plane in range(count)]
    return Structure(
        version=version,
        width=width,
        height=height,
        transparency=transparency,
        resources=resources,
        records=records,
        merged=merged,
    )


def unpacked(line: bytes, width: int) -> bytes:
    """One row of PackBits. It must give exactly `width` bytes."""
    out, at = bytearray(), 0
    while at < len(line):
        head = line[at]
        if head < 128:
            out += line[at + 1 : at + 2 + head]
            at += 2 + head
        elif head > 128:
            out += line[at + 1 : at + 2] * (257 - head)
            at += 2
        else:
            at += 1
    assert len(out) == width
    assert at == len(line)
    return bytes(out)


def _resources(data: Bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data.left:
        assert data.take(4) == b"8BIM"
        key = data.number("H")
        assert data.take(2) == b"\0\0"
        value = data.take(data.number("I"))
        assert data.take(len(value) % 2) in (b"", b"\0")
        assert key not in found
        found[key] = value
    assert {1005, 1039, 1057} <= found.keys()
    return found


def _layers(data: Bytes, version: int) -> tuple[list[Record], bool]:
    count = data.number("h")
    records = [_record(data, version) for _ in range(abs(count))]
    for record in records:
        for key, length in record.lengths:
            record.channels[key] = _plane(data.take(length), record.mask if key == -2 else record.rect, version)
    assert data.left < 4
    assert not any(data.take(data.left))
    ids = [record.layer_id for record in records]
    assert len(set(ids)) == len(ids)
    assert min(ids) > 0
    _check_dividers(records)
    _check_texts(records)
    return records, count < 0


def _record(data: Bytes, version: int) -> Record:
    top, left, bottom, right, count = struct.unpack(">4iH", data.take(18))
    assert top <= bottom
    assert left <= right
    lengths = [(data.number("h"), data.number("I" if version == 1 else "Q")) for _ in range(count)]
    keys = [key for key, _ in lengths]
    assert keys[:4] == [-1, 0, 1, 2]
    assert keys[4:] in ([], [-2])
    assert data.take(4) == b"8BIM"
    blend = data.take(4)
    assert blend in BLENDS
    opacity, clipping, flags, filler = data.take(4)
    assert (clipping, filler) == (0, 0)
    extra = Bytes(data.take(data.number("I")))
    assert len(extra.data) % 2 == 0
    mask_data = Bytes(extra.take(extra.number("I")))
    mask = None
    if mask_data.left:
        mask = struct.unpack(">4i", mask_data.take(16))
        assert mask[0] <= mask[2]
        assert mask[1] <= mask[3]
        assert mask_data.take(4) == bytes(4)
    assert (mask is not None) == (-2 in keys)
    assert mask_data.left == 0
    assert len(extra.take(extra.number("I"))) % 8 == 0
    start = extra.at
    extra.take(extra.number("B"))
    extra.take(-(extra.at - start) % 4)
    blocks = _blocks(extra, version)
    record = Record(
        rect=(top, left, bottom, right),
        channels={},
        blend=blend,
        opacity=opacity,
        flags=flags,
        mask=mask,
        blocks=blocks,
        lengths=lengths,
    )
    assert 4 + 2 * len(record.name.encode("utf-16-be")) // 2 <= len(blocks[b"luni"])
    return record


def _blocks(data: Bytes, version: int) -> dict[bytes, bytes]:
    blocks: dict[bytes, bytes] = {}
    while data.left:
        assert data.take(4) == b"8BIM"
        key = data.take(4)
        value = data.take(data.number("Q" if version == 2 and key in LONG_BLOCKS else "I"))
        assert len(value) % 2 == 0
        assert key not in blocks
        blocks[key] = value
    assert {b"luni", b"lyid", b"lspf"} <= blocks.keys()
    return blocks


def _plane(data: bytes, rect: tuple[int, int, int, int] | None, version: int) -> bytes:
    assert rect is not None
    height, width = rect[2] - rect[0], rect[3] - rect[1]
    packing = int.from_bytes(data[:2], "big")
    if packing == 0:
        assert len(data) == 2 + height * width
        return data[2:]
    assert packing == 1
    body = Bytes(data[2:])
    lines = struct.unpack(f">{height}{'H' if version == 1 else 'I'}", body.take(height * (2 if version == 1 else 4)))
    rows = [unpacked(body.take(line), width) for line in lines]
    assert body.left == 0
    return b"".join(rows)


def _check_dividers(records: list[Record]) -> None:
    depth = 0
    for record in records:
        depth += {0: 0, 1: -1, 3: 1}[record.divider]
        assert depth >= 0
        if record.divider:
            assert record.rect == (0, 0, 0, 0)
        if record.divider == 1:
            assert record.blocks[b"lsct"][4:12] == b"8BIM" + record.blend
    assert depth == 0


def _check_texts(records: list[Record]) -> None:
    texts = [record.blocks[b"TySh"] for record in records if b"TySh" in record.blocks]
    for number, block in enumerate(texts):
        assert block[:2] == b"\0\1"
        xx, xy, yx, yy, _, _ = struct.unpack(">6d", block[2:50])
        assert abs(xx * yy - xy * yx - 1) < 1e-6
        assert block[50:56] == struct.pack(">HI", 50, 16)
        place = block.index(b"TextIndexlong") + 13
        assert int.from_bytes(block[place : place + 4], "big") == number
        place = block.index(b"EngineDatatdta") + 14
        length = int.from_bytes(block[place : place + 4], "big")
        engine = block[place + 4 : place + 4 + length]
        assert engine.startswith(b"\n\n<<\n")
        assert engine.endswith(b"\n>>")
