"""Taking back what arrived from an instant on, so that a new job may read it again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from contracts.tables import FACT_TABLES, TABLES
from glue import __main__ as command
from glue.lake import Lake
from glue.rewind import RewindError, rewind
from glue.schemas import arrow_schema_of
from tests.glue.conftest import WAREHOUSE, append

NOON = dt.datetime(2026, 9, 21, 12, tzinfo=dt.UTC)


def at(minute: int, second: int = 0) -> dt.datetime:
    """Return an instant after noon."""
    return NOON + dt.timedelta(minutes=minute, seconds=second)


def event(number: int, arrival: dt.datetime, *, is_late: bool = False, delay_seconds: int = 2) -> dict[str, Any]:
    """Return an event that arrived a little after it happened."""
    event_time = arrival - dt.timedelta(seconds=delay_seconds)
    named = {"event_id": f"device/b1/{number}", "kind": "crossing", "store_id": "store-001", "device_id": "device"}
    placed = {"arrival_time": arrival, "shard_id": "shard-0", "sequence_number": str(number)}
    return named | placed | {"boot_id": "b1", "seq": number, "event_time": event_time, "is_late": is_late}


def rejection(number: int, arrival: dt.datetime, reason: str) -> dict[str, Any]:
    """Return a record that was not counted."""
    placed = {"arrival_time": arrival, "shard_id": "shard-0", "sequence_number": f"9{number}"}
    return placed | {"reason": reason, "event_id": f"device/b1/{number}"}


def minute_row(minute: int) -> dict[str, Any]:
    """Return a minute of a line."""
    window = {"window_start": at(minute), "window_end": at(minute + 1)}
    counts = dict.fromkeys(("in_count", "out_count", "staff_in_count", "staff_out_count"), 1)
    return {"store_id": "store-001", "line_id": "door", "coverage": 1.0, "quality": "full"} | window | counts


def fill(lake: Lake, **rows: list[dict[str, Any]]) -> None:
    """Make the tables that the stream writes, and put rows into those that are named."""
    for table in (TABLES["event_v1"], TABLES["rejected_v1"], *FACT_TABLES):
        lake.apply(table)
        if table.name in rows:
            append(lake.table(table), pa.Table.from_pylist(rows[table.name], schema=arrow_schema_of(table)))


def kept(lake: Lake, table: str, column: str) -> list[Any]:
    """Return what is left in a table."""
    return sorted(lake.table(TABLES[table]).scan().to_arrow()[column].to_pylist())


def test_events_go_by_their_arrival_and_facts_by_their_minute(lake: Lake) -> None:
    """From the instant on events go; facts go from the whole minute of the first of these, and what is older stays."""
    fill(
        lake,
        event_v1=[event(1, at(1)), event(2, at(5, 1)), event(3, at(6))],
        rejected_v1=[rejection(4, at(4), "malformed"), rejection(5, at(6), "malformed")],
        traffic_minute_v1=[minute_row(minute) for minute in (0, 3, 4, 5)],
    )
    taken = {each.table: each.rows for each in rewind(lake, at(5))}
    assert kept(lake, "event_v1", "seq") == [1]
    assert kept(lake, "rejected_v1", "event_id") == ["device/b1/4"]
    # The event that arrived at 12:05:01 happened at 12:04:59.
    assert kept(lake, "traffic_minute_v1", "window_start") == [at(0), at(3)]
    assert (taken["event_v1"], taken["rejected_v1"], taken["traffic_minute_v1"], taken["visit_v1"]) == (2, 1, 2, 0)


def test_a_late_event_moves_no_minute(lake: Lake) -> None:
    """What came hours late was counted by no minute of the stream: the minutes of then stay."""
    late = event(2, at(6), is_late=True, delay_seconds=300)
    fill(lake, event_v1=[late, event(3, at(6))], traffic_minute_v1=[minute_row(minute) for minute in (1, 4, 5)])
    rewind(lake, at(5))
    assert kept(lake, "traffic_minute_v1", "window_start") == [at(1), at(4)]
    assert kept(lake, "event_v1", "seq") == []


def test_again_is_told(lake: Lake) -> None:
    """What was taken back is not there to be taken back: a second run says so, and changes nothing."""
    fill(lake, event_v1=[event(1, at(1)), event(2, at(6))])
    rewind(lake, at(5))
    with pytest.raises(RewindError, match="or it was taken back already"):
        rewind(lake, at(5))
    assert kept(lake, "event_v1", "seq") == [1]


def test_what_no_job_has_read_must_not_be_left_out(lake: Lake) -> None:
    """A job that lags in one shard has not read up to the instant there: starting at it would lose the rest."""
    behind = event(2, at(4)) | {"shard_id": "shard-1"}
    fill(lake, event_v1=[event(1, at(1)), behind, event(3, at(6))])
    with pytest.raises(RewindError, match=r"came none of shard-1 after 2026-09-21 12:04:00\+00:00"):
        rewind(lake, at(5))
    rewind(lake, at(4))
    assert kept(lake, "event_v1", "seq") == [1]


def test_a_shard_that_was_closed_is_no_gap(lake: Lake) -> None:
    """After resharding the old shards have no new records: an hour later nobody waits for them."""
    closed = event(2, at(-61)) | {"shard_id": "shard-1"}
    fill(lake, event_v1=[closed, event(3, at(6))])
    rewind(lake, at(5))
    assert kept(lake, "event_v1", "seq") == [2]


def test_an_event_on_both_sides_is_refused(lake: Lake) -> None:
    """Sent before the instant and again after it, it would count twice: a job without state knows it not."""
    fill(
        lake,
        event_v1=[event(1, at(1)), event(2, at(4, 59)), event(3, at(6))],
        rejected_v1=[rejection(2, at(5, 1), "duplicate"), rejection(3, at(7), "duplicate")],
    )
    with pytest.raises(RewindError, match=r"device/b1/2; go back to 2026-09-21T12:04:59\+00:00 or earlier"):
        rewind(lake, at(5))
    assert kept(lake, "event_v1", "seq") == [1, 2, 3]
    rewind(lake, at(4, 59))
    assert kept(lake, "event_v1", "seq") == [1]


def test_the_command_asks_first(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --yes it says what would go, and changes nothing."""
    fill(lake, event_v1=[event(1, at(1)), event(2, at(6))])
    asked = ["rewind", "--to", "2026-09-21T12:05:00Z", "--warehouse", WAREHOUSE]
    assert command.main(asked) == 0
    told = capsys.readouterr().out
    assert "event_v1                      1 rows would be taken back" in told
    assert "Nothing was changed." in told
    assert kept(lake, "event_v1", "seq") == [1, 2]
    assert command.main([*asked, "--yes"]) == 0
    assert kept(lake, "event_v1", "seq") == [1]


@pytest.mark.parametrize("instant", ["yesterday", "2026-09-21T12:05:00"])
def test_an_instant_has_its_zone(instant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a time without a zone nobody knows when it is."""
    with pytest.raises(SystemExit):
        command.main(["rewind", "--to", instant, "--warehouse", WAREHOUSE])
    assert "expected an instant" in capsys.readouterr().err
