"""Named peaks and the stores they concern."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from glue.dimensions.chain_file import shipped_peaks
from glue.dimensions.peaks import anchors_of, peak_stores, peaks
from tests.glue.dimensions.conftest import STORE, WEEK, ReadChain

YEARS = range(2024, 2028)
SALE = '[[peaks]]\npeak_name = "sale"\nanchor = "07-10"\nfirst_day = 0\nlast_day = 4\n'
SHIPPED = {peak.peak_id: peak for peak in peaks(shipped_peaks(), YEARS)}


@pytest.mark.parametrize(
    ("peak_id", "start", "end"),
    [
        ("black_friday-2024", "2024-11-29", "2024-12-02"),
        ("black_friday-2025", "2025-11-28", "2025-12-01"),
        ("christmas-2026", "2026-12-01", "2026-12-24"),
        ("easter-2025", "2025-04-06", "2025-04-19"),
        ("easter-2026", "2026-03-22", "2026-04-04"),
        ("back_to_school-2025", "2025-07-21", "2025-08-31"),
        ("valentine-2024", "2024-02-08", "2024-02-14"),
    ],
)
def test_shipped_peaks_are_when_people_know_them(peak_id: str, start: str, end: str) -> None:
    """Rule: peaks follow their anchor, fixed or movable, year by year."""
    assert (str(SHIPPED[peak_id].start_date), str(SHIPPED[peak_id].end_date)) == (start, end)


def test_retail_year_is_that_of_the_first_day() -> None:
    """Rule: a peak belongs to the retail year in which it begins; 2024 began on 4 February."""
    assert SHIPPED["valentine-2024"].retail_year == 2024
    assert SHIPPED["christmas-2026"].retail_year == 2026


@pytest.mark.parametrize("peak", SHIPPED.values(), ids=lambda peak: peak.peak_id)
def test_windows_follow_each_other(peak: object) -> None:
    """Rule: before, during and after come in this order, none empty and none overlapping."""
    names = ["before_start_date", "before_end_date", "start_date", "end_date", "after_start_date", "after_end_date"]
    dates = [getattr(peak, name) for name in names]
    assert all(first <= second for first, second in pairwise(dates))
    assert dates[1] < dates[2]
    assert dates[3] + dt.timedelta(days=1) == dates[4]


def test_days_before_christmas_leave_black_friday_out() -> None:
    """Rule: the days before a peak do not hold another one, whatever the year."""
    by_id = {peak.peak_id: peak for peak in peaks(shipped_peaks(), range(2000, 2060))}
    for year in range(2000, 2060):
        assert by_id[f"christmas-{year}"].before_end_date < by_id[f"black_friday-{year}"].start_date


def test_lengths_are_those_of_the_rule(chain_of: ReadChain) -> None:
    """Rule: before, gap and after last as many days as the rule says."""
    own = f"{SALE}before_days = 7\ngap_days = 2\nafter_days = 3\n"
    chain = chain_of(f"default_peaks = []\n{STORE}{WEEK}{own}")
    (peak,) = peaks(chain.peaks, range(2026, 2027))
    assert (peak.before_start_date.day, peak.before_end_date.day) == (1, 7)
    assert (peak.start_date.day, peak.end_date.day) == (10, 14)
    assert (peak.after_start_date.day, peak.after_end_date.day) == (15, 17)


def test_holiday_of_several_days_is_one_anchor_a_year() -> None:
    """Rule: days are counted from the first day of a holiday; a year without it has no peak."""
    assert anchors_of("TR: Eid al-Fitr", range(2026, 2028)) == [dt.date(2026, 3, 20), dt.date(2027, 3, 9)]
    assert anchors_of("GB: Platinum Jubilee of Elizabeth II", range(2021, 2024)) == [dt.date(2022, 6, 3)]
    assert anchors_of("US-CA: Cesar Chavez Day", range(2026, 2027)) == [dt.date(2026, 3, 31)]


def _stores(*changes: tuple[str, str]) -> str:
    text = "default_peaks = []\n"
    for number, change in enumerate(changes, start=1):
        text += STORE.replace("store-001", f"store-00{number}").replace(*change) + WEEK
    return text


def test_stores_are_treated_controls_or_left_out(chain_of: ReadChain) -> None:
    """Rule: treated is what fits ids, regions and countries alike; the others are controls but those left out."""
    stores = _stores(("", ""), ("west", "south"), ("west", "south"), ("west", "west-end"))
    chain = chain_of(f'{stores}{SALE}regions = ["west*"]\ncountries = ["DE"]\nnot_controls = ["store-003"]\n')
    found = {row.store_id: row.peak_role for row in peak_stores(chain.peaks, chain.stores, range(2026, 2027))}
    assert found == {"store-001": "treated", "store-002": "control", "store-004": "treated"}


def test_store_that_did_not_trade_throughout_is_neither(chain_of: ReadChain) -> None:
    """Rule: a store that opened or closed between the first day before and the last day after has no row."""
    opened = ('time_zone = "Europe/Berlin"', 'time_zone = "Europe/Berlin"\nopened_on = 2026-07-01')
    closed = ('time_zone = "Europe/Berlin"', 'time_zone = "Europe/Berlin"\nclosed_on = 2027-07-20')
    chain = chain_of(f"{_stores(('', ''), opened, closed)}{SALE}")
    found = {(row.peak_id, row.store_id) for row in peak_stores(chain.peaks, chain.stores, range(2026, 2028))}
    assert found == {
        ("sale-2026", "store-001"),
        ("sale-2026", "store-003"),
        ("sale-2027", "store-001"),
        ("sale-2027", "store-002"),
    }
