"""Eight cameras over Leeds' shopping streets, 2009 to 2016, as stores of a lake that are open day and night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from contracts.tables import TABLES
from glue.schemas import arrow_schema_of
from tests.sql.lake_rows import Row
from tests.sql.seasons.chain import season_connection, table_of

FILE = "footfall/leeds_footfall_2009_2016_hourly.csv.gz"
LAST_DATE = dt.date(2016, 12, 31)
# A camera's hour that the file has twice is the same both times; a day without any row is one that nobody counted.
HOURS = """
SELECT DISTINCT
  LocationName AS store_id, 'camera' AS line_id, CAST(strptime(NewDate, '%d-%b-%Y') AS date) AS business_date,
  CAST(Hour AS integer) AS hour_of_day, business_date + INTERVAL 1 HOUR * Hour AS window_start,
  window_start + INTERVAL 1 HOUR AS window_end, CAST(InCount AS bigint) AS in_count, CAST(0 AS bigint) AS out_count,
  CAST(0 AS bigint) AS staff_in_count, CAST(0 AS bigint) AS staff_out_count, 1e0 AS coverage,
  CAST(NULL AS double) AS camera_up_share, CAST(NULL AS double) AS late_share, 'good' AS quality,
  'import:leeds' AS source
FROM read_csv(?, all_varchar = false, types = {'Date': 'VARCHAR', 'NewDate': 'VARCHAR'})
"""
DAYS = """
SELECT
  store_id, CAST(date AS date) AS business_date, date AS day_start, date + INTERVAL 1 DAY AS day_end, true AS is_open,
  date AS opens_at, date + INTERVAL 1 DAY AS closes_at, 24e0 AS open_hours, CAST(NULL AS varchar) AS public_holiday,
  CAST(NULL AS varchar) AS school_holiday, CAST(date AS date) - 364 AS comparable_date
FROM (SELECT DISTINCT store_id FROM hours)
CROSS JOIN generate_series(TIMESTAMP '2009-01-01', TIMESTAMP '2016-12-31', INTERVAL 1 DAY) AS dates (date)
"""
STORES = """
SELECT store_id, store_id AS name, 'Leeds' AS region, 'GB' AS country, 'Europe/London' AS time_zone,
  [] AS opening_hours
FROM (SELECT DISTINCT store_id FROM hours)
"""


def leeds_lake(trial_data: Path, tables: Mapping[str, Iterable[Row]]) -> duckdb.DuckDBPyConnection:
    """Return a lake with the real counts, and further tables."""
    source = duckdb.connect()
    source.execute("SET TimeZone = 'UTC'")
    hours = source.sql(HOURS, params=[str(trial_data / FILE)]).to_arrow_table()
    source.register("hours", hours)
    made = {
        "traffic_local_hour_v1": _as_contract("traffic_local_hour_v1", hours),
        "store_day_v1": _as_contract("store_day_v1", source.sql(DAYS).to_arrow_table()),
        "store_v1": _as_contract("store_v1", source.sql(STORES).to_arrow_table()),
    }
    return season_connection({**made, **{name: table_of(name, content) for name, content in tables.items()}})


def _as_contract(name: str, given: pa.Table) -> pa.Table:
    """Return a table with the columns of the contract, those that it lacks null."""
    schema = arrow_schema_of(TABLES[name])
    columns = [
        given[column.name].cast(column.type) if column.name in given.column_names else pa.nulls(len(given), column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
