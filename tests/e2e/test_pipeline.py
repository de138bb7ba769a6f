"""The whole pipeline on real parts: Kinesis protocol, Flink on RocksDB, Iceberg in the Glue catalog, DynamoDB."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contracts.rejections import OUTCOMES
from tests.e2e.conftest import Run
from tests.e2e.records import POISON_STORE, SAMPLE_STORE, TWIN_STORE

pytestmark = pytest.mark.e2e

STORES = (SAMPLE_STORE, TWIN_STORE)


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> dict[str, Any]:
    """What the sample's metrics must be, from a generator that shares no code with ours."""
    truth: dict[str, Any] = json.loads((shared_data / "events/truth.json").read_text())[SAMPLE_STORE]
    return truth


def test_job_never_failed(run: Run) -> None:
    """Poison, duplicates and late events are data, not failures."""
    assert run.failures == ()
    assert run.restarts == 0


def test_every_record_has_its_outcome(run: Run) -> None:
    """Each record put into Kinesis has exactly one outcome, by shard and sequence number: none lost, none doubled."""
    accepted = run.lake.rows("SELECT shard_id, sequence_number FROM event_v1 WHERE NOT is_late")
    refused = run.lake.rows("SELECT shard_id, sequence_number, reason FROM rejected_v1")
    outcomes = [((row["shard_id"], row["sequence_number"]), "accepted") for row in accepted]
    outcomes += [((row["shard_id"], row["sequence_number"]), row["reason"]) for row in refused]
    assert len(outcomes) == len(run.sent)
    wrong = [
        (record, outcome)
        for place, record in run.sent.items()
        if (outcome := dict(outcomes).get(place)) != record.outcome
    ]
    assert wrong == []


def test_the_test_has_every_outcome(run: Run) -> None:
    """The run shows what it means to show: accepted, rejected, late and duplicate records."""
    outcomes = Counter(record.outcome for record in run.sent.values())
    assert {"accepted", *OUTCOMES} < outcomes.keys()
    assert min(outcomes.values()) >= 1


def test_rejected_records_can_be_mended(run: Run) -> None:
    """A rejected row says where, what was expected and what came, and holds the first 4 KiB of the record."""
    for row in run.lake.rows("SELECT * FROM rejected_v1 WHERE reason NOT IN ('late', 'duplicate')"):
        record = run.sent[row["shard_id"], row["sequence_number"]]
        assert row["size_bytes"] == len(record.content)
        assert "expected" in row["detail"]
        if row["head"] is not None:
            assert row["head"] == record.content[:4096].decode(errors="replace")


def test_late_events_are_kept(run: Run) -> None:
    """A late event is named in rejected_v1 and lies in event_v1, so that its day can be counted again."""
    late = run.lake.rows(
        f"SELECT event_id FROM event_v1 WHERE is_late AND store_id = '{SAMPLE_STORE}' ORDER BY event_id"
    )
    assert [row["event_id"] for row in late] == [f"late-device/b1/{seq}" for seq in range(3)]
    assert run.lake.rows("SELECT count(*) AS n FROM traffic_minute_v1 WHERE line_id = 'late-device'") == [{"n": 0}]


def test_windows_drop_nothing(run: Run) -> None:
    """Lateness is judged before the windows: none drops a row by itself, not even as the source wakes from idleness."""
    assert run.late_rows_dropped == 0


@pytest.mark.parametrize("store", STORES)
def test_visits_and_dwell(run: Run, truth: dict[str, Any], store: str) -> None:
    """Visits are exact and mean dwell agrees, in rows and in minutes alike."""
    rows = run.lake.rows(
        "SELECT zone_id, count(*) AS visits, avg(dwell_seconds) AS dwell FROM visit "
        f"WHERE store_id = '{store}' GROUP BY 1"
    )
    assert {row["zone_id"]: row["visits"] for row in rows} == truth["visits"]
    assert {row["zone_id"]: row["dwell"] for row in rows} == pytest.approx(truth["dwell_mean_s"])
    minutes = run.lake.rows(
        "SELECT zone_id, sum(visits) AS visits, sum(dwell_ms) / sum(visits) / 1000 AS dwell FROM dwell_minute_v1 "
        f"WHERE store_id = '{store}' GROUP BY 1"
    )
    assert {row["zone_id"]: row["visits"] for row in minutes} == truth["visits"]
    assert {row["zone_id"]: row["dwell"] for row in minutes} == pytest.approx(truth["dwell_mean_s"])


@pytest.mark.parametrize("store", STORES)
def test_journeys_and_waits(run: Run, truth: dict[str, Any], store: str) -> None:
    """Served and abandoned are exact, and so are mean, median and 90th percentile of the waits."""
    (row,) = run.lake.rows(
        "SELECT count(*) FILTER (outcome = 'served') AS served, count(*) FILTER (outcome = 'abandoned') AS abandoned, "
        "avg(wait_seconds) AS mean, median(wait_seconds) AS median, list_sort(list(wait_seconds)) AS waits "
        f"FROM journey WHERE store_id = '{store}'"
    )
    assert (row["served"], row["abandoned"]) == (truth["served"], truth["abandoned"])
    assert row["mean"] == pytest.approx(truth["wait_mean_s"])
    assert row["median"] == pytest.approx(truth["wait_median_s"])
    # The sample takes the neighbour below the 90th percentile.
    assert row["waits"][int(0.9 * (len(row["waits"]) - 1))] == pytest.approx(truth["wait_p90_s"])
    (minutes,) = run.lake.rows(
        f"SELECT sum(served) AS served, sum(wait_ms) AS wait_ms FROM lane_minute_v1 WHERE store_id = '{store}'"
    )
    assert minutes["served"] == truth["served"]
    assert float(minutes["wait_ms"]) / 1000 / truth["served"] == pytest.approx(truth["wait_mean_s"])


@pytest.mark.parametrize("store", STORES)
def test_queue_length_by_minute(run: Run, truth: dict[str, Any], store: str) -> None:
    """Time-weighted queue length agrees in every minute, by zone and by lane."""
    zones = run.lake.rows(
        "SELECT zone_id, occupancy_mean AS mean, row_number() OVER (PARTITION BY zone_id ORDER BY window_start) - 1 "
        f"AS minute FROM zone_minute_v1 WHERE store_id = '{store}' AND zone_kind = 'queue'"
    )
    measured = {(row["zone_id"], str(row["minute"])): row["mean"] for row in zones}
    expected = {
        (zone, minute): mean
        for zone, minutes in truth["queue_mean_by_minute"].items()
        for minute, mean in minutes.items()
    }
    assert {place: measured[place] for place in expected} == pytest.approx(expected)
    lanes = run.lake.rows(
        f"SELECT sum(queue_person_ms) AS person_ms FROM lane_minute_v1 WHERE store_id = '{store}' UNION ALL "
        f"SELECT sum(person_ms) FROM zone_minute_v1 WHERE store_id = '{store}' AND zone_kind = 'queue'"
    )
    assert lanes[0] == lanes[1]


@pytest.mark.parametrize("store", STORES)
def test_live_zones(run: Run, truth: dict[str, Any], store: str) -> None:
    """DynamoDB holds one item for each zone; at the end of the sample nobody is left."""
    rows = run.lake.rows(f"SELECT zone_id, occupancy FROM live_zone WHERE store_id = '{store}'")
    assert {row["zone_id"]: row["occupancy"] for row in rows} == dict.fromkeys(truth["visits"], 0)


def test_a_record_keeps_its_good_elements(run: Run) -> None:
    """A zone that breaks the contract is left out and told, with the whole record; the others count."""
    of_store = f"WHERE store_id = '{POISON_STORE}'"
    (event,) = run.lake.rows(f"SELECT left_out, original FROM event_v1 {of_store} AND left_out IS NOT NULL")
    assert event["left_out"] == "out_of_range at /snapshot/zones/1/count: expected 0 to 1000000, came -1"
    assert json.loads(event["original"])["snapshot"]["zones"][1]["count"] == -1
    counted = run.lake.rows(f"SELECT DISTINCT zone_id FROM zone_minute_v1 {of_store} AND zone_id LIKE 'aisle-%'")
    assert counted == [{"zone_id": "aisle-1"}]


def test_minutes_carry_their_coverage(run: Run) -> None:
    """The sample watches every second: each minute but its last, which it leaves, is covered whole."""
    rows = run.lake.rows(
        f"SELECT DISTINCT coverage FROM zone_minute_v1 WHERE store_id = '{SAMPLE_STORE}' "
        "AND window_start < (SELECT max(window_start) FROM zone_minute_v1)"
    )
    assert rows == [{"coverage": 1.0}]
