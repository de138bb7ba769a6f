"""How latencies are told: the table of the terminal, what lies behind it, and the plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from rich.table import Table

from bench.latency_figures import TARGET_MS, Latency
from contracts.events import WATERMARK_DELAY_MS
from design.css import load_tokens

_HEADINGS = ("stores", "events/s", "samples", "p50 s", "p95 s", "p99 s", "TaskManager MB", "its cores", "all cores")


def table(latencies: Sequence[Latency]) -> Table:
    """Return the figures as a table; a run that does not count is a row with its reason."""
    shown = Table(title="From the end of a window until its item stands in live_zone")
    for heading in _HEADINGS:
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("")
    for each in latencies:
        shown.add_row(*_cells(each))
    return shown


def details(latency: Latency) -> Table:
    """Return what lies behind the figures of one run."""
    shown = Table(title=f"{latency.stores:,} stores", show_header=False)
    for name, value in (
        ("sent, read", f"{latency.sent:,}, {latency.read:,}"),
        ("further behind", f"{latency.behind_seconds:.1f} s"),
        ("longest lag of the producer", f"{latency.producer_lag_ms_max:,} ms"),
        ("checkpoints", f"{latency.checkpoints}, longest {latency.checkpoint_ms_max:,} ms"),
        ("state", f"{latency.state_bytes_max / 1e6:.1f} MB"),
        *((f"to the item: {part}", f"{value:,.0f} ms") for part, value in latency.parts_ms.items()),
        *((f"cores: {name}", f"{value:.2f}") for name, value in latency.cores.items()),
        *((f"memory: {kind}", f"{value / 1e6:,.0f} MB") for kind, value in latency.memory_bytes.items()),
        *((f"rejected: {reason}", f"{count:,}") for reason, count in latency.rejected.items()),
    ):
        shown.add_row(name, value)
    return shown


def plot(path: Path, latencies: Sequence[Latency]) -> None:
    """Draw which share of the items stood there how long after the end of their window, a line for each load."""
    tokens = load_tokens()
    colours, grey = tokens["category"]["light"].values(), tokens["colour"]["light"]["muted"]
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    drawn = [each for each in latencies if each.delays_ms]
    for colour, each in zip(colours, drawn, strict=False):
        axes.ecdf([delay / 1000 for delay in each.delays_ms], color=colour, label=f"{each.stores:,} stores")
    for at_ms, says in ((WATERMARK_DELAY_MS, "watermark"), (WATERMARK_DELAY_MS + TARGET_MS, "target for 95 %")):
        axes.axvline(at_ms / 1000, color=grey, linewidth=1, linestyle="--")
        axes.text(at_ms / 1000, 1.02, says, color=grey, ha="center", transform=axes.get_xaxis_transform())
    axes.axhline(0.95, color=grey, linewidth=0.5)
    axes.set_xlabel("seconds from the end of the window until the item was seen")
    axes.set_ylabel("share of the items")
    if drawn:
        axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def _cells(each: Latency) -> tuple[str, ...]:
    return (
        f"{each.stores:,}",
        f"{each.events_per_second:,.0f}",
        f"{each.samples:,}",
        *(f"{value / 1000:.2f}" for value in (each.p50_ms, each.p95_ms, each.p99_ms)),
        f"{each.peak_rss_bytes / 1e6:,.0f}",
        *(f"{each.cores.get(name, 0.0):.2f}" for name in ("flink-taskmanager", "machine")),
        each.failure or ("in time" if each.is_in_time else "too late"),
    )
