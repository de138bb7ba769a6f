"""Tables with many small files."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue.catalog import glue_catalog
from glue.lake import Lake


@pytest.fixture
def folder_lake(cloud: str, tmp_path: Path) -> Lake:  # noqa: ARG001 - asked for because it makes the catalog
    """A lake whose catalog is moto's and whose files are in a folder: what is there can be looked at, and breaks."""
    warehouse = tmp_path.as_uri()
    lake = Lake(catalog=glue_catalog(warehouse=warehouse), database="store_traffic", warehouse=warehouse)
    lake.create_database()
    return lake
