"""`seasonal_index`: weekdays, months and hours against the store's mean."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from glue.dimensions.calendar import DAY, dates_between
from tests.sql.lake_rows import Row, row, rows
from tests.sql.seasons.chain import CLOSED, Line, busy_line, season_lake, store_day

FIRST = dt.date(2024, 1, 1)


def indices(line: Line, **of: object) -> dict[tuple[int | None, str, int], Row]:
    """Return the rows by year, kind and position."""
    found = rows(season_lake([line], **of), "SELECT * FROM seasonal_index")  # type: ignore[arg-type]
    return {(row["year"], row["index_kind"], row["position"]): row for row in found}


def test_index_is_a_mean_over_the_mean() -> None:
    """Rule: mean visitors of the days of a weekday or month over those of all days, by year and in all."""
    line = busy_line("store", FIRST, 731, seed=1)
    found = indices(line)
    counted = list(line.counted())
    for year in (2024, None):
        of_year = [(date, count) for date, count in counted if year in (date.year, None)]
        overall = np.mean([count for _, count in of_year])
        saturdays = np.mean([count for date, count in of_year if date.isoweekday() == 6])
        december = np.mean([count for date, count in of_year if date.month == 12])
        assert found[year, "weekday", 6]["index_value"] == pytest.approx(saturdays / overall)
        assert found[year, "month", 12]["index_value"] == pytest.approx(december / overall)
    highest = {key for key, row in found.items() if row["is_highest"] and key[0] == 2025}
    assert highest == {(2025, "weekday", 6), (2025, "month", 12), (2025, "hour", 10)}
    assert {row["flag"] for row in found.values()} == {None}


def test_days_that_were_watched_in_part_do_not_count() -> None:
    """Rule: only days that are open and watched for 95 % count; too few of them are flagged."""
    dates = list(dates_between(FIRST, FIRST + 365 * DAY))
    blind = {date: 0.94 for date in dates if date.month == 6 and date.day > 10} | {FIRST: 0.95}
    line = Line("store", FIRST, [100 if date not in blind else 900 for date in dates], coverages=blind)
    found = indices(line, days={("store", dt.date(2024, 6, 1)): CLOSED})
    june = found[2024, "month", 6]
    assert (june["days"], june["coverage"], june["flag"]) == (9, pytest.approx(9 / 29), "few days")
    assert june["index_value"] == pytest.approx(100 / (100 + 800 / 345))
    assert found[2024, "month", 1]["days"] == 31


def test_part_of_a_year_is_flagged() -> None:
    """Rule: an index over some months has another mean than a year's."""
    assert {row["flag"] for row in indices(busy_line("store", FIRST, 300, seed=1)).values()} == {"part of a year"}


def test_hours_are_told_beside_the_mean_hour() -> None:
    """Rule: an hour's index is its mean over that of all hours that were counted; the hours of all lines add up."""
    hours = {9: 10, 10: 60, 11: 20}
    facts = [
        row("traffic_local_hour_v1", line_id=line, business_date=FIRST + day * DAY, hour_of_day=hour, in_count=count)
        for day in range(3)
        for hour, count in hours.items()
        for line in ("door", "back")
    ]
    opening = {
        "opens_at": dt.datetime.combine(FIRST, dt.time(9), tzinfo=dt.UTC),
        "closes_at": dt.datetime.combine(FIRST, dt.time(12), tzinfo=dt.UTC),
        "open_hours": 3.0,
    }
    days = [store_day("store", FIRST) | opening]
    connection = season_lake([], tables={"traffic_local_hour_v1": facts, "store_day_v1": days})
    found = rows(
        connection, "SELECT position, index_value, visitors_per_day FROM seasonal_index WHERE index_kind = 'hour' "
        "AND year IS NULL ORDER BY position"
    )  # fmt: skip
    assert [tuple(row.values()) for row in found] == [
        (9, pytest.approx(10 / 30), 20),
        (10, pytest.approx(2), 120),
        (11, pytest.approx(20 / 30), 40),
    ]
