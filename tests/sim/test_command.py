"""`python -m sim run` writes what it says and explains what it cannot do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from sim.__main__ import main


def test_run_writes_events_and_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files hold the events and their truth, and the terminal ends with the truth as tables."""
    assert main(["run", "--hours", "0.1", "--out", str(tmp_path)]) == 0
    with gzip.open(tmp_path / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert {event["schema"] for event in events} == {"inference.v1"}
    assert truth["stores"][0]["store_id"] == "store-001"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.jsonl.gz", "truth.json"]
    shown = capsys.readouterr().out
    assert "Checkout" in shown
    assert f"{len(events)} events" in shown


def test_runs_are_equal_byte_for_byte(tmp_path: Path) -> None:
    """The same command writes the same files, compressed events included."""
    for name in ("one", "other"):
        assert main(["run", "--hours", "0.05", "--closing", "cut", "--out", str(tmp_path / name)]) == 0
    for file in ("events.jsonl.gz", "truth.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_faults_are_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With faults the ledger is written and shown; a faultless run leaves no ledger of an earlier one behind."""
    arguments = ["run", "--scenario", "bank", "--hours", "0.1", "--out", str(tmp_path)]
    assert main([*arguments, "--faults", "duplicate"]) == 0
    ledger = json.loads((tmp_path / "faults.json").read_text(encoding="utf-8"))
    assert ledger["counts"]["copies"] == sum(ledger["copies"].values()) > 0
    assert "copies" in capsys.readouterr().out
    assert main(arguments) == 0
    assert not (tmp_path / "faults.json").exists()


def test_another_day_is_another_run(tmp_path: Path) -> None:
    """`--day` moves the run to that day."""
    assert main(["run", "--scenario", "bank", "--hours", "0.1", "--day", "2026-09-24", "--out", str(tmp_path)]) == 0
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth["stores"][0]["start_ms"] == 1_790_233_200_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--faults", "rain"], "expected one of all, camera_down"),
        (["--scenario", "bank", "--day", "2026-09-27"], "came sunday; choose a day of opening"),
        (["--scenario", "moon"], "expected one of bank, public_hall, rush, supermarket"),
        (["--hours", "-1"], "hours > 0"),
        (["--stores", "0"], "stores >= 1"),
    ],
)
def test_what_cannot_run_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """A scenario or option that cannot be used gives one message and exit code 2, and writes nothing."""
    assert main(["run", "--out", str(tmp_path / "out"), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` names the files, and shows commands that can be copied."""
    with pytest.raises(SystemExit) as left:
        main(["run", "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "events.jsonl.gz" in shown
    assert "python -m sim run --seed 8" in shown
