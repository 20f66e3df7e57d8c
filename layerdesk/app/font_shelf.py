"""The installed fonts, looked up behind when the window opens."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from layerdesk.app import typesetting
from layerdesk.app.jobs import JobRunner
from layerdesk.layering.protocols import FontLibrary, JobContext


class FontShelf(QObject):
    """`fonts` is None until `loaded` was emitted."""

    loaded = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fonts: FontLibrary | None = None
        self.families: tuple[str, ...] = ()

    def load(self, runner: JobRunner) -> None:
        """Look through the font folders in the background."""
        job = runner.start("Look up fonts", _looked_up, lane="quiet", shown=False)
        job.succeeded.connect(self.put)

    @Slot(object)
    def put(self, found: tuple[FontLibrary, tuple[str, ...]]) -> None:
        """These are the fonts and the names of their families."""
        self.fonts, self.families = found
        self.loaded.emit()


def _looked_up(context: JobContext) -> tuple[FontLibrary, tuple[str, ...]]:
    context.check()
    fonts = typesetting.installed_fonts()
    return fonts, typesetting.families(fonts)
