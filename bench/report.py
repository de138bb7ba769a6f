"""Writes what was measured: the table of the terminal, `report.json` and a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from bench.encodings import Encoding
from bench.latency_figures import Latency
from bench.measurement import Measurement, Ratio
from bench.resources import Machine

DISTURBED_CORES = 0.1
_HEADINGS = (
    "contender",
    "records/s",
    "once warm",
    "run s",
    "CPU ms/record",
    "once warm",
    "peak MB",
    "others' cores",
    "",
)
_ACCENT, _GREY = "#0072B2", "#9A9A9A"


def table(measurements: Sequence[Measurement]) -> Table:
    """Return the measurements as a table; a failed one is a row with its reason."""
    shown = Table(title="What each contender took")
    for heading in _HEADINGS:
        shown.add_column(heading, justify="left" if heading in ("contender", "") else "right")
    for each in measurements:
        shown.add_row(*_cells(each))
    return shown


def ratio_table(ratios: Sequence[Ratio]) -> Table:
    """Return the ratios as a table, with their targets."""
    shown = Table(title="How many times faster")
    for heading in ("ratio", "by the clock", "once warm", "by processor time", "target", ""):
        shown.add_column(heading, justify="left" if heading in ("ratio", "") else "right")
    for each in ratios:
        target = "" if each.target is None else f">= {each.target:g}"
        met = {None: "", True: "met", False: "missed"}[each.is_met]
        shown.add_row(each.name, f"{each.wall:.2f}", f"{each.warm:.2f}", f"{each.cpu:.2f}", target, met)
    return shown


def encoding_table(encodings: Sequence[Encoding]) -> Table:
    """Return the forms of a snapshot as a table."""
    shown = Table(title="Forms of a 60-zone snapshot")
    for heading in ("form", "bytes", "to write us", "to unpack us", "$ a store and month in Kinesis"):
        shown.add_column(heading, justify="left" if heading == "form" else "right")
    for each in encodings:
        figures = (each.bytes_per_snapshot, each.write_us, each.unpack_us)
        shown.add_row(each.name, *(f"{figure:,.0f}" for figure in figures), f"{each.usd_per_store_month:.3f}")
    return shown


def write_report(
    path: Path,
    *,
    machine: Machine,
    measurements: Sequence[Measurement],
    ratios: Sequence[Ratio],
    amounts: dict[str, float],
    encodings: Sequence[Encoding] = (),
    latencies: Sequence[Latency] = (),
) -> None:
    """Write everything as JSON."""
    report: dict[str, Any] = {
        "machine": str(machine),
        "ratios": [asdict(each) for each in ratios],
        "amounts": amounts,
        "encodings": [asdict(each) | {"usd_per_store_month": each.usd_per_store_month} for each in encodings],
        "latencies": [asdict(each) for each in latencies],
        "measurements": [
            asdict(each)
            | {
                "records_per_second": each.records_per_second,
                "warm_records_per_second": each.warm_records_per_second,
                "cpu_ms_per_record": each.cpu_ms_per_record,
                "warm_cpu_ms_per_record": each.warm_cpu_ms_per_record,
            }
            for each in measurements
        ],
    }
    path.write_text(json.dumps(report, indent=2) + "\n")


def plot(path: Path, measurements: Sequence[Measurement]) -> None:
    """Draw records a second of every contender with a result, the fastest on top: snapshots, then all events."""
    shown = [each for each in measurements if not each.failure]
    panels = {
        "60-zone snapshots a second": [each for each in shown if each.group != "growth"],
        "events of every kind a second": [each for each in shown if each.group == "growth"],
    }
    heights = [max(1, len(ranked)) for ranked in panels.values()]
    figure = Figure(figsize=(9, 0.4 * sum(heights) + 2), layout="constrained")
    for axes, (title, ranked) in zip(figure.subplots(2, height_ratios=heights), panels.items(), strict=True):
        _bars(axes, f"{title}, once warm (ours blue, others grey)", ranked)
    figure.savefig(path)


def _bars(axes: Axes, title: str, measurements: Sequence[Measurement]) -> None:
    ranked = sorted(measurements, key=lambda each: each.warm_records_per_second)
    speeds = [each.warm_records_per_second for each in ranked]
    colours = [_ACCENT if _is_ours(each) else _GREY for each in ranked]
    bars = axes.barh([each.name for each in ranked], speeds, color=colours)
    axes.bar_label(bars, labels=[f"{speed:,.0f}" for speed in speeds], padding=3)
    axes.set_xlabel(title)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)


def _is_ours(each: Measurement) -> bool:
    return "stock" not in each.name and ("our" in each.name or "full" in each.name)


def _cells(each: Measurement) -> tuple[str, ...]:
    if each.failure:
        return each.name, "", "", "", "", "", "", "", each.failure
    disturbed = "disturbed" if each.other_cores > DISTURBED_CORES else ""
    return (
        each.name,
        f"{each.records_per_second:,.0f}",
        f"{each.warm_records_per_second:,.0f}",
        f"{each.run_seconds:.1f}",
        f"{each.cpu_ms_per_record:.3f}",
        f"{each.warm_cpu_ms_per_record:.3f}",
        f"{each.peak_rss_bytes / 1e6:,.0f}",
        f"{each.other_cores:.2f}",
        disturbed,
    )
