"""One store's rows in a table of the lake: counted, and rewritten without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg import expressions
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation

from glue.maintenance.mentions import STORE_COLUMN, TEXT_COLUMNS, StoreMention, has_texts
from glue.maintenance.replacing import Rewritten, discard, replace_unchanged
from glue.maintenance.rewriting import Sizes, read, write

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
ROUNDS_MAX = 5
"""Files that others change in between are read again, so often."""
FILES_PER_COMMIT = 50


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows a table has of the store, and of all others."""

    of_store: int
    of_others: int


def count_rows(table: IcebergTable, mention: StoreMention) -> RowCounts:
    """Return how many rows of a table are the store's, rejected records that name it included."""
    of_all = table.scan().count()
    names = set(table.schema().column_names)
    columns = (STORE_COLUMN, *(name for name in TEXT_COLUMNS if has_texts(names)))
    batches = table.scan(row_filter=_may_match(table, mention), selected_fields=columns).to_arrow_batch_reader()
    of_store = sum(pc.sum(mention.rows(batch)).as_py() or 0 for batch in batches)
    return RowCounts(of_store, of_all - of_store)


def remove_rows(table: IcebergTable, mention: StoreMention, sizes: Sizes, tell: Callable[[str], None]) -> None:
    """Rewrite the files that hold the store's rows without them, some at a time.

    Raises:
        CommitFailedException: others changed the same files in every round, or the table under every attempt.
    """
    for _ in range(ROUNDS_MAX):
        left = [
            name for group in _groups(table.refresh(), mention) for name in _remove(table, group, mention, sizes, tell)
        ]
        if not left:
            return
    raise CommitFailedException(
        f"expected files of {table.name()[-1]} that stay as they are read, came changes in every round: stop what "
        "rewrites them and run it again"
    )


def _may_match(table: IcebergTable, mention: StoreMention) -> BooleanExpression:
    if has_texts(table.schema().column_names):
        return AlwaysTrue()
    of_store: BooleanExpression = _by.EqualTo(STORE_COLUMN, mention.store_id)
    return of_store


def _groups(table: IcebergTable, mention: StoreMention) -> Iterator[list[FileScanTask]]:
    tasks = list(table.scan(row_filter=_may_match(table, mention)).plan_files())
    return (tasks[start : start + FILES_PER_COMMIT] for start in range(0, len(tasks), FILES_PER_COMMIT))


def _remove(
    table: IcebergTable,
    tasks: list[FileScanTask],
    mention: StoreMention,
    sizes: Sizes,
    tell: Callable[[str], None],
) -> list[str]:
    rewritten = []
    for task in tasks:
        tell(task.file.file_path)
        without = _without(table, task, mention, sizes)
        rewritten += [] if without is None else [without]
    replaced = replace_unchanged(table, rewritten, recorded_as=Operation.OVERWRITE)
    return [each.name for each in replaced.left]


def _without(table: IcebergTable, task: FileScanTask, mention: StoreMention, sizes: Sizes) -> Rewritten | None:
    """Return a file written without the store's rows; None when it has none."""
    found = 0

    def others() -> Iterator[pa.RecordBatch]:
        nonlocal found
        for batch in read(table, [task]):
            of_store = mention.rows(batch)
            found += pc.sum(of_store).as_py() or 0
            yield batch.filter(pc.invert(of_store))

    written: tuple[DataFile, ...] = tuple(write(table, task.file.partition, others(), sizes))
    if found:
        return Rewritten(task.file.file_path, (task,), written)
    discard(table, written)
    return None
