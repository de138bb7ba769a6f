"""Days made by hand, whose alerts, minutes, misses and verdicts are known."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alert_lab.outcome import LabResult, RuleResult, day_spans, evaluate
from alert_lab.recorded import RecordedDay, day_of
from alert_lab.windows import signals_of
from tests.alert_lab.days import (
    MINUTE_MS,
    START_MS,
    STORE,
    candidate,
    day,
    judged,
    lane_events,
    random_lengths,
    rule,
)

SIX = 6
"""Windows in a minute."""


def only(result: LabResult) -> RuleResult:
    """Return the result of the one rule."""
    (rule_result,) = result.rules
    return rule_result


def minutes(*lengths: float) -> list[float]:
    """Return each length for a minute of windows."""
    return [length for length in lengths for _ in range(SIX)]


def test_alerts_and_their_minutes_by_hand() -> None:
    """Two queues of 3 and 2 minutes: each is raised with the first window's end, and over with the first one at 2."""
    made = day(lane_events(minutes(0, 6, 6, 6, 1, 0, 7, 5, 0)))
    result = evaluate(candidate(rule(cool_down_seconds=60)), [made])
    assert (only(result).alerts, only(result).repeats) == (2, 0)
    assert only(result).alert_minutes == pytest.approx(5)
    assert [(span.raised_ms - START_MS) // 1000 for span in result.spans] == [70, 370]
    assert [(span.ended_ms - START_MS) // 1000 for span in result.spans] == [250, 490]


def test_a_minimum_leaves_out_what_is_short() -> None:
    """Held for 150 s only the queue of 3 minutes counts, and its alert stands for what is left of it."""
    made = day(lane_events(minutes(0, 6, 6, 6, 1, 0, 7, 7, 0)))
    result = only(evaluate(candidate(rule(minimum_seconds=150)), [made]))
    assert result.alerts == 1
    assert result.alert_minutes == pytest.approx(40 / 60)


def test_repeats_are_those_within_the_cool_down() -> None:
    """The second alert begins 2 minutes after the first one ended: within 10 minutes, so nobody is told again."""
    made = day(lane_events(minutes(6, 0, 0, 6, 0)))
    assert only(evaluate(candidate(rule()), [made])).repeats == 1


def test_what_stands_at_the_end_of_the_day_is_cut_there() -> None:
    """An alert raised at 10 s of a day of 2 minutes stands for 110 s."""
    made = day(lane_events([6.0] * 12), minutes=2)
    assert only(evaluate(candidate(rule()), [made])).alert_minutes == pytest.approx(110 / 60)


def test_what_was_raised_and_over_before_the_day_does_not_count() -> None:
    """The hour before is fed so that conditions go on from it: an alert from there counts with its part of the day."""
    signals = signals_of(lane_events(minutes(6, 0, 6, 6, 6, 0)))
    late = day_of(STORE, signals, start_ms=START_MS + 3 * MINUTE_MS, end_ms=START_MS + 60 * MINUTE_MS)
    (span,) = day_spans(late, candidate(rule()).book(STORE))
    assert (span.raised_ms, span.started_ms) == (late.start_ms, START_MS + 2 * MINUTE_MS)
    assert span.minutes == pytest.approx(2 + 10 / 60)


def test_missed_minutes_by_hand() -> None:
    """Waits over 3 minutes in minutes 1 to 4; the alert stands in 2 and 3 and a part of 4: only minute 1 is missed."""
    lengths = [*minutes(0, 4, 6, 6), 6.0, 6.0, 0, 0, 0, 0]
    waits = minutes(100, 181, 250, 300) + [200.0] * 6
    result = only(evaluate(candidate(rule()), [day(lane_events(lengths, waits))]))
    assert (result.over_minutes, result.missed_minutes) == (4, 1)


def test_a_wait_of_just_the_target_is_not_over_it() -> None:
    """Over means more than the target."""
    result = only(evaluate(candidate(rule()), [day(lane_events(minutes(1, 1), minutes(180, 180.5)))]))
    assert (result.over_minutes, result.missed_minutes) == (1, 1)


def test_an_alert_covers_its_own_lane_only() -> None:
    """Lane 1 has the alert, lane 2 the wait: it is missed."""
    events = lane_events(minutes(6)) + lane_events(minutes(1), minutes(400), lane_id="lane-2")
    result = only(evaluate(candidate(rule()), [day(events)]))
    assert (result.over_minutes, result.missed_minutes) == (1, 1)


def test_a_rule_misses_nothing_at_lanes_it_does_not_watch_nor_while_it_sleeps() -> None:
    """A rule of lane 2 has no minute of lane 1 to miss; nor one that holds from 00:01 on the minute before."""
    made = day(lane_events(minutes(1, 1), minutes(400, 400)))
    assert only(evaluate(candidate(rule(lane_ids=["lane-2"])), [made])).over_minutes == 0
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    later = {name: ["00:01-24:00"] for name in names}
    assert only(evaluate(candidate(rule(hours=later)), [made])).over_minutes == 1


def test_rules_about_other_things_miss_no_minutes() -> None:
    """An occupancy rule is not there for waits."""
    made = day(lane_events(minutes(6), minutes(400)))
    result = only(evaluate(candidate(rule(metric="occupancy")), [made]))
    assert (result.over_minutes, result.missed_minutes) == (None, None)


def test_all_rules_together_miss_what_none_covers() -> None:
    """One rule covers minute 1, the other minute 2, nobody minute 3."""
    made = day(lane_events(minutes(6, 1, 1), minutes(200, 400, 200)))
    long_wait = rule(rule_id="long-wait", metric="longest_wait_seconds", on_level=300, off_level=250)
    result = evaluate(candidate(rule(), long_wait), [made])
    assert [each.missed_minutes for each in result.rules] == [1, 1]
    assert (result.over_minutes, result.missed_minutes) == (3, 0)
    assert evaluate(candidate(long_wait), [made]).missed_minutes == 1


def test_missed_minutes_by_brute_force() -> None:
    """On wandering queues, minute by minute: a wait over the target, and no alert at any window of it."""
    for seed in range(8):
        lengths = random_lengths(seed, 40 * SIX)
        waits = [40 * length for length in random_lengths(seed + 100, 40 * SIX)]
        made = day(lane_events(lengths, waits))
        result = evaluate(candidate(rule()), [made])
        over = {number // SIX for number, wait in enumerate(waits) if wait > 180}
        standing = {
            minute
            for span in result.spans
            for minute in range(60)
            if span.raised_ms < START_MS + (minute + 1) * MINUTE_MS and span.ended_ms > START_MS + minute * MINUTE_MS
        }
        assert only(result).over_minutes == len(over)
        assert only(result).missed_minutes == len(over - standing)


def test_verdicts_by_id_come_first() -> None:
    """An alert that was judged itself has its own verdict, whatever overlaps it."""
    made = day(lane_events(minutes(0, 6, 6, 0)))
    (span,) = day_spans(made, candidate(rule()).book(STORE))
    past = [judged(1, 3, "false", alert_id=span.alert_id), judged(1, 3, "true")]
    assert only(evaluate(candidate(rule()), [made], past)).precision.true == 0
    assert only(evaluate(candidate(rule()), [made], past[1:])).precision.true == 1


PAST: list[tuple[str, list[Any], tuple[int, int]]] = [
    ("nobody judged", [], (0, 0)),
    ("true, at the same time", [judged(1, 3, "true")], (1, 1)),
    ("false", [judged(1, 3, "false")], (0, 1)),
    ("a duplicate was not worth telling", [judged(1, 3, "duplicate")], (0, 1)),
    ("nobody could act on it", [judged(1, 3, "not_actionable")], (0, 1)),
    ("of another lane", [judged(1, 3, "true", place_id="lane-2")], (0, 0)),
    ("an hour later", [judged(61, 63, "true")], (0, 0)),
    ("it covers a true and a false one", [judged(1, 1.5, "false"), judged(2, 3, "true")], (1, 1)),
]


@pytest.mark.parametrize(("title", "past", "expected"), PAST, ids=[case[0] for case in PAST])
def test_precision_by_place_and_time(title: str, past: list[Any], expected: tuple[int, int]) -> None:
    """The alert of minutes 1 to 3 takes the verdicts of past alerts of its rule and lane at that time."""
    assert title
    precision = only(evaluate(candidate(rule()), [day(lane_events(minutes(0, 6, 6, 0)))], past)).precision
    assert (precision.true, precision.judged) == expected


def test_true_alerts_that_a_rule_finds_again() -> None:
    """Of three past true alerts, two are at times at which the rule raises one."""
    made = day(lane_events(minutes(0, 6, 6, 0, 0, 3, 3, 0, 6, 0)))
    past = [judged(1, 3, "true"), judged(5, 7, "true"), judged(8, 9, "true"), judged(4, 5, "false")]
    result = only(evaluate(candidate(rule()), [made], past))
    assert (result.found_true, result.judged_true, result.alerts) == (2, 3, 2)


def test_alerts_by_severity_and_day() -> None:
    """Two store-days with one alert of each rule: severities are counted over both, per day is the half."""
    made = day(lane_events(minutes(6, 0)))
    other = dataclasses.replace(made)
    high = rule(rule_id="very-long", on_level=6, severity="high")
    result = evaluate(candidate(rule(), high), [made, other])
    assert result.by_severity == {"low": 0, "medium": 2, "high": 2}
    assert (result.alerts, result.per_day(result.alerts)) == (4, 2.0)


def _alert_minutes(made: RecordedDay, on_level: float, off_share: float, minimum_seconds: int) -> float:
    written = rule(on_level=on_level, off_level=on_level * off_share, minimum_seconds=minimum_seconds)
    return evaluate(candidate(written), [made]).alert_minutes


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 12).map(float), min_size=1, max_size=60),
    levels=st.lists(st.floats(0.5, 12), min_size=2, max_size=2),
    off_share=st.floats(0, 1),
    minimum_seconds=st.sampled_from([0, 10, 30, 60]),
)
def test_raising_the_level_never_makes_more_minutes(
    lengths: list[float], levels: list[float], off_share: float, minimum_seconds: int
) -> None:
    """Whatever the queue, a higher level with the lower one in proportion stands for at most as long."""
    low, high = sorted(levels)
    made = day(lane_events(lengths))
    higher = _alert_minutes(made, high, off_share, minimum_seconds)
    assert higher <= _alert_minutes(made, low, off_share, minimum_seconds) + 1e-9
