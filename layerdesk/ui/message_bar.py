"""Messages that stop nobody: a strip above the canvas with a sentence, choices and a way to close it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

Kind = Literal["note", "warning", "error"]
Choice = tuple[str, Callable[[], object]]
_NOTE_STAYS = 8000
_MOST = 3


class Message(QFrame):
    """One sentence with its choices."""

    def __init__(self, text: str, *, kind: Kind, choices: tuple[Choice, ...], topic: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = text
        self.topic = topic
        self.has_choices = bool(choices)
        self.setObjectName("message_bar")
        self.setProperty("kind", kind)
        self.setAccessibleName(f"{kind.capitalize()}: {text}")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(6)
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        label.setSizePolicy(policy)
        row.addWidget(label, 1)
        for words, act in choices:
            row.addWidget(self._button(words, act))
        row.addWidget(self._button("Close", None))
        if kind == "note" and not choices:
            timer = QTimer(self)
            timer.setSingleShot(True)
            timer.timeout.connect(self.close_message)
            timer.start(_NOTE_STAYS)

    def close_message(self) -> None:
        self.hide()
        self.deleteLater()

    def _button(self, words: str, act: Callable[[], object] | None) -> QPushButton:
        button = QPushButton(words, self)
        button.setProperty("flat", act is None)
        button.setAccessibleName(words)

        def chosen(_checked: bool = False) -> None:
            self.close_message()
            if act is not None:
                act()

        button.clicked.connect(chosen)
        return button


class MessageBars(QWidget):
    """The strips that are open at the moment, newest last; the oldest goes when there are too many."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messages")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences on show, oldest first."""
        return tuple(message.text for message in self._open())

    def show_message(self, text: str, *, kind: Kind = "note", choices: tuple[Choice, ...] = (), topic: str = "") -> Message:
        """Show `text` (once: the same sentence again replaces itself). Each choice closes the strip and calls its function."""
        for old in self._open():
            if old.text == text:
                old.close_message()
        opened = self._open()
        if len(opened) >= _MOST:
            opened[0].close_message()
        message = Message(text, kind=kind, choices=choices, topic=topic, parent=self)
        self._column.addWidget(message)
        message.show()
        return message

    def clear(self, *, with_choices: bool = True) -> None:
        """Close all; without `with_choices` those that ask something stay."""
        for message in self._open():
            if with_choices or not message.has_choices:
                message.close_message()

    def drop_topic(self, topic: str) -> None:
        """Close those of this topic."""
        for message in self._open():
            if message.topic == topic:
                message.close_message()

    def _open(self) -> list[Message]:
        items = (self._column.itemAt(place) for place in range(self._column.count()))
        found = (item.widget() for item in items if item is not None)
        return [each for each in found if isinstance(each, Message) and not each.isHidden()]
