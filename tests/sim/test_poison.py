"""Every bad record is bad in the way its reason says, and seeded."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from contracts.events import EARLIEST_TIME_MS, MAX_CLOCK_LEAD_MS, MAX_EVENT_BYTES, WATERMARK_DELAY_MS
from contracts.rejections import OUTCOMES, REASONS
from sim.poison import PoisonRecord, poison

NOW_MS = 1_789_970_400_000
RECORDS = poison(now_ms=NOW_MS, rounds=2)


def _named(record: PoisonRecord) -> str:
    return record.name


def test_reasons_are_those_of_the_contract_and_all_of_them() -> None:
    """Every reason that one record alone can have is there, and no other."""
    reasons = {record.reason for record in RECORDS if record.reason is not None}
    assert reasons == set(REASONS) - set(OUTCOMES)


def test_same_seed_gives_the_same_records() -> None:
    """Records and their order follow from the seed; another seed gives others."""
    assert poison(now_ms=NOW_MS, rounds=2) == RECORDS
    assert poison(now_ms=NOW_MS, rounds=2, seed=8) != RECORDS


def test_each_round_has_every_case_once() -> None:
    """Two rounds hold each case twice."""
    assert set(Counter(record.name for record in RECORDS).values()) == {2}


@pytest.mark.parametrize("record", [each for each in RECORDS if each.reason == "not_json"], ids=_named)
def test_not_json_is_no_single_object(record: PoisonRecord) -> None:
    """What must be refused as not JSON is no strict JSON object in UTF-8."""
    try:
        parsed = json.loads(record.record.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return
    assert not isinstance(parsed, dict)


@pytest.mark.parametrize("record", [each for each in RECORDS if each.reason != "not_json"], ids=_named)
def test_others_are_json_objects(record: PoisonRecord) -> None:
    """What is refused for its content, or accepted, is a JSON object; only 'too_large' is over the limit."""
    assert (len(record.record) > MAX_EVENT_BYTES) == (record.reason == "too_large")
    assert record.record.startswith(b"{")
    assert record.record.endswith(b"}")


def test_good_neighbours_are_in_time_and_of_their_own_store() -> None:
    """The good records lie inside the watermark's bound and touch no other store's figures."""
    good = [json.loads(record.record) for record in RECORDS if record.reason is None and "nested" not in record.name]
    assert len(good) >= 6
    for event in good:
        assert NOW_MS - WATERMARK_DELAY_MS < event["event_time_ms"] <= NOW_MS
        assert event["store_id"] == "poison-store"
        assert event["event_id"] == f"{event['device_id']}/{event['boot_id']}/{event['seq']}"
    assert len({event["event_id"] for event in good}) == len(good)


def test_wrong_times_are_beyond_the_limits() -> None:
    """1970 lies before the earliest believable time, 2099 more than a minute after the arrival."""
    times = {
        record.name: json.loads(record.record)["event_time_ms"]
        for record in RECORDS
        if record.name.startswith("event time in")
    }
    assert times["event time in 1970"] < EARLIEST_TIME_MS
    assert times["event time in 2099"] > NOW_MS + MAX_CLOCK_LEAD_MS


def test_time_before_the_contract_is_refused() -> None:
    """Seconds instead of milliseconds are told."""
    with pytest.raises(ValueError, match="give milliseconds since 1970"):
        poison(now_ms=1_789_970_400)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
