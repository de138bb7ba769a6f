"""How visitors are spread over weekdays, months and hours of the day."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np

from sim.history.chance import Floats

FOOTFALL_FILE = "leeds_footfall_2009_2016_hourly.csv.gz"
CAMERA = "Briggate"
# Whole days only, and a camera's hour that comes twice counts once. Dates are written in three ways.
_COUNTS = """
WITH hours AS (
  SELECT
    strptime(Date, ['%d/%m/%Y', '%Y-%m-%d', '%d-%b-%y']) AS date, CAST(Hour AS INTEGER) AS hour,
    max(CAST(InCount AS DOUBLE)) AS people
  FROM read_csv(?, all_varchar = true) WHERE LocationName = ? GROUP BY ALL
)
SELECT isodow(date) AS weekday, month(date) AS month, hour, people
FROM hours WHERE date IN (SELECT date FROM hours GROUP BY date HAVING count(*) = 24)
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares of the mean: by weekday, Monday first; by month, January first; by hour of the day."""

    weekday: Floats
    month: Floats
    hour: Floats

    @classmethod
    def of_footfall(cls, folder: Path) -> Shape:
        """Work the shape out from real counts.

        Args:
            folder: with `leeds_footfall_2009_2016_hourly.csv.gz`.

        Raises:
            FileNotFoundError: the file is not there.
        """
        path = folder / FOOTFALL_FILE
        if not path.is_file():
            raise FileNotFoundError(
                f"expected {FOOTFALL_FILE} in {folder}, came none; leave the option out to do without"
            )
        with duckdb.connect() as connection:
            counts = connection.execute(_COUNTS, [str(path), CAMERA]).fetchnumpy()
        return cls(
            weekday=_index(counts["weekday"] - 1, counts["people"], 7),
            month=_index(counts["month"] - 1, counts["people"], 12),
            hour=_index(counts["hour"], counts["people"], 24),
        )

    @classmethod
    def published(cls) -> Shape:
        """Return the shape of the bundled file."""
        shares = tomllib.loads((files("sim.history") / "shape.toml").read_text(encoding="utf-8"))
        return cls(**{name: np.array(values, dtype=np.float64) for name, values in shares.items()})


def _index(group: Floats, people: Floats, groups: int) -> Floats:
    numbers = group.astype(np.int64)
    means = np.bincount(numbers, people, groups) / np.bincount(numbers, minlength=groups)
    index: Floats = means / means.mean()
    return index
