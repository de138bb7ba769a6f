"""Athena, by awswrangler: results come straight from the query, no table is created for them."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

import awswrangler
import pyarrow as pa
from awswrangler.exceptions import QueryFailed
from botocore.exceptions import BotoCoreError, ClientError

from contracts.tables import TABLES
from glue.dialect import Engine as Dialect
from storeq.compile import Place, Statement
from storeq.cures import missing
from storeq.engines import Answer
from storeq.errors import EngineError, MissingTablesError

CATALOG = "awsdatacatalog"
POLLING_SECONDS = 0.5
_NOT_FOUND = re.compile(r"TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|does not exist")


def in_utc(rows: pa.Table, instants: Collection[str]) -> pa.Table:
    """Return rows with instants in UTC: awswrangler leaves out the zone, and Athena gives ours in UTC."""
    utc = pa.timestamp("us", tz="UTC")
    fields = [field.with_type(utc) if field.name in instants else field for field in rows.schema]
    return rows.cast(pa.schema(fields))


@dataclass(frozen=True, slots=True)
class Athena:
    """One workgroup of Athena, and the database in which the tables are."""

    database: str
    workgroup: str = "primary"
    output: str | None = None
    polling_seconds: float = POLLING_SECONDS

    @property
    def dialect(self) -> Dialect:
        """Athena's own, which is Trino's."""
        return "athena"

    @property
    def place(self) -> Place:
        """The database of the Glue catalog."""
        return Place(self.database, CATALOG)

    def run(self, statement: Statement) -> Answer:
        """Return the answer; see `Engine.run`."""
        started = time.monotonic()
        try:
            found = awswrangler.athena.read_sql_query(
                statement.sql,
                self.database,
                ctas_approach=False,
                workgroup=self.workgroup,
                s3_output=self.output,
                athena_query_wait_polling_delay=self.polling_seconds,
                dtype_backend="pyarrow",
            )
        except QueryFailed as error:
            raise self._explained(str(error), statement) from error
        except (BotoCoreError, ClientError) as error:
            raise EngineError([f"Athena does not answer: {error}. Look at credentials, region, workgroup."]) from error
        statistics = found.query_metadata["Statistics"]
        return Answer(
            rows=in_utc(pa.Table.from_pandas(found, preserve_index=False), statement.instants),
            seconds=time.monotonic() - started,
            bytes_read=statistics.get("DataScannedInBytes"),
        )

    def _explained(self, message: str, statement: Statement) -> EngineError:
        if _NOT_FOUND.search(message):
            absent = [read.table.name for read in statement.sources if read.table.name in message]
            where = f"in {self.database} of Athena"
            return MissingTablesError(absent, missing((TABLES[name] for name in absent), where))
        return EngineError([f"Athena cannot run the statement: {message}"])
