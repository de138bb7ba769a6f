"""The whole pipeline on a local stack: tables created, stream open, `store_traffic` running, read and drained."""

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pyiceberg.catalog.glue import GlueCatalog

from contracts.tables import DYNAMODB_TABLES, LAKE_TABLES
from flink_jobs.package import CODE, assemble
from flink_jobs.package import JAR as PACKAGE_JAR
from flink_jobs.settings import AT_TIMESTAMP
from glue.batch import FlinkBatch
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.live import apply_live
from glue.reconcile import Reconciler
from local.errors import StackError
from local.paths import BUILD, FLINK_PYTHON, JDK
from local.services import REGION
from local.stack import Stack
from local.waiting import wait_until

STREAM = "inference"
BUCKET = "store-traffic"
DATABASE = "store_traffic"
WAREHOUSE = f"s3://{BUCKET}/lake"
JAR = BUILD / "jar" / "store-traffic.jar"
READ_SECONDS = 180
# Items of a day replayed long after must not expire at once.
REPLAY_ITEM_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running `store_traffic` job and where it reads and writes.

    `package` is the unpacked package that it runs; None is this checkout's.
    """

    stack: Stack
    job_id: str
    stream: str = STREAM
    database: str = DATABASE
    warehouse: str = WAREHOUSE
    package: Path | None = None

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
        self.stack.flink.stop_with_savepoint(self.job_id, self._savepoints, drain=True)

    def stop(self) -> str:
        """End the job in the middle of its work; returns the address of its savepoint."""
        return self.stack.flink.stop_with_savepoint(self.job_id, self._savepoints, drain=False)

    def restart(self, *, parallelism: int | None = None, package: Path | None = None) -> "Pipeline":
        """Stop the job in the middle of its work, and let a new one go on from its savepoint; returns that one.

        `package` is the one to go on with; None goes on with the same.
        """
        return self.resume(self.stop(), parallelism=parallelism, package=package)

    def resume(self, savepoint: str, *, parallelism: int | None = None, package: Path | None = None) -> "Pipeline":
        """Let a new job go on from the savepoint of the stopped one; returns that one."""
        package = package or self.package
        job_id = _submit(self.stack, _properties_file(self.stack, self.stream), parallelism, savepoint, package)
        return replace(self, job_id=job_id, package=package)

    def replay(self, initial_time: dt.datetime, *, package: Path, parallelism: int | None = None) -> "Pipeline":
        """Let a new job begin without state at an arrival in the stream; returns that one."""
        properties = _properties_file(self.stack, self.stream)
        groups = json.loads(properties.read_text())
        source = next(group["PropertyMap"] for group in groups if group["PropertyGroupId"] == "source")
        source |= {"initial_position": AT_TIMESTAMP, "initial_time": initial_time.isoformat()}
        properties.write_text(json.dumps(groups, indent=2))
        return replace(self, job_id=_submit(self.stack, properties, parallelism, None, package), package=package)

    @property
    def _savepoints(self) -> Path:
        return self.stack.run_directory / "savepoints"

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


def start_pipeline(
    stack: Stack,
    *,
    shards: int = 2,
    metrics: Mapping[str, str] | None = None,
    stream: str = STREAM,
    database: str = DATABASE,
    parallelism: int | None = None,
    package: Path | None = None,
) -> Pipeline:
    """Create the bucket, the tables and the stream on a running stack and submit the job.

    Args:
        stack: a stack with Flink.
        shards: shards of the stream; the cluster's parallelism should not be less.
        metrics: properties of the group `metrics` that differ from the defaults.
        stream: name of the stream; another one for another pipeline on the same stack.
        database: name of the lake's database; likewise.
        parallelism: of the job; None takes the cluster's.
        package: an unpacked package to run; None runs this checkout's code.
    """
    properties = prepare(stack, shards=shards, metrics=metrics, stream=stream, database=database)
    job_id = _submit(stack, properties, parallelism, None, package)
    return Pipeline(stack, job_id, stream, database, package=package)


def prepare(
    stack: Stack,
    *,
    shards: int = 2,
    metrics: Mapping[str, str] | None = None,
    stream: str = STREAM,
    database: str = DATABASE,
) -> Path:
    """Create everything that the job needs, as for `start_pipeline`; returns its property file."""
    create_tables(stack, database)
    stack.create_stream(stream, shards=shards)
    properties = _properties_file(stack, stream)
    properties.write_text(json.dumps(_property_groups(stack, stream, database, metrics or {}), indent=2))
    return properties


def create_tables(stack: Stack, database: str = DATABASE) -> None:
    """Create the bucket, the lake's tables and the live tables; those that exist are left as they are."""
    stack.boto3_client("s3").create_bucket(Bucket=BUCKET)
    lake = lake_of(stack, database)
    lake.create_database()
    for table in LAKE_TABLES:
        lake.apply(table)
    for table in DYNAMODB_TABLES:
        apply_live(stack.boto3_client("dynamodb"), table)


def lake_of(stack: Stack, database: str = DATABASE) -> Lake:
    """Return the stack's lake."""
    return Lake(catalog=lake_catalog(stack), database=database, warehouse=WAREHOUSE)


def reconciler(pipeline: Pipeline, *, metrics: Mapping[str, str] | None = None) -> Reconciler:
    """Return what counts a pipeline's closed days again; `metrics` as for `start_pipeline`."""
    environment = os.environ | dict(pipeline.stack.environment) | {"JAVA_HOME": str(JDK)}
    return Reconciler(
        lake=lake_of(pipeline.stack, pipeline.database),
        batch=FlinkBatch(python=FLINK_PYTHON, jar=JAR, environment=environment),
        properties={"lake": _lake_properties(pipeline.stack, pipeline.database), "metrics": metrics or {}},
    )


def lake_catalog(stack: Stack) -> GlueCatalog:
    """Return the catalog of the stack's lake."""
    return glue_catalog(warehouse=WAREHOUSE, environment=stack.environment)


def _submit(
    stack: Stack, properties: Path, parallelism: int | None, savepoint: str | None, package: Path | None
) -> str:
    folder = package or assemble(stack.run_directory / "package").parent
    return stack.flink.submit(
        folder / "main.py",
        ["--properties", str(properties)],
        python_files=[folder / CODE],
        jar=JAR if package is None else package / PACKAGE_JAR,
        parallelism=parallelism,
        savepoint=savepoint,
    )


def _properties_file(stack: Stack, stream: str) -> Path:
    return stack.run_directory / f"{stream}-properties.json"


def _property_groups(stack: Stack, stream: str, database: str, metrics: Mapping[str, str]) -> list[dict[str, object]]:
    endpoints = stack.endpoints
    groups: dict[str, Mapping[str, str]] = {
        "source": {"stream": stream, "region": REGION, "endpoint": endpoints.kinesis},
        "lake": _lake_properties(stack, database),
        "live": {"region": REGION, "endpoint": endpoints.dynamodb},
        "metrics": {"live_item_days": str(REPLAY_ITEM_DAYS), "alert_item_days": str(REPLAY_ITEM_DAYS)} | dict(metrics),
    }
    return [{"PropertyGroupId": name, "PropertyMap": dict(properties)} for name, properties in groups.items()]


def _lake_properties(stack: Stack, database: str) -> dict[str, str]:
    moto = stack.endpoints.moto
    return {
        "warehouse": WAREHOUSE,
        "database": database,
        "region": REGION,
        "glue_endpoint": moto,
        "s3_endpoint": moto,
    }
