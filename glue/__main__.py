"""The lake's tables, days and history.

`plan` and `apply` make the tables, `dimensions` describes stores and dates, `reconcile`, `account` and `rollup` settle
days that are over, `rewind` makes room for a replay, `import` brings history of older counters, `maintain`
keeps files few and deletes what is old.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from contracts.tables import DYNAMODB_TABLES, LAKE_TABLES
from glue.batch import BatchError, FlinkBatch, PropertyGroups
from glue.business_day import BusinessDay
from glue.catalog import endpoint_of
from glue.dimensions import verbs as of_dimensions
from glue.importing import verbs as of_importing
from glue.live import apply_live, plan_live
from glue.maintenance import verbs as of_maintenance
from glue.options import add_lake_options, lake_of
from glue.plan import TablePlan
from glue.reconcile import Reconciler, Replaced
from glue.rewind import add_verb as add_rewind
from glue.rollup import verbs as of_rollup

USAGE_ERROR = 2
FAILED = 1


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns 0, 1 when a table is refused or a job fails, or 2 when the services cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BatchError as error:
        print(error, file=sys.stderr)
        return FAILED
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"{_expected(options.endpoint_url)}, came: {error}", file=sys.stderr)
        return USAGE_ERROR


def _run_tables(options: argparse.Namespace) -> int:
    plans = list(_plans(options))
    print(aligned(plans))
    return FAILED if any(plan.action == "refuse" for plan in plans) else 0


def _run_reconcile(options: argparse.Namespace) -> int:
    day = BusinessDay(options.day, options.time_zone)
    if dt.datetime.now(dt.UTC) < day.closed_at:
        print(
            f"Expected a day that is over, came {day.date}: it can be counted again from "
            f"{day.closed_at:%Y-%m-%d %H:%M} UTC on. Name an earlier one.",
            file=sys.stderr,
        )
        return USAGE_ERROR
    print(f"{options.store}, {day.date}: {day.start:%Y-%m-%d %H:%M} to {day.end:%Y-%m-%d %H:%M} UTC", flush=True)
    _print_replaced(_reconciler(options).reconcile(options.store, day))
    return 0


def _run_account(options: argparse.Namespace) -> int:
    _print_replaced([_reconciler(options).account(options.day)])
    return 0


def _print_replaced(tables: Iterable[Replaced]) -> None:
    for replaced in tables:
        print(f"{replaced.table:<20} {replaced.rows_before:>10,} rows became {replaced.rows_after:,}")


def aligned(plans: Iterable[TablePlan]) -> str:
    """Return the plans as aligned columns, one line for each step."""
    rows = [(plan.name, plan.action, step) for plan in plans for step in plan.steps or ("equals the contract",)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {action:<{widths[1]}}  {step}" for name, action, step in rows)


def _plans(options: argparse.Namespace) -> Iterable[TablePlan]:
    lake = lake_of(options)
    dynamodb = boto3.client("dynamodb", endpoint_url=options.dynamodb_endpoint_url or options.endpoint_url)
    if options.verb == "plan":
        return [*map(lake.plan, LAKE_TABLES), *(plan_live(dynamodb, table) for table in DYNAMODB_TABLES)]
    lake.create_database()
    return [*map(lake.apply, LAKE_TABLES), *(apply_live(dynamodb, table) for table in DYNAMODB_TABLES)]


def _reconciler(options: argparse.Namespace) -> Reconciler:
    batch = FlinkBatch(python=options.flink_python, jar=options.jar)
    return Reconciler(lake_of(options), batch, _job_properties(options))


def _job_properties(options: argparse.Namespace) -> PropertyGroups:
    lake = {
        "warehouse": options.warehouse,
        "database": options.database,
        "region": os.environ.get("AWS_REGION") or boto3.Session().region_name or "",
        "glue_endpoint": options.endpoint_url or endpoint_of("glue") or "",
        "s3_endpoint": options.endpoint_url or endpoint_of("s3") or "",
    }
    return {"lake": lake, "metrics": dict(options.metric)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m glue", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    plan = verbs.add_parser("plan", help="say what the tables lack; changes nothing")
    apply = verbs.add_parser("apply", help="create and evolve the tables; never drops any")
    reconcile = verbs.add_parser(
        "reconcile", help="count a store's day again, late events too", description=_RECONCILE_HELP
    )
    account = verbs.add_parser("account", help="count what became of every record that arrived on a day (UTC)")
    for verb in (plan, apply):
        verb.set_defaults(run=_run_tables)
        verb.add_argument("--dynamodb-endpoint-url", help="endpoint of DynamoDB, when it is another one")
    reconcile.set_defaults(run=_run_reconcile)
    reconcile.add_argument("--store", required=True, help="store_id")
    reconcile.add_argument("--time-zone", required=True, type=_time_zone, help="where it is, such as Europe/Berlin")
    account.set_defaults(run=_run_account)
    for verb in (reconcile, account):
        _add_job_arguments(verb)
    for verb in (plan, apply, reconcile, account):
        add_lake_options(verb)
    add_rewind(verbs)
    for package in (of_dimensions, of_rollup, of_importing, of_maintenance):
        package.add_verbs(verbs)
    return parser


_RECONCILE_HELP = """Counts a store's business day (midnight to midnight where it is) again from event_v1 by the
stream's own SQL, and puts the result in place of the stream's rows, one commit for each table. Late events count then,
and what an edge box sent after an outage. Doing it again changes nothing."""


def _add_job_arguments(parser: argparse.ArgumentParser) -> None:
    batch = FlinkBatch()
    parser.add_argument("--day", required=True, type=_date, help="such as 2026-09-21")
    parser.add_argument("--flink-python", type=Path, default=batch.python, help="interpreter with apache-flink")
    parser.add_argument("--jar", type=Path, default=batch.jar, help="the jar of `make setup`")
    parser.add_argument(
        "--metric",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="a setting of the stream that is not the default, such as target_wait_ms=240000; may be repeated",
    )


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date, came {text!r}; such as 2026-09-21") from None


def _time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise argparse.ArgumentTypeError(f"expected an IANA time zone, came {text!r}; such as Europe/Berlin") from None


def _setting(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, came {text!r}; such as target_wait_ms=240000")
    return name, value


def _expected(endpoint_url: str | None) -> str:
    where = endpoint_url or "the endpoint that the environment names, or the cloud"
    return f"Expected Glue, S3 and DynamoDB to answer at {where} with usable credentials and an existing bucket"


if __name__ == "__main__":
    sys.exit(main())
