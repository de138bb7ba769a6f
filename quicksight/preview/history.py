"""A made-up chain's lake as Parquet files: two years of hours and alerts, and days of minutes; made once, then kept.

The same stores and the same seed give the same rows.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from contracts.tables import LAKE_TABLES, TABLES
from glue.progress import Say
from glue.rollup.days import Dates
from glue.schemas import arrow_schema_of
from quicksight.preview import made_up
from quicksight.preview.files import digest_of, source_digest
from quicksight.preview.lake import Lake
from quicksight.preview.made_up import LAST, MINUTE_STORES
from sim import history as simulated
from sim.history.chain import Chain
from sim.history.incidents import incident_tables
from sim.history.open_hours import open_hours
from sim.history.shape import Shape
from sim.history.whole import all_dates, hour_tables
from storeq.engines.folder import Folder

STAMP = "made.txt"
_ROW_GROUP = 250_000
"""Rows of a store lie together: a query of one store reads few groups."""


def history_lake(folder: Path, stores: int) -> Lake:
    """Return the lake of the made-up chain, as its pages speak of it."""
    note = (
        f"Made up: two years to {LAST:%d %B %Y} in five countries, the same each time. "
        f"Minutes, for Store today, are those of the first {min(stores, MINUTE_STORES)} stores."
    )
    return Lake("history", f"A chain of {stores} stores", note, Folder(folder))


def make_history(folder: Path, *, chain: Chain, say: Say) -> bool:
    """Make the lake of a chain in a folder, unless it holds that chain's already; returns whether it did."""
    stamp = _stamp(chain)
    kept = folder / STAMP
    if kept.is_file() and kept.read_text(encoding="utf-8").strip() == stamp:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    for table in LAKE_TABLES:
        _write(folder, table.name, "none", arrow_schema_of(table).empty_table())
    _make_months(folder, chain, say)
    shape = Shape.published()
    short = {**made_up.dimension_tables(chain, shape), **made_up.period_tables(chain)}
    for name, rows in (*short.items(), *made_up.recent_tables(chain, shape)):
        say(f"A chain of {chain.stores} stores: {name}")
        _write(folder, name, "rows", rows)
    kept.write_text(stamp + "\n", encoding="utf-8")
    return True


def _make_months(folder: Path, chain: Chain, say: Say) -> None:
    """Write hours and alerts, a file for each table and month: as many months at a time as there are cores."""
    months = list(Dates(chain.first, chain.last).by_month())
    # A fork of a process with threads of its own, such as Arrow's, may wait for ever.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(months)), mp_context=context) as pool:
        made = [pool.submit(_make_month, folder, chain, month) for month in months]
        for number, done in enumerate(as_completed(made), start=1):
            done.result()
            say(f"A chain of {chain.stores} stores: {number} of {len(months)} months")


def _make_month(folder: Path, chain: Chain, month: Dates) -> None:
    shape, dates = Shape.published(), all_dates(month.first, month.last)
    hours = open_hours(chain, shape, range(chain.stores), dates)
    for name, rows in (*hour_tables(chain, shape, dates).items(), *incident_tables(hours).items()):
        _write(folder, name, f"{month.first:%Y-%m}", rows)


def _write(folder: Path, name: str, part: str, rows: pa.Table) -> None:
    schema = arrow_schema_of(TABLES[name])
    path = folder / name / f"{part}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = rows.select(schema.names).cast(schema)
    parquet.write_table(ordered, path, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)


def _stamp(chain: Chain) -> str:
    """Return what changes with the chain and with the programs that make its history."""
    sources = [path for path in Path(simulated.__path__[0]).iterdir() if path.suffix in (".py", ".toml")]
    written = [Path(__file__), Path(made_up.__file__)]
    schemas = [str(arrow_schema_of(table)) for table in LAKE_TABLES]
    return digest_of([repr(chain), source_digest([*sources, *written]), *schemas])
