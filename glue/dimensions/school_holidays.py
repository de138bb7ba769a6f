"""School holidays from a file that the user gives: no library has them for all countries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic.dataclasses import dataclass

from glue.dimensions.calendar import dates_between
from glue.dimensions.files import DECLARED, read_csv
from glue.dimensions.problems import DimensionError
from glue.dimensions.public_holidays import Holiday, subdivisions_of


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class SchoolHolidays:
    """A line of the file: schools are closed from `first` to `last`, both included."""

    country: str
    name: str
    first: dt.date
    last: dt.date
    subdivision: str | None = None


def read_school_holidays(path: Path) -> tuple[SchoolHolidays, ...]:
    """Read a CSV file with the columns country, subdivision, name, first, last; without subdivision: everywhere.

    Raises:
        DimensionError: with every line that is not so, or names a place or dates that cannot be.
    """
    numbered = read_csv(path, SchoolHolidays)
    if problems := [problem for line, row in numbered for problem in _problems_of(row, f"line {line}")]:
        raise DimensionError(str(path), problems)
    return tuple(row for _, row in numbered)


def school_holidays(given: Sequence[SchoolHolidays], years: range) -> Iterator[Holiday]:
    """Yield each date of school holidays once for each name and place; school holidays are set anew every year."""
    dated = {
        (row.country, row.subdivision, date, row.name) for row in given for date in dates_between(row.first, row.last)
    }
    for country, subdivision, date, name in sorted(dated, key=lambda row: (row[0], row[1] or "", row[2], row[3])):
        if date.year in years:
            yield Holiday(country, subdivision, date, "school", name, is_movable=True)


def _problems_of(row: SchoolHolidays, place: str) -> Iterator[str]:
    subdivisions = subdivisions_of(row.country)
    if subdivisions is None:
        yield f"{place}: expected a country as ISO 3166-1 alpha-2, came {row.country!r}; such as DE"
    elif row.subdivision and row.subdivision not in subdivisions:
        yield (
            f"{place}: expected a subdivision of {row.country}, came {row.subdivision!r}; "
            f"one of {', '.join(subdivisions) or 'none'}, or leave it empty"
        )
    if row.last < row.first:
        yield f"{place}: expected a first day before the last, came {row.first} to {row.last}; swap them"
