"""The sample lake in a Glue catalog, as Trino and as DuckDB read it.

Trino is large and slow to start: a plain `pytest` skips these tests, and `make test-trino` asks for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from contracts.tables import LAKE_TABLES
from glue.catalog import glue_catalog
from glue.duckdb_lake import connect
from glue.lake import Lake
from local.ports import free_ports
from local.process import Supervisor
from local.services import CREDENTIALS, REGION, aws_client, local_url, moto
from local.trino import Trino
from local.waiting import wait_until
from tests.lake_engines import DuckDbEngine, TrinoEngine
from tests.lake_sample import lake_sample

ASKED_FOR_BY = "STORE_TRAFFIC_TRINO"
BUCKET = "lake"
WAREHOUSE = f"s3://{BUCKET}/warehouse"
DATABASE = "store_traffic"
READY_SECONDS = 60


@pytest.fixture(scope="session")
def moto_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Endpoint of a moto of its own: one in this process would be emptied by other tests."""
    if os.environ.get(ASKED_FOR_BY) != "required":
        pytest.skip(f"Trino is not asked for: run `make test-trino`, or set {ASKED_FOR_BY}=required")
    folder = tmp_path_factory.mktemp("moto")
    (port,) = free_ports(1)
    service = moto(port=port)
    with Supervisor() as supervisor:
        supervisor.start("moto", service.command, environment=os.environ, directory=folder, log=folder / "log")
        wait_until(service.is_ready, seconds=READY_SECONDS, expected="moto to answer", cure=f"See {folder / 'log'}.")
        yield local_url(port)


@pytest.fixture(scope="session")
def lake(moto_url: str) -> Lake:
    """The sample in Iceberg tables."""
    aws_client("s3", url=moto_url).create_bucket(Bucket=BUCKET)
    environment = {**CREDENTIALS, "AWS_REGION": REGION}
    catalog = glue_catalog(warehouse=WAREHOUSE, endpoint_url=moto_url, environment=environment)
    lake = Lake(catalog=catalog, database=DATABASE, warehouse=WAREHOUSE)
    lake.create_database()
    for table in LAKE_TABLES:
        lake.apply(table)
        lake.table(table).append(lake_sample()[table.name])
    return lake


@pytest.fixture(scope="session")
def trino_server(lake: Lake, moto_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trino]:
    """Trino over the lake."""
    with Trino(tmp_path_factory.mktemp("trino"), endpoint_url=moto_url, warehouse=lake.warehouse) as running:
        yield running


@pytest.fixture(scope="session")
def trino(trino_server: Trino, lake: Lake) -> TrinoEngine:
    """What Trino answers."""
    return TrinoEngine(trino_server.connect(database=lake.database))


@pytest.fixture(scope="session")
def duckdb(lake: Lake) -> DuckDbEngine:
    """DuckDB over the same tables."""
    return DuckDbEngine(connect({table.name: lake.table(table).scan().to_arrow() for table in LAKE_TABLES}, views=[]))
