"""Sums closed days of many stores, and puts the hours in place of those that were summed before.

A month of dates is one commit for each table, for all stores together: its files are those of the month, so that a
commit for each store would write them as often as there are stores. Doing it again changes nothing; a day that was
reconciled since comes out anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import compute
from pyiceberg.expressions import AlwaysTrue, BooleanExpression

from contracts.tables import ROLLUP_TABLES, STORE, TRAFFIC_LOCAL_HOUR, Table
from glue.lake import Lake
from glue.reconcile import Replaced
from glue.rollup.conditions import imported_hours_of, minutes_of, of_stores, summed_hours_of
from glue.rollup.days import Dates
from glue.rollup.hours import READ_TABLES, columns_read, local_hours
from glue.rollup.refusals import imported_before, not_over, refuse, unknown
from glue.rollup.replacement import replace_rows

_arrow: Any = compute
STORES_AT_A_TIME = 100
"""How many stores a pass reads at most: a filter by more than 200 names skips no files."""
STORE_DAYS_AT_A_TIME = 200
"""How much a pass reads at most: about 4 million rows of minutes, half a gigabyte in memory."""
Stores = Mapping[str, ZoneInfo]


@dataclass(frozen=True, slots=True)
class RollUp:
    """Fills the tables of local hours of a lake."""

    lake: Lake

    def roll_up(self, dates: Dates, *, now: dt.datetime, store_ids: Collection[str] | None = None) -> list[Replaced]:
        """Sum the dates of stores, where each date is the store's own.

        Args:
            dates: which days.
            now: a day is over two hours after midnight where the store is.
            store_ids: which stores; all of `store_v1` by default.

        Raises:
            RollUpError: a store is not described, a day is not over, or imported hours are in the way.
            CommitFailedException: a table changed under every attempt; months before it are done, run it again.
        """
        stores = self._stores()
        asked = sorted(set(stores if store_ids is None else store_ids))
        named = asked if store_ids is not None else sorted(self._senders(stores, dates))
        refuse([*unknown(named, stores), *not_over(asked, stores, dates.last, now)])
        if not asked:
            return []
        wanted = {store_id: stores[store_id] for store_id in asked}
        return [done for month in dates.by_month() for done in self._month(month, wanted)]

    def _month(self, month: Dates, stores: Stores) -> list[Replaced]:
        passes = [self._hours(days, group) for group, days in _passes(month, stores)]
        hours = {table.name: pa.concat_tables(each[table.name] for each in passes) for table in ROLLUP_TABLES}
        refuse(self._imported(hours[TRAFFIC_LOCAL_HOUR.name], stores, month))
        return [
            replace_rows(self.lake, table, hours[table.name], summed_hours_of(table, stores, month))
            for table in ROLLUP_TABLES
        ]

    def _hours(self, dates: Dates, stores: Stores) -> dict[str, pa.Table]:
        during = of_stores(stores) & minutes_of(dates, stores.values())
        minutes = {table.name: self._rows(table, during, columns_read(table)) for table in READ_TABLES}
        described = self._rows(STORE, of_stores(stores))
        # Where time zones differ, a part of the neighbouring dates was read too.
        date = _arrow.field("business_date")
        is_asked = (date >= dates.first) & (date <= dates.last)
        return {name: rows.filter(is_asked) for name, rows in local_hours(minutes, described).items()}

    def _imported(self, hours: pa.Table, stores: Stores, month: Dates) -> Iterator[str]:
        columns = (*TRAFFIC_LOCAL_HOUR.key, "business_date", "source")
        return imported_before(hours, self._rows(TRAFFIC_LOCAL_HOUR, imported_hours_of(stores, month), columns))

    def _stores(self) -> dict[str, ZoneInfo]:
        rows = self._rows(STORE, AlwaysTrue(), ("store_id", "time_zone"))
        return {row["store_id"]: ZoneInfo(row["time_zone"]) for row in rows.to_pylist()}

    def _senders(self, stores: Stores, dates: Dates) -> set[str]:
        """Return who sent minutes on those dates, described or not."""
        during = minutes_of(dates, stores.values() or [ZoneInfo("UTC")])
        return {
            store_id
            for table in READ_TABLES
            for batch in self.lake.table(table).scan(during, selected_fields=("store_id",)).to_arrow_batch_reader()
            for store_id in batch.column("store_id").unique().to_pylist()
        }

    def _rows(self, table: Table, condition: BooleanExpression, columns: Sequence[str] = ("*",)) -> pa.Table:
        return self.lake.table(table).scan(condition, selected_fields=tuple(columns)).to_arrow()


def _passes(month: Dates, stores: Stores) -> Iterator[tuple[Stores, Dates]]:
    # Stores of one time zone together: their days begin at once.
    by_zone = sorted(stores.items(), key=lambda store: (str(store[1]), store[0]))
    for first in range(0, len(by_zone), STORES_AT_A_TIME):
        group = dict(by_zone[first : first + STORES_AT_A_TIME])
        for days in month.pieces(STORE_DAYS_AT_A_TIME // len(group)):
            yield group, days
