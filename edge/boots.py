"""Which run a picture belongs to: identities of people are random per start and change at the store's midnight."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


class Boots:
    """Gives the boot id of an instant: a new one at each start and on each business day, the store's local date.

    All cameras and the device ask the same object, so that they change at the same instant of capture, however far
    each of them is. Thread-safe.

    Args:
        new_boot_id: Makes an id that was never used; see `identity.new_boot_id`.
        time_zone: Of the store.
    """

    def __init__(self, new_boot_id: Callable[[], str], time_zone: str) -> None:
        self._new_boot_id = new_boot_id
        self._zone = ZoneInfo(time_zone)
        self._lock = threading.Lock()
        self._ids: dict[int, str] = {}
        """Boot ids by the instant at which their day ends; yesterday's stays, as a slower camera may still need it."""

    def of(self, event_time_ms: int) -> str:
        """Return the boot id of an instant, milliseconds since 1970-01-01 UTC."""
        end_ms = self.end_ms(event_time_ms)
        with self._lock:
            if end_ms not in self._ids:
                for past_ms in sorted(self._ids)[:-1]:
                    del self._ids[past_ms]
                self._ids[end_ms] = self._new_boot_id()
            return self._ids[end_ms]

    def end_ms(self, event_time_ms: int) -> int:
        """Return the first instant of the local day after that of an instant."""
        local = datetime.fromtimestamp(event_time_ms / 1_000, self._zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), time.min, self._zone)
        return round(midnight.timestamp() * 1_000)
