"""A small mapping to vary, and a check of lines of CSV by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from glue.importing.checking import HOURS_SCHEMA, Checked, Checker
from glue.importing.mapping import mapping_of
from glue.importing.reading import read_source

TODAY = dt.date(2026, 9, 1)
MAPPING: dict[str, Any] = {
    "name": "old-counters",
    "time": {"zone": "Europe/London", "date": "date", "hour": "hour"},
    "store": {"column": "store"},
    "line": {"constant": "door"},
    "columns": {"in_count": "people"},
}
Check = Callable[..., Checked]


def changed(**tables: Any) -> dict[str, Any]:
    """Return `MAPPING` with keys of its tables put in, or whole values that are no tables."""
    mapping = dict(MAPPING)
    for name, value in tables.items():
        mapping[name] = {**mapping.get(name, {}), **value} if isinstance(value, dict) else value
    return mapping


def found(checked: Checked, rule: str) -> list[dict[str, Any]]:
    """Return what a rule found."""
    return [finding for finding in checked.findings.to_pylist() if finding["rule"] == rule]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check lines of a CSV, its header first, by a mapping; the lake has `lake_hours`, and the stores of `zones`."""

    def check_lines(
        *lines: str,
        mapping: Mapping[str, Any] = MAPPING,
        zones: Mapping[str, str] | None = None,
        lake_hours: Sequence[Mapping[str, Any]] = (),
    ) -> Checked:
        path = tmp_path / "counts.csv"
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        read = mapping_of(mapping, subject="mapping")
        elsewhere = pa.Table.from_pylist(list(lake_hours), schema=HOURS_SCHEMA)
        checker = Checker(
            mapping=read,
            store_zones={"north": "Europe/London"} if zones is None else zones,
            lake_hours=lambda _: elsewhere,
            today=TODAY,
        )
        return checker.check(read_source([str(path)], read))

    return check_lines
