"""Qt's actions, menus and tool bars, made from the table of actions and the keymap."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QToolBar, QWidget

from layerdesk.app.actions import ACTIONS, MENUS, TOOLS, Action
from layerdesk.app.keymap import Keymap
from layerdesk.ui import theme

Handler = Callable[[bool], object]
"""What an action calls; Qt hands it whether the action is checked."""
_TOP = (
    ("file.open", "file.save", "file.export"),
    ("edit.undo", "edit.redo"),
    ("layer.run", "layer.group", "layer.merge"),
    ("view.zoom_out", "view.zoom_in", "view.fit", "view.compare"),
    ("review.previous", "review.next"),
)


def call(act: Callable[[], object]) -> Handler:
    """A handler that does not care whether the action is checked."""

    def handler(_checked: bool = False) -> None:
        act()

    return handler


def make_actions(window: QMainWindow, *, canvas: QWidget, keymap: Keymap, handlers: Mapping[str, Handler]) -> dict[str, QAction]:
    """Every action of the table by its name, with its keys at work in the window (or on the canvas alone)."""
    group = QActionGroup(window)
    actions: dict[str, QAction] = {}
    for row in ACTIONS:
        action = actions[row.name] = _made(row, window, keymap)
        if row.name in TOOLS:
            group.addAction(action)
        if row.name in handlers:
            action.triggered.connect(handlers[row.name])
        (canvas if row.scope == "canvas" else window).addAction(action)
    return actions


def tooltip(row: Action, keymap: Keymap) -> str:
    """What the action does and the key for it."""
    keys = keymap.get(row.name, ())
    words = row.tip or row.text.replace("&", "").rstrip("…")
    return f"{words} ({shown_key(keys[0])})" if keys else words


def shown_key(sequence: str) -> str:
    """The key as this platform writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def fill_menu_bar(bar: QMenuBar, actions: Mapping[str, QAction]) -> None:
    for title in MENUS:
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        for row in ACTIONS:
            if row.menu == title:
                if row.separator:
                    menu.addSeparator()
                menu.addAction(actions[row.name])


def layer_menu(parent: QWidget, actions: Mapping[str, QAction]) -> QMenu:
    """The menu of the right button over a layer."""
    menu = QMenu(parent)
    names = (
        ("layer.rename", "edit.duplicate", "edit.delete"),
        ("layer.group", "layer.ungroup", "layer.merge", "layer.split"),
        ("layer.to_front", "layer.raise", "layer.lower", "layer.to_back"),
        ("layer.toggle_visible", "layer.toggle_lock"),
        ("layer.recognise_text", "layer.heal_background"),
    )
    for block in names:
        menu.addSeparator()
        menu.addActions([actions[name] for name in block])
    return menu


def top_bar(window: QMainWindow, actions: Mapping[str, QAction]) -> QToolBar:
    bar = _bar(window, "Main tools", "top_bar", Qt.ToolBarArea.TopToolBarArea)
    for place, block in enumerate(_TOP):
        if place:
            bar.addSeparator()
        bar.addActions([actions[name] for name in block])
    return bar


def tool_bar(window: QMainWindow, actions: Mapping[str, QAction]) -> QToolBar:
    bar = _bar(window, "Tools", "tool_bar", Qt.ToolBarArea.LeftToolBarArea)
    for name in TOOLS:
        if name in ("tool.rectangle", "tool.text", "tool.picker"):
            bar.addSeparator()
        bar.addAction(actions[name])
    return bar


def _bar(window: QMainWindow, title: str, name: str, area: Qt.ToolBarArea) -> QToolBar:
    bar = QToolBar(title, window)
    bar.setObjectName(name)
    bar.setAccessibleName(title)
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    window.addToolBar(area, bar)
    return bar


def _made(row: Action, window: QMainWindow, keymap: Keymap) -> QAction:
    action = QAction(theme.icon(row.name), row.text, window)
    action.setObjectName(row.name)
    action.setCheckable(row.checkable)
    action.setToolTip(tooltip(row, keymap))
    action.setStatusTip(row.tip)
    keys = [QKeySequence(each) for each in keymap.get(row.name, ())]
    if row.scope != "held":
        action.setShortcuts(keys)
    if row.scope == "canvas":
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    return action
