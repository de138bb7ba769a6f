"""The files of views and checks: read, ordered, and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.quality import grade_sql
from contracts.tables import TABLES
from glue.views import ViewError, load_checks, load_views

HEADER = "-- question: What?\n-- grain: one\n-- reads: {reads}\n"


def write(folder: Path, name: str, text: str) -> None:
    """Write one SQL file."""
    (folder / f"{name}.sql").write_text(text)


def test_views_come_after_what_they_read() -> None:
    """Rule: created in this order, every view finds what it reads."""
    known = set(TABLES)
    for view in load_views():
        assert set(view.reads) <= known
        known.add(view.name)


def test_placeholders_are_filled() -> None:
    """Rule: no placeholder is left, the target is a number of type DOUBLE, and grades follow the rule."""
    views = {view.name: view for view in load_views(target_wait_seconds=90)}
    assert [view.name for view in views.values() if "$" in view.sql] == []
    assert "seconds <= 90.000e0" in views["wait_estimate"].sql
    assert grade_sql(("coverage", "camera_up_share", "late_share", "lost_share")) in views["zone_hour"].sql


def test_header_is_read(tmp_path: Path) -> None:
    """Rule: what the header says is told; the remarks below it are no header."""
    write(tmp_path, "a", HEADER.format(reads="visit_v1, b") + "-- Kaplan & Meier 1958: see there.\nSELECT 1\n")
    write(tmp_path, "b", HEADER.format(reads="visit_v1") + "SELECT 2\n")
    second, first = load_views(folder=tmp_path)
    assert (first.name, first.question, first.grain, first.reads) == ("a", "What?", "one", ("visit_v1", "b"))
    assert second.name == "b"
    assert first.statement.startswith("CREATE OR REPLACE VIEW a AS\n-- question: What?\n")


def test_missing_line_is_named(tmp_path: Path) -> None:
    """Rule: the message says which line of the header is missing."""
    write(tmp_path, "a", "-- question: What?\n-- reads: visit_v1\nSELECT 1\n")
    with pytest.raises(ViewError, match="came none for grain"):
        load_views(folder=tmp_path)


def test_unknown_placeholder_is_named(tmp_path: Path) -> None:
    """Rule: a placeholder without a value stops before any engine sees it."""
    write(tmp_path, "a", HEADER.format(reads="visit_v1") + "SELECT ${target}\n")
    known = "recent_from, smallest_cell, target_wait_seconds"
    with pytest.raises(ViewError, match=f"expected placeholders among {known}, came target"):
        load_views(folder=tmp_path)


def test_circle_is_named(tmp_path: Path) -> None:
    """Rule: views that read each other have no order."""
    write(tmp_path, "a", HEADER.format(reads="b") + "SELECT 1\n")
    write(tmp_path, "b", HEADER.format(reads="a") + "SELECT 1\n")
    with pytest.raises(ViewError, match="a circle"):
        load_views(folder=tmp_path)


def test_level_is_one_of_two(tmp_path: Path) -> None:
    """Rule: a check fails a run, or warns."""
    write(tmp_path, "a", "-- check: All is well.\n-- level: maybe\n-- reads: visit_v1\nSELECT 1\n")
    with pytest.raises(ViewError, match="expected the level fail or warn, came 'maybe'"):
        load_checks(folder=tmp_path)


def test_checks_are_read() -> None:
    """Rule: each check says in a sentence what must hold; those that real sensors break only warn."""
    checks = {check.name: check for check in load_checks()}
    assert checks["no_row_dropped"].reads == ("counters",)
    assert {check.name for check in checks.values() if check.is_warning} == {
        "days_are_fresh",
        "entered_are_visits_and_present",
        "occupancy_balances",
        "open_days_are_watched",
        "stores_are_described",
        "traffic_balances",
    }
