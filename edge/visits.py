"""When a track's stay in a zone starts and ends: hysteresis in event time, nothing else.

A stay starts once its track has been inside for `enter_ms`, and counts from the first instant inside. It ends once
the track has been outside for `leave_ms`, or unseen for `lost_ms`, and counts to the last instant inside. Each fate
depends on the track's own observations alone: other tracks and spare instants change only when it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.events import VisitEnd

StayKey = tuple[str, int]
"""Track id and index of the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSettings:
    """How long something must last before it is believed, in milliseconds of event time."""

    enter_ms: int = 400
    leave_ms: int = 1_000
    lost_ms: int = 3_000

    @property
    def settle_ms(self) -> int:
        """After this long, nothing more can change about an instant: every stay that covers it is known."""
        return max(self.enter_ms, self.leave_ms, self.lost_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayStarted:
    """A stay was confirmed. `is_staff` is settled here, because snapshots report it from here on."""

    track_id: str
    zone_index: int
    entered_ms: int
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StayEnded:
    """A confirmed stay is over; it covers [entered_ms, left_ms)."""

    track_id: str
    zone_index: int
    entered_ms: int
    left_ms: int
    end: VisitEnd
    is_staff: bool


Change = StayStarted | StayEnded


@dataclass(slots=True)
class _Stay:
    """A track that is, or was a moment ago, in a zone. While not confirmed it is a candidate that may be forgotten."""

    entered_ms: int
    last_inside_ms: int
    is_staff: bool
    is_at_border: bool
    is_inside: bool = True
    is_confirmed: bool = False


class VisitMachine:
    """Turns memberships into stays. Its state is plain values: `copy.deepcopy` and `pickle` snapshot it."""

    def __init__(self, settings: VisitSettings) -> None:
        self.settings = settings
        self._stays: dict[StayKey, _Stay] = {}

    def observe(
        self,
        now_ms: int,
        track_ids: Sequence[str],
        inside: NDArray[np.bool_],
        *,
        is_staff: NDArray[np.bool_],
        at_border: NDArray[np.bool_],
    ) -> list[Change]:
        """Take one instant and return the stays that are thereby known to have started or ended.

        Args:
            now_ms: The instant; never before that of the last call.
            track_ids: The N tracks seen.
            inside: (N, Z) bool, track by zone.
            is_staff: (N,) bool.
            at_border: (N,) bool: a track that vanishes from there has left, it was not lost.
        """
        rows, columns = (indices.tolist() for indices in inside.nonzero())
        present = {(track_ids[row], column): row for row, column in zip(rows, columns, strict=True)}
        changes: list[Change] = list(self._sweep(now_ms, present, frozenset(track_ids)))
        staff, border = is_staff.tolist(), at_border.tolist()
        changes += self._enter(now_ms, ((key, staff[row], border[row]) for key, row in present.items()))
        return changes

    def close(self, now_ms: int) -> list[StayEnded]:
        """End every stay that is still open at `now_ms` with 'day_end', and forget every candidate."""
        ended = list(self._sweep(now_ms, {}, frozenset()))
        ended += [_ended(key, stay, "day_end") for key, stay in self._stays.items() if stay.is_confirmed]
        self._stays.clear()
        return ended

    def _sweep(self, now_ms: int, present: dict[StayKey, int], seen: frozenset[str]) -> Iterator[StayEnded]:
        """Note who was seen outside, and end what is over. Time comes first: a stay that ran out stays ended."""
        over = [key for key, stay in self._stays.items() if self._is_over(key, stay, now_ms, present, seen)]
        for key in over:
            stay = self._stays.pop(key)
            if stay.is_confirmed:
                yield _ended(key, stay, "lost" if stay.is_inside and not stay.is_at_border else "left")

    def _is_over(
        self, key: StayKey, stay: _Stay, now_ms: int, present: dict[StayKey, int], seen: frozenset[str]
    ) -> bool:
        if self._has_run_out(stay, now_ms):
            return True
        if key in present or key[0] not in seen:
            return False
        stay.is_inside = False
        return not stay.is_confirmed or self._has_run_out(stay, now_ms)

    def _has_run_out(self, stay: _Stay, now_ms: int) -> bool:
        # A candidate has `lost_ms` in all: seen rarely, it would else be undecided for longer than `settle_ms`.
        since_ms = stay.last_inside_ms if stay.is_confirmed else stay.entered_ms
        return now_ms - since_ms >= (self.settings.lost_ms if stay.is_inside else self.settings.leave_ms)

    def _turn_staff(self, key: StayKey, stay: _Stay, now_ms: int) -> Iterator[Change]:
        """Part the stay of who is recognised as staff: what was told as a customer's ends now, staff's begins."""
        yield _ended(key, stay, "left")
        stay.entered_ms, stay.is_staff = now_ms, True
        yield StayStarted(track_id=key[0], zone_index=key[1], entered_ms=now_ms, is_staff=True)

    def _enter(self, now_ms: int, present: Iterable[tuple[StayKey, bool, bool]]) -> Iterator[Change]:
        for key, is_staff, is_at_border in present:
            stay = self._stays.get(key)
            if stay is None:
                stay = self._stays[key] = _Stay(now_ms, now_ms, is_staff, is_at_border)
            stay.last_inside_ms, stay.is_inside, stay.is_at_border = now_ms, True, is_at_border
            if stay.is_confirmed and is_staff and not stay.is_staff:
                yield from self._turn_staff(key, stay, now_ms)
            if not stay.is_confirmed and now_ms - stay.entered_ms >= self.settings.enter_ms:
                stay.is_confirmed, stay.is_staff = True, is_staff
                yield StayStarted(
                    track_id=key[0], zone_index=key[1], entered_ms=stay.entered_ms, is_staff=stay.is_staff
                )


def _ended(key: StayKey, stay: _Stay, end: VisitEnd) -> StayEnded:
    return StayEnded(
        track_id=key[0],
        zone_index=key[1],
        entered_ms=stay.entered_ms,
        left_ms=stay.last_inside_ms,
        end=end,
        is_staff=stay.is_staff,
    )
