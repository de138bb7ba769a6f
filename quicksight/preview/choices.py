"""What a reader of a lake's pages can choose: regions, stores, periods; and what cameras look at."""

from __future__ import annotations

from typing import Any

import duckdb

from quicksight.sql import DATED_KINDS, NO_REGION

_STORES = f"""
WITH counted AS (
  SELECT DISTINCT store_id FROM traffic_local_hour_v1
  UNION SELECT DISTINCT store_id FROM traffic_minute_v1
)
SELECT
  COALESCE(store.store_id, counted.store_id) AS store_id,
  COALESCE(store.name, store.store_id, counted.store_id) AS name,
  COALESCE(store.region, '{NO_REGION}') AS region,
  store.latitude, store.longitude, store.location_kind
FROM store_v1 AS store
FULL JOIN counted ON counted.store_id = store.store_id
WHERE COALESCE(store.store_id, counted.store_id) <> ''
ORDER BY name, store_id
"""
_PERIODS = f"""
SELECT
  period_id, period_kind, CAST(start_date AS VARCHAR) AS start_date, CAST(end_date AS VARCHAR) AS end_date,
  CAST(baseline_start_date AS VARCHAR) AS baseline_start_date, CAST(baseline_end_date AS VARCHAR) AS baseline_end_date,
  is_latest
FROM {{periods}}
WHERE period_kind IN {DATED_KINDS}
ORDER BY list_position({list(DATED_KINDS)}, period_kind), start_date DESC
"""
# What is not over yet is shown where nothing is, such as on the first day of a store.
_RUNNING = """(
  SELECT *, TRUE AS is_latest FROM period_v1
  WHERE (SELECT max(business_date) FROM traffic_local_hour_v1) BETWEEN start_date AND end_date
)"""
# Only of cameras that tell where people stand: nothing else is drawn over a picture.
_ZONES = """
SELECT store_id, camera_id, zone_id, COALESCE(name, zone_id) AS name, outline
FROM zone_v1
WHERE len(outline) > 0 AND (store_id, camera_id) IN (SELECT DISTINCT (store_id, camera_id) FROM heat_minute_v1)
ORDER BY store_id, camera_id, zone_id
"""
_COUNTRIES = "SELECT DISTINCT country FROM store_v1 WHERE country <> '' ORDER BY country"


def choices_of(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the choices of a lake: stores by name, periods by kind, the latest first.

    A store that counts and that nothing describes is among them, by its id. Periods are those that are over; where none
    is, those that run.
    """
    stores = _rows(connection, _STORES)
    return {
        "regions": sorted({store["region"] for store in stores}),
        "stores": stores,
        "periods": _periods(connection),
        "cameras": _cameras(_rows(connection, _ZONES)),
        "countries": [row["country"] for row in _rows(connection, _COUNTRIES)],
    }


def _periods(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    over = _rows(connection, _PERIODS.format(periods="period_choice"))
    return over or _rows(connection, _PERIODS.format(periods=_RUNNING))


def _cameras(zones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cameras: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for zone in zones:
        outline = [[point["x"], point["y"]] for point in zone["outline"]]
        seen = cameras.setdefault((zone["store_id"], zone["camera_id"]), [])
        seen.append({"zone_id": zone["zone_id"], "name": zone["name"], "outline": outline})
    return [{"store_id": store, "camera_id": camera, "zones": seen} for (store, camera), seen in cameras.items()]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
    return found
