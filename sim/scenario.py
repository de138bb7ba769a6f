"""A scenario: a store's floor, people and hours, as frozen settings read from TOML."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from contracts.events import ZoneKind
from sim.geometry import Point, bounding_box, contains, is_convex, side_of
from sim.settings import Limits, SettingsError
from sim.toml_file import TomlFile, bundled_names, open_toml

Polygon = tuple[Point, ...]
LANE_KINDS = ("queue", "service")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PACKAGE = "sim.scenarios"


@dataclass(frozen=True, slots=True)
class Store:
    """Where and when: `opening` is local time in `time_zone` on `business_day`."""

    name: str
    time_zone: str
    business_day: dt.date
    opening: dt.time
    hours: Annotated[float, Limits(minimum=0.05, maximum=24)]
    closing: Literal["empty", "cut"] = "empty"
    """`empty`: nobody comes any more, the run ends when all have left. `cut`: it ends with people inside."""
    opening_hours: Mapping[str, tuple[dt.time, dt.time]] | None = None
    """By weekday, [opening, closing]; absent weekdays are closed. `business_day` runs from `opening` for `hours`."""


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
    """Points people walk through, and chains that link them; all pass within `jitter_m` of a point."""

    jitter_m: Annotated[float, Limits(minimum=0, maximum=2)]
    points: Mapping[str, Point]
    chains: tuple[tuple[str, ...], ...]
    exact: tuple[str, ...] = ()
    """Points passed without jitter."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A checkout lane or a counter: people wait from `head` towards `tail`, are served at `counter`, leave by `exit`.

    `entry`, `exit`, `way_back` and `staff` name walkway points; who gives up steps aside by
    `side_step_m` (x, y).
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
    """A zone people choose to visit, with its share of the choice; `doors` weighs the ways in and out."""

    zone_id: str
    popularity: Annotated[float, Limits(minimum=0.001)]
    doors: Mapping[str, Annotated[float, Limits(minimum=0.001)]]


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
class Season:
    """From `first_day` to `last_day`, both included, `factor` times as many people come."""

    name: str
    first_day: dt.date
    last_day: dt.date
    factor: Annotated[float, Limits(minimum=0, maximum=20)]


@dataclass(frozen=True, slots=True)
class Parties:
    """A `share` of those who come bring others: `sizes[i]` people in all, as often as `weights[i]` says.

    They go the same way close together; one queues, the others wait where the shopping ended and leave with him.
    """

    share: Annotated[float, Limits(minimum=0, maximum=1)]
    sizes: Annotated[tuple[int, ...], Limits(minimum=2, maximum=5)] = (2, 3, 4, 5)
    weights: Annotated[tuple[float, ...], Limits(minimum=0)] = (0.55, 0.25, 0.15, 0.05)


@dataclass(frozen=True, slots=True)
class Shoppers:
    """How people behave. Shares are of all shoppers, `_per_area` ones of all areas visited."""

    enter_at: str
    leave_at: str
    decide_at: tuple[str, ...]
    walking_m_per_s: Annotated[tuple[float, float], Limits(minimum=0.3, maximum=3)]
    dwell_seconds_median: Annotated[float, Limits(minimum=1)]
    dwell_sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    areas_mean: Annotated[float, Limits(minimum=1)] = 1.0
    straight_share: Annotated[float, Limits(minimum=0, maximum=1)] = 0.0
    """Who visits no area at all."""
    items_per_area: Annotated[float, Limits(minimum=0)] = 0.0
    browse_only_share: Annotated[float, Limits(minimum=0, maximum=1)] = 0.0
    back_soon_share_per_area: Annotated[float, Limits(minimum=0, maximum=1)] = 0.0
    back_late_share_per_area: Annotated[float, Limits(minimum=0, maximum=1)] = 0.0


@dataclass(frozen=True, slots=True)
class Checkout:
    """Service and patience; service takes (base + items x per item) x a lognormal factor of `sigma`."""

    base_seconds: Annotated[float, Limits(minimum=10)]
    sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    spacing_m: Annotated[float, Limits(minimum=0.4, maximum=3)]
    patience_seconds_median: Annotated[float, Limits(minimum=30)]
    patience_sigma: Annotated[float, Limits(minimum=0, maximum=2)]
    patience_seconds_minimum: Annotated[float, Limits(minimum=20)]
    target_wait_seconds: Annotated[float, Limits(minimum=1)]
    seconds_per_item: Annotated[float, Limits(minimum=0)] = 0.0


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works here: restockers (or advisers) walk the areas from `room`; at each lane's `staff` stands one more."""

    restockers: Annotated[int, Limits(minimum=0, maximum=100)]
    room: str
    restock_seconds_median: Annotated[float, Limits(minimum=10)] = 240.0
    break_after_minutes: Annotated[float, Limits(minimum=1)] | None = None
    break_minutes: Annotated[float, Limits(minimum=1)] = 10.0


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on the floor and is walked around, for pictures and for the plausibility test."""

    kind: Literal["shelf", "counter", "wall"]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class HazardPlan:
    """What a camera tells at local time `at`, `repeats` times in all; `zone_id` is one of that camera's zones.

    `box` is x, y, width and height in shares of the picture; each time is a hazard of its own, as cameras tell it.
    """

    at: dt.time
    label: str
    camera_id: str
    confidence: Annotated[float, Limits(minimum=0, maximum=1)]
    box: Annotated[tuple[float, float, float, float], Limits(minimum=0, maximum=1)]
    zone_id: str | None = None
    repeats: Annotated[int, Limits(minimum=1, maximum=1000)] = 1
    seconds_between: Annotated[float, Limits(minimum=1)] = 150.0
    """More than the 2 minutes for which a device tells nothing again."""


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
    arrivals: Arrivals
    shoppers: Shoppers
    checkout: Checkout
    staff: Staff
    areas: tuple[Area, ...] = ()
    stops: tuple[Stop, ...] = ()
    parties: Parties | None = None
    seasons: tuple[Season, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    hazards: tuple[HazardPlan, ...] = ()

    @property
    def opening_ms(self) -> int:
        """Opening, in milliseconds since 1970-01-01 UTC."""
        local = dt.datetime.combine(self.store.business_day, self.store.opening, ZoneInfo(self.store.time_zone))
        return int(local.timestamp()) * 1000

    @property
    def season_factor(self) -> float:
        """How many times as many people come on the business day as `arrivals` says."""
        day = self.store.business_day
        return math.prod(season.factor for season in self.seasons if season.first_day <= day <= season.last_day)

    def is_open(self, day: dt.date) -> bool:
        """Tell whether the store opens on a day; it does every day where no hours by weekday are given."""
        hours = self.store.opening_hours
        return hours is None or WEEKDAYS[day.weekday()] in hours

    def on(self, day: dt.date) -> Scenario:
        """Return the scenario on another day, over that weekday's opening hours where they are given.

        Raises:
            SettingsError: the store is closed on that day.
        """
        weekday, hours = WEEKDAYS[day.weekday()], self.store.opening_hours
        if hours is None:
            return dataclasses.replace(self, store=dataclasses.replace(self.store, business_day=day))
        if weekday not in hours:
            expected = f"one of {', '.join(hours)}"
            raise SettingsError(self.name, [_problem(f"day {day}", expected, weekday, "choose a day of opening")])
        opening, closing = hours[weekday]
        length = (_on_day(closing) - _on_day(opening)).total_seconds() / 3600
        store = dataclasses.replace(self.store, business_day=day, opening=opening, hours=length)
        return dataclasses.replace(self, store=store)

    def zone(self, zone_id: str) -> ZonePlan:
        """Return a zone by its id; raises `KeyError`."""
        return {zone.zone_id: zone for zone in self.zones}[zone_id]

    def lane_zone(self, lane_id: str, kind: ZoneKind) -> ZonePlan:
        """Return the queue or the service zone of a lane; raises `KeyError`."""
        return {(zone.lane_id, zone.zone_kind): zone for zone in self.zones}[lane_id, kind]


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the simulator."""
    return bundled_names(_PACKAGE)


def load(name_or_path: str) -> Scenario:
    """Load a scenario by its name, or from the path of a TOML file.

    A file that is `based_on` another has that one's tables, but for those that it writes itself.

    Raises:
        SettingsError: there is no such scenario, or it cannot work; every problem is listed with its line.
    """
    file = open_toml(name_or_path, package=_PACKAGE)
    named = dataclasses.replace(file, table={**_base_of(file), "name": FilePath(name_or_path).stem, **_own(file)})
    scenario = named.read(Scenario)
    problems = list(_problems(scenario))
    if problems:
        raise file.refused(problems)
    return scenario


def _base_of(file: TomlFile) -> Mapping[str, Any]:
    base = file.table.get("based_on")
    if base is None:
        return {}
    if not isinstance(base, str):
        raise file.refused([_problem("based_on", "the name of a scenario", repr(base), "correct it")])
    return open_toml(base, package=_PACKAGE).table


def _own(file: TomlFile) -> Mapping[str, Any]:
    return {name: value for name, value in file.table.items() if name != "based_on"}


def _problems(scenario: Scenario) -> Iterator[str]:
    yield from _time_problems(scenario)
    yield from _calendar_problems(scenario)
    yield from _people_problems(scenario)
    yield from _identity_problems(scenario)
    yield from _shape_problems(scenario)
    yield from _place_reference_problems(scenario)
    yield from _people_reference_problems(scenario)
    yield from _view_problems(scenario)
    yield from _zone_lane_problems(scenario)
    yield from _hazard_problems(scenario)
    for lane in scenario.lanes:
        yield from _lane_problems(scenario, lane)


def _problem(where: str, expected: str, came: object, cure: str) -> str:
    return f"{where}: expected {expected}, came {came}; {cure}"


def _time_problems(scenario: Scenario) -> Iterator[str]:
    time_zone = scenario.store.time_zone
    if time_zone not in available_timezones():
        expected = "an IANA name such as Europe/Berlin"
        yield _problem("store.time_zone", expected, repr(time_zone), "correct it")
    at, per_hour = scenario.arrivals.at, scenario.arrivals.per_hour
    if len(at) != len(per_hour) or not at:
        came = f"{len(at)} times and {len(per_hour)} rates"
        yield _problem("arrivals", "as many times as rates and at least one", came, "complete the shorter list")
    if list(at) != sorted(set(at)):
        yield _problem("arrivals.at", "rising times of day", "another order", "sort them")


def _calendar_problems(scenario: Scenario) -> Iterator[str]:
    for weekday, (opening, closing) in (scenario.store.opening_hours or {}).items():
        where = f"store.opening_hours.{weekday}"
        if weekday not in WEEKDAYS:
            yield _problem(where, f"one of {', '.join(WEEKDAYS)}", "this name", "correct it")
        if opening >= closing:
            yield _problem(where, "[opening, closing]", f"[{opening}, {closing}]", "swap them")
    for index, season in enumerate(scenario.seasons):
        if season.first_day > season.last_day:
            came = f"{season.first_day} and {season.last_day}"
            yield _problem(f"seasons.{index}", "first_day on or before last_day", came, "swap them")


def _people_problems(scenario: Scenario) -> Iterator[str]:
    if not scenario.shoppers.decide_at:
        yield _problem("shoppers.decide_at", "at least one point", "none", "name where shoppers choose a lane")
    low, high = scenario.shoppers.walking_m_per_s
    if low > high:
        yield _problem("shoppers.walking_m_per_s", "[slowest, fastest]", f"[{low}, {high}]", "swap them")
    if scenario.staff.restockers and not scenario.areas:
        expected = "none, as there are no areas to walk"
        yield _problem("staff.restockers", expected, scenario.staff.restockers, "add areas or set 0")
    parties = scenario.parties
    if parties is not None and (len(parties.sizes) != len(parties.weights) or not sum(parties.weights)):
        came = f"{len(parties.sizes)} sizes and {len(parties.weights)} weights"
        yield _problem("parties", "a weight for each size, not all 0", came, "complete the shorter list")


def _on_day(time: dt.time) -> dt.datetime:
    return dt.datetime.combine(dt.date.min, time)


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
                yield _problem(family, "different ids", f"{name!r} {times} times", "rename all but one")


def _shape_problems(scenario: Scenario) -> Iterator[str]:
    for zone in scenario.zones:
        if not is_convex(zone.polygon):
            where = f"zones.{zone.zone_id}.polygon"
            yield _problem(where, "a convex polygon", "another shape", "cut it into several zones")
    for line in scenario.lines:
        if side_of(line.start, line.end, line.inside) == 0:
            where, came = f"lines.{line.line_id}", "three points in a row"
            yield _problem(where, "`inside` beside the line", came, "move one of them")


def _place_reference_problems(scenario: Scenario) -> Iterator[str]:
    points = tuple(scenario.walkways.points)
    devices = tuple(device.device_id for device in scenario.devices)
    lanes = tuple(lane.lane_id for lane in scenario.lanes)
    for chain in scenario.walkways.chains:
        yield from _unknown("walkways.chains", chain, points)
    yield from _unknown("walkways.exact", scenario.walkways.exact, points)
    for zone in scenario.zones:
        yield from _unknown(f"zones.{zone.zone_id}.device_id", (zone.device_id,), devices)
        if zone.zone_kind in LANE_KINDS:
            yield from _unknown(f"zones.{zone.zone_id}.lane_id", (str(zone.lane_id),), lanes)
    for line in scenario.lines:
        yield from _unknown(f"lines.{line.line_id}.device_id", (line.device_id,), devices)
    for lane in scenario.lanes:
        named = (lane.entry, lane.exit, lane.way_back, lane.staff)
        yield from _unknown(f"lanes.{lane.lane_id}", named, points)


def _people_reference_problems(scenario: Scenario) -> Iterator[str]:
    points = tuple(scenario.walkways.points)
    zones = tuple(zone.zone_id for zone in scenario.zones)
    for area in scenario.areas:
        yield from _unknown("areas", (area.zone_id,), zones)
        yield from _unknown(f"areas.{area.zone_id}.doors", area.doors, points)
        if not area.doors:
            yield _problem(f"areas.{area.zone_id}.doors", "at least one door", "none", "name a point beside it")
    for stop in scenario.stops:
        yield from _unknown("stops", (stop.zone_id,), zones)
        yield from _unknown(f"stops.{stop.zone_id}.door", (stop.door,), points)
    shoppers = scenario.shoppers
    yield from _unknown("shoppers", (shoppers.enter_at, shoppers.leave_at, *shoppers.decide_at), points)
    yield from _unknown("staff.room", (scenario.staff.room,), points)


def _unknown(where: str, names_used: Iterable[str], known: tuple[str, ...]) -> Iterator[str]:
    for name in names_used:
        if name not in known:
            yield _problem(where, f"one of {', '.join(known)}", repr(name), "correct the name or add it")


def _view_problems(scenario: Scenario) -> Iterator[str]:
    views = {device.device_id: device.view for device in scenario.devices}
    for zone in scenario.zones:
        view = views.get(zone.device_id)
        if view is not None and not _is_inside(bounding_box(zone.polygon), view):
            expected = f"inside the view {view} of {zone.device_id}"
            yield _problem(f"zones.{zone.zone_id}", expected, "partly outside", "widen the view")
    for line in scenario.lines:
        view = views.get(line.device_id)
        if view is not None and not _is_inside(bounding_box((line.start, line.end)), view):
            expected = f"inside the view {view} of {line.device_id}"
            yield _problem(f"lines.{line.line_id}", expected, "partly outside", "widen the view")


def _zone_lane_problems(scenario: Scenario) -> Iterator[str]:
    for zone in scenario.zones:
        if zone.zone_kind not in LANE_KINDS and zone.lane_id is not None:
            where, expected = f"zones.{zone.zone_id}.lane_id", f"none for kind {zone.zone_kind!r}"
            yield _problem(where, expected, repr(zone.lane_id), "remove it")


def _hazard_problems(scenario: Scenario) -> Iterator[str]:
    places: tuple[ZonePlan | LinePlan, ...] = (*scenario.zones, *scenario.lines)
    for index, hazard in enumerate(scenario.hazards):
        where, camera = f"hazards.{index}", hazard.camera_id
        yield from _unknown(f"{where}.camera_id", (camera,), tuple(dict.fromkeys(each.camera_id for each in places)))
        if hazard.zone_id is not None:
            zones = tuple(zone.zone_id for zone in scenario.zones if zone.camera_id == camera)
            yield from _unknown(f"{where}.zone_id", (hazard.zone_id,), zones)
        if hazard.at < scenario.store.opening:
            expected = f"the opening ({scenario.store.opening}) or later"
            yield _problem(f"{where}.at", expected, hazard.at, "move it")
        x, y, width, height = hazard.box
        if x + width > 1 or y + height > 1:
            yield _problem(f"{where}.box", "x + width and y + height at most 1", list(hazard.box), "make it smaller")


def _is_inside(box: tuple[float, float, float, float], view: tuple[float, float, float, float]) -> bool:
    return box[0] >= view[0] and box[1] >= view[1] and box[2] <= view[2] and box[3] <= view[3]


def _lane_problems(scenario: Scenario, lane: Lane) -> Iterator[str]:
    places = {"queue": (lane.head, lane.tail), "service": (lane.counter,)}
    where = f"lanes.{lane.lane_id}"
    for kind, points in places.items():
        found = [zone for zone in scenario.zones if (zone.lane_id, zone.zone_kind) == (lane.lane_id, kind)]
        if len(found) != 1:
            yield _problem(where, f"one {kind} zone", len(found), "add or remove zones with this lane_id")
        elif not all(contains(found[0].polygon, point) for point in points):
            yield _problem(where, f"{points} inside {found[0].zone_id}", "outside", "move the point or the zone")
