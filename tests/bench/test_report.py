"""How measurements are told."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from bench.measurement import Measurement, ratio
from bench.report import plot, ratio_table, table, write_report
from bench.resources import Machine

FAST = Measurement("fast", "x", 1000, run_seconds=1.0, cpu_seconds=2.0, peak_rss_bytes=5_000_000)
SLOW = Measurement("slow", "x", 1000, run_seconds=4.0, cpu_seconds=4.0, peak_rss_bytes=5_000_000, other_cores=0.5)
FAILED = Measurement("broken", "x", 1000, failure="it needs a broker")


def _shown(*shown: object) -> str:
    file = io.StringIO()
    Console(width=200, file=file).print(*shown)
    return file.getvalue()


def test_a_failed_contender_is_a_row_with_its_reason() -> None:
    """Nothing is left out silently, and a disturbed measurement says so."""
    text = _shown(table([FAST, SLOW, FAILED]))
    assert "it needs a broker" in text
    assert "disturbed" in text


def test_a_ratio_is_by_the_clock_and_by_processor_time() -> None:
    """Four times faster on two cores is twice the work a core."""
    found = ratio("fast / slow", FAST, SLOW, target=5.0)
    assert found is not None
    assert (found.wall, found.cpu, found.is_met) == (4.0, 2.0, False)
    assert "missed" in _shown(ratio_table([found]))


def test_without_a_result_there_is_no_ratio() -> None:
    """A failure is not infinitely slow."""
    assert ratio("fast / broken", FAST, FAILED) is None


def test_report_and_plot_are_written(tmp_path: Path) -> None:
    """The report holds every contender, the plot those with a result."""
    write_report(
        tmp_path / "report.json", machine=Machine(2, 2**34, 1, 1), measurements=[FAST, FAILED], ratios=[], amounts={}
    )
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["machine"] == "2 cores, 16 GiB"
    assert [each["failure"] for each in report["measurements"]] == [None, "it needs a broker"]
    plot(tmp_path / "plot.svg", [FAST, FAILED])
    assert "broken" not in (tmp_path / "plot.svg").read_text()
