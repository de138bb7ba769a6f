"""Takes back what the stream wrote from an instant of arrival on, so that a new job may read that part again.

A job whose plan changed cannot go on from its snapshot. It begins without state at an instant of arrival
(`initial_position` AT_TIMESTAMP), and would write a second time what the old one wrote from there on. What is taken
back stays in the tables' older snapshots until these expire.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression

from contracts.tables import FACT_TABLES, TABLES, Table
from glue.lake import Lake
from glue.options import add_lake_options, lake_of

FAILED = 1

RECENT = dt.timedelta(hours=1)

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
_EVENTS, _REJECTED = TABLES["event_v1"], TABLES["rejected_v1"]
_HELP = """Takes back what the stream wrote of records that arrived from an instant on, and the minutes' and visits'
rows from the first minute that they belong to. Stop the job first. Then start the new one with initial_position
AT_TIMESTAMP and the same instant. Without --yes it only says what there is. What was taken back is not there a second
time: another run ends with 1.

  python -m glue rewind --to 2026-09-21T10:00:00Z --yes --warehouse s3://bucket/lake

docs/upgrade-and-rollback.md has the whole sequence."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many rows of a table were, or would be, taken back."""

    table: str
    rows: int


class RewindError(Exception):
    """The instant cannot be gone back to; the message says why, and the cure."""


def rewind(lake: Lake, arrival: dt.datetime, *, is_dry: bool = False) -> tuple[Taken, ...]:
    """Delete events and rejections that arrived from `arrival` on, and facts from the first minute of those events.

    The events go last: a run that is cut short finds the same minute again. A late event counts for no fact of the
    stream, so it moves no minute.

    Raises:
        RewindError: the old job had not come so far in every shard, so that records would be left out, or an event
            was sent before the instant and again after it, and a job without state would count both.
    """
    arrived = _by.GreaterThanOrEqual("arrival_time", arrival.isoformat())
    _refuse_gaps(lake, arrival)
    _refuse_twins(lake, arrived, arrival)
    first = _first_minute(lake, arrived)
    conditions = [(table, _from(table, first)) for table in FACT_TABLES] if first else []
    conditions += [(_REJECTED, arrived), (_EVENTS, arrived)]
    return tuple(_take(lake, table, condition, is_dry=is_dry) for table, condition in conditions)


def _refuse_gaps(lake: Lake, arrival: dt.datetime) -> None:
    """Look at the shards that had records in the hour before: an older one is closed, or nobody sends there."""
    lately = _by.GreaterThanOrEqual("arrival_time", (arrival - RECENT).isoformat())
    read = lake.table(_EVENTS).scan(row_filter=lately, selected_fields=("shard_id", "arrival_time")).to_arrow()
    newest = {row["shard_id"]: row["arrival_time_max"] for row in _newest_by_shard(read)}
    behind = {shard: newest_there for shard, newest_there in newest.items() if newest_there < arrival}
    if not newest or behind:
        shard = min(behind, key=lambda each: behind[each], default="any shard")
        raise RewindError(
            f"expected records from {arrival.isoformat()} on in every shard, came none of {shard} after "
            f"{behind.get(shard, 'an hour before')}: the old job had not read further, or it was taken back already; "
            "go back to that instant or earlier"
        )


def _newest_by_shard(read: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read.group_by("shard_id").aggregate([("arrival_time", "max")]).to_pylist()
    return rows


def _refuse_twins(lake: Lake, arrived: BooleanExpression, arrival: dt.datetime) -> None:
    repeated = lake.table(_REJECTED).scan(row_filter=_by.And(arrived, _by.EqualTo("reason", "duplicate")))
    ids = set(repeated.to_arrow()["event_id"].to_pylist())
    if not ids:
        return
    before = lake.table(_EVENTS).scan(row_filter=_by.And(_by.Not(arrived), _by.In("event_id", ids))).to_arrow()
    if before.num_rows:
        earliest = pc.min(before["arrival_time"]).as_py()
        raise RewindError(
            f"expected each event on one side of {arrival.isoformat()}, came {before.num_rows} that were sent before "
            f"it and again after it, such as {before['event_id'][0]}; go back to {earliest.isoformat()} or earlier"
        )


def _first_minute(lake: Lake, arrived: BooleanExpression) -> dt.datetime | None:
    on_time = _by.And(arrived, _by.EqualTo("is_late", literal=False))
    times = lake.table(_EVENTS).scan(row_filter=on_time, selected_fields=("event_time",)).to_arrow()["event_time"]
    first: dt.datetime | None = pc.min(times).as_py()
    return first.replace(second=0, microsecond=0) if first else None


def _from(table: Table, first: dt.datetime) -> BooleanExpression:
    condition: BooleanExpression = _by.GreaterThanOrEqual(str(table.partition_by), first.isoformat())
    return condition


def _take(lake: Lake, table: Table, condition: BooleanExpression, *, is_dry: bool) -> Taken:
    kept = lake.table(table)
    rows = kept.scan(row_filter=condition, selected_fields=(str(table.partition_by),)).to_arrow().num_rows
    if rows and not is_dry:
        with warnings.catch_warnings():
            # A file none of whose rows goes is left as it is.
            warnings.filterwarnings("ignore", "Delete operation did not match any records")
            kept.delete(condition)
    return Taken(table.name, rows)


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `rewind` to those of `python -m glue`."""
    verb = verbs.add_parser(
        "rewind",
        help="take back what arrived from an instant on, before a replay",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.set_defaults(run=_run)
    verb.add_argument("--to", required=True, type=_instant, help="instant of arrival, such as 2026-09-21T10:00:00Z")
    verb.add_argument("--yes", action="store_true", help="do it")
    add_lake_options(verb)


def _run(options: argparse.Namespace) -> int:
    try:
        told = rewind(lake_of(options), options.to, is_dry=not options.yes)
    except RewindError as error:
        print(error, file=sys.stderr)
        return FAILED
    for taken in told:
        print(f"{taken.table:<20} {taken.rows:>10,} rows {'taken back' if options.yes else 'would be taken back'}")
    if not options.yes:
        print("Nothing was changed. Stop the job, then say --yes.")
    return 0


def _instant(text: str) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected an instant, came {text!r}; such as 2026-09-21T10:00:00Z") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"expected an instant with its zone, came {text!r}; end it with Z for UTC")
    return instant.astimezone(dt.UTC)
