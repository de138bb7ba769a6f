"""What a person draws, and how it gets into the store file without touching anything else there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Array
from tomlkit.items import Table as TomlTable

from edge.errors import ConfigurationError, Problem
from edge.store_file import WHOLE_PICTURE, Camera, StoreFile, load_store
from edge.toml_file import Problems, Table
from edge.zones import Point

SHARE_DIGITS = 4
"""A ten-thousandth of a picture is less than half a pixel of a 4K camera."""
_PLACE = re.compile(r"\b(zones|lines)\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnZone:
    """A zone as drawn.

    Attributes:
        key: What the page calls it, also while it has no good name.
        index: Its place among the file's `[[zones]]`; None for a new one.
        polygon: (K, 2) corners in shares of the picture; None for the whole picture.
    """

    key: str
    index: int | None
    zone_id: str
    zone_kind: str
    camera_id: str
    lane_id: str | None
    polygon: tuple[Point, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """A line as drawn, in shares of the picture; see `DrawnZone`."""

    key: str
    index: int | None
    line_id: str
    camera_id: str
    start: Point
    end: Point
    inside: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All that is drawn of a store."""

    zones: tuple[DrawnZone, ...]
    lines: tuple[DrawnLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedProblem:
    """A problem, and the shape beside which it is shown; no key where it concerns the whole file."""

    key: str | None
    text: str


class DrawnStore:
    """A store file that is edited by drawing.

    Args:
        path: The file; it must be without problems.

    Raises:
        ConfigurationError: where it has problems.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.reload()

    def reload(self) -> None:
        """Read the file again.

        Raises:
            ConfigurationError: where it has problems now.
        """
        text = self._path.read_bytes() if self._path.is_file() else b""
        self.store: StoreFile = load_store(self._path)
        self._digest = hashlib.sha256(text).hexdigest()

    def drawing(self) -> Drawing:
        """Return what the file holds."""
        return Drawing(
            zones=tuple(
                DrawnZone(
                    key=f"zone-{index}",
                    index=index,
                    zone_id=zone.zone_id,
                    zone_kind=zone.zone_kind,
                    camera_id=zone.camera_id,
                    lane_id=zone.lane_id,
                    polygon=None if zone.polygon == WHOLE_PICTURE else zone.polygon,
                )
                for index, zone in enumerate(self.store.zones)
            ),
            lines=tuple(
                DrawnLine(
                    key=f"line-{index}",
                    index=index,
                    line_id=line.line_id,
                    camera_id=line.camera_id,
                    start=line.start,
                    end=line.end,
                    inside=line.inside,
                )
                for index, line in enumerate(self.store.lines)
            ),
        )

    def check(self, drawing: Drawing) -> list[PlacedProblem]:
        """Return what would keep the drawing from being saved."""
        return self._try(drawing, lambda _candidate: None)

    def save(self, drawing: Drawing) -> list[PlacedProblem]:
        """Write the drawing into the file, or return what keeps it from being written; then the file is as it was."""
        if hashlib.sha256(self._path.read_bytes()).hexdigest() != self._digest:
            text = f"{self._path.name} was changed elsewhere since this page was opened. Open the page again."
            return [PlacedProblem(key=None, text=text)]
        problems = self._try(drawing, lambda candidate: candidate.replace(self._path))
        if not problems:
            self.reload()
        return problems

    def _try(self, drawing: Drawing, use: Callable[[Path], object]) -> list[PlacedProblem]:
        if not self._is_of_this_file(drawing):
            return [PlacedProblem(key=None, text="This drawing was made over another file. Open the page again.")]
        ordered = _in_file_order(drawing)
        candidate = self._path.with_name(f".{self._path.name}.new")
        try:
            _write(candidate, self._written(ordered), mode=self._path.stat().st_mode)
            load_store(candidate)
            use(candidate)
        except ConfigurationError as error:
            return [_placed(problem, ordered) for problem in error.problems]
        finally:
            with contextlib.suppress(FileNotFoundError):
                candidate.unlink()
        return []

    def _is_of_this_file(self, drawing: Drawing) -> bool:
        for shapes, count in ((drawing.zones, len(self.store.zones)), (drawing.lines, len(self.store.lines))):
            places = [shape.index for shape in shapes if shape.index is not None]
            if len(set(places)) < len(places) or not set(places) <= set(range(count)):
                return False
        return True

    def _written(self, drawing: Drawing) -> str:
        document = tomlkit.parse(self._path.read_text(encoding="utf-8"))
        _add_lanes(document, [zone.lane_id for zone in drawing.zones if zone.lane_id])
        before = self.drawing()
        cameras = {camera.camera_id: camera for camera in self.store.cameras}
        _replace_tables(document, "zones", before.zones, drawing.zones, cameras=cameras, write=_write_zone)
        _replace_tables(document, "lines", before.lines, drawing.lines, cameras=cameras, write=_write_line)
        return tomlkit.dumps(document)


def parse_drawing(values: Any) -> Drawing:
    """Read a drawing as the page sends it.

    Raises:
        ConfigurationError: where it is not of that form.
    """
    problems = Problems()
    root = Table(values if isinstance(values, dict) else {}, "", problems)
    drawing = Drawing(
        zones=tuple(_parsed_zone(table) for table in root.tables("zones")),
        lines=tuple(_parsed_line(table) for table in root.tables("lines")),
    )
    problems.raise_if_any("drawing")
    return drawing


def _parsed_zone(table: Table) -> DrawnZone:
    corners = table.values.get("polygon")
    lane_id = table.values.get("lane_id")
    return DrawnZone(
        key=table.get("key", str) or "",
        index=_parsed_index(table),
        zone_id=table.get("zone_id", str) or "",
        zone_kind=table.get("zone_kind", str) or "",
        camera_id=table.get("camera_id", str) or "",
        lane_id=str(lane_id) if lane_id else None,
        polygon=None if corners is None else tuple(_point(table, "polygon", corner) for corner in _listed(corners)),
    )


def _parsed_line(table: Table) -> DrawnLine:
    return DrawnLine(
        key=table.get("key", str) or "",
        index=_parsed_index(table),
        line_id=table.get("line_id", str) or "",
        camera_id=table.get("camera_id", str) or "",
        start=_point(table, "start", table.values.get("start")),
        end=_point(table, "end", table.values.get("end")),
        inside=_point(table, "inside", table.values.get("inside")),
    )


def _parsed_index(table: Table) -> int | None:
    return None if table.values.get("index") is None else table.get("index", int)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _point(table: Table, key: str, value: Any) -> Point:
    match value:
        case [int() | float() as x, int() | float() as y]:
            return (float(x), float(y))
    table.problems.add(table.at(key), expected="a point [x, y]", came=value, cure="Draw it again.")
    return (0.0, 0.0)


def _in_file_order(drawing: Drawing) -> Drawing:
    """Return what stands in the file already in its order there, then what is new."""

    def place(shape: DrawnZone | DrawnLine) -> tuple[bool, int]:
        return (shape.index is None, shape.index or 0)

    return Drawing(zones=tuple(sorted(drawing.zones, key=place)), lines=tuple(sorted(drawing.lines, key=place)))


def _placed(problem: Problem, drawing: Drawing) -> PlacedProblem:
    text = f"Expected {problem.expected}, came {problem.came}. {problem.cure}"
    if found := _PLACE.search(problem.where):
        shapes: Sequence[DrawnZone | DrawnLine] = drawing.zones if found[1] == "zones" else drawing.lines
        if int(found[2]) < len(shapes):
            return PlacedProblem(key=shapes[int(found[2])].key, text=text)
    return PlacedProblem(key=None, text=f"{problem.where}: {text}")


def _write(path: Path, text: str, *, mode: int) -> None:
    # On the disk before it takes the old file's place: a power cut leaves one of the two, whole.
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(mode)


def _add_lanes(document: TOMLDocument, lane_ids: Iterable[str]) -> None:
    known = {table["lane_id"] for table in document.get("lanes", [])}
    for lane_id in dict.fromkeys(lane_ids):
        if lane_id not in known:
            table = _new_table()
            table["lane_id"] = lane_id
            _tables(document, "lanes").append(table)


def _new_table() -> TomlTable:
    table = tomlkit.table()
    table.trivia.indent = "\n"
    return table


def _tables(document: TOMLDocument, name: str) -> AoT:
    if name not in document:
        document[name] = tomlkit.aot()
    tables = document[name]
    if not isinstance(tables, AoT):
        cure = f"Write each of them under a heading of its own, `[[{name}]]`."
        problem = Problem(where=name, expected=f"`[[{name}]]` tables", came="a list in one line", cure=cure)
        raise ConfigurationError("store file", [problem])
    return tables


def _replace_tables(
    document: TOMLDocument,
    name: str,
    before: Sequence[Any],
    after: Sequence[Any],
    *,
    cameras: dict[str, Camera],
    write: Callable[[Any, Any, Any, Camera], None],
) -> None:
    """Change only the tables whose shape was changed; `write` takes the table, the shape before and after."""
    if before == tuple(after):
        return
    tables = _tables(document, name)
    kept = {shape.index for shape in after if shape.index is not None}
    for shape in after:
        camera = cameras.get(shape.camera_id, Camera(camera_id=shape.camera_id, width=1, height=1))
        if shape.index is None:
            table = _new_table()
            write(table, None, shape, camera)
            tables.append(table)
        else:
            write(tables[shape.index], before[shape.index], shape, camera)
    for index in reversed(range(len(before))):
        if index not in kept:
            del tables[index]
    if not after:
        del document[name]


def _write_zone(table: Any, before: DrawnZone | None, after: DrawnZone, camera: Camera) -> None:
    for key in ("zone_id", "zone_kind", "camera_id", "lane_id"):
        _set(table, key, getattr(before, key, None), getattr(after, key))
    if before is not None and before.polygon == after.polygon:
        return
    if after.polygon is None:
        table.pop("polygon", None)
        table["whole_picture"] = True
        return
    table.pop("whole_picture", None)
    table["polygon"] = _points(after.polygon, table, camera)


def _write_line(table: Any, before: DrawnLine | None, after: DrawnLine, camera: Camera) -> None:
    for key in ("line_id", "camera_id"):
        _set(table, key, getattr(before, key, None), getattr(after, key))
    for key in ("start", "end", "inside"):
        if before is None or getattr(before, key) != getattr(after, key):
            table[key] = _points([getattr(after, key)], table, camera)[0]


def _set(table: Any, key: str, before: str | None, after: str | None) -> None:
    if after is None:
        table.pop(key, None)
    elif before != after:
        table[key] = after


def _points(points: Iterable[Point], table: Any, camera: Camera) -> Array:
    is_share = table.get("units") == "share"
    array = tomlkit.array()
    for x, y in points:
        if is_share:
            array.append([round(x, SHARE_DIGITS), round(y, SHARE_DIGITS)])
        else:
            array.append([round(x * camera.width), round(y * camera.height)])
    return array
