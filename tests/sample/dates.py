"""What the sample says of dates: the calendar, holidays, the stores' days and staff, periods and peaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.sample.stores import (
    BERLIN,
    CHICAGO,
    CLOSING_HOUR,
    FIRST_HOUR,
    HAMBURG,
    HISTORY,
    MUNICH,
    PUNE,
    STORES,
    Row,
    Store,
    days_between,
)

YEAR = dt.timedelta(days=364)
"""The retail years 2024 to 2026 have 52 weeks each: the same weekday of the same week is 364 days before."""
RETAIL_YEARS = {2024: dt.date(2024, 2, 4), 2025: dt.date(2025, 2, 2), 2026: dt.date(2026, 2, 1)}
WEEKS_UP_TO_MONTH = (4, 9, 13, 17, 22, 26, 30, 35, 39, 43, 48, 52)
CALENDAR_DAYS = (dt.date(2024, 2, 4), dt.date(2026, 12, 31))

PUBLIC_HOLIDAYS: dict[str, tuple[tuple[str, bool, tuple[dt.date, ...]], ...]] = {
    "DE": (
        ("New Year", False, (dt.date(2025, 1, 1), dt.date(2026, 1, 1))),
        ("Good Friday", True, (dt.date(2025, 4, 18), dt.date(2026, 4, 3))),
        ("Christmas Day", False, (dt.date(2024, 12, 25), dt.date(2025, 12, 25))),
        ("Boxing Day", False, (dt.date(2024, 12, 26), dt.date(2025, 12, 26))),
    ),
    "IN": (
        ("Diwali", True, (dt.date(2024, 10, 31), dt.date(2025, 10, 20))),
        ("Republic Day", False, (dt.date(2025, 1, 26), dt.date(2026, 1, 26))),
    ),
    "US": (
        ("New Year", False, (dt.date(2025, 1, 1), dt.date(2026, 1, 1))),
        ("Thanksgiving", True, (dt.date(2024, 11, 28), dt.date(2025, 11, 27))),
        ("Christmas Day", False, (dt.date(2024, 12, 25), dt.date(2025, 12, 25))),
    ),
}
"""By country: name, whether its date moves, dates."""
SCHOOL_HOLIDAYS = (("DE", "BE", "Christmas holidays", dt.date(2025, 12, 22), dt.date(2026, 1, 2)),)

PERIODS = (
    ("2024-11", "month", dt.date(2024, 11, 1), dt.date(2024, 11, 30)),
    ("2025-11", "month", dt.date(2025, 11, 1), dt.date(2025, 11, 30)),
    ("2025-12", "month", dt.date(2025, 12, 1), dt.date(2025, 12, 31)),
    ("2026-03", "month", dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
    ("2025-Q4", "quarter", dt.date(2025, 10, 1), dt.date(2025, 12, 31)),
    ("2025", "year", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ("2025-W44", "iso_week", dt.date(2025, 10, 27), dt.date(2025, 11, 2)),
    ("R2025-W44", "retail_week", dt.date(2025, 11, 30), dt.date(2025, 12, 6)),
    ("R2025-M10", "retail_month", dt.date(2025, 11, 2), dt.date(2025, 11, 29)),
    ("R2025-Q4", "retail_quarter", dt.date(2025, 11, 2), dt.date(2026, 1, 31)),
    ("R2025-fall", "season", dt.date(2025, 8, 3), dt.date(2026, 1, 31)),
)
PROMOTION = "promotion-2025"
PEAKS = (
    ("christmas-2024", "christmas", 2024, dt.date(2024, 12, 1), dt.date(2024, 12, 24)),
    ("christmas-2025", "christmas", 2025, dt.date(2025, 12, 1), dt.date(2025, 12, 24)),
    (PROMOTION, "promotion", 2025, dt.date(2025, 11, 10), dt.date(2025, 11, 16)),
)
"""Id, name, retail year, first and last day; the days before and after are three weeks, and two."""
TREATED, CONTROLS = (BERLIN, MUNICH), (HAMBURG, PUNE, CHICAGO)


def calendar_rows() -> Iterator[Row]:
    """Give the rows of calendar_v1."""
    for date in days_between(*CALENDAR_DAYS):
        retail_year, start = max((year, first) for year, first in RETAIL_YEARS.items() if first <= date)
        week = (date - start).days // 7 + 1
        month = next(number for number, weeks in enumerate(WEEKS_UP_TO_MONTH, start=1) if week <= weeks)
        iso_year, iso_week, iso_weekday = date.isocalendar()
        yield {
            "calendar_date": date,
            "year": date.year,
            "quarter": (date.month + 2) // 3,
            "month": date.month,
            "iso_year": iso_year,
            "iso_week": iso_week,
            "iso_weekday": iso_weekday,
            "retail_year": retail_year,
            "retail_season": "spring" if month <= 6 else "fall",
            "retail_quarter": (month + 2) // 3,
            "retail_month": month,
            "retail_week": week,
            "comparable_date": date - YEAR,
        }


def holiday_rows() -> Iterator[Row]:
    """Give the rows of holiday_v1."""
    for country, holidays in PUBLIC_HOLIDAYS.items():
        for name, is_movable, dates in holidays:
            for date in dates:
                yield _holiday(country, None, date, "public", name, is_movable=is_movable)
    for country, subdivision, name, first, last in SCHOOL_HOLIDAYS:
        for date in days_between(first, last):
            yield _holiday(country, subdivision, date, "school", name, is_movable=True)


def _holiday(country: str, subdivision: str | None, date: dt.date, kind: str, name: str, *, is_movable: bool) -> Row:
    return {
        "country": country,
        "subdivision": subdivision,
        "holiday_date": date,
        "holiday_kind": kind,
        "name": name,
        "is_movable": is_movable,
    }


def is_open(store: Store, date: dt.date) -> bool:
    """Whether a store trades: not before it opened, on a Sunday or on a holiday, as its country has it."""
    if date < store.opened_on or (date.isoweekday() == 7 and not store.is_open_on_sunday):
        return False
    return public_holiday(store, date) is None


def public_holiday(store: Store, date: dt.date) -> str | None:
    """Return the name of a store's public holiday."""
    return next((name for name, _, dates in PUBLIC_HOLIDAYS[store.country] if date in dates), None)


def store_day_rows() -> Iterator[Row]:
    """Give the rows of store_day_v1: every date from the first of the history to the last."""
    for store in STORES:
        for date in days_between(HISTORY[0][0], HISTORY[-1][1]):
            is_trading = is_open(store, date)
            yield {
                "store_id": store.store_id,
                "business_date": date,
                "day_start": store.instant(date, 0),
                "day_end": store.instant(date + dt.timedelta(days=1), 0),
                "is_open": is_trading,
                "opens_at": store.instant(date, FIRST_HOUR) if is_trading else None,
                "closes_at": store.instant(date, CLOSING_HOUR) if is_trading else None,
                "open_hours": float(CLOSING_HOUR - FIRST_HOUR) if is_trading else 0.0,
                "public_holiday": public_holiday(store, date),
                "school_holiday": _school_holiday(store, date),
                "comparable_date": _comparable(store, date),
            }


def _school_holiday(store: Store, date: dt.date) -> str | None:
    place = (store.country, store.subdivision)
    return next(
        (holiday[2] for holiday in SCHOOL_HOLIDAYS if holiday[:2] == place and holiday[3] <= date <= holiday[4]), None
    )


def _comparable(store: Store, date: dt.date) -> dt.date | None:
    """Return the same holiday a year before, else the same weekday unless a holiday was then."""
    for _, _, dates in PUBLIC_HOLIDAYS[store.country]:
        if date in dates:
            return next((other for other in dates if other < date), None)
    return None if public_holiday(store, date - YEAR) else date - YEAR


def staff_hour_rows() -> Iterator[Row]:
    """Give the rows of staff_hour_v1: two people, three on Saturdays."""
    for store in STORES:
        for first, last in HISTORY:
            for date in filter(lambda day: is_open(store, day), days_between(first, last)):
                for hour in range(FIRST_HOUR, CLOSING_HOUR):
                    yield {
                        "store_id": store.store_id,
                        "business_date": date,
                        "hour_of_day": hour,
                        "staff_hours": 3.0 if date.isoweekday() == 6 else 2.0,
                    }


def period_rows() -> Iterator[Row]:
    """Give the rows of period_v1."""
    for period_id, kind, start, end in PERIODS:
        is_of_weeks = "week" in kind or period_id.startswith("R")
        baseline = [date - YEAR if is_of_weeks else _year_before(date) for date in (start, end)]
        yield {
            "period_id": period_id,
            "period_kind": kind,
            "start_date": start,
            "end_date": end,
            "baseline_start_date": baseline[0],
            "baseline_end_date": baseline[1],
        }


def _year_before(date: dt.date) -> dt.date:
    return date.replace(year=date.year - 1)


def peak_rows() -> Iterator[Row]:
    """Give the rows of peak_v1."""
    day = dt.timedelta(days=1)
    for peak_id, name, retail_year, start, end in PEAKS:
        yield {
            "peak_id": peak_id,
            "peak_name": name,
            "retail_year": retail_year,
            "before_start_date": start - 21 * day,
            "before_end_date": start - day,
            "start_date": start,
            "end_date": end,
            "after_start_date": end + day,
            "after_end_date": end + 14 * day,
        }


def peak_store_rows() -> Iterator[Row]:
    """Give the rows of peak_store_v1: Christmas is everywhere, the promotion is not."""
    for peak_id, *_ in PEAKS:
        for store in STORES:
            is_treated = peak_id != PROMOTION or store in TREATED
            yield {
                "peak_id": peak_id,
                "store_id": store.store_id,
                "peak_role": "treated" if is_treated else "control",
            }
