"""A scenario: the store's floor, its people and its hours, as frozen settings loaded from `sim/scenarios/<name>.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from contracts.events import ZoneKind
from sim.geometry import Point, bounding_box, contains, is_convex, side_of
from sim.settings import Limits, SettingsError, read

Polygon = tuple[Point, ...]
LANE_KINDS = ("queue", "service")


@dataclass(frozen=True, slots=True)
class Store:
    """Where and when: `opening` is local time in `time_zone` on `business_day`."""

    name: str
    time_zone: str
    business_day: dt.date
    opening: dt.time
    hours: Annotated[float, Limits(minimum=0.05, maximum=24)]
    closing: Literal["empty", "cut"] = "empty"
    """`empty`: the doors close and the run ends when everybody has left. `cut`: the run ends with people inside."""


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """One edge device: it sees the part of the floor in `view` (x_min, y_min, x_max, y_max), in metres."""

    device_id: str
    view: tuple[float, float, float, float]
    instants_per_second: Annotated[int, Limits(minimum=2, maximum=30)]
    snapshot_seconds: Literal[1, 2, 5] = 5


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """One zone; its convex `polygon` is in metres."""

    zone_id: str
    zone_kind: ZoneKind
    camera_id: str
    device_id: str
    polygon: Polygon
    lane_id: str | None = None


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One counting line; the side that holds the point `inside` is 'in'."""

    line_id: str
    camera_id: str
    device_id: str
    start: Point
    end: Point
    inside: Point


@dataclass(frozen=True, slots=True)
class Walkways:
    """The named points people walk through and the chains that link them; each walker keeps off a point by up to `jitter_m`."""

    jitter_m: Annotated[float, Limits(minimum=0, maximum=2)]
    points: Mapping[str, Point]
    chains: tuple[tuple[str, ...], ...]
    exact: tuple[str, ...] = ()
    """Points passed without jitter."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One checkout lane: people wait in line from `head` towards `tail`, are served at `counter`, and leave by `exit`.

    `entry`, `exit`, `way_back` and `staff` name walkway points. Who gives up steps aside by `side_step_m` (x, y).
    """

    lane_id: str
    head: Point
    tail: Point
    counter: Point
    side_step_m: Point
    entry: str
    exit: str
    way_back: str
    staff: str
    opens_after_minutes: Annotated[float, Limits(minimum=0)] = 0.0
    closes_after_minutes: Annotated[float, Limits(minimum=0)] | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A zone people choose to visit, with its share of the choice; `doors` gives each way in or out its weight."""

    zone_id: str
    popularity: Annotated[float, Limits(minimum=0)]
    doors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Stop:
    """A zone on everybody's way in, where a `share` of the people stand for a while."""

    zone_id: str
    door: str
    share: Annotated[float, Limits(minimum=0, maximum=1)]
    seconds_median: Annotated[float, Limits(minimum=0)]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals per hour at local times of day; straight lines between them, constant beyond."""

    at: tuple[dt.time, ...]
    per_hour: Annotated[tuple[float, ...], Limits(minimum=0, maximum=20_000)]


@dataclass(frozen=True, slots=True)
class Shoppers:
    """How people behave. Shares are of all shoppers, `_per_area` ones of all areas visited."""

    enter_at: str
    leave_at: str
    decide_at: tuple[str, ...]
    walking_m_per_s: Annotated[tuple[float, float], Limits(minimum=0.3, maximum=3)]
    areas_mean: Annotated[float, Limits(minimum=1)]
    dwell_seconds_median: Annotated[float, Limits(minimum=1)]
    dwell_sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    items_per_area: Annotated[float, Limits(minimum=0)]
    browse_only_share: Annotated[float, Limits(minimum=0, maximum=1)]
    back_soon_share_per_area: Annotated[float, Limits(minimum=0, maximum=1)]
    back_late_share_per_area: Annotated[float, Limits(minimum=0, maximum=1)]


@dataclass(frozen=True, slots=True)
class Checkout:
    """Service and patience. Service time is `base_seconds` + `seconds_per_item` x items, times a lognormal factor of `sigma`."""

    base_seconds: Annotated[float, Limits(minimum=10)]
    seconds_per_item: Annotated[float, Limits(minimum=0)]
    sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    spacing_m: Annotated[float, Limits(minimum=0.4, maximum=3)]
    patience_seconds_median: Annotated[float, Limits(minimum=30)]
    patience_sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    patience_seconds_minimum: Annotated[float, Limits(minimum=20)]
    target_wait_seconds: Annotated[float, Limits(minimum=1)]


@dataclass(frozen=True, slots=True)
class Staff:
    """People who work here: restockers walk the areas from `room`; one cashier stands at each lane's `staff` point."""

    restockers: Annotated[int, Limits(minimum=0, maximum=100)]
    room: str
    restock_seconds_median: Annotated[float, Limits(minimum=10)]
    break_after_minutes: Annotated[float, Limits(minimum=1)] | None = None
    break_minutes: Annotated[float, Limits(minimum=1)] = 10.0


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on the floor and is walked around, for pictures and for the plausibility test."""

    kind: Literal["shelf", "counter", "wall"]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One store with everything that happens in it. Lengths in metres, times as their names say."""

    name: str
    title: str
    store: Store
    devices: tuple[DevicePlan, ...]
    zones: tuple[ZonePlan, ...]
    lines: tuple[LinePlan, ...]
    walkways: Walkways
    lanes: tuple[Lane, ...]
    areas: tuple[Area, ...]
    stops: tuple[Stop, ...]
    arrivals: Arrivals
    shoppers: Shoppers
    checkout: Checkout
    staff: Staff
    furniture: tuple[Furniture, ...] = ()

    @property
    def opening_ms(self) -> int:
        """Opening, in milliseconds since 1970-01-01 UTC."""
        local = dt.datetime.combine(
            self.store.business_day, self.store.opening, ZoneInfo(self.store.time_zone)
        )
        return int(local.timestamp()) * 1000

    def zone(self, zone_id: str) -> ZonePlan:
        """Return a zone by its id; raises `KeyError`."""
        return {zone.zone_id: zone for zone in self.zones}[zone_id]

    def lane_zone(self, lane_id: str, kind: ZoneKind) -> ZonePlan:
        """Return the queue or the service zone of a lane; raises `KeyError`."""
        return {(zone.lane_id, zone.zone_kind): zone for zone in self.zones}[lane_id, kind]


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the simulator."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in files("sim.scenarios").iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load(name_or_path: str) -> Scenario:
    """Load a scenario by its name, or from the path of a TOML file.

    Raises:
        SettingsError: the scenario does not exist, is not TOML, or has settings that cannot work; every problem is listed.
    """
    text = _text(name_or_path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            name_or_path, [f"expected TOML, came a text that is not: {error}; correct that line"]
        ) from error
    scenario = read(Scenario, {"name": FilePath(name_or_path).stem, **table}, source=name_or_path)
    problems = list(_problems(scenario))
    if problems:
        raise SettingsError(name_or_path, problems)
    return scenario


def _text(name_or_path: str) -> str:
    if name_or_path in names():
        return files("sim.scenarios").joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = FilePath(name_or_path)
    if not path.is_file():
        expected = f"expected one of {', '.join(names())} or the path of a TOML file, came {name_or_path!r}"
        raise SettingsError(name_or_path, [f"{expected}; name one of these"])
    return path.read_text(encoding="utf-8")


def _problems(scenario: Scenario) -> Iterator[str]:
    yield from _time_problems(scenario)
    yield from _identity_problems(scenario)
    yield from _shape_problems(scenario)
    yield from _reference_problems(scenario)
    yield from _view_problems(scenario)
    yield from _lane_problems(scenario)


def _time_problems(scenario: Scenario) -> Iterator[str]:
    if scenario.store.time_zone not in available_timezones():
        yield f"store.time_zone: expected an IANA name such as Europe/Berlin, came {scenario.store.time_zone!r}; correct it"
    at, per_hour = scenario.arrivals.at, scenario.arrivals.per_hour
    if len(at) != len(per_hour) or not at:
        yield f"arrivals: expected as many times as rates and at least one, came {len(at)} and {len(per_hour)}; complete the shorter list"
    if list(at) != sorted(set(at)):
        yield "arrivals.at: expected rising times of day, came another order; sort them"
    low, high = scenario.shoppers.walking_m_per_s
    if low > high:
        yield f"shoppers.walking_m_per_s: expected [slowest, fastest], came [{low}, {high}]; swap them"


def _identity_problems(scenario: Scenario) -> Iterator[str]:
    families = {
        "devices": [device.device_id for device in scenario.devices],
        "zones": [zone.zone_id for zone in scenario.zones],
        "lines": [line.line_id for line in scenario.lines],
        "lanes": [lane.lane_id for lane in scenario.lanes],
    }
    for family, ids in families.items():
        for name, times in Counter(ids).items():
            if times > 1:
                yield f"{family}: expected different ids, came {name!r} {times} times; rename all but one"


def _shape_problems(scenario: Scenario) -> Iterator[str]:
    for zone in scenario.zones:
        if not is_convex(zone.polygon):
            yield f"zones.{zone.zone_id}.polygon: expected a convex polygon, came another shape; cut it into several zones"
    for line in scenario.lines:
        if side_of(line.start, line.end, line.inside) == 0:
            yield f"lines.{line.line_id}: expected a line with {line.inside} beside it, came three points in a row; move one"


def _reference_problems(scenario: Scenario) -> Iterator[str]:
    points = tuple(scenario.walkways.points)
    devices = tuple(device.device_id for device in scenario.devices)
    zones = tuple(zone.zone_id for zone in scenario.zones)
    for chain in scenario.walkways.chains:
        yield from _unknown("walkways.chains", chain, points)
    yield from _unknown("walkways.exact", scenario.walkways.exact, points)
    for zone in scenario.zones:
        yield from _unknown(f"zones.{zone.zone_id}.device_id", (zone.device_id,), devices)
    for line in scenario.lines:
        yield from _unknown(f"lines.{line.line_id}.device_id", (line.device_id,), devices)
    for lane in scenario.lanes:
        yield from _unknown(
            f"lanes.{lane.lane_id}", (lane.entry, lane.exit, lane.way_back, lane.staff), points
        )
    for area in scenario.areas:
        yield from _unknown("areas", (area.zone_id,), zones)
        yield from _unknown(f"areas.{area.zone_id}.doors", area.doors, points)
    for stop in scenario.stops:
        yield from _unknown("stops", (stop.zone_id,), zones)
        yield from _unknown(f"stops.{stop.zone_id}.door", (stop.door,), points)
    shoppers = scenario.shoppers
    yield from _unknown("shoppers", (shoppers.enter_at, shoppers.leave_at, *shoppers.decide_at), points)
    yield from _unknown("staff.room", (scenario.staff.room,), points)


def _unknown(where: str, names_used: Iterable[str], known: tuple[str, ...]) -> Iterator[str]:
    for name in names_used:
        if name not in known:
            yield f"{where}: expected one of {', '.join(known)}, came {name!r}; correct the name or add it"


def _view_problems(scenario: Scenario) -> Iterator[str]:
    views = {device.device_id: device.view for device in scenario.devices}
    for zone in scenario.zones:
        view = views.get(zone.device_id)
        if view is not None and not _is_inside(bounding_box(zone.polygon), view):
            yield f"zones.{zone.zone_id}: expected inside the view {view} of {zone.device_id}, came partly outside; widen the view"


def _is_inside(box: tuple[float, float, float, float], view: tuple[float, float, float, float]) -> bool:
    return box[0] >= view[0] and box[1] >= view[1] and box[2] <= view[2] and box[3] <= view[3]


def _lane_problems(scenario: Scenario) -> Iterator[str]:
    lane_ids = tuple(lane.lane_id for lane in scenario.lanes)
    for zone in scenario.zones:
        is_of_lane = zone.zone_kind in LANE_KINDS
        if is_of_lane and zone.lane_id not in lane_ids:
            yield f"zones.{zone.zone_id}.lane_id: expected one of {', '.join(lane_ids)}, came {zone.lane_id!r}; name the lane"
        if not is_of_lane and zone.lane_id is not None:
            yield f"zones.{zone.zone_id}.lane_id: expected none for kind {zone.zone_kind!r}, came {zone.lane_id!r}; remove it"
    for lane in scenario.lanes:
        yield from _one_lane_problems(scenario, lane)


def _one_lane_problems(scenario: Scenario, lane: Lane) -> Iterator[str]:
    places = {"queue": (lane.head, lane.tail), "service": (lane.counter,)}
    for kind, points in places.items():
        found = [zone for zone in scenario.zones if zone.lane_id == lane.lane_id and zone.zone_kind == kind]
        if len(found) != 1:
            yield f"lanes.{lane.lane_id}: expected one {kind} zone, came {len(found)}; add or remove zones with this lane_id"
        elif not all(contains(found[0].polygon, point) for point in points):
            yield f"lanes.{lane.lane_id}: expected its place(s) {points} inside {found[0].zone_id}, came outside; move them"
