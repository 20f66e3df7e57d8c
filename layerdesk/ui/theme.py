"""The dark theme: palette, style sheet and icons in its colours."""

from __future__ import annotations

import json
from functools import cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from layerdesk.resources import resource

_ICON_SIZES = (16, 20, 24, 32, 40, 48)


@cache
def colours() -> dict[str, str]:
    """The theme's colours by name, '#rrggbb'."""
    found: dict[str, str] = json.loads(resource("themes", "dark.json").read_text("utf-8"))["colours"]
    return found


def colour(name: str) -> QColor:
    return QColor(colours()[name])


def apply(application: QApplication) -> None:
    """Give the whole application the dark theme."""
    application.setStyle("Fusion")
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet())


def style_sheet() -> str:
    """The style sheet with its colour names resolved."""
    text = resource("themes", "dark.qss").read_text("utf-8").replace("@themes", resource("themes").as_posix())
    for name in sorted(colours(), key=len, reverse=True):
        text = text.replace(f"@{name}", colours()[name])
    return text


@cache
def icon(name: str) -> QIcon:
    """The icon of this name in the theme's text colour, dimmed where disabled; an empty one where there is no such file."""
    path = resource("icons", f"{name}.svg")
    if not path.is_file():
        return QIcon()
    text, made = path.read_text("utf-8"), QIcon()
    for mode, shade in ((QIcon.Mode.Normal, "text"), (QIcon.Mode.Disabled, "faint")):
        for side in _ICON_SIZES:
            made.addPixmap(_drawn(text, side=side, shade=colours()[shade]), mode)
    return made


def _drawn(text: str, *, side: int, shade: str) -> QPixmap:
    """The SVG drawn in one colour: what it paints is its coverage, so any ink in the file takes the theme's."""
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", "#ffffff").encode()))
    with QPainter(pixmap) as painter:
        renderer.render(painter)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(pixmap.rect(), QColor(shade))
    return pixmap


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    names = {
        role.Window: "window", role.WindowText: "text", role.Base: "field", role.AlternateBase: "panel", role.Text: "text",
        role.Button: "raised", role.ButtonText: "text", role.BrightText: "error", role.Highlight: "selection",
        role.HighlightedText: "text", role.ToolTipBase: "raised", role.ToolTipText: "text", role.PlaceholderText: "faint",
        role.Link: "accent", role.Mid: "line", role.Dark: "field", role.Light: "hover", role.Shadow: "canvas",
    }  # fmt: skip
    for each, name in names.items():
        palette.setColor(each, colour(name))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, colour("faint"))
    return palette
