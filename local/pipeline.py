"""The whole pipeline on a local stack: tables created, stream open, `store_traffic` running, read and drained."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyiceberg.catalog.glue import GlueCatalog

from contracts.tables import LAKE_TABLES, LIVE_TABLES
from flink_jobs.package import assemble
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.live import apply_live
from local.errors import StackError
from local.paths import BUILD
from local.services import REGION
from local.stack import Stack
from local.waiting import wait_until

STREAM = "inference"
BUCKET = "store-traffic"
DATABASE = "store_traffic"
WAREHOUSE = f"s3://{BUCKET}/lake"
READ_SECONDS = 180
# Items of a day replayed long after must not expire at once.
REPLAY_ITEM_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running `store_traffic` job and where it reads and writes."""

    stack: Stack
    job_id: str
    stream: str = STREAM
    database: str = DATABASE
    warehouse: str = WAREHOUSE

    def records_read(self) -> int:
        """Return how many records the source has given to the job so far."""
        return self.stack.flink.metrics(self.job_id).source_records_out

    def wait_until_read(self, records: int) -> None:
        """Return once the source has read so many records; raises `StackError` when the job fails or stands still."""

        def is_read() -> bool:
            self.require_healthy()
            return self.records_read() >= records

        wait_until(
            is_read,
            seconds=READ_SECONDS,
            expected=f"the job to read {records} records",
            cure=f"See {self.stack.endpoints.flink_rest} and the logs in {self.stack.run_directory}.",
        )

    def drain(self) -> None:
        """End the job: every window is emitted, every table committed, a savepoint written."""
        savepoints = self.stack.run_directory / "savepoints"
        self.stack.flink.stop_with_savepoint(self.job_id, savepoints, drain=True)

    def require_healthy(self) -> None:
        """Check that the programs and the job run and that the job never failed; raises `StackError`."""
        self.stack.require_running()
        failures = self.stack.flink.exceptions(self.job_id)
        if failures:
            raise StackError(
                expected="the job to run without a failure",
                came=failures[0].splitlines()[0],
                cure=f"See the logs in {self.stack.run_directory}.",
            )


def start_pipeline(stack: Stack, *, shards: int = 2, metrics: Mapping[str, str] | None = None) -> Pipeline:
    """Create the bucket, the tables and the stream on a running stack and submit the job.

    Args:
        stack: a stack with Flink.
        shards: shards of the stream; the cluster's parallelism should not be less.
        metrics: properties of the group `metrics` that differ from the defaults.
    """
    create_tables(stack)
    stack.create_stream(STREAM, shards=shards)
    properties = stack.run_directory / "application_properties.json"
    properties.write_text(json.dumps(_property_groups(stack, metrics or {}), indent=2))
    package = stack.run_directory / "package"
    entry = assemble(package)
    job_id = stack.flink.submit(
        entry,
        ["--properties", str(properties)],
        python_files=[package],
        jar=BUILD / "jar" / "store-traffic.jar",
    )
    return Pipeline(stack=stack, job_id=job_id)


def create_tables(stack: Stack) -> None:
    """Create the bucket, the lake's tables and the live tables; those that exist are left as they are."""
    stack.boto3_client("s3").create_bucket(Bucket=BUCKET)
    lake = Lake(catalog=lake_catalog(stack), database=DATABASE, warehouse=WAREHOUSE)
    lake.create_database()
    for table in LAKE_TABLES:
        lake.apply(table)
    for table in LIVE_TABLES:
        apply_live(stack.boto3_client("dynamodb"), table)


def lake_catalog(stack: Stack) -> GlueCatalog:
    """Return the catalog of the stack's lake."""
    return glue_catalog(warehouse=WAREHOUSE, environment=stack.environment)


def _property_groups(stack: Stack, metrics: Mapping[str, str]) -> list[dict[str, object]]:
    endpoints = stack.endpoints
    groups: dict[str, Mapping[str, str]] = {
        "source": {"stream": STREAM, "region": REGION, "endpoint": endpoints.kinesis},
        "lake": {
            "warehouse": WAREHOUSE,
            "database": DATABASE,
            "region": REGION,
            "glue_endpoint": endpoints.moto,
            "s3_endpoint": endpoints.moto,
        },
        "live": {"region": REGION, "endpoint": endpoints.dynamodb},
        "metrics": {"live_item_days": str(REPLAY_ITEM_DAYS)} | dict(metrics),
    }
    return [{"PropertyGroupId": name, "PropertyMap": dict(properties)} for name, properties in groups.items()]
