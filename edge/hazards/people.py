"""What may be wrong with people: lying, loitering, where nobody should be, too many."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from contracts.events import Box, ZoneKind
from edge.errors import Problem
from edge.hazards.candidates import Spans, Suspicion, View, box_of, positive

GAP_MS = 2_000
"""How long a person may be unseen."""
FORGET_MS = 60_000
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingSettings:
    """When a person is suspected to lie.

    Attributes:
        lasting_ms: How long, still and flat.
        flatness: Greatest height of the box over its width, in pixels.
        fallen_share: Greatest height of the box in shares of the same person's upright height, where that was seen.
        still_share: Greatest movement of the box's middle over that time, in shares of its longer side.
    """

    lasting_ms: int = 8_000
    flatness: float = 0.8
    fallen_share: float = 0.7
    still_share: float = 0.25

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        names = ("lasting_ms", "flatness", "fallen_share", "still_share")
        return [positive(f"hazards.lying.{name}", getattr(self, name)) for name in names if getattr(self, name) <= 0]


@dataclass(slots=True, kw_only=True)
class _Posture:
    """What is remembered of one track: upright heights in pixels, and when and where it began to lie still."""

    heights: deque[float] = field(default_factory=lambda: deque(maxlen=32))
    seen_ms: int = 0
    since_ms: int | None = None
    middle: tuple[float, float] = (0.0, 0.0)


class Lying:
    """Looks for people whose box became flat and stays where it is.

    A person seen upright before is believed after `lasting_ms`; one seen only flat, as the tracker may lose who falls,
    after twice that and with less confidence. Boxes that touch the border are cut and tell nothing.
    """

    LABEL = "person_lying"
    UPRIGHT = 1.3
    SURE, UNSURE = 0.7, 0.4

    def __init__(self, settings: LyingSettings | None = None) -> None:
        self._settings = settings or LyingSettings()
        self._postures: dict[str, _Posture] = {}

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return who lies at this instant."""
        self._postures = {key: each for key, each in self._postures.items() if view.now_ms - each.seen_ms <= FORGET_MS}
        for old, new in view.merges:
            if old in self._postures:
                self._postures.setdefault(new, self._postures.pop(old))
        height, width = view.frame.picture.shape[:2]
        boxes = view.boxes * (width, height, width, height)
        return [
            self._suspicion(view, person, has_stood=has_stood)
            for person, track_id in enumerate(view.track_ids)
            if (has_stood := self._lies(view.now_ms, track_id, boxes[person], (width, height))) is not None
        ]

    def _lies(self, now_ms: int, track_id: str, box: NDArray[np.float64], size: tuple[int, int]) -> bool | None:
        """Return whether somebody who lies was seen upright before; None for who does not lie."""
        posture = self._postures.setdefault(track_id, _Posture(seen_ms=now_ms))
        if now_ms - posture.seen_ms > GAP_MS:
            posture.since_ms = None
        posture.seen_ms = now_ms
        left, top, right, bottom = box.tolist()
        if left <= 0 or top <= 0 or right >= size[0] or bottom >= size[1]:
            posture.since_ms = None
            return None
        across, down = right - left, bottom - top
        if down >= self.UPRIGHT * across:
            posture.heights.append(down)
        middle = ((left + right) / 2, (top + bottom) / 2)
        is_still = np.hypot(middle[0] - posture.middle[0], middle[1] - posture.middle[1]) <= (
            self._settings.still_share * max(across, down)
        )
        if not self._is_flat(posture, across, down) or posture.since_ms is None or not is_still:
            posture.since_ms = now_ms if self._is_flat(posture, across, down) else None
            posture.middle = middle
            return None
        needed_ms = self._settings.lasting_ms * (1 if posture.heights else 2)
        return bool(posture.heights) if now_ms - posture.since_ms >= needed_ms else None

    def _is_flat(self, posture: _Posture, across: float, down: float) -> bool:
        is_low = not posture.heights or down <= self._settings.fallen_share * float(np.median(posture.heights))
        return is_low and down <= self._settings.flatness * across

    def _suspicion(self, view: View, person: int, *, has_stood: bool) -> Suspicion:
        return Suspicion(
            label=self.LABEL,
            confidence=self.SURE if has_stood else self.UNSURE,
            box=box_of(view.boxes[person]),
            zone_id=view.zone_of(person),
            key=view.track_ids[person],
            is_place=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoiteringSettings:
    """When a person is suspected to loiter: not staff, and this long in one zone of these kinds."""

    lasting_ms: int = 900_000
    zone_kinds: tuple[ZoneKind, ...] = ("aisle", "entrance", "other")

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        return [positive("hazards.loitering.lasting_ms", self.lasting_ms)] if self.lasting_ms <= 0 else []


class Loitering:
    """Looks for customers who stay in a zone for very long; waiting in a queue is none."""

    LABEL = "loitering"
    GAP_MS = 10_000

    def __init__(self, settings: LoiteringSettings | None = None) -> None:
        self._settings = settings or LoiteringSettings()
        self._stays: Spans[tuple[str, int]] = Spans(self.GAP_MS)

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return who has stayed for too long, in each zone."""
        zones = view.zones.zones
        for old, new in view.merges:
            for index in range(len(zones)):
                self._stays.rename((old, index), (new, index))
        rows, columns = np.nonzero(view.member & ~view.is_staff[:, None])
        present = {
            (view.track_ids[row], column): row
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if zones[column].zone_kind in self._settings.zone_kinds
        }
        stays = self._stays.update(view.now_ms, present)
        return [
            Suspicion(
                label=self.LABEL,
                confidence=0.5 + 0.5 * (1 - self._settings.lasting_ms / stay_ms),
                box=box_of(view.boxes[present[key]]),
                zone_id=zones[key[1]].zone_id,
                key=f"{key[0]}/{zones[key[1]].zone_id}",
            )
            for key, stay_ms in stays.items()
            if stay_ms >= self._settings.lasting_ms
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a store is open, in its own time.

    Attributes:
        time_zone: IANA name.
        days: Seven spans, Monday first: opening and closing; None is closed all day. A span that ends at or before its
            beginning runs into the next day.
    """

    time_zone: str
    days: tuple[tuple[time, time] | None, ...]

    def is_open(self, event_time_ms: int) -> bool:
        """Return whether the store is open at an instant: by the local clock, so that daylight saving plays no part."""
        local = datetime.fromtimestamp(event_time_ms / 1_000, ZoneInfo(self.time_zone))
        clock = local.time()
        today = self.days[local.weekday()]
        before = self.days[(local.date() - timedelta(days=1)).weekday()]
        is_open = today is not None and (today[0] <= clock < today[1] if today[0] < today[1] else clock >= today[0])
        return is_open or (before is not None and before[1] <= before[0] and clock < before[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrusionSettings:
    """When somebody is suspected to be where nobody should be.

    Attributes:
        hours: When people may be there; None switches this off.
        zone_ids: Where; none takes all zones.
        lasting_ms: For how long.
    """

    hours: OpeningHours | None = None
    zone_ids: tuple[str, ...] = ()
    lasting_ms: int = 2_000

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        return [positive("hazards.intrusion.lasting_ms", self.lasting_ms)] if self.lasting_ms <= 0 else []


class Intrusion:
    """Looks for anybody, staff too, in a zone while the store is closed; one candidate for each zone."""

    LABEL = "intrusion"

    def __init__(self, settings: IntrusionSettings) -> None:
        self._settings = settings
        self._spans: Spans[int] = Spans(GAP_MS)

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return the zones that hold somebody."""
        hours = self._settings.hours
        if hours is None or hours.is_open(view.now_ms):
            return []
        chosen = self._settings.zone_ids
        zones = view.zones.zones
        held = [
            index
            for index in np.flatnonzero(view.member.any(axis=0)).tolist()
            if not chosen or zones[index].zone_id in chosen
        ]
        return [
            Suspicion(
                label=self.LABEL,
                confidence=0.8,
                box=_around(view, index),
                zone_id=zones[index].zone_id,
                key=zones[index].zone_id,
            )
            for index, span_ms in self._spans.update(view.now_ms, held).items()
            if span_ms >= self._settings.lasting_ms
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdingSettings:
    """When a zone is suspected to be too full.

    Attributes:
        limits: Most people, by zone.
        people_per_m2: Most people for a square metre, where the zone's area is known and it has no limit of its own.
        areas_m2: Areas by zone, as a floor plan gives them.
        lasting_ms: For how long it holds more.
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    people_per_m2: float = 2.0
    areas_m2: Mapping[str, float] = field(default_factory=dict)
    lasting_ms: int = 10_000

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        values: dict[str, float] = {"people_per_m2": self.people_per_m2, "lasting_ms": self.lasting_ms}
        values |= {f"limits.{zone}": limit for zone, limit in self.limits.items()}
        return [positive(f"hazards.crowding.{key}", value) for key, value in values.items() if value <= 0]

    def limit(self, zone_id: str) -> float | None:
        """Return the most people a zone may hold, or None where nothing is said."""
        if zone_id in self.limits:
            return self.limits[zone_id]
        area_m2 = self.areas_m2.get(zone_id)
        return None if area_m2 is None else area_m2 * self.people_per_m2


class Crowding:
    """Looks for zones that hold more people, staff too, than they may."""

    LABEL = "crowding"

    def __init__(self, settings: CrowdingSettings) -> None:
        self._settings = settings
        self._spans: Spans[int] = Spans(GAP_MS)

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return the zones that have been too full for long enough."""
        zones = view.zones.zones
        counts = view.member.sum(axis=0).tolist()
        limits = [self._settings.limit(zone.zone_id) for zone in zones]
        excess = {
            index: count / limit
            for index, (count, limit) in enumerate(zip(counts, limits, strict=True))
            if limit is not None and count > limit
        }
        return [
            Suspicion(
                label=self.LABEL,
                confidence=1 - 0.5 / excess[index],
                box=_around(view, index),
                zone_id=zones[index].zone_id,
                key=zones[index].zone_id,
            )
            for index, span_ms in self._spans.update(view.now_ms, excess).items()
            if span_ms >= self._settings.lasting_ms
        ]


def _around(view: View, zone: int) -> Box:
    boxes = view.boxes[view.member[:, zone]]
    return box_of((*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)))
