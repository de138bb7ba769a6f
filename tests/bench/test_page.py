"""The page holds what the report says, the failures too."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from bench import page
from bench.encodings import Encoding
from bench.latency_figures import Latency
from bench.measurement import Measurement, Ratio
from bench.report import write_report
from bench.resources import this_machine

OURS = Measurement(
    name="full job",
    group="full",
    records=1_000,
    run_seconds=2.0,
    cpu_seconds=3.0,
    warm_records=600,
    warm_seconds=1.0,
    warm_cpu_seconds=1.2,
    peak_rss_bytes=2_000_000_000,
    other_cores=0.4,
    details={"checkpoints": 3, "checkpoint_ms_max": 1_500, "state_bytes_max": 2_500_000},
)
LOST = Measurement(name="peer", group="full", records=1_000, failure="no broker was there")
LATENCY = Latency(stores=100, p95_ms=12_040, after_watermark_p95_ms=2_040, cores={"machine": 0.7}, failure=None)
FORM = Encoding("JSON", bytes_per_snapshot=1_151, billed_bytes_per_snapshot=2_048, write_us=161, unpack_us=0)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report of two contenders, of which one failed."""
    path = tmp_path / "report.json"
    write_report(
        path,
        machine=this_machine(tmp_path),
        measurements=[OURS, LOST],
        ratios=[Ratio("ours / peer", 2.0, 4.0, 1.0, target=5), Ratio("ours / other", 1.0, 3.0, 1.0)],
        amounts={"MB a store-day in the lake": 2.96},
        encodings=[FORM],
        latencies=[LATENCY],
    )
    return path


def test_tables_tell_the_report(report: Path) -> None:
    """Warm figures first; a target that is missed is said to be; a failure is a row with its reason."""
    tables = page.render(json.loads(report.read_text()))
    assert "| ours / peer | 4.00 | 2.00 | 1.00 | 5 | **missed** |" in tables["ratios"]
    assert "| ours / other | 3.00 | 1.00 | 1.00 |  |  |" in tables["ratios"]
    row = "| full job | 600 | 500 | 2.0 | 2.000 | 3.000 | 2,000 | 1.5 | 2.5 | others took 0.40 cores |"
    assert row in tables["contenders"]
    assert f"| peer |{'  |' * 8} no broker was there |" in tables["contenders"]
    assert "| 100 | 0 | 0.0 | 12.0 | 0.0 | 2.0 |" in tables["latency"]
    assert "| JSON | 1,151 | 2,048 | 161 | 0 |" in tables["forms"]
    assert tables["amounts"] == "- MB a store-day in the lake: 3.0"
    assert asdict(FORM)["billed_bytes_per_snapshot"] == 2_048


def test_the_committed_page_has_a_place_for_every_table(report: Path) -> None:
    """`python -m bench.page` can fill it."""
    tables = page.render(json.loads(report.read_text()))
    filled = page.fill(page.PAGE.read_text(), tables)
    assert all(text in filled for text in tables.values())


def test_without_a_report_it_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written."""
    assert page.main(["--report", str(tmp_path / "none.json")]) == page.USAGE_ERROR
    assert "run `make bench`" in capsys.readouterr().err
