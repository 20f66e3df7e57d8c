"""The tools on the canvas, one class each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerdesk.app.session import Session
from layerdesk.ui.canvas.tools.base import RunJob, Tool, run_now
from layerdesk.ui.canvas.tools.brush import BrushTool, EraserTool
from layerdesk.ui.canvas.tools.hand import HandTool
from layerdesk.ui.canvas.tools.move import MoveTool
from layerdesk.ui.canvas.tools.picker import PickerTool
from layerdesk.ui.canvas.tools.select_shapes import LassoTool, PolygonTool, RectangleTool
from layerdesk.ui.canvas.tools.smart_select import SmartSelectTool
from layerdesk.ui.canvas.tools.text import TextTool
from layerdesk.ui.canvas.tools.wand import WandTool
from layerdesk.ui.canvas.tools.zoom import ZoomTool

if TYPE_CHECKING:
    from layerdesk.ui.canvas.view import CanvasView

_CLASSES: tuple[type[Tool], ...] = (
    MoveTool, BrushTool, EraserTool, RectangleTool, LassoTool, PolygonTool, WandTool, SmartSelectTool, TextTool, PickerTool,
    HandTool, ZoomTool,
)  # fmt: skip


def make_tools(session: Session, view: CanvasView, run_job: RunJob = run_now) -> dict[str, Tool]:
    """A tool of each kind by its name, as in 'tool.move'. `run_job` takes what lasts longer than a frame."""
    return {tool.name: tool(session, view, run_job) for tool in _CLASSES}
