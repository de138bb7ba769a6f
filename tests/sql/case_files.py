"""Declared cases of the SQL: what is given, what must come out. A new case is a file, never code.

    rule: Stays exactly 30 s apart are two visits.
    given:                                   # times in seconds after the case's start, which is a full minute
      - visit: {zone: aisle-1, track: a, from: 0, to: 20}
      - visit: {zone: aisle-1, track: a, from: 50, to: 60, end: lost, staff: true}
      - visit: {zone: queue-1, track: a, from: 60, to: 90, twice: true}     # sent again: a duplicate
      - snapshot: {at: 0, zones: {aisle-1: {count: 2, person: 7.5}}}        # person-seconds in the 5 s
      - crossing: {line: doors, at: 3, direction: in, late: true}           # sent when the watermark has passed
      - health: {minute: 0, camera: c, expected: 300, seen: 150}            # also hazard and heat
      - track_merge: {at: 65, from: a, to: b}                               # both tracks are one person
    expect:
      visit_v1:                              # rows of the case in any order; columns that are named are compared
        - {zone_id: aisle-1, dwell_seconds: 20.0}

The job is stopped with a savepoint, and goes on from it, `restore` seconds after the start: at 45, or at second 45 of
another minute, since all cases share one run. A case with late events says by `reconciled` what the tables must be once
its day is counted again, late events and all.

A zone's kind is the first part of its id; `queue-1` and `service-1` belong to `lane-1`. Instants are expected as
seconds after the start.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contracts.events import (
    Box,
    Crossing,
    Event,
    Hazard,
    Health,
    Heat,
    HeatCell,
    HeatGrid,
    Payload,
    Snapshot,
    TrackMerge,
    Visit,
    ZoneSnapshot,
)
from contracts.tables import TABLES

CASES = Path(__file__).parent / "cases"
INTERVAL_SECONDS = 5
REPORTED_AFTER_SECONDS = 1
RESTORE_SECONDS = 45
MINUTE_SECONDS = 60


class CaseError(ValueError):
    """A case file cannot be used; the message lists every problem with its cure."""


@dataclass(frozen=True, slots=True)
class Given:
    """One event of a case, when it is sent, and how often; times in milliseconds since 1970."""

    event: Event
    emitted_ms: int
    is_twice: bool
    is_late: bool
    is_after_restore: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A rule with what is given and what is expected. Its store is its own, so that all cases share one run."""

    name: str
    rule: str
    given: tuple[dict[str, Any], ...]
    expect: dict[str, list[dict[str, Any]]]
    restore_seconds: int = RESTORE_SECONDS
    reconciled: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def store_id(self) -> str:
        """The store in which the case happens."""
        return f"case-{self.name}"

    def events(self, start_ms: int) -> Iterator[Given]:
        """Yield the case's events as they happen after an instant, in the order of the file."""
        for seq, entry in enumerate(self.given):
            ((kind, values),) = entry.items()
            yield self._given(seq, _READERS[kind](values, start_ms), values, start_ms)

    def _given(self, seq: int, read: tuple[Payload, int, int], values: dict[str, Any], start_ms: int) -> Given:
        payload, event_time_ms, emitted_ms = read
        event = Event(
            store_id=self.store_id,
            device_id=f"device-{self.name}",
            boot_id="b1",
            seq=seq,
            event_time_ms=event_time_ms,
            payload=payload,
        )
        emitted_ms += round(values.get("delay", 0) * 1000)
        return Given(
            event,
            emitted_ms,
            is_twice=values.get("twice", False),
            is_late=values.get("late", False),
            is_after_restore=emitted_ms - start_ms >= self.restore_seconds * 1000,
        )


def load_cases() -> list[Case]:
    """Return every case, named by folder and file.

    Raises:
        CaseError: a file is not of the form above; every problem is named.
    """
    return [load_case(path) for path in sorted(CASES.glob("*/*.yaml"))]


def comparable(rows: list[dict[str, Any]], columns: list[str], start_ms: int) -> list[dict[str, Any]]:
    """Return the named columns of rows, instants as seconds after the start, in an order of their own."""
    picked = [{column: _plain(row[column], start_ms) for column in columns} for row in rows]
    return sorted(picked, key=lambda row: str(sorted(row.items())))


def load_case(path: Path) -> Case:
    """Return one case; raises `CaseError`."""
    try:
        declared = yaml.safe_load(path.read_text())
        lines = _lines(yaml.compose(path.read_text()))
    except yaml.YAMLError as broken:
        raise CaseError(f"{path}: expected YAML, came something else; correct it: {broken}") from None
    problems = [f"line {_line(lines, where)}, {where}: {told}" for where, told in _problems(declared)]
    if problems:
        raise CaseError(f"{path}:\n" + "\n".join(f"- {problem}" for problem in problems))
    return Case(
        name=f"{path.parent.name}-{path.stem}",
        rule=declared["rule"],
        given=tuple(declared["given"]),
        expect=declared["expect"],
        restore_seconds=declared.get("restore", RESTORE_SECONDS),
        reconciled=declared.get("reconciled", {}),
    )


def _problems(declared: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a case: where, and what was expected, what came and how to mend it."""
    if not isinstance(declared, dict):
        yield "case", "expected rule, given and expect, came something else; see the top of tests/sql/case_files.py"
        return
    if missing := {"rule", "given", "expect"} - declared.keys():
        yield "case", f"expected rule, given and expect, came none for {', '.join(sorted(missing))}; add it"
        return
    for name in sorted(declared.keys() - {"rule", "given", "expect", "restore", "reconciled"}):
        yield name, "expected rule, given, expect, restore or reconciled, came this name; correct or remove it"
    restore = declared.get("restore", RESTORE_SECONDS)
    if restore % MINUTE_SECONDS != RESTORE_SECONDS:
        yield "restore", f"expected second {RESTORE_SECONDS} of a minute, came {restore}; move the events"
    for number, entry in enumerate(declared["given"]):
        if not isinstance(entry, dict) or len(entry) != 1 or not entry.keys() <= _READERS.keys():
            yield f"given.{number}", f"expected one of {', '.join(_READERS)}, came {entry!r}; correct it"
    for part in ("expect", "reconciled"):
        for table, rows in declared.get(part, {}).items():
            yield from _expectation_problems(f"{part}.{table}", table, rows)
    if "reconciled" not in declared and any(_is_late(entry) for entry in declared["given"]):
        yield "case", "expected in `reconciled` what a recount makes of the late events, came none; add it"


def _is_late(entry: Any) -> bool:
    values = next(iter(entry.values()), None) if isinstance(entry, dict) else None
    return isinstance(values, dict) and bool(values.get("late", False))


def _expectation_problems(where: str, table: str, rows: Any) -> Iterator[tuple[str, str]]:
    if table not in TABLES:
        yield where, f"expected a table of contracts/tables.py, came {table}; correct it"
        return
    known = {column.name for column in TABLES[table].columns}
    for number, row in enumerate(rows):
        if unknown := row.keys() - known:
            yield f"{where}.{number}", f"expected columns of {table}, came {', '.join(sorted(unknown))}; correct it"
        if row.keys() != rows[0].keys():
            yield f"{where}.{number}", "expected the columns of the first row, came others; name the same in every row"


def _lines(node: yaml.Node | None, where: str = "") -> dict[str, int]:
    """Return the line of every part of a file by its path, such as `given.3`."""
    lines = {where: node.start_mark.line + 1} if node is not None else {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{where}.{key.value}" if where else str(key.value)
            lines |= _lines(value, place) | {place: key.start_mark.line + 1}
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines |= _lines(value, f"{where}.{number}")
    return lines


def _line(lines: dict[str, int], where: str) -> int:
    return lines.get(where, 1)


def _plain(value: Any, start_ms: int) -> Any:
    if isinstance(value, dt.datetime):
        return round(value.timestamp() - start_ms / 1000, 3)
    return round(value, 6) if isinstance(value, float) else value


def _zone(zone_id: str) -> dict[str, Any]:
    kind, _, number = zone_id.partition("-")
    lane_id = f"lane-{number}" if kind in ("queue", "service") else None
    return {"zone_id": zone_id, "zone_kind": kind, "lane_id": lane_id, "camera_id": f"camera-{zone_id}"}


def _visit(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    left_ms = start_ms + round(values["to"] * 1000)
    visit = Visit(
        **_zone(values["zone"]),
        track_id=values["track"],
        entered_ms=start_ms + round(values["from"] * 1000),
        left_ms=left_ms,
        end=values.get("end", "left"),
        is_staff=values.get("staff", False),
    )
    return visit, left_ms, left_ms + REPORTED_AFTER_SECONDS * 1000


def _snapshot(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    zones = tuple(_zone_snapshot(zone_id, zone) for zone_id, zone in values["zones"].items())
    at_ms = start_ms + values["at"] * 1000
    return Snapshot(interval_ms=INTERVAL_SECONDS * 1000, zones=zones), at_ms, at_ms + INTERVAL_SECONDS * 1000


def _zone_snapshot(zone_id: str, values: dict[str, Any]) -> ZoneSnapshot:
    count = values.get("count", 0)
    return ZoneSnapshot(
        **_zone(zone_id),
        count=count,
        count_max=values.get("max", count),
        person_ms=round(values.get("person", count * INTERVAL_SECONDS) * 1000),
        entered=values.get("entered", 0),
        left=values.get("left", 0),
        longest_stay_ms=round(values.get("longest", 0) * 1000),
        staff_person_ms=round(values.get("staff", 0) * 1000),
    )


def _crossing(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    crossing = Crossing(
        line_id=values["line"],
        direction=values["direction"],
        track_id=values.get("track", "a"),
        is_staff=values.get("staff", False),
    )
    at_ms = start_ms + round(values["at"] * 1000)
    return crossing, at_ms, at_ms + REPORTED_AFTER_SECONDS * 1000


def _health(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    health = Health(
        camera_id=values["camera"],
        state=values.get("state", "ok"),
        frames_expected=values["expected"],
        frames_seen=values["seen"],
        inference_ms_p50=values.get("inference_ms", 0.0),
        spooled_events=0,
    )
    return health, *_last_millisecond(values, start_ms)


def _hazard(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    x, y, w, h = values["box"]
    hazard = Hazard(
        hazard_id=values["id"],
        camera_id=values["camera"],
        zone_id=values.get("zone"),
        label=values["label"],
        confidence=values["confidence"],
        box=Box(x=x, y=y, w=w, h=h),
    )
    at_ms = start_ms + round(values["at"] * 1000)
    return hazard, at_ms, at_ms + REPORTED_AFTER_SECONDS * 1000


def _heat(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    w, h = values["grid"]
    cells = tuple(HeatCell(index=index, person_ms=person_ms) for index, person_ms in values["cells"].items())
    return Heat(camera_id=values["camera"], grid=HeatGrid(w=w, h=h), cells=cells), *_last_millisecond(values, start_ms)


def _track_merge(values: dict[str, Any], start_ms: int) -> tuple[Payload, int, int]:
    at_ms = start_ms + round(values["at"] * 1000)
    merge = TrackMerge(from_track_id=values["from"], to_track_id=values["to"])
    return merge, at_ms, at_ms + REPORTED_AFTER_SECONDS * 1000


def _last_millisecond(values: dict[str, Any], start_ms: int) -> tuple[int, int]:
    end_ms = start_ms + (values["minute"] + 1) * 60_000
    return end_ms - 1, end_ms


_READERS = {
    "visit": _visit,
    "snapshot": _snapshot,
    "crossing": _crossing,
    "health": _health,
    "hazard": _hazard,
    "heat": _heat,
    "track_merge": _track_merge,
}
