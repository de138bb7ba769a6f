"""Old snapshots are forgotten: the table can no longer be read as it was then, and their files become orphans.

pyiceberg deletes no file when it expires a snapshot: `orphans.py` does, once no retained snapshot needs it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot

from glue.maintenance.commits import retried

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
KEPT_DAYS = 5
KEPT_SNAPSHOTS = 20
"""A table that is written once a month can still be read as it was the time before."""


def plan_expiry(table: IcebergTable, *, older_than: dt.datetime, keep: int = KEPT_SNAPSHOTS) -> list[Snapshot]:
    """Return the snapshots that would be forgotten, oldest first; changes nothing.

    Args:
        table: the table.
        older_than: snapshots from this instant on are kept.
        keep: so many of the latest ones are kept however old; heads of branches and tags always are.
    """
    before_ms = _cutoff_ms(table, older_than, keep)
    heads = {reference.snapshot_id for reference in table.metadata.refs.values()}
    old = (snapshot for snapshot in table.metadata.snapshots if snapshot.timestamp_ms < before_ms)
    return [snapshot for snapshot in sorted(old, key=_age) if snapshot.snapshot_id not in heads]


def expire(table: IcebergTable, *, older_than: dt.datetime, keep: int = KEPT_SNAPSHOTS) -> Sequence[Snapshot]:
    """Forget what `plan_expiry` returns, in one commit; the table stands at it afterwards.

    Raises:
        CommitFailedException: the table changed under every attempt.
    """

    def attempt() -> Sequence[Snapshot]:
        table.refresh()
        old = plan_expiry(table, older_than=older_than, keep=keep)
        if old:
            # By their ids it takes hours: pyiceberg copies the metadata twice for each.
            before = EPOCH + dt.timedelta(milliseconds=_cutoff_ms(table, older_than, keep))
            table.maintenance.expire_snapshots().older_than(before).commit()
        return old

    return retried(attempt)


def _cutoff_ms(table: IcebergTable, older_than: dt.datetime, keep: int) -> int:
    """Return the instant before which snapshots are forgotten, so that the latest ones are not."""
    kept = sorted(table.metadata.snapshots, key=_age)[-keep:] if keep else []
    return min([(older_than - EPOCH) // dt.timedelta(milliseconds=1), *map(_age, kept)])


def _age(snapshot: Snapshot) -> int:
    return snapshot.timestamp_ms
