"""What the declared cases cannot say in a few minutes of one device: the horizon, ids, devices, reconciled days."""

from __future__ import annotations

from typing import Any

from tests.oracle.building import START_MS, Store, milliseconds
from tests.oracle.rows import instant
from tests.oracle.tables import expected_tables

HORIZON = 30 * 60
"""Seconds."""

Rows = list[dict[str, Any]]


def visits(*events: dict[str, Any]) -> list[tuple[str, int, float]]:
    """Return track, revision and dwell of each row of `visit_v1`."""
    rows = expected_tables(events)["visit_v1"]
    return sorted((row["track_id"], row["revision"], row["dwell_seconds"]) for row in rows)


def journeys(*events: dict[str, Any]) -> Rows:
    """Return the rows of `journey_v1`."""
    return expected_tables(events)["journey_v1"]


def test_a_merge_reaches_back_as_far_as_the_horizon() -> None:
    """A visit whose last stay left exactly 30 minutes ago can be joined by a merge, one of longer ago cannot."""
    store = Store()
    early = store.stay("aisle-1", "a", (0, 10))
    late = store.stay("aisle-1", "b", (20, HORIZON))
    joined, apart = store.merge("a", "b", HORIZON + 10), store.merge("a", "b", HORIZON + 10.001)
    active = store.stay("aisle-2", "a", (100, 105))
    assert visits(early, active, late, joined) == [
        ("a", 1, 5.0),
        ("a", 1, 10.0),
        ("a", 2, HORIZON),
        ("b", 1, HORIZON - 20),
        ("b", 2, HORIZON - 20),
    ]
    assert visits(early, active, late, apart) == [("a", 1, 5.0), ("a", 1, 10.0), ("b", 1, HORIZON - 20)]


def test_what_belongs_to_one_journey_stays_open_together() -> None:
    """The visit to the queue can still change while the service after it is within the horizon; an aisle's cannot."""
    store = Store()
    queued = store.stay("queue-1", "a", (0, 10))
    served = store.stay("service-1", "a", (15, 1200))
    again = store.stay("queue-1", "b", (12, HORIZON + 60))
    merge = store.merge("a", "b", HORIZON + 70)
    assert visits(queued, served, again, merge) == [
        ("a", 1, 10.0),
        ("a", 1, 1185.0),
        ("a", 2, HORIZON + 60),
        ("b", 1, HORIZON + 48),
        ("b", 2, HORIZON + 48),
    ]
    aisle = [store.stay("aisle-1", "a", (0, 10)), store.stay("aisle-1", "b", (12, HORIZON + 60))]
    assert visits(*aisle, served, merge) == [("a", 1, 10.0), ("a", 1, 1185.0), ("b", 1, HORIZON + 48)]


def test_a_silent_merge_is_forgotten() -> None:
    """Tracks are one person as long as one of them is active within 30 minutes; after that they are two."""
    store = Store()
    merge = store.merge("a", "b", 0)
    kept = [store.stay("aisle-1", "a", (HORIZON - 10, HORIZON)), store.stay("aisle-1", "b", (HORIZON + 5, HORIZON + 9))]
    assert visits(merge, *kept) == [("a", 1, 10.0), ("a", 2, 19.0)]
    forgotten = [store.stay("aisle-1", "a", (HORIZON, HORIZON + 1)), kept[1]]
    assert visits(merge, *forgotten) == [("a", 1, 1.0), ("b", 1, 4.0)]


def test_one_active_track_keeps_the_whole_person() -> None:
    """A merge of tracks that are silent holds while a third track of the person goes on."""
    store = Store()
    merges = [store.merge("a", "b", 0), store.merge("b", "c", 1)]
    third = [store.stay("aisle-2", "c", (second, second + 10)) for second in (1000, 2000)]
    stays = [store.stay("aisle-1", "a", (3000, 3010)), store.stay("aisle-1", "b", (3015, 3020))]
    assert visits(*merges, *third, *stays)[:2] == [("a", 1, 10.0), ("a", 2, 20.0)]


def test_a_closed_visit_is_not_continued() -> None:
    """A stay that became known more than 30 minutes after the visit that it follows is a visit of its own."""
    store = Store()
    assert visits(store.stay("aisle-1", "a", (0, 10)), store.stay("aisle-1", "a", (20, HORIZON + 11))) == [
        ("a", 1, 10.0),
        ("a", 1, HORIZON - 9),
    ]


def test_a_closed_journey_is_written_once() -> None:
    """Who comes back to the lane after more than 30 minutes changes nothing of the journey that was given up."""
    store = Store()
    first, second = (store.stay("queue-1", "a", (at, at + 20)) for at in (0, HORIZON + 60))
    assert [(row["revision"], row["outcome"]) for row in journeys(first, second)] == [(2, "abandoned")] * 2
    lanes = expected_tables([first, second])["lane_minute_v1"]
    assert [(row["window_start"], row["joined"]) for row in lanes] == [
        (instant(START_MS), 1),
        (instant(milliseconds(HORIZON + 60)), 1),
    ]


def test_merged_rows_name_what_holds_them() -> None:
    """`merged_into` is the id of the visit or journey that holds the first stay; the event is the merge."""
    store = Store()
    first = store.stay("queue-1", "a", (0, 20))
    second = store.stay("queue-1", "b", (30, 50))
    merge = store.merge("a", "b", 60)
    tables = expected_tables([first, second, merge])
    (visit,) = (row for row in tables["visit_v1"] if row["merged_into"])
    assert visit["visit_id"] == f"queue-1/b/{milliseconds(30)}"
    assert visit["merged_into"] == f"queue-1/a/{START_MS}"
    assert visit["event_id"] == merge["event_id"]
    (journey,) = (row for row in tables["journey_v1"] if row["merged_into"])
    assert journey["journey_id"] == f"lane-1/b/{milliseconds(30)}"
    assert journey["merged_into"] == f"lane-1/a/{START_MS}"


def test_a_journey_can_come_back() -> None:
    """A journey that was merged away and is separated again by a service stay goes on with the next revision."""
    store = Store()
    events = [
        store.stay("queue-1", "a", (0, 10)),
        store.stay("service-1", "c", (15, 20)),
        store.stay("queue-1", "b", (25, 35)),
        store.merge("a", "b", 40),
        store.merge("b", "c", 41),
    ]
    rows = [row for row in journeys(*events) if row["track_id"] == "b"]
    assert [(row["revision"], row["outcome"], row["merged_into"] is None) for row in rows] == [
        (2, "abandoned", False),
        (4, "abandoned", True),
    ]


def test_a_vanished_pass_through_has_no_row() -> None:
    """Part of a wait that was too short to be a journey of its own leaves nothing behind when it is merged away."""
    store = Store()
    events = [store.stay("queue-1", "a", (0, 10)), store.stay("queue-1", "b", (20, 23)), store.merge("a", "b", 30)]
    assert [(row["track_id"], row["revision"], row["queue_seconds"]) for row in journeys(*events)] == [("a", 3, 23.0)]


def test_devices_are_apart() -> None:
    """Tracks of two devices are two persons whatever they are called, and a merge is about its own device's."""
    store = Store()
    events = [
        store.stay("aisle-1", "a", (0, 10)),
        store.stay("aisle-1", "b", (15, 20)),
        store.merge("a", "b", 25, device_id="other"),
        store.stay("aisle-1", "a", (26, 30), device_id="other"),
    ]
    assert visits(*events) == [("a", 1, 4.0), ("a", 1, 10.0), ("b", 1, 5.0)]


def test_a_reconciled_day_tells_what_was_late() -> None:
    """Late events count in a reconciled day like all others; the late share of their minute says how many."""
    store = Store()
    events = [store.snapshot(at, {"queue-1": 1}) for at in range(0, 60, 5)]
    events.append(store.crossing("in", 3))
    late = {events[3]["event_id"]}
    tables = expected_tables(events, late_event_ids=late)
    for table in ("zone_minute_v1", "lane_minute_v1", "traffic_minute_v1"):
        (row,) = tables[table]
        assert (row["coverage"], row["late_share"], row["quality"]) == (1.0, 1 / 12, "poor"), table


def test_the_greatest_camera_counts() -> None:
    """Where a zone's camera changes within a minute, the greatest id tells how much was seen, in its own store."""
    store, elsewhere = Store(), Store("elsewhere")
    events = [
        store.snapshot(0, {"aisle-1": 1}, camera_id="c2"),
        store.snapshot(5, {"aisle-1": 1}, camera_id="c1"),
        store.health("c1", 0, 0.1),
        store.health("c2", 0, 0.8),
        elsewhere.health("c2", 0, 0.2),
    ]
    (row,) = expected_tables(events)["zone_minute_v1"]
    assert row["camera_up_share"] == 0.8


def test_a_line_is_judged_by_the_device_that_sent_its_crossings() -> None:
    """Snapshots and cameras of another device say nothing of a line; of two devices the greatest id counts."""
    store = Store()
    events = [
        store.snapshot(0, {"aisle-1": 1}),
        store.health("c1", 0, 0.5),
        store.health("c2", 0, 1.0, device_id="door"),
        store.crossing("in", 3, device_id="door"),
        store.crossing("out", 4),
    ]
    (row,) = expected_tables(events)["traffic_minute_v1"]
    assert (row["in_count"], row["out_count"]) == (1, 1)
    assert (row["coverage"], row["late_share"], row["camera_up_share"], row["quality"]) == (0.0, None, 1.0, "none")


def test_little_gap_looks_back_15_minutes() -> None:
    """The check holds the lane's latest 15 minutes that have a row, this one included."""
    store = Store()
    events = [store.snapshot(0, {"queue-1": 10})]
    events += [store.stay("queue-1", f"t{number}", (0, 5 + number / 10)) for number in range(10)]
    events += [store.snapshot(60 * minute, {"queue-1": 0}) for minute in range(2, 17)]
    gaps = [row["little_gap"] for row in expected_tables(events)["lane_minute_v1"]]
    assert gaps == [0.09] * 15 + [None]
