"""The sample's alerts and what people did about them: one of each hazard, and one of a queue in each store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from contracts.alerts import action_id, alert_id
from tests.sample.stores import Row

MINUTE = dt.timedelta(minutes=1)


def alert_rows(hazards: Iterable[Row], lane_minutes: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of alert_v1 and alert_action_v1."""
    alerts = [*(_of_hazard(row) for row in hazards), *_of_queues(lane_minutes)]
    states = [state for alert in alerts for state in _states(alert)]
    return {"alert_v1": states, "alert_action_v1": [act for alert in alerts for act in _acts(alert)]}


def _of_hazard(row: Row) -> Row:
    place = {"place_kind": "zone", "place_id": row["zone_id"], "severity": "high", "hazard_id": row["hazard_id"]}
    measured = {"metric": f"hazard.{row['label']}", "value": row["confidence"], "limit_value": 0.5}
    return _alert(row["store_id"], "spill", row["event_time"], place | measured)


def _of_queues(lane_minutes: Iterable[Row]) -> Iterator[Row]:
    """Give one alert for each lane's first minute with somebody in its queue."""
    seen = set()
    for row in lane_minutes:
        if row["queue_length_max"] and (lane := (row["store_id"], row["lane_id"])) not in seen:
            seen.add(lane)
            place = {"place_kind": "lane", "place_id": row["lane_id"], "severity": "medium", "hazard_id": ""}
            measured = {"metric": "queue_length", "value": float(row["queue_length_max"]), "limit_value": 1.0}
            yield _alert(row["store_id"], "long-queue", row["window_start"], place | measured)


def _alert(store_id: str, rule_id: str, started: dt.datetime, values: Row) -> Row:
    started_ms = round(started.timestamp() * 1000)
    return values | {
        "store_id": store_id,
        "alert_id": alert_id(store_id, values["place_kind"], values["place_id"], rule_id, started_ms),
        "rule_id": rule_id,
        "rule_version": 1,
        "title": "",
        "worst_value": values["value"],
        "history": "[]",
        "advice": "",
        "roles": "manager",
        "escalation_roles": "regional_manager",
        "cool_down_seconds": 600,
        "repeat_of": "",
        "clip_id": "",
        "started_time": started,
        "raised_time": started + MINUTE,
    }


def _states(alert: Row) -> Iterator[Row]:
    """Give its first state, escalated for a hazard, and resolved."""
    raised = alert["raised_time"]
    yield alert | {
        "state": "needs_review" if alert["hazard_id"] else "raised",
        "changed_time": raised,
        "ended_time": None,
    }
    if alert["hazard_id"]:
        yield alert | {"state": "escalated", "changed_time": raised + 5 * MINUTE, "ended_time": None}
    ended = raised + 10 * MINUTE
    yield alert | {"state": "resolved", "changed_time": ended, "ended_time": ended}


def _acts(alert: Row) -> Iterator[Row]:
    """Give an acknowledgement, and of a hazard what the person found: true in one store, false in the others."""
    acted = {"store_id": alert["store_id"], "alert_id": alert["alert_id"], "person_id": "person-1"}
    when = alert["raised_time"] + 2 * MINUTE
    yield acted | {"action_id": action_id(alert["alert_id"], 1), "action": "acknowledge", "acted_time": when}
    if alert["hazard_id"]:
        verdict = "true" if alert["store_id"] == "berlin-1" else "false"
        found = {"action": "verdict", "verdict": verdict, "acted_time": when + MINUTE}
        yield acted | found | {"action_id": action_id(alert["alert_id"], 2)}
