"""The page of questions: true to the views, and every column of every view says what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue.duckdb_lake import connect
from glue.questions import PAGE, column_docs, columns_of, main, questions_page, undocumented
from glue.views import View, load_views

VIEWS = {view.name: view for view in load_views()}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_every_column_is_documented(view: View) -> None:
    """Rule: a column means what the view's header says, or what it means where the view reads it."""
    assert undocumented(view, column_docs(view, VIEWS), columns_of(connect({}), view)) == []


def test_page_is_fresh() -> None:
    """Rule: the committed page is what the views say; `make gen` writes it."""
    assert PAGE.read_text(encoding="utf-8") == questions_page()


def test_stale_page_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: `--check` writes nothing and exits with 1 when the page is stale."""
    monkeypatch.setattr("glue.questions.PAGE", tmp_path / "questions.md")
    assert main(["--check"]) == 1
    assert "make gen" in capsys.readouterr().out
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_header_of_a_view_comes_before_what_it_reads() -> None:
    """Rule: what the header says of a column wins; else the first of what the view reads that has it."""
    view = View("v", "?", "one", ("zone_minute_v1", "visit_v1"), "SELECT 1", columns={"coverage": "Ours"})
    docs = column_docs(view, VIEWS)
    assert docs["coverage"] == "Ours"
    assert docs["zone_id"] == "Zone, unique within its store"
    assert docs["dwell_seconds"] == "left_time - entered_time, in seconds"


def test_undocumented_and_unknown_columns_are_named() -> None:
    """Rule: both a column that nothing documents and a documented one that is not there are named."""
    view = View("v", "?", "one", (), "SELECT 1", columns={"gone": "Was here"})
    assert undocumented(view, view.columns, ["new"]) == ["new", "gone"]
