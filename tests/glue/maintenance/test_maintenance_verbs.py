"""`maintain`, `optimizers` and `remove-store` as a person types them."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

import pytest

from glue.lake import Lake
from glue.maintenance import verbs
from glue.maintenance.optimizers import Optimizer, Optimizers
from tests.glue.maintenance.small_files import DAY, crossings_table, rows_of


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")


def test_maintain_compacts_and_tells(folder_lake: Lake, cloud: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the report has a line for each table that exists: files before and after."""
    table = crossings_table(folder_lake)
    before = rows_of(table)
    assert _run(folder_lake, cloud, "maintain", "--today", str(DAY + dt.timedelta(days=5))) == 0
    assert "8 → 2" in capsys.readouterr().out
    assert rows_of(table).equals(before)


def test_a_dry_run_changes_nothing(folder_lake: Lake, cloud: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: --dry-run tells what would be done."""
    table = crossings_table(folder_lake)
    was = table.metadata_location
    asked = ["maintain", "--dry-run", "--table", "traffic_minute_v1", "--until", str(DAY + dt.timedelta(days=1))]
    assert _run(folder_lake, cloud, *asked, "--today", str(DAY + dt.timedelta(days=1))) == 0
    assert "Would be done" in capsys.readouterr().out
    assert table.refresh().metadata_location == was


def test_a_date_far_ahead_deletes_no_young_file(folder_lake: Lake, cloud: str) -> None:
    """Rule: --today says which rows are too old; the age of files goes by the clock."""
    table = crossings_table(folder_lake, days=1)
    stray = Path(table.location().removeprefix("file://")) / "data" / "stray.parquet"
    stray.write_bytes(b"of a running commit")
    assert _run(folder_lake, cloud, "maintain", "--today", "2027-01-01") == 0
    assert stray.exists()


def test_glue_s_tables_are_left_to_it(folder_lake: Lake, cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: what Glue compacts is not compacted here."""
    monkeypatch.setattr(Optimizers, "is_compacting", lambda *_: True)
    table = crossings_table(folder_lake)
    assert _run(folder_lake, cloud, "maintain", "--today", "2026-10-01") == 0
    assert len(list(table.refresh().scan().plan_files())) == 8


@pytest.mark.parametrize("days", ["0", "-1", "two"])
def test_ages_that_endanger_commits_are_refused(
    folder_lake: Lake, cloud: str, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    """Rule: orphans of less than a day are refused with the reason, before anything is done."""
    with pytest.raises(SystemExit):
        _run(folder_lake, cloud, "maintain", f"--orphan-days={days}")
    assert "younger files may belong to a running commit" in capsys.readouterr().err


def test_optimizers_tell_what_was_done(
    folder_lake: Lake, cloud: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: one line for each optimiser of each table."""
    monkeypatch.setattr(
        Optimizers, "enable", lambda _, table, **_named: [Optimizer(table.name, "compaction", "created")]
    )
    assert _run(folder_lake, cloud, "optimizers", "--role-arn", "arn:aws:iam::1:role/lake") == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["event_v1", "compaction", "created"]


@pytest.mark.parametrize("confirmation", [(), ("--yes", "store-002")])
def test_a_store_is_only_deleted_when_named_twice(
    folder_lake: Lake,
    cloud: str,
    tmp_path: Path,
    confirmation: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rule: without its id repeated, only what there is is told."""
    table = crossings_table(folder_lake)
    before = rows_of(table)
    asked = ["remove-store", "--store", "store-001", "--certificate", str(tmp_path / "c.json")]
    assert _run(folder_lake, cloud, *asked, *confirmation) == 2
    told = capsys.readouterr()
    assert "traffic_minute_v1" in told.out
    assert "Expected --yes store-001" in told.err
    assert rows_of(table).equals(before)


def test_a_store_is_deleted_with_proof(
    folder_lake: Lake, cloud: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: the certificate is written, and the command ends with 0 only when it is proven."""
    crossings_table(folder_lake)
    path = tmp_path / "certificate.json"
    asked = ["remove-store", "--store", "store-001", "--yes", "store-001", "--certificate", str(path)]
    assert _run(folder_lake, cloud, *asked) == 0
    assert "proven" in capsys.readouterr().out
    assert json.loads(path.read_text())["is_proven"] is True


def _run(lake: Lake, cloud: str, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    verbs.add_verbs(parser.add_subparsers())
    options = parser.parse_args([*arguments, "--warehouse", lake.warehouse, "--endpoint-url", cloud])
    return int(options.run(options))
