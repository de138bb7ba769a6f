"""Small files of a day or month become few sorted ones, while the stream goes on writing.

Files are written first, then a commit puts them in place of exactly those that were read. Rows that others append in
between stay as they are; a partition of which others changed or deleted a file in between is left for the next run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation

from glue.maintenance.commits import replace_files, retried
from glue.maintenance.partitions import PartitionFiles, files_of, partitions_of
from glue.maintenance.rewriting import Sizes, in_order, read, write

GOOD_SHARE = 0.75
"""A file of this share of the target's size is left alone, as Iceberg's own compaction does."""
COMMIT_BYTES = 1024 * 1024 * 1024
"""Partitions are committed together up to as many bytes: what is done stays done when a long run is cut short."""
_SIZES = Sizes()


class RowsChangedError(RuntimeError):
    """What was written is not what was read; nothing was committed."""


@dataclass(frozen=True, slots=True)
class Compaction:
    """What compaction did to a table; `left` names partitions that others changed in between."""

    partitions: int = 0
    files_before: int = 0
    files_after: int = 0
    left: tuple[str, ...] = ()

    def __add__(self, other: Compaction) -> Compaction:
        return Compaction(
            self.partitions + other.partitions,
            self.files_before + other.files_before,
            self.files_after + other.files_after,
            self.left + other.left,
        )


@dataclass(frozen=True, slots=True)
class _Rewritten:
    partition: PartitionFiles
    written: tuple[DataFile, ...]


def plan_compaction(table: IcebergTable, *, until: dt.date, sizes: Sizes = _SIZES) -> list[PartitionFiles]:
    """Return the files that would be rewritten, by partition; changes nothing.

    Args:
        table: the table.
        until: partitions that begin on this date or later are left out, as they are still written.
        sizes: what is small.
    """
    candidates = (_candidates(partition, sizes) for partition in partitions_of(table))
    return [
        partition
        for partition in candidates
        if (partition.start_date is None or partition.start_date < until) and _is_worth_it(partition)
    ]


def compact(
    table: IcebergTable, *, until: dt.date, sizes: Sizes = _SIZES, tell: Callable[[str], None] = lambda _: None
) -> Compaction:
    """Rewrite what `plan_compaction` returns; a second run finds nothing to do.

    Args:
        table: the table; it stands at the last commit afterwards.
        until: partitions that begin on this date or later are left out.
        sizes: of files, row groups and the memory for sorting.
        tell: is called with each partition's name before it is rewritten.

    Raises:
        CommitFailedException: the table changed under every attempt; earlier partitions are done.
    """
    done = Compaction()
    for group in _groups(plan_compaction(table, until=until, sizes=sizes)):
        rewritten = [_rewrite(table, partition, sizes, tell) for partition in group]
        done += _commit(table, rewritten)
    return done


def discard(table: IcebergTable, files: Iterable[DataFile]) -> None:
    """Delete files that were written and never committed; what cannot be deleted is left to the removal of orphans."""
    for file in files:
        with suppress(OSError):
            table.io.delete(file.file_path)


def _candidates(partition: PartitionFiles, sizes: Sizes) -> PartitionFiles:
    small_bytes = GOOD_SHARE * sizes.target_file_bytes
    tasks = tuple(task for task in partition.tasks if task.delete_files or task.file.file_size_in_bytes < small_bytes)
    return PartitionFiles(partition.name, partition.partition, partition.start_date, tasks)


def _is_worth_it(partition: PartitionFiles) -> bool:
    return len(partition.tasks) > 1 or any(task.delete_files for task in partition.tasks)


def _groups(partitions: Sequence[PartitionFiles]) -> Iterator[list[PartitionFiles]]:
    group: list[PartitionFiles] = []
    for partition in partitions:
        if group and sum(each.size_bytes for each in [*group, partition]) > COMMIT_BYTES:
            yield group
            group = []
        group.append(partition)
    if group:
        yield group


def _rewrite(table: IcebergTable, partition: PartitionFiles, sizes: Sizes, tell: Callable[[str], None]) -> _Rewritten:
    tell(partition.name)
    rows = in_order(table, read(table, partition.tasks), sizes)
    written = tuple(write(table, partition.partition, rows, sizes))
    _require_all_rows(partition.tasks, written)
    return _Rewritten(partition, written)


def _require_all_rows(tasks: Sequence[FileScanTask], written: Sequence[DataFile]) -> None:
    expected = sum(task.file.record_count for task in tasks)
    came = sum(file.record_count for file in written)
    has_deletes = any(task.delete_files for task in tasks)
    if came > expected or (came < expected and not has_deletes):
        raise RowsChangedError(f"expected {expected} rows in the rewritten files, came {came}: nothing was committed")


def _commit(table: IcebergTable, rewritten: Sequence[_Rewritten]) -> Compaction:
    planned_at = table.metadata.current_snapshot_id

    def attempt() -> Sequence[_Rewritten]:
        table.refresh()
        is_as_planned = table.metadata.current_snapshot_id == planned_at
        current = rewritten if is_as_planned else _still_current(table, rewritten)
        if current:
            replace_files(
                table,
                (task.file for each in current for task in each.partition.tasks),
                (file for each in current for file in each.written),
                recorded_as=Operation.REPLACE,
            )
        return current

    try:
        committed = retried(attempt)
    except (CommitFailedException, ValidationException):
        discard(table, (file for each in rewritten for file in each.written))
        raise
    left = [each for each in rewritten if each not in committed]
    discard(table, (file for each in left for file in each.written))
    return Compaction(
        partitions=len(committed),
        files_before=sum(len(each.partition.tasks) for each in committed),
        files_after=sum(len(each.written) for each in committed),
        left=tuple(each.partition.name for each in left),
    )


def _still_current(table: IcebergTable, rewritten: Sequence[_Rewritten]) -> list[_Rewritten]:
    """Return those of which every file is still live, with the same position deletes as when it was read."""
    live = files_of(task for partition in partitions_of(table) for task in partition.tasks)
    return [
        each
        for each in rewritten
        if all(live.get(file) == deletes for file, deletes in files_of(each.partition.tasks).items())
    ]
