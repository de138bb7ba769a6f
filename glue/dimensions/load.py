"""Writes a dimension whole: one commit, and none when nothing differs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.table import Table as IcebergTable

from contracts.tables import Table
from glue.dimensions.problems import DimensionError
from glue.lake import Lake
from glue.schemas import arrow_schema_of

COMMIT_ATTEMPTS = 3
"""Nobody else writes dimensions but another run of the same: what it wrote is compared with again."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many rows of a table differ from what it should hold."""

    table: str
    added: int
    removed: int
    changed: int

    @property
    def is_none(self) -> bool:
        """Nothing differs."""
        return not (self.added or self.removed or self.changed)


def replace_dimension(lake: Lake, table: Table, rows: pa.Table) -> Change:
    """Make the table hold exactly these rows, in one commit; what already does so is left alone.

    Args:
        lake: Where the table is.
        table: Its contract.
        rows: Its columns in any order; no rows at all empty the table.

    Raises:
        DimensionError: the rows break the contract, all problems at once, or the table is not there.
        CommitFailedException: the table changed under every attempt.
    """
    wanted = checked(table, rows)
    for attempts_left in reversed(range(COMMIT_ATTEMPTS)):
        stored = _stored(lake, table)
        change = difference(table, stored.scan().to_arrow(), wanted)
        if change.is_none:
            return change
        try:
            _overwrite(stored, wanted.sort_by([(name, "ascending") for name in table.sort_by]))
        except (CommitFailedException, ValidationException):
            if not attempts_left:
                raise
        else:
            return change
    raise AssertionError("unreachable")


def planned_change(lake: Lake, table: Table, rows: pa.Table) -> Change:
    """Return what `replace_dimension` would change; errors as there."""
    wanted = checked(table, rows)
    return difference(table, _stored(lake, table).scan().to_arrow(), wanted)


def checked(table: Table, rows: pa.Table) -> pa.Table:
    """Return the rows as the contract has them: its columns, its order, its types.

    Raises:
        DimensionError: with every column that is missing, unknown or null, and every key that comes twice.
    """
    if problems := list(_problems_of_columns(table, rows)):
        raise DimensionError(f"Rows for {table.name}", problems)
    if problems := [*_problems_of_values(table, rows), *_problems_of_keys(table, rows)]:
        raise DimensionError(f"Rows for {table.name}", problems)
    schema = arrow_schema_of(table)
    return rows.select(schema.names).cast(schema)


def difference(table: Table, stored: pa.Table, wanted: pa.Table) -> Change:
    """Count the rows that lead from what is stored to what is wanted; nulls equal each other."""
    names = ", ".join(column.name for column in table.columns)
    with duckdb.connect() as connection:
        connection.register("stored", stored)
        connection.register("wanted", wanted)
        found = connection.execute(f"""
            WITH new AS (SELECT {names} FROM wanted EXCEPT ALL SELECT {names} FROM stored),
            old AS (SELECT {names} FROM stored EXCEPT ALL SELECT {names} FROM wanted),
            changed AS (SELECT {", ".join(table.key)} FROM new INTERSECT SELECT {", ".join(table.key)} FROM old)
            SELECT (SELECT count(*) FROM new), (SELECT count(*) FROM old), (SELECT count(*) FROM changed)
        """).fetchone()
    new, old, changed = found or (0, 0, 0)
    return Change(table.name, added=new - changed, removed=old - changed, changed=changed)


def _stored(lake: Lake, table: Table) -> IcebergTable:
    try:
        return lake.table(table)
    except NoSuchTableError:
        expected = f"expected it in the database {lake.database}, but it is not there; run `python -m glue apply`"
        raise DimensionError(f"The table {table.name}", [expected]) from None


def _overwrite(stored: IcebergTable, wanted: pa.Table) -> None:
    with warnings.catch_warnings():
        # A table that had no rows is as good as any.
        warnings.filterwarnings("ignore", "Delete operation did not match any records")
        stored.overwrite(wanted)


def _problems_of_columns(table: Table, rows: pa.Table) -> Iterator[str]:
    names = [column.name for column in table.columns]
    if missing := [name for name in names if name not in rows.column_names]:
        yield f"expected the columns {', '.join(names)}, missing: {', '.join(missing)}; add them"
    if unknown := [name for name in rows.column_names if name not in names]:
        yield f"expected the columns {', '.join(names)}, unknown: {', '.join(unknown)}; remove them"


def _problems_of_values(table: Table, rows: pa.Table) -> Iterator[str]:
    for column in table.columns:
        values = rows.column(column.name)
        if column.required and values.null_count:
            yield f"{column.name}: expected a value in each row, came none in {values.null_count}; fill it"
        if column.choices:
            odd = [
                value for value in pc.unique(values).to_pylist() if value is not None and value not in column.choices
            ]
            if odd:
                yield f"{column.name}: expected one of {', '.join(column.choices)}, came {odd}; correct it"


def _problems_of_keys(table: Table, rows: pa.Table) -> Iterator[str]:
    counted = rows.group_by(list(table.key)).aggregate([([], "count_all")])
    for twice in counted.filter(pc.field("count_all") > 1).to_pylist():
        times = twice.pop("count_all")
        key = ", ".join(f"{name}={value}" for name, value in twice.items())
        yield f"expected each key once, came {key} {times} times; keep one of them"
