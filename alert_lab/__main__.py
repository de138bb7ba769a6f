"""`python -m alert_lab` replays recorded days against alert rules and shows what they would have done."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.exceptions import NoSuchTableError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from alert_lab.candidates import Candidate
from alert_lab.grid import Grid, grid_of
from alert_lab.outcome import LabResult, evaluate
from alert_lab.page import Page, render
from alert_lab.recorded import RecordedDay
from alert_lab.report import as_json, show
from alert_lab.sources import Asked, FromFile, Recorded, RuleFile, Source, Step, read_rules
from alert_lab.verdicts import Judged
from glue.catalog import glue_catalog
from glue.lake import Lake
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.rules import RuleStore

FAILED, USAGE_ERROR = 1, 2
PAGE_FILE, JSON_FILE = "alert-lab.html", "alert-lab.json"

_EXPLAINED = """\
Replays recorded days against alert rules, by the job's own policy and without the job: how many alerts a day, for how
long, which minutes over the target wait they miss, how many people found true, and which setting the verdicts suggest.

examples:
  python -m alert_lab --warehouse s3://bucket/lake --store store-001 --day 2026-09-21
  python -m alert_lab --warehouse s3://bucket/lake --store store-001 --day 2026-09-14 --days 7 --rules mine.toml
  python -m alert_lab --events build/sim/events.jsonl.gz --store store-001 --rules mine.toml --rules other.toml

With --events nothing else is asked: no lake, no DynamoDB, no verdicts, no rules but those of --rules.
"""


def main(arguments: list[str] | None = None) -> int:
    """Replay and show; returns 0, 1 when nothing was recorded, or 2 when something cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, _source(options), [read_rules(path) for path in options.rules], Console())
    except NoSuchTableError as error:
        print(f"expected the lake's tables, came: {error}; `python -m glue apply` makes them", file=sys.stderr)
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"expected files, a lake and tables that answer, came: {error}; check what you named", file=sys.stderr)
    except ValueError as error:
        print(error, file=sys.stderr)
    return USAGE_ERROR


def _run(options: argparse.Namespace, source: Source, files: Sequence[RuleFile], console: Console) -> int:
    candidates = source.candidates(files)
    if not candidates:
        raise ValueError("expected rules of the store or --rules, came none; name a rule file")
    with _progress(console, "Reading", len(options.store) * options.days) as step:
        days = [day for day in source.days(candidates[0], step) if day.signals]
    if not days:
        print("expected recorded events, came none on these days; name other days or stores", file=sys.stderr)
        return FAILED
    judged = source.judged(days)
    results = tuple(_results(console, candidates, days, judged))
    grids = [] if options.no_grid else _grids(console, candidates[0], days, judged)
    show(console, results, grids)
    found = as_json(results, grids, stores=options.store, days=_dates(days, candidates[0]))
    page = _write(options.out, render(Page(results, tuple(grids), tuple(days), candidates[0])), found)
    console.print(f"\nThe page is {page}", highlight=False, soft_wrap=True)
    return 0


def _source(options: argparse.Namespace) -> Source:
    asked = Asked(tuple(options.store), options.day, options.days)
    if options.events is not None:
        return FromFile(asked, options.events)
    if options.warehouse is None or options.day is None:
        raise ValueError("expected --warehouse and --day, or --events, came neither; see --help")
    catalog = glue_catalog(warehouse=options.warehouse, endpoint_url=options.endpoint_url)
    client = boto3.client("dynamodb", endpoint_url=options.dynamodb_endpoint_url or options.endpoint_url)
    return Recorded(
        asked,
        Lake(catalog=catalog, database=options.database, warehouse=options.warehouse),
        RuleStore(client, table_prefix=options.table_prefix),
        ActionStore(client, table_prefix=options.table_prefix),
    )


def _results(
    console: Console, candidates: Sequence[Candidate], days: Sequence[RecordedDay], judged: Sequence[Judged]
) -> Iterator[LabResult]:
    with _progress(console, "Replaying", len(candidates)) as step:
        for candidate in candidates:
            yield evaluate(candidate, days, judged)
            step()


def _grids(console: Console, candidate: Candidate, days: Sequence[RecordedDay], judged: Sequence[Judged]) -> list[Grid]:
    rules = [rule for rule in candidate.rules if rule.metric != "camera_state"]
    with _progress(console, "Trying other settings", len(rules) * len(days)) as step:
        return [grid_of(candidate, rule, days, judged, done=step) for rule in rules]


def _dates(days: Iterable[RecordedDay], candidate: Candidate) -> list[str]:
    zones = {day.store_id: ZoneInfo(candidate.book(day.store_id).store.time_zone) for day in days}
    instants = [dt.datetime.fromtimestamp(day.start_ms / 1000, zones[day.store_id]) for day in days]
    return sorted({instant.date().isoformat() for instant in instants})


def _write(folder: Path, page: str, found: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JSON_FILE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (folder / PAGE_FILE).write_text(page, encoding="utf-8")
    return folder / PAGE_FILE


@contextmanager
def _progress(console: Console, title: str, total: int) -> Iterator[Step]:
    columns = (TextColumn("{task.description}"), BarColumn(16), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m alert_lab", description=_EXPLAINED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--store", required=True, action="append", help="store_id; give it again for more stores")
    add("--day", type=dt.date.fromisoformat, help="first day, where the store is, such as 2026-09-21")
    add("--days", type=int, default=1, help="how many days (default: 1)")
    add("--rules", type=Path, action="append", default=[], help="rule file to try; give it again to compare several")
    add("--events", type=Path, help="events.jsonl.gz of `python -m sim run`, instead of the lake")
    add("--warehouse", help="S3 prefix of the lake, such as s3://bucket/lake")
    add("--database", default="store_traffic")
    add("--table-prefix", default="", help="what the names of DynamoDB's tables begin with")
    add("--endpoint-url", help="one endpoint for all services; default: AWS_ENDPOINT_URL_*, or the cloud")
    add("--dynamodb-endpoint-url", help="endpoint of DynamoDB, when it is another one")
    add("--no-grid", action="store_true", help="do not try other settings")
    add("--out", type=Path, default=Path("build/alert-lab"), help="folder of the page (default: build/alert-lab)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
