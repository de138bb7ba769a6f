"""Rewritten files take the place of what they were written from, unless others changed that in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation

from glue.maintenance.commits import replace_files, retried
from glue.maintenance.partitions import files_of, partitions_of


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Live files of one partition and what was written from them, which is in no snapshot yet."""

    name: str
    tasks: tuple[FileScanTask, ...]
    written: tuple[DataFile, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was committed, and what was left as others changed it in between; the files written for it are deleted."""

    committed: tuple[Rewritten, ...]
    left: tuple[Rewritten, ...]


def replace_unchanged(table: IcebergTable, rewritten: Sequence[Rewritten], *, recorded_as: Operation) -> Replaced:
    """Put what was written in the place of what it was written from, in one commit.

    Args:
        table: the table as it was read; it stands at the new snapshot afterwards.
        rewritten: what was written from it.
        recorded_as: `REPLACE` when the rows stay the same, else `OVERWRITE`.

    Raises:
        CommitFailedException: the table changed under every attempt; what was written is deleted.
        ValidationException: the same.
    """
    planned_at = table.metadata.current_snapshot_id

    def attempt() -> Sequence[Rewritten]:
        table.refresh()
        is_as_planned = table.metadata.current_snapshot_id == planned_at
        current = rewritten if is_as_planned else _unchanged(table, rewritten)
        if current:
            outgoing = (task.file for each in current for task in each.tasks)
            incoming = (file for each in current for file in each.written)
            replace_files(table, outgoing, incoming, recorded_as=recorded_as)
        return current

    try:
        committed = tuple(retried(attempt))
    except (CommitFailedException, ValidationException):
        discard(table, (file for each in rewritten for file in each.written))
        raise
    left = tuple(each for each in rewritten if each not in committed)
    discard(table, (file for each in left for file in each.written))
    return Replaced(committed, left)


def discard(table: IcebergTable, files: Iterable[DataFile]) -> None:
    """Delete files that were written and never committed; what cannot be deleted is left to the removal of orphans."""
    for file in files:
        with suppress(OSError):
            table.io.delete(file.file_path)


def _unchanged(table: IcebergTable, rewritten: Sequence[Rewritten]) -> list[Rewritten]:
    """Return those of which every file is still live, with the same position deletes as when it was read."""
    live = files_of(task for partition in partitions_of(table) for task in partition.tasks)
    return [
        each for each in rewritten if all(live.get(file) == deletes for file, deletes in files_of(each.tasks).items())
    ]
