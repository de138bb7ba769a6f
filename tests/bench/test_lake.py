"""The bench of the lake at a small size: what maintenance is good for, by ratios, and the page that tells it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from bench import lake as bench_lake
from bench.lake_catalog import folder_lake
from bench.lake_fill import Filling
from bench.lake_page import render, targets
from bench.lake_questions import DWELL_SECONDS, Question, day_of_store, season_sums, season_visitors, year_of_store
from bench.lake_scan import Scan, scan
from contracts.tables import ROLLUP_TABLES, STORE, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR, ZONE_MINUTE
from glue.dimensions.periods import asked_period
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.rollup.hours import READ_TABLES
from sim.history.chain import Chain
from sim.history.shape import Shape

CHAIN = Chain(seed=1, stores=6, first=dt.date(2025, 1, 20), last=dt.date(2025, 2, 16))
DAY = dt.date(2025, 2, 12)
FILE_MINUTES = 60
SEASON = asked_period(dt.date(2025, 2, 3), CHAIN.last, baseline=(dt.date(2025, 1, 20), dt.date(2025, 2, 2)))
QUESTIONS = (
    day_of_store("store-0001", DAY),
    year_of_store("store-0001", CHAIN.last),
    season_sums("dwell", ZONE_LOCAL_HOUR.name, DWELL_SECONDS, SEASON),
    season_visitors(SEASON),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A small lake, how it was filled, and what questions cost before and after maintenance."""

    lake: Lake
    minute_rows: int
    hour_rows: int
    before: dict[str, Scan]
    after: dict[str, Scan]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Four weeks of six stores, two of them as the roll-up leaves them, and a day of minutes as the stream does."""
    with folder_lake(tmp_path_factory.mktemp("lake"), database="small") as lake, Progress(disable=True) as progress:
        filling = Filling(lake, CHAIN, Shape.published(), progress)
        filling.dimensions()
        minute_rows = filling.minutes(DAY, file_minutes=FILE_MINUTES)
        hour_rows = filling.local_hours(daily_from=dt.date(2025, 2, 1))
        before = _scans(lake, *QUESTIONS)
        for table in (*READ_TABLES, *ROLLUP_TABLES):
            compact(lake.table(table), until=dt.date(2026, 1, 1))
        yield Measured(lake, minute_rows, hour_rows, before, _scans(lake, *QUESTIONS))


def _scans(lake: Lake, *questions: Question) -> dict[str, Scan]:
    return {question.name: scan(lake, question) for question in questions}


def test_every_row_that_was_told_is_there(small: Measured) -> None:
    """Rule: the lake holds the rows that the filling counted, no key twice, maintenance or not."""
    assert sum(_rows(small.lake, table) for table in ROLLUP_TABLES) == small.hour_rows
    assert sum(_rows(small.lake, table) for table in READ_TABLES) == small.minute_rows
    keys = small.lake.table(ZONE_MINUTE).scan(selected_fields=ZONE_MINUTE.key).to_arrow()
    assert keys.group_by(list(ZONE_MINUTE.key)).aggregate([]).num_rows == keys.num_rows
    assert _rows(small.lake, STORE) == 6


def _rows(lake: Lake, table: Any) -> int:
    return int(lake.table(table).scan().count())


def test_answers_do_not_depend_on_maintenance(small: Measured) -> None:
    """Rule: a question has as many rows before as after."""
    assert {name: each.rows for name, each in small.before.items()} == {
        name: each.rows for name, each in small.after.items()
    }
    assert all(each.rows for each in small.after.values())


def test_a_day_of_one_store_reads_far_less_after_maintenance(small: Measured) -> None:
    """Rule: a sorted file in place of many small ones is read for less than half of the bytes, one for each table."""
    before, after = (scans["A day of one store"] for scans in (small.before, small.after))
    assert after.bytes_read < before.bytes_read / 2
    assert after.files == len(READ_TABLES)
    assert before.files > 10 * len(READ_TABLES)


def test_bytes_are_those_of_the_files(small: Measured) -> None:
    """Rule: what is told as read is something, and of one table read once no more than its files and their footers."""
    season = small.after["A season against the last, all stores: dwell"]
    assert 0 < season.bytes_read <= 1.1 * season.files_bytes
    assert 0 < season.row_groups_read <= season.row_groups


def test_lake_of_a_folder_is_found_again(tmp_path: Path) -> None:
    """Rule: tables outlive the catalog that made them: the next one finds them as they were last."""
    with folder_lake(tmp_path, database="again") as lake, Progress(disable=True) as progress:
        Filling(lake, CHAIN, Shape.published(), progress).dimensions()
    with folder_lake(tmp_path, database="again") as lake:
        assert _rows(lake, STORE) == 6
        assert _rows(lake, TRAFFIC_LOCAL_HOUR) == 0


def figures(small: Measured, **changes: Any) -> dict[str, Any]:
    """Return figures as the command keeps them."""
    sizes = {"rows": 10, "files": 2, "files_of_partition_max": 1, "bytes": 1000}
    took = {"rows": small.hour_rows, "seconds": 2.0, "cpu_seconds": 1.0}
    return {
        "machine": "2 cores, 24 GiB",
        "duckdb": "2.0.0",
        "stores": 6,
        "years": 2,
        "first": str(CHAIN.first),
        "last": str(CHAIN.last),
        "minutes": {"date": str(DAY), "days": 1, **took},
        "hours": took,
        "tables_before": {"zone_minute_v1": sizes},
        "tables_after": {"zone_minute_v1": sizes},
        "compaction": [{"table": "zone_minute_v1", "files_before": 2, "files_after": 1, **took}],
        "before": [asdict(each) for each in small.before.values()],
        "after": [asdict(each) for each in small.after.values()],
    } | changes


def test_page_tells_every_question_and_target(small: Measured) -> None:
    """Rule: the page has a row for each question and table, and says where a target is missed."""
    page = render(json.loads(json.dumps(figures(small))))
    for name in small.after:
        assert f"| {name} |" in page
    assert "`zone_minute_v1`" in page
    full = {"rows": 10, "files": 99, "files_of_partition_max": 99, "bytes": 1000}
    assert [each.is_met for each in targets(figures(small, tables_after={"zone_minute_v1": full}))][-1] is False
    assert "| 99 | **no** |" in render(figures(small, tables_after={"zone_minute_v1": full}))


def test_figures_are_those_that_the_page_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: the command's figures are what the page is made of, whatever the size of the history."""
    monkeypatch.setattr(bench_lake, "folder_lake", partial(folder_lake, database="command"))
    monkeypatch.setattr(bench_lake, "LAST", CHAIN.last)
    monkeypatch.setattr(bench_lake, "MINUTES_OF", DAY)
    monkeypatch.setattr(bench_lake, "DAILY_FROM", dt.date(2025, 2, 1))
    monkeypatch.setattr(bench_lake, "STORE_ID", "store-0001")
    monkeypatch.setattr(bench_lake, "latest_season", lambda _: SEASON)
    monkeypatch.setattr(bench_lake.Load, "chain", CHAIN)
    load = bench_lake.Load(6, 2, tmp_path / "lake", Shape.published(), FILE_MINUTES)
    measured = json.loads(json.dumps(bench_lake.measured(load, Console(quiet=True))))
    page = render(measured)
    assert page.count("| `") == 7
    assert measured["tables_after"]["zone_minute_v1"]["files"] == 1


def test_page_without_a_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: without the figures of a run there is no page, and the command says what to do first."""
    monkeypatch.setattr(bench_lake, "FOLDER", tmp_path)
    assert bench_lake.main(["--render"]) == 2
    assert bench_lake.main(["--ask"]) == 2
    assert "expected the figures of a run" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("--stores", "1"), ("--years", "x"), ("--years", "1")])
def test_too_small_a_history_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a history without a year before is refused, with what was expected."""
    with pytest.raises(SystemExit):
        bench_lake.main(list(arguments))
    assert "expected a whole number from 2 on" in capsys.readouterr().err


def test_footfall_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a folder without the counts ends the command with what was expected."""
    assert bench_lake.main(["--footfall", str(tmp_path)]) == 2
    assert "expected leeds_footfall" in capsys.readouterr().err
