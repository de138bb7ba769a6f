"""A cloud double in this process: Glue, S3 and DynamoDB by moto's server, since Arrow does not pass through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pyarrow as pa
import pytest
import requests
from moto.server import ThreadedMotoServer
from pyarrow import parquet
from pyiceberg.table import Table as IcebergTable

from glue.catalog import glue_catalog
from glue.lake import Lake

BUCKET = "lake"
WAREHOUSE = f"s3://{BUCKET}/warehouse"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Endpoint of a moto server that lives as long as the session."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloud(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty cloud with the lake's bucket; returns its endpoint, which the environment names too."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield moto_url
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()


@pytest.fixture
def lake(cloud: str) -> Lake:  # noqa: ARG001 - asked for because it makes the cloud, not for its value
    """A lake whose database exists and holds no table."""
    lake = Lake(catalog=glue_catalog(warehouse=WAREHOUSE), database="store_traffic", warehouse=WAREHOUSE)
    lake.create_database()
    return lake


def append(table: IcebergTable, rows: pa.Table) -> None:
    """Put rows into a table as one file; `Table.append` needs pyiceberg's Rust part for day partitions."""
    location = f"{table.location()}/data/{uuid4()}.parquet"
    with table.io.new_output(location).create() as output:
        parquet.write_table(rows, output)
    table.add_files([location])
