"""The sample lake: complete, right by the contracts, and without a contradiction."""

from __future__ import annotations

import pyarrow as pa
import pytest

from contracts.tables import LAKE_TABLES, TABLES, Table
from tests.lake_sample import lake_sample


def keyed(table: Table, rows: pa.Table) -> list[tuple[object, ...]]:
    """Return the keys of a table's rows."""
    columns = (rows[name].to_pylist() for name in table.key)
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("table", LAKE_TABLES, ids=lambda table: table.name)
def test_table_is_filled_by_the_contract(table: Table) -> None:
    """Rule: every lake table has rows, nothing required is null, and no key comes twice."""
    rows = lake_sample()[table.name]
    assert rows.num_rows
    assert [field.name for field in rows.schema if not field.nullable and rows[field.name].null_count] == []
    keys = keyed(table, rows)
    assert len(set(keys)) == len(keys)


def test_every_choice_is_among_the_contracts() -> None:
    """Rule: a column with a closed set of values has none but these."""
    sample = lake_sample()
    strange = {
        f"{table.name}.{column.name}": found
        for table in LAKE_TABLES
        for column in TABLES[table.name].columns
        if column.choices
        if (found := set(sample[table.name][column.name].unique().to_pylist()) - {None, *column.choices})
    }
    assert strange == {}
