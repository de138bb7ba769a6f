"""Minutes to local hours: the SELECTs of `sql/rollup` on DuckDB, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from contracts.tables import DWELL_MINUTE, LANE_MINUTE, ROLLUP_TABLES, STORE, TRAFFIC_MINUTE, ZONE_MINUTE, Table
from glue.dialect import sql_for
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import VIEWS_FOLDER, View, load_views

ROLLUP_FOLDER = VIEWS_FOLDER.parent / "rollup"
READ_TABLES = (ZONE_MINUTE, DWELL_MINUTE, LANE_MINUTE, TRAFFIC_MINUTE)
"""Which minutes are summed."""
NOT_READ = frozenset({"window_end", "occupancy_mean", "queue_length_mean", "quality", "lost_share", "little_gap"})
"""Columns of minutes that their sums are worked out without."""


@cache
def rollup_views() -> Mapping[str, View]:
    """Return the SELECT of each roll-up by the name of its table, and those that they build on."""
    return {view.name: view for view in load_views(folder=ROLLUP_FOLDER)}


def columns_read(table: Table) -> tuple[str, ...]:
    """Return the columns of a table of minutes that `local_hours` needs."""
    return tuple(column.name for column in table.columns if column.name not in NOT_READ)


def local_hours(minutes: Mapping[str, pa.Table], stores: pa.Table) -> dict[str, pa.Table]:
    """Return the rows of each roll-up, by its name and in its order of rows.

    Args:
        minutes: rows of `READ_TABLES` by table, with `columns_read`; a table that is not given is empty. Days of which
            only a part is given come out as that part.
        stores: rows of `store_v1`; minutes of other stores are left out.
    """
    views = rollup_views()
    names = {table.name for table in ROLLUP_TABLES}
    connection = connect(
        {**minutes, STORE.name: stores}, views=[view for name, view in views.items() if name not in names]
    )
    with connection:
        return {
            table.name: _sorted(table, connection.sql(sql_for("duckdb", views[table.name].sql)).to_arrow_table())
            for table in ROLLUP_TABLES
        }


def _sorted(table: Table, rows: pa.Table) -> pa.Table:
    return rows.cast(arrow_schema_of(table)).sort_by([(name, "ascending") for name in table.sort_by])
