"""`python -m glue dimensions`: what is known of a chain's stores and dates, from its files into the lake."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from glue.dimensions.build import Dimension, dimensions
from glue.dimensions.calendar import years_between
from glue.dimensions.chain_file import read_chain
from glue.dimensions.load import Change, checked, planned_change, replace_dimension
from glue.dimensions.problems import DimensionError
from glue.dimensions.school_holidays import read_school_holidays
from glue.dimensions.staff import read_roster
from glue.lake import Lake
from glue.options import add_lake_options, lake_of

USAGE_ERROR = 2


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `dimensions`."""
    verb = verbs.add_parser(
        "dimensions", help="write stores, calendar, holidays, periods and peaks from a chain's file", description=_HELP
    )
    verb.add_argument("--chain", type=Path, required=True, help="the chain's TOML file; see docs/dimensions.md")
    verb.add_argument("--from-year", type=int, required=True, help="first year with data, imported history too")
    verb.add_argument("--to-year", type=int, required=True, help="last year, included")
    verb.add_argument("--school-holidays", type=Path, help="CSV: country, subdivision, name, first, last")
    verb.add_argument("--staff", type=Path, help="CSV of a workforce system: store_id, date, hour, staff_hours")
    verb.add_argument("--dry-run", action="store_true", help="say what would change; changes nothing")
    add_lake_options(verb)
    verb.set_defaults(run=run_dimensions)


_HELP = """Makes every dimension table hold what the files say for a range of years, each in one commit. A table that
holds it already is left alone. Tables that other tables speak of are written first."""


def run_dimensions(options: argparse.Namespace) -> int:
    """Write all dimensions, or say what would change; returns 0, or 2 when a file cannot be used."""
    try:
        wanted = dimensions_of(options)
        lake = lake_of(options)
        for change in _changes(lake, wanted, is_dry_run=options.dry_run):
            print(told(change, is_dry_run=options.dry_run), flush=True)
    except DimensionError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    return 0


def dimensions_of(options: argparse.Namespace) -> tuple[Dimension, ...]:
    """Return what the files say, all of it judged before anything is written.

    Raises:
        DimensionError: a file cannot be used.
    """
    years = years_between(options.from_year, options.to_year)
    chain = read_chain(options.chain)
    school = read_school_holidays(options.school_holidays) if options.school_holidays else ()
    roster = read_roster(options.staff, chain) if options.staff else ()
    built = dimensions(chain, years, school=school, roster=roster)
    return tuple(Dimension(each.table, checked(each.table, each.rows)) for each in built)


def told(change: Change, *, is_dry_run: bool) -> str:
    """Return one line about a table."""
    counts = {"added": change.added, "removed": change.removed, "changed": change.changed}
    would = "would be " if is_dry_run else ""
    parts = [f"{count:,} {would}{name}" for name, count in counts.items() if count]
    return f"{change.table:<16} {', '.join(parts) or 'as it is'}"


def _changes(lake: Lake, wanted: Iterable[Dimension], *, is_dry_run: bool) -> Iterator[Change]:
    act = planned_change if is_dry_run else replace_dimension
    return (act(lake, each.table, each.rows) for each in wanted)
