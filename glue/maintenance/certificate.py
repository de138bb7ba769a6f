"""The certificate that a store's data is gone: what there was, what was deleted, and what was looked at afterwards."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from glue.maintenance.store_rows import RowCounts

NOT_COVERED = (
    "rows of the event stream (Kinesis keeps them for its retention, DynamoDB's streams for 24 hours)",
    "savepoints and checkpoints of the job, and logs",
    "results of queries that people kept, and copies outside of the bucket's prefix",
    "what the devices of the store keep themselves",
)
"""What no look at the lake can prove; docs/maintenance.md says what to do about each."""


@dataclass(frozen=True, slots=True)
class TableCertificate:
    """Rows or items of one table before and after."""

    table: str
    stored_in: Literal["lake", "dynamodb"]
    before: RowCounts
    after: RowCounts


@dataclass(frozen=True, slots=True)
class RemovedFile:
    """A file that was deleted: what it was can be told by its digest."""

    location: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at afterwards, and what was found that should not be there."""

    files_read: int
    bytes_read: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The whole certificate; `is_proven` when nothing of the store was found where it was looked."""

    store_id: str
    device_ids: tuple[str, ...]
    removed_at: str
    warehouse: str
    is_proven: bool
    tables: tuple[TableCertificate, ...]
    removed_files: tuple[RemovedFile, ...]
    verification: Verification
    not_covered: tuple[str, ...] = NOT_COVERED

    def write(self, path: Path) -> None:
        """Write the certificate as JSON."""
        path.write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")
