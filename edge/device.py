"""One edge device: observations in, `inference.v1` events out, numbered in the order in which they leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.events import REPORT_DELAY_MS, CameraState, Crossing, Event, Payload, TrackMerge, Visit
from edge.crossings import CrossingMachine, LineCrossed
from edge.errors import ConfigurationError, Problem
from edge.health import MINUTE_MS, NO_BLIND, HealthLedger, Vitals
from edge.observations import Observation
from edge.snapshots import SnapshotLedger
from edge.visits import Change, StayEnded, VisitMachine, VisitSettings
from edge.zones import Line, Zone, ZoneMap

INTERVALS_MS = (1_000, 2_000, 5_000)
"""Lengths a snapshot interval may have."""

Timed = tuple[int, Payload]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """How a device decides.

    Attributes:
        hold_ms: How long a track must be held on both sides of a line.
        interval_ms: Length of a snapshot interval, one of `INTERVALS_MS`.
        frames_per_second: How many frames a camera should give; None expects nothing.
        model_sha256: Digest of the detector's model, told in health events; None without a model.
    """

    visits: VisitSettings = field(default_factory=VisitSettings)
    hold_ms: int = 500
    interval_ms: int = 5_000
    frames_per_second: float | None = None
    model_sha256: str | None = None

    def problems(self) -> list[Problem]:
        """Return everything that contradicts the contract or itself, by its key in a store file."""
        visits = self.visits
        longest_ms = self.interval_ms + visits.settle_ms
        spans_ms = {
            "visits.enter_ms": visits.enter_ms,
            "visits.leave_ms": visits.leave_ms,
            "crossings.hold_ms": self.hold_ms,
        }
        found = [_problem(key, "0 or more", span, "Raise it.") for key, span in spans_ms.items() if span < 0]
        if visits.lost_ms <= max(visits.enter_ms, self.hold_ms, 0):
            expected = f"more than enter_ms ({visits.enter_ms}) and hold_ms ({self.hold_ms})"
            found.append(_problem("visits.lost_ms", expected, visits.lost_ms, "Raise it, or lower the others."))
        if self.interval_ms not in INTERVALS_MS:
            expected = f"one of {', '.join(map(str, INTERVALS_MS))}"
            found.append(_problem("snapshots.interval_ms", expected, self.interval_ms, "Choose one of them."))
        if longest_ms > REPORT_DELAY_MS:
            expected = f"interval_ms plus the longest of enter_ms, leave_ms and lost_ms within {REPORT_DELAY_MS}"
            cure = "Shorten interval_ms or lost_ms: what is told later than that is late for the reports."
            found.append(_problem("snapshots.interval_ms", expected, longest_ms, cure))
        return found


def _problem(where: str, expected: str, came: int, cure: str) -> Problem:
    return Problem(where=where, expected=expected, came=str(came), cure=cure)


class Device:
    """Runs the zone, visit, snapshot, crossing and health machines of one device.

    Visits come within `REPORT_DELAY_MS` of their end and snapshots of their start, give or take the time between two
    observations. A new day or a new start is a new `Device` with a new `boot_id`.

    Args:
        store_id: The store.
        device_id: The device, unique in the chain.
        boot_id: Random name of this run or day, never used before.
        zones: All zones of its cameras.
        lines: All lines of its cameras.
        settings: How it decides.
        vitals: What is known of its cameras beside their looks; None tells nothing of it.

    Raises:
        ConfigurationError: where the settings contradict the contract.
    """

    def __init__(
        self,
        *,
        store_id: str,
        device_id: str,
        boot_id: str,
        zones: Sequence[Zone],
        lines: Sequence[Line] = (),
        settings: DeviceSettings | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        settings = settings or DeviceSettings()
        if problems := settings.problems():
            raise ConfigurationError(f"device {device_id}", problems)
        self._ids = (store_id, device_id, boot_id)
        self._map = ZoneMap(zones)
        self._lines = tuple(lines)
        self._machine = VisitMachine(settings.visits)
        self._crossings = CrossingMachine(lines, hold_ms=settings.hold_ms, lost_ms=settings.visits.lost_ms)
        self._cameras = sorted({*self._map.camera_ids, *(line.camera_id for line in lines)})
        self._ledger = SnapshotLedger(
            zones,
            interval_ms=settings.interval_ms,
            settle_ms=settings.visits.settle_ms,
            camera_ids=self._cameras,
        )
        self._health = HealthLedger(
            self._cameras,
            frames_per_second=settings.frames_per_second,
            model_sha256=settings.model_sha256,
            vitals=vitals,
        )
        self._parties: dict[str, tuple[str, int]] = {}
        """By track its party, and when it was last told."""
        self._seq = 0
        self._now_ms = 0
        self._is_closed = False

    def observe(self, observation: Observation, *, blind: Mapping[str, CameraState] = NO_BLIND) -> list[Event]:
        """Take one instant; return the events that are ready now, numbered, in order of event time.

        Args:
            observation: Who was seen.
            blind: Cameras without a usable picture at this instant, and what is wrong with each. Their zones are not
                reported as empty but left out of the snapshots, and health tells the state.

        Raises:
            ValueError: where the instant lies before the last one, or the device is closed.
        """
        now_ms = self._advance(observation.event_time_ms)
        self._note_parties(observation)
        changes = self._changes(observation)
        crossed = self._crossings.observe(
            now_ms,
            observation.track_ids,
            observation.foot_points,
            observation.is_staff,
            camera_id=observation.camera_id,
        )
        ready: list[Timed] = list(
            self._health.observe(
                now_ms, camera_id=observation.camera_id, inference_ms=observation.inference_ms, blind=blind
            )
        )
        ready += self._ledger.observe(now_ms, changes, camera_ids=self._looking(observation, blind))
        ready += self._visits(changes)
        ready += (self._crossing(each) for each in crossed)
        return self._numbered(ready)

    def tell(self, event_time_ms: int, payload: Payload) -> list[Event]:
        """Number something that is found elsewhere, such as a hazard.

        Raises:
            ValueError: where the instant lies before the last one, or the device is closed.
        """
        return self._numbered([(self._advance(event_time_ms), payload)])

    def merge(self, event_time_ms: int, *, from_track_id: str, to_track_id: str) -> list[Event]:
        """Tell that two tracks were recognised as one person: the one that ended, and the one that goes on.

        Raises:
            ValueError: where the instant lies before the last one, or the device is closed.
        """
        return self.tell(event_time_ms, TrackMerge(from_track_id=from_track_id, to_track_id=to_track_id))

    def close(self, event_time_ms: int) -> list[Event]:
        """End the day: everybody still here ends with 'day_end', every snapshot left is told. The device is done then.

        Raises:
            ValueError: where the instant lies before the last one, or the device is closed.
        """
        now_ms = self._advance(event_time_ms)
        changes = self._machine.close(now_ms)
        ready: list[Timed] = [
            *self._health.close(now_ms),
            *self._ledger.close(changes),
            *self._visits(changes),
        ]
        self._is_closed = True
        return self._numbered(ready)

    def _advance(self, now_ms: int) -> int:
        if self._is_closed:
            raise ValueError("expected no call after close(); a new day is a new Device with a new boot_id")
        if now_ms < self._now_ms:
            raise ValueError(f"expected an instant at or after {self._now_ms}, came {now_ms}; sort the observations")
        self._now_ms = now_ms
        return now_ms

    def _looking(self, observation: Observation, blind: Mapping[str, CameraState]) -> set[str] | None:
        """Return the cameras that gave a picture; None for all."""
        if observation.camera_id is not None:
            return {observation.camera_id} - blind.keys()
        return set(self._cameras) - blind.keys() if blind else None

    def _changes(self, observation: Observation) -> list[Change]:
        return self._machine.observe(
            observation.event_time_ms,
            observation.track_ids,
            self._map.contains(observation.foot_points, camera_id=observation.camera_id),
            is_staff=observation.is_staff,
            at_border=observation.at_border,
        )

    def _note_parties(self, observation: Observation) -> None:
        now_ms = observation.event_time_ms
        for track_id, party_id in observation.party_ids.items():
            self._parties[track_id] = (party_id, now_ms)
        if len(self._parties) > len(observation.party_ids):
            # A visit is told within a minute of its track's last picture.
            self._parties = {key: each for key, each in self._parties.items() if now_ms - each[1] <= MINUTE_MS}

    def _party_id(self, track_id: str) -> str | None:
        party = self._parties.get(track_id)
        return party[0] if party else None

    def _visits(self, changes: Iterable[Change]) -> Iterator[Timed]:
        for change in changes:
            if isinstance(change, StayEnded):
                yield change.left_ms, self._visit(change)

    def _visit(self, stay: StayEnded) -> Visit:
        zone = self._map.zones[stay.zone_index]
        return Visit(
            zone_id=zone.zone_id,
            zone_kind=zone.zone_kind,
            lane_id=zone.lane_id,
            camera_id=zone.camera_id,
            track_id=stay.track_id,
            entered_ms=stay.entered_ms,
            left_ms=stay.left_ms,
            end=stay.end,
            is_staff=stay.is_staff,
            party_id=self._party_id(stay.track_id),
        )

    def _crossing(self, crossed: LineCrossed) -> Timed:
        return crossed.crossed_ms, Crossing(
            line_id=self._lines[crossed.line_index].line_id,
            direction=crossed.direction,
            track_id=crossed.track_id,
            is_staff=crossed.is_staff,
            party_id=self._party_id(crossed.track_id),
        )

    def _numbered(self, ready: list[Timed]) -> list[Event]:
        return [self._event(*timed) for timed in sorted(ready, key=_event_time_ms)]

    def _event(self, event_time_ms: int, payload: Payload) -> Event:
        store_id, device_id, boot_id = self._ids
        self._seq += 1
        return Event(
            store_id=store_id,
            device_id=device_id,
            boot_id=boot_id,
            seq=self._seq - 1,
            event_time_ms=event_time_ms,
            payload=payload,
        )


def _event_time_ms(timed: Timed) -> int:
    return timed[0]
