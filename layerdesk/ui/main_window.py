"""The main window: puts the canvas, the panels, the actions and the commands together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QCursor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from layerdesk.app import clipboard, files, keymap
from layerdesk.app.actions import MENUS, TOOLS, State, usable
from layerdesk.app.autosave import SECONDS, Autosave
from layerdesk.app.font_shelf import FontShelf
from layerdesk.app.jobs import JobRunner
from layerdesk.app.layering_job import STEP, LayerImage, LayeringDesk, layer_source
from layerdesk.app.retyping import Retyping
from layerdesk.app.session import Session
from layerdesk.app.settings import Settings
from layerdesk.app.thumbnails import Thumbnails
from layerdesk.document.document import Document
from layerdesk.document.layers import ShapeLayer, kind_of
from layerdesk.layering.protocols import JobContext
from layerdesk.ui import menus
from layerdesk.ui.canvas.view import CanvasView
from layerdesk.ui.dialogs.settings import SettingsDialog
from layerdesk.ui.dialogs.shortcuts import ShortcutsDialog
from layerdesk.ui.file_commands import FileDesk
from layerdesk.ui.held_key import HeldKey, WheelZoom
from layerdesk.ui.layer_commands import LayerDesk
from layerdesk.ui.menus import call
from layerdesk.ui.message_bar import Choice, MessageBars
from layerdesk.ui.options_bar import OptionsBar
from layerdesk.ui.panels.history import HistoryPanel
from layerdesk.ui.panels.jobs import JobsPanel
from layerdesk.ui.panels.layers import LayersPanel
from layerdesk.ui.panels.properties import PropertiesPanel
from layerdesk.ui.status_bar import PointerReadout, StatusBar
from layerdesk.ui.welcome import Welcome

_SIDE_WIDTH = 320
_ABOUT_DOCUMENT = "document"
"""Topic of the messages that are about the open document and go with it."""


class MainWindow(QMainWindow):
    """One document at a time. `closed` comes after the last question was answered and all work has been told to stop."""

    closed = Signal(bool)
    """Whether every job has stopped."""

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        layer: LayerImage = layer_source,
        recovery_seconds: float = SECONDS,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAccessibleName("LayerDesk")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self._leaving = False
        self.session = Session(self)
        self.runner = JobRunner(self)
        self.messages = MessageBars(self)
        self.layering = LayeringDesk(self.session, self.runner, layer=layer, parent=self)
        self.files = FileDesk(
            session=self.session,
            runner=self.runner,
            layering=self.layering,
            settings=settings or Settings(),
            messages=self.messages,
            window=self,
        )
        self.commands = LayerDesk(
            session=self.session, runner=self.runner, layering=self.layering, files_desk=self.files, window=self
        )
        self.autosave = Autosave(self.session, self.runner, log=self.files.log_now, seconds=recovery_seconds, parent=self)
        self.fonts = FontShelf(self)
        self.retyping = Retyping(self.session, self.runner, self.fonts, self)
        self.thumbnails = Thumbnails(self.runner, self)
        self.canvas = CanvasView(self.session, self, run_job=self._run_job)
        self.welcome = Welcome(open_dialog=self.files.open, open_path=self.files.open_path, parent=self)
        self.keymap = keymap.load()
        self.actions_by_name = menus.make_actions(self, canvas=self.canvas, keymap=self.keymap, handlers=self._handlers())
        self._build()
        self._connect()
        self.fonts.load(self.runner)
        self._refresh()
        self._restore_places()

    def action(self, name: str) -> QAction:
        return self.actions_by_name[name]

    # Building

    def _build(self) -> None:
        self._recent_menu = QMenu("Open recent", self)
        self.action("file.open_recent").setMenu(self._recent_menu)
        menus.fill_menu_bar(self.menuBar(), self.actions_by_name)
        self.options = OptionsBar(self.session, self)
        menus.top_bar(self, self.actions_by_name).addWidget(self.options)
        menus.tool_bar(self, self.actions_by_name)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.canvas)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(centre)
        self.layers = LayersPanel(self.session, self.thumbnails, self)
        self.properties = PropertiesPanel(self.session, self.fonts, self.retyping, self)
        self.history = HistoryPanel(self.session, self)
        self.jobs = JobsPanel(self.runner, self)
        self._docks = {
            name: self._dock(title, name, panel)
            for title, name, panel in (
                ("Layers", "layers_dock", self.layers),
                ("Properties", "properties_dock", self.properties),
                ("History", "history_dock", self.history),
                ("Jobs", "jobs_dock", self.jobs),
            )
        }
        docks = list(self._docks.values())
        self.splitDockWidget(docks[0], docks[1], Qt.Orientation.Vertical)
        self.tabifyDockWidget(docks[1], docks[2])
        self.tabifyDockWidget(docks[1], docks[3])
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.resizeDocks(docks[:1], [_SIDE_WIDTH], Qt.Orientation.Horizontal)
        for dock in docks[1:]:
            # Their tabs name them already.
            dock.setTitleBarWidget(QWidget(dock))
        self.resizeDocks(docks[:2], [1, 1], Qt.Orientation.Vertical)
        docks[1].raise_()
        self.status = StatusBar(self.runner, self)
        self.setStatusBar(self.status)
        view_menu = self.menuBar().actions()[MENUS.index("&View")].menu()
        if isinstance(view_menu, QMenu):
            view_menu.addSeparator()
            view_menu.addActions([dock.toggleViewAction() for dock in docks])
        self.resize(1440, 900)

    def _dock(self, title: str, name: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setAccessibleName(title)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setWidget(panel)
        dock.setMinimumWidth(260)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        return dock

    def _handlers(self) -> dict[str, menus.Handler]:
        return {
            **self.commands.handlers(),
            "file.new": self.files.new,
            "file.open": self.files.open,
            "file.open_recent": call(lambda: self._recent_menu.popup(QCursor.pos())),
            "file.save": call(lambda: self.when_settled(self.files.save)),
            "file.save_as": call(lambda: self.when_settled(self.files.save_as)),
            "file.export": call(lambda: self.when_settled(self.files.export)),
            "layer.rename": call(lambda: self.layers.rename_current()),
            "view.zoom_in": call(lambda: self.canvas.zoom_in()),
            "view.zoom_out": call(lambda: self.canvas.zoom_out()),
            "view.fit": call(lambda: self.canvas.fit()),
            "view.actual_size": call(lambda: self.canvas.actual_size()),
            "view.compare": self.session.set_comparing,
            "view.full_screen": self._full_screen,
            "help.shortcuts": self._show_shortcuts,
            "app.settings": self._show_settings,
            "app.quit": call(lambda: self.close()),
            "brush.smaller": call(lambda: self.options.change_size(larger=False)),
            "brush.larger": call(lambda: self.options.change_size(larger=True)),
            "brush.softer": call(lambda: self.options.change_hardness(harder=False)),
            "brush.harder": call(lambda: self.options.change_hardness(harder=True)),
            **{name: self._tool_handler(name) for name in TOOLS},
        }

    def _tool_handler(self, name: str) -> menus.Handler:
        return call(lambda: self.session.set_tool(name))

    def _connect(self) -> None:
        session, view = self.session, self.canvas
        session.document_changed.connect(self._refresh)
        session.document_replaced.connect(self._on_replaced)
        session.selection_changed.connect(self._refresh)
        session.file_changed.connect(self._show_title)
        session.tool_changed.connect(self._show_tool)
        session.compare_changed.connect(self.action("view.compare").setChecked)
        session.message.connect(self.messages.show_message)
        self.layering.state_changed.connect(self._refresh)
        self.layering.failed.connect(lambda text: self.messages.show_message(text, kind="error"))
        self.layering.warned.connect(lambda text: self.messages.show_message(text, kind="warning"))
        self.layering.offered.connect(self._on_offered)
        self.files.settings_changed.connect(self._on_settings)
        self.files.recovered.connect(self.autosave.adopt)
        self.autosave.failed.connect(lambda text: self.messages.show_message(text, kind="warning"))
        self.commands.reviewed.connect(self._show_review)
        self.commands.reveal_wanted.connect(self._reveal)
        self.layers.menu_wanted.connect(self._show_layer_menu)
        view.zoom_changed.connect(self.status.show_zoom)
        view.pointer_moved.connect(PointerReadout(session, self.status).moved)
        view.edit_text_requested.connect(self._edit_text)
        view.colour_picked.connect(self._on_picked)
        for key in self.keymap["view.compare"]:
            HeldKey(key, session.set_comparing, self)
        self._wheel = WheelZoom(view)
        self._on_settings(self.files.settings)
        self._show_tool(session.tool)

    # Following

    @Slot()
    def _refresh(self) -> None:
        """Which actions can be used, and the words of undo and redo."""
        session, document, store = self.session, self.session.document, self.session.store
        chosen = [document.layer(each) for each in session.selection] if document is not None else []
        state = State(
            open=document is not None,
            layering=self.layering.running,
            can_undo=store is not None and store.can_undo,
            can_redo=store is not None and store.can_redo,
            selected=len(chosen),
            selected_kinds=frozenset(kind_of(layer) for layer in chosen),
            holds_layers=document is not None and len(document.layers) > 1,
            has_recent=bool(self.files.settings.recent),
        )
        can = usable(state)
        for name, action in self.actions_by_name.items():
            action.setEnabled(name in can)
        undo, redo = (store.undo_name, store.redo_name) if store is not None else (None, None)
        self.action("edit.undo").setText(f"&Undo {undo}" if undo else "&Undo")
        self.action("edit.redo").setText(f"&Redo {redo}" if redo else "&Redo")
        self._show_review()

    @Slot()
    def _on_replaced(self) -> None:
        document = self.session.document
        self.messages.drop_topic(_ABOUT_DOCUMENT)
        self._stack.setCurrentWidget(self.canvas if document is not None else self.welcome)
        self.status.show_size(None if document is None else document.size)
        self.status.show_pointer(0, 0, None)
        if document is not None:
            self.canvas.setFocus()
            self.status.show_zoom(self.canvas.scale)
        else:
            self.status.zoom.clear()
        self._show_title()

    @Slot()
    def _show_title(self) -> None:
        document, path = self.session.document, self.session.path
        name = path.name if path is not None else document.source.name if document is not None else ""
        self.setWindowTitle(f"{name}[*] – LayerDesk" if name else "LayerDesk[*]")
        self.setWindowModified(self.session.dirty)

    @Slot(str)
    def _show_tool(self, name: str) -> None:
        self.action(name).setChecked(True)

    @Slot()
    def _show_review(self) -> None:
        self.status.show_review(self.commands.left_to_review())

    @Slot(object)
    def _on_settings(self, settings: Settings) -> None:
        self._wheel.switch(on=settings.wheel_zooms)
        self.welcome.show_recent(settings.recent)
        self._recent_menu.clear()
        for each in settings.recent:
            action = self._recent_menu.addAction(each)
            action.triggered.connect(lambda _checked=False, path=Path(each): self.files.open_path(path))
        self.action("file.open_recent").setEnabled(bool(settings.recent))

    @Slot(str)
    def _reveal(self, layer_id: str) -> None:
        document = self.session.document
        if document is not None and layer_id in document:
            self.canvas.reveal(document.layer(layer_id).bounds)

    # Commands that need the window

    def when_settled(self, act: Callable[[], object]) -> None:
        """Call `act`, after the words typed last have come into the document."""
        if self.retyping.busy:
            self.retyping.settled.connect(act, Qt.ConnectionType.SingleShotConnection)
        else:
            act()

    def _run_job(self, title: str, work: Callable[[JobContext], Any], done: Callable[[Any], None]) -> None:
        """What the canvas's tools compute behind."""
        job = self.runner.start(title, work, lane="quiet")
        job.succeeded.connect(done)
        job.failed.connect(lambda text: self.messages.show_message(text, kind="error"))

    def _on_offered(self, name: str, answer: Document) -> None:
        what = "Layers are ready" if name == STEP else f"{name} is done"
        self.messages.show_message(
            f"{what}; the picture was changed meanwhile.",
            kind="warning",
            choices=(("Use them", lambda: self.session.apply(name, answer)), ("Keep mine", lambda: None)),
            topic=_ABOUT_DOCUMENT,
        )

    @Slot(str)
    def _edit_text(self, layer_id: str) -> None:
        self.session.set_selection((layer_id,))
        self._docks["properties_dock"].show()
        self._docks["properties_dock"].raise_()
        self.properties.text.edit_words()

    @Slot(str)
    def _on_picked(self, colour: str) -> None:
        document, ids = self.session.document, self.session.selection
        layer = document.layer(ids[-1]) if document is not None and ids else None
        choices: list[Choice] = [("Copy", lambda: QGuiApplication.clipboard().setText(colour))]
        if isinstance(layer, ShapeLayer):
            choices.append((f"Use for “{layer.name}”", lambda: self.commands.recolour(layer.id, colour=colour)))
        self.messages.show_message(f"Picked {colour}.", choices=tuple(choices), topic=_ABOUT_DOCUMENT)

    @Slot(QPoint)
    def _show_layer_menu(self, place: QPoint) -> None:
        menu = menus.layer_menu(self, self.actions_by_name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _full_screen(self, checked: bool = False) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if checked
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def _show_shortcuts(self, _checked: bool = False) -> None:
        ShortcutsDialog(self.keymap, self).open()

    def _show_settings(self, _checked: bool = False) -> None:
        dialog = SettingsDialog(self.files.settings, self.runner, self)
        dialog.chosen.connect(self.files.change_settings)
        dialog.open()

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if len(paths) > 1:
            self.messages.show_message(f"One picture is open at a time; {paths[0].name} is opened.")
        if paths:
            self.files.open_path(paths[0])
        elif data.hasImage():
            pixels, limit = clipboard.pixels_of(QImage(data.imageData())), self.files.settings.max_pixels
            self.files.open_data(
                lambda _context: files.open_data(clipboard.encode_png(pixels), "Dropped picture.png", max_pixels=limit),
                name="dropped picture",
            )

    # Leaving

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._leaving:
            self.when_settled(lambda: self.files.guard(self.leave))
        event.setAccepted(self._leaving)

    def leave(self) -> None:
        """Close without a question: unsaved work is lost, jobs are stopped."""
        self._leaving = True
        self._keep_places()
        self.autosave.drop()
        self.messages.clear()
        stopped = self.runner.shutdown()
        self.close()
        self.closed.emit(stopped)

    def _keep_places(self) -> None:
        if not self.isFullScreen():
            places = b"|".join(each.toBase64().data() for each in (self.saveGeometry(), self.saveState()))
            self.files.change_settings(dataclasses.replace(self.files.settings, window=places.decode("ascii")))

    def _restore_places(self) -> None:
        geometry, _, state = self.files.settings.window.partition("|")
        if geometry and state:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
            self.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore")))
