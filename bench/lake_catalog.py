"""Lakes to measure: in a folder of this machine or in a double of S3, by a Glue catalog that ends with the process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer
from pyiceberg.catalog.glue import GlueCatalog

from contracts.tables import LAKE_TABLES
from glue.catalog import glue_catalog
from glue.lake import Lake
from local.services import aws_client

_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": "us-east-1"}


@contextmanager
def folder_lake(folder: Path, *, database: str = "store_traffic") -> Iterator[Lake]:
    """Give the lake of a folder, with the tables that are there as they were last, and all others empty.

    Lakes of one process that are open side by side need databases of different names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _cloud() as url:
        warehouse = folder.resolve().as_uri()
        catalog = glue_catalog(warehouse=warehouse, endpoint_url=url, environment=_ENVIRONMENT)
        lake = Lake(catalog=catalog, database=database, warehouse=warehouse)
        lake.create_database()
        for table in LAKE_TABLES:
            _register(catalog, (database, table.name), folder / database / table.name / "metadata")
            lake.apply(table)
        yield lake
        # What the catalog knows outlives its server, as long as the process; files stay.
        for identifier in catalog.list_tables(database):
            catalog.drop_table(identifier)


@contextmanager
def s3_lake(bucket: str, *, database: str = "store_traffic") -> Iterator[tuple[Lake, str]]:
    """Give an empty lake in a bucket of a double of S3, and the address of S3 and Glue: other programs read it too."""
    with _cloud() as url:
        aws_client("s3", url=url).create_bucket(Bucket=bucket)
        warehouse = f"s3://{bucket}/lake"
        catalog = glue_catalog(warehouse=warehouse, endpoint_url=url, environment=_ENVIRONMENT)
        lake = Lake(catalog=catalog, database=database, warehouse=warehouse)
        lake.create_database()
        for table in LAKE_TABLES:
            lake.apply(table)
        yield lake, url


@contextmanager
def _cloud() -> Iterator[str]:
    # It tells of each request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def _register(catalog: GlueCatalog, name: tuple[str, str], metadata: Path) -> None:
    # Their names begin with their number.
    if versions := sorted(metadata.glob("*.metadata.json")):
        catalog.register_table(name, versions[-1].resolve().as_uri())
