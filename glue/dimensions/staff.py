"""Planned staff by hour: each store's weekly plan, or what a workforce system says of single dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import pyarrow as pa
from pydantic import Field
from pydantic.dataclasses import dataclass

from contracts.tables import STAFF_HOUR
from glue.dimensions.chain import Chain, Store
from glue.dimensions.days import StoreDay
from glue.dimensions.files import DECLARED, read_csv
from glue.dimensions.hours import HOUR_MINUTES, WEEKDAYS
from glue.dimensions.problems import DimensionError
from glue.schemas import arrow_schema_of

HOURS = range(24)


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class RosteredHour:
    """A line of a workforce system's file: so many hours of staff within an hour of a date."""

    store_id: str
    date: dt.date
    hour: Annotated[int, Field(ge=0, le=23)]
    staff_hours: Annotated[float, Field(ge=0, allow_inf_nan=False)]


def read_roster(path: Path, chain: Chain) -> tuple[RosteredHour, ...]:
    """Read a CSV file with the columns store_id, date, hour, staff_hours.

    Raises:
        DimensionError: with every line that is not so, names no store of the chain, or comes twice.
    """
    numbered = read_csv(path, RosteredHour)
    store_ids = {store.store_id for store in chain.stores}
    problems = [
        f"line {line}: expected a store of the chain, came {row.store_id!r}; correct it, or add the store"
        for line, row in numbered
        if row.store_id not in store_ids
    ]
    times = Counter((row.store_id, row.date, row.hour) for _, row in numbered)
    problems += [
        f"expected each store, date and hour once, came {' '.join(map(str, key))} {count} times; add them up"
        for key, count in times.items()
        if count > 1
    ]
    if problems:
        raise DimensionError(str(path), problems)
    return tuple(row for _, row in numbered)


def staff_rows(chain: Chain, days: Iterable[StoreDay], roster: Sequence[RosteredHour]) -> pa.Table:
    """Return the rows of `staff_hour_v1`: the weekly plan on open days, but for dates that the roster speaks of.

    Args:
        chain: The stores with their weekly plans.
        days: The days that rows are made for; what the roster says of others is left out.
        roster: What a workforce system says.
    """
    schema = arrow_schema_of(STAFF_HOUR)
    known = list(days)
    dates = {(day.store_id, day.business_date) for day in known}
    rostered = [row for row in roster if (row.store_id, row.date) in dates]
    spoken_of = {(row.store_id, row.date) for row in rostered}
    open_days = [day for day in known if day.is_open and (day.store_id, day.business_date) not in spoken_of]
    planned = _open_days(open_days).join(_weekly_plans(chain), keys=["store_id", "iso_weekday"], join_type="inner")
    return pa.concat_tables([planned.select(schema.names).cast(schema), _rostered(rostered)])


def weekly_hours(store: Store) -> float | None:
    """Return the hours of staff in a week of the store's plan; None when it has no plan."""
    return sum(staff_hours for _, _, _, staff_hours in _weekly_plan(store)) or None


def _weekly_plan(store: Store) -> Iterator[tuple[str, int, int, float]]:
    for iso_weekday, weekday in enumerate(WEEKDAYS, start=1):
        shifts = [shift for shift in store.staff if weekday in shift.weekdays]
        for hour in HOURS:
            minutes = sum(shift.people * shift.hours.minutes_within(hour) for shift in shifts)
            if minutes:
                yield store.store_id, iso_weekday, hour, minutes / HOUR_MINUTES


def _weekly_plans(chain: Chain) -> pa.Table:
    plans = [planned for store in chain.stores for planned in _weekly_plan(store)]
    names = ("store_id", "iso_weekday", "hour_of_day", "staff_hours")
    types = (pa.large_string(), pa.int32(), pa.int32(), pa.float64())
    return _columns(zip(names, types, strict=True), plans)


def _open_days(days: Iterable[StoreDay]) -> pa.Table:
    rows = [(day.store_id, day.business_date, day.business_date.isoweekday()) for day in days]
    fields = [("store_id", pa.large_string()), ("business_date", pa.date32()), ("iso_weekday", pa.int32())]
    return _columns(fields, rows)


def _rostered(roster: Iterable[RosteredHour]) -> pa.Table:
    rows = [(row.store_id, row.date, row.hour, row.staff_hours) for row in roster]
    return _columns([(field.name, field.type) for field in arrow_schema_of(STAFF_HOUR)], rows).cast(
        arrow_schema_of(STAFF_HOUR)
    )


def _columns(fields: Iterable[tuple[str, pa.DataType]], rows: Sequence[Sequence[object]]) -> pa.Table:
    return pa.table({name: pa.array([row[place] for row in rows], type_) for place, (name, type_) in enumerate(fields)})
