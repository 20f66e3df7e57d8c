"""Words and style being changed: drawn behind, the newest wish only, and put in as steps of one gesture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from layerdesk.app import typesetting
from layerdesk.app.font_shelf import FontShelf
from layerdesk.app.jobs import Job, JobRunner
from layerdesk.app.session import Session
from layerdesk.document.layers import TextLayer
from layerdesk.document.style import TextStyle
from layerdesk.layering.protocols import JobContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a text layer is to become."""

    layer_id: str
    text: str
    style: TextStyle
    name: str
    """Of the step."""
    merge_key: str


class Retyping(QObject):
    """`settled` comes when no wish is left to be drawn. A wish is dropped where its layer changed otherwise meanwhile."""

    settled = Signal()

    def __init__(self, session: Session, runner: JobRunner, shelf: FontShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._shelf = shelf
        self._wish: Wish | None = None
        self._drawing: Wish | None = None
        self._layer: TextLayer | None = None
        """The layer that is being drawn anew; None once it changed otherwise."""
        session.document_changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        return self._drawing is not None

    @property
    def newest(self) -> Wish | None:
        """What is wished for but not yet in the document."""
        return self._wish or (self._drawing if self._layer is not None else None)

    def ask(self, wish: Wish) -> None:
        """Draw this, in place of what was asked for before and is not begun yet."""
        self._wish = wish
        self._start()

    def _start(self) -> None:
        if self._drawing is not None:
            return
        wish, self._wish = self._wish, None
        layer, fonts = self._layer_of(wish), self._shelf.fonts
        if wish is None or layer is None or fonts is None or (layer.block.text, layer.block.style) == (wish.text, wish.style):
            self.settled.emit()
            return

        def drawn(context: JobContext) -> typesetting.Drawn:
            context.check()
            return typesetting.draw(layer.block, text=wish.text, style=wish.style, fonts=fonts)

        self._drawing, self._layer = wish, layer
        job = self._runner.start("Draw text", drawn, lane="quiet", shown=False)
        job.succeeded.connect(partial(self._on_drawn, wish))
        job.failed.connect(self._session.message)
        job.finished.connect(partial(self._on_finished, job))

    def _on_drawn(self, wish: Wish, drawn: typesetting.Drawn) -> None:
        document = self._session.document
        if document is not None and self._layer is not None and self._layer_of(wish) is self._layer:
            after = typesetting.put(document, wish.layer_id, drawn)
            self._drawing = None
            self._session.apply(wish.name, after, merge_key=wish.merge_key)

    def _on_finished(self, _job: Job) -> None:
        self._drawing = None
        self._start()

    @Slot(object)
    def _on_changed(self, _change: object) -> None:
        """Where the layer was changed by something else, such as an undo, what was wished for no longer counts."""
        if self._drawing is not None and self._layer_of(self._drawing) is not self._layer:
            self._layer = self._wish = None

    def _layer_of(self, wish: Wish | None) -> TextLayer | None:
        document = self._session.document
        layer = document.layer(wish.layer_id) if document is not None and wish is not None and wish.layer_id in document else None
        return layer if isinstance(layer, TextLayer) else None
