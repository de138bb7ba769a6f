"""`python -m glue import` and `import-remove`: what they print, how they end, and what they leave in the lake."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from contracts.tables import STORE, TRAFFIC_LOCAL_HOUR
from glue.importing.verbs import EXAMPLE_MAPPING, add_verbs
from glue.lake import Lake
from glue.schemas import arrow_schema_of
from tests.glue.conftest import WAREHOUSE

MAPPING = """
name = "old-counters"

[time]
zone = "per_store"
date = "date"
hour = "hour"

[store]
column = "store"

[line]
constant = "door"

[columns]
in_count = "people"
"""
STORES = [
    {"store_id": store_id, "name": store_id, "region": "r", "country": "GB", "time_zone": zone, "opening_hours": []}
    for store_id, zone in (("north", "Europe/London"), ("east", "Asia/Kolkata"))
]
Run = Callable[..., int]


@pytest.fixture
def run(lake: Lake, tmp_path: Path) -> Run:
    """Run a verb on a lake with two stores and no local hours; files are named without their folder."""
    for table in (STORE, TRAFFIC_LOCAL_HOUR):
        lake.apply(table)
    lake.table(STORE).append(pa.Table.from_pylist(STORES, schema=arrow_schema_of(STORE)))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    good = "store,date,hour,people\nnorth,2015-06-01,10,7\neast,2015-06-01,10,8\n"
    (tmp_path / "good.csv").write_text(good, encoding="utf-8")
    (tmp_path / "bad.csv").write_text(f"{good}north,2015-06-01,11,x\nwest,2015-06-01,10,8\n", encoding="utf-8")

    def run_verb(*words: str) -> int:
        placed = [str(tmp_path / word) if word.endswith((".csv", ".toml", ".parquet")) else word for word in words]
        parser = argparse.ArgumentParser()
        add_verbs(parser.add_subparsers())
        options = parser.parse_args([*placed, "--warehouse", WAREHOUSE])
        return int(options.run(options))

    return run_verb


def _in_lake(lake: Lake) -> int:
    return int(lake.table(TRAFFIC_LOCAL_HOUR).scan().count())


def test_an_import_and_its_removal(run: Run, lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a clean file is imported, again without change, and is taken out by the name of its import."""
    for before in (0, 2):
        assert run("import", "good.csv", "--mapping", "mapping.toml") == 0
        assert f"import:old-counters: {before} rows became 2" in capsys.readouterr().out
        assert _in_lake(lake) == 2
    assert run("import-remove", "old-counters") == 0
    assert _in_lake(lake) == 0
    assert run("import-remove", "old-counters") == 1
    assert "expected rows of import:old-counters" in capsys.readouterr().err.lower()


def test_a_rejected_file_changes_nothing(
    run: Run, lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: with one rejected row nothing comes, the end says so, and the report file has every finding."""
    for form, read in (("findings.csv", csv.read_csv), ("findings.parquet", parquet.read_table)):
        assert run("import", "bad.csv", "--mapping", "mapping.toml", "--report", form) == 1
        findings = read(tmp_path / form).to_pylist()
        assert [(finding["rule"], finding["row"]) for finding in findings] == [
            ("unknown_store", 5),
            ("unreadable_count", 4),
        ]
    told = capsys.readouterr().out
    assert "unreadable_count: 1, nothing is imported" in told
    assert "Nothing was imported" in told
    assert _in_lake(lake) == 0


def test_a_dry_run_changes_nothing(run: Run, lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: `--dry-run` tells what an import would do, and does nothing."""
    assert run("import", "good.csv", "--mapping", "mapping.toml", "--dry-run") == 0
    assert "2 rows read, 0 left out, 2 hours for the lake" in capsys.readouterr().out
    assert _in_lake(lake) == 0


def test_an_import_without_hours_leaves_the_earlier_one(run: Run, lake: Lake, tmp_path: Path) -> None:
    """Rule: a file without rows, such as one that was cut off, does not empty an earlier import."""
    assert run("import", "good.csv", "--mapping", "mapping.toml") == 0
    (tmp_path / "good.csv").write_text("store,date,hour,people\n", encoding="utf-8")
    assert run("import", "good.csv", "--mapping", "mapping.toml") == 1
    assert _in_lake(lake) == 2


def test_what_cannot_be_used(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a missing file or mapping ends with 2, before the lake is touched."""
    assert run("import", "absent.csv", "--mapping", "mapping.toml") == 2
    assert "absent.csv: expected a readable csv file" in capsys.readouterr().err
    assert run("import", "good.csv", "--mapping", "absent.toml") == 2
    assert "expected a readable TOML file" in capsys.readouterr().err


def test_a_lake_without_the_table(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: where the table is not there yet, the verb says how to make it."""
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers())
    options = parser.parse_args(["import", "x.csv", "--mapping", str(EXAMPLE_MAPPING), "--warehouse", lake.warehouse])
    assert options.run(options) == 2
    assert "python -m glue apply" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["import", "import-remove"])
def test_help_has_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the help of each verb shows a whole command."""
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers())
    with pytest.raises(SystemExit, match="0"):
        parser.parse_args([verb, "--help"])
    assert f"python -m glue {verb} " in capsys.readouterr().out


def test_a_name_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: what can be no import's name is refused at once: rows of the job's minutes cannot be removed."""
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers())
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["import-remove", "Old Counters", "--warehouse", WAREHOUSE])
    assert "expected the name of an import" in capsys.readouterr().err
