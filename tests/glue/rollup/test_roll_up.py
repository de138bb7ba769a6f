"""Days of a lake summed: what is replaced, what stays, what is refused."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable

from contracts.tables import (
    DWELL_MINUTE,
    LANE_MINUTE,
    ROLLUP_TABLES,
    STORE,
    TABLES,
    TRAFFIC_LOCAL_HOUR,
    TRAFFIC_MINUTE,
    ZONE_LOCAL_HOUR,
    ZONE_MINUTE,
)
from glue.lake import Lake
from glue.reconcile import Replaced
from glue.rollup import roll_up, verbs
from glue.rollup.days import Dates
from glue.rollup.refusals import RollUpError
from glue.rollup.roll_up import RollUp
from tests.glue.rollup.minutes import MINUTE, Row, every_minute, stores, table_of, traffic_minute, zone_minute

DAY = dt.date(2026, 3, 4)
NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
NEXT_WEEK = NOON + dt.timedelta(days=7)
ONE_DAY = Dates(DAY, DAY)


def write(lake: Lake, **rows: Iterable[Row]) -> None:
    """Put rows into tables of the lake."""
    for name, content in rows.items():
        lake.table(TABLES[name]).append(table_of(TABLES[name], content))


def read(lake: Lake, name: str) -> list[Row]:
    """Return the rows of a table, in its order."""
    table = TABLES[name]
    rows = lake.table(table).scan().to_arrow().sort_by([(column, "ascending") for column in table.sort_by])
    found: list[Row] = rows.to_pylist()
    return found


def snapshots(lake: Lake) -> list[int]:
    """Return how often each roll-up was committed to."""
    return [len(lake.table(table).history()) for table in ROLLUP_TABLES]


@pytest.fixture
def chain(lake: Lake) -> Lake:
    """A lake of two stores, seven hours apart."""
    for table in (STORE, ZONE_MINUTE, DWELL_MINUTE, LANE_MINUTE, TRAFFIC_MINUTE, *ROLLUP_TABLES):
        lake.apply(table)
    lake.table(STORE).append(stores(berlin="Europe/Berlin", hanoi="Asia/Ho_Chi_Minh"))
    return lake


def watched_days(store_id: str) -> list[Row]:
    """Return a zone's quarters of hours over three UTC days."""
    start = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    return [
        zone_minute(minute, store_id=store_id) for minute in every_minute(start, start + dt.timedelta(days=3))[::15]
    ]


def test_each_stores_own_day_is_summed(chain: Lake) -> None:
    """Rule: a date is from midnight to midnight at each store, and nothing of the days around it is written."""
    write(chain, zone_minute_v1=[*watched_days("berlin"), *watched_days("hanoi")])
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    found = read(chain, "zone_local_hour_v1")
    assert [(row["store_id"], row["hour_of_day"]) for row in found] == [
        (store_id, hour) for store_id in ("berlin", "hanoi") for hour in range(24)
    ]
    assert {row["business_date"] for row in found} == {DAY}
    assert [row["window_start"].hour for row in found if row["hour_of_day"] == 0] == [23, 17]


def test_passes_do_not_change_the_sums(chain: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: days and stores that are read one by one give the hours that they give together, in one commit a month."""
    write(chain, zone_minute_v1=[*watched_days("berlin"), *watched_days("hanoi")])
    with monkeypatch.context() as one_by_one:
        one_by_one.setattr(roll_up, "STORES_AT_A_TIME", 1)
        one_by_one.setattr(roll_up, "STORE_DAYS_AT_A_TIME", 1)
        RollUp(chain).roll_up(Dates(DAY, dt.date(2026, 3, 5)), now=NEXT_WEEK)
    apart = read(chain, "zone_local_hour_v1")
    assert snapshots(chain) == [0, 1, 0]
    chain.table(ZONE_LOCAL_HOUR).delete()
    RollUp(chain).roll_up(Dates(DAY, dt.date(2026, 3, 5)), now=NEXT_WEEK)
    assert read(chain, "zone_local_hour_v1") == apart
    assert len(apart) == 2 * 2 * 24


def test_again_changes_nothing(chain: Lake) -> None:
    """Rule: a day that was summed and did not change since is left alone: no commit."""
    write(chain, zone_minute_v1=watched_days("berlin"), traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")])
    first = RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    before = snapshots(chain)
    again = RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    assert [(each.rows_before, each.rows_after) for each in first] == [(0, 24), (0, 24), (0, 0)]
    assert [(each.rows_before, each.rows_after) for each in again] == [(24, 24), (24, 24), (0, 0)]
    assert snapshots(chain) == before


def test_reconciled_day_is_summed_anew(chain: Lake) -> None:
    """Rule: after a day was reconciled its hours are those of the new minutes, and other days and stores stay."""
    minutes = [traffic_minute(NOON + dt.timedelta(days=day), store_id="berlin") for day in range(2)]
    write(chain, traffic_minute_v1=[*minutes, traffic_minute(NOON, store_id="hanoi")])
    RollUp(chain).roll_up(Dates(DAY, dt.date(2026, 3, 5)), now=NEXT_WEEK)
    late = [traffic_minute(NOON, 5, store_id="berlin"), traffic_minute(NOON + 61 * MINUTE, store_id="berlin")]
    chain.table(TRAFFIC_MINUTE).overwrite(
        table_of(TRAFFIC_MINUTE, late),
        overwrite_filter=f"store_id = 'berlin' and window_start < '{DAY + dt.timedelta(days=1)}T00:00:00+00:00'",
    )
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK, store_ids=["berlin"])
    assert [
        (row["store_id"], row["business_date"].day, row["hour_of_day"], row["in_count"])
        for row in read(chain, "traffic_local_hour_v1")
    ] == [("berlin", 4, 13, 5), ("berlin", 4, 14, 1), ("berlin", 5, 13, 1), ("hanoi", 4, 19, 1)]


def test_day_without_minutes_loses_its_hours(chain: Lake) -> None:
    """Rule: where the minutes are gone that were summed, the hours go too: a roll-up never tells more than they do."""
    write(chain, traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")])
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    chain.table(TRAFFIC_MINUTE).delete()
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    assert read(chain, "traffic_local_hour_v1") == []


def imported(hour: int, **changes: Any) -> Row:
    """Return an hour of history from before the cameras."""
    start = dt.datetime(2026, 3, 4, hour - 1, tzinfo=dt.UTC)
    row = traffic_minute(start, 9, store_id="berlin", window_end=start + dt.timedelta(hours=1))
    return row | {"business_date": DAY, "hour_of_day": hour, "source": "import:old-counters"} | changes


def test_imported_hours_are_not_doubled(chain: Lake) -> None:
    """Rule: a line's hour that was imported is refused by name, and nothing is written."""
    write(
        chain,
        traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")],
        traffic_local_hour_v1=[imported(13), imported(14)],
    )
    with pytest.raises(RollUpError, match=r"berlin, line door, 2026-03-04: .* came 1 of import:old-counters"):
        RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    assert [row["in_count"] for row in read(chain, "traffic_local_hour_v1")] == [9, 9]


def test_other_imported_hours_stay(chain: Lake) -> None:
    """Rule: imported hours of the same day that no minute tells of are kept."""
    write(
        chain,
        traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")],
        traffic_local_hour_v1=[imported(10), imported(13, line_id="back")],
    )
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    assert [(row["hour_of_day"], row["line_id"], row["source"]) for row in read(chain, "traffic_local_hour_v1")] == [
        (10, "door", "import:old-counters"),
        (13, "back", "import:old-counters"),
        (13, "door", "minutes"),
    ]


def test_all_problems_are_told_at_once(chain: Lake) -> None:
    """Rule: a day that is not over where a store is, and a store that nobody described, are named with the cure."""
    with pytest.raises(RollUpError) as refused:
        RollUp(chain).roll_up(
            ONE_DAY, now=dt.datetime(2026, 3, 4, 20, tzinfo=dt.UTC), store_ids=["hanoi", "oslo", "berlin"]
        )
    assert str(refused.value).splitlines() == [
        "oslo: expected a store of store_v1, came none; describe it by `python -m glue dimensions`",
        "berlin: expected a day that is over, came 2026-03-04; it can be summed from 2026-03-05 01:00 UTC on",
    ]


def test_sender_that_nobody_described_is_refused(chain: Lake) -> None:
    """Rule: minutes of a store that store_v1 does not have are never left out in silence."""
    write(chain, traffic_minute_v1=[traffic_minute(NOON, store_id="oslo")])
    with pytest.raises(RollUpError, match="oslo: expected a store of store_v1"):
        RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK, store_ids=["berlin"])


def test_many_problems_are_counted(chain: Lake) -> None:
    """Rule: a long list of problems is cut, and says how many more there are."""
    with pytest.raises(RollUpError) as refused:
        RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK, store_ids=[f"s{number}" for number in range(50)])
    assert str(refused.value).splitlines()[-1] == "and 30 more"


def test_commit_in_between_is_tried_again(chain: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: a commit that another writer came before is tried again on what is there then."""
    write(chain, traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")])
    overwrite = IcebergTable.overwrite
    failures = iter([True, True, False])

    def contested(*arguments: Any, **options: Any) -> None:
        if next(failures):
            raise CommitFailedException("another came before")
        overwrite(*arguments, **options)

    monkeypatch.setattr(IcebergTable, "overwrite", contested)
    done = RollUp(chain).roll_up(ONE_DAY, now=NEXT_WEEK)
    assert done[0] == Replaced("traffic_local_hour_v1", 0, 1)


def test_months_are_committed_apart(chain: Lake) -> None:
    """Rule: a stretch over two months is one commit for each of them and table."""
    days = [NOON, NOON + dt.timedelta(days=28)]
    write(chain, traffic_minute_v1=[traffic_minute(start, store_id="berlin") for start in days])
    done = RollUp(chain).roll_up(Dates(DAY, dt.date(2026, 4, 2)), now=NOON + dt.timedelta(days=60))
    assert [each.rows_after for each in done if each.table == TRAFFIC_LOCAL_HOUR.name] == [1, 1]
    assert snapshots(chain)[0] == 2


def test_dates_are_cut_by_month_and_size() -> None:
    """Rule: the parts of a stretch are in order, within a month each, and leave no day out."""
    stretch = Dates(dt.date(2026, 1, 30), dt.date(2026, 3, 2))
    assert list(map(str, stretch.by_month())) == [
        "2026-01-30 to 2026-01-31",
        "2026-02-01 to 2026-02-28",
        "2026-03-01 to 2026-03-02",
    ]
    assert list(map(str, Dates(DAY, dt.date(2026, 3, 8)).pieces(2))) == [
        "2026-03-04 to 2026-03-05",
        "2026-03-06 to 2026-03-07",
        "2026-03-08",
    ]
    with pytest.raises(
        ValueError, match="expected a first date no later than the last, came 2026-03-04 and 2026-03-03"
    ):
        Dates(DAY, dt.date(2026, 3, 3))


def command(*arguments: str) -> int:
    """Run the verb as `python -m glue` does."""
    parser = argparse.ArgumentParser()
    verbs.add_verbs(parser.add_subparsers(required=True))
    options = parser.parse_args(["rollup", "--warehouse", "s3://lake/warehouse", *arguments])
    return int(options.run(options))


def test_verb_sums_a_day(chain: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the verb says for each table how many rows became how many."""
    write(chain, traffic_minute_v1=[traffic_minute(NOON, store_id="berlin")])
    assert command("--day", str(DAY)) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == [
        *("traffic_local_hour_v1", "0", "rows", "became", "1"),
    ]
    assert command("--from", str(DAY), "--to", str(DAY), "--store", "berlin") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Expected --day, or --from and --to"),
        (("--from", "2026-03-04"), "Expected --day, or --from and --to"),
        (("--day", "2026-03-04", "--to", "2026-03-05"), "Expected --day, or --from and --to"),
        (("--from", "2026-03-04", "--to", "2026-03-03"), "expected a first date no later than the last"),
        (("--day", "2026-03-04", "--store", "oslo"), "oslo: expected a store of store_v1"),
    ],
)
def test_verb_says_what_is_wrong(
    chain: Lake,  # noqa: ARG001 - asked for because it makes the tables, not for its value
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    """Rule: what cannot be done is said with the cure, and the verb returns 2."""
    assert command(*arguments) == 2
    assert told in capsys.readouterr().err
