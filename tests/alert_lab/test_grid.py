"""Other settings: what is tried, and what verdicts may suggest."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from alert_lab.grid import Cell, Grid, grid_of, settings_of, suggestion, variants
from alert_lab.outcome import RuleResult, evaluate
from alert_lab.recorded import RecordedDay
from alert_lab.verdicts import Judged, Precision
from contracts.rules import Rule
from tests.alert_lab.days import candidate, day, judged, lane_events, random_lengths, read, rule

LEVELS = (2.5, 3.75, 5.0, 6.25, 7.5)


def result(
    *, alerts: int = 20, true: int = 10, of: int = 20, missed: int | None = 3, found_true: int = 10
) -> RuleResult:
    """Return a rule's result as a setting might have it."""
    return RuleResult(
        "long-queue", "", "queue_length", "medium", alerts, 0, 60.0, None if missed is None else 30, missed,
        Precision(true, of), found_true, 10,
    )  # fmt: skip


def cell(seconds: int, level: float, *, is_now: bool = False, **figures: Any) -> Cell:
    """Return a setting with what it did."""
    setting = dataclasses.replace(read(rule()), minimum_seconds=seconds, on_level=level)
    return Cell(setting, result(**figures), is_now)


NOW = cell(0, 5, is_now=True)


def test_the_grid_is_seconds_by_levels() -> None:
    """Every minimum with every level; the lower level keeps its proportion; the rule's own setting is among them."""
    tried = variants(read(rule(minimum_seconds=45)))
    assert {each.minimum_seconds for each in tried} == {0, 30, 45, 60, 120, 300}
    assert {each.on_level for each in tried} == set(LEVELS)
    assert len(tried) == 6 * 5
    assert all(each.off_level == pytest.approx(each.on_level * 0.4) for each in tried)


METRICS: list[tuple[dict[str, Any], set[int], set[float]]] = [
    ({"metric": "hazard.spill", "on_level": 0.8, "off_level": 0.8}, {0}, {0.4, 0.6, 0.8, 1.0}),
    ({"metric": "camera_state", "on_level": 1, "off_level": 0}, {0}, {1.0}),
    ({"metric": "no_data", "on_level": 100, "off_level": 50}, {0}, {50.0, 75.0, 100.0, 125.0, 150.0}),
    (
        {"metric": "lanes_open_vs_needed", "on_level": 1, "off_level": 0, "minimum_seconds": 60},
        {0, 30, 60, 120, 300},
        {1.0, 2.0, 3.0},
    ),
]


@pytest.mark.parametrize(("changes", "seconds", "levels"), METRICS)
def test_only_what_can_be_set_is_tried(changes: dict[str, Any], seconds: set[int], levels: set[float]) -> None:
    """A hazard has no duration and is at most 1; a camera is well or not; lanes are whole; silence is a duration."""
    tried = variants(read(rule(**changes)))
    assert {each.minimum_seconds for each in tried} == seconds
    assert {each.on_level for each in tried} == levels


def test_each_cell_is_what_the_rule_alone_would_do() -> None:
    """All settings are replayed at once; each has the alerts, minutes and misses that it has alone."""
    waits = [30 * length for length in random_lengths(5, 240)]
    made = day(lane_events(random_lengths(4, 240), waits))
    written = read(rule(minimum_seconds=30))
    past = [judged(5, 12, "true"), judged(20, 30, "false")]
    grid = grid_of(candidate(rule(minimum_seconds=30)), written, [made], past)
    assert len(grid.cells) == 25
    for each in grid.cells:
        levels = {"on_level": each.rule.on_level, "off_level": each.rule.off_level}
        alone = candidate(rule(minimum_seconds=each.rule.minimum_seconds, **levels))
        assert each.result == evaluate(alone, [made], past).rules[0]
    assert (grid.now.rule.minimum_seconds, grid.now.rule.on_level) == (30, 5.0)


def test_the_present_setting_is_the_rule_itself() -> None:
    """Its alerts bear the ids of the job's, so that verdicts find them by name."""
    made = day(lane_events([6.0] * 12 + [0.0] * 12))
    (span,) = evaluate(candidate(rule()), [made]).spans
    past = [judged(50, 51, "true", alert_id=span.alert_id)]
    assert grid_of(candidate(rule()), read(rule()), [made], past).now.result.precision == Precision(1, 1)


def test_progress_is_told_by_day() -> None:
    """Once after each day."""
    told: list[int] = []
    made = day(lane_events([6.0]))
    grid_of(candidate(rule()), read(rule()), [made, made], done=lambda: told.append(1))
    assert len(told) == 2


def test_too_few_verdicts_suggest_nothing() -> None:
    """Nine judged alerts are too few, and the reason says so; ten are enough."""
    better = cell(60, 5, alerts=10, true=10, of=10)
    few = dataclasses.replace(NOW, result=result(true=4, of=9))
    assert suggestion([few, better]) == (None, "Too few verdicts to suggest anything: 9, at least 10 are needed.")
    enough = dataclasses.replace(NOW, result=result(true=4, of=10))
    assert suggestion([enough, better])[0] is better


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("it is no better", {"true": 5, "of": 10, "alerts": 10}),
    ("it misses one more minute", {"true": 10, "of": 10, "alerts": 10, "missed": 4}),
    ("too few of its own were judged", {"true": 9, "of": 9, "alerts": 9}),
    ("it raises alerts that nobody judged", {"true": 20, "of": 20, "alerts": 21}),
]


@pytest.mark.parametrize(("title", "figures"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_not_suggested(title: str, figures: dict[str, Any]) -> None:
    """Nothing that is no better, that misses more, or of which too little is known."""
    assert title
    assert suggestion([NOW, cell(60, 5, **figures)]) == (
        None,
        "No setting tried here was found true more often without missing more.",
    )


def test_the_best_precision_wins_then_the_fewest_misses_then_the_nearest() -> None:
    """Of equal shares the one that misses least, of these the one with fewest alerts, of these the nearest."""
    good = cell(30, 5, alerts=12, true=9, of=12)
    best = cell(60, 5, alerts=10, true=9, of=10)
    assert suggestion([NOW, good, best])[0] is best
    surer = cell(120, 5, alerts=10, true=9, of=10, missed=2)
    assert suggestion([NOW, best, surer])[0] is surer
    far = cell(300, 7.5, alerts=10, true=9, of=10)
    assert suggestion([NOW, far, best])[0] is best


def test_without_waits_true_alerts_must_be_found_again() -> None:
    """Of rules that miss no minutes, a setting that loses a true alert is not suggested."""
    now = cell(0, 5, is_now=True, missed=None)
    loses = cell(60, 5, alerts=10, true=9, of=10, missed=None, found_true=9)
    keeps = cell(30, 5, alerts=12, true=10, of=12, missed=None)
    assert suggestion([now, loses])[0] is None
    assert suggestion([now, loses, keeps])[0] is keeps


def busy_day() -> tuple[RecordedDay, list[Judged]]:
    """Return six real queues of 5 minutes, found true, and six peaks of 20 s, found false."""
    lengths: list[float] = []
    past = []
    for number in range(6):
        past.append(judged(10 * number, 10 * number + 5, "true"))
        past.append(judged(10 * number + 7, 10 * number + 7.4, "false"))
        lengths += [6.0] * 30 + [0.0] * 12 + [6.0] * 2 + [0.0] * 16
    waits = [200.0 if 12 < number % 60 < 30 else 0.0 for number in range(len(lengths))]
    return day(lane_events(lengths, waits)), past


def test_verdicts_against_peaks_suggest_a_minimum() -> None:
    """Twelve alerts of which the six short ones were nothing: held for 30 s, six of six are true."""
    made, past = busy_day()
    few = grid_of(candidate(rule()), read(rule()), [made], past)
    assert few.now.result.precision == Precision(6, 12)
    assert few.suggested is None
    twice = [made, dataclasses.replace(made, store_id="store-2")]
    others = [*past, *(dataclasses.replace(each, store_id="store-2") for each in past)]
    chain = candidate(rule())
    both = dataclasses.replace(chain, books={**chain.books, "store-2": chain.book("store-1")})
    grid = grid_of(both, read(rule()), twice, others)
    assert grid.suggested is not None
    assert grid.suggested.rule.minimum_seconds == 30
    assert grid.suggested.result.precision == Precision(12, 12)
    assert grid.suggested.misses <= grid.now.misses
    assert "12 of 12 judged alerts were true, now it is 12 of 24" in grid.reason


def test_a_small_difference_is_called_chance() -> None:
    """Where the limits of both shares overlap the reason says so; where they lie apart it does not."""
    _, close = suggestion([NOW, cell(60, 5, alerts=10, true=6, of=10)])
    _, apart = suggestion([NOW, cell(60, 5, alerts=20, true=20, of=20)])
    assert close.endswith("That may be chance: judge more to be sure.")
    assert "chance" not in apart


def test_a_table_has_a_cell_for_every_setting() -> None:
    """Rows are seconds, columns levels, both rising."""
    grid = Grid("long-queue", (NOW, cell(30, 5), cell(0, 2.5), cell(30, 2.5)), None, "")
    seconds, levels, cells = settings_of(grid)
    assert (seconds, levels) == ((0, 30), (2.5, 5.0))
    assert len(cells) == 4
    assert isinstance(cells[0, 5.0].rule, Rule)
