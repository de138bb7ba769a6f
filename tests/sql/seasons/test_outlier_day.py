"""`outlier_day`: days that weekday and season do not explain, with what is known of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from glue.dimensions.calendar import DAY
from tests.sql.lake_rows import Row, rows
from tests.sql.seasons.chain import Line, busy_line, season_lake

FIRST = dt.date(2025, 1, 6)
DAYS = 280
ODD = FIRST + 100 * DAY


def outliers(line: Line, **changes: object) -> list[Row]:
    """Return what stands out, with columns of the odd day changed."""
    connection = season_lake([line], days={("store", ODD): dict(changes)})
    return rows(connection, "SELECT * FROM outlier_day ORDER BY business_date")


def odd(factor: float, *, noise: float = 0.05) -> Line:
    """Return a store with one day that differs by a factor."""
    line = busy_line("store", FIRST, DAYS, seed=4, noise=noise)
    return line.scaled(factor, ODD).scaled(1 / factor, ODD + DAY)


def by_numpy(line: Line) -> dict[dt.date, float]:
    """Return the robust z of the days with all eight neighbours."""
    logs = dict(zip((date for date, _ in line.counted()), np.log([count for _, count in line.counted()]), strict=True))
    deviations = {}
    for date, log in logs.items():
        weeks = [date + number * 7 * DAY for number in (-4, -3, -2, -1, 1, 2, 3, 4)]
        around = [logs[week] for week in weeks if week in logs]
        if len(around) >= 4:
            deviations[date] = log - np.median(around)
    centred = np.array(list(deviations.values())) - np.median(list(deviations.values()))
    return dict(zip(deviations, centred / (1.4826 * np.median(np.abs(centred))), strict=True))


def test_robust_z_is_as_defined() -> None:
    """Rule: a day stands out where numpy's medians give a modified z score over 3.5."""
    line = odd(1.6)
    found = {row["business_date"]: row["robust_z"] for row in outliers(line)}
    expected = {date: score for date, score in by_numpy(line).items() if abs(score) > 3.5}
    assert ODD in found
    assert found == {date: pytest.approx(score) for date, score in expected.items()}


def at(hour: int, minute: int = 0) -> dt.datetime:
    """Return a time of the odd day."""
    return dt.datetime.combine(ODD, dt.time(hour, minute), tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "unexplained"),
        ({"school_holiday": "Easter holidays"}, "school holiday"),
        ({"school_holiday": "Easter holidays", "public_holiday": "Easter"}, "public holiday"),
        ({"open_hours": 0.4, "closes_at": at(10, 24), "public_holiday": "Easter"}, "shorter hours"),
        ({"open_hours": 2.0, "closes_at": at(12)}, "poor coverage"),
    ],
)
def test_the_first_reason_that_fits_is_given(changes: Row, reason: str) -> None:
    """Rule: bad data come before opening hours, these before holidays."""
    (found,) = (row for row in outliers(odd(0.3), **changes) if row["business_date"] == ODD)
    assert found["reason"] == reason


def test_the_day_beside_a_holiday_is_known() -> None:
    """Rule: the day before a holiday is busy for a reason."""
    connection = season_lake([odd(2.0)], days={("store", ODD + DAY): {"public_holiday": "Labour Day"}})
    found = rows(connection, f"SELECT reason FROM outlier_day WHERE business_date = DATE '{ODD}'")
    assert found == [{"reason": "beside a public holiday"}]


def test_ordinary_noise_stands_out_seldom() -> None:
    """Rule: of a store's ordinary days at most 1 in 50 stands out, and Christmas week for week is none of them."""
    line = busy_line("store", dt.date(2023, 1, 2), 1000, seed=9)
    assert len(rows(season_lake([line]), "SELECT * FROM outlier_day")) <= 20


def test_a_day_of_few_people_is_not_shown() -> None:
    """Rule: a count of fewer than five people is not told, nor how far it is from the usual."""
    usual = odd(1.0)
    visitors = [3 if number == 100 else count for number, count in enumerate(usual.visitors)]
    (found,) = (row for row in outliers(replace(usual, visitors=visitors)) if row["business_date"] == ODD)
    assert (found["is_suppressed"], found["visitors"], found["change"], found["robust_z"]) == (True, None, None, None)
