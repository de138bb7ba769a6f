"""Units: every number of the lake says in what it is told."""

from __future__ import annotations

import pytest

from contracts.fields import Field
from contracts.render.markdown import flattened
from contracts.tables import LAKE_TABLES, Table
from contracts.types import DOUBLE, INTEGER, LONG
from contracts.units import unit_of


@pytest.mark.parametrize("table", LAKE_TABLES, ids=lambda table: table.name)
def test_every_number_has_a_unit(table: Table) -> None:
    """Rule: a number's name tells its unit, in nested structures too."""
    numbers = [field for field in flattened(table.columns) if field.type in (INTEGER, LONG, DOUBLE)]
    names = [Field(field.name.rpartition(".")[2], field.type, field.doc) for field in numbers]
    assert all(unit_of(field) for field in names)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("dwell_ms", "milliseconds"),
        ("staff_person_ms", "person-milliseconds"),
        ("entered_ms", "milliseconds since 1970-01-01 UTC"),
        ("coverage", "share, 0 to 1"),
        ("staff_hours", "hours"),
    ],
)
def test_units_are_read_off_names(name: str, unit: str) -> None:
    """Rule: the longest suffix that is known wins; an epoch is no duration."""
    assert unit_of(Field(name, LONG, "")) == unit


def test_unknown_unit_is_refused() -> None:
    """Rule: a number without a unit is an error that says where to name it."""
    with pytest.raises(KeyError, match=r"contracts/units\.py"):
        unit_of(Field("stuff", DOUBLE, ""))
