"""Every action of the window in one table: name, words, icon, menu, and when it can be used. Qt-free; the keys are in keymaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

Scope = Literal["window", "canvas", "held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What decides which actions can be used."""

    open: bool = False
    """A document is open."""
    layering: bool = False
    """The picture is being layered at the moment."""
    can_undo: bool = False
    can_redo: bool = False
    selected: int = 0
    """Number of selected layers."""
    selected_kinds: frozenset[str] = frozenset()
    holds_layers: bool = False
    """The document has layers other than one background."""
    has_recent: bool = False


Needs = Callable[[State], bool]


def _always(_state: State) -> bool:
    return True


def _never(_state: State) -> bool:
    return False


def _open(state: State) -> bool:
    return state.open


def _selected(state: State) -> bool:
    return state.selected > 0


def _one_leaf(state: State) -> bool:
    return state.selected == 1 and "group" not in state.selected_kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the table."""

    name: str
    text: str
    menu: str = ""
    """Title of the menu it stands in; '' for none."""
    needs: Needs = _always
    tip: str = ""
    """A sentence for the tooltip; the text where empty."""
    checkable: bool = False
    scope: Scope = "window"
    """Where its keys work: in the whole window, on the canvas only, or while held down."""
    separator: bool = False
    """A line stands before it in its menu."""


NO_MODEL = "A connection to an image model is not set up in this version."


def _in_menu(menu: str, *actions: Action) -> tuple[Action, ...]:
    return tuple(replace(action, menu=menu) for action in actions)


def _tool(name: str, text: str, tip: str) -> Action:
    return Action(name=f"tool.{name}", text=text, tip=tip, checkable=True)


_FILE = _in_menu(
    "&File",
    Action(name="file.new", text="&New", needs=_open, tip="Close the document and start with an empty window"),
    Action(name="file.open", text="&Open…", tip="Open a picture or a project"),
    Action(name="file.open_recent", text="Open &recent", needs=lambda state: state.has_recent, tip="Open a file again"),
    Action(name="file.generate", text="&Generate a picture…", needs=_never, tip=NO_MODEL),
    Action(name="file.save", text="&Save", needs=_open, tip="Save the project", separator=True),
    Action(name="file.save_as", text="Save &as…", needs=_open, tip="Save the project under another name"),
    Action(name="file.export", text="&Export…", needs=_open, tip="Write PSD, PPTX, SVG and other formats"),
    Action(name="app.settings", text="Se&ttings…", separator=True),
    Action(name="app.quit", text="&Quit", separator=True),
)
_EDIT = _in_menu(
    "&Edit",
    Action(name="edit.undo", text="&Undo", needs=lambda state: state.can_undo),
    Action(name="edit.redo", text="&Redo", needs=lambda state: state.can_redo),
    Action(name="edit.cut", text="Cu&t", needs=_selected, tip="Cut the selected layers", separator=True),
    Action(name="edit.copy", text="&Copy", needs=_selected, tip="Copy the selected layers, also as a picture"),
    Action(name="edit.paste", text="&Paste", tip="Paste layers or a picture"),
    Action(name="edit.duplicate", text="D&uplicate", needs=_selected, tip="Duplicate the selected layers"),
    Action(name="edit.delete", text="&Delete", needs=_selected, tip="Delete the selected layers"),
    Action(name="edit.select_all", text="Select &all", needs=_open, tip="Select all layers", separator=True),
    Action(name="edit.deselect", text="Deselec&t", needs=_selected, tip="Select nothing"),
    Action(name="edit.select_above", text="Select layer a&bove", needs=_open),
    Action(name="edit.select_below", text="Select layer b&elow", needs=_open),
)
_LAYER = _in_menu(
    "&Layer",
    Action(
        name="layer.run",
        text="Layer the &picture",
        needs=lambda state: state.open and not state.layering,
        tip="Find text, shapes and objects in the source image and make layers of them",
    ),
    Action(name="layer.rename", text="Re&name", needs=lambda state: state.selected == 1, separator=True),
    Action(name="layer.merge", text="&Merge", needs=_selected, tip="Merge the selected layers; one alone with the one below"),
    Action(name="layer.split", text="&Split", needs=_one_leaf, tip="Make a layer of each connected part"),
    Action(name="layer.group", text="&Group", needs=_selected),
    Action(name="layer.ungroup", text="&Ungroup", needs=lambda state: "group" in state.selected_kinds),
    Action(name="layer.raise", text="&Raise", needs=_selected, tip="Move up one place", separator=True),
    Action(name="layer.lower", text="Lo&wer", needs=_selected, tip="Move down one place"),
    Action(name="layer.to_front", text="To &front", needs=_selected),
    Action(name="layer.to_back", text="To bac&k", needs=_selected),
    Action(name="layer.toggle_visible", text="Show or &hide", needs=_selected, separator=True),
    Action(name="layer.toggle_lock", text="&Lock or unlock", needs=_selected),
    Action(
        name="layer.recognise_text",
        text="Re&cognise text",
        needs=_one_leaf,
        separator=True,
        tip="Read the selected layer again and put what was read in place of its text",
    ),
    Action(
        name="layer.heal_background",
        text="Heal &background",
        needs=lambda state: state.holds_layers,
        tip="Compute the fill behind the layers again",
    ),
    Action(name="layer.ai_edit", text="Change with a pr&ompt…", needs=_never, tip=NO_MODEL),
)
_TOOLS = _in_menu(
    "&Tools",
    _tool("move", "&Move", "Select and move layers"),
    _tool("brush", "&Brush", "Paint the mask of the selected layer back in"),
    _tool("eraser", "&Eraser", "Erase from the mask of the selected layer"),
    _tool("rectangle", "&Rectangle", "Add a rectangle to the mask; Alt takes away"),
    _tool("lasso", "&Lasso", "Add a drawn area to the mask; Alt takes away"),
    _tool("polygon", "&Polygon", "Add a polygon to the mask; Alt takes away"),
    _tool("wand", "&Wand", "Add an area of like colour to the mask; Alt takes away"),
    _tool("smart_select", "&Smart select", "Find the outline of what a rectangle is drawn around"),
    _tool("text", "&Text", "Edit the words of a text layer on the canvas"),
    _tool("picker", "&Colour picker", "Take a colour from the picture"),
    _tool("hand", "&Hand", "Move the view"),
    _tool("zoom", "&Zoom", "Zoom in; Alt zooms out"),
    Action(name="brush.smaller", text="S&maller brush", separator=True),
    Action(name="brush.larger", text="Lar&ger brush"),
    Action(name="brush.softer", text="S&ofter brush"),
    Action(name="brush.harder", text="Har&der brush"),
)
_VIEW = _in_menu(
    "&View",
    Action(name="view.zoom_in", text="Zoom &in", needs=_open),
    Action(name="view.zoom_out", text="Zoom &out", needs=_open),
    Action(name="view.fit", text="&Fit to window", needs=_open),
    Action(name="view.actual_size", text="&Actual size", needs=_open, tip="One pixel of the picture is one of the screen"),
    Action(
        name="view.compare",
        text="&Compare with source",
        needs=_open,
        checkable=True,
        scope="held",
        separator=True,
        tip="Show the source image while the key is held",
    ),
    Action(name="view.full_screen", text="F&ull screen", checkable=True),
)
_REVIEW = _in_menu(
    "&Review",
    Action(name="review.next", text="&Next unsure layer", needs=_open, tip="Go to the next layer, least sure first"),
    Action(name="review.previous", text="&Previous unsure layer", needs=_open, tip="Go to the layer looked at before"),
)
_HELP = _in_menu("&Help", Action(name="help.shortcuts", text="&Keyboard shortcuts"))
_NUDGES = tuple(
    Action(name=f"edit.nudge_{way}{end}", text=f"Nudge {way}{words}", needs=_selected, scope="canvas")
    for end, words in (("", ""), ("_far", " by 10 pixels"))
    for way in ("left", "right", "up", "down")
)
_OPACITIES = tuple(
    Action(name=f"layer.opacity_{percent}", text=f"Opacity {percent} %", needs=_selected, scope="canvas")
    for percent in range(10, 101, 10)
)
ACTIONS: tuple[Action, ...] = (*_FILE, *_EDIT, *_LAYER, *_TOOLS, *_VIEW, *_REVIEW, *_HELP, *_NUDGES, *_OPACITIES)
BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}
TOOLS: tuple[str, ...] = tuple(action.name for action in ACTIONS if action.name.startswith("tool."))
MENUS: tuple[str, ...] = ("&File", "&Edit", "&Layer", "&Tools", "&View", "&Review", "&Help")


def usable(state: State) -> frozenset[str]:
    """Names of the actions that can be used in this state."""
    return frozenset(action.name for action in ACTIONS if action.needs(state))
