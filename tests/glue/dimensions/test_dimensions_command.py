"""`python -m glue dimensions`: from a chain's files into the lake."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from contracts.tables import DIMENSION_TABLES, STAFF_HOUR, STORE, STORE_DAY
from glue.dimensions.verbs import add_verbs
from glue.lake import Lake
from tests.glue.conftest import WAREHOUSE
from tests.glue.dimensions.test_chain_file import EXAMPLE
from tests.glue.dimensions.test_school_holidays import EXAMPLE as SCHOOL


def _run(*more: str, chain: Path = EXAMPLE, years: tuple[int, int] = (2026, 2026)) -> int:
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers())
    asked = ["--chain", str(chain), "--from-year", str(years[0]), "--to-year", str(years[1])]
    options = parser.parse_args(["dimensions", *asked, "--warehouse", WAREHOUSE, *more])
    return int(options.run(options))


@pytest.fixture
def applied(lake: Lake) -> Lake:
    """A lake whose dimension tables exist."""
    for table in DIMENSION_TABLES:
        lake.apply(table)
    return lake


def test_dry_run_tells_and_changes_nothing(applied: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a dry run says for each table what would change."""
    assert _run("--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(table.name for table in DIMENSION_TABLES)
    assert "store_v1         3 would be added" in lines
    assert applied.table(STORE).current_snapshot() is None


def test_second_run_changes_nothing(applied: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: what is written once is not written again."""
    assert _run("--school-holidays", str(SCHOOL)) == 0
    assert "store_day_v1     1,095 added" in capsys.readouterr().out
    location = applied.table(STORE_DAY).metadata_location
    assert _run("--school-holidays", str(SCHOOL)) == 0
    assert {line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()} == {"as it is"}
    assert applied.table(STORE_DAY).metadata_location == location


def test_roster_reaches_the_table(applied: Lake, tmp_path: Path) -> None:
    """Rule: what the workforce system's file says is what the lake holds for its dates."""
    roster = tmp_path / "roster.csv"
    roster.write_text("store_id,date,hour,staff_hours\nstore-002,2026-09-21,8,2.5\n", encoding="utf-8")
    assert _run("--staff", str(roster)) == 0
    found = applied.table(STAFF_HOUR).scan(row_filter="store_id == 'store-002'").to_arrow().to_pylist()
    assert [(row["hour_of_day"], row["staff_hours"]) for row in found] == [(8, 2.5)]


@pytest.mark.usefixtures("applied")
def test_bad_file_is_told_and_nothing_is_written(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: all files are judged before the first table is written; exit code 2."""
    school = tmp_path / "school.csv"
    school.write_text("country,name,first,last\nXX,summer,2026-08-01,2026-08-02\n", encoding="utf-8")
    assert _run("--school-holidays", str(school)) == 2
    assert "line 2: expected a country as ISO 3166-1 alpha-2, came 'XX'" in capsys.readouterr().err
    assert lake.table(STORE).current_snapshot() is None


def test_years_in_the_wrong_order_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the range of years is judged like the files."""
    assert _run(years=(2027, 2024)) == 2
    assert "expected two years from 1900 to 2199 in order, came 2027 and 2024" in capsys.readouterr().err


@pytest.mark.usefixtures("lake")
def test_missing_table_is_told_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: in a lake without tables the cure is `apply`."""
    assert _run() == 2
    assert "run `python -m glue apply`" in capsys.readouterr().err
