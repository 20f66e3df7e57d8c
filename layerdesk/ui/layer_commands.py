"""The commands of the Edit, Layer and Review menus, from the session's selection to the session's document."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from layerdesk.app import clipboard, edit_commands, files, layering_job, review, typesetting
from layerdesk.app.edit_commands import Command, Outcome
from layerdesk.app.jobs import JobRunner
from layerdesk.app.layering_job import LayeringDesk
from layerdesk.app.session import Session
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import JobContext
from layerdesk.ui.file_commands import FileDesk
from layerdesk.ui.menus import Handler, call


class LayerDesk(QObject):
    """Refusals come as messages of the session; nothing here asks anything."""

    reveal_wanted = Signal(str)
    """The layer that review has come to: it is to be brought into sight."""
    reviewed = Signal()
    """What has been looked at changed."""

    def __init__(
        self, *, session: Session, runner: JobRunner, layering: LayeringDesk, files_desk: FileDesk, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._runner = runner
        self._layering = layering
        self._files = files_desk
        self._clip: clipboard.Clip | None = None
        self.seen: set[str] = set()
        """Ids of the layers that review has shown."""
        session.document_replaced.connect(self._forget)
        layering.layered.connect(self._forget)

    def handlers(self) -> dict[str, Handler]:
        """What each action's name calls."""
        found: dict[str, Handler] = {
            name: self._handler(command, heavy=name in edit_commands.HEAVY) for name, command in edit_commands.COMMANDS.items()
        }
        for way, (dx, dy) in edit_commands.NUDGES.items():
            for end, far in (("", 1), ("_far", edit_commands.FAR)):
                nudge = partial(edit_commands.nudge, dx=dx * far, dy=dy * far)
                found[f"edit.nudge_{way}{end}"] = self._handler(nudge)
        for percent in range(10, 101, 10):
            opacity = partial(edit_commands.set_opacity, opacity=percent / 100)
            found[f"layer.opacity_{percent}"] = self._handler(opacity)
        return {
            **found,
            "edit.undo": call(lambda: self._session.undo()),
            "edit.redo": call(lambda: self._session.redo()),
            "edit.cut": self.cut,
            "edit.copy": self.copy,
            "edit.paste": self.paste,
            "edit.select_all": call(lambda: self._select(edit_commands.select_all)),
            "edit.deselect": call(lambda: self._session.set_selection(())),
            "edit.select_above": call(lambda: self._step(up=True)),
            "edit.select_below": call(lambda: self._step(up=False)),
            "layer.run": call(lambda: self._layering.run(self._files.settings.recipe)),
            "layer.heal_background": self.heal,
            "layer.recognise_text": self.recognise,
            "review.next": call(lambda: self.review(forward=True)),
            "review.previous": call(lambda: self.review(forward=False)),
        }

    def run(self, command: Command, *, heavy: bool = False) -> None:
        """Apply a command to the selected layers, a heavy one to large layers behind; a refusal becomes a message."""
        document, ids = self._session.document, self._session.selection
        if document is None or not ids:
            return
        if heavy and edit_commands.pixels_of(document, ids) > edit_commands.INSTANT:
            job = self._runner.start("Compute layers", lambda _context: command(document, ids), lane="quiet")
            job.succeeded.connect(partial(self._on_computed, document))
            job.failed.connect(lambda text: self._session.message.emit(_sentence(text)))
            return
        try:
            outcome = command(document, ids)
        except LayerDeskError as error:
            self._session.message.emit(_sentence(str(error)))
            return
        self._take(outcome)

    def _on_computed(self, started_from: Document, outcome: Outcome) -> None:
        if self._session.document is started_from:
            self._take(outcome)
        else:
            self._session.message.emit(f"The picture was changed meanwhile; “{outcome.name}” was not done. Do it again.")

    def recolour(self, layer_id: str, *, colour: str) -> None:
        """Fill a shape with this colour, where it is still there."""
        document = self._session.document
        if document is None or layer_id not in document:
            return
        try:
            after = typesetting.recolour(document, layer_id, colour=colour)
        except LayerDeskError as error:
            self._session.message.emit(_sentence(str(error)))
            return
        self._session.apply(f"Fill {colour}", after)

    def _take(self, outcome: Outcome) -> None:
        self._session.apply(outcome.name, outcome.document, merge_key=outcome.merge_key)
        if outcome.selection is not None:
            self._session.set_selection(outcome.selection)

    def _handler(self, command: Command, *, heavy: bool = False) -> Handler:
        return call(lambda: self.run(command, heavy=heavy))

    def _select(self, choose: Callable[[Document], tuple[str, ...]]) -> None:
        if self._session.document is not None:
            self._session.set_selection(choose(self._session.document))

    def _step(self, *, up: bool) -> None:
        if self._session.document is not None:
            self._session.set_selection(edit_commands.step_selection(self._session.document, self._session.selection, up=up))

    # Clipboard

    def cut(self, _checked: bool = False) -> None:
        self.copy()
        self.run(edit_commands.delete)

    def copy(self, _checked: bool = False) -> None:
        """Keep the layers for a paste here at once; the picture for other programs follows when it is drawn."""
        document, ids = self._session.document, self._session.selection
        if document is None or not ids:
            return
        clip = self._clip = clipboard.copied(document, ids, token=uuid.uuid4().hex)
        mark = QMimeData()
        mark.setData(clipboard.MIME, clip.token.encode())
        QGuiApplication.clipboard().setMimeData(mark)

        def drawn(context: JobContext) -> tuple[object, bytes]:
            rgba = clipboard.picture_of(document, ids)
            context.check()
            return rgba, clipboard.encode_png(rgba)

        job = self._runner.start("Copy as a picture", drawn, lane="quiet", shown=False)
        job.succeeded.connect(partial(self._on_copied, clip))

    def _on_copied(self, clip: clipboard.Clip, drawn: tuple[object, bytes]) -> None:
        board = QGuiApplication.clipboard()
        if clipboard.token_of(board.mimeData() or QMimeData()) == clip.token:
            board.setMimeData(clipboard.mime_data(clip, *drawn))  # type: ignore[arg-type]

    def paste(self, _checked: bool = False) -> None:
        """Layers that were copied here; else a file or a picture from another program."""
        # An empty clipboard gives None, whatever the signature says.
        data = QGuiApplication.clipboard().mimeData() or QMimeData()
        clip = self._clip
        if clip is not None and clipboard.token_of(data) == clip.token and self._session.document is not None:
            above = self._session.selection[-1] if self._session.selection else None
            self._take(clipboard.paste(self._session.document, clip, above=above))
        elif data.hasImage():
            self._paste_image(QImage(data.imageData()))
        elif data.hasUrls() and data.urls()[0].isLocalFile():
            self._files.open_path(Path(data.urls()[0].toLocalFile()))
        else:
            self._session.message.emit("There is no picture and no layer on the clipboard.")

    def _paste_image(self, image: QImage) -> None:
        if image.isNull():
            self._session.message.emit("The picture on the clipboard cannot be read; copy it again.")
            return
        pixels = clipboard.pixels_of(image)
        document = self._session.document
        if document is not None:
            self._take(clipboard.paste_pixels(document, pixels, name="Pasted picture"))
            return
        limit = self._files.settings.max_pixels
        self._files.open_data(
            lambda _context: files.open_data(clipboard.encode_png(pixels), "Pasted picture.png", max_pixels=limit),
            name="pasted picture",
        )

    # Work behind

    def heal(self, _checked: bool = False) -> None:
        recipe = self._files.settings.recipe
        self._layering.run_on_document("Heal background", lambda document, context: layering_job.heal(document, recipe, context))

    def recognise(self, _checked: bool = False) -> None:
        recipe, ids = self._files.settings.recipe, self._session.selection
        if ids:
            self._layering.run_on_document(
                "Recognise text", lambda document, context: layering_job.recognise(document, ids[-1], recipe, context)
            )

    # Review

    def review(self, *, forward: bool) -> None:
        """Select the next layer by confidence and bring it into sight."""
        document, ids = self._session.document, self._session.selection
        if document is None:
            return
        layer_id = review.step(document, ids[-1] if ids else None, forward=forward)
        if layer_id is None:
            self._session.message.emit("There is nothing to review.")
            return
        self.seen.add(layer_id)
        self._session.set_selection((layer_id,))
        self.reveal_wanted.emit(layer_id)
        self.reviewed.emit()

    def left_to_review(self) -> int | None:
        """How many layers nobody has looked at; None where layering has found nothing yet."""
        document = self._session.document
        return review.left(document, self.seen) if document is not None and document.found else None

    def _forget(self, _layering: object = None) -> None:
        self.seen.clear()
        self.reviewed.emit()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if not text.endswith(".") else text
