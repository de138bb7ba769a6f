"""One round of maintenance of a table: compact, delete what is too old, expire snapshots, remove orphans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from pyiceberg.table import Table as IcebergTable

from contracts.tables import Table
from glue.maintenance.compaction import compact, plan_compaction
from glue.maintenance.manifests import rewrite_manifests
from glue.maintenance.orphans import ORPHAN_DAYS, remove_orphans
from glue.maintenance.retention import plan_retention, retain
from glue.maintenance.rewriting import Sizes
from glue.maintenance.snapshots import KEPT_DAYS, KEPT_SNAPSHOTS, expire, plan_expiry
from glue.maintenance.storage import files_under

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """When maintenance runs and what it spares.

    `now` is compared with the times of files and snapshots, and `today` with the rows' own. Partitions that begin on
    `until` or later are not compacted.
    """

    now: dt.datetime
    today: dt.date
    until: dt.date
    kept_days: int = KEPT_DAYS
    kept_snapshots: int = KEPT_SNAPSHOTS
    orphan_days: int = ORPHAN_DAYS
    is_compacted_elsewhere: bool = False
    sizes: Sizes = field(default_factory=Sizes)

    @property
    def expires_before(self) -> dt.datetime:
        """Snapshots older than this are forgotten."""
        return self.now - dt.timedelta(days=self.kept_days)

    @property
    def orphan_age(self) -> dt.timedelta:
        """Files that nothing needs are deleted once they are older than this."""
        return dt.timedelta(days=self.orphan_days)


@dataclass(frozen=True, slots=True)
class State:
    """How a table stands: live files, those of its fullest partition, and all that is stored for it."""

    files: int
    files_of_partition_max: int
    manifests: int
    snapshots: int
    stored_files: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Maintained:
    """What a round did to a table, or, of a dry run, would do first: orphans come from what the steps before leave."""

    table: str
    before: State
    after: State
    compacted_files: int
    deleted_rows: int
    expired_snapshots: int
    orphans: int
    left: tuple[str, ...] = ()


def state_of(table: IcebergTable) -> State:
    """Return how a table stands; reads the table as it was read, and the files under its location."""
    by_partition: dict[object, int] = {}
    for task in table.scan().plan_files():
        by_partition[task.file.partition] = by_partition.get(task.file.partition, 0) + 1
    stored = files_under(table.io, table.location())
    snapshot = table.current_snapshot()
    return State(
        files=sum(by_partition.values()),
        files_of_partition_max=max(by_partition.values(), default=0),
        manifests=len(snapshot.manifests(table.io)) if snapshot else 0,
        snapshots=len(table.snapshots()),
        stored_files=len(stored),
        stored_bytes=sum(file.size_bytes for file in stored),
    )


def maintain(contract: Table, table: IcebergTable, terms: Terms, *, tell: Tell = lambda _: None) -> Maintained:
    """Do one round; each step is a commit of its own, so that a round that is cut short has done what it has done.

    Raises:
        CommitFailedException: the table changed under every attempt of a step; steps before it are done.
    """
    before = state_of(table)
    tell("compacting")
    compacted = (
        None if terms.is_compacted_elsewhere else compact(table, until=terms.until, sizes=terms.sizes, tell=tell)
    )
    tell("deleting old rows")
    retained = retain(contract, table, today=terms.today)
    tell("writing manifests together")
    rewrite_manifests(table)
    tell("expiring snapshots")
    expired = expire(table, older_than=terms.expires_before, keep=terms.kept_snapshots)
    tell("removing orphans")
    orphans = remove_orphans(table, now=terms.now, age=terms.orphan_age, is_dry_run=False, tell=tell)
    return Maintained(
        contract.name,
        before,
        state_of(table.refresh()),
        compacted_files=compacted.files_before if compacted else 0,
        deleted_rows=retained.rows if retained else 0,
        expired_snapshots=len(expired),
        orphans=len(orphans),
        left=compacted.left if compacted else (),
    )


def plan_maintenance(contract: Table, table: IcebergTable, terms: Terms) -> Maintained:
    """Return what a round would do; changes nothing."""
    state = state_of(table)
    partitions = [] if terms.is_compacted_elsewhere else plan_compaction(table, until=terms.until, sizes=terms.sizes)
    retained = plan_retention(contract, table, today=terms.today)
    return Maintained(
        contract.name,
        state,
        state,
        compacted_files=sum(len(partition.tasks) for partition in partitions),
        deleted_rows=retained.rows if retained else 0,
        expired_snapshots=len(plan_expiry(table, older_than=terms.expires_before, keep=terms.kept_snapshots)),
        orphans=len(remove_orphans(table, now=terms.now, age=terms.orphan_age)),
    )
