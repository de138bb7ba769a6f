"""Small files of a day or month become few sorted ones, while the stream goes on writing.

Files are written first, then a commit puts them in place of exactly those that were read. Rows that others append in
between stay as they are; a partition of which others changed or deleted a file in between is left for the next run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation

from glue.maintenance.partitions import PartitionFiles, partitions_of
from glue.maintenance.replacing import Replaced, Rewritten, replace_unchanged
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
        done += _done(replace_unchanged(table, rewritten, recorded_as=Operation.REPLACE))
    return done


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


def _rewrite(table: IcebergTable, partition: PartitionFiles, sizes: Sizes, tell: Callable[[str], None]) -> Rewritten:
    tell(partition.name)
    rows = in_order(table, read(table, partition.tasks), sizes)
    written = tuple(write(table, partition.partition, rows, sizes))
    _require_all_rows(partition.tasks, written)
    return Rewritten(partition.name, partition.tasks, written)


def _require_all_rows(tasks: Sequence[FileScanTask], written: Sequence[DataFile]) -> None:
    expected = sum(task.file.record_count for task in tasks)
    came = sum(file.record_count for file in written)
    has_deletes = any(task.delete_files for task in tasks)
    if came > expected or (came < expected and not has_deletes):
        raise RowsChangedError(f"expected {expected} rows in the rewritten files, came {came}: nothing was committed")


def _done(replaced: Replaced) -> Compaction:
    return Compaction(
        partitions=len(replaced.committed),
        files_before=sum(len(each.tasks) for each in replaced.committed),
        files_after=sum(len(each.written) for each in replaced.committed),
        left=tuple(each.name for each in replaced.left),
    )
