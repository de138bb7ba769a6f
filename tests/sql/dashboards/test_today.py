"""The views of minutes on the store's clock, of cameras and of the books, over rows made by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from glue.views import RECENT_HOURS, load_views
from tests.sql.lake_rows import Row, lake, row, rows

BERLIN = [row("store_v1", store_id="berlin", time_zone="Europe/Berlin")]


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _zone(at: str, **values: object) -> Row:
    return row("zone_minute_v1", store_id="berlin", zone_id="dairy", zone_kind="aisle", window_start=_at(at), **values)


def test_people_in_the_store_are_counted_from_its_own_midnight() -> None:
    """A day of Berlin begins at 22:00 UTC in summer: who came in before does not count."""
    crossings = [
        row("traffic_minute_v1", store_id="berlin", line_id=line, window_start=_at(at), in_count=came, out_count=went)
        for at, line, came, went in (
            ("2026-06-01 21:59", "door", 50, 0),
            ("2026-06-01 22:00", "door", 3, 1),
            ("2026-06-02 08:00", "door", 4, 2),
            ("2026-06-02 08:00", "side", 1, 0),
        )
    ]
    tables = {"traffic_minute_v1": crossings, "zone_minute_v1": [_zone("2026-06-02 08:01")], "store_v1": BERLIN}
    found = rows(lake(tables, "store_minute_local"), "SELECT * FROM store_minute_local ORDER BY window_start")
    assert [(str(each["local_time"]), each["occupancy"], each["occupancy_now"]) for each in found] == [
        ("2026-06-02 00:00:00", 2, None),
        ("2026-06-02 10:00:00", 5, 5),
    ]


def test_nobody_is_in_a_store_less_than_once() -> None:
    """Whom the doors missed coming in is added when they go out: the count never falls below zero, nor forgets them."""
    passed = ((2, 0), (0, 5), (1, 0), (0, 2), (4, 0))
    crossings = [
        row(
            "traffic_minute_v1",
            store_id="berlin",
            window_start=_at(f"2026-06-02 08:0{minute}"),
            in_count=came,
            out_count=went,
        )
        for minute, (came, went) in enumerate(passed)
    ]
    tables = {"traffic_minute_v1": crossings, "zone_minute_v1": [_zone("2026-06-02 08:01")], "store_v1": BERLIN}
    found = rows(lake(tables, "store_minute_local"), "SELECT * FROM store_minute_local ORDER BY window_start")
    assert [each["occupancy"] for each in found] == [2, 0, 1, 0, 4]


def test_lanes_now_are_those_of_the_latest_minute() -> None:
    """A lane without a row in the store's latest minute has no length now, and seconds are those of the sums."""
    lanes = [
        row(
            "lane_minute_v1",
            store_id="berlin",
            lane_id="1",
            window_start=_at("2026-06-02 08:00"),
            queue_length_mean=7.0,
        ),
        row(
            "lane_minute_v1",
            store_id="berlin",
            lane_id="2",
            window_start=_at("2026-06-02 08:01"),
            queue_length_mean=2.5,
            open_ms=30_000,
            wait_ms=90_500,
            wait_ms_max=60_000,
        ),
    ]
    named = [row("lane_v1", store_id="berlin", lane_id="2", name="Express", lane_kind="express", position=2)]
    tables = {
        "lane_minute_v1": lanes,
        "lane_v1": named,
        "zone_minute_v1": [_zone("2026-06-02 08:01")],
        "store_v1": BERLIN,
    }
    found = rows(lake(tables, "lane_minute_local"), "SELECT * FROM lane_minute_local ORDER BY lane_id")
    assert [(each["lane_name"], each["queue_length_now"], each["is_open_now"]) for each in found] == [
        ("1", None, None),
        ("Express", 2.5, 1),
    ]
    assert (found[1]["wait_seconds"], found[1]["wait_seconds_max"], found[1]["open_share"]) == (90.5, 60.0, 0.5)


def test_only_the_latest_day_of_a_store_is_today() -> None:
    """Rows of yesterday, and all before the latest hours of the lake, are not there."""
    minutes = [
        _zone("2026-05-01 08:00", occupancy_mean=9.0),
        _zone("2026-06-01 20:00", occupancy_mean=8.0),
        _zone("2026-06-02 08:00", occupancy_mean=1.5),
    ]
    found = rows(lake({"zone_minute_v1": minutes, "store_v1": BERLIN}, "zone_minute_local"), "FROM zone_minute_local")
    assert [(each["occupancy_mean"], each["occupancy_now"]) for each in found] == [(1.5, 1.5)]


def test_a_silent_store_has_no_now() -> None:
    """A store of which nothing came for a quarter of an hour is not told as if it were now."""
    stores = [*BERLIN, row("store_v1", store_id="paris", time_zone="Europe/Paris")]
    other = row("zone_minute_v1", store_id="paris", zone_id="dairy", window_start=_at("2026-06-02 08:16"))
    minutes = [_zone("2026-06-02 08:00", occupancy_mean=4.0), other]
    found = rows(
        lake({"zone_minute_v1": minutes, "store_v1": stores}, "zone_minute_local"),
        "FROM zone_minute_local ORDER BY store_id",
    )
    assert [(each["store_id"], each["occupancy_now"]) for each in found] == [("berlin", None), ("paris", 0.0)]


@pytest.mark.parametrize("name", ["store_minute_local", "lane_minute_local", "zone_minute_local"])
def test_a_live_lake_reads_from_the_clock(name: str) -> None:
    """In the cloud the bound is known before anything is read, so that old partitions are left unread."""
    live = next(view for view in load_views(is_live=True) if view.name == name)
    assert f"window_start >= (current_timestamp - INTERVAL '{RECENT_HOURS}' HOUR)" in live.sql
    assert "max(window_start) FROM zone_minute_v1" not in live.sql


def test_records_are_counted_by_the_stores_day() -> None:
    """An hour of arrival after Berlin's midnight is of the new day; records that name no store have UTC's."""
    hours = [
        row("accounting_hour_v1", store_id=store, window_start=_at(at), received=5, accepted=3, late=1, duplicate=1)
        for store, at in (("berlin", "2026-06-01 21:00"), ("berlin", "2026-06-01 22:00"), ("", "2026-06-01 22:00"))
    ]
    found = rows(
        lake({"accounting_hour_v1": hours, "store_v1": BERLIN}, "event_day"),
        "FROM event_day ORDER BY store_id, business_date",
    )
    assert [(each["store_id"], each["business_date"].day, each["received"], each["duplicates"]) for each in found] == [
        ("", 1, 5, 1),
        ("berlin", 1, 5, 1),
        ("berlin", 2, 5, 1),
    ]


def test_a_cameras_day() -> None:
    """Frames are added up before they are shared, at most all of them; a camera without expectations has no share."""
    minutes = [
        row(
            "camera_minute_v1",
            store_id="berlin",
            camera_id=camera,
            window_start=_at(f"2026-06-02 08:0{number}"),
            frames_expected=expected,
            frames_seen=seen,
            state=state,
            is_moved=moved,
        )
        for number, (camera, expected, seen, state, moved) in enumerate(
            (
                ("a", 100, 50, "dark", None),
                ("a", 300, 300, "ok", True),
                ("b", 0, 0, "down", None),
                ("c", 10, 11, "ok", None),
            )
        )
    ]
    found = rows(
        lake({"camera_minute_v1": minutes, "store_v1": BERLIN}, "camera_day"), "FROM camera_day ORDER BY camera_id"
    )
    told = [(each["up_share"], each["minutes"], each["dark_minutes"], each["down_minutes"]) for each in found]
    assert told == [(0.875, 2, 1, 0), (None, 1, 0, 1), (1.0, 1, 0, 0)]
    assert [each["is_moved"] for each in found] == [True, False, False]


def test_cells_of_a_picture() -> None:
    """A cell's index counts row by row; time in it adds up over the minutes of a local hour."""
    minutes = [
        row(
            "heat_minute_v1",
            store_id="berlin",
            camera_id="c",
            window_start=_at(f"2026-06-02 08:{minute}"),
            grid_w=32,
            grid_h=18,
            cell_index=33,
            person_ms=1500,
        )
        for minute in ("00", "59")
    ]
    (found,) = rows(lake({"heat_minute_v1": minutes, "store_v1": BERLIN}, "heat_cell"), "FROM heat_cell")
    assert (found["cell_x"], found["cell_y"], found["hour_of_day"], found["person_seconds"]) == (1, 1, 10, 3.0)
