"""The only place that knows connector options: the Kinesis source (4.x dialect), the Iceberg catalog, DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from contracts.events import WATERMARK_DELAY_MS, envelope_struct, payload_fields
from contracts.fields import Field
from contracts.rejections import RULES
from contracts.render.flink import flink_columns, flink_type
from contracts.tables import LIVE_TABLES, TABLES, Table
from contracts.types import BOOLEAN, INTEGER, STRING
from flink_jobs.jobs import TABLE_OPTIONS
from flink_jobs.settings import BatchJobSettings, LakeSettings, LiveSettings, Settings, SourceSettings

SOURCE_TABLE = "inference"
_CATALOG = "lake"
_RULES_TABLE = TABLES["rules"].name
KINESIS_ARRIVAL = {"arrival_time": "timestamp", "shard_id": "shard-id", "sequence_number": "sequence-number"}
"""Which metadata of the Kinesis source tells of a record's arrival, by column."""
FILE_ARRIVAL = {"arrival_time": "file.modification-time", "shard_id": "file.name", "sequence_number": "file.path"}
"""What stands for it where records lie in files: for measuring."""

_DECODER_COLUMNS = (
    Field("original", STRING, "The record as received, when the row does not hold all of it", required=False),
    Field("left_out", STRING, "Elements of lists that broke the contract", required=False),
    Field("decode_reason", STRING, "Why the decoder refused the record", required=False),
    Field("decode_detail", STRING, "Where, what was expected, what came", required=False),
    Field("head", STRING, "First 4 KiB of a refused record", required=False),
    Field("size_bytes", INTEGER, "Size of the record", required=False),
    Field("is_resuming", BOOLEAN, "The record came right after a silence in which the source was idle", required=False),
)


class Connectors(Protocol):
    """Where a job reads and writes: the cloud's services, or anything a test puts in their place."""

    def ddl(self) -> list[str]:
        """Return the statements that create the source and whatever the sinks need, in order."""

    def sink(self, table: Table) -> str:
        """Return the identifier to insert into for a table."""

    def placeholders(self) -> Mapping[str, str]:
        """Return what queries that look something up are told, by the names that stand in them."""


class CloudConnectors:
    """Kinesis, Iceberg in the Glue catalog and DynamoDB: in the cloud, or their doubles by endpoint."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ddl(self) -> list[str]:
        """Return the statements that create the source, the lake's catalog and the live tables."""
        live = [create_live_table(table, self._settings.live) for table in LIVE_TABLES]
        return [
            create_source(kinesis_options(self._settings.source)),
            create_catalog(self._settings.lake),
            *live,
        ]

    def sink(self, table: Table) -> str:
        """Return the table in the lake's catalog, or the live table."""
        if table.stored_in == "lake":
            return f"`{_CATALOG}`.`{self._settings.lake.database}`.`{table.name}`"
        return f"`{table.name}`"

    def placeholders(self) -> Mapping[str, str]:
        """Return where the alert rules are."""
        live = self._settings.live
        return rule_place(live.table_prefix + _RULES_TABLE, live.region, live.endpoint)


class BatchConnectors:
    """What is stored in the lake, as `stored_event` and `stored_rejection`, and the staging tables."""

    def __init__(self, settings: BatchJobSettings, *, reads_by: str) -> None:
        self._settings = settings
        self._reads_by = reads_by

    def ddl(self) -> list[str]:
        """Return the statements that open the lake and name what is to be read."""
        return [
            create_catalog(self._settings.lake),
            self._stored("stored_event", TABLES["event_v1"], self._reads_by),
            self._stored("stored_rejection", TABLES["rejected_v1"], "arrival_time"),
        ]

    def sink(self, table: Table) -> str:
        """Return the staging table."""
        return f"`{_CATALOG}`.`{self._settings.batch.staging_database}`.`{table.name}`"

    def placeholders(self) -> Mapping[str, str]:
        """Return nothing: a batch job looks nothing up."""
        return {}

    def _stored(self, name: str, table: Table, time_column: str) -> str:
        batch = self._settings.batch
        conditions = [
            f"`{time_column}` >= TO_TIMESTAMP_LTZ({batch.from_ms}, 3)",
            f"`{time_column}` < TO_TIMESTAMP_LTZ({batch.to_ms}, 3)",
        ]
        if batch.store_id is not None:
            conditions.append(f"`store_id` = {_text(batch.store_id)}")
        stored = f"`{_CATALOG}`.`{self._settings.lake.database}`.`{table.name}`"
        return f"CREATE TEMPORARY VIEW `{name}` AS SELECT * FROM {stored} WHERE {' AND '.join(conditions)}"


class PlanConnectors:
    """The real source, and sinks that take everything and keep nothing: for reading plans and for measuring."""

    def __init__(self, source_options: Mapping[str, str]) -> None:
        self._source_options = source_options

    def ddl(self) -> list[str]:
        """Return the statements that create the source and one `blackhole` for each table."""
        return [create_source(self._source_options), *(_create_blackhole(table) for table in TABLES.values())]

    def sink(self, table: Table) -> str:
        """Return the table's blackhole."""
        return f"`{table.name}`"

    def placeholders(self) -> Mapping[str, str]:
        """Return a place for the rules that is never looked at."""
        return rule_place(_RULES_TABLE, "us-east-1", None)


def rule_place(table: str, region: str, endpoint: str | None) -> dict[str, str]:
    """Return where `RULES_OF` looks; no endpoint is the cloud's own."""
    return {"rules_table": table, "rules_region": region, "rules_endpoint": endpoint or ""}


def create_hand_over(table: str, name: str, columns: Iterable[tuple[str, str]]) -> str:
    """Return the `CREATE TABLE` of a sink whose rows go on within the job; columns are names and SQL types."""
    listed = ", ".join(f"`{column}` {sql_type} NOT NULL" for column, sql_type in columns)
    return f"CREATE TEMPORARY TABLE `{table}` ({listed}) {_with({'connector': 'hand-over', 'name': name})}"


def kinesis_options(source: SourceSettings) -> dict[str, str]:
    """Return the options of the Kinesis source, in the dialect of connector 4.x."""
    options = {
        "connector": "kinesis",
        "stream": source.stream,
        "aws.region": source.region,
        "scan.stream.initpos": source.initial_position,
        # One watermark per source subtask: shards are dealt evenly so that none waits behind another.
        "scan.shard.assigner": "uniform",
        "format": "inference",
        "inference.idle-timeout": TABLE_OPTIONS["table.exec.source.idle-timeout"],
    }
    if source.initial_time:
        # With milliseconds, as the connector reads it.
        instant = source.initial_time.isoformat(timespec="milliseconds")
        options["scan.stream.initpos-timestamp"] = instant.replace("+00:00", "Z")
    if source.endpoint:
        options |= _local_credentials() | {
            "aws.endpoint": source.endpoint,
            "scan.shard.discovery.intervalmillis": "1000",
            "scan.shard.getrecords.intervalmillis": "200",
        }
    return options


def file_options(folder: str, format_name: str) -> dict[str, str]:
    """Return the options of a source that reads a folder of JSON lines once, and ends: for measuring."""
    options = {"connector": "filesystem", "path": folder, "format": format_name}
    if format_name == "inference":
        options["inference.idle-timeout"] = TABLE_OPTIONS["table.exec.source.idle-timeout"]
    return options


def create_source(options: Mapping[str, str], arrival: Mapping[str, str] = KINESIS_ARRIVAL) -> str:
    """Return the `CREATE TABLE` of the received records: decoded, judged by the rules, with event time.

    A rejected record takes its arrival time as its time, as a null would stop the job, and gives no watermark, so
    that a wrong clock never makes other devices' events late. Nor does one that comes right after a silence: see
    `storetraffic.decode.Resumption`.
    """
    delay_seconds = WATERMARK_DELAY_MS // 1000
    is_rejected = _is_rejected()
    columns = [
        _optional_columns((*envelope_struct().fields, *payload_fields(), *_DECODER_COLUMNS)),
        f"    `arrival_time` TIMESTAMP_LTZ(3) METADATA FROM {_text(arrival['arrival_time'])} VIRTUAL",
        f"    `shard_id` STRING METADATA FROM {_text(arrival['shard_id'])} VIRTUAL",
        f"    `sequence_number` STRING METADATA FROM {_text(arrival['sequence_number'])} VIRTUAL",
        f"    `reject_reason` AS {_first_broken('reason')}",
        f"    `reject_detail` AS {_first_broken('detail')}",
        f"    `rowtime` AS CASE WHEN {is_rejected} THEN arrival_time ELSE TO_TIMESTAMP_LTZ(event_time_ms, 3) END",
        "    `proctime` AS PROCTIME()",
        f"    WATERMARK FOR `rowtime` AS CASE WHEN {is_rejected} OR is_resuming THEN CAST(NULL AS TIMESTAMP_LTZ(3)) "
        f"ELSE `rowtime` - INTERVAL '{delay_seconds}' SECOND END",
    ]
    return f"CREATE TEMPORARY TABLE `{SOURCE_TABLE}` (\n" + ",\n".join(columns) + f"\n) {_with(options)}"


def create_catalog(lake: LakeSettings) -> str:
    """Return the `CREATE CATALOG` of the lake; its tables are created by `glue/`, never by the job."""
    options = {
        "type": "iceberg",
        "catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        "warehouse": lake.warehouse,
        "client.region": lake.region,
    }
    if lake.glue_endpoint:
        options["glue.endpoint"] = lake.glue_endpoint
    if lake.s3_endpoint:
        options |= {"s3.endpoint": lake.s3_endpoint, "s3.path-style-access": "true"}
    return f"CREATE CATALOG `{_CATALOG}` {_with(options)}"


def create_live_table(table: Table, live: LiveSettings) -> str:
    """Return the `CREATE TABLE` of a DynamoDB sink: whole items, at least once, in order for each key."""
    options = {
        "connector": "dynamodb",
        "table-name": live.table_prefix + table.name,
        "aws.region": live.region,
        "sink.fail-on-error": "false",
        # Two requests under way at once could put an older item over a newer one.
        "sink.requests.max-inflight": "1",
        # The last items of a window are fewer than a request holds; by default they would wait 5 s for more.
        "sink.flush-buffer.timeout": "500",
    }
    if live.endpoint:
        options |= _local_credentials() | {"aws.endpoint": live.endpoint}
    partition = ", ".join(f"`{name}`" for name in table.key)
    return (
        f"CREATE TEMPORARY TABLE `{table.name}` (\n{flink_columns(table.columns)}\n) "
        f"PARTITIONED BY ({partition}) {_with(options)}"
    )


def _create_blackhole(table: Table) -> str:
    columns = flink_columns(table.columns)
    return f"CREATE TEMPORARY TABLE `{table.name}` (\n{columns}\n) {_with({'connector': 'blackhole'})}"


def _optional_columns(fields: tuple[Field, ...]) -> str:
    return ",\n".join(f"    `{field.name}` {flink_type(field.type)}" for field in fields)


def _is_rejected() -> str:
    broken = " OR ".join(f"({rule.predicate})" for rule in RULES)
    return f"decode_reason IS NOT NULL OR {broken}"


def _first_broken(column: str) -> str:
    """Return SQL for the reason, or the detail, of the first rule that a record breaks."""
    cases = "".join(
        f" WHEN {rule.predicate} THEN {repr(rule.reason) if column == 'reason' else rule.detail}" for rule in RULES
    )
    return f"CASE WHEN decode_reason IS NOT NULL THEN decode_{column}{cases} END"


def _local_credentials() -> dict[str, str]:
    return {
        "aws.credentials.provider": "BASIC",
        "aws.credentials.basic.accesskeyid": "local",
        "aws.credentials.basic.secretkey": "local",
    }


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _with(options: Mapping[str, str]) -> str:
    listed = ",\n".join(f"    {_text(name)} = {_text(value)}" for name, value in options.items())
    return f"WITH (\n{listed}\n)"
