"""Sending, and what is known of it afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pytest

from contracts.events import MAX_EVENT_BYTES, Event
from demo.errors import DemoError
from demo.faults import REPEAT_EVERY, broken_records
from demo.ledger import Ledger
from demo.live import LiveTruth
from demo.replay import BROKEN_AFTER, Sent, replay
from edge.publisher import Publisher, PublisherSettings
from sim.run import PlannedRun

EVENTS = BROKEN_AFTER + 100


class Kinesis:
    """Takes every record, or none."""

    def __init__(self, *, takes: bool = True) -> None:
        self.records: list[bytes] = []
        self._takes = takes

    def put_records(self, *, StreamName: str, Records: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803
        """See boto3."""
        assert StreamName == "inference"
        if not self._takes:
            return {"Records": [{"ErrorCode": "InternalFailure"} for _ in Records]}
        first = len(self.records)
        self.records += [record["Data"] for record in Records]
        return {"Records": [{"ShardId": "s", "SequenceNumber": str(first + at)} for at in range(len(Records))]}


@pytest.fixture(scope="module")
def events(planned: PlannedRun) -> list[Event]:
    """The first events of the short run."""
    return [emitted.event for emitted in islice(planned.stream(), EVENTS)]


def test_every_record_is_counted(events: list[Event]) -> None:
    """Rule: acknowledged = good events + repeated ones + broken ones."""
    kinesis = Kinesis()
    sent, ledger = Sent(), Ledger(kinesis)
    replay(events, _publisher(ledger), ledger, sent, with_faults=True, on_batch=lambda: None)
    assert sent.events == EVENTS
    assert sent.repeated == EVENTS // REPEAT_EVERY
    assert sent.acknowledged == sent.events + sent.repeated + sent.broken.total() == len(kinesis.records)


def test_fault_free_means_the_events_alone(events: list[Event]) -> None:
    """Rule: without faults exactly the events go out, in their order."""
    kinesis = Kinesis()
    ledger = Ledger(kinesis)
    replay(events, _publisher(ledger), ledger, Sent(), with_faults=False, on_batch=lambda: None)
    assert kinesis.records == [event.to_record() for event in events]


def test_progress_never_runs_backwards(events: list[Event]) -> None:
    """Rule: the display is told after every batch, and only ever of more."""
    seen: list[int] = []
    sent, ledger = Sent(), Ledger(Kinesis())
    replay(
        events,
        _publisher(ledger),
        ledger,
        sent,
        with_faults=False,
        on_batch=lambda: seen.append(sent.acknowledged),
    )
    assert seen == sorted(seen)
    assert seen[-1] == EVENTS


def test_refused_records_end_the_run(events: list[Event]) -> None:
    """Rule: a record that Kinesis does not take is an error, never a smaller count."""
    ledger = Ledger(Kinesis(takes=False))
    with pytest.raises(DemoError, match="refused 250 of 250"):
        replay(events, _publisher(ledger), ledger, Sent(), with_faults=False, on_batch=lambda: None)
    assert ledger.to_arrow().num_rows == 0


def test_ledger_holds_every_place_with_its_fate(events: list[Event]) -> None:
    """Rule: one row for each acknowledged record: where it is, which event, and whether it is the event's first."""
    kinesis = Kinesis()
    sent, ledger = Sent(), Ledger(kinesis)
    replay(events, _publisher(ledger), ledger, sent, with_faults=True, on_batch=lambda: None)
    rows = ledger.to_arrow().to_pylist()
    assert [int(row["sequence_number"]) for row in rows] == list(range(len(kinesis.records)))
    fates = Counter(row["fate"] for row in rows)
    assert fates == {"event": sent.events, "repeat": sent.repeated, "broken": sent.broken.total()}
    assert {row["event_id"] for row in rows if row["fate"] == "event"} == {event.event_id for event in events}


def test_broken_records_are_broken_as_they_say(events: list[Event]) -> None:
    """Rule: each broken record differs from a good one by its own fault alone."""
    contents = {broken.reason: broken.record.content for broken in broken_records(events[0])}
    with pytest.raises(json.JSONDecodeError):
        json.loads(contents.pop("not_json"))
    assert len(contents["too_large"]) > MAX_EVENT_BYTES
    for reason, content in contents.items():
        assert json.loads(content) != events[0].to_dict(), reason


def test_live_truth_is_the_mean_of_ten_seconds(events: list[Event]) -> None:
    """Rule: a live value equals person-time over watched time of its window; another one is wrong."""
    truth = LiveTruth()
    for event in events:
        truth.observe(event)
    windows = {key: value for key, value in _means(events).items() if value > 0}
    key = next(iter(windows))
    assert _sampled(truth, windows).is_right
    assert not _sampled(truth, windows | {key: windows[key] + 0.5}).is_right
    assert not _sampled(truth, {}).is_right


def _sampled(truth: LiveTruth, samples: dict[tuple[str, int], float]) -> Any:
    return next(metric for metric in truth.metrics(samples, {}) if metric.name == "live_occupancy_mean")


def _means(events: list[Event]) -> dict[tuple[str, int], float]:
    sums: dict[tuple[str, int], list[int]] = {}
    for zone_id, end_ms, person_ms, interval_ms in _zones(events):
        window = sums.setdefault((zone_id, end_ms), [0, 0])
        window[0] += person_ms
        window[1] += interval_ms
    return {key: person_ms / interval_ms for key, (person_ms, interval_ms) in sums.items()}


def _zones(events: list[Event]) -> Iterator[tuple[str, int, int, int]]:
    for event in events:
        parts = event.to_dict()
        for zone in parts.get("snapshot", {}).get("zones", []):
            end_ms = (event.event_time_ms // 10_000 + 1) * 10_000
            yield zone["zone_id"], end_ms, zone["person_ms"], parts["snapshot"]["interval_ms"]


def _publisher(kinesis: Ledger) -> Publisher:
    limits = PublisherSettings(record_bytes=1024 * 1024, attempts=2)
    return Publisher(kinesis, "inference", sleep=lambda _: None, random=lambda: 0.0, settings=limits)
