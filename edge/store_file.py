"""The store file: cameras, zones, lanes, lines and hysteresis of one store, in TOML that a person writes.

Polygons are in pixels of their camera's stated size, or with `units = "share"` in shares of it. Inside, everything is
in shares of the picture (0 to 1, from the top left), so that a camera may change its resolution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

import shapely

from contracts.events import ZoneKind
from edge import run_settings
from edge.clips.settings import ClipSettings, clip_settings
from edge.device import DeviceSettings
from edge.floor import FloorPlan, floor_plan, in_picture, owner
from edge.hazards.settings import HazardSettings, hazard_settings
from edge.parties import party_settings
from edge.people import PeopleSettings, tracking_settings
from edge.picture_health import PictureHealthSettings, picture_health_settings
from edge.run_settings import RunSettings
from edge.staff import staff_settings
from edge.static_objects import static_settings
from edge.toml_file import Table, read_toml
from edge.visits import VisitSettings
from edge.zones import Line, Point, Zone

WHOLE_PICTURE: tuple[Point, ...] = ((-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0))
"""Larger than the picture: the foot point of a person who is cut by the lower edge lies beyond it."""
ID_KEYS = {"cameras": "camera_id", "lanes": "lane_id", "zones": "zone_id", "lines": "line_id"}
LANE_KINDS = ("queue", "service")
UNKNOWN_SIZE = 0
"""Size of a camera that is itself wrong: its zones are not judged by it."""
MIN_CORNERS = 3
MAX_ID_LENGTH = 128
MAX_OUTSIDE_SHARE = 1.0
"""Corners may lie outside of the picture, but not farther than its own size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera and the size in pixels of the picture in which its zones were drawn.

    `source` says where its pictures come from: `rtsp://…`, `http://…`, `/dev/video0`, or a file. `plan` says where its
    floor lies in metres, if that was measured.
    """

    camera_id: str
    width: int
    height: int
    source: str | None = None
    plan: FloorPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """One store, one edge device. Zones and lines are in shares of the picture."""

    store_id: str
    device_id: str
    time_zone: str
    cameras: tuple[Camera, ...]
    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]
    lane_ids: tuple[str, ...]
    settings: DeviceSettings
    run: RunSettings = field(default_factory=RunSettings)
    picture_health: PictureHealthSettings = field(default_factory=PictureHealthSettings)
    hazards: HazardSettings = field(default_factory=HazardSettings)
    people: PeopleSettings = field(default_factory=PeopleSettings)
    clips: ClipSettings = field(default_factory=ClipSettings)

    @classmethod
    def whole_picture(cls) -> StoreFile:
        """Return the store that is assumed where none is described: one camera, one aisle, all of the picture."""
        zone = Zone(zone_id="picture", zone_kind="aisle", camera_id="camera", polygon=WHOLE_PICTURE)
        return cls(
            store_id="store",
            device_id="edge",
            time_zone="UTC",
            cameras=(Camera(camera_id="camera", width=1, height=1),),
            zones=(zone,),
            lines=(),
            lane_ids=(),
            settings=DeviceSettings(),
        )


def load_store(path: Path) -> StoreFile:
    """Read and check a store file.

    Raises:
        ConfigurationError: with every problem in the file.
    """
    root = read_toml(path, what="store file")
    store = _store(root)
    root.problems.raise_if_any(f"store file {path}")
    return store


def _store(root: Table) -> StoreFile:
    root.only("store_id", "device_id", "time_zone", "visits", "crossings", "snapshots", "analysis",
              "cameras", "lanes", "zones", "lines", "hazards", "picture_health", "tracking", "clips",
              "staff", "parties", "static_objects", *run_settings.TABLES)  # fmt: skip
    tables = {name: root.tables(name) for name in ID_KEYS}
    for name, key in ID_KEYS.items():
        _note_doubles(root, name, key, [table.values.get(key) for table in tables[name]])
    cameras = {camera.camera_id: camera for camera in map(_camera, tables["cameras"])}
    lanes = tuple(_lane_id(table) for table in tables["lanes"])
    zones = [_zone(table, cameras, lanes) for table in tables["zones"]]
    lines = [_line(table, cameras) for table in tables["lines"]]
    time_zone = _time_zone(root)
    if not cameras:
        root.problems.add("cameras", expected="at least one camera", came="none", cure="Add a `[[cameras]]` table.")
    if not zones:
        root.problems.add("zones", expected="at least one zone", came="none", cure="Add a `[[zones]]` table.")
    return StoreFile(
        store_id=_id(root, "store_id"),
        device_id=_id(root, "device_id"),
        time_zone=time_zone,
        cameras=tuple(cameras.values()),
        zones=tuple(zones),
        lines=tuple(lines),
        lane_ids=lanes,
        settings=_settings(root),
        run=run_settings.run_settings(root),
        picture_health=picture_health_settings(root.table("picture_health")),
        people=_people(root, zones),
        clips=clip_settings(root.table("clips")),
        hazards=hazard_settings(root.table("hazards"), time_zone=time_zone, zone_ids=[zone.zone_id for zone in zones]),
    )


def _people(root: Table, zones: list[Zone]) -> PeopleSettings:
    stitching, reidentifies = tracking_settings(root.table("tracking"))
    return PeopleSettings(
        stitching=stitching,
        static=static_settings(root.table("static_objects")),
        staff=staff_settings(root.table("staff"), zone_ids=[zone.zone_id for zone in zones]),
        parties=party_settings(root.table("parties")),
        reidentifies=reidentifies,
    )


def _lane_id(table: Table) -> str:
    table.only("lane_id")
    return _id(table, "lane_id")


def _id(table: Table, key: str) -> str:
    value = table.get(key, str, doc="an identifier") or ""
    if key in table.values and not 0 < len(value) <= MAX_ID_LENGTH:
        expected = f"an identifier of 1 to {MAX_ID_LENGTH} characters"
        table.problems.add(table.at(key), expected=expected, came=value or "an empty text", cure="Change it.")
    return value


def _time_zone(root: Table) -> str:
    name = root.get("time_zone", str, doc="a time zone such as Europe/London") or "UTC"
    if name not in available_timezones():
        cure = "Use a name of the IANA time zone database."
        root.problems.add("time_zone", expected="a time zone such as Europe/London", came=name, cure=cure)
        return "UTC"
    return ZoneInfo(name).key


def _settings(root: Table) -> DeviceSettings:
    visits, crossings = root.table("visits"), root.table("crossings")
    snapshots, analysis = root.table("snapshots"), root.table("analysis")
    visits.only("enter_ms", "leave_ms", "lost_ms")
    crossings.only("hold_ms")
    snapshots.only("interval_ms")
    analysis.only("frames_per_second")
    usual = DeviceSettings()
    settings = DeviceSettings(
        visits=VisitSettings(
            enter_ms=visits.get_or("enter_ms", usual.visits.enter_ms),
            leave_ms=visits.get_or("leave_ms", usual.visits.leave_ms),
            lost_ms=visits.get_or("lost_ms", usual.visits.lost_ms),
        ),
        hold_ms=crossings.get_or("hold_ms", usual.hold_ms),
        interval_ms=snapshots.get_or("interval_ms", usual.interval_ms),
        frames_per_second=_frames_per_second(analysis),
    )
    root.problems.add_all(settings.problems())
    return settings


def _frames_per_second(analysis: Table) -> float | None:
    if "frames_per_second" not in analysis.values:
        return None
    value = analysis.get("frames_per_second", float)
    if value is not None and value <= 0.0:
        analysis.problems.add(
            analysis.at("frames_per_second"),
            expected="more than 0",
            came=value,
            cure="Remove it to analyse all.",
        )
    return value


def _camera(table: Table) -> Camera:
    table.only("camera_id", "width", "height", "source", "floor")
    sizes = [table.get(key, int, doc="the picture's size in pixels") for key in ("width", "height")]
    for key, size in zip(("width", "height"), sizes, strict=True):
        if size is not None and size <= 0:
            table.problems.add(table.at(key), expected="a size in pixels", came=size, cure="Use the picture's size.")
    width, height = (size if size and size > 0 else UNKNOWN_SIZE for size in sizes)
    source = table.get("source", str) if "source" in table.values else None
    camera = Camera(camera_id=_id(table, "camera_id"), width=width, height=height, source=source)
    return replace(camera, plan=_plan(table, camera)) if "floor" in table.values else camera


def _plan(table: Table, camera: Camera) -> FloorPlan | None:
    """Read `floor = [[x, y, east, north], …]`: points of the picture in pixels and where they lie in metres."""
    rows: list[Any] = table.get("floor", list) or []
    pairs = []
    for index, row in enumerate(rows):
        if not _are_numbers(row, 4):
            expected = "[x, y, east, north]: pixels and metres"
            table.problems.add(table.at(f"floor[{index}]"), expected=expected, came=row, cure="Write four numbers.")
            return None
        if UNKNOWN_SIZE not in (camera.width, camera.height):
            pairs.append(((row[0] / camera.width, row[1] / camera.height), (float(row[2]), float(row[3]))))
    plan, problems = floor_plan(pairs, where=table.at("floor"))
    table.problems.add_all(problems)
    return plan


def _zone(table: Table, cameras: dict[str, Camera], lanes: tuple[str, ...]) -> Zone:
    table.only("zone_id", "zone_kind", "camera_id", "lane_id", "polygon", "whole_picture", "units")
    kind = table.choice("zone_kind", get_args(ZoneKind))
    if table.values.get("units") == "metres":
        camera, polygon = _on_floor(table, cameras)
    else:
        camera = _camera_of(table, cameras)
        _check_units(table, "metres")
        polygon = _polygon(table, camera)
    return Zone(
        zone_id=_id(table, "zone_id"),
        zone_kind=cast("ZoneKind", kind or "other"),
        camera_id=camera.camera_id,
        polygon=polygon,
        lane_id=_lane(table, kind, lanes),
    )


def _on_floor(table: Table, cameras: dict[str, Camera]) -> tuple[Camera, tuple[Point, ...]]:
    """Return the camera that a zone drawn in metres belongs to, and its corners in shares of that one's picture."""
    unknown = Camera(camera_id="", width=UNKNOWN_SIZE, height=UNKNOWN_SIZE)
    corners: list[Any] = table.get("polygon", list, doc="a list of at least three [east, north] corners") or []
    if len(corners) < MIN_CORNERS or not all(map(_is_point, corners)):
        expected = f"at least {MIN_CORNERS} corners [east, north] in metres"
        table.problems.add(table.at("polygon"), expected=expected, came=corners, cure="Correct the corners.")
        return unknown, ()
    named = table.values.get("camera_id")
    plans = {c.camera_id: c.plan for c in cameras.values() if c.plan and named in (None, c.camera_id)}
    polygon = [(float(x), float(y)) for x, y in corners]
    camera_id = owner(polygon, plans)
    if camera_id is None:
        cure = "Measure the floor of a camera that sees the zone (`floor = …`), or draw the zone in pixels."
        expected = "a camera with a measured floor that sees it"
        table.problems.add(table.at("units"), expected=expected, came=named or "none", cure=cure)
        return unknown, ()
    return cameras[camera_id], in_picture(polygon, plans[camera_id])


def _line(table: Table, cameras: dict[str, Camera]) -> Line:
    table.only("line_id", "camera_id", "start", "end", "inside", "units")
    camera = _camera_of(table, cameras)
    _check_units(table)
    start, end, inside = (_point(table, key, camera) for key in ("start", "end", "inside"))
    line = shapely.LineString([start, end])
    if start == end:
        table.problems.add(table.at("end"), expected="another point than start", came=end, cure="Move it.")
    elif shapely.Polygon([start, end, inside]).area < 1e-6 * line.length:
        cure = "Name a point that is clearly inside of what the line bounds."
        table.problems.add(table.at("inside"), expected="a point beside the line", came=inside, cure=cure)
    return Line(line_id=_id(table, "line_id"), camera_id=camera.camera_id, start=start, end=end, inside=inside)


def _check_units(table: Table, *known: str) -> None:
    if "units" in table.values:
        table.choice("units", ("pixels", "share", *known))


def _camera_of(table: Table, cameras: dict[str, Camera]) -> Camera:
    camera_id = table.get("camera_id", str, doc="a camera of this file") or ""
    if camera_id and camera_id not in cameras:
        expected = f"one of {', '.join(cameras) or 'the cameras'}"
        table.problems.add(table.at("camera_id"), expected=expected, came=camera_id, cure="Add it to `[[cameras]]`.")
    return cameras.get(camera_id, Camera(camera_id=camera_id, width=UNKNOWN_SIZE, height=UNKNOWN_SIZE))


def _lane(table: Table, kind: str | None, lanes: tuple[str, ...]) -> str | None:
    lane_id: str | None = table.values.get("lane_id")
    path = table.at("lane_id")
    if kind in LANE_KINDS and lane_id is None:
        table.problems.add(path, expected=f"a lane for a {kind} zone", came="nothing", cure="Add `lane_id = …`.")
    elif lane_id is not None and lane_id not in lanes:
        expected = f"one of {', '.join(lanes) or 'the lanes'}"
        table.problems.add(path, expected=expected, came=lane_id, cure="Add it to `[[lanes]]`.")
    return lane_id


def _polygon(table: Table, camera: Camera) -> tuple[Point, ...]:
    if table.get_or("whole_picture", default=False):
        if "polygon" in table.values:
            cure = "Remove one of them."
            table.problems.add(table.at("polygon"), expected="polygon or whole_picture", came="both", cure=cure)
        return WHOLE_PICTURE
    corners = table.get("polygon", list, doc="a list of at least three [x, y] corners, or whole_picture = true")
    if corners is None:
        return ()
    points = tuple(_scaled(table, f"polygon[{i}]", corner, camera) for i, corner in enumerate(corners))
    if len(points) < MIN_CORNERS:
        expected = f"at least {MIN_CORNERS} corners"
        table.problems.add(table.at("polygon"), expected=expected, came=len(points), cure="Add corners.")
    elif not shapely.Polygon(points).is_valid:
        cure = "List the corners in the order of a walk around the zone."
        table.problems.add(
            table.at("polygon"),
            expected="edges that do not cross",
            came="a polygon that crosses itself",
            cure=cure,
        )
    return points


def _point(table: Table, key: str, camera: Camera) -> Point:
    value = table.get(key, list, doc="a point [x, y]")
    return (0.0, 0.0) if value is None else _scaled(table, key, value, camera)


def _scaled(table: Table, key: str, value: Any, camera: Camera) -> Point:
    """Return a point in shares of the picture; note what is no point, or lies far outside."""
    if not _is_point(value):
        table.problems.add(table.at(key), expected="a point [x, y]", came=value, cure="Write two numbers.")
        return (0.0, 0.0)
    width, height = (1, 1) if table.values.get("units") == "share" else (camera.width, camera.height)
    if UNKNOWN_SIZE in (width, height):
        return (value[0], value[1])
    point = (value[0] / width, value[1] / height)
    if not all(-MAX_OUTSIDE_SHARE <= each <= 1.0 + MAX_OUTSIDE_SHARE for each in point):
        expected = f"a point in or near the picture of {width} × {height}"
        cure = "Correct it, or the camera's width and height, or `units`."
        table.problems.add(table.at(key), expected=expected, came=value, cure=cure)
    return point


def _is_point(value: Any) -> bool:
    return _are_numbers(value, 2)


def _are_numbers(value: Any, count: int) -> bool:
    numbers = isinstance(value, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in value)
    return numbers and len(value) == count


def _note_doubles(root: Table, name: str, key: str, ids: Iterable[object]) -> None:
    for index, double in _doubles(ids):
        root.problems.add(f"{name}[{index}].{key}", expected="an identifier used once", came=double, cure="Rename it.")


def _doubles(ids: Iterable[object]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, each in enumerate(ids):
        if isinstance(each, str) and each in seen:
            yield index, each
        seen |= {each} if isinstance(each, str) else set()
