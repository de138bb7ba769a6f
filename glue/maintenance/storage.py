"""What is stored under a location, and which of it a table needs; on S3 and in folders alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pyarrow import fs
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import ManifestFile
from pyiceberg.table import Table as IcebergTable


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: its path without a scheme, as `path_of` gives it, its location, size and when it was written."""

    path: str
    location: str
    size_bytes: int
    modified: dt.datetime


def path_of(location: str) -> str:
    """Return a location without its scheme: writers do not agree on `s3` or `s3a`, nor on `file:/` or `file:///`."""
    return PyArrowFileIO.parse_location(location)[2]


def files_under(io: FileIO, location: str) -> list[StoredFile]:
    """Return all files under a location, by path; none when it does not exist.

    Raises:
        TypeError: the table's files are not read by Arrow.
    """
    if not isinstance(io, PyArrowFileIO):
        raise TypeError(f"expected files that Arrow reads (py-io-impl PyArrowFileIO), came {type(io).__name__}")
    scheme, netloc, path = io.parse_location(location)
    prefix = "" if scheme == "file" else f"{scheme}://"
    selector = fs.FileSelector(path.rstrip("/"), recursive=True, allow_not_found=True)
    found = io.fs_by_scheme(scheme, netloc).get_file_info(selector)
    files = (
        StoredFile(each.path, f"{prefix}{each.path}", each.size, each.mtime)
        for each in found
        if each.type == fs.FileType.File
    )
    return sorted(files, key=lambda file: file.path)


def referenced(table: IcebergTable) -> frozenset[str]:
    """Return the paths of all files that any snapshot, branch or tag of the table as it was read needs.

    These are the metadata and its log, statistics, and of every snapshot its manifest list, its manifests, and their
    live data and delete files.
    """
    metadata = table.metadata
    locations = {table.metadata_location, *(entry.metadata_file for entry in metadata.metadata_log)}
    locations |= {file.statistics_path for file in [*metadata.statistics, *metadata.partition_statistics]}
    locations |= {snapshot.manifest_list for snapshot in metadata.snapshots}
    for manifest in _manifests(table):
        locations.add(manifest.manifest_path)
        entries = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        locations.update(entry.data_file.file_path for entry in entries)
    return frozenset(map(path_of, locations))


def _manifests(table: IcebergTable) -> Iterator[ManifestFile]:
    """Yield every manifest once: snapshots share most of theirs."""
    seen: set[str] = set()
    for snapshot in table.metadata.snapshots:
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in seen:
                seen.add(manifest.manifest_path)
                yield manifest
