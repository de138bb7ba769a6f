"""`store_traffic`: submit the job, or show its plan.

On Managed Service for Apache Flink the properties are found where the service puts them; elsewhere name them with
`--properties`. `python -m flink_jobs.package` puts together what `flink run` and the managed service run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flink_jobs.alerting.state import VERSION as POLICY_VERSION
from flink_jobs.build import Program, build, create_environment
from flink_jobs.connectors import BatchConnectors, CloudConnectors, PlanConnectors, kinesis_options
from flink_jobs.jobs import BATCH_JOBS, STATE_OPTIONS, STORE_TRAFFIC, TABLE_OPTIONS, Job
from flink_jobs.plan import plan_of, state_forms
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
            print(_planned(options.jar).explain())
            return 0
        if options.plan_out:
            return _write_plan(options.plan_out, options.jar)
        if options.batch:
            return _run_batch(BATCH_JOBS[options.batch], options.properties, options.jar)
        settings = load_settings(options.properties)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    environment, streams = create_environment(STORE_TRAFFIC)
    build(environment, STORE_TRAFFIC, CloudConnectors(settings), settings.metrics).submit(streams)
    return 0


def _run_batch(job: Job, properties: Path, jar: Path | None) -> int:
    settings = load_batch_settings(properties)
    environment, _ = create_environment(job, BATCH_CLUSTER_OPTIONS, jar=jar)
    connectors = BatchConnectors(settings, reads_by=job.reads_by or "event_time")
    build(environment, job, connectors, settings.metrics).run()
    return 0


def _planned(jar: Path | None) -> Program:
    environment, _ = create_environment(STORE_TRAFFIC, jar=jar)
    source = kinesis_options(SourceSettings("inference", "us-east-1", None, "TRIM_HORIZON"))
    return build(environment, STORE_TRAFFIC, PlanConnectors(source), MetricSettings())


def _write_plan(path: Path, jar: Path) -> int:
    state = state_forms(jar) | {"alert policy": f"version {POLICY_VERSION}"}
    options = {name: TABLE_OPTIONS[name] for name in STATE_OPTIONS}
    path.write_text(plan_of(_planned(jar).compiled(), options=options, state=state).to_text())
    return 0


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
    parser.add_argument("--plan-out", type=Path, help="write the plan that flink_jobs.upgrade compares; wants --jar")
    parser.add_argument(
        "--jar", type=Path, help="the jar for --explain, --plan-out and --batch; flink run names it otherwise"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
