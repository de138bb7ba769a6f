"""Where a store's id stands: as a whole word in rows, file bounds, metadata and items."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from pyiceberg.avro.file import AvroFile
from pyiceberg.io import FileIO
from pyiceberg.typedef import Record

from glue.maintenance.storage import StoredFile

STORE_COLUMN = "store_id"
TEXT_COLUMNS = ("device_id", "event_id", "detail", "head")
"""Columns of `rejected_v1` in which a record's text may name a store that could not be read as one."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class StoreMention:
    """Finds one store's id, and no longer id that contains it.

    A record whose store could not be read may name one of the store's own devices instead: `device_ids` are looked for
    in the texts of rejected records, and there only.
    """

    store_id: str
    device_ids: tuple[str, ...] = ()

    def is_in_text(self, text: str) -> bool:
        """Say whether a text names the store."""
        return re.search(_pattern((self.store_id,)), text) is not None

    def is_in(self, value: object) -> bool:
        """Say whether a value, or any within it, names the store."""
        return any(map(self.is_in_text, _texts(value)))

    def rows(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """Return for each row whether it is the store's; of a record that was rejected, also whether it names it."""
        found = pc.fill_null(pc.equal(batch.column(STORE_COLUMN), self.store_id), fill_value=False)
        names = set(batch.schema.names)
        for name in TEXT_COLUMNS if has_texts(names) else ():
            named = pc.match_substring_regex(batch.column(name), _pattern((self.store_id, *self.device_ids)))
            found = pc.or_(found, pc.fill_null(named, fill_value=False))
        return found

    def is_in_file(self, io: FileIO, file: StoredFile) -> bool:
        """Say whether a stored file names the store.

        Of Parquet, the columns are read that may; of Avro, every value, bounds of columns included; all else as text.
        """
        stored = io.new_input(file.location)
        if file.path.endswith(".avro"):
            with AvroFile[Record](stored) as records:
                return any(map(self.is_in, records))
        with stored.open() as source:
            if file.path.endswith(".parquet"):
                return self._is_in_parquet(parquet.ParquetFile(source))
            content = source.read()
        content = gzip.decompress(content) if content.startswith(_GZIP) else content
        return self.is_in_text(content.decode(errors="replace"))

    def _is_in_parquet(self, file: parquet.ParquetFile) -> bool:
        names = set(file.schema_arrow.names)
        if STORE_COLUMN not in names:
            return False
        columns = [STORE_COLUMN, *(name for name in TEXT_COLUMNS if has_texts(names) and name in names)]
        groups = range(file.num_row_groups) if has_texts(names) else self._row_groups(file)
        batches = file.iter_batches(columns=columns, row_groups=list(groups))
        return any(pc.any(self.rows(batch)).as_py() for batch in batches)

    def _row_groups(self, file: parquet.ParquetFile) -> Iterator[int]:
        """Yield the row groups whose bounds let the store be in them."""
        for index in range(file.num_row_groups):
            group = file.metadata.row_group(index)
            columns = (group.column(place) for place in range(group.num_columns))
            bounds = next(column for column in columns if column.path_in_schema == STORE_COLUMN).statistics
            if bounds is None or not bounds.has_min_max or bounds.min <= self.store_id <= bounds.max:
                yield index


def has_texts(columns: Iterable[str]) -> bool:
    """Say whether rows of these columns hold a record's text, as those of `rejected_v1` do."""
    return "head" in columns


def _pattern(ids: Iterable[str]) -> str:
    """Return a regular expression of ids as whole words; Arrow's and Python's read it alike."""
    return f"(^|[^0-9A-Za-z_-])({'|'.join(map(re.escape, ids))})($|[^0-9A-Za-z_-])"


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bytes():
            yield value.decode(errors="replace")
        case Record():
            yield from _texts([value[place] for place in range(len(value))])
        case Mapping():
            yield from _texts([*value.keys(), *value.values()])
        case list() | tuple() | set():
            for each in value:
                yield from _texts(each)
