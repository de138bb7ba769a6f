"""Records of DynamoDB's streams as Lambda hands them over, read into what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.alerts import Action, Alert, action_of, alert_of
from lambdas.alert_store.items import values_of
from lambdas.notifier.queues import PoisonError

_ACT_KEY = "action_id"


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert was written; `old` is None when it is new."""

    old: Alert | None
    new: Alert
    row_ms: int


@dataclass(frozen=True, slots=True)
class NewAct:
    """Somebody did something about an alert."""

    act: Action
    row_ms: int


def read_record(record: Mapping[str, Any]) -> AlertChange | NewAct | None:
    """Read a record; None of one that tells that an item is gone, or that an act was written again.

    Raises:
        PoisonError: it is of neither table, or its image is not what the contract says.
    """
    try:
        return _read(record)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as broken:
        raise PoisonError(f"{type(broken).__name__}: {broken}") from broken


def _read(record: Mapping[str, Any]) -> AlertChange | NewAct | None:
    change = record["dynamodb"]
    if record["eventName"] == "REMOVE":
        return None
    new, old = values_of(change["NewImage"]), change.get("OldImage")
    if _ACT_KEY in new:
        # Acts never change: one written again says nothing new.
        return None if old else NewAct(action_of(new), _row_ms(change, int(new["acted_ms"])))
    alert = alert_of(new)
    return AlertChange(_old_alert(old), alert, _row_ms(change, alert.changed_ms))


def _old_alert(image: Mapping[str, Any] | None) -> Alert | None:
    """Read what was there before; nothing where it was not an alert, for the new one counts."""
    try:
        return alert_of(values_of(image)) if image else None
    except (ValueError, TypeError, AttributeError):
        return None


def _row_ms(change: Mapping[str, Any], default: int) -> int:
    created = change.get("ApproximateCreationDateTime")
    return int(float(created) * 1000) if isinstance(created, int | float) else default
