"""Which engine the options name: the one place that makes them."""

from __future__ import annotations

import argparse

import awswrangler

from glue.catalog import glue_catalog
from glue.lake import Lake
from storeq.compile import Place
from storeq.engines import Engine
from storeq.engines.athena import CATALOG, Athena
from storeq.engines.catalog import Catalog
from storeq.engines.duckdb import SCHEMA, DuckDB
from storeq.engines.folder import Folder
from storeq.engines.trino import Trino
from storeq.errors import StoreqError


def place_of(options: argparse.Namespace) -> Place:
    """Return where the engine finds the tables."""
    if options.engine == "duckdb":
        return Place(SCHEMA)
    return Place(options.database, CATALOG if options.engine == "athena" else options.trino_catalog)


def engine_of(options: argparse.Namespace) -> Engine:
    """Return the engine, not connected yet.

    Raises:
        StoreqError: it is not said where the lake is.
    """
    if options.engine == "trino":
        return Trino(options.trino_host, options.trino_port, options.trino_user, place_of(options))
    if options.engine == "athena":
        if options.endpoint_url:
            awswrangler.config.athena_endpoint_url = options.endpoint_url
            awswrangler.config.s3_endpoint_url = options.endpoint_url
        return Athena(options.database, options.workgroup, options.athena_output)
    return DuckDB(_source(options))


def _source(options: argparse.Namespace) -> Folder | Catalog:
    if (options.folder is None) == (options.warehouse is None):
        came = "neither" if options.folder is None else "both"
        raise StoreqError(
            [
                f"Expected --warehouse (a lake, such as s3://bucket/lake) or --folder (Parquet files, such as "
                f"build/demo/lake), came {came}."
            ]
        )
    if options.folder is not None:
        if not options.folder.is_dir():
            raise StoreqError([f"There is no folder {options.folder}: `make demo` makes build/demo/lake."])
        return Folder(options.folder)
    catalog = glue_catalog(warehouse=options.warehouse, endpoint_url=options.endpoint_url)
    return Catalog(Lake(catalog=catalog, database=options.database, warehouse=options.warehouse))
