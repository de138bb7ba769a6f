"""When a picture was taken: stream time laid on the wall clock, never on counted frames."""

from __future__ import annotations

from collections.abc import Callable

DRIFT_MS = 2_000
"""How far the instants may fall behind the wall clock before they are laid on it anew."""


class CaptureClock:
    """Turns a connection's stream times into instants.

    The shortest way from camera to here that was seen is taken for the true delay: what comes later than its stream
    time says was held up on the way, and keeps the instant that its stream time says. A camera whose clock is fast is
    pulled back at once; one that falls behind by `DRIFT_MS`, as after a pause, a wrapped counter or a clock that was
    set forward, is laid on the wall clock anew.

    Args:
        now_ms: The wall clock, milliseconds since 1970-01-01 UTC.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._offset_ms: float | None = None
        self._last_ms = 0
        self.renewals = 0
        """How often the stream's times were laid on the clock anew."""

    def instant_ms(self, stream_seconds: float | None) -> int:
        """Return the instant of a picture that comes now; None says that its stream gives no time."""
        now_ms = self._now_ms()
        if stream_seconds is None:
            return now_ms
        offset_ms = now_ms - stream_seconds * 1_000
        if self._offset_ms is None or offset_ms < self._offset_ms:
            self._offset_ms = offset_ms
        elif offset_ms - self._offset_ms > DRIFT_MS:
            self._offset_ms = offset_ms
            self.renewals += 1
        return round(self._offset_ms + stream_seconds * 1_000)

    def forward_ms(self, instant_ms: int) -> int:
        """Return the instant, or the last one returned where that is later: pictures never go back in time."""
        self._last_ms = max(instant_ms, self._last_ms)
        return self._last_ms

    def reconnected(self) -> None:
        """Forget the stream's times: those of another connection begin anywhere."""
        self._offset_ms = None
