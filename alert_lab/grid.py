"""Other settings of a rule: what each would have done, and which one the verdicts speak for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from alert_lab.candidates import Candidate, book_with
from alert_lab.outcome import RuleResult, Span, day_spans, rule_result, within_days
from alert_lab.recorded import RecordedDay
from alert_lab.verdicts import Judged, Precision
from contracts.alerts import alert_id
from contracts.rules import HAZARD, METRICS, Rule, Store

FEWEST_VERDICTS = 10
MINIMUM_SECONDS = (0, 30, 60, 120, 300)
LEVEL_FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5)
FEWEST_LANES, MOST_LANES = 1, 3

Told = Callable[[], None]
"""Called whenever another day of a rule is done."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting and what it would have done; `is_now` marks the setting that the rule has."""

    rule: Rule
    result: RuleResult
    is_now: bool

    @property
    def misses(self) -> int:
        """What it overlooks: minutes over the target; of other rules, alerts found true that it does not raise."""
        missed = self.result.missed_minutes
        return self.result.judged_true - self.result.found_true if missed is None else missed


@dataclass(frozen=True, slots=True)
class Grid:
    """Every setting of one rule that was tried, the one that is suggested if any, and why or why not."""

    rule_id: str
    cells: tuple[Cell, ...]
    suggested: Cell | None
    reason: str

    @property
    def now(self) -> Cell:
        """The setting that the rule has."""
        return next(cell for cell in self.cells if cell.is_now)


def variants(rule: Rule) -> tuple[Rule, ...]:
    """Return the settings to try, the rule's own among them; one alone where nothing can be set otherwise."""
    return tuple(
        dataclasses.replace(
            rule, minimum_seconds=seconds, on_level=level, off_level=round(rule.off_level * level / rule.on_level, 4)
        )
        for seconds in _seconds(rule)
        for level in _levels(rule)
    )


def grid_of(
    candidate: Candidate,
    rule: Rule,
    days: Sequence[RecordedDay],
    judged: Iterable[Judged] = (),
    *,
    done: Told = lambda: None,
) -> Grid:
    """Replay every day against all settings of a rule at once; `done` is called after each day."""
    tried = variants(rule)
    stores = {day.store_id: candidate.book(day.store_id).store for day in days}
    spans: dict[int, list[Span]] = {number: [] for number in range(len(tried))}
    for day in days:
        for number, span in _spans(rule, tried, day, stores[day.store_id]):
            spans[number].append(span)
        done()
    known = within_days(judged, days)
    cells = tuple(
        Cell(setting, rule_result(setting, spans[number], days, stores, known), is_now=_is_same(setting, rule))
        for number, setting in enumerate(tried)
    )
    return Grid(rule.rule_id, cells, *suggestion(cells))


def suggestion(cells: Sequence[Cell]) -> tuple[Cell | None, str]:
    """Return the setting found true most often that misses no more than now, and why it is that one, or none.

    Nothing is guessed: at least `FEWEST_VERDICTS` of a setting's own alerts were judged, and it raises no more alerts
    than now of which nobody knows.
    """
    now = next(cell for cell in cells if cell.is_now)
    judged = now.result.precision.judged
    if judged < FEWEST_VERDICTS:
        return None, f"Too few verdicts to suggest anything: {judged}, at least {FEWEST_VERDICTS} are needed."
    better = [cell for cell in cells if _is_better(cell, now)]
    if not better:
        return None, "No setting tried here was found true more often without missing more."
    best = max(better, key=lambda cell: (_share(cell), -cell.misses, -cell.result.alerts, -_distance(cell, now)))
    return best, _told(best, now)


def _spans(rule: Rule, tried: Sequence[Rule], day: RecordedDay, store: Store) -> Iterator[tuple[int, Span]]:
    """Yield the alerts of each setting, named as those of the rule."""
    named = {f"{rule.rule_id}~{number}": number for number in range(len(tried))}
    rules = (dataclasses.replace(setting, rule_id=name) for name, setting in zip(named, tried, strict=True))
    for span in day_spans(day, book_with(rules, store)):
        identity = alert_id(span.store_id, span.place_kind, span.place_id, rule.rule_id, span.started_ms)
        yield named[span.rule_id], dataclasses.replace(span, rule_id=rule.rule_id, alert_id=identity)


def _seconds(rule: Rule) -> tuple[int, ...]:
    # A hazard is told at one instant, a camera once a minute, and silence is its own duration.
    is_measured = rule.metric in METRICS and rule.metric not in ("camera_state", "no_data")
    return tuple(sorted({*MINIMUM_SECONDS, rule.minimum_seconds})) if is_measured else (rule.minimum_seconds,)


def _levels(rule: Rule) -> tuple[float, ...]:
    if rule.metric == "camera_state":
        return (rule.on_level,)
    if rule.metric == "lanes_open_vs_needed":
        return tuple(sorted({*map(float, range(FEWEST_LANES, MOST_LANES + 1)), rule.on_level}))
    highest = 1.0 if rule.metric.startswith(HAZARD) else METRICS[rule.metric].maximum
    levels = (round(rule.on_level * factor, 3) for factor in LEVEL_FACTORS)
    return tuple(sorted({rule.on_level, *(level for level in levels if 0 < level <= highest)}))


def _is_same(setting: Rule, rule: Rule) -> bool:
    return (setting.minimum_seconds, setting.on_level) == (rule.minimum_seconds, rule.on_level)


def _is_better(cell: Cell, now: Cell) -> bool:
    result = cell.result
    return (
        result.precision.judged >= FEWEST_VERDICTS
        and result.unjudged <= now.result.unjudged
        and cell.misses <= now.misses
        and _share(cell) > _share(now)
    )


def _share(cell: Cell) -> float:
    return cell.result.precision.share or 0.0


def _distance(cell: Cell, now: Cell) -> float:
    levels = abs(cell.rule.on_level / now.rule.on_level - 1)
    return levels + abs(cell.rule.minimum_seconds - now.rule.minimum_seconds) / max(MINIMUM_SECONDS)


def _told(best: Cell, now: Cell) -> str:
    new, old = best.result.precision, now.result.precision
    told = (
        f"Raise at {best.rule.on_level:g} held for {best.rule.minimum_seconds} s, end at {best.rule.off_level:g}: "
        f"{new.true} of {new.judged} judged alerts were true, now it is {old.true} of {old.judged}."
    )
    return told if _is_sure(new, old) else f"{told} That may be chance: judge more to be sure."


def _is_sure(new: Precision, old: Precision) -> bool:
    """Whether the limits of the two shares lie apart."""
    return new.limits is not None and old.limits is not None and new.limits[0] > old.limits[1]


def settings_of(grid: Grid) -> tuple[tuple[int, ...], tuple[float, ...], Mapping[tuple[int, float], Cell]]:
    """Return the rows (seconds), the columns (levels) and the cells of a grid's table."""
    cells = {(cell.rule.minimum_seconds, cell.rule.on_level): cell for cell in grid.cells}
    return (
        tuple(sorted({seconds for seconds, _ in cells})),
        tuple(sorted({level for _, level in cells})),
        cells,
    )
