"""The pages over the sample lake, written once for all tests that look at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue.views import load_views
from quicksight.dashboards import DASHBOARDS
from quicksight.preview.lake import Lake
from quicksight.preview.site import Site, write_site
from storeq.engines.folder import Folder
from tests.lake_sample import lake_sample
from tests.storeq.conftest import write_folder

SAMPLE = "sample"


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample lake as a folder of Parquet files."""
    return write_folder(tmp_path_factory.mktemp("lake"), lake_sample())


@pytest.fixture(scope="session")
def sample_site(sample_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the sample lake; its pages are in the folder `sample` beside the index."""
    lakes = [Lake(SAMPLE, "The sample", "Made for tests.", Folder(sample_lake))]
    return write_site(lakes, DASHBOARDS, load_views(), tmp_path_factory.mktemp("site"), lambda _: None)


@pytest.fixture(scope="session")
def sample_pages(sample_site: Site) -> Path:
    """The folder with a page for each dashboard."""
    return sample_site.index.parent / SAMPLE
