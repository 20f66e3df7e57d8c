"""Building SVG elements."""

from __future__ import annotations

from lxml import etree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"


def add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A new last child of `parent`; an underscore in an attribute's name stands for a hyphen."""
    element = etree.SubElement(parent, f"{{{SVG}}}{tag}")
    for name, value in attributes.items():
        element.set(name.replace("_", "-"), value)
    return element


def number(value: float, *, places: int = 2) -> str:
    """The shortest decimal of at most `places` places."""
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def indent(element: etree._Element, *, depth: int = 0) -> None:
    """Put every element on a line of its own, but for what stands inside <text>, where white space shows."""
    if element.tag == f"{{{SVG}}}text" or len(element) == 0:
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        indent(child, depth=depth + 1)
        child.tail = element.text
    element[-1].tail = "\n" + "  " * depth
