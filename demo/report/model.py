"""What the report tells, as plain values: read from the lake, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.lake import SQL_FOLDER, LakeReader, read_query


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a place: people on average and at most; `coverage` is the share of it that was watched."""

    start_ms: int
    mean: float
    maximum: int
    coverage: float
    open_ms: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A zone or lane with its minutes in order; minutes that nobody watched are absent."""

    place_id: str
    kind: str
    minutes: tuple[Minute, ...]

    @property
    def mean(self) -> float:
        """People on average over all minutes; 0 without any."""
        return sum(minute.mean for minute in self.minutes) / len(self.minutes) if self.minutes else 0.0

    @property
    def fullest(self) -> Minute | None:
        """The first minute with the most people at once."""
        return max(self.minutes, key=lambda minute: minute.maximum, default=None)


@dataclass(frozen=True, slots=True)
class QueueJourney:
    """One customer's time in a queue; `queue_seconds` is the wait when served."""

    lane_id: str
    joined_ms: int
    outcome: str
    queue_seconds: float


@dataclass(frozen=True, slots=True)
class Quarter:
    """Customers who came in and went out in 15 minutes."""

    start_ms: int
    in_count: int
    out_count: int


@dataclass(frozen=True, slots=True)
class PlaceHour:
    """How far a place's numbers of one hour can be trusted; a sign that is not known is None.

    `kind` is `lane`, or the zone's; `quality` is good, fair, poor or none, by `contracts/quality.py`.
    """

    place_id: str
    kind: str
    start_ms: int
    quality: str
    coverage: float | None
    camera_up_share: float | None
    late_share: float | None
    lost_share: float | None
    little_gap: float | None


@dataclass(frozen=True, slots=True)
class CameraGap:
    """A stretch in which a camera did not give its pictures: `state` is `frozen`, `dark`, `down`, or `ok` with few."""

    camera_id: str
    state: str
    start_ms: int
    end_ms: int
    up_share: float
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % limits; None is: the data do not tell, and a missing `high` is: no upper limit."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def known(self) -> list[float]:
        """Those of the three that are known."""
        return [number for number in (self.value, self.low, self.high) if number is not None]


@dataclass(frozen=True, slots=True)
class WaitHour:
    """The waits of those who joined a lane within one hour: estimated for all of them, and among the served alone.

    Attributes:
        late: Share that waits longer than the target.
    """

    lane_id: str
    start_ms: int
    joined: int
    served: int
    abandoned: int
    censored: int
    median: Estimate
    p90: Estimate
    late: Estimate
    served_median: float | None
    served_p90: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """A store's time between `start_ms` and `end_ms`, in milliseconds since 1970-01-01 UTC.

    Attributes:
        places: Zones that are not part of a lane.
        dwell_seconds: Dwell of each visit by zone, rising; places that are not part of a lane.
        present: Customers in the store at the end of a minute, as (minute_ms, number).
        cameras: Cameras that told of their health, in `camera_minutes` minutes altogether.
    """

    start_ms: int
    end_ms: int
    time_zone: str
    target_wait_seconds: float
    places: tuple[Place, ...]
    lanes: tuple[Place, ...]
    journeys: tuple[QueueJourney, ...]
    dwell_seconds: dict[str, tuple[float, ...]]
    quarters: tuple[Quarter, ...]
    present: tuple[tuple[int, int], ...]
    place_hours: tuple[PlaceHour, ...] = ()
    camera_gaps: tuple[CameraGap, ...] = ()
    cameras: int = 0
    camera_minutes: int = 0
    wait_hours: tuple[WaitHour, ...] = ()

    @property
    def has_data(self) -> bool:
        """Whether anything was watched at all: an empty store is a number, an unwatched one is none."""
        return bool(self.places or self.lanes or self.quarters)

    @property
    def came_in(self) -> int:
        """Customers who came in."""
        return sum(quarter.in_count for quarter in self.quarters)

    @property
    def waits_seconds(self) -> list[float]:
        """Waits of the served, rising."""
        return sorted(journey.queue_seconds for journey in self.journeys if journey.outcome == "served")

    @property
    def over_target(self) -> int:
        """Served after more than the target wait."""
        return sum(wait > self.target_wait_seconds for wait in self.waits_seconds)

    def of_outcome(self, outcome: str) -> list[QueueJourney]:
        """Return the journeys that ended so."""
        return [journey for journey in self.journeys if journey.outcome == outcome]


def read_day(lake: LakeReader, *, time_zone: str, target_wait_seconds: float, start_ms: int, end_ms: int) -> Day:
    """Read everything that the report draws."""
    zones = _places(_answer(lake, "zones"), "zone_id")
    dwell: dict[str, list[float]] = {}
    for row in _answer(lake, "dwell"):
        dwell.setdefault(row["zone_id"], []).append(row["dwell_seconds"])
    (health,) = _answer(lake, "camera_minutes")
    return Day(
        start_ms=start_ms,
        end_ms=end_ms,
        time_zone=time_zone,
        target_wait_seconds=target_wait_seconds,
        places=tuple(zone for zone in zones if zone.kind not in ("queue", "service")),
        lanes=_places(_answer(lake, "lanes"), "lane_id"),
        journeys=tuple(QueueJourney(**row) for row in _answer(lake, "journeys")),
        dwell_seconds={zone_id: tuple(seconds) for zone_id, seconds in dwell.items()},
        quarters=tuple(
            Quarter(row["quarter_ms"], row["in_count"], row["out_count"]) for row in _answer(lake, "traffic")
        ),
        present=tuple((row["minute_ms"], row["present"]) for row in _answer(lake, "present")),
        place_hours=tuple(PlaceHour(**row) for row in _answer(lake, "place_hours")),
        camera_gaps=tuple(CameraGap(**row | {"places": tuple(row["places"])}) for row in _answer(lake, "camera_gaps")),
        cameras=health["cameras"],
        camera_minutes=health["minutes"],
        wait_hours=tuple(_wait_hour(row) for row in _answer(lake, "wait_hours")),
    )


def _answer(lake: LakeReader, name: str) -> list[dict[str, Any]]:
    return lake.rows(read_query(SQL_FOLDER / "report" / f"{name}.sql").sql)


def _wait_hour(row: dict[str, Any]) -> WaitHour:
    def estimate(name: str) -> Estimate:
        return Estimate(row.pop(name), row.pop(f"{name}_low"), row.pop(f"{name}_high"))

    estimates: dict[str, Any] = {name: estimate(name) for name in ("median", "p90", "late")}
    return WaitHour(**row, **estimates)


def _places(rows: list[dict[str, Any]], id_column: str) -> tuple[Place, ...]:
    minutes: dict[str, list[Minute]] = {}
    kinds: dict[str, str] = {}
    for row in rows:
        kinds[row[id_column]] = row.get("zone_kind", "lane")
        minutes.setdefault(row[id_column], []).append(
            Minute(row["minute_ms"], row["mean"], row["maximum"], row["coverage"], row.get("open_ms", 0))
        )
    return tuple(Place(place_id, kinds[place_id], tuple(of_place)) for place_id, of_place in minutes.items())
