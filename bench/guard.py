"""Compares ratios of this run with the committed ones: a machine's speed cancels out, a slower job does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bench.contenders import PEERS
from bench.measurement import Measurement
from bench.suite import FULL_SHORT, MINUTES, MINUTES_STOCK

BASELINE = Path(__file__).with_name("baseline.json")
ALLOWED_TIME = 1.10
ALLOWED_MEMORY = 1.20


def figures(measurements: Mapping[str, Measurement]) -> dict[str, float]:
    """Return our share of the others' processor time, and our share of stock's memory; less is better.

    Raises:
        ValueError: a contender has no result.
    """
    failed = [each for each in measurements.values() if each.failure]
    if failed:
        raise ValueError("; ".join(f"{each.name}: {each.failure}" for each in failed))
    wanted = (MINUTES, FULL_SHORT, MINUTES_STOCK, PEERS[1])
    ours, full, stock, loop = (measurements[contender.name] for contender in wanted)
    return {
        "time_to_stock": ours.cpu_seconds / stock.cpu_seconds,
        "time_to_loop": ours.cpu_seconds / loop.cpu_seconds,
        "full_time_to_stock": full.cpu_seconds / stock.cpu_seconds,
        "memory_to_stock": ours.peak_rss_bytes / stock.peak_rss_bytes,
        "full_memory_to_stock": full.peak_rss_bytes / stock.peak_rss_bytes,
    }


def regressions(came: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """Return one sentence for each figure that grew by more than is allowed, or that the baseline lacks."""
    problems = []
    for name, value in came.items():
        allowed = ALLOWED_MEMORY if "memory" in name else ALLOWED_TIME
        if name not in baseline:
            problems.append(f"{name}: expected it in {BASELINE.name}, came none; write it with --guard --accept")
        elif value > baseline[name] * allowed:
            problems.append(f"{name}: expected at most {baseline[name]:.3f} x {allowed:.2f}, came {value:.3f}")
    return problems


def read_baseline() -> dict[str, float]:
    """Return the committed figures; none if there are none yet."""
    return (
        {str(name): float(value) for name, value in json.loads(BASELINE.read_text()).items()}
        if BASELINE.exists()
        else {}
    )


def write_baseline(came: Mapping[str, float]) -> None:
    """Accept figures as the new baseline."""
    BASELINE.write_text(json.dumps({name: round(value, 3) for name, value in came.items()}, indent=2) + "\n")
