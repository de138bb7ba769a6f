"""`store_traffic`: submit the job, or show its plan.

On Managed Service for Apache Flink the properties are found where the service puts them; elsewhere name them with
`--properties`. `python -m flink_jobs.package` puts together what `flink run` and the managed service run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from pyflink.table import ExplainDetail, TableEnvironment

from flink_jobs.build import build, create_environment
from flink_jobs.connectors import BatchConnectors, CloudConnectors, PlanConnectors, kinesis_options
from flink_jobs.jobs import BATCH_JOBS, STORE_TRAFFIC, Job
from flink_jobs.settings import (
    MANAGED_FLINK_PROPERTIES,
    MetricSettings,
    SettingsError,
    SourceSettings,
    load_batch_settings,
    load_settings,
)

USAGE_ERROR = 2
BATCH_CLUSTER_OPTIONS = {
    # A batch job runs in a cluster within its own process: a store's day is small.
    "taskmanager.memory.managed.size": "512m",
    "taskmanager.memory.network.min": "256m",
    "taskmanager.memory.network.max": "256m",
    "taskmanager.numberOfTaskSlots": "2",
    "parallelism.default": "2",
}


def main(arguments: list[str] | None = None) -> int:
    """Submit the streaming job and return at once, as the managed service asks, or run a batch job to its end.

    Returns the exit code.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.explain:
            return _explain(options.jar)
        if options.batch:
            return _run_batch(BATCH_JOBS[options.batch], options.properties, options.jar)
        settings = load_settings(options.properties)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    build(create_environment(STORE_TRAFFIC), STORE_TRAFFIC, CloudConnectors(settings), settings.metrics).execute()
    return 0


def _run_batch(job: Job, properties: Path, jar: Path | None) -> int:
    settings = load_batch_settings(properties)
    environment = _environment_with(jar, job, BATCH_CLUSTER_OPTIONS)
    connectors = BatchConnectors(settings, reads_by=job.reads_by or "event_time")
    build(environment, job, connectors, settings.metrics).execute().wait()
    return 0


def _explain(jar: Path | None) -> int:
    environment = _environment_with(jar, STORE_TRAFFIC)
    source = kinesis_options(SourceSettings("inference", "us-east-1", None, "TRIM_HORIZON"))
    statements = build(environment, STORE_TRAFFIC, PlanConnectors(source), MetricSettings())
    print(statements.explain(ExplainDetail.CHANGELOG_MODE))
    return 0


def _environment_with(jar: Path | None, job: Job, options: Mapping[str, str] | None = None) -> TableEnvironment:
    environment = create_environment(job, options)
    if jar is not None:
        environment.get_config().set("pipeline.jars", jar.resolve().as_uri())
    return environment


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="flink_jobs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--properties",
        type=Path,
        default=MANAGED_FLINK_PROPERTIES,
        help="property groups as a JSON file (default: where the managed service puts them)",
    )
    parser.add_argument(
        "--batch", choices=sorted(BATCH_JOBS), help="run this job over the lake, in this process, and end"
    )
    parser.add_argument("--explain", action="store_true", help="print the plan, with sinks that keep nothing")
    parser.add_argument("--jar", type=Path, help="the jar for --explain and --batch; flink run names it otherwise")
    return parser


if __name__ == "__main__":
    sys.exit(main())
