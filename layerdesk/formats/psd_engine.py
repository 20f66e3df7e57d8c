"""Engine data: the markup in which Photoshop's type layers hold characters, paragraphs, fonts and styles.

The set of keys is the one that Photoshop itself writes; readers need all of it. Floats keep their decimal point, since the
type of a number is told by its spelling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layerdesk.formats.psd_descriptor import clean

_JUSTIFICATION = {"left": 0, "right": 1, "center": 2, "justify": 0}
"""Point text has no width to be justified to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A run of characters in one style. Lengths in pixels of the canvas."""

    paragraphs: tuple[str, ...]
    font: str
    """PostScript name."""
    size: float
    leading: float
    tracking: int
    """Thousandths of the size."""
    rgb: tuple[int, int, int]
    """0..255"""
    align: str


def units(text: str) -> int:
    """Length in UTF-16 units, as Photoshop counts: an emoji is two."""
    return len(text.encode("utf-16-be")) // 2


def engine_data(typed: Type) -> bytes:
    """The engine data of a piece of point text."""
    text = "".join(f"{clean(paragraph)}\r" for paragraph in typed.paragraphs)
    lengths = [units(clean(paragraph)) + 1 for paragraph in typed.paragraphs]
    style, paragraph = _style(typed), _paragraph(typed)
    adjustments = {"Axis": [1.0, 0.0, 1.0], "XY": [0.0, 0.0]}
    resources = _resources(typed)
    return serialise(
        {
            "EngineDict": {
                "Editor": {"Text": text},
                "ParagraphRun": {
                    "DefaultRunData": {"ParagraphSheet": {"DefaultStyleSheet": 0, "Properties": {}}, "Adjustments": adjustments},
                    "RunArray": [
                        {"ParagraphSheet": {"DefaultStyleSheet": 0, "Properties": paragraph}, "Adjustments": adjustments}
                        for _ in lengths
                    ],
                    "RunLengthArray": lengths,
                    "IsJoinable": 1,
                },
                "StyleRun": {
                    "DefaultRunData": {"StyleSheet": {"StyleSheetData": {}}},
                    "RunArray": [{"StyleSheet": {"StyleSheetData": style}}],
                    "RunLengthArray": [sum(lengths)],
                    "IsJoinable": 2,
                },
                "GridInfo": {
                    "GridIsOn": False,
                    "ShowGrid": False,
                    "GridSize": 18.0,
                    "GridLeading": 22.0,
                    "GridColor": _colour((0, 0, 255)),
                    "GridLeadingFillColor": _colour((0, 0, 255)),
                    "AlignLineHeightToGridFlags": False,
                },
                "AntiAlias": 4,
                "UseFractionalGlyphWidths": True,
                "Rendered": {"Version": 1, "Shapes": {"WritingDirection": 0, "Children": [_shape()]}},
            },
            "ResourceDict": resources,
            "DocumentResources": resources,
        }
    )


def serialise(tree: Mapping[str, Any]) -> bytes:
    """The markup of nested mappings, sequences, strings, numbers and truths."""
    out = bytearray(b"\n\n")
    _write_mapping(out, tree, 0)
    return bytes(out)


def _write_mapping(out: bytearray, tree: Mapping[str, Any], depth: int) -> None:
    tabs = b"\t" * depth
    out += tabs + b"<<\n"
    for key, value in tree.items():
        out += tabs + b"\t/" + key.encode("ascii")
        if isinstance(value, Mapping):
            out += b"\n"
            _write_mapping(out, value, depth + 1)
        else:
            out += b" "
            _write_value(out, value, depth + 1)
        out += b"\n"
    out += tabs + b">>"


def _write_value(out: bytearray, value: Any, depth: int) -> None:
    if isinstance(value, str):
        out += _quoted(value)
    elif isinstance(value, bool):
        out += b"true" if value else b"false"
    elif isinstance(value, int):
        out += b"%d" % value
    elif isinstance(value, float):
        out += _decimal(value)
    elif any(isinstance(item, Mapping) for item in value):
        out += b"[\n"
        for item in value:
            _write_mapping(out, item, depth)
            out += b"\n"
        out += b"\t" * depth + b"]"
    else:
        out += b"["
        for item in value:
            out += b" "
            _write_value(out, item, depth)
        out += b" ]"


def _quoted(text: str) -> bytes:
    """UTF-16 behind its mark, each byte that is a bracket or a backslash escaped."""
    data = b"\xfe\xff" + text.encode("utf-16-be")
    for mark in (b"\\", b"(", b")"):
        data = data.replace(mark, b"\\" + mark)
    return b"(" + data + b")"


def _decimal(value: float) -> bytes:
    digits = f"{value:.8f}".rstrip("0")
    if digits.endswith("."):
        return f"{digits}0".replace("-0.0", "0.0").encode("ascii")
    return (digits.replace("0.", ".", 1) if abs(value) < 1 else digits).encode("ascii")


def _colour(rgb: tuple[int, int, int]) -> dict[str, Any]:
    return {"Type": 1, "Values": [1.0, *(channel / 255 for channel in rgb)]}


def _shape() -> dict[str, Any]:
    base = {"ShapeType": 0, "TransformPoint0": [1.0, 0.0], "TransformPoint1": [0.0, 1.0], "TransformPoint2": [0.0, 0.0]}
    return {
        "ShapeType": 0,
        "Procession": 0,
        "Lines": {"WritingDirection": 0, "Children": []},
        "Cookie": {"Photoshop": {"ShapeType": 0, "PointBase": [0.0, 0.0], "Base": base}},
    }


def _style(typed: Type) -> dict[str, Any]:
    return {
        "Font": 0,
        "FontSize": float(typed.size),
        "FauxBold": False,
        "FauxItalic": False,
        "AutoLeading": False,
        "Leading": float(typed.leading),
        "HorizontalScale": 1.0,
        "VerticalScale": 1.0,
        "Tracking": typed.tracking,
        "AutoKerning": True,
        "Kerning": 0,
        "BaselineShift": 0.0,
        "FontCaps": 0,
        "FontBaseline": 0,
        "Underline": False,
        "Strikethrough": False,
        "Ligatures": True,
        "DLigatures": False,
        "BaselineDirection": 2,
        "Tsume": 0.0,
        "StyleRunAlignment": 2,
        "Language": 0,
        "NoBreak": False,
        "FillColor": _colour(typed.rgb),
        "StrokeColor": _colour((0, 0, 0)),
        "FillFlag": True,
        "StrokeFlag": False,
        "FillFirst": True,
        "YUnderline": 1,
        "OutlineWidth": 1.0,
        "CharacterDirection": 0,
        "HindiNumbers": False,
        "Kashida": 1,
        "DiacriticPos": 2,
    }


def _paragraph(typed: Type) -> dict[str, Any]:
    return {
        "Justification": _JUSTIFICATION[typed.align],
        "FirstLineIndent": 0.0,
        "StartIndent": 0.0,
        "EndIndent": 0.0,
        "SpaceBefore": 0.0,
        "SpaceAfter": 0.0,
        "AutoHyphenate": False,
        "HyphenatedWordSize": 6,
        "PreHyphen": 2,
        "PostHyphen": 2,
        "ConsecutiveHyphens": 8,
        "Zone": 36.0,
        "WordSpacing": [0.8, 1.0, 1.33],
        "LetterSpacing": [0.0, 0.0, 0.0],
        "GlyphSpacing": [1.0, 1.0, 1.0],
        "AutoLeading": 1.2,
        "LeadingType": 0,
        "Hanging": False,
        "Burasagari": False,
        "KinsokuOrder": 0,
        "EveryLineComposer": False,
    }


_KINSOKU: Sequence[Mapping[str, str]] = (
    {
        "Name": "PhotoshopKinsokuHard",
        "NoStart": "、。，．・：；？！ー―’”）〕］｝〉》」』】ヽヾゝゞ々ぁぃぅぇぉっゃゅょゎ"
        "ァィゥェォッャュョヮヵヶ゛゜?!)]},.:;℃℉¢％‰",
        "NoEnd": "‘“（〔［｛〈《「『【([{￥＄£＠§〒＃",
        "Keep": "―‥",
        "Hanging": "、。.,",
    },
    {
        "Name": "PhotoshopKinsokuSoft",
        "NoStart": "、。，．・：；？！’”）〕］｝〉》」』】ヽヾゝゞ々",
        "NoEnd": "‘“（〔［｛〈《「『【",
        "Keep": "―‥",
        "Hanging": "、。.,",
    },
)
"""Photoshop's own tables of characters that no line starts or ends with, in Japanese and Chinese text."""


def _resources(typed: Type) -> dict[str, Any]:
    return {
        "KinsokuSet": _KINSOKU,
        "MojiKumiSet": [{"InternalName": f"Photoshop6MojiKumiSet{number}"} for number in (1, 2, 3, 4)],
        "TheNormalStyleSheet": 0,
        "TheNormalParagraphSheet": 0,
        "ParagraphSheetSet": [{"Name": "Normal RGB", "DefaultStyleSheet": 0, "Properties": _paragraph(typed)}],
        "StyleSheetSet": [{"Name": "Normal RGB", "StyleSheetData": _style(typed)}],
        "FontSet": [
            {"Name": typed.font, "Script": 0, "FontType": 0, "Synthetic": 0},
            {"Name": "AdobeInvisFont", "Script": 0, "FontType": 0, "Synthetic": 0},
        ],
        "SuperscriptSize": 0.583,
        "SuperscriptPosition": 0.333,
        "SubscriptSize": 0.583,
        "SubscriptPosition": 0.333,
        "SmallCapSize": 0.7,
    }
