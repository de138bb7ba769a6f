"""`store_traffic`: submit the job, or show its plan.

On Managed Service for Apache Flink the properties are found where the service puts them; elsewhere name them with
`--properties`. `python -m flink_jobs.package` puts together what `flink run` and the managed service run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pyflink.table import ExplainDetail

from flink_jobs.build import build, create_environment
from flink_jobs.connectors import CloudConnectors, PlanConnectors, kinesis_options
from flink_jobs.jobs import STORE_TRAFFIC
from flink_jobs.settings import (
    MANAGED_FLINK_PROPERTIES,
    MetricSettings,
    SettingsError,
    SourceSettings,
    load_settings,
)


def main(arguments: list[str] | None = None) -> int:
    """Submit the job and return at once, as the managed service asks; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.explain:
        return _explain(options.jar)
    try:
        settings = load_settings(options.properties)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    build(create_environment(), STORE_TRAFFIC, CloudConnectors(settings), settings.metrics).execute()
    return 0


def _explain(jar: Path | None) -> int:
    environment = create_environment()
    if jar is not None:
        environment.get_config().set("pipeline.jars", jar.resolve().as_uri())
    source = kinesis_options(SourceSettings("inference", "us-east-1", None, "TRIM_HORIZON"))
    statements = build(environment, STORE_TRAFFIC, PlanConnectors(source), MetricSettings())
    print(statements.explain(ExplainDetail.CHANGELOG_MODE))
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
    parser.add_argument("--explain", action="store_true", help="print the plan, with sinks that keep nothing")
    parser.add_argument("--jar", type=Path, help="the jar for --explain; flink run names it otherwise")
    return parser


if __name__ == "__main__":
    sys.exit(main())
