"""The command line of `storeq`: what can be said, and what of it does not fit together."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from storeq.errors import StoreqError
from storeq.scope import DateRange, Scope, asked_period

FORMATS = ("table", "csv", "json", "chart")
ENGINES = ("duckdb", "trino", "athena")
CHART_SUFFIXES = (".html", ".svg")
STORES_VARIABLE = "STOREQ_STORES"
_EXPLAINED = """\
Asks the lake the questions of sql/athena.

  storeq list                                      all questions
  storeq show wait_percentile                      what it tells, column by column, and its SQL
  storeq run store_trading_day --from 2026-11-01 --to 2026-12-31 --store store-001 --warehouse s3://bucket/lake
  storeq run lane_hour --folder build/demo/lake    what `make demo` kept
  storeq check --folder build/demo/lake            what must add up
  storeq sql wait_percentile --engine athena --from 2026-11-01 --to 2026-11-30

An answer compares the dates asked for with the same weekdays 364 days before, unless --baseline-from and --baseline-to
name others. STOREQ_STORES, a list of store ids by commas, restricts every question to these stores.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; each verb sets `verb`."""
    root = argparse.ArgumentParser(
        prog="storeq", description=_EXPLAINED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = root.add_subparsers(dest="verb", required=True, metavar="list | show | run | sql | check")
    listing = verbs.add_parser("list", help="list the questions")
    listing.add_argument("--columns", metavar="NAME", help="the columns of one question instead")
    show = verbs.add_parser("show", help="show one question: what it tells, column by column, and its SQL")
    run = verbs.add_parser("run", help="ask a question")
    sql = verbs.add_parser("sql", help="print the statement that asks a question")
    check = verbs.add_parser("check", help="ask what must add up", description=_CHECK_HELP)
    for verb in (show, run, sql):
        verb.add_argument("name", metavar="QUESTION", help="as `storeq list` names it")
    for verb in (run, sql):
        _add_scope(verb)
        _add_engine(verb)
    _add_engine(check)
    check.add_argument("--store", action="append", metavar="ID", help="only this store; may be repeated")
    check.add_argument(
        "--without", action="append", default=[], metavar="TABLE", help="ask no check that reads it; may be repeated"
    )
    _add_output(run)
    return root


_CHECK_HELP = """Asks every check of sql/checks: sums, ranges, keys, freshness, coverage. Ends with 1 when one that must
hold does not; one that real sensors may break only warns. Days are due by the clock; of --folder, which keeps the past,
by its newest hour."""


def _add_scope(verb: argparse.ArgumentParser) -> None:
    asked = verb.add_argument_group("what is asked for")
    asked.add_argument("--from", dest="first", type=_date, metavar="DATE", help="first day, such as 2026-11-01")
    asked.add_argument("--to", dest="last", type=_date, metavar="DATE", help="last day, inclusive")
    asked.add_argument("--baseline-from", type=_date, metavar="DATE", help="first day of the dates to compare with")
    asked.add_argument("--baseline-to", type=_date, metavar="DATE", help="last day of these, inclusive")
    asked.add_argument("--period", metavar="NAME", help="periods of period_v1 by kind or id: month, season, 2026-11, …")
    asked.add_argument("--store", action="append", metavar="ID", help="only this store; may be repeated")
    asked.add_argument("--region", metavar="NAME", help="only the stores of this region")
    asked.add_argument("--limit", type=_count, metavar="N", help="at most so many rows")


def _add_engine(verb: argparse.ArgumentParser) -> None:
    engine = verb.add_argument_group("where")
    engine.add_argument("--engine", choices=ENGINES, default="duckdb", help="what answers [duckdb: this machine]")
    engine.add_argument("--warehouse", help="of duckdb: prefix of the lake's files, such as s3://bucket/lake")
    engine.add_argument("--folder", type=Path, help="of duckdb: Parquet files instead of a lake, as `make demo` keeps")
    engine.add_argument("--database", default="store_traffic", help="database of the catalog [store_traffic]")
    engine.add_argument(
        "--endpoint-url", help="one endpoint for all services; default: AWS_ENDPOINT_URL_*, or the cloud"
    )
    engine.add_argument("--trino-host", default="localhost", help="[localhost]")
    engine.add_argument("--trino-port", type=int, default=8080, help="[8080]")
    engine.add_argument("--trino-user", default="storeq", help="[storeq]")
    engine.add_argument("--trino-catalog", default="lake", help="catalog of Trino with the Iceberg tables [lake]")
    engine.add_argument("--workgroup", default="primary", help="of Athena [primary]")
    engine.add_argument(
        "--athena-output", metavar="S3", help="where Athena puts results, if the workgroup does not say"
    )


def _add_output(run: argparse.ArgumentParser) -> None:
    output = run.add_argument_group("how")
    output.add_argument("--format", choices=FORMATS, default="table", help="[table]; chart is a page to look at")
    output.add_argument("--out", type=Path, metavar="FILE", help="write there; of a chart .html or .svg")


def scope_of(options: argparse.Namespace) -> Scope:
    """Return what is asked for.

    Raises:
        StoreqError: what does not fit together, all at once.
    """
    if problems := [*_problems(options)]:
        raise StoreqError(problems)
    dates = DateRange(options.first, options.last) if options.first else None
    baseline = DateRange(options.baseline_from, options.baseline_to) if options.baseline_from else None
    return Scope(
        period=asked_period(dates, baseline) if dates else None,
        period_name=options.period,
        stores=tuple(dict.fromkeys(options.store)) if options.store else None,
        region=options.region,
    )


def allowed_stores(environment: Mapping[str, str]) -> frozenset[str] | None:
    """Return the only stores that may be read; None where the environment does not say.

    Raises:
        StoreqError: the variable is there and names none.
    """
    if STORES_VARIABLE not in environment:
        return None
    named = frozenset(name.strip() for name in environment[STORES_VARIABLE].split(",") if name.strip())
    if not named:
        raise StoreqError([f"Expected store ids by commas in {STORES_VARIABLE}, came none: name some, or unset it."])
    return named


def _problems(options: argparse.Namespace) -> Iterator[str]:
    yield from _range_problems("--from", options.first, "--to", options.last)
    yield from _range_problems("--baseline-from", options.baseline_from, "--baseline-to", options.baseline_to)
    if options.baseline_from and not options.first:
        yield "--baseline-from and --baseline-to need dates to compare: add --from and --to."
    if options.period and options.first:
        yield "Expected either --from and --to or --period, came both: leave out one."


def _range_problems(from_name: str, first: dt.date | None, to_name: str, last: dt.date | None) -> Iterator[str]:
    if (first is None) != (last is None):
        given, absent = (from_name, to_name) if last is None else (to_name, from_name)
        yield f"{given} came without {absent}: name both days, which may be the same."
    elif first is not None and last is not None and first > last:
        yield f"Expected {from_name} not after {to_name}, came {first} and {last}: swap them."


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date, came {text!r}; such as 2026-11-01") from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of rows from 1 on, came {text!r}")
    return int(text)


def check_output(options: argparse.Namespace) -> None:
    """Raise `StoreqError` when an answer cannot be told in this form in that file."""
    if options.format == "chart" and options.out is not None and options.out.suffix not in CHART_SUFFIXES:
        raise StoreqError([f"Expected --out of a chart to end in {' or '.join(CHART_SUFFIXES)}, came {options.out}."])
