"""Alert rules and what a store says of itself: their fields, what is refused, and how they are written down.

A rule is a plain mapping everywhere: a table in TOML, the JSON text `body` of an item in DynamoDB. `read_rule` turns it
into a `Rule`, or names every problem at once.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from contracts.alerts import SEVERITIES, PlaceKind, Severity

ANY_STORE = "*"
"""Stands for the store in rules that hold for the whole chain; a store's own rule of the same id replaces it."""
STORE_RULE_ID = "~store"
"""The id under which the `rules` table keeps what a store says of itself."""
CHANGES = "~changes"
"""The partition of the `rules` table that tells what changed, in order."""
TAKES_EFFECT_MS = 20_000
"""A version holds from so long after it was saved: by then every task of the job has read it, so a replay agrees."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAZARD = "hazard."


@dataclass(frozen=True, slots=True)
class Metric:
    """What a rule can watch: its unit, the kind of place it is measured at, and what a level may be."""

    doc: str
    unit: str
    place_kind: PlaceKind
    maximum: float


METRICS = {
    "queue_length": Metric("People waiting at a lane, mean over 10 s", "people", "lane", 10_000),
    "longest_wait_seconds": Metric("Longest wait so far at a lane", "s", "lane", 86_400),
    "occupancy": Metric("People in a zone, mean over 10 s", "people", "zone", 1_000_000),
    "dwell_seconds_p90": Metric(
        "90th percentile of the dwell of visits that ended in the last 15 min", "s", "zone", 86_400
    ),
    "lanes_open_vs_needed": Metric("Lanes needed to meet the target wait, less those open", "lanes", "store", 1_000),
    "camera_state": Metric("1 while a camera is frozen, dark, down or moved, else 0", "", "camera", 1),
    "no_data": Metric("Time since the store, or a zone, was last heard of", "s", "store", 604_800),
}
HAZARD_METRIC = Metric("How sure the detector is of a hazard of this label", "", "zone", 1)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_LABEL = re.compile(r"[a-z0-9][a-z0-9_. -]{0,63}")
_DAY_SECONDS = 86_400


class RulesError(ValueError):
    """Rules cannot be used; the message lists every problem and its cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("the rules cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = tuple(problems)


Hours = Mapping[str, tuple[str, ...]]
"""Weekday to stretches such as `08:00-20:00`, store-local; a weekday without a stretch is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When to raise an alert, and whom it concerns.

    The alert begins when the value is at least `on_level` for `minimum_seconds`, and ends when it is at most
    `off_level`. Without places it holds at every place of its metric. `hours` None means: while the store is open,
    where its hours are known.
    """

    rule_id: str
    metric: str
    on_level: float
    off_level: float
    severity: Severity
    roles: tuple[str, ...]
    title: str = ""
    minimum_seconds: int = 0
    cool_down_seconds: int = 600
    escalate_after_minutes: int | None = None
    escalation_roles: tuple[str, ...] = ()
    expire_after_minutes: int = 30
    zone_ids: tuple[str, ...] = ()
    zone_kinds: tuple[str, ...] = ()
    lane_ids: tuple[str, ...] = ()
    camera_ids: tuple[str, ...] = ()
    hours: Hours | None = None
    is_always: bool = False
    is_enabled: bool = True
    version: int = 0

    @property
    def of(self) -> Metric:
        """The metric's description."""
        return HAZARD_METRIC if self.metric.startswith(HAZARD) else METRICS[self.metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What the alerts need to know of a store. Without opening hours it counts as open day and night."""

    time_zone: str = "UTC"
    language: str = "en"
    opening_hours: Hours | None = None
    target_wait_seconds: int = 180
    service_level: float = 0.9
    name: str = ""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that one TOML file says: the chain's rules, and each store's settings and own rules."""

    rules: Mapping[str, tuple[Rule, ...]]
    stores: Mapping[str, Store]
    people: tuple[Mapping[str, Any], ...] = field(default=())


def read_rule(written: Mapping[str, Any], *, version: int = 0) -> Rule:
    """Read one rule.

    Raises:
        RulesError: with every problem of the rule.
    """
    reader = _Reader(written, _name_of(written))
    rule = _rule(reader, version)
    reader.refuse_unknown([name.name for name in dataclasses.fields(Rule) if name.name != "version"])
    _check_levels(reader, rule)
    _check_places(reader, rule)
    if rule.escalation_roles and rule.escalate_after_minutes is None:
        reader.problem("escalation_roles", "escalate_after_minutes beside it", "none", "add it, or remove the roles")
    if reader.problems:
        raise RulesError(reader.problems)
    return rule


def read_store(written: Mapping[str, Any]) -> Store:
    """Read what a store says of itself; raises `RulesError` with every problem."""
    reader = _Reader(written, "store")
    defaults = Store()
    store = Store(
        time_zone=reader.text("time_zone", defaults.time_zone),
        language=reader.text("language", defaults.language),
        opening_hours=reader.hours("opening_hours"),
        target_wait_seconds=reader.whole("target_wait_seconds", defaults.target_wait_seconds, 1, _DAY_SECONDS),
        service_level=reader.number("service_level", 0.5, 0.999, default=defaults.service_level),
        name=reader.text("name", ""),
    )
    reader.refuse_unknown([name.name for name in dataclasses.fields(Store)])
    try:
        ZoneInfo(store.time_zone)
    except (ValueError, OSError, LookupError):
        reader.problem("time_zone", "a zone such as Europe/Berlin", store.time_zone, "correct it")
    if reader.problems:
        raise RulesError(reader.problems)
    return store


def read_book(written: Mapping[str, Any]) -> RuleBook:
    """Read a rule file: `[[rules]]` of the chain, `[stores.<id>]` with settings and `rules`, `[[people]]`.

    Raises:
        RulesError: with every problem of every rule and store.
    """
    problems: list[str] = []
    rules = {ANY_STORE: _rules_of(written.get("rules", []), "", problems)}
    stores = {}
    for store_id, own in _stores_of(written.get("stores", {}), problems).items():
        rules[store_id] = _rules_of(own.pop("rules", []), f"store {store_id}: ", problems)
        try:
            stores[store_id] = read_store(own)
        except RulesError as error:
            problems += [f"store {store_id}: {problem}" for problem in error.problems]
    people = written.get("people", [])
    if not isinstance(people, list) or not all(isinstance(person, Mapping) for person in people):
        problems.append(f"people: expected a list of tables, came {people!r}; write [[people]]")
    problems += [
        f"{name}: expected rules, stores or people, came another table; remove it"
        for name in sorted(written.keys() - {"rules", "stores", "people"})
    ]
    if problems:
        raise RulesError(problems)
    return RuleBook(rules, stores, tuple(people))


def rule_body(rule: Rule) -> str:
    """Return a rule as the JSON text that the `rules` table holds: what differs from the defaults."""
    defaults = {attribute.name: attribute.default for attribute in dataclasses.fields(Rule)}
    values = {name: getattr(rule, name) for name in defaults if name != "version"}
    return _json({name: value for name, value in values.items() if value != defaults[name]})


def store_body(store: Store) -> str:
    """Return what a store says of itself as the JSON text that the `rules` table holds."""
    return _json(
        {name.name: value for name in dataclasses.fields(Store) if (value := getattr(store, name.name)) is not None}
    )


def unknown_places(rule: Rule, *, zones: Iterable[str], lanes: Iterable[str]) -> list[str]:
    """Say which of a rule's zones and lanes a store does not have, each with the nearest name."""
    found = []
    for kind, named, known in (("zone", rule.zone_ids, sorted(zones)), ("lane", rule.lane_ids, sorted(lanes))):
        for place in named:
            if place not in known:
                near = difflib.get_close_matches(place, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known) or 'none'}"
                found.append(f"rule {rule.rule_id}: expected a {kind} of the store, came {place}; {hint}")
    return found


def _stores_of(written: Any, problems: list[str]) -> dict[str, dict[str, Any]]:
    if not isinstance(written, Mapping):
        problems.append(f"stores: expected a table of stores, came {written!r}; write [stores.<id>]")
        return {}
    for store_id, settings in written.items():
        if not _ID.fullmatch(store_id):
            problems.append(
                f"store {store_id}: expected up to 64 letters, digits, `.`, `_` or `-`, came another id; "
                "correct it, and write the chain's own rules as [[rules]]"
            )
        if not isinstance(settings, Mapping):
            problems.append(f"store {store_id}: expected a table, came {settings!r}; write [stores.{store_id}]")
    return {
        store_id: dict(settings)
        for store_id, settings in written.items()
        if _ID.fullmatch(store_id) and isinstance(settings, Mapping)
    }


def _rules_of(written: Any, prefix: str, problems: list[str]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    if not isinstance(written, list):
        problems.append(f"{prefix}rules: expected a list of tables, came {written!r}; write [[rules]]")
        return ()
    for each in written:
        try:
            rules.append(read_rule(each))
        except RulesError as error:
            problems += [prefix + problem for problem in error.problems]
    ids = [rule.rule_id for rule in rules]
    problems += [
        f"{prefix}rule {name}: expected each id once, came {ids.count(name)}; rename one"
        for name in sorted(set(ids))
        if ids.count(name) > 1
    ]
    return tuple(rules)


def _rule(reader: _Reader, version: int) -> Rule:
    on_level = reader.number("on_level", 0.0, float("inf"))
    severity = reader.text("severity", "medium")
    if severity not in SEVERITIES:
        reader.problem("severity", f"one of {', '.join(SEVERITIES)}", severity, "correct it")
    return Rule(
        rule_id=reader.id("rule_id"),
        metric=reader.metric(),
        on_level=on_level,
        off_level=reader.number("off_level", 0.0, float("inf"), default=on_level),
        severity=next((known for known in SEVERITIES if known == severity), "medium"),
        roles=reader.ids("roles", is_required=True),
        title=reader.text("title", ""),
        minimum_seconds=reader.whole("minimum_seconds", 0, 0, _DAY_SECONDS),
        cool_down_seconds=reader.whole("cool_down_seconds", 600, 0, _DAY_SECONDS),
        escalate_after_minutes=reader.optional_whole("escalate_after_minutes", 1, 1440),
        escalation_roles=reader.ids("escalation_roles"),
        expire_after_minutes=reader.whole("expire_after_minutes", 30, 1, 1440),
        zone_ids=reader.ids("zone_ids"),
        zone_kinds=reader.ids("zone_kinds"),
        lane_ids=reader.ids("lane_ids"),
        camera_ids=reader.ids("camera_ids"),
        hours=reader.hours("hours"),
        is_always=reader.flag("is_always", default=False),
        is_enabled=reader.flag("is_enabled", default=True),
        version=version,
    )


def _check_levels(reader: _Reader, rule: Rule) -> None:
    if reader.has_refused("on_level"):
        return
    if rule.off_level > rule.on_level:
        reader.problem("off_level", f"at most on_level ({rule.on_level:g})", f"{rule.off_level:g}", "lower it")
    if rule.metric in METRICS and rule.on_level > rule.of.maximum:
        reader.problem("on_level", f"at most {rule.of.maximum:g} for {rule.metric}", f"{rule.on_level:g}", "lower it")
    if rule.metric.startswith(HAZARD) and rule.on_level > 1:
        reader.problem("on_level", "a confidence from 0 to 1", f"{rule.on_level:g}", "lower it")
    if rule.on_level <= 0:
        reader.problem("on_level", "more than 0", f"{rule.on_level:g}", "raise it")


_PLACES = {
    "lane": {"lane_ids"},
    "zone": {"zone_ids", "zone_kinds"},
    "store": set[str](),
    "camera": {"camera_ids"},
}


def _check_places(reader: _Reader, rule: Rule) -> None:
    if rule.metric not in METRICS and not rule.metric.startswith(HAZARD):
        return
    fitting = set(_PLACES[rule.of.place_kind])
    if rule.metric == "no_data":
        fitting = {"zone_ids", "zone_kinds"}
    if rule.metric.startswith(HAZARD):
        fitting = {"zone_ids", "camera_ids"}
    for name in ("zone_ids", "zone_kinds", "lane_ids", "camera_ids"):
        if getattr(rule, name) and name not in fitting:
            allowed = " or ".join(sorted(fitting)) or "no place: it is the whole store's"
            reader.problem(name, f"{allowed} with {rule.metric}", "some", "remove it")


def _name_of(written: Any) -> str:
    named = written.get("rule_id") if isinstance(written, Mapping) else None
    return f"rule {named}" if isinstance(named, str) else "rule"


class _Reader:
    """A mapping being read; problems are collected, so that all are told at once."""

    def __init__(self, written: Any, name: str) -> None:
        self.problems: list[str] = []
        self._refused: set[str] = set()
        self._name = name
        self._written: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
        if not isinstance(written, Mapping):
            self.problems.append(f"{name}: expected a table, came {written!r}; write it as one")

    def problem(self, name: str, expected: str, came: str, cure: str) -> None:
        self._refused.add(name)
        self.problems.append(f"{self._name}: {name}: expected {expected}, came {came}; {cure}")

    def has_refused(self, name: str) -> bool:
        return name in self._refused

    def refuse_unknown(self, known: Sequence[str]) -> None:
        for name in sorted(self._written.keys() - set(known)):
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]}?" if near else "remove it"
            self.problem(name, f"one of {', '.join(known)}", "an unknown name", cure)

    def id(self, name: str) -> str:
        value = self._written.get(name)
        if not isinstance(value, str) or not _ID.fullmatch(value):
            self.problem(name, "up to 64 letters, digits, `.`, `_` or `-`", repr(value), "rename it")
            return "?"
        return value

    def ids(self, name: str, *, is_required: bool = False) -> tuple[str, ...]:
        value = self._written.get(name, [])
        if not isinstance(value, list | tuple) or not all(
            isinstance(each, str) and _ID.fullmatch(each) for each in value
        ):
            self.problem(name, "a list of ids", repr(value), 'write it as ["a", "b"]')
            return ()
        if is_required and not value:
            self.problem(name, "at least one", "none", "say who is to be told")
        return tuple(value)

    def text(self, name: str, default: str) -> str:
        value = self._written.get(name, default)
        if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004 - a line on a telephone
            self.problem(name, "a text of at most 200 characters", repr(value), "correct it")
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._written.get(name, default)
        if not isinstance(value, bool):
            self.problem(name, "true or false", repr(value), "correct it")
            return default
        return value

    def number(self, name: str, lowest: float, highest: float, default: float | None = None) -> float:
        value = self._written.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            limits = f"at least {lowest:g}" if highest == float("inf") else f"from {lowest:g} to {highest:g}"
            self.problem(name, f"a number {limits}", repr(value), "correct it")
            return lowest if default is None else default
        return float(value)

    def whole(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self._written.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.problem(name, f"a whole number from {lowest} to {highest}", repr(value), "correct it")
            return default
        return value

    def optional_whole(self, name: str, lowest: int, highest: int) -> int | None:
        return self.whole(name, lowest, lowest, highest) if self._written.get(name) is not None else None

    def metric(self) -> str:
        value = self._written.get("metric")
        known = isinstance(value, str) and (
            value in METRICS or (value.startswith(HAZARD) and _LABEL.fullmatch(value.removeprefix(HAZARD)) is not None)
        )
        if not known:
            near = difflib.get_close_matches(str(value), METRICS, n=1)
            cure = f"did you mean {near[0]}?" if near else "correct it"
            self.problem("metric", f"one of {', '.join(METRICS)}, hazard.<label>", repr(value), cure)
        return str(value)

    def hours(self, name: str) -> Hours | None:
        value = self._written.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.problem(name, "a table of weekdays", repr(value), 'write it as { monday = ["08:00-20:00"] }')
            return None
        return {day: self._stretches(name, day, stretches) for day, stretches in value.items()}

    def _stretches(self, name: str, day: str, stretches: Any) -> tuple[str, ...]:
        if day not in WEEKDAYS:
            self.problem(name, f"one of {', '.join(WEEKDAYS)}", day, "correct it")
        is_list = isinstance(stretches, list | tuple)
        if not is_list or not all(isinstance(each, str) and _is_stretch(each) for each in stretches):
            self.problem(f"{name}.{day}", 'stretches such as ["08:00-20:00"]', repr(stretches), "correct it")
            return ()
        return tuple(stretches)


def _is_stretch(text: str) -> bool:
    start, _, end = text.partition("-")
    return _HOURS.fullmatch(text) is not None and start < end


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
