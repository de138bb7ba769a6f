"""The comparison with the committed ratios."""

from __future__ import annotations

import dataclasses

import pytest

from bench.contenders import PEERS
from bench.guard import figures, regressions
from bench.measurement import Measurement
from bench.suite import FULL_SHORT, MINUTES, MINUTES_STOCK

BASELINE = {"time_to_stock": 0.5, "memory_to_stock": 1.0}


def _measured(name: str, cpu_seconds: float) -> Measurement:
    return Measurement(name, "x", 10, run_seconds=1.0, cpu_seconds=cpu_seconds, peak_rss_bytes=100)


def _measurements() -> dict[str, Measurement]:
    names = (MINUTES.name, FULL_SHORT.name, MINUTES_STOCK.name, PEERS[1].name)
    return {name: _measured(name, cpu) for name, cpu in zip(names, (2.0, 6.0, 4.0, 1.0), strict=True)}


def test_a_slower_machine_is_no_regression() -> None:
    """Figures are ratios within one run."""
    slower = {
        name: dataclasses.replace(each, cpu_seconds=3 * each.cpu_seconds) for name, each in _measurements().items()
    }
    assert figures(_measurements()) == figures(slower)
    assert figures(slower)["time_to_stock"] == 0.5
    assert figures(slower)["full_time_to_stock"] == 1.5


@pytest.mark.parametrize(
    ("came", "failed"),
    [
        ({"time_to_stock": 0.549, "memory_to_stock": 1.19}, []),
        ({"time_to_stock": 0.56, "memory_to_stock": 1.0}, ["time_to_stock"]),
        ({"time_to_stock": 0.4, "memory_to_stock": 1.21}, ["memory_to_stock"]),
        ({"time_to_loop": 1.0}, ["time_to_loop"]),
    ],
)
def test_ten_percent_of_time_and_twenty_of_memory_are_allowed(came: dict[str, float], failed: list[str]) -> None:
    """More is a regression, and so is a figure that the baseline does not know."""
    assert [problem.partition(":")[0] for problem in regressions(came, BASELINE)] == failed


def test_a_contender_without_a_result_is_told() -> None:
    """The guard cannot pass by measuring nothing."""
    broken = _measurements()
    broken[MINUTES.name] = Measurement(MINUTES.name, "x", 10, failure="wrong result")
    with pytest.raises(ValueError, match="wrong result"):
        figures(broken)
