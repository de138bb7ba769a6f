"""What must hold of the tables whatever happens in a store, tried on made-up events through the oracle.

The events of a run have distinct times, as ties of one device are decided by the order in which they come.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events import VisitEnd
from contracts.histograms import FIRST_MS, LAST_MS, histogram, percentile_ms
from contracts.tables import TABLES
from tests.oracle.building import Store
from tests.oracle.tables import expected_tables

quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

TRACKS = ("a", "b", "c", "d")
ZONES = ("aisle-1", "queue-1", "service-1", "queue-2", "service-2")
SHORT_GAP_MS = st.integers(1, 40_000)
LONG_GAP_MS = st.sampled_from([10 * 60_000, 29 * 60_000, 31 * 60_000])
ENDS: st.SearchStrategy[VisitEnd] = st.sampled_from(["left", "left", "left", "lost", "day_end"])
PERCENTS = (50, 75, 90, 95, 99)

Json = dict[str, Any]
Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Day:
    """Draws what happens in one store, one event after the other."""

    store: Store
    draw: st.DrawFn
    now_ms: int = 0
    left_ms: dict[tuple[str, str], int] = field(default_factory=dict)

    def stay(self) -> Json:
        """Return a stay that ends now. Stays of one track in one zone do not overlap; all else may."""
        place = self.draw(st.sampled_from(ZONES)), self.draw(st.sampled_from(TRACKS))
        earliest_ms = self.left_ms.get(place, -1) + 1
        entered_ms = max(earliest_ms, self.now_ms - self.draw(st.integers(0, 90_000)))
        self.left_ms[place] = self.now_ms
        return self.store.stay(
            *place,
            (entered_ms / 1000, self.now_ms / 1000),
            end=self.draw(ENDS),
            is_staff=self.draw(st.integers(0, 9)) == 0,
        )

    def merge(self) -> Json:
        """Return a merge of any two tracks."""
        tracks = st.sampled_from(TRACKS)
        return self.store.merge(self.draw(tracks), self.draw(tracks), self.now_ms / 1000)


@st.composite
def days(draw: st.DrawFn, *, store_id: str = "store", has_pauses: bool = True) -> list[Json]:
    """Draw the stays and merges of a few people, in order of time; with pauses around the horizon of 30 minutes."""
    day = Day(Store(store_id), draw)
    gaps = st.one_of(SHORT_GAP_MS, SHORT_GAP_MS, SHORT_GAP_MS, LONG_GAP_MS) if has_pauses else SHORT_GAP_MS
    events = []
    for gap_ms in draw(st.lists(gaps, max_size=20)):
        day.now_ms += gap_ms
        events.append(day.merge() if draw(st.integers(0, 3)) == 0 else day.stay())
    return events


@st.composite
def watched_hours(draw: st.DrawFn) -> list[Json]:
    """Draw some of the snapshots, and crossings, of one hour."""
    store = Store(boot_id="b2")
    counts = st.fixed_dictionaries({zone: st.integers(0, 5) for zone in ZONES})
    slots = draw(st.lists(st.integers(0, 719), unique=True, max_size=12))
    instants = draw(st.lists(st.integers(0, 3_599), unique=True, max_size=12))
    snapshots = [store.snapshot(slot * 5, draw(counts)) for slot in slots]
    return snapshots + [store.crossing(draw(st.sampled_from(["in", "out"])), at) for at in instants]


def latest(rows: Rows, name: str) -> Rows:
    """Return the valid rows: of each id the highest revision, without what was merged away."""
    highest = {row[name]: row for row in sorted(rows, key=lambda row: row["revision"])}
    return [row for row in highest.values() if row["merged_into"] is None]


def added(rows: Rows, column: str) -> dict[int, int]:
    """Return the sum of the histograms of rows, without empty buckets."""
    total: Counter[int] = Counter()
    for row in rows:
        for bucket in row[column]:
            total[bucket["lower_ms"]] += bucket["count"]
    return {lower_ms: count for lower_ms, count in sorted(total.items()) if count}


def milliseconds(rows: Rows, column: str) -> list[int]:
    """Return a column of seconds as whole milliseconds."""
    return [round(row[column] * 1000) for row in rows]


@quick
@given(day=days(), hour=watched_hours(), seed=st.integers())
def test_order_and_repetition_change_nothing(day: list[Json], hour: list[Json], seed: int) -> None:
    """Events that come in another order, some of them twice, give the same tables: a replay is harmless."""
    events = [*day, *hour]
    distinct = list({event["event_time_ms"]: event for event in events}.values())
    shuffled = distinct + distinct[::3]
    random.Random(seed).shuffle(shuffled)
    assert expected_tables(shuffled) == expected_tables(distinct)


@quick
@given(day=days(), hour=watched_hours())
def test_a_key_tells_rows_apart(day: list[Json], hour: list[Json]) -> None:
    """No table has two rows with one key, and revisions of visits are counted from 1 without gaps."""
    tables = expected_tables([*day, *hour])
    for name, rows in tables.items():
        keys = [tuple(row[column] for column in TABLES[name].key) for row in rows]
        assert len(set(keys)) == len(keys), name
    changes = Counter(row["visit_id"] for row in tables["visit_v1"])
    assert {(row["visit_id"], row["revision"]) for row in tables["visit_v1"]} == {
        (visit_id, revision) for visit_id, count in changes.items() for revision in range(1, count + 1)
    }


@quick
@given(mine=days(), other=days(store_id="other"))
def test_stores_do_not_touch(mine: list[Json], other: list[Json]) -> None:
    """The tables of two stores are those of each, together."""
    together = expected_tables([*mine, *other])
    apart = [expected_tables(mine), expected_tables(other)]
    for name, rows in together.items():
        assert len(rows) == sum(len(tables[name]) for tables in apart)
        assert all(row in apart[row["store_id"] == "other"][name] for row in rows)


@quick
@given(day=days())
def test_what_is_written_stays(day: list[Json]) -> None:
    """A later event adds revisions of visits, and takes none back."""
    before, after = (expected_tables(events)["visit_v1"] for events in (day[:-1], day))
    assert all(row in after for row in before)


@quick
@given(day=days(has_pauses=False))
def test_it_does_not_matter_when_a_merge_becomes_known(day: list[Json]) -> None:
    """Within the horizon, what is valid in the end is the same as if all merges had been known from the start."""
    merges = [event for event in day if event["kind"] == "track_merge"]
    first_ms = min((event["event_time_ms"] for event in day), default=0)
    foreseen = [{**event, "event_time_ms": first_ms - 1} for event in merges]
    foreseen += [event for event in day if event["kind"] == "visit"]
    ends = [expected_tables(events) for events in (day, foreseen)]
    for table, name in (("visit_v1", "visit_id"), ("journey_v1", "journey_id")):
        valid = [latest(tables[table], name) for tables in ends]
        told, known = (sorted(map(_content, rows)) for rows in valid)
        if table == "visit_v1":
            assert told == known
        else:
            assert set(known) <= set(told)


def _content(row: Json) -> str:
    return str({name: value for name, value in row.items() if name not in ("revision", "event_id")})


@quick
@given(hour=watched_hours())
def test_minutes_add_up_to_the_hour(hour: list[Json]) -> None:
    """Nobody is counted less than not at all, and nothing is lost or counted twice between minutes."""
    tables = expected_tables(hour)
    looks = [zone for event in hour if event["kind"] == "snapshot" for zone in event["snapshot"]["zones"]]
    minutes = tables["zone_minute_v1"]
    for column in ("person_ms", "entered", "left", "staff_person_ms"):
        assert sum(row[column] for row in minutes) == sum(look[column] for look in looks)
    assert sum(row["interval_ms"] for row in minutes) == 5_000 * len(looks)
    assert all(0 <= row["occupancy_mean"] <= row["occupancy_max"] for row in minutes)
    assert all(0 < row["coverage"] <= 1 for row in minutes)
    crossings = Counter(event["crossing"]["direction"] for event in hour if event["kind"] == "crossing")
    assert sum(row["in_count"] for row in tables["traffic_minute_v1"]) == crossings["in"]
    assert sum(row["out_count"] for row in tables["traffic_minute_v1"]) == crossings["out"]
    for row in tables["lane_minute_v1"]:
        assert 0 <= row["open_ms"] <= 60_000
    queues = [row for row in minutes if row["zone_kind"] == "queue"]
    in_queue = sum(row["queue_person_ms"] for row in tables["lane_minute_v1"])
    assert in_queue == sum(row["person_ms"] for row in queues)


@quick
@given(day=days())
def test_minutes_of_dwell_add_up_to_the_valid_visits(day: list[Json]) -> None:
    """Over all minutes, corrections included, `dwell_minute_v1` says what a recount of the valid visits says."""
    tables = expected_tables(day)
    minutes, visits = tables["dwell_minute_v1"], latest(tables["visit_v1"], "visit_id")
    customers = [visit for visit in visits if not visit["is_staff"]]
    stayed = [visit for visit in customers if not visit["is_pass_through"]]
    counted = {
        "visits": len(stayed),
        "pass_throughs": len(customers) - len(stayed),
        "staff_visits": len(visits) - len(customers),
        "dwell_ms": sum(milliseconds(stayed, "dwell_seconds")),
        "lost_visits": sum(visit["end"] == "lost" for visit in customers),
    }
    assert {column: sum(row[column] for row in minutes) for column in counted} == counted
    assert added(minutes, "dwell_histogram") == histogram(milliseconds(stayed, "dwell_seconds"))


@quick
@given(day=days())
def test_every_journey_has_one_outcome(day: list[Json]) -> None:
    """Joined is served, abandoned and censored, and waits are those of the served, in each minute and over all."""
    tables = expected_tables(day)
    minutes, valid = tables["lane_minute_v1"], latest(tables["journey_v1"], "journey_id")
    for row in minutes:
        assert row["joined"] == row["served"] + row["abandoned"] + row["censored"]
        assert sum(bucket["count"] for bucket in row["wait_histogram"]) == row["served"] >= row["served_over_target"]
        assert row["wait_ms"] <= row["queue_ms"]
    served = [journey for journey in valid if journey["outcome"] == "served"]
    assert added(minutes, "wait_histogram") == histogram(milliseconds(served, "wait_seconds"))
    assert sum(row["joined"] for row in minutes) == len(valid)
    assert sum(row["queue_ms"] for row in minutes) == sum(milliseconds(valid, "queue_seconds"))


@quick
@given(durations_ms=st.lists(st.integers(FIRST_MS, LAST_MS), min_size=1), percent=st.sampled_from(PERCENTS))
def test_a_histogram_tells_percentiles(durations_ms: list[int], percent: int) -> None:
    """A percentile read from a histogram is within 5 % of the exact one, the inverse of the empirical distribution."""
    rank = -(-percent * len(durations_ms) // 100)
    exact_ms = sorted(durations_ms)[rank - 1]
    told_ms = percentile_ms(histogram(durations_ms), percent / 100)
    assert told_ms is not None
    assert abs(told_ms - exact_ms) <= 0.05 * exact_ms


@quick
@given(parts=st.lists(st.lists(st.integers(0, 2 * LAST_MS)), max_size=4))
def test_histograms_merge_by_adding(parts: list[list[int]]) -> None:
    """The sum of histograms is the histogram of everything in them: hours and stores can be told from minutes."""
    total: Counter[int] = Counter()
    for part in parts:
        total.update(histogram(part))
    assert dict(sorted(total.items())) == histogram(duration_ms for part in parts for duration_ms in part)
