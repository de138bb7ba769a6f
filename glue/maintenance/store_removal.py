"""Deletion of one store's data, with proof.

Rows are rewritten out of every table, every older snapshot is forgotten, and the files that only those needed are
deleted. Then everything that is stored is looked at again. Time travel of all stores ends with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyiceberg import expressions
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import BooleanExpression
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.refs import MAIN_BRANCH

from contracts.tables import ACCOUNTING_HOUR, CAMERA_MINUTE, DYNAMODB_TABLES, LAKE_TABLES, REJECTED, Table
from glue.lake import Lake
from glue.maintenance.certificate import Certificate, RemovedFile, TableCertificate, Verification
from glue.maintenance.manifests import rewrite_manifests
from glue.maintenance.mentions import STORE_COLUMN, StoreMention
from glue.maintenance.rewriting import Sizes
from glue.maintenance.snapshots import expire
from glue.maintenance.storage import StoredFile, files_under, referenced
from glue.maintenance.store_items import count_items, remove_items
from glue.maintenance.store_rows import RowCounts, count_rows, remove_rows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
IN_FLIGHT = dt.timedelta(hours=1)
"""A file that no snapshot needs and that is younger may belong to a commit of the stream that is under way."""
READERS = 16
_BLOCK_BYTES = 1024 * 1024
Tell = Callable[[str], None]


class NamedSnapshotsError(RuntimeError):
    """Branches or tags keep old snapshots, and so the store's rows."""


@dataclass(frozen=True, slots=True)
class StoreRemoval:
    """What deletion needs: the lake, DynamoDB and S3, the store, and the present instant."""

    lake: Lake
    dynamodb: DynamoDBClient
    s3: S3Client
    store_id: str
    now: dt.datetime
    sizes: Sizes = field(default_factory=Sizes)

    def run(self, tell: Tell = lambda _: None) -> Certificate:
        """Delete the store's data and look whether it is gone; done again, it completes what was cut short.

        Raises:
            NamedSnapshotsError: branches or tags must be dropped first; nothing was changed.
            CommitFailedException: a table changed under every attempt; run it again.
        """
        tables = dict(self._tables())
        _require_no_names(tables.values())
        mention = StoreMention(self.store_id, self._device_ids())
        before = list(self._counts(tables, mention))
        removed = [file for table in tables.values() for file in self._remove(table, mention, tell)]
        removed += self._remove_strays(tables, mention, tell)
        for contract in DYNAMODB_TABLES:
            tell(contract.name)
            remove_items(self.dynamodb, contract, mention)
        after = list(self._counts(tables, mention))
        return self._certificate(mention, before, after, removed, self._verified(mention, tell))

    def counts(self) -> list[tuple[Table, RowCounts]]:
        """Return how much of the store each table has; changes nothing."""
        return list(self._counts(dict(self._tables()), StoreMention(self.store_id, self._device_ids())))

    def _tables(self) -> Iterator[tuple[Table, IcebergTable]]:
        # Rejected records first: the store's devices are found in the tables after it, if this run is cut short.
        for contract in (REJECTED, *(table for table in LAKE_TABLES if table is not REJECTED)):
            if any(column.name == STORE_COLUMN for column in contract.columns):
                try:
                    yield contract, self.lake.table(contract)
                except NoSuchTableError:
                    continue

    def _device_ids(self) -> tuple[str, ...]:
        """Return the devices of the store alone: one that worked in another store tells of that one too."""
        of_store = _by.EqualTo(STORE_COLUMN, self.store_id)
        own = {each for table in (CAMERA_MINUTE, ACCOUNTING_HOUR) for each in self._devices(table, of_store)} - {""}
        if not own:
            return ()
        # The hours of accounting are few; to look for a device in all minutes would read all of them.
        elsewhere = _by.And(_by.NotEqualTo(STORE_COLUMN, self.store_id), _by.In("device_id", own))
        return tuple(sorted(own - self._devices(ACCOUNTING_HOUR, elsewhere)))

    def _devices(self, contract: Table, condition: BooleanExpression) -> set[str]:
        try:
            table = self.lake.table(contract)
        except NoSuchTableError:
            return set()
        rows = table.scan(row_filter=condition, selected_fields=("device_id",)).to_arrow_batch_reader()
        return {device_id for batch in rows for device_id in batch.column(0).unique().to_pylist()}

    def _counts(self, tables: dict[Table, IcebergTable], mention: StoreMention) -> Iterator[tuple[Table, RowCounts]]:
        for contract, table in tables.items():
            yield contract, count_rows(table.refresh(), mention)
        for contract in DYNAMODB_TABLES:
            yield contract, RowCounts(count_items(self.dynamodb, contract, mention), 0)

    def _remove(self, table: IcebergTable, mention: StoreMention, tell: Tell) -> Iterator[RemovedFile]:
        remove_rows(table, mention, self.sizes, tell)
        # Entries of files that are gone still tell the bounds of their columns.
        rewrite_manifests(table, is_forced=True)
        needed_before = referenced(table.refresh())
        expire(table, older_than=dt.datetime.max.replace(tzinfo=dt.UTC), keep=0)
        needed = referenced(table.refresh())
        for file in files_under(table.io, table.location()):
            if file.path in needed_before and file.path not in needed:
                tell(file.path)
                yield _delete(table.io, file)

    def _remove_strays(
        self, tables: dict[Table, IcebergTable], mention: StoreMention, tell: Tell
    ) -> Iterator[RemovedFile]:
        """Delete what failed commits left of the store; a commit under way is left, and found afterwards."""
        for table in tables.values():
            stored = files_under(table.io, table.location())
            needed = referenced(table.refresh())
            strays = [file for file in stored if file.path not in needed and file.modified < self.now - IN_FLIGHT]
            for file in strays:
                if mention.is_in_file(table.io, file):
                    tell(file.path)
                    yield _delete(table.io, file)

    def _verified(self, mention: StoreMention, tell: Tell) -> Verification:
        io = load_file_io(dict(self.lake.catalog.properties), self.lake.warehouse)
        files = files_under(io, self.lake.warehouse)

        def problem(file: StoredFile) -> str | None:
            tell(file.path)
            return _problem(io, file, mention)

        with ThreadPoolExecutor(READERS) as readers:
            problems = [found for found in readers.map(problem, files) if found]
        problems += _version_problems(self.s3, self.lake.warehouse)
        return Verification(len(files), sum(file.size_bytes for file in files), tuple(problems))

    def _certificate(
        self,
        mention: StoreMention,
        before: list[tuple[Table, RowCounts]],
        after: list[tuple[Table, RowCounts]],
        removed: list[RemovedFile],
        verification: Verification,
    ) -> Certificate:
        tables = tuple(
            TableCertificate(contract.name, contract.stored_in, was, now)
            for (contract, was), (_, now) in zip(before, after, strict=True)
        )
        return Certificate(
            store_id=self.store_id,
            device_ids=mention.device_ids,
            removed_at=self.now.isoformat(),
            warehouse=self.lake.warehouse,
            is_proven=not verification.problems and not any(each.after.of_store for each in tables),
            tables=tables,
            removed_files=tuple(removed),
            verification=verification,
        )


def _require_no_names(tables: Iterable[IcebergTable]) -> None:
    named = [
        f"{table.name()[-1]}: {name}"
        for table in tables
        for name in table.refresh().metadata.refs
        if name != MAIN_BRANCH
    ]
    if named:
        raise NamedSnapshotsError(
            f"expected tables without branches and tags, came {', '.join(named)}: they keep the store's rows; drop "
            "them (table.manage_snapshots().remove_tag or remove_branch) and run it again"
        )


def _delete(io: FileIO, file: StoredFile) -> RemovedFile:
    digest = hashlib.sha256()
    with io.new_input(file.location).open() as source:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
    io.delete(file.location)
    return RemovedFile(file.location, file.size_bytes, digest.hexdigest())


def _problem(io: FileIO, file: StoredFile, mention: StoreMention) -> str | None:
    try:
        is_found = mention.is_in_file(io, file)
    except FileNotFoundError:
        # A commit in between took it away.
        return None
    except (OSError, ValueError) as error:
        return f"{file.location} cannot be read: {error}"
    return f"{file.location} names the store" if is_found else None


def _version_problems(s3: S3Client, warehouse: str) -> list[str]:
    """Return what is wrong with a bucket that keeps earlier versions of what is deleted; a folder keeps none."""
    scheme, bucket, path = PyArrowFileIO.parse_location(warehouse)
    if not scheme.startswith("s3"):
        return []
    prefix = path.removeprefix(f"{bucket}/").rstrip("/") + "/"
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    kept = sum(not version["IsLatest"] for page in pages for version in page.get("Versions", ()))
    cure = "delete them, as by a lifecycle rule with NoncurrentVersionExpiration, and run it again"
    return [f"the bucket keeps {kept} earlier versions of files that are deleted: {cure}"] if kept else []
