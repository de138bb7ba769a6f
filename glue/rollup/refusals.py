"""What speaks against summing days: all of it is said at once, with the cure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

import pyarrow as pa

from contracts.tables import TRAFFIC_LOCAL_HOUR
from glue.business_day import BusinessDay
from glue.rollup.days import Dates

NAMED = 20
"""How many problems are named; the others are counted."""


class RollUpError(ValueError):
    """Days cannot be summed; the message says which, why, and what to do. The tables are as they were."""


def refuse(problems: Iterable[str]) -> None:
    """Raise `RollUpError` unless there is no problem."""
    found = list(problems)
    if found:
        more = [f"and {len(found) - NAMED} more"] if len(found) > NAMED else []
        raise RollUpError("\n".join([*found[:NAMED], *more]))


def unknown(store_ids: Iterable[str], stores: Mapping[str, ZoneInfo]) -> Iterator[str]:
    """Give the stores that `store_v1` does not describe: their own hours are not known."""
    for store_id in store_ids:
        if store_id not in stores:
            yield f"{store_id}: expected a store of store_v1, came none; describe it by `python -m glue dimensions`"


def not_over(
    store_ids: Iterable[str], stores: Mapping[str, ZoneInfo], date: dt.date, now: dt.datetime
) -> Iterator[str]:
    """Give the stores where a date is not over yet."""
    for store_id in store_ids:
        if store_id in stores and now < (closed_at := BusinessDay(date, stores[store_id]).closed_at):
            yield (
                f"{store_id}: expected a day that is over, came {date}; it can be summed from "
                f"{closed_at:%Y-%m-%d %H:%M} UTC on"
            )


def imported_before(hours: pa.Table, imported: pa.Table) -> Iterator[str]:
    """Give the lines of which hours about to be written were imported before.

    Args:
        hours: rows of `traffic_local_hour_v1` that were summed.
        imported: rows of it from imports, with the columns of the key, `business_date` and `source`.
    """
    key = list(TRAFFIC_LOCAL_HOUR.key)
    both = imported.join(hours.select(key), keys=key, join_type="inner")
    lines = both.group_by(["store_id", "line_id", "source"]).aggregate(
        [("business_date", "min"), ("business_date", "max"), ("window_start", "count")]
    )
    for line in lines.sort_by([("store_id", "ascending"), ("line_id", "ascending")]).to_pylist():
        dates = Dates(line["business_date_min"], line["business_date_max"])
        yield (
            f"{line['store_id']}, line {line['line_id']}, {dates}: expected hours that only the minutes tell of, came "
            f"{line['window_start_count']} of {line['source']}; delete these or leave out the days"
        )
