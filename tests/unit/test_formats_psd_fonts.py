"""PostScript names as the fonts' own name tables have them."""

from __future__ import annotations

import pytest

from layerdesk.formats.psd_fonts import postscript_name


@pytest.mark.parametrize(
    ("family", "weight", "italic", "expected"),
    [
        ("Noto Sans", 700, False, "NotoSans-Bold"),
        ("Noto Sans", 400, False, "NotoSans-Regular"),
        ("Noto Sans", 400, True, "NotoSans-Italic"),
        ("Open Sans", 800, True, "OpenSans-ExtraBoldItalic"),
        ("Inter", 600, False, "Inter-SemiBold"),
        ("Arial", 400, False, "ArialMT"),
        ("arial", 700, False, "Arial-BoldMT"),
        ("Arial", 650, True, "Arial-BoldItalicMT"),
        ("Times New Roman", 400, True, "TimesNewRomanPS-ItalicMT"),
        ("Liberation Sans", 400, False, "LiberationSans"),
        ("Liberation Sans", 500, False, "LiberationSans"),
        ("Liberation Sans", 700, False, "LiberationSans-Bold"),
        ("DejaVu Sans", 900, True, "DejaVuSans-BoldOblique"),
        ("DejaVu Serif", 700, True, "DejaVuSerif-BoldItalic"),
        ("Courier", 400, False, "Courier"),
        ("Courier", 700, True, "Courier-BoldOblique"),
        ("Noto Sans CJK JP", 400, False, "NotoSansCJKjp-Regular"),
        ("Noto Serif CJK SC", 700, False, "NotoSerifCJKsc-Bold"),
        ("Source Sans 3", 700, True, "SourceSans3-BoldIt"),
        (" Roboto ", 100, False, "Roboto-Thin"),
        ("Roboto", 1000, False, "Roboto-Black"),
        ("Roboto", 1, False, "Roboto-Thin"),
        ("微软雅黑", 400, False, "MyriadPro-Regular"),
        ("A (b)/c%", 400, False, "Abc-Regular"),
    ],
)
def test_names(family: str, weight: int, italic: bool, expected: str) -> None:
    assert postscript_name(family, weight=weight, italic=italic) == expected
