"""The live files of a table by partition, and the dates that partitions hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.transforms import DayTransform, MonthTransform
from pyiceberg.typedef import Record

EPOCH = dt.date(1970, 1, 1)
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class PartitionFiles:
    """Some live files of one partition, each with the position deletes that apply to it.

    `start_date` is the first date of a partition by day or month, and None for any other.
    """

    name: str
    partition: Record
    start_date: dt.date | None
    tasks: tuple[FileScanTask, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of the files."""
        return sum(task.file.file_size_in_bytes for task in self.tasks)


def partitions_of(table: IcebergTable) -> list[PartitionFiles]:
    """Return the live files of the table's present layout, by partition in the order of their dates."""
    spec = table.spec()
    tasks: dict[Record, list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.spec_id == spec.spec_id:
            tasks[task.file.partition].append(task)
    partitions = [_partition(table, partition, of_partition) for partition, of_partition in tasks.items()]
    return sorted(partitions, key=lambda each: (each.start_date or EPOCH, each.name))


def files_of(tasks: Iterable[FileScanTask]) -> dict[DataFile, frozenset[str]]:
    """Return the files, each with the paths of the position deletes that apply to it."""
    return {task.file: frozenset(deletes.file_path for deletes in task.delete_files) for task in tasks}


def _partition(table: IcebergTable, partition: Record, tasks: list[FileScanTask]) -> PartitionFiles:
    return PartitionFiles(
        name=table.spec().partition_to_path(partition, table.schema()) or "all",
        partition=partition,
        start_date=_start_date(table, partition),
        # Small ones first: files of a few kilobytes are read side by side.
        tasks=tuple(sorted(tasks, key=lambda task: (task.file.file_size_in_bytes, task.file.file_path))),
    )


def _start_date(table: IcebergTable, partition: Record) -> dt.date | None:
    fields = table.spec().fields
    if not fields or partition[0] is None:
        return None
    match fields[0].transform:
        case DayTransform():
            return EPOCH + dt.timedelta(days=partition[0])
        case MonthTransform():
            years, months = divmod(partition[0], MONTHS_A_YEAR)
            return dt.date(EPOCH.year + years, months + 1, 1)
    return None
