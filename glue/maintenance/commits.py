"""Commits that pyiceberg lacks: exactly the planned files give way to others, and manifests are written together.

Its own retry of an overwrite refuses every append that came in between, and its `REPLACE` is not implemented. These
commits let nothing come in between unseen: when the table has changed, the caller looks again and decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _OverwriteFiles
from pyiceberg.typedef import EMPTY_DICT

Result = TypeVar("Result")
COMMIT_ATTEMPTS = 8
"""The stream commits to the same tables every minute: a commit that comes in between is tried again."""


class LeanTransaction(Transaction):
    """Gives the table's metadata as it is until something is staged.

    pyiceberg copies all of it each time it is asked, some fifteen times a commit: seconds, when the stream has left
    thousands of snapshots, and as long for others to commit in between.
    """

    @property
    def table_metadata(self) -> TableMetadata:
        """The table's metadata with what is staged."""
        return super().table_metadata if self._updates else self._table.metadata


class ReplaceFiles(_OverwriteFiles):
    """Takes the planned data files out and puts others in their place.

    A file that is no longer there fails the commit (`ValidationException`), and so does any commit of others since the
    table was read (`CommitFailedException`): the caller reads the table again.
    """

    recorded_as: Operation = Operation.OVERWRITE

    def _validate_concurrency(self) -> None:
        if self._commit_window is not None and not self._commit_window.is_empty():
            raise CommitFailedException("expected the table as it was read, came a commit in between: read it again")

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        return recorded(super()._summary(snapshot_properties), self.recorded_as)


def recorded(summary: Summary, operation: Operation) -> Summary:
    """Return a snapshot's summary that says what was done; readers of changes skip a `REPLACE`, as no row is new."""
    return Summary(operation=operation, **summary.additional_properties)


def replace_files(
    table: IcebergTable,
    outgoing: Iterable[DataFile],
    incoming: Iterable[DataFile],
    *,
    recorded_as: Operation,
) -> None:
    """Commit one snapshot in which files give way to others; the table stands at it afterwards.

    Args:
        table: the table as the outgoing files were planned from.
        outgoing: live data files.
        incoming: data files that are written.
        recorded_as: `REPLACE` when the rows stay the same, else `OVERWRITE`.

    Raises:
        CommitFailedException: the table has changed since it was read.
        ValidationException: an outgoing file is not live.
    """
    with LeanTransaction(table) as transaction:
        replace = ReplaceFiles(operation=Operation.OVERWRITE, transaction=transaction, io=table.io)
        replace.recorded_as = recorded_as
        if table.spec().is_unpartitioned():
            # Manifests are chosen by the files' partitions; without any, none would be read.
            replace.delete_by_predicate(AlwaysTrue())
        for file in outgoing:
            replace.delete_data_file(file)
        for file in incoming:
            replace.append_data_file(file)
        replace.commit()


def retried(attempt: Callable[[], Result], attempts: int = COMMIT_ATTEMPTS) -> Result:
    """Return what an attempt returns; one that met another commit is made again, on the table as it stands then.

    Raises:
        CommitFailedException: every attempt met another commit.
        ValidationException: the same, where pyiceberg found what was in the way.
    """
    for attempts_left in reversed(range(attempts)):
        try:
            return attempt()
        except (CommitFailedException, ValidationException):
            if not attempts_left:
                raise
    raise AssertionError("unreachable")
