"""Photoshop descriptors, written with psd-tools' structures the way Photoshop writes them.

Photoshop ends class names and strings inside descriptors with a NUL that psd-tools leaves out; the makers here add it. Only the
low-level structures below `psd_tools.psd` are used, and no private attribute of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psd_tools.constants import Tag
from psd_tools.psd.base import BaseElement
from psd_tools.psd.descriptor import (
    Bool,
    Descriptor,
    DescriptorBlock,
    DescriptorBlock2,
    Double,
    Enumerated,
    Integer,
    List,
    RawData,
    String,
    UnitFloat,
)
from psd_tools.psd.tagged_blocks import TaggedBlock
from psd_tools.terminology import Unit

from layerdesk.document.colour import from_hex

NAME = "\0"
YES, NO = Bool(value=True), Bool(value=False)
Items = Sequence[tuple[bytes, Any]]
"""Keys and values of a descriptor, in order."""


def clean(text: str) -> str:
    """`text` as UTF-16 can hold it: a lone half of a surrogate pair becomes a question mark."""
    return text.encode("utf-16-be", "replace").decode("utf-16-be")


def obj(class_id: bytes, items: Items) -> Descriptor:
    contents: Any = list(items)
    return Descriptor(contents, name=NAME, classID=class_id)


def block(class_id: bytes, items: Items) -> DescriptorBlock:
    """A descriptor that stands alone, behind its version number 16."""
    contents: Any = list(items)
    return DescriptorBlock(contents, name=NAME, classID=class_id)


def block2(class_id: bytes, items: Items) -> DescriptorBlock2:
    """As `block`, behind one more version number, 1."""
    contents: Any = list(items)
    return DescriptorBlock2(contents, name=NAME, classID=class_id)


def string(value: str) -> String:
    return String(clean(value) + "\0")


def number(value: float) -> Double:
    return Double(float(value))


def integer(value: int) -> Integer:
    return Integer(value)


def choice(kind: bytes, value: bytes) -> Enumerated:
    return Enumerated(kind, value)


def sequence(items: Sequence[Any]) -> List:
    return List(list(items))


def raw(value: bytes) -> RawData:
    return RawData(value)


def pixels(value: float) -> UnitFloat:
    return UnitFloat(value, unit=Unit.Pixels)


def points(value: float) -> UnitFloat:
    return UnitFloat(value, unit=Unit.Points)


def percent(value: float) -> UnitFloat:
    return UnitFloat(value, unit=Unit.Percent)


def degrees(value: float) -> UnitFloat:
    return UnitFloat(value, unit=Unit.Angle)


def colour(hex_colour: str) -> Descriptor:
    """'#rrggbb' as Photoshop's RGB colour, channels 0..255."""
    red, green, blue = from_hex(hex_colour)
    return obj(b"RGBC", [(b"Rd  ", number(red)), (b"Grn ", number(green)), (b"Bl  ", number(blue))])


def point(x: Any, y: Any) -> Descriptor:
    return obj(b"Pnt ", [(b"Hrzn", x), (b"Vrtc", y)])


def sides(class_id: bytes, left: Any, top: Any, right: Any, bottom: Any, *, before: Items = ()) -> Descriptor:
    items = [*before, (b"Left", left), (b"Top ", top), (b"Rght", right), (b"Btom", bottom)]
    return obj(class_id, items)


def tagged(key: Tag, element: BaseElement) -> TaggedBlock:
    """The element, already serialised, as a block of a layer record."""
    return TaggedBlock(key=key, data=element.tobytes())
