"""The lists of files of a table, written together: planning a query reads each of them.

The stream adds a manifest with each commit. Written anew by partition, a query of one day reads one or two. Position
deletes that no live file needs any more, as their rows were rewritten without, are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import (
    DataFile,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriter,
    ManifestWriterV2,
)
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _SnapshotProducer
from pyiceberg.typedef import EMPTY_DICT

from glue.maintenance.commits import LeanTransaction, recorded, retried

ENTRIES_PER_MANIFEST = 5_000
"""About 2 MB: one read, and little of it for other partitions."""
MANIFESTS_MIN = 4
"""So few are left alone, unless position deletes can go."""
_Live = dict[tuple[ManifestContent, int], list[ManifestEntry]]


@dataclass(frozen=True, slots=True)
class Manifests:
    """How many manifests became how many, and how many files of position deletes were left out."""

    before: int
    after: int
    spent_deletes: int


class _RewriteManifests(_SnapshotProducer["_RewriteManifests"]):
    """Lists the live files in new manifests; takes the spent position deletes out of the list."""

    spent: frozenset[DataFile] = frozenset()

    def _validate_concurrency(self) -> None:
        if self._commit_window is not None and not self._commit_window.is_empty():
            raise CommitFailedException("expected the table as it was read, came a commit in between: read it again")

    def _deleted_entries(self) -> list[ManifestEntry]:
        return []

    def _existing_manifests(self) -> list[ManifestFile]:
        head = self._transaction.table_metadata.snapshot_by_name(self._target_branch)
        manifests = head.manifests(self._io) if head else []
        live: _Live = defaultdict(list)
        for manifest in manifests:
            entries = manifest.fetch_manifest_entry(self._io, discard_deleted=True)
            key = (manifest.content, manifest.partition_spec_id)
            live[key].extend(entry for entry in entries if entry.data_file not in self.spent)
        return [written for key, entries in live.items() for written in self._write(*key, entries)]

    def _write(self, content: ManifestContent, spec_id: int, entries: list[ManifestEntry]) -> Iterator[ManifestFile]:
        entries.sort(key=_by_partition)
        for start in range(0, len(entries), ENTRIES_PER_MANIFEST):
            with self._writer(content, self.spec(spec_id)) as writer:
                for entry in entries[start : start + ENTRIES_PER_MANIFEST]:
                    writer.add_entry(_as_existing(entry))
            yield writer.to_manifest_file()

    def _writer(self, content: ManifestContent, spec: PartitionSpec) -> ManifestWriter:
        if content == ManifestContent.DATA:
            return self.new_manifest_writer(spec)
        return DeleteManifestWriter(
            spec, self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression
        )

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        self._deleted_data_files = set(self.spent)
        summary = super()._summary(snapshot_properties)
        self._deleted_data_files = set()
        return recorded(summary, Operation.REPLACE)


class DeleteManifestWriter(ManifestWriterV2):
    """Writes a manifest of delete files, which pyiceberg only reads."""

    def content(self) -> ManifestContent:
        """Return what the manifest lists."""
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


def rewrite_manifests(table: IcebergTable, *, is_forced: bool = False) -> Manifests | None:
    """Write the manifests together unless they are few; returns None when they were left alone.

    Args:
        table: the table; it stands at the new snapshot afterwards.
        is_forced: write them even if few, so that no entry of a file that is gone remains.

    Raises:
        CommitFailedException: the table changed under every attempt.
    """

    def attempt() -> Manifests | None:
        snapshot = table.refresh().current_snapshot()
        if snapshot is None:
            return None
        before = snapshot.manifests(table.io)
        spent = _spent_deletes(table, before)
        if not (is_forced or spent or _are_many(before)):
            return None
        _rewrite(table, spent)
        return Manifests(len(before), _manifests_of(table), len(spent))

    return retried(attempt)


def _rewrite(table: IcebergTable, spent: frozenset[DataFile]) -> None:
    with LeanTransaction(table) as transaction:
        rewrite = _RewriteManifests(operation=Operation.OVERWRITE, transaction=transaction, io=table.io)
        rewrite.spent = spent
        rewrite.commit()


def _manifests_of(table: IcebergTable) -> int:
    snapshot = table.current_snapshot()
    return len(snapshot.manifests(table.io)) if snapshot else 0


def _spent_deletes(table: IcebergTable, manifests: Sequence[ManifestFile]) -> frozenset[DataFile]:
    listed = {
        entry.data_file
        for manifest in manifests
        if manifest.content == ManifestContent.DELETES
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
    }
    if not listed:
        return frozenset()
    needed = {deletes for task in table.scan().plan_files() for deletes in task.delete_files}
    return frozenset(listed - needed)


def _are_many(manifests: Sequence[ManifestFile]) -> bool:
    files = sum((each.added_files_count or 0) + (each.existing_files_count or 0) for each in manifests)
    needed = -(-files // ENTRIES_PER_MANIFEST)
    return len(manifests) > max(MANIFESTS_MIN, 2 * needed)


def _as_existing(entry: ManifestEntry) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=ManifestEntryStatus.EXISTING,
        snapshot_id=entry.snapshot_id,
        sequence_number=entry.sequence_number,
        file_sequence_number=entry.file_sequence_number,
        data_file=entry.data_file,
    )


def _by_partition(entry: ManifestEntry) -> tuple[str, str]:
    values = (entry.data_file.partition[place] for place in range(len(entry.data_file.partition)))
    return ",".join(f"{value!s:>12}" for value in values), entry.data_file.file_path
