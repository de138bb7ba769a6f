"""The alert policy, from the definitions: tables of what goes in and what must come out, and properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.alerts import Advice
from flink_jobs.alerting.policy import Policy
from tests.flink_jobs.alerting.signals import START_MS, TEN_SECONDS, book, hazard, rule, run, states, zone, zones

CASES: list[tuple[str, dict[str, Any], list[float], list[tuple[str, int]]]] = [
    ("below the level nothing happens", {}, [4, 4.9, 0], []),
    ("at the level it is raised at once", {}, [5], [("raised", 10)]),
    ("between the levels it stays", {}, [5, 3, 2.5, 4], [("raised", 10)]),
    ("at the lower level it ends", {}, [5, 3, 2], [("raised", 10), ("resolved", 30)]),
    ("it must hold for the minimum", {"minimum_seconds": 30}, [5, 5], []),
    ("held for exactly the minimum", {"minimum_seconds": 30}, [5, 6, 7], [("raised", 30)]),
    ("a dip begins anew", {"minimum_seconds": 30}, [5, 5, 4, 5, 5], []),
    ("one level without a gap", {"off_level": 5}, [5, 5, 4], [("raised", 10), ("resolved", 30)]),
    ("switched off", {"is_enabled": False}, [9, 9], []),
    ("of another lane", {"lane_ids": ["lane-2"]}, [9, 9], []),
    ("of this lane", {"lane_ids": ["lane-1"]}, [9], [("raised", 10)]),
    (
        "it escalates once, and ends later",
        {"escalate_after_minutes": 1},
        [*[5.0] * 15, 0],
        [("raised", 10), ("escalated", 70), ("resolved", 160)],
    ),
    (
        "over before the time to escalate",
        {"escalate_after_minutes": 1},
        [5, 5, 0, 0, 0, 0, 0, 0, 0],
        [("raised", 10), ("resolved", 30)],
    ),
]


@pytest.mark.parametrize(("title", "changes", "lengths", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_queue(title: str, changes: dict[str, Any], lengths: list[float], expected: list[tuple[str, int]]) -> None:
    """One lane's queue lengths, ten seconds each, and the states with their times."""
    assert title
    assert states(run(Policy("s"), book(rule(**changes)), lengths)) == expected


def test_an_alert_says_what_when_and_how_bad() -> None:
    """The condition began with its first window; the worst value is kept."""
    raised, resolved = run(Policy("s"), book(rule(minimum_seconds=20, title="Queue")), [1, 5, 7, 6, 1])
    assert raised.started_ms == START_MS + TEN_SECONDS
    assert raised.raised_ms == raised.changed_ms == START_MS + 3 * TEN_SECONDS
    assert (raised.metric, raised.place_kind, raised.place_id) == ("queue_length", "lane", "lane-1")
    assert (raised.value, raised.worst_value, raised.limit_value, raised.title) == (7, 7, 5, "Queue")
    assert (resolved.alert_id, resolved.worst_value, resolved.value) == (raised.alert_id, 7, 1)
    assert resolved.ended_ms == resolved.changed_ms == START_MS + 5 * TEN_SECONDS
    assert json.loads(resolved.history) == [[START_MS, 7.0]]


def test_without_readings_an_alert_expires() -> None:
    """A camera that sees no more says neither that the line goes on nor that it is over."""
    policy, rules = Policy("s"), book(rule(expire_after_minutes=2))
    run(policy, rules, [6])
    assert policy.next_due_ms(rules) == START_MS + 130_000
    assert policy.advance(START_MS + 129_999, rules) == []
    assert states(policy.advance(START_MS + 500_000, rules)) == [("expired", 130)]
    assert policy.next_due_ms(rules) is None


def test_what_was_due_comes_before_a_later_reading() -> None:
    """Whether the timer or the reading comes first, the alerts are the same."""
    rules = book(rule(escalate_after_minutes=1, expire_after_minutes=3))
    by_reading, by_timer = Policy("s"), Policy("s")
    late = START_MS + 600_000
    told = run(by_reading, rules, [6]) + by_reading.take("zones", late, zones(zone(people=6)), rules)
    other = run(by_timer, rules, [6]) + by_timer.advance(START_MS + 70_000, rules)
    other += by_timer.advance(START_MS + 190_000, rules) + by_timer.take("zones", late, zones(zone(people=6)), rules)
    assert told == other
    assert states(told) == [("raised", 10), ("escalated", 70), ("expired", 190), ("raised", 600)]


def test_a_gap_in_the_readings_begins_the_minimum_anew() -> None:
    """Two readings far apart do not show that it held in between."""
    policy, rules = Policy("s"), book(rule(minimum_seconds=60))
    run(policy, rules, [6])
    assert policy.take("zones", START_MS + 200_000, zones(zone(people=6)), rules) == []


def test_a_new_alert_within_the_cool_down_says_what_it_repeats() -> None:
    """Those who were told are not told again; those who could not be reached are."""
    told = run(Policy("s"), book(rule(cool_down_seconds=60)), [5, 0, 5, 0, *[0] * 6, 5])
    first, _, second, _, third = told
    assert [alert.repeat_of for alert in (first, second, third)] == ["", first.alert_id, ""]
    assert len({alert.alert_id for alert in told}) == 3


def test_a_chain_of_repeats_names_the_first() -> None:
    """So that they can be shown as one."""
    told = run(Policy("s"), book(rule(cool_down_seconds=60)), [5, 0, 5, 0, 5])
    assert {alert.repeat_of for alert in told[2:]} == {told[0].alert_id}


def test_the_longest_wait_is_a_lanes_own() -> None:
    """In seconds, of whoever waits longest in any queue zone of the lane."""
    rules = book(rule(metric="longest_wait_seconds", on_level=180, off_level=60))
    body = zones(zone(people=1, longest_stay_ms=30_000), zone("queue-1b", people=1, longest_stay_ms=190_000))
    (alert,) = Policy("s").take("zones", START_MS, body, rules)
    assert (alert.value, alert.place_id) == (190, "lane-1")


def test_occupancy_by_kind_of_zone() -> None:
    """A rule for aisles leaves queues alone."""
    rules = book(rule(metric="occupancy", zone_kinds=["aisle"]))
    body = zones(zone(people=9), zone("aisle-1", "aisle", None, people=6), zone("aisle-2", "aisle", None, people=4))
    assert [alert.place_id for alert in Policy("s").take("zones", START_MS, body, rules)] == ["aisle-1"]


def test_a_zone_that_was_not_watched_has_no_value() -> None:
    """No data is not zero: an open alert is not resolved by it."""
    policy, rules = Policy("s"), book(rule())
    run(policy, rules, [6])
    unwatched = ["queue-1", "queue", "lane-1", 0, 0, 0, 0, 0, 0, 0]
    assert policy.take("zones", START_MS + 20_000, zones(unwatched), rules) == []


def test_dwell_is_the_90th_percentile_of_a_quarter_of_an_hour() -> None:
    """By linear interpolation; fewer than five visits say nothing; what was taken back does not count."""
    rules = book(rule(metric="dwell_seconds_p90", on_level=60, off_level=30))
    policy = Policy("s")
    few = [["aisle-1", 90_000, 1]] * 4
    assert policy.take("visits", START_MS, json.dumps(few), rules) == []
    more = [["aisle-1", 90_000, -1], ["aisle-1", 10_000, 1], ["aisle-1", 100_000, 1]]
    (alert,) = policy.take("visits", START_MS + 60_000, json.dumps(more), rules)
    assert alert.value == pytest.approx(96.0)
    later = [["aisle-1", 5_000, 1]] * 5
    (over,) = policy.take("visits", START_MS + 16 * 60_000, json.dumps(later), rules)
    assert (over.state, over.value) == ("resolved", 5.0)


def test_a_camera_that_is_not_well() -> None:
    """Any state but ok counts, and one that was moved; the latest report of a window holds."""
    rules = book(rule(metric="camera_state", on_level=1, off_level=0))
    policy = Policy("s")
    reports = [
        ["cam-1", "dark", False, 2],
        ["cam-1", "ok", False, 1],
        ["cam-2", "ok", True, 1],
        ["cam-3", "ok", False, 1],
    ]
    told = policy.take("cameras", START_MS, json.dumps(reports), rules)
    assert [(alert.place_id, alert.state) for alert in told] == [("cam-1", "raised"), ("cam-2", "raised")]
    told = policy.take("cameras", START_MS + 60_000, json.dumps([["cam-1", "ok", False, 3]]), rules)
    assert [(alert.place_id, alert.state) for alert in told] == [("cam-1", "resolved")]


def test_a_hazard_of_high_severity_awaits_a_person() -> None:
    """Nobody outside is told before somebody confirms it."""
    serious = book(rule(rule_id="lying", metric="hazard.lying", on_level=0.6, off_level=0.6, severity="high"))
    (alert,) = Policy("s").take("hazard", START_MS, hazard("lying"), serious)
    assert alert.state == "needs_review"
    assert (alert.place_id, alert.hazard_id, alert.clip_id) == ("aisle-1", "h-1", "clip-h-1")
    milder = book(rule(metric="hazard.lying", on_level=0.6, off_level=0.6, severity="medium"))
    assert Policy("s").take("hazard", START_MS, hazard("lying"), milder)[0].state == "raised"


def test_a_hazard_seen_again_is_the_same_alert_until_it_is_seen_no_more() -> None:
    """Sightings hold it open; a weak one does not end it; after the time to expire it is over."""
    policy = Policy("s")
    rules = book(rule(metric="hazard.spill", on_level=0.6, off_level=0.6, expire_after_minutes=10))
    told = policy.take("hazard", START_MS, hazard(confidence=0.7), rules)
    told += policy.take("hazard", START_MS + 300_000, hazard(confidence=0.3, hazard_id="h-2"), rules)
    told += policy.take("hazard", START_MS + 600_000, hazard(confidence=0.9, hazard_id="h-3"), rules)
    told += policy.advance(START_MS + 1_200_000, rules)
    assert states(told) == [("raised", 0), ("expired", 1200)]
    assert (told[1].hazard_id, told[1].worst_value) == ("h-3", 0.9)


def test_a_hazard_below_the_level_or_of_another_label_is_nothing() -> None:
    """Each label has rules of its own."""
    rules = book(rule(metric="hazard.spill", on_level=0.6, off_level=0.6))
    assert Policy("s").take("hazard", START_MS, hazard(confidence=0.5), rules) == []
    assert Policy("s").take("hazard", START_MS, hazard("lying"), rules) == []


def test_silence_is_told_once_and_ends_with_the_next_word() -> None:
    """The condition began when the store was last heard of, however late somebody looks."""
    policy = Policy("s")
    rules = book(rule(rule_id="silent", metric="no_data", on_level=120, off_level=120, expire_after_minutes=1))
    run(policy, rules, [0])
    heard_ms = START_MS + TEN_SECONDS
    assert policy.next_due_ms(rules) == heard_ms + 120_000
    (alert,) = policy.advance(heard_ms + 120_000, rules)
    assert (alert.state, alert.place_kind, alert.place_id) == ("raised", "store", "s")
    assert alert.started_ms == heard_ms
    assert policy.advance(heard_ms + 3_600_000, rules) == []
    (over,) = policy.take("zones", heard_ms + 4_000_000, zones(zone()), rules)
    assert (over.state, over.alert_id) == ("resolved", alert.alert_id)


def test_silence_of_zones_is_told_zone_by_zone() -> None:
    """A rule that names zones, or kinds of them, watches each."""
    policy = Policy("s")
    rules = book(rule(metric="no_data", on_level=60, off_level=60, zone_kinds=["aisle"]))
    policy.take("zones", START_MS, zones(zone(), zone("aisle-1", "aisle", None), zone("aisle-2", "aisle", None)), rules)
    policy.take("zones", START_MS + 60_000, zones(zone(), zone("aisle-2", "aisle", None)), rules)
    assert [alert.place_id for alert in policy.advance(START_MS + 70_000, rules)] == ["aisle-1"]


BERLIN = {"time_zone": "Europe/Berlin", "opening_hours": {"tuesday": ["08:00-20:00"]}}
"""START_MS is a Monday evening there."""


def at_local(weekday_from_monday: int, hour: int, minute: int = 0) -> int:
    """Return an instant of the week of START_MS, Berlin summer time."""
    monday_midnight_utc = 1_789_941_600_000
    return monday_midnight_utc + ((weekday_from_monday * 24 + hour) * 60 + minute) * 60_000


@pytest.mark.parametrize(
    ("changes", "time_ms", "is_told"),
    [
        ({}, at_local(1, 8), True),
        ({}, at_local(1, 7, 59), False),
        ({}, at_local(1, 20), False),
        ({}, at_local(2, 12), False),
        ({"is_always": True}, at_local(2, 3), True),
        ({"hours": {"wednesday": ["22:00-24:00"]}}, at_local(2, 23, 59), True),
        ({"hours": {"wednesday": ["22:00-24:00"]}}, at_local(1, 12), False),
    ],
)
def test_hours_are_the_stores_own(changes: dict[str, Any], time_ms: int, is_told: bool) -> None:  # noqa: FBT001
    """Weekday and clock of the store's time zone; a rule's own hours go before the store's."""
    rules = book(rule(**changes), store=BERLIN)
    assert bool(Policy("s").take("zones", time_ms, zones(zone(people=9)), rules)) is is_told


def test_at_closing_time_an_alert_ends() -> None:
    """A line after hours is nobody's concern; it is not said to be resolved."""
    policy, rules = Policy("s"), book(rule(), store=BERLIN)
    policy.take("zones", at_local(1, 19, 59), zones(zone(people=9)), rules)
    (over,) = policy.take("zones", at_local(1, 20), zones(zone(people=9)), rules)
    assert over.state == "expired"


def test_an_alert_whose_rule_is_gone_ends_as_it_was() -> None:
    """It keeps the severity and the roles that it was raised with."""
    policy = Policy("s")
    run(policy, book(rule(severity="high")), [9])
    (over,) = policy.take("zones", START_MS + 20_000, zones(zone(people=9)), book(rule(rule_id="other", on_level=99)))
    assert (over.state, over.severity, over.roles) == ("expired", "high", "store_manager")


def test_lanes_are_advised_from_arrivals_and_service_times() -> None:
    """One lane of 60 s and two arrivals a minute: more are needed, and the alert says how many."""
    policy = Policy("s")
    rules = book(rule(metric="lanes_open_vs_needed", on_level=1, off_level=0.5), store={"target_wait_seconds": 120})
    told = []
    for number in range(1, 61):
        service = zone("service-1", "service", people=1, left=number % 6 == 0, staff_ms=10_000)
        others = [zone(f"service-{lane}", "service", f"lane-{lane}") for lane in (2, 3, 4)]
        body = zones(zone(people=min(6, number // 6), entered=number % 3 == 0), service, *others)
        told += policy.take("zones", START_MS + number * TEN_SECONDS, body, rules)
    assert [alert.state for alert in told] == ["raised"]
    advice = Advice.of_json(told[0].advice)
    assert advice is not None
    assert advice.lanes_open == 1
    assert advice.lanes_needed >= 3
    assert advice.service_seconds == pytest.approx(60, rel=0.05)
    assert advice.arrivals_per_hour == pytest.approx(120, rel=0.1)


def test_an_unknown_signal_is_refused() -> None:
    """The view and the policy agree on kinds, or the test tells."""
    with pytest.raises(ValueError, match="expected zones, hazard, cameras, visits, came 'weather'"):
        Policy("s").take("weather", START_MS, "[]", book(rule()))


LENGTHS = st.lists(st.floats(0, 12, allow_nan=False), max_size=60)
RULES = st.builds(
    lambda on, gap, minimum, escalate, cool: rule(
        on_level=on,
        off_level=max(0.0, on - gap),
        minimum_seconds=minimum,
        escalate_after_minutes=escalate,
        cool_down_seconds=cool,
    ),
    st.floats(0.5, 10),
    st.floats(0, 5),
    st.integers(0, 90),
    st.none() | st.integers(1, 5),
    st.integers(0, 300),
)


@given(RULES, LENGTHS)
def test_never_two_open_alerts_and_never_a_flap(changes: dict[str, Any], lengths: list[float]) -> None:
    """An alert is over before the next begins; one is raised at the upper level only, and ends at the lower only."""
    is_open = False
    for alert in run(Policy("s"), book(changes), lengths):
        if alert.state == "raised":
            assert not is_open
            assert alert.value >= changes["on_level"] - 5e-4
            assert alert.raised_ms - alert.started_ms >= changes["minimum_seconds"] * 1000
        else:
            assert is_open
        if alert.state == "resolved":
            assert alert.value <= changes["off_level"] + 5e-4
        is_open = alert.state in ("raised", "escalated")


@given(RULES, LENGTHS, st.integers(0, 60))
def test_kept_and_read_again_it_goes_on_the_same(changes: dict[str, Any], lengths: list[float], cut: int) -> None:
    """A restart in the middle changes nothing; nor does a replay."""
    rules = book(changes)
    whole = run(Policy("s"), rules, lengths)
    first = Policy("s")
    told = run(first, rules, lengths[:cut])
    second = Policy("s", first.text)
    told += run(second, rules, lengths[cut:], start_ms=START_MS + min(cut, len(lengths)) * TEN_SECONDS)
    assert told == whole


@given(RULES, LENGTHS, st.randoms())
def test_timers_change_nothing_that_readings_would_not(
    changes: dict[str, Any], lengths: list[float], luck: Any
) -> None:
    """Looking at the time between readings, or not, gives the same alerts."""
    rules = book(changes)
    policy, told = Policy("s"), []
    for number, length in enumerate(lengths, start=1):
        time_ms = START_MS + number * TEN_SECONDS
        if luck.random() < 0.5:
            told += policy.advance(time_ms - luck.randrange(1, TEN_SECONDS), rules)
        told += policy.take("zones", time_ms, zones(zone(people=length)), rules)
    assert told == run(Policy("s"), rules, lengths)
