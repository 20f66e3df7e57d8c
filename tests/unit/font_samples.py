"""Small fonts made on the spot: every letter a rectangle, so that each measure is known."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

EM = 1000


def _block(left: int, bottom: int, right: int, top: int) -> Glyph:
    pen = TTGlyphPen(None)
    pen.moveTo((left, bottom))
    pen.lineTo((left, top))
    pen.lineTo((right, top))
    pen.lineTo((right, bottom))
    pen.closePath()
    return pen.glyph()


def font(
    family: str = "Blocks",
    style: str = "Regular",
    *,
    letters: str = "AB",
    weight: int = 400,
    italic: bool = False,
    width: int = 5,
    weights: bool = False,
    ranges: tuple[int, ...] = (0,),
) -> TTFont:
    """A font whose letters are 500 wide, 700 high blocks with 50 on either side, 'p' reaching 200 below the baseline.

    With `weights` it is a variable font from 400 to 700 with the named instances Regular and Bold.
    """
    builder = FontBuilder(EM, isTTF=True)
    names = {ord(letter): f"g{ord(letter):04X}" for letter in (*letters, " ")}
    order = [".notdef", *names.values()]
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    glyphs = {name: _block(50, -200 if name == "g0070" else 0, 550, 700) for name in order}
    glyphs["g0020"] = Glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (300, 0) if name == "g0020" else (600, 50) for name in order})
    builder.setupHorizontalHeader(ascent=800, descent=-200, lineGap=90)
    plain = f"{family.replace(' ', '')}-{style.replace(' ', '')}"
    builder.setupNameTable({"familyName": family, "styleName": style, "psName": plain, "fullName": f"{family} {style}"})
    selection = (1 if italic else 0) | (32 if weight >= 700 else 0) or 64
    builder.setupOS2(
        usWeightClass=weight, usWidthClass=width, fsSelection=selection, sCapHeight=700, sxHeight=480, version=4,
        sTypoAscender=750, sTypoDescender=-250, sTypoLineGap=100, usWinAscent=900, usWinDescent=300,
    )  # fmt: skip
    builder.font["OS/2"].setUnicodeRanges(set(ranges))
    builder.font["OS/2"].ulCodePageRange1 = 1 << 17 if 59 in ranges else 1
    builder.setupPost()
    if weights:
        instances = [{"location": {"wght": w}, "stylename": s} for w, s in ((400, "Regular"), (700, "Bold"))]
        builder.setupFvar([("wght", 400, 400, 700, "Weight")], instances)
        builder.setupGvar({})
    return builder.font


def save(made: TTFont, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made.save(folder / name)
    return folder / name


def save_collection(fonts: list[TTFont], folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    collection = TTCollection()
    collection.fonts = fonts
    collection.save(folder / name)
    return folder / name
