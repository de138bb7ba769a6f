"""A change of an alert, or an act, as a row of the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.alerts import Action, Alert, action_of, alert_of
from contracts.tables import ALERT, ALERT_ACTION, Table
from lambdas.alert_store.items import values_of


class PoisonError(ValueError):
    """A record is not what it should be; another try gives the same."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row, and the table that it belongs to."""

    table: Table
    values: dict[str, Any]

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
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as broken:
        raise PoisonError(f"{type(broken).__name__}: {broken}") from broken


def _alert_row(alert: Alert) -> HistoryRow:
    times = {
        f"{name}_time": _instant(getattr(alert, f"{name}_ms")) for name in ("started", "raised", "ended", "changed")
    }
    return HistoryRow(ALERT, _columns(ALERT, alert, times))


def _act_row(act: Action) -> HistoryRow:
    return HistoryRow(ALERT_ACTION, _columns(ALERT_ACTION, act, {"acted_time": _instant(act.acted_ms)}))


def _columns(table: Table, item: Alert | Action, times: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.name: times[column.name] if column.name in times else getattr(item, column.name)
        for column in table.columns
    }


def _instant(time_ms: int) -> dt.datetime | None:
    """Return an instant; an alert that is not over has ended at 0."""
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC) if time_ms else None
