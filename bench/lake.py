"""`python -m bench.lake`: what questions cost on years of a chain's history, before and after maintenance.

It makes the history (`sim/history`), writes it as the roll-up and the stream do, asks, compacts and sorts, and asks
again; figures go to `build/bench/lake.json`, and from there to `docs/lake-performance.md`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.progress import Progress

from bench.contenders import FOLDER
from bench.lake_catalog import folder_lake
from bench.lake_fill import Filling
from bench.lake_page import render
from bench.lake_questions import (
    DWELL_SECONDS,
    VISITORS,
    WAIT_SECONDS,
    Question,
    day_of_store,
    season_sums,
    season_visitors,
    year_of_store,
)
from bench.lake_scan import scan
from bench.resources import ResourceError, require, this_machine
from contracts.tables import LANE_LOCAL_HOUR, ROLLUP_TABLES, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR, Table
from glue.dimensions.periods import Period, periods
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.maintenance.run import state_of
from glue.rollup.hours import READ_TABLES
from sim.history.chain import Chain
from sim.history.shape import Shape

USAGE_ERROR = 2
LAST = dt.date(2026, 1, 31)
"""End of the retail year 2025: of its fall season and the one before the history has every day."""
MINUTES_OF = dt.date(2026, 1, 21)
DAILY_FROM = dt.date(2025, 8, 1)
STORE_ID = "store-0002"
SEED = 20260131
YEARS_MIN = 2
LAKE_FOLDER = FOLDER / "lake"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "lake-performance.md"
MEASURED_TABLES = (*READ_TABLES, *ROLLUP_TABLES)


@dataclass(frozen=True, slots=True)
class Load:
    """How large the history is, and where it lies."""

    stores: int
    years: int
    folder: Path
    shape: Shape
    file_minutes: int = 1
    minute_days: int = 1

    @property
    def chain(self) -> Chain:
        """The stores, over whole retail years."""
        return Chain(SEED, self.stores, LAST - dt.timedelta(days=364 * self.years - 1), LAST)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page; returns 0, or 2 when the machine or the options do not allow it."""
    options = _parser().parse_args(arguments)
    report = FOLDER / "lake.json"
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        if not options.render:
            kept = _read(report) if report.is_file() else {}
            figures = _asked_again(_read(report)) if options.ask else kept | measured(_load(options), Console())
            report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        PAGE.write_text(render(_read(report)), encoding="utf-8")
    except (ResourceError, FileNotFoundError) as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR
    print(f"Figures in {report}, page in {PAGE}")
    return 0


def measured(load: Load, console: Console) -> dict[str, Any]:
    """Make the history anew and measure it; returns the figures as JSON has them."""
    shutil.rmtree(load.folder, ignore_errors=True)
    questions = list(questions_of(load.chain))
    with folder_lake(load.folder) as lake, Progress(console=console) as progress:
        filling = Filling(lake, load.chain, load.shape, progress)
        started = _Clock()
        filling.dimensions()
        minute_rows = sum(filling.minutes(date, file_minutes=load.file_minutes) for date in _minute_dates(load))
        minutes_took = started.lap()
        hour_rows = filling.local_hours(daily_from=DAILY_FROM)
        hours_took = started.lap()
        before, sizes_before = [asdict(scan(lake, each)) for each in questions], _sizes(lake)
        compactions = list(_compacted(lake, progress))
        after, sizes_after = [asdict(scan(lake, each)) for each in questions], _sizes(lake)
    return {
        "machine": str(this_machine(load.folder)),
        "duckdb": duckdb.__version__,
        "stores": load.stores,
        "years": load.years,
        "first": str(load.chain.first),
        "last": str(load.chain.last),
        "minutes": {"date": str(MINUTES_OF), "days": load.minute_days, "rows": minute_rows, **minutes_took},
        "hours": {"rows": hour_rows, **hours_took},
        "tables_before": sizes_before,
        "tables_after": sizes_after,
        "compaction": compactions,
        "before": before,
        "after": after,
    }


def _asked_again(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the last run with the questions asked anew of the lake that it left."""
    chain = Load(figures["stores"], figures["years"], LAKE_FOLDER, Shape.published()).chain
    with folder_lake(LAKE_FOLDER) as lake:
        return figures | {"after": [asdict(scan(lake, each)) for each in questions_of(chain)]}


def _read(report: Path) -> dict[str, Any]:
    if not report.is_file():
        raise FileNotFoundError(f"expected the figures of a run in {report}, came none; run it without options first")
    figures: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return figures


def _load(options: argparse.Namespace) -> Load:
    require(this_machine(FOLDER))
    shape = Shape.of_footfall(options.footfall) if options.footfall else Shape.published()
    return Load(options.stores, options.years, LAKE_FOLDER, shape, minute_days=options.minute_days)


def _minute_dates(load: Load) -> Iterator[dt.date]:
    return (MINUTES_OF - dt.timedelta(days=number) for number in reversed(range(load.minute_days)))


class _Clock:
    """Tells how long each step took, on the clock and on all cores."""

    def __init__(self) -> None:
        self._started = (time.perf_counter(), time.process_time())

    def lap(self) -> dict[str, float]:
        now = (time.perf_counter(), time.process_time())
        took = {"seconds": now[0] - self._started[0], "cpu_seconds": now[1] - self._started[1]}
        self._started = now
        return took


def questions_of(chain: Chain) -> Iterator[Question]:
    """Give what is asked of a chain's lake."""
    season = latest_season(chain)
    yield day_of_store(STORE_ID, MINUTES_OF)
    yield year_of_store(STORE_ID, chain.last)
    yield season_sums("visitors by store", TRAFFIC_LOCAL_HOUR.name, VISITORS, season)
    yield season_sums("mean wait by store", LANE_LOCAL_HOUR.name, WAIT_SECONDS, season)
    yield season_sums("mean dwell by store", ZONE_LOCAL_HOUR.name, DWELL_SECONDS, season)
    yield season_visitors(season)


def latest_season(chain: Chain) -> Period:
    """Return the latest season that is over, with the one that it is compared with."""
    seasons = [period for period in periods(chain.first, chain.last) if period.period_kind == "season"]
    return max(seasons, key=lambda period: period.start_date)


def _compacted(lake: Lake, progress: Progress) -> Iterator[dict[str, Any]]:
    task = progress.add_task("Compaction", total=len(MEASURED_TABLES))
    for table in MEASURED_TABLES:
        clock = _Clock()
        done = compact(lake.table(table), until=LAST + dt.timedelta(days=1))
        yield {"table": table.name, "files_before": done.files_before, "files_after": done.files_after, **clock.lap()}
        progress.advance(task)


def _sizes(lake: Lake) -> dict[str, dict[str, int]]:
    return {table.name: _size(lake, table) for table in MEASURED_TABLES}


def _size(lake: Lake, table: Table) -> dict[str, int]:
    files = [task.file for task in lake.table(table).scan().plan_files()]
    return {
        "rows": sum(file.record_count for file in files),
        "files": len(files),
        "files_of_partition_max": state_of(lake.table(table)).files_of_partition_max,
        "bytes": sum(file.file_size_in_bytes for file in files),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.lake", description=__doc__)
    parser.add_argument("--stores", type=_at_least(2), default=200, help="(default: 200)")
    parser.add_argument("--years", type=_at_least(YEARS_MIN), default=YEARS_MIN, help="retail years (default: 2)")
    parser.add_argument("--footfall", type=Path, help="folder of Leeds' counts, for the shape of a year")
    parser.add_argument(
        "--minute-days", type=_at_least(1), default=1, help=f"write the minutes of so many days to {MINUTES_OF}"
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--ask", action="store_true", help="only ask the lake of the last run again, as it is now")
    again.add_argument(
        "--render", action="store_true", help="only write the page anew, from the figures of the last run"
    )
    return parser


def _at_least(least: int) -> Any:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} on, came {text!r}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
