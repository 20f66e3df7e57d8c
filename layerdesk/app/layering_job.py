"""Layering as a background job: the picture shows at once, the layers come as one step when they are ready."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from layerdesk.app.jobs import Job, JobRunner
from layerdesk.app.session import Session
from layerdesk.document.document import Document, SourceImage
from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import JobContext
from layerdesk.layering.recipe import EngineSet, Recipe

if TYPE_CHECKING:
    from layerdesk.layering.pipeline import Layering

STEP = "Layer the picture"
LayerImage = Callable[[SourceImage, Recipe, JobContext], "Layering"]


def layer_source(source: SourceImage, recipe: Recipe, context: JobContext) -> Layering:
    """Take the picture apart with the engines of the recipe. Runs in a worker."""
    from layerdesk.layering.pipeline import layer_image

    return layer_image(source, recipe=recipe, engines=engines_of(recipe), context=context)


def engines_of(recipe: Recipe) -> EngineSet:
    """The engines of the recipe; heavy libraries are loaded when they are first used."""
    from layerdesk.engines.registry import engine_set

    return engine_set(recipe)


def flat(source: SourceImage) -> Document:
    """The picture as one background layer."""
    from layerdesk.layering.pipeline import flat_document

    return flat_document(source)


def heal(document: Document, recipe: Recipe, context: JobContext) -> Document:
    """The fill behind the layers computed again. Runs in a worker."""
    from layerdesk.layering.background import refill_background

    return refill_background(document, engines=engines_of(recipe), context=context)


def recognise(document: Document, layer_id: str, recipe: Recipe, context: JobContext) -> Document:
    """The words of the layer read again. Runs in a worker."""
    from layerdesk.layering.recognise import recognise_layer

    engines = engines_of(recipe)
    if engines.recogniser is None:
        raise LayerDeskError(engines.notes[0] if engines.notes else "no text recogniser is chosen; choose one in the settings")
    return recognise_layer(document, layer_id, engines=engines, context=context)


class LayeringDesk(QObject):
    """Runs work that gives a new document, and puts the answer in only where nobody has worked on meanwhile."""

    layered = Signal(object)
    """The Layering that became the document."""
    offered = Signal(str, object)
    """A step's name and a document that is ready, while the picture was changed: somebody has to choose."""
    warned = Signal(str)
    failed = Signal(str)
    state_changed = Signal()

    def __init__(
        self, session: Session, runner: JobRunner, *, layer: LayerImage = layer_source, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._layer = layer
        self._job: Job | None = None
        session.document_replaced.connect(self.cancel)

    @property
    def running(self) -> bool:
        """Whether the picture is being layered."""
        return self._job is not None

    def run(self, recipe: Recipe) -> Job | None:
        """Layer the source image of the open document; None where there is none or it is being layered."""
        document = self._session.document
        if document is None or self._job is not None:
            return None
        job = self._runner.start(STEP, partial(_layered, self._layer, document.source, recipe))
        self._job = job
        job.succeeded.connect(partial(self._on_layered, document))
        job.failed.connect(self.failed)
        job.finished.connect(partial(self._on_finished, job))
        self.state_changed.emit()
        return job

    def run_on_document(self, title: str, work: Callable[[Document, JobContext], Document]) -> Job | None:
        """Run `work` on the document as it stands; its answer becomes a step called `title`."""
        document = self._session.document
        if document is None:
            return None
        job = self._runner.start(title, partial(work, document))
        job.succeeded.connect(partial(self._on_document, title, document))
        job.failed.connect(self.failed)
        return job

    def cancel(self) -> None:
        """Stop layering; another document may be open already."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.state_changed.emit()

    def _on_layered(self, started_from: Document, layering: Layering) -> None:
        self._on_document(STEP, started_from, layering.document)
        if self._session.document is layering.document:
            self.layered.emit(layering)
        if self._same_picture(started_from):
            for warning in layering.warnings:
                self.warned.emit(warning)

    def _on_document(self, name: str, started_from: Document, answer: Document) -> None:
        if self._session.document is started_from:
            self._session.apply(name, answer)
        elif self._same_picture(started_from):
            self.offered.emit(name, answer)

    def _same_picture(self, started_from: Document) -> bool:
        document = self._session.document
        return document is not None and document.source is started_from.source

    def _on_finished(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self.state_changed.emit()


def _layered(layer: LayerImage, source: SourceImage, recipe: Recipe, context: JobContext) -> Layering:
    return layer(source, recipe, context)
