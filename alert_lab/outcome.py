"""What rules do on recorded days: alerts, their minutes, the minutes they miss, and how many were found true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from alert_lab.candidates import Candidate
from alert_lab.recorded import MINUTE_MS, RecordedDay
from alert_lab.replay import replay
from alert_lab.verdicts import Judged, Precision
from contracts.alerts import OPEN_JOB_STATES, SEVERITIES, Alert, PlaceKind, Severity
from contracts.rules import Rule, Store
from flink_jobs.alerting.rulebook import Book
from flink_jobs.alerting.schedule import is_due

WAIT_METRICS = frozenset({"queue_length", "longest_wait_seconds", "lanes_open_vs_needed"})
"""Rules that are there so that nobody waits too long: of these, minutes can be missed."""
LaneMinute = tuple[str, str, int]
"""Store, lane and start of a minute."""


@dataclass(frozen=True, slots=True)
class Span:
    """One alert of a replay: when it stood, within the day. `alert_id` is what the job calls it too."""

    store_id: str
    alert_id: str
    rule_id: str
    place_kind: PlaceKind
    place_id: str
    severity: Severity
    started_ms: int
    raised_ms: int
    ended_ms: int
    worst_value: float
    is_repeat: bool

    @property
    def minutes(self) -> float:
        """For how long it stood."""
        return (self.ended_ms - self.raised_ms) / MINUTE_MS


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule did over all days.

    Attributes:
        repeats: Of the alerts, those within the cool-down of the one before: people are not told of them again.
        over_minutes: Minutes of a lane in which a wait was over the target, while the rule was to be looked at; None
            for rules that are not about waits.
        missed_minutes: Of these, minutes in which no alert of the rule stood at the lane, nor for the whole store.
        found_true: Of the past alerts judged true, those that the rule finds again.
        judged_true: Past alerts of the rule that were judged true.
    """

    rule_id: str
    title: str
    metric: str
    severity: Severity
    alerts: int
    repeats: int
    alert_minutes: float
    over_minutes: int | None
    missed_minutes: int | None
    precision: Precision
    found_true: int
    judged_true: int

    @property
    def unjudged(self) -> int:
        """Alerts of which no verdict tells anything."""
        return self.alerts - self.precision.judged


@dataclass(frozen=True, slots=True)
class LabResult:
    """What a candidate's rules did; `store_days` is how many days of stores were replayed.

    `over_minutes` and `missed_minutes` are those of all rules about waits together: missed is what none of them covers.
    """

    name: str
    store_days: int
    rules: tuple[RuleResult, ...]
    spans: tuple[Span, ...]
    over_minutes: int | None
    missed_minutes: int | None

    def per_day(self, number: float) -> float:
        """Return a number over all store-days as a number a day."""
        return number / self.store_days if self.store_days else 0.0

    @property
    def alerts(self) -> int:
        """Alerts of all rules."""
        return sum(rule.alerts for rule in self.rules)

    @property
    def alert_minutes(self) -> float:
        """Minutes of all alerts."""
        return sum(rule.alert_minutes for rule in self.rules)

    @property
    def precision(self) -> Precision:
        """Alerts of all rules found true, among those judged."""
        parts = [rule.precision for rule in self.rules]
        return Precision(sum(part.true for part in parts), sum(part.judged for part in parts))

    @property
    def by_severity(self) -> Mapping[Severity, int]:
        """Alerts by severity, all of them named."""
        counts = Counter(span.severity for span in self.spans)
        return {severity: counts[severity] for severity in SEVERITIES}

    def rule(self, rule_id: str) -> RuleResult | None:
        """Return a rule's result; None where the candidate has no such rule."""
        return next((rule for rule in self.rules if rule.rule_id == rule_id), None)


def spans_of(transitions: Iterable[Alert], *, start_ms: int, end_ms: int) -> tuple[Span, ...]:
    """Return the alerts that stood within a day, cut at its ends."""
    last = {alert.alert_id: alert for alert in transitions}
    return tuple(
        _span(alert, start_ms, end_ms)
        for alert in last.values()
        if alert.raised_ms < end_ms and (alert.state in OPEN_JOB_STATES or alert.ended_ms > start_ms)
    )


def day_spans(day: RecordedDay, book: Book) -> tuple[Span, ...]:
    """Replay a day against rules; returns its alerts."""
    transitions = replay(day.store_id, day.signals, book, until_ms=day.end_ms)
    return spans_of(transitions, start_ms=day.start_ms, end_ms=day.end_ms)


def evaluate(candidate: Candidate, days: Sequence[RecordedDay], judged: Iterable[Judged] = ()) -> LabResult:
    """Replay every day against a candidate's rules and judge what they did."""
    spans = tuple(span for day in days for span in day_spans(day, candidate.book(day.store_id)))
    stores = {day.store_id: candidate.book(day.store_id).store for day in days}
    known = within_days(judged, days)
    results = tuple(rule_result(rule, spans, days, stores, known) for rule in candidate.rules)
    of_waits = [rule for rule in candidate.rules if rule.metric in WAIT_METRICS]
    over = frozenset(minute for rule in of_waits for minute in over_target(rule, days, stores))
    names = {rule.rule_id for rule in of_waits}
    missed = over - covered((span for span in spans if span.rule_id in names), over)
    return LabResult(
        candidate.name,
        len(days),
        results,
        spans,
        over_minutes=len(over) if of_waits else None,
        missed_minutes=len(missed) if of_waits else None,
    )


def rule_result(
    rule: Rule,
    spans: Iterable[Span],
    days: Sequence[RecordedDay],
    stores: Mapping[str, Store],
    judged: Iterable[Judged],
) -> RuleResult:
    """Judge one rule by its alerts among `spans`."""
    own = [span for span in spans if span.rule_id == rule.rule_id]
    past = [each for each in judged if each.rule_id == rule.rule_id]
    over = over_target(rule, days, stores) if rule.metric in WAIT_METRICS else None
    verdicts = [verdict for span in own if (verdict := verdict_on(span, past)) is not None]
    return RuleResult(
        rule_id=rule.rule_id,
        title=rule.title,
        metric=rule.metric,
        severity=rule.severity,
        alerts=len(own),
        repeats=sum(span.is_repeat for span in own),
        alert_minutes=sum(span.minutes for span in own),
        over_minutes=None if over is None else len(over),
        missed_minutes=None if over is None else len(over - covered(own, over)),
        precision=Precision(sum(verdicts), len(verdicts)),
        found_true=sum(any(_is_same(span, each) for span in own) for each in past if each.is_true),
        judged_true=sum(each.is_true for each in past),
    )


def over_target(rule: Rule, days: Iterable[RecordedDay], stores: Mapping[str, Store]) -> frozenset[LaneMinute]:
    """Return the lanes' minutes with a wait over the target, at the rule's lanes and in its hours."""
    return frozenset(
        (day.store_id, lane_id, minute_ms)
        for day in days
        for lane_id, minutes in day.waits.items()
        if not rule.lane_ids or lane_id in rule.lane_ids
        for minute_ms, wait_seconds in minutes.items()
        if wait_seconds > stores[day.store_id].target_wait_seconds and is_due(rule, stores[day.store_id], minute_ms)
    )


def covered(spans: Iterable[Span], minutes: frozenset[LaneMinute]) -> frozenset[LaneMinute]:
    """Return the minutes in which an alert stood, if only for a part, at the lane or for the whole store."""
    standing = {place for span in spans for place in _standing(span)}
    return frozenset(each for each in minutes if each in standing or (each[0], "", each[2]) in standing)


def verdict_on(span: Span, past: Iterable[Judged]) -> bool | None:
    """Tell whether an alert was true, by the past alert that it is, or else by those at its place and time.

    Where it stands for several past ones, one true one makes it true. None: nobody judged any of them.
    """
    same = [each for each in past if _is_same(span, each)]
    itself = [each for each in same if each.alert_id == span.alert_id]
    return any(each.is_true for each in itself or same) if same else None


def within_days(judged: Iterable[Judged], days: Iterable[RecordedDay]) -> tuple[Judged, ...]:
    """Return the past alerts that stood on the recorded days: no replay can find the others again."""
    stretches = [(day.store_id, day.start_ms, day.end_ms) for day in days]
    return tuple(
        each
        for each in judged
        if any(
            each.store_id == store_id and each.raised_ms < end_ms and each.ended_ms >= start_ms
            for store_id, start_ms, end_ms in stretches
        )
    )


def _is_same(span: Span, past: Judged) -> bool:
    if span.alert_id == past.alert_id:
        return True
    is_there = (span.store_id, span.rule_id, span.place_kind, span.place_id) == (
        past.store_id,
        past.rule_id,
        past.place_kind,
        past.place_id,
    )
    return is_there and span.raised_ms <= past.ended_ms and past.raised_ms <= span.ended_ms


def _standing(span: Span) -> Iterator[LaneMinute]:
    lane_id = span.place_id if span.place_kind == "lane" else ""
    first = span.raised_ms // MINUTE_MS * MINUTE_MS
    for minute_ms in range(first, span.ended_ms, MINUTE_MS):
        yield span.store_id, lane_id, minute_ms


def _span(alert: Alert, start_ms: int, end_ms: int) -> Span:
    is_open = alert.state in OPEN_JOB_STATES
    return Span(
        store_id=alert.store_id,
        alert_id=alert.alert_id,
        rule_id=alert.rule_id,
        place_kind=alert.place_kind,
        place_id=alert.place_id,
        severity=alert.severity,
        started_ms=alert.started_ms,
        raised_ms=max(start_ms, alert.raised_ms),
        ended_ms=end_ms if is_open else min(end_ms, alert.ended_ms),
        worst_value=alert.worst_value,
        is_repeat=bool(alert.repeat_of),
    )
