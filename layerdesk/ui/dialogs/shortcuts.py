"""The sheet of all keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from layerdesk.app.actions import ACTIONS
from layerdesk.app.keymap import Keymap
from layerdesk.ui.menus import shown_key

_OTHER = (
    ("Pan", "Hold Space and drag, or drag with the middle button"),
    ("Zoom at the pointer", "Ctrl and wheel, or Alt and wheel"),
    ("Keep to an axis while dragging", "Shift"),
    ("Take back a gesture", "Esc"),
    ("Show one layer alone", "Alt and click on its eye"),
)


class ShortcutsDialog(QDialog):
    """Every action with its keys, by menu, with a search line."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(520, 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the shortcuts")
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Keyboard shortcuts")
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Action", "Keys"])
        self.tree.setColumnWidth(0, 260)
        self.tree.setRootIsDecorated(False)
        self._fill(keymap)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        for each in (self.search, self.tree, buttons):
            column.addWidget(each)

    def _fill(self, keymap: Keymap) -> None:
        sections: dict[str, QTreeWidgetItem] = {}
        rows = [(row.menu.replace("&", "") or "On the canvas", row.text, keymap.get(row.name, ())) for row in ACTIONS]
        for title, text, keys in rows:
            if keys:
                words = text.replace("&", "").rstrip("…")
                self._section(sections, title).addChild(QTreeWidgetItem([words, "   ".join(shown_key(each) for each in keys)]))
        for words, how in _OTHER:
            self._section(sections, "Mouse").addChild(QTreeWidgetItem([words, how]))
        self.tree.expandAll()

    def _section(self, sections: dict[str, QTreeWidgetItem], title: str) -> QTreeWidgetItem:
        if title not in sections:
            item = sections[title] = QTreeWidgetItem([title])
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(item)
        return sections[title]

    def _filter(self, words: str) -> None:
        wanted = words.casefold().strip()
        heads = [self.tree.topLevelItem(place) for place in range(self.tree.topLevelItemCount())]
        for head in (each for each in heads if each is not None):
            children = [head.child(row) for row in range(head.childCount())]
            hidden = [wanted not in f"{child.text(0)} {child.text(1)}".casefold() for child in children if child is not None]
            for child, hide in zip(children, hidden, strict=True):
                if child is not None:
                    child.setHidden(hide)
            head.setHidden(all(hidden))
