"""Boot ids: one per business day of the store, the same for whoever asks."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from edge.boots import Boots

LONDON = "Europe/London"


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON)).timestamp() * 1_000)


def _boots() -> Boots:
    numbers = count()
    return Boots(lambda: f"boot-{next(numbers)}", LONDON)


def test_one_day_has_one_boot_id_and_the_next_another() -> None:
    """The day is the store's."""
    boots = _boots()
    assert boots.of(_ms("2026-11-23T09:00:00")) == "boot-0"
    assert boots.of(_ms("2026-11-23T23:59:59.999")) == "boot-0"
    assert boots.of(_ms("2026-11-24T00:00:00")) == "boot-1"


def test_a_slower_camera_still_gets_yesterdays_id() -> None:
    """Cameras pass midnight one after the other."""
    boots = _boots()
    before, after = _ms("2026-11-23T23:59:59"), _ms("2026-11-24T00:00:01")
    assert [boots.of(each) for each in (before, after, before)] == ["boot-0", "boot-1", "boot-0"]


def test_the_day_of_a_clock_change_has_its_own_length() -> None:
    """In London the last Sunday of October has 25 hours."""
    boots = _boots()
    start_ms = _ms("2026-10-25T00:00:00")
    assert boots.end_ms(start_ms) - start_ms == 25 * 3_600_000


def test_nothing_is_kept_of_days_long_past() -> None:
    """An edge runs for months."""
    boots = _boots()
    first = _ms("2026-11-20T12:00:00")
    for day in range(5):
        boots.of(first + day * 86_400_000)
    assert boots.of(first) == "boot-5"
