"""`python -m glue rollup`: the days that are over, by local hours."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable

from glue.options import add_lake_options, lake_of
from glue.reconcile import Replaced
from glue.rollup.days import Dates
from glue.rollup.refusals import RollUpError
from glue.rollup.roll_up import RollUp

USAGE_ERROR = 2
HELP = """Sums the minutes of days that are over to the hours on each store's own clock, and puts them in place of those
summed before: one commit for each table and month, for all stores together. Run it after `reconcile`. Doing it again
changes nothing."""


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `rollup`."""
    rollup = verbs.add_parser("rollup", help="sum days that are over to local hours", description=HELP)
    rollup.add_argument("--day", type=_date, help="one day, such as 2026-09-21")
    rollup.add_argument("--from", dest="first", type=_date, help="with --to: the first of several days")
    rollup.add_argument("--to", dest="last", type=_date, help="the last of them")
    rollup.add_argument("--store", action="append", help="store_id; may be repeated; default: all of store_v1")
    rollup.set_defaults(run=run)
    add_lake_options(rollup)


def run(options: argparse.Namespace) -> int:
    """Sum the days that the options name; returns 0, or 2 when they cannot be summed."""
    try:
        replaced = RollUp(lake_of(options)).roll_up(
            _dates(options), now=dt.datetime.now(dt.UTC), store_ids=options.store
        )
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return USAGE_ERROR
    print("\n".join(_lines(replaced)))
    return 0


def _lines(replaced: Iterable[Replaced]) -> Iterable[str]:
    return (f"{each.table:<22} {each.rows_before:>10,} rows became {each.rows_after:,}" for each in replaced)


def _dates(options: argparse.Namespace) -> Dates:
    asked = (options.day, options.day) if options.day else (options.first, options.last)
    if None in asked or (options.day and (options.first or options.last)):
        raise RollUpError("Expected --day, or --from and --to, came neither or both; such as --day 2026-09-21")
    return Dates(*asked)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date, came {text!r}; such as 2026-09-21") from None
