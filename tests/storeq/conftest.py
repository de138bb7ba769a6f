"""A lake as a folder of Parquet files: every table of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from storeq.engines.duckdb import DuckDB
from storeq.engines.folder import Folder
from tests.lake_sample import lake_sample


def write_folder(folder: Path, tables: Mapping[str, pa.Table]) -> Path:
    """Write one file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        parquet.write_table(rows, folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample lake in a folder."""
    return write_folder(tmp_path_factory.mktemp("sample"), lake_sample())


@pytest.fixture(scope="session")
def sample_engine(sample_folder: Path) -> DuckDB:
    """DuckDB over the sample lake."""
    return DuckDB(Folder(sample_folder))
