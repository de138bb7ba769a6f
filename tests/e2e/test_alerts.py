"""The job's alerts are those that the policy, run without Flink over the same events, gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from alert_lab.replay import replay
from alert_lab.windows import Signal, dwells_of, signals_of
from contracts.alerts import Alert
from contracts.tables import DYNAMODB_TABLES
from flink_jobs.alerting.rulebook import Book, read_book_text
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.rules import RuleStore, rules_text
from tests.e2e.conftest import Run
from tests.e2e.records import POISON_STORE, SAMPLE_STORE, SHUFFLED_STORE, TWIN_STORE
from tests.e2e.test_truth import events_of

pytestmark = pytest.mark.e2e

SETTLED_MS = 120_000
"""Before the end of the run: what was due then may or may not have been done when the job was drained."""


@pytest.fixture(scope="module")
def book(run: Run) -> Book:
    """The rules, as the job read them."""
    rules = RuleStore(run.pipeline.stack.boto3_client("dynamodb"))
    return read_book_text(rules_text(rules.current("any", 1).values()))


@pytest.fixture(scope="module")
def events(run: Run) -> dict[str, list[dict[str, Any]]]:
    """The accepted events by store."""
    stores: dict[str, list[dict[str, Any]]] = {}
    for event in events_of(run, "accepted"):
        stores.setdefault(event["store_id"], []).append(event)
    return stores


def signals(run: Run, store_id: str, events: list[dict[str, Any]]) -> list[Signal]:
    """Return a store's signals, visits as the lake has them."""
    times = {event["event_id"]: event["event_time_ms"] for event in events}
    revisions = run.lake.rows(f"SELECT * FROM visit_v1 WHERE store_id = '{store_id}'")
    return signals_of(events, dwells_of(revisions, times))


def told(run: Run, store_id: str) -> dict[str, Alert]:
    """Return the alerts of a store as the job left them."""
    store = ActionStore(run.pipeline.stack.boto3_client("dynamodb"))
    return {case.alert.alert_id: _unexpiring(case.alert) for case in store.cases(store_id)}


def expected(run: Run, store_id: str, events: dict[str, list[dict[str, Any]]], book: Book) -> dict[str, Alert]:
    """Return the alerts of a store by the policy alone, each in its last state."""
    end_ms = max(event["event_time_ms"] for each in events.values() for event in each)
    alerts = replay(store_id, signals(run, store_id, events[store_id]), book, until_ms=end_ms - SETTLED_MS)
    return {alert.alert_id: _unexpiring(alert) for alert in alerts}


def _unexpiring(alert: Alert) -> Alert:
    # A replay of a past day keeps its alerts for longer than the day's own job would.
    return replace(alert, expires_at=0)


def test_every_store_has_the_alerts_of_the_policy(
    run: Run, events: dict[str, list[dict[str, Any]]], book: Book
) -> None:
    """Each with every figure, whatever the tasks, shards and order in which its events came."""
    end_ms = max(event["event_time_ms"] for each in events.values() for event in each)
    metrics: Counter[str] = Counter()
    for store_id in sorted(events.keys() - {POISON_STORE}):
        wanted, came = expected(run, store_id, events, book), told(run, store_id)
        settled = {name for name in wanted.keys() | came.keys() if _is_settled(name, wanted, came, end_ms - SETTLED_MS)}
        assert {name: came.get(name) for name in settled} == {name: wanted.get(name) for name in settled}, store_id
        metrics.update(alert.metric for alert in came.values())
    assert metrics["queue_length"] >= 5
    assert {"longest_wait_seconds", "occupancy", "no_data", "hazard.spill", "camera_state"} <= set(metrics)


def _is_settled(name: str, wanted: dict[str, Alert], came: dict[str, Alert], until_ms: int) -> bool:
    return all(alerts[name].changed_ms <= until_ms for alerts in (wanted, came) if name in alerts)


def test_order_and_shards_change_no_alert(run: Run) -> None:
    """The sample, its twin on the other shard and its shuffled copy: equal but for the store."""
    seen = []
    for store_id in (SAMPLE_STORE, TWIN_STORE, SHUFFLED_STORE):
        alerts = told(run, store_id).values()
        # The whole store as a place bears the store's own name.
        seen.append(
            sorted(
                (
                    alert.metric,
                    alert.place_id.replace(store_id, "store"),
                    alert.state,
                    alert.started_ms,
                    alert.worst_value,
                )
                for alert in alerts
            )
        )
    assert seen[0]
    assert seen[0] == seen[1] == seen[2]


def test_a_high_hazard_awaits_review(run: Run) -> None:
    """It was never merely raised."""
    client = run.pipeline.stack.boto3_client("dynamodb")
    assert "alerts" in {table.name for table in DYNAMODB_TABLES}
    items = client.scan(TableName="alerts", ConsistentRead=True)["Items"]
    hazards = [item for item in items if item["metric"]["S"].startswith("hazard.")]
    assert hazards
    assert {item["state"]["S"] for item in hazards} <= {"needs_review", "expired"}
