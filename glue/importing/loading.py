"""Puts an import's hours into the lake in one commit, in place of what it had there before, or takes them out again."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg import expressions
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table as IcebergTable

from contracts.tables import STORE, TRAFFIC_LOCAL_HOUR
from glue.lake import Lake

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
_LAKE_HOUR_FIELDS = ("store_id", "line_id", "window_start", "in_count", "source")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of the import gave way to how many."""

    rows_before: int
    rows_after: int


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """The table of local hours as it stood at one instant: what is compared with it is what the commit builds on."""

    table: IcebergTable

    @classmethod
    def of(cls, lake: Lake) -> HistoryTable:
        """Return the table as it stands now.

        Raises:
            NoSuchTableError: the lake has none yet.
        """
        table = lake.table(TRAFFIC_LOCAL_HOUR)
        # pyiceberg would try again on what somebody else just committed, which was not compared with.
        properties = {**table.metadata.properties, "commit.retry.num-retries": "0"}
        table.metadata = table.metadata.model_copy(update={"properties": properties})
        return cls(table)

    def hours_from_elsewhere(self, hours: pa.Table, source: str) -> pa.Table:
        """Return the rows of other origin of the same stores and dates, as far as a rule needs them."""
        if not hours.num_rows:
            return self._scan(_by.AlwaysFalse())
        dates = pc.min_max(hours["business_date"]).as_py()
        within = _by.And(
            _by.GreaterThanOrEqual("business_date", dates["min"].isoformat()),
            _by.LessThanOrEqual("business_date", dates["max"].isoformat()),
        )
        stores = _by.In("store_id", hours["store_id"].unique().to_pylist())
        return self._scan(_by.And(_by.And(stores, within), _by.NotEqualTo("source", source)))

    def replace(self, hours: pa.Table, source: str) -> Loaded:
        """Put an import's hours in place of those that it has.

        Raises:
            CommitFailedException: somebody else changed the table since it was read; nothing was changed.
        """
        before = self._count(source)
        with warnings.catch_warnings():
            # A first import finds no rows to replace.
            warnings.filterwarnings("ignore", "Delete operation did not match any records")
            self.table.overwrite(hours, overwrite_filter=_by.EqualTo("source", source))
        return Loaded(before, hours.num_rows)

    def remove(self, source: str) -> Loaded:
        """Take an import's hours out; errors as of `replace`."""
        before = self._count(source)
        if before:
            self.table.delete(_by.EqualTo("source", source))
        return Loaded(before, 0)

    def sources(self) -> tuple[str, ...]:
        """Return where the rows are from, sorted."""
        found = self.table.scan(selected_fields=("source",)).to_arrow()
        return tuple(sorted(found["source"].unique().to_pylist()))

    def _count(self, source: str) -> int:
        return int(self.table.scan(row_filter=_by.EqualTo("source", source)).count())

    def _scan(self, condition: BooleanExpression) -> pa.Table:
        return self.table.scan(row_filter=condition, selected_fields=_LAKE_HOUR_FIELDS).to_arrow()


def store_zones_of(lake: Lake) -> Mapping[str, str]:
    """Return the stores of `store_v1` and their time zones; none where there is no such table yet."""
    try:
        stores = lake.table(STORE).scan(selected_fields=("store_id", "time_zone")).to_arrow()
    except NoSuchTableError:
        return {}
    return dict(zip(stores["store_id"].to_pylist(), stores["time_zone"].to_pylist(), strict=True))
