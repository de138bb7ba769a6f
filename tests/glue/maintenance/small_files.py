"""Rows of crossings, and tables that hold them in many small files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import uuid4

import pyarrow as pa
from pyarrow import parquet
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestEntry, ManifestEntryStatus, ManifestFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _FastAppendFiles
from pyiceberg.typedef import Record

from contracts.tables import TRAFFIC_MINUTE
from glue.lake import Lake
from glue.maintenance.manifests import DeleteManifestWriter
from glue.schemas import arrow_schema_of
from tests.glue.conftest import append

DAY = dt.date(2026, 9, 21)
STORES = ("store-001", "store-0011", "store-002")
POSITION_DELETES = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={b"PARQUET:field_id": b"2147483546"}),
        pa.field("pos", pa.int64(), nullable=False, metadata={b"PARQUET:field_id": b"2147483545"}),
    ]
)


def crossings(day: dt.date, minute: int, stores: Iterable[str] = STORES) -> pa.Table:
    """Return one minute's rows of a day (UTC), one for each store, in no order."""
    start = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(minutes=minute)
    rows = [
        {
            "store_id": store_id,
            "line_id": "doors",
            "window_start": start,
            "window_end": start + dt.timedelta(minutes=1),
            "in_count": minute + place,
            "out_count": minute,
            "staff_in_count": 0,
            "staff_out_count": 0,
            "coverage": 1.0,
            "quality": "good",
        }
        for place, store_id in enumerate(reversed(list(stores)))
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(TRAFFIC_MINUTE))


def crossings_table(lake: Lake, *, days: int = 2, files_a_day: int = 4) -> IcebergTable:
    """Return a table of days from `DAY` on, each of some small files, each by a commit of its own."""
    lake.apply(TRAFFIC_MINUTE)
    table = lake.table(TRAFFIC_MINUTE)
    for day in range(days):
        for minute in range(files_a_day):
            append(table, crossings(DAY + dt.timedelta(days=day), minute))
    return lake.table(TRAFFIC_MINUTE)


def rows_of(table: IcebergTable, snapshot_id: int | None = None) -> pa.Table:
    """Return a table's rows as read anew, by key."""
    return in_order(table.refresh().scan(snapshot_id=snapshot_id).to_arrow())


def in_order(rows: pa.Table) -> pa.Table:
    """Return rows by key, in one piece."""
    return rows.combine_chunks().sort_by([(name, "ascending") for name in TRAFFIC_MINUTE.key])


def delete_rows(table: IcebergTable, file: DataFile, positions: list[int]) -> None:
    """Delete rows of a file as Athena does: by a file of positions, in a commit of its own."""
    location = f"{table.location()}/data/{uuid4()}-deletes.parquet"
    rows = pa.table([[file.file_path] * len(positions), positions], schema=POSITION_DELETES)
    with table.io.new_output(location).create() as output:
        parquet.write_table(rows, output)
    deletes = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=Record(*(file.partition[place] for place in range(len(file.partition)))),
        file_size_in_bytes=len(table.io.new_input(location)),
        record_count=len(positions),
        spec_id=table.spec().spec_id,
    )
    table.refresh()
    with table.transaction() as transaction:
        add = _AddDeletes(operation=Operation.DELETE, transaction=transaction, io=table.io)
        add.append_data_file(deletes)
        add.commit()


class _AddDeletes(_FastAppendFiles):
    """pyiceberg reads position deletes, and writes none."""

    def _manifests(self) -> list[ManifestFile]:
        writer = DeleteManifestWriter(
            self.spec(0), self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression
        )
        with writer:
            for file in self._added_data_files:
                writer.add(
                    ManifestEntry.from_args(
                        status=ManifestEntryStatus.ADDED, snapshot_id=self._snapshot_id, data_file=file
                    )
                )
        return [writer.to_manifest_file(), *self._existing_manifests()]
