"""The rows of a data set as one SELECT in Trino's SQL: the same for Quick Sight (Athena) and, translated, for DuckDB.

A row is that of the view, with the name and the region of its store beside it. A store that nothing describes keeps its
rows: its name is then its id, and its region `no region`.
"""

from __future__ import annotations

from collections.abc import Iterator

from quicksight.model.data_sets import STORE_ATTRIBUTES, STORE_COLUMNS, DataSet

DATED_KINDS = ("month", "quarter", "season", "year", "iso_week")
"""Kinds of periods that the rows of a dated data set are repeated for."""
PERIOD_COLUMNS = ("period_id", "period_kind")
NO_REGION = "no region"
CHAIN = "chain"
REGION_SCOPE = "region:"
"""What the scope of a region's row begins with."""


def data_set_sql(data_set: DataSet, *, for_period: bool) -> str:
    """Return the SELECT of a data set's rows; no row has a NULL for its `scope`.

    Args:
        data_set: what is asked for.
        for_period: True gives what Quick Sight filters by a period's id and by the clock: rows of a dated data set come
            once for each period that has their date, so what chooses no period must choose one kind of them. False
            gives each row once, and takes what is recent by the newest row instead of by the clock, for a lake that
            keeps the past.
    """
    conditions = [*_conditions(data_set, for_period=for_period)]
    where = "\nWHERE " + "\n  AND ".join(conditions) if conditions else ""
    columns = ",\n".join(f"  {column}" for column in _columns(data_set, for_period=for_period))
    return f"SELECT\n{columns}\nFROM {data_set.view} AS fact\n{_joins(data_set, for_period=for_period)}{where}"


def output_columns(data_set: DataSet, *, for_period: bool) -> tuple[str, ...]:
    """Return the names of the columns of `data_set_sql`, in its order."""
    periods = PERIOD_COLUMNS if for_period and data_set.dated is not None else ()
    return (*(name for name in data_set.columns if name not in STORE_COLUMNS), *STORE_COLUMNS, *periods)


def _columns(data_set: DataSet, *, for_period: bool) -> Iterator[str]:
    said = {
        "store_name": f"COALESCE(store.name, {_place(data_set)})",
        "region": _region(data_set),
        "scope": _scope(data_set),
    }
    for name in output_columns(data_set, for_period=for_period):
        if name in said:
            yield f"{said[name]} AS {name}"
        elif name in PERIOD_COLUMNS and name not in data_set.columns:
            yield f"period.{name}"
        else:
            yield f"{'store' if name in STORE_ATTRIBUTES else 'fact'}.{name}"


def _joins(data_set: DataSet, *, for_period: bool) -> str:
    joined = f"LEFT JOIN store_v1 AS store ON store.store_id = {_place(data_set)}"
    if for_period and data_set.dated is not None:
        joined += (
            f"\nINNER JOIN period_v1 AS period\n  ON period.period_kind IN ({_quoted(DATED_KINDS)})"
            f"\n  AND fact.{data_set.dated} BETWEEN period.start_date AND period.end_date"
        )
    return joined


def _conditions(data_set: DataSet, *, for_period: bool) -> Iterator[str]:
    if data_set.period_kinds:
        yield f"fact.period_kind IN ({_quoted(data_set.period_kinds)})"
    if data_set.recent is not None:
        column, hours = data_set.recent
        newest = f"(SELECT max({column}) FROM {data_set.view})"
        yield f"fact.{column} >= {'current_timestamp' if for_period else newest} - INTERVAL '{hours}' HOUR"


def _place(data_set: DataSet) -> str:
    """Return the store of a row: null where the row is of a region or of the chain."""
    return "fact.store_id" if data_set.owner == "store" else "CASE fact.level WHEN 'store' THEN fact.place END"


def _region(data_set: DataSet) -> str:
    known = f"COALESCE(store.region, '{NO_REGION}')"
    if data_set.owner == "store":
        return known
    return f"CASE fact.level WHEN 'store' THEN {known} WHEN 'region' THEN fact.place END"


def _scope(data_set: DataSet) -> str:
    if data_set.owner == "store":
        return "fact.store_id"
    of_region = f"WHEN 'region' THEN '{REGION_SCOPE}' || fact.place"
    return f"CASE fact.level WHEN 'store' THEN fact.place {of_region} ELSE '{CHAIN}' END"


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
