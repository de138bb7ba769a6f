"""Rules: what is written comes back as it was, and what cannot be used is refused with every problem at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.alerts import SEVERITIES
from contracts.rules import (
    ANY_STORE,
    METRICS,
    WEEKDAYS,
    Rule,
    RulesError,
    Store,
    read_book,
    read_rule,
    read_store,
    rule_body,
    store_body,
    unknown_places,
)

RULE: dict[str, Any] = {"rule_id": "long", "metric": "queue_length", "on_level": 5, "roles": ["shift_lead"]}
PLACES_OF = {
    "lane": ["lane_ids"],
    "zone": ["zone_ids", "zone_kinds"],
    "store": [],
    "camera": ["camera_ids"],
}

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
id_lists = st.lists(ids, max_size=3).map(tuple)
times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda time: f"{time[0]:02d}:{time[1]:02d}")
stretches = times.map(lambda start: f"{start}-24:00")
hours = st.none() | st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(stretches, max_size=2).map(tuple))
texts = st.text(max_size=40)


def levels(draw: st.DrawFn, highest: float) -> tuple[float, float]:
    """Return an on-level and an off-level that fit."""
    on_level = draw(st.floats(min_value=0.01, max_value=highest, allow_subnormal=False))
    return on_level, draw(st.floats(min_value=0, max_value=on_level))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Return any rule that can be used."""
    metric = draw(st.sampled_from([*METRICS, "hazard.floor_change", "hazard.person_lying"]))
    is_hazard = metric.startswith("hazard.")
    on_level, off_level = levels(draw, 1.0 if is_hazard else METRICS[metric].maximum)
    fitting = ["zone_ids", "camera_ids"] if is_hazard else PLACES_OF[METRICS[metric].place_kind]
    fitting = ["zone_ids", "zone_kinds"] if metric == "no_data" else fitting
    escalates_after = draw(st.none() | st.integers(1, 1440))
    places: dict[str, Any] = {name: draw(id_lists) for name in fitting}
    return Rule(
        rule_id=draw(ids),
        metric=metric,
        on_level=on_level,
        off_level=off_level,
        severity=draw(st.sampled_from(SEVERITIES)),
        roles=draw(st.lists(ids, min_size=1, max_size=3).map(tuple)),
        title=draw(texts),
        minimum_seconds=draw(st.integers(0, 86_400)),
        cool_down_seconds=draw(st.integers(0, 86_400)),
        escalate_after_minutes=escalates_after,
        escalation_roles=() if escalates_after is None else draw(id_lists),
        expire_after_minutes=draw(st.integers(1, 1440)),
        hours=draw(hours),
        is_always=draw(st.booleans()),
        is_enabled=draw(st.booleans()),
        **places,
    )


@given(rules(), st.integers(0, 999_999))
def test_a_rule_comes_back_as_it_was(rule: Rule, version: int) -> None:
    """Through its body; the version lies beside it."""
    assert read_rule(json.loads(rule_body(rule)), version=version) == replace(rule, version=version)


@given(rules())
def test_equal_rules_have_equal_bodies(rule: Rule) -> None:
    """A seed compares bodies: what is the same must not look changed, whatever order it was written in."""
    again = read_rule(dict(reversed(json.loads(rule_body(rule)).items())))
    assert rule_body(again) == rule_body(rule)


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    hours,
    st.integers(1, 86_400),
    st.floats(min_value=0.5, max_value=0.999),
    texts,
)
def test_a_store_comes_back_as_it_was(
    time_zone: str, opening_hours: Any, target_wait_seconds: int, service_level: float, name: str
) -> None:
    """Through its body."""
    store = Store(
        time_zone=time_zone, opening_hours=opening_hours, target_wait_seconds=target_wait_seconds,
        service_level=service_level, name=name,
    )  # fmt: skip
    assert read_store(json.loads(store_body(store))) == store


def test_what_is_left_out_has_a_default() -> None:
    """The shortest rule: it ends at the level at which it begins, at every lane, while the store is open."""
    rule = read_rule(RULE)
    assert (rule.off_level, rule.severity, rule.minimum_seconds, rule.lane_ids) == (5.0, "medium", 0, ())
    assert (rule.hours, rule.is_always, rule.is_enabled) == (None, False, True)
    assert json.loads(rule_body(rule)).keys() == {"rule_id", "metric", "on_level", "off_level", "severity", "roles"}


RULE_PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({"rule_id": None}, "rule_id: expected up to 64 letters, digits"),
    ({"rule_id": "~store"}, "rule_id: expected up to 64 letters, digits"),
    ({"rule_id": "a#1"}, "rule_id: expected up to 64 letters, digits"),
    ({"rule_id": "x" * 65}, "rule_id: expected up to 64 letters, digits"),
    ({"metric": "queue_lenght"}, "came 'queue_lenght'; did you mean queue_length?"),
    ({"metric": "temperature"}, "metric: expected one of queue_length"),
    ({"metric": None}, "metric: expected one of"),
    ({"metric": "hazard.", "on_level": 1}, "metric: expected one of"),
    ({"metric": "hazard.Knife", "on_level": 1}, "metric: expected one of"),
    ({"on_level": None}, "on_level: expected a number at least 0, came None"),
    ({"on_level": True}, "on_level: expected a number at least 0, came True"),
    ({"on_level": "5", "off_level": 3}, "on_level: expected a number at least 0, came '5'"),
    ({"on_level": float("nan")}, "on_level: expected a number at least 0, came nan"),
    ({"on_level": float("inf")}, "on_level: expected at most 10000 for queue_length, came inf"),
    ({"on_level": -1}, "on_level: expected a number at least 0, came -1"),
    ({"on_level": 0}, "on_level: expected more than 0, came 0"),
    ({"on_level": 10_001}, "on_level: expected at most 10000 for queue_length"),
    ({"metric": "camera_state", "on_level": 2}, "on_level: expected at most 1 for camera_state"),
    ({"metric": "hazard.knife", "on_level": 2}, "on_level: expected a confidence from 0 to 1, came 2"),
    ({"off_level": 6}, "off_level: expected at most on_level (5), came 6"),
    ({"off_level": -0.5}, "off_level: expected a number at least 0"),
    ({"severity": "urgent"}, "severity: expected one of low, medium, high, came urgent"),
    ({"severity": 3}, "severity: expected a text"),
    ({"roles": []}, "roles: expected at least one, came none; say who is to be told"),
    ({"roles": None}, "roles: expected a list of ids, came None"),
    ({"roles": "shift_lead"}, "roles: expected a list of ids, came 'shift_lead'; write it as"),
    ({"roles": ["a b"]}, "roles: expected a list of ids"),
    ({"roles": ["a,b"]}, "roles: expected a list of ids"),
    ({"title": "x" * 201}, "title: expected a text of at most 200 characters"),
    ({"minimum_seconds": -1}, "minimum_seconds: expected a whole number from 0 to 86400, came -1"),
    ({"minimum_seconds": 1.5}, "minimum_seconds: expected a whole number"),
    ({"minimum_seconds": True}, "minimum_seconds: expected a whole number"),
    ({"cool_down_seconds": 86_401}, "cool_down_seconds: expected a whole number from 0 to 86400"),
    ({"escalate_after_minutes": 0}, "escalate_after_minutes: expected a whole number from 1 to 1440"),
    ({"escalation_roles": ["x"]}, "escalation_roles: expected escalate_after_minutes beside it, came none"),
    ({"expire_after_minutes": 0}, "expire_after_minutes: expected a whole number from 1 to 1440"),
    ({"zone_ids": ["z"]}, "zone_ids: expected lane_ids with queue_length, came some; remove it"),
    ({"zone_kinds": ["aisle"]}, "zone_kinds: expected lane_ids with queue_length"),
    ({"metric": "occupancy", "lane_ids": ["l"]}, "lane_ids: expected zone_ids or zone_kinds with occupancy"),
    ({"metric": "camera_state", "on_level": 1, "zone_ids": ["z"]}, "zone_ids: expected camera_ids with camera_state"),
    ({"metric": "lanes_open_vs_needed", "lane_ids": ["l"]}, "lane_ids: expected no place: it is the whole store's"),
    ({"metric": "no_data", "camera_ids": ["c"]}, "camera_ids: expected zone_ids or zone_kinds with no_data"),
    ({"metric": "hazard.knife", "on_level": 1, "lane_ids": ["l"]}, "lane_ids: expected camera_ids or zone_ids with"),
    ({"hours": "08:00-20:00"}, "hours: expected a table of weekdays"),
    ({"hours": {"mon": ["08:00-20:00"]}}, "hours: expected one of monday, tuesday"),
    ({"hours": {"monday": "08:00-20:00"}}, "hours.monday: expected stretches such as"),
    ({"hours": {"monday": ["20:00-08:00"]}}, "hours.monday: expected stretches such as"),
    ({"hours": {"monday": ["08:00-08:00"]}}, "hours.monday: expected stretches such as"),
    ({"hours": {"monday": ["8:00-20:00"]}}, "hours.monday: expected stretches such as"),
    ({"hours": {"monday": ["08:00-24:30"]}}, "hours.monday: expected stretches such as"),
    ({"is_always": "yes"}, "is_always: expected true or false, came 'yes'"),
    ({"is_enabled": 1}, "is_enabled: expected true or false, came 1"),
    ({"minimum_second": 5}, "minimum_second: expected one of rule_id"),
    ({"version": 5}, "version: expected one of rule_id"),
]


@pytest.mark.parametrize(("changed", "says"), RULE_PROBLEMS)
def test_a_rule_that_cannot_be_used_is_refused(changed: dict[str, Any], says: str) -> None:
    """By one problem that says what was expected, what came, and the cure."""
    with pytest.raises(RulesError) as refused:
        read_rule(RULE | changed)
    assert any(says in problem for problem in refused.value.problems), refused.value.problems
    assert len(refused.value.problems) == 1, refused.value.problems
    assert all(problem.startswith("rule") and "; " in problem for problem in refused.value.problems)


@pytest.mark.parametrize("written", [None, [], "rule", 5])
def test_a_rule_is_a_table(written: Any) -> None:
    """Whatever else a body holds is said to be none."""
    with pytest.raises(RulesError, match="expected a table"):
        read_rule(written)


def test_every_problem_is_told_at_once() -> None:
    """Nobody mends a file five times."""
    written = {"rule_id": "a b", "metric": "queue", "on_level": -1, "roles": [], "hours": 5, "colour": "red"}
    with pytest.raises(RulesError) as refused:
        read_rule(written)
    named = [problem.split(": ")[1] for problem in refused.value.problems]
    assert set(named) >= {"rule_id", "metric", "on_level", "roles", "hours", "colour"}
    assert str(refused.value).count("\n- ") == len(named)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"time_zone": "Mars/Olympus"}, "store: time_zone: expected a zone such as Europe/Berlin, came Mars/Olympus"),
        ({"time_zone": "Europe"}, "store: time_zone: expected a zone"),
        ({"time_zone": "../etc/passwd"}, "store: time_zone: expected a zone"),
        ({"time_zone": 1}, "store: time_zone: expected a text"),
        ({"target_wait_seconds": 0}, "store: target_wait_seconds: expected a whole number from 1 to 86400"),
        ({"service_level": 1}, "store: service_level: expected a number from 0.5 to 0.999"),
        ({"opening_hours": ["08:00-20:00"]}, "store: opening_hours: expected a table of weekdays"),
        ({"opening_hours": {"monday": ["25:00-26:00"]}}, "store: opening_hours.monday: expected stretches"),
        ({"name": 7}, "store: name: expected a text"),
        ({"timezone": "UTC"}, "did you mean time_zone?"),
        (None, "store: expected a table"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused(written: Any, says: str) -> None:
    """As a rule is."""
    with pytest.raises(RulesError) as refused:
        read_store(written)
    assert any(says in problem for problem in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"rules": {}}, "rules: expected a list of tables, came {}; write [[rules]]"),
        ({"rules": [RULE, RULE]}, "rule long: expected each id once, came 2; rename one"),
        ({"rules": ["long"]}, "rule: expected a table, came 'long'"),
        ({"stores": []}, "stores: expected a table of stores, came []; write [stores.<id>]"),
        ({"stores": {"store-1": 5}}, "store store-1: expected a table, came 5"),
        ({"stores": {"*": {"rules": [RULE]}}}, "store *: expected up to 64 letters"),
        ({"stores": {"~changes": {}}}, "store ~changes: expected up to 64 letters"),
        ({"stores": {"store-1": {"rules": [RULE | {"on_level": 0}]}}}, "store store-1: rule long: on_level"),
        ({"stores": {"store-1": {"target_wait_seconds": 0}}}, "store store-1: store: target_wait_seconds"),
        ({"people": {}}, "people: expected a list of tables, came {}; write [[people]]"),
        ({"people": ["person-1"]}, "people: expected a list of tables"),
        ({"rule": []}, "rule: expected rules, stores or people, came another table; remove it"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(written: dict[str, Any], says: str) -> None:
    """A store that is called as the chain, or as the list of changes, would overwrite them."""
    with pytest.raises(RulesError) as refused:
        read_book(written)
    assert any(problem.startswith(says) for problem in refused.value.problems), refused.value.problems


def test_a_file_tells_every_problem_of_every_rule() -> None:
    """In the order of the file."""
    written = {
        "rules": [RULE | {"on_level": 0}, RULE | {"rule_id": "b", "metric": "x"}],
        "stores": {"store-1": {"time_zone": "x", "rules": [RULE | {"roles": []}]}},
        "colours": {},
    }
    with pytest.raises(RulesError) as refused:
        read_book(written)
    starts = ["rule long: on_level", "rule b: metric", "store store-1: rule long: roles", "store store-1: store: time"]
    assert [start for start, problem in zip(starts, refused.value.problems, strict=False) if start in problem] == starts
    assert refused.value.problems[-1].startswith("colours:")


def test_a_file_keeps_apart_what_is_whose() -> None:
    """The chain's rules, each store's own, and what each store says of itself."""
    book = read_book(
        {
            "rules": [RULE],
            "stores": {"store-1": {"time_zone": "Europe/Berlin", "rules": [RULE | {"on_level": 9}]}, "store-2": {}},
            "people": [{"person_id": "person-1"}],
        }
    )
    assert {store: [rule.on_level for rule in held] for store, held in book.rules.items()} == {
        ANY_STORE: [5.0],
        "store-1": [9.0],
        "store-2": [],
    }
    assert book.stores["store-1"].time_zone == "Europe/Berlin"
    assert book.people == ({"person_id": "person-1"},)


def test_unknown_places_have_a_nearest_name() -> None:
    """Or the list of what there is."""
    lanes = read_rule(RULE | {"lane_ids": ["lane-1", "lane-l", "self-service"]})
    assert unknown_places(lanes, zones=["aisle"], lanes=["lane-1", "lane-2"]) == [
        "rule long: expected a lane of the store, came lane-l; did you mean lane-2?",
        "rule long: expected a lane of the store, came self-service; it has lane-1, lane-2",
    ]
    zones = read_rule(RULE | {"metric": "occupancy", "zone_ids": ["aisle"]})
    assert unknown_places(zones, zones=["aisle"], lanes=[]) == []
