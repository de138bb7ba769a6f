from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of tests that analyse a real clip."""
    config.addinivalue_line("markers", "video: analyses a real video with a real model")


@pytest.fixture(scope="session")
def trial_data() -> Path:
    """Return the folder of real models, video and truth; skip where it is absent."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("STORE_TRAFFIC_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no trial data at {folder}: set STORE_TRAFFIC_DATA to the folder with models/, videos/, truth/")
    return folder
