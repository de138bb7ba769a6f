"""The checks of `sql/checks`: silent on a lake that is right, and each finds what breaks its sentence."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tables import TABLES
from glue.dialect import sql_for
from glue.views import Check, load_checks
from sim.run import simulate
from sim.scenario import load
from tests.oracle.tables import expected_tables
from tests.sql.case_files import Case, load_cases
from tests.sql.test_athena_views import VIEWS, empty_lake, fill, lake, rows
from tests.sql.test_checks_of_seasons import BROKEN as BROKEN_SEASONS
from tests.sql.test_checks_of_seasons import KEYED_HERE

Row = dict[str, Any]
Lake = dict[str, list[Row]]

CHECKS = {check.name: check for check in load_checks()}
CASES_START_MS = 1_772_619_420_000
SENT = pa.schema([(name, pa.string()) for name in ("shard_id", "sequence_number", "event_id", "fate")])
COUNTERS = pa.schema([("name", pa.string()), ("value", pa.int64())])
MEASURED_FROM_SNAPSHOTS_AND_VISITS = {"occupancy_balances", "entered_are_visits_and_present", "traffic_balances"}
"""The cases declare snapshots and visits apart from each other, which no store would send."""

OF_WALKS = ("visit_v1", "journey_v1", "dwell_minute_v1", "lane_minute_v1")
CHECKS_OF_WALKS = (
    "queue_visits_are_journeys",
    "lane_minutes_sum_to_journeys",
    "dwell_minutes_sum_to_visits",
    "lane_minute_adds_up",
    "journey_adds_up",
    "merged_visit_is_there",
)


def filled(tables: Lake) -> duckdb.DuckDBPyConnection:
    """Return the tables and views, and what a run tells of itself."""
    connection = lake({})
    fill(connection, {name: content for name, content in tables.items() if name in TABLES})
    connection.register("sent", pa.Table.from_pylist(tables["sent"], schema=SENT))
    connection.register("counters", pa.Table.from_pylist(tables["counters"], schema=COUNTERS))
    return connection


def violations(connection: duckdb.DuckDBPyConnection, names: Iterable[str] = CHECKS) -> dict[str, list[Row]]:
    """Return the rows of the checks that have any."""
    found = {name: rows(connection, sql_for("duckdb", CHECKS[name].sql)) for name in names}
    return {name: broken for name, broken in found.items() if broken}


def lake_of(events: list[Row], *, late: set[str]) -> Lake:
    """Return what a perfect pipeline makes of events, of which some come late, one twice and one broken."""
    tables: Lake = dict(expected_tables([event for event in events if event["event_id"] not in late]))
    tables |= {"event_v1": [], "rejected_v1": [], "sent": [], "counters": [{"name": "rows_dropped", "value": 0}]}
    for event in events:
        _store(tables, event, is_late=event["event_id"] in late)
    first = events[0]
    place = _send(tables, first["event_id"], "repeat")
    tables["rejected_v1"].append(_rejection(place, "duplicate", first))
    tables["rejected_v1"].append(_rejection(_send(tables, None, "broken"), "not_json", None))
    future = first | {"event_id": "device/boot/future"}
    tables["rejected_v1"].append(_rejection(_send(tables, future["event_id"], "event"), "future_time", future))
    tables["accounting_hour_v1"] = _accounts(tables)
    return tables


def _store(tables: Lake, event: Row, *, is_late: bool) -> None:
    place = _send(tables, event["event_id"], "event")
    payload = {kind: event.get(kind) for kind in ("snapshot", "visit", "crossing", "health", "hazard", "heat")}
    tables["event_v1"].append(
        {name: event[name] for name in ("event_id", "kind", "store_id", "device_id", "boot_id", "seq")}
        | {"event_time": _instant(event["event_time_ms"]), "is_late": is_late, "track_merge": event.get("track_merge")}
        | place
        | payload
    )
    if is_late:
        tables["rejected_v1"].append(_rejection(place, "late", event))


def _send(tables: Lake, event_id: str | None, fate: str) -> Row:
    number = len(tables["sent"])
    place = {"shard_id": f"shard-{number % 2}", "sequence_number": f"{number:09d}"}
    tables["sent"].append(place | {"event_id": event_id, "fate": fate})
    return place | {"arrival_time": _instant(CASES_START_MS + number * 1000)}


def _rejection(place: Row, reason: str, event: Row | None) -> Row:
    told = {} if event is None else {name: event[name] for name in ("event_id", "store_id", "device_id")}
    return place | {"reason": reason} | told


def _accounts(tables: Lake) -> list[Row]:
    outcomes = [(row, "late" if row["is_late"] else "accepted") for row in tables["event_v1"]]
    outcomes += [(row, row["reason"]) for row in tables["rejected_v1"] if row["reason"] != "late"]
    found: dict[tuple[str, str, dt.datetime], Row] = {}
    for row, outcome in outcomes:
        hour = row["arrival_time"].replace(minute=0, second=0, microsecond=0)
        key = (row.get("store_id") or "", row.get("device_id") or "", hour)
        counts = found.setdefault(
            key,
            dict.fromkeys(("received", "accepted", "late", "duplicate", "rejected"), 0) | {"is_clock_skewed": False},
        )
        counts["received"] += 1
        counts[outcome if outcome in counts else "rejected"] += 1
    return [
        {"store_id": store_id, "device_id": device_id, "window_start": hour, "window_end": hour + dt.timedelta(hours=1)}
        | counts
        for (store_id, device_id, hour), counts in found.items()
    ]


def _instant(time_ms: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=time_ms)


@cache
def simulated() -> Lake:
    """Return a quarter of an hour of the supermarket, two visits and a health report of which came late."""
    events = [event.to_dict() for event in simulate(load("supermarket"), seed=3, hours=0.25).events]
    late = {event["event_id"] for event in events if event["kind"] == "health"}
    tables = lake_of(events, late=set(sorted(late)[:2]))
    tables["live_zone"] = list(_live(events))
    return tables


def _live(events: list[Row]) -> Iterable[Row]:
    last = {(zone["zone_id"]): (event, zone) for event in events if event["kind"] == "snapshot" for zone in event["snapshot"]["zones"]}  # fmt: skip  # noqa: E501
    for zone_id, (event, zone) in last.items():
        end_ms = event["event_time_ms"] - event["event_time_ms"] % 10_000 + 10_000
        yield {
            "store_id": event["store_id"],
            "zone_id": zone_id,
            "zone_kind": zone["zone_kind"],
            "occupancy": zone["count"],
            "window_end_ms": end_ms,
        }


@cache
def declared() -> Lake:
    """Return all declared cases in one lake, each in a store of its own."""
    given = [given for case in load_cases() for given in case.events(CASES_START_MS)]
    events = [one.event.to_dict() for one in given]
    return lake_of(events, late={one.event.event_id for one in given if one.is_late})


def test_simulated_store_breaks_nothing() -> None:
    """Rule: on what a perfect pipeline makes of a whole store every check is silent."""
    assert violations(filled(simulated())) == {}


def test_declared_cases_break_nothing() -> None:
    """Rule: nor do the odd cases: merges, pieces, overlaps, staff, late and repeated events, corrections."""
    names = CHECKS.keys() - MEASURED_FROM_SNAPSHOTS_AND_VISITS
    assert violations(filled(declared()), sorted(names)) == {}


stays = st.lists(
    st.fixed_dictionaries(
        {
            "zone": st.sampled_from(["queue-1", "service-1", "queue-1", "service-1", "queue-2", "aisle-1"]),
            "track": st.sampled_from("abc"),
            "from": st.integers(0, 40).map(lambda n: n * 5),
            "lasts": st.sampled_from([1, 4.999, 5, 12, 29, 30, 61]),
            "end": st.sampled_from(["left", "left", "lost", "day_end"]),
            "staff": st.sampled_from([False, False, False, True]),
        }
    ),
    min_size=1,
    max_size=14,
)
merges = st.lists(st.tuples(st.integers(0, 280), st.permutations("abc")), max_size=2)


@given(stays, merges)
@settings(max_examples=80, deadline=None)
def test_any_walks_break_nothing(stays: list[Row], merges: list[tuple[int, list[str]]]) -> None:
    """Rule: whatever stays and merges come, in whatever order, the sums and the queue's identity hold."""
    declared = [{"visit": stay | {"to": stay["from"] + stay["lasts"]}} for stay in stays]
    declared += [{"track_merge": {"at": at, "from": tracks[0], "to": tracks[1]}} for at, tracks in merges]
    case = Case(name="any", rule="", given=tuple(declared), expect={})
    events = [given.event.to_dict() for given in case.events(CASES_START_MS)]
    tables = lake_of(events, late=set())
    connection = empty_lake()
    fill(connection, {name: tables[name] for name in OF_WALKS})
    assert violations(connection, CHECKS_OF_WALKS) == {}


def test_empty_lake_breaks_nothing() -> None:
    """Rule: no data breaks no sentence, but a run that does not tell its counter does."""
    nothing: Lake = {"sent": [], "counters": []}
    assert violations(filled(nothing)) == {"no_row_dropped": [{"name": "rows_dropped", "value": None}]}


Change = Callable[[Lake], None]


def without_last(table: str) -> Change:
    """Lose a row."""
    return lambda tables: tables[table].__delitem__(-1)


def twice(table: str) -> Change:
    """Write a row twice."""
    return lambda tables: tables[table].append(dict(tables[table][0]))


def with_value(table: str, column: str, value: Any, where: Callable[[Row], bool] = bool) -> Change:
    """Write another value into the first row for which something holds; a callable value is told the row."""

    def change(tables: Lake) -> None:
        row = next(row for row in tables[table] if where(row))
        row[column] = value(row) if callable(value) else value

    return change


def added(column: str, by: int) -> Callable[[Row], Any]:
    """Add to the row's value."""
    return lambda row: row[column] + by


def without(table: str, where: Callable[[Row], bool]) -> Change:
    """Lose all rows for which something holds."""
    return lambda tables: tables.__setitem__(table, [row for row in tables[table] if not where(row)])


def is_queue_visit(row: Row) -> bool:
    """Whether a row of visit_v1 is a customer's stay in a queue."""
    return row["zone_kind"] == "queue" and not row["is_staff"] and not row["is_pass_through"]


def _lose_first_bucket(tables: Lake) -> None:
    next(row for row in tables["lane_minute_v1"] if row["wait_histogram"])["wait_histogram"].pop()


def _move_bucket(tables: Lake) -> None:
    next(row for row in tables["dwell_minute_v1"] if row["dwell_histogram"])["dwell_histogram"][0]["lower_ms"] = 10**8


def _merge_into_nothing(tables: Lake) -> None:
    row = tables["visit_v1"][0]
    tables["visit_v1"].append(row | {"revision": row["revision"] + 1, "merged_into": "aisle-9/nobody/0"})


def _one_more_seen(tables: Lake) -> None:
    for row in tables["event_v1"]:
        if row["kind"] == "snapshot":
            row["snapshot"]["zones"][0]["entered"] += 1
            return


def _everybody_out(tables: Lake) -> None:
    for row in tables["traffic_minute_v1"]:
        row["in_count"], row["out_count"] = row["out_count"], row["in_count"]


def _late_without_its_name(tables: Lake) -> None:
    tables["rejected_v1"] = [row for row in tables["rejected_v1"] if row["reason"] != "late"]


def _event_replaced(tables: Lake) -> None:
    tables["event_v1"][-1] = tables["event_v1"][-1] | {"event_id": "device/boot/unheard-of"}


BROKEN: list[tuple[str, str, Change]] = [
    ("record_has_one_outcome", "lost", without_last("event_v1")),
    ("record_has_one_outcome", "stored twice", twice("event_v1")),
    ("record_has_one_outcome", "stored and rejected", with_value("event_v1", "is_late", value=True)),
    ("record_has_one_outcome", "late without its name", _late_without_its_name),
    ("nothing_unsent", "unknown record", without_last("sent")),
    ("nothing_unsent", "one place twice", twice("sent")),
    ("outcomes_add_up", "stored twice", twice("event_v1")),
    ("outcomes_add_up", "lost", without_last("rejected_v1")),
    ("outcomes_add_up", "late without its name", _late_without_its_name),
    ("event_is_stored_once", "lost", without_last("event_v1")),
    ("event_is_stored_once", "stored twice", twice("event_v1")),
    ("event_is_stored_once", "another id", _event_replaced),
    ("event_is_stored_once", "not named", without("rejected_v1", lambda row: row["reason"] == "future_time")),
    ("repeat_is_duplicate", "not named", without("rejected_v1", lambda row: row["reason"] == "duplicate")),
    (
        "broken_is_rejected",
        "taken for a duplicate",
        with_value("rejected_v1", "reason", "duplicate", lambda row: row["reason"] == "not_json"),
    ),
    ("broken_is_rejected", "lost", without("rejected_v1", lambda row: row["reason"] == "not_json")),
    ("no_row_dropped", "dropped", with_value("counters", "value", 3)),
    ("no_row_dropped", "not told", without_last("counters")),
    ("accounting_hours_recount", "another count", with_value("accounting_hour_v1", "accepted", added("accepted", -1))),
    ("accounting_hours_recount", "an hour missing", without_last("accounting_hour_v1")),
    *(
        ("keys_are_unique", table, twice(table))
        for table in CHECKS["keys_are_unique"].reads
        if table not in ("heat_minute_v1", "hazard_v1", *KEYED_HERE)
    ),
    ("merged_visit_is_there", "nobody", _merge_into_nothing),
    ("queue_visits_are_journeys", "journey lost", without_last("journey_v1")),
    ("queue_visits_are_journeys", "visits lost", without("visit_v1", is_queue_visit)),
    (
        "queue_visits_are_journeys",
        "another track",
        with_value("journey_v1", "track_id", "nobody", lambda row: row["merged_into"] is None),
    ),
    ("journey_adds_up", "served without a wait", with_value("journey_v1", "wait_seconds", None)),
    ("journey_adds_up", "before it began", with_value("journey_v1", "queue_left_time", _instant(0))),
    ("lane_minute_adds_up", "one more joined", with_value("lane_minute_v1", "joined", added("joined", 1))),
    ("lane_minute_adds_up", "open for too long", with_value("lane_minute_v1", "open_ms", 60_001)),
    ("lane_minutes_sum_to_journeys", "one more queued", with_value("lane_minute_v1", "queue_ms", added("queue_ms", 1))),
    ("lane_minutes_sum_to_journeys", "journey lost", without_last("journey_v1")),
    ("lane_minutes_sum_to_journeys", "minutes lost", without("lane_minute_v1", bool)),
    ("lane_minutes_sum_to_journeys", "bucket lost", _lose_first_bucket),
    ("dwell_minutes_sum_to_visits", "one more visit", with_value("dwell_minute_v1", "visits", added("visits", 1))),
    ("dwell_minutes_sum_to_visits", "dwell", with_value("dwell_minute_v1", "dwell_ms", added("dwell_ms", 1))),
    ("dwell_minutes_sum_to_visits", "visit lost", without_last("visit_v1")),
    ("dwell_minutes_sum_to_visits", "another bucket", _move_bucket),
    ("zone_minutes_recount_snapshots", "minute lost", without_last("zone_minute_v1")),
    ("zone_minutes_recount_snapshots", "person_ms", with_value("zone_minute_v1", "person_ms", added("person_ms", 1))),
    ("zone_minutes_recount_snapshots", "snapshot", _one_more_seen),
    ("occupancy_balances", "one more entered", with_value("zone_minute_v1", "entered", added("entered", 1))),
    ("entered_are_visits_and_present", "one more entered", _one_more_seen),
    ("entered_are_visits_and_present", "visit lost", without("event_v1", lambda row: row["kind"] == "visit")),
    ("live_zone_is_last_snapshot", "another count", with_value("live_zone", "occupancy", 99)),
    ("traffic_recounts_crossings", "one more in", with_value("traffic_minute_v1", "in_count", added("in_count", 1))),
    ("traffic_recounts_crossings", "minute lost", without_last("traffic_minute_v1")),
    ("traffic_recounts_crossings", "events lost", without("event_v1", lambda row: row["kind"] == "crossing")),
    ("traffic_balances", "everybody out", _everybody_out),
    ("quality_follows_the_rule", "grade", with_value("lane_minute_v1", "quality", "none")),
    ("quality_follows_the_rule", "share", with_value("zone_minute_v1", "coverage", 1.2)),
]


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, _, change in BROKEN], ids=[f"{name}: {what}" for name, what, _ in BROKEN])  # fmt: skip  # noqa: E501
def test_what_breaks_a_sentence_is_found(name: str, change: Change) -> None:
    """Rule: each way of breaking a sentence gives at least one row."""
    tables = {table: copy.copy(content) for table, content in simulated().items()}
    tables = copy.deepcopy(tables)
    change(tables)
    assert violations(filled(tables), [name])


def test_hours_that_lose_a_minute_are_found() -> None:
    """Rule: hours that do not add up are found; a view's rows cannot be changed, so another view is put there."""
    connection = filled(simulated())
    connection.execute("ALTER VIEW lane_hour RENAME TO right_lane_hour")
    connection.execute("CREATE VIEW lane_hour AS SELECT * REPLACE (joined + 1 AS joined) FROM right_lane_hour")
    assert violations(connection, ["hours_sum_minutes"])


def test_every_check_is_proved() -> None:
    """Rule: a check that was never seen to find anything proves nothing."""
    proved = {name for name, _, _ in BROKEN} | {name for name, _, _ in BROKEN_SEASONS} | {"hours_sum_minutes"}
    assert proved == CHECKS.keys()


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_header_is_true(check: Check) -> None:
    """Rule: a check reads what its header says and nothing else."""
    text = re.sub(r"--.*", "", check.sql)
    own = set(re.findall(r"^(?:WITH )?(\w+) AS \(", text, re.MULTILINE))
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", text)) - own - {"UNNEST"}
    assert named == set(check.reads)
    assert named <= TABLES.keys() | VIEWS.keys() | {"sent", "counters"}
    assert check.sentence.endswith(".")
