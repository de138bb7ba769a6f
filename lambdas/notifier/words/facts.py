"""An alert in words: what, where, since when, how bad, what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.alerts import Advice, Alert, Stage
from contracts.rules import HAZARD, Store
from lambdas.notifier.words.voice import Voice

_LANE = re.compile(r"(?:lane|checkout|counter|till|kasse|caja)?[-_ .]?0*(\d+)", re.IGNORECASE)
_COUNTED = frozenset({"queue_length", "occupancy", "lanes_open_vs_needed"})
_TIMED = frozenset({"longest_wait_seconds", "dwell_seconds_p90", "no_data"})
_QUEUES = frozenset({"queue_length", "longest_wait_seconds", "lanes_open_vs_needed"})
_TIME_STEPS = (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0)
_STEPS = tuple(float(base * 10**power) for power in range(6) for base in (1, 2, 5))
MEASURED = _COUNTED | _TIMED - {"no_data"}
"""Metrics whose figure and limit say something to people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert as one person is told of it."""

    alert: Alert
    store: Store
    voice: Voice
    stage: Stage
    now_ms: int
    is_dismissed: bool = False


def headline(told: Told) -> str:
    """Return what, where, since when and how bad; of what is over, how long it was."""
    if told.stage == "resolved":
        return _over(told)
    alert, voice = told.alert, told.voice
    fact = voice.say("fact.since", place=place(told), amount=amount(told, alert.value), time=since(told))
    if alert.metric not in MEASURED:
        return fact
    if shown(told, alert.worst_value) != shown(told, alert.value):
        fact += voice.say("fact.worst", worst=shown(told, alert.worst_value))
    return fact + voice.say("fact.limit", limit=limit(told))


def advice(told: Told) -> str:
    """Return what to do; nothing of what is over."""
    if told.stage == "resolved":
        return ""
    if told.stage == "review":
        return told.voice.say("advice.review")
    counted = counted_advice(told.alert)
    if counted is not None:
        return _lanes(told.voice, counted)
    metric = told.alert.metric
    if metric.startswith(HAZARD):
        return told.voice.say("advice.hazard")
    return told.voice.say(f"advice.{metric}" if told.voice.knows(f"advice.{metric}") else "advice.queue")


def lead(told: Told) -> tuple[str, ...]:
    """Return how bad it is and at what stage, in words: never by colour alone."""
    if told.stage == "resolved":
        return (capital(told.voice.say("lead.resolved")),)
    severity = told.voice.say(f"severity.{told.alert.severity}")
    return (severity,) if told.stage == "raised" else (severity, told.voice.say(f"lead.{told.stage}"))


def place(told: Told) -> str:
    """Return the place in words that people of the store use."""
    alert = told.alert
    if alert.place_kind == "store":
        return one_line(told.store.name or alert.store_id)
    numbered = _LANE.fullmatch(alert.place_id) if alert.place_kind == "lane" else None
    named = numbered[1] if numbered else one_line(re.sub(r"[-_]+", " ", alert.place_id))
    return capital(told.voice.say(f"place.{alert.place_kind}", name=named))


def store_name(told: Told) -> str:
    """Return the store's name, its id where it has none."""
    return one_line(told.store.name or told.alert.store_id)


def amount(told: Told, value: float) -> str:
    """Return a value as a short phrase."""
    metric, voice = told.alert.metric, told.voice
    if metric.startswith(HAZARD):
        label = hazard(voice, metric.removeprefix(HAZARD))
        return voice.say("amount.hazard_review" if told.stage == "review" else "amount.hazard", label=label)
    if metric in _COUNTED:
        return voice.count(f"amount.{metric}", value)
    if metric in _TIMED:
        return voice.say(f"amount.{metric}", d=voice.duration(value))
    return voice.say(f"amount.{metric}") if voice.knows(f"amount.{metric}") else f"{metric} {voice.number(value)}"


def shown(told: Told, value: float) -> str:
    """Return a value alone, in its unit."""
    metric = told.alert.metric
    if metric.startswith(HAZARD):
        return told.voice.share(value)
    return told.voice.duration(value) if metric in _TIMED else told.voice.whole(value)


def limit(told: Told) -> str:
    """Return the limit, which may lie between two counts."""
    exact, metric = told.alert.limit_value, told.alert.metric
    return told.voice.number(exact) if metric in _COUNTED else shown(told, exact)


def counted_advice(alert: Alert) -> Advice | None:
    """Return the advice in figures; none where it cannot be read, as an alert without advice is better than none."""
    try:
        return Advice.of_json(alert.advice)
    except (ValueError, TypeError):
        return None


def steps(metric: str) -> tuple[float, ...]:
    """Return the steps between a chart's levels that read well: round numbers, or round times."""
    return _TIME_STEPS if metric in _TIMED else _STEPS


def hazard(voice: Voice, label: str) -> str:
    """Return a hazard's label in words."""
    return voice.say(f"hazard.{label}") if voice.knows(f"hazard.{label}") else one_line(label.replace("_", " "))


def since(told: Told) -> str:
    """Return when it began."""
    return told.voice.time(told.alert.started_ms, now_ms=told.now_ms)


def ended(told: Told) -> str:
    """Return when it was over."""
    return told.voice.time(told.alert.ended_ms or told.now_ms, now_ms=told.now_ms)


def one_line(text: str) -> str:
    """Return a text from outside as one line without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def capital(text: str) -> str:
    """Return a text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def _over(told: Told) -> str:
    alert, voice = told.alert, told.voice
    if told.is_dismissed:
        return voice.say("fact.dismissed", place=place(told))
    fact = voice.say("fact.over", place=place(told), time=since(told), end=ended(told))
    has_worst = alert.metric in MEASURED
    return fact + voice.say("fact.over_worst", amount=amount(told, alert.worst_value)) if has_worst else fact


def _lanes(voice: Voice, counted: Advice) -> str:
    more = counted.lanes_needed - counted.lanes_open
    if more <= 0:
        return voice.say("advice.enough")
    if counted.wait_then_seconds is None:
        return voice.count("advice.open_plain", more)
    then = voice.duration(counted.wait_then_seconds)
    if counted.wait_now_seconds is None:
        return voice.count("advice.open_grows", more, then=then)
    return voice.count("advice.open", more, then=then, now=voice.duration(counted.wait_now_seconds))
