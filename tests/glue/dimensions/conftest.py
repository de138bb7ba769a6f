"""A chain's file to change in tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from glue.dimensions.chain import Chain
from glue.dimensions.chain_file import read_chain

STORE = """
[[stores]]
store_id = "store-001"
name = "Riverside"
region = "west"
country = "DE"
subdivision = "NW"
time_zone = "Europe/Berlin"
"""
WEEK = """
[stores.opening_hours]
monday = "08:00-20:00"
tuesday = "08:00-20:00"
wednesday = "08:00-20:00"
thursday = "08:00-20:00"
friday = "08:00-21:00"
saturday = "08:00-18:00"
"""
ReadChain = Callable[[str], Chain]


@pytest.fixture
def chain_of(tmp_path: Path) -> ReadChain:
    """Return what a chain's file says, from its text."""

    def read(text: str) -> Chain:
        path = tmp_path / "chain.toml"
        path.write_text(text, encoding="utf-8")
        return read_chain(path)

    return read
