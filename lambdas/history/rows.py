"""A change of an alert, or an act, as a row of the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.alerts import Action, Alert, action_of, alert_of
from contracts.fields import Field
from contracts.tables import ALERT, ALERT_ACTION, Table
from lambdas.alert_store.items import values_of

_LONGEST = 2**63


class PoisonError(ValueError):
    """A record is not what it should be; another try gives the same."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row, the table that it belongs to, and the instant before which the table cannot hold a row of its key."""

    table: Table
    values: dict[str, Any]
    earliest: dt.datetime

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from the table's other rows."""
        return tuple(self.values[name] for name in self.table.key)


def row_of(record: Mapping[str, Any]) -> HistoryRow | None:
    """Read a record of a DynamoDB stream; None where an item expired or was removed: history stays.

    Raises:
        PoisonError: it is of neither table, or its image is not what the contract says.
    """
    try:
        if record["eventName"] == "REMOVE":
            return None
        image = values_of(record["dynamodb"]["NewImage"])
        return _act_row(action_of(image)) if "action_id" in image else _alert_row(alert_of(image))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, OSError) as broken:
        raise PoisonError(f"{type(broken).__name__}: {broken}") from broken


def _alert_row(alert: Alert) -> HistoryRow:
    times = {
        f"{name}_time": _instant(getattr(alert, f"{name}_ms")) for name in ("started", "raised", "ended", "changed")
    }
    values = _columns(ALERT, alert, times)
    # A replay may find a state to have begun at another instant, and never before the alert did.
    return HistoryRow(ALERT, values, earliest=values["started_time"])


def _act_row(act: Action) -> HistoryRow:
    values = _columns(ALERT_ACTION, act, {"acted_time": _instant(act.acted_ms)})
    return HistoryRow(ALERT_ACTION, values, earliest=values["acted_time"])


def _columns(table: Table, item: Alert | Action, times: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.name: _checked(column, times[column.name] if column.name in times else getattr(item, column.name))
        for column in table.columns
    }


def _checked(column: Field, value: Any) -> Any:
    """Return a value that the table takes: one that it does not would hold up every other of its batch."""
    if value is None and column.required:
        raise ValueError(f"{column.name}: expected a value, came none")
    if column.choices and value is not None and value not in column.choices:
        raise ValueError(f"{column.name}: expected one of {', '.join(column.choices)}, came {value!r}")
    if isinstance(value, int) and not -_LONGEST <= value < _LONGEST:
        raise ValueError(f"{column.name}: expected a number of 64 bits, came {value}")
    return value


def _instant(time_ms: int) -> dt.datetime | None:
    """Return an instant; an alert that is not over has ended at 0."""
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC) if time_ms else None
