"""What was measured: the stream's figures of `bench/scale.toml`, and the amounts of `measured.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.toml")


@dataclass(frozen=True, slots=True)
class Amount:
    """One measured amount: its value and unit, the page that has it, and the text to be found there."""

    value: float
    unit: str
    source: str
    says: str


def read_amounts(path: Path = MEASURED) -> dict[str, Amount]:
    """Return the committed amounts by name."""
    return {name: Amount(**entry) for name, entry in tomllib.loads(path.read_text()).items()}
