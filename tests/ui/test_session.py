"""The session tells its listeners what happened, once, and keeps its selection to layers that exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from window_samples import PHOTO, layered

from layerdesk.app.session import Session
from layerdesk.document import edits
from layerdesk.document.document import Document
from layerdesk.document.geometry import Point

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_document(layered())
    return session


def current(session: Session) -> Document:
    document = session.document
    assert document is not None
    return document


def test_a_new_document_is_told_as_replaced_then_as_changed() -> None:
    session, heard = Session(), []
    session.document_replaced.connect(lambda: heard.append("replaced"))
    session.document_changed.connect(lambda change: heard.append(change))
    session.set_document(layered())
    assert heard == ["replaced", None]
    assert not session.dirty


def test_an_edit_is_told_with_what_changed_and_can_be_undone(session: Session) -> None:
    before, heard = current(session), []
    session.document_changed.connect(heard.append)
    session.apply("Move", edits.move(before, ["o1"], dx=5, dy=0))
    assert [change.name for change in heard] == ["Move"]
    assert heard[0].rect.contains_rect(PHOTO)
    assert session.dirty
    session.undo()
    assert current(session) is before
    assert not session.dirty
    session.redo()
    assert current(session).layer("o1").bounds.x == PHOTO.x + 5


def test_the_selection_keeps_to_layers_that_exist(session: Session) -> None:
    session.set_selection(["o1", "nothing", "t1", "o1"])
    assert session.selection == ("o1", "t1")
    heard: list[tuple[str, ...]] = []
    session.selection_changed.connect(lambda: heard.append(session.selection))
    session.apply("Delete", edits.delete(current(session), ["o1"]))
    assert heard == [("t1",)]
    session.set_selection(["t1"])
    assert heard == [("t1",)]


def test_a_point_selects_the_topmost_layer_there(session: Session) -> None:
    assert session.select_at(Point(PHOTO.x + 1, PHOTO.y + 1)) == "o1"
    assert session.select_at(Point(40, 130), extend=True) == "t1"
    assert session.selection == ("o1", "t1")
    assert session.select_at(Point(40, 130), extend=True) == "t1"
    assert session.selection == ("o1",)
    assert session.select_at(Point(-50, -50)) is None
    assert session.selection == ()


def test_saving_an_older_document_leaves_the_newer_one_unsaved(session: Session) -> None:
    older = current(session)
    session.apply("Move", edits.move(older, ["o1"], dx=1, dy=0))
    session.mark_saved(older, Path("a.layerdesk"))
    assert session.dirty
    session.mark_saved(current(session), Path("a.layerdesk"))
    assert not session.dirty
    assert session.path == Path("a.layerdesk")


def test_what_was_recovered_counts_as_unsaved_until_it_is_saved(session: Session) -> None:
    session.mark_recovered(Path("b.layerdesk"))
    assert session.dirty
    session.mark_saved(current(session), Path("b.layerdesk"))
    assert not session.dirty


def test_setting_what_is_set_tells_nobody(session: Session) -> None:
    heard: list[object] = []
    session.tool_changed.connect(heard.append)
    session.compare_changed.connect(heard.append)
    session.brush_changed.connect(lambda: heard.append("brush"))
    session.set_tool(session.tool)
    session.set_brush(session.brush)
    session.set_comparing(False)
    assert heard == []
    session.set_tool("tool.brush")
    session.set_comparing(True)
    assert heard == ["tool.brush", True]
