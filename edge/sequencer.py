"""Puts what several cameras saw into the order in which it happened, since each is analysed at its own pace."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Something that one camera saw at an instant."""

    @property
    def event_time_ms(self) -> int:
        """Instant of capture, milliseconds since 1970-01-01 UTC."""
        ...

    @property
    def camera_id(self) -> str:
        """Which camera."""
        ...


LookT = TypeVar("LookT", bound=Timed)


class Sequencer(Generic[LookT]):
    """Holds looks back until every camera has gone further, but never for longer than its patience.

    What comes after its place in the order has been told is left out and counted: the device takes no look into the
    past, and a picture that late is one that the machine was too slow for.

    Args:
        camera_ids: All cameras; each is waited for until it is `gone`, and again from its next look on.
        patience_ms: How far the newest look may run ahead of what has been told.
    """

    def __init__(self, camera_ids: Iterable[str], *, patience_ms: int) -> None:
        self._newest_ms = dict.fromkeys(camera_ids, 0)
        self._patience_ms = patience_ms
        self._held: list[tuple[int, int, LookT]] = []
        self._order = 0
        self._told_ms = 0
        self.too_late = dict.fromkeys(self._newest_ms, 0)
        """Looks that were left out, by camera."""

    def offer(self, look: LookT) -> Iterator[LookT]:
        """Take a look; yield those that are now in order, which may be none."""
        if look.event_time_ms < self._told_ms:
            self.too_late[look.camera_id] += 1
            return
        self._newest_ms[look.camera_id] = max(look.event_time_ms, self._newest_ms.get(look.camera_id, 0))
        self._order += 1
        heapq.heappush(self._held, (look.event_time_ms, self._order, look))
        yield from self._until(self._safe_ms())

    def gone(self, camera_id: str) -> Iterator[LookT]:
        """Wait no longer for a camera; yield the looks that waited for it."""
        self._newest_ms.pop(camera_id, None)
        yield from self._until(self._safe_ms())

    def close(self) -> Iterator[LookT]:
        """Yield all that is still held."""
        while self._held:
            yield self._next()

    def _safe_ms(self) -> int:
        """Return the instant up to which no look is waited for."""
        if not self._newest_ms:
            return max((look[0] for look in self._held), default=0)
        return max(min(self._newest_ms.values()), max(self._newest_ms.values()) - self._patience_ms)

    def _until(self, safe_ms: int) -> Iterator[LookT]:
        while self._held and self._held[0][0] <= safe_ms:
            yield self._next()

    def _next(self) -> LookT:
        self._told_ms, _order, look = heapq.heappop(self._held)
        return look
