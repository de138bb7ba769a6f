"""One form for every contender's result, so that equal results have equal digests."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

Row = tuple[str, ...]
"""Store, zone, start of the minute (ms), most customers, person_ms, interval_ms, entered, left, staff_person_ms."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a result amounts to: how many rows, and a digest that does not depend on their order."""

    rows: int
    digest: str


def checksum(rows: Iterable[Row]) -> Checksum:
    """Return the checksum of rows in any order."""
    lines = sorted(",".join(row) for row in rows)
    return Checksum(rows=len(lines), digest=hashlib.sha256("\n".join(lines).encode()).hexdigest())


def canonical_rows(folder: Path) -> Iterator[Row]:
    """Read the rows of a peer: canonical lines already."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as lines:
            yield from map(tuple, csv.reader(lines))


def aggregate_rows(folder: Path) -> Iterator[Row]:
    """Read the CSV of the small query on Flink, whose minutes are texts."""
    for store, zone, minute, *values in _flink_csv(folder):
        yield store, zone, epoch_ms(minute), *values


def zone_minute_rows(folder: Path) -> Iterator[Row]:
    """Read the CSV of `zone_minute_v1`."""
    for store, zone, _kind, _lane, start, _end, _mean, *values in _flink_csv(folder):
        yield store, zone, epoch_ms(start), *values[:6]


def lake_rows(folder: Path) -> Iterator[Row]:
    """Read `zone_minute_v1` from the files of a lake that was only appended to."""
    query = f"""
        SELECT store_id, zone_id, epoch_ms(window_start), occupancy_max, person_ms, interval_ms, entered, "left",
          staff_person_ms
        FROM read_parquet('{folder}/zone_minute_v1/data/**/*.parquet')"""
    for row in duckdb.connect().execute(query).fetchall():
        yield tuple(map(str, row))


@cache
def epoch_ms(time: str) -> str:
    """Return milliseconds since 1970 for a UTC time as Flink writes it in CSV."""
    instant = datetime.fromisoformat(time.removesuffix("Z")).replace(tzinfo=UTC)
    return str(int(instant.timestamp() * 1000))


def _flink_csv(folder: Path) -> Iterator[list[str]]:
    # Until a part is complete its name begins with a dot.
    for path in sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith(".")):
        with path.open(newline="") as lines:
            yield from csv.reader(lines)
