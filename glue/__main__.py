"""`python -m glue plan` says what the tables lack, `python -m glue apply` makes them so."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from contracts.tables import LAKE_TABLES, LIVE_TABLES
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.live import apply_live, plan_live
from glue.plan import TablePlan

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns 0, 1 when a table is refused, or 2 when the services cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        plans = list(_plans(options))
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"{_expected(options.endpoint_url)}, came: {error}", file=sys.stderr)
        return USAGE_ERROR
    print(aligned(plans))
    return 1 if any(plan.action == "refuse" for plan in plans) else 0


def aligned(plans: Iterable[TablePlan]) -> str:
    """Return the plans as aligned columns, one line for each step."""
    rows = [(plan.name, plan.action, step) for plan in plans for step in plan.steps or ("equals the contract",)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {action:<{widths[1]}}  {step}" for name, action, step in rows)


def _plans(options: argparse.Namespace) -> Iterable[TablePlan]:
    catalog = glue_catalog(warehouse=options.warehouse, endpoint_url=options.endpoint_url)
    lake = Lake(catalog=catalog, database=options.database, warehouse=options.warehouse)
    dynamodb = boto3.client("dynamodb", endpoint_url=options.dynamodb_endpoint_url or options.endpoint_url)
    if options.verb == "plan":
        return [*map(lake.plan, LAKE_TABLES), *(plan_live(dynamodb, table) for table in LIVE_TABLES)]
    lake.create_database()
    return [*map(lake.apply, LAKE_TABLES), *(apply_live(dynamodb, table) for table in LIVE_TABLES)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m glue", description=__doc__)
    parser.add_argument(
        "verb", choices=("plan", "apply"), help="plan changes nothing; apply creates and evolves, never drops"
    )
    parser.add_argument("--database", default="store_traffic")
    parser.add_argument("--warehouse", required=True, help="S3 prefix of the lake, such as s3://bucket/lake")
    parser.add_argument(
        "--endpoint-url", help="one endpoint for all services; default: AWS_ENDPOINT_URL_*, or the cloud"
    )
    parser.add_argument("--dynamodb-endpoint-url", help="endpoint of DynamoDB, when it is another one")
    return parser


def _expected(endpoint_url: str | None) -> str:
    where = endpoint_url or "the endpoint that the environment names, or the cloud"
    return f"Expected Glue, S3 and DynamoDB to answer at {where} with usable credentials and an existing bucket"


if __name__ == "__main__":
    sys.exit(main())
