"""What the verbs of `python -m glue` have in common: which lake they work on."""

from __future__ import annotations

import argparse

from glue.catalog import glue_catalog
from glue.lake import Lake


def add_lake_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `lake_of` reads."""
    parser.add_argument("--database", default="store_traffic")
    parser.add_argument("--warehouse", required=True, help="S3 prefix of the lake, such as s3://bucket/lake")
    parser.add_argument(
        "--endpoint-url", help="one endpoint for all services; default: AWS_ENDPOINT_URL_*, or the cloud"
    )


def lake_of(options: argparse.Namespace) -> Lake:
    """Return the lake that the options name."""
    catalog = glue_catalog(warehouse=options.warehouse, endpoint_url=options.endpoint_url)
    return Lake(catalog=catalog, database=options.database, warehouse=options.warehouse)
