"""`python -m bench.scale`: what more stores than this machine can simulate would take in the cloud, and cost.

The tables of `docs/scale.md` are rendered from the arithmetic of `scale_model.py`: `--write` renders them anew.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from bench.contenders import FOLDER
from bench.page import fill, markdown_table
from bench.scale_model import (
    ASSUMED,
    LIMITS,
    OPEN_SECONDS_A_DAY,
    PARTITION_WRITES_PER_SECOND,
    WINDOW_SECONDS,
    Inputs,
    Measured,
    Plan,
    measured_anew,
    read_inputs,
    widened,
)
from bench.scale_sample import sampled
from design.css import load_tokens
from local.paths import ROOT

PAGE = ROOT / "docs" / "scale.md"
PLOT = FOLDER / "cost-per-store.svg"
PART_COLOURS = ("blue", "sky", "orange", "green", "purple", "comparison")
STEPS = (100, 1_000, 10_000, 100_000)
GOAL_STORES = 50
"""At so many the design asks for at most 10 USD a store and month."""


def render(inputs: Inputs) -> dict[str, str]:
    """Return the tables of the page as Markdown, by the name of their place in it."""
    store, wide = inputs.store, widened(inputs.store, inputs.wide)
    return {
        "inputs": _inputs_table(inputs),
        "load": _by_stores([Plan(store, stores) for stores in STEPS], _LOAD),
        "cost": _cost_table(store, wide),
        "limits": _limits_table(store, wide),
        "skew": _skew_table(inputs),
        "assumed": markdown_table(("assumed", "", "why"), ASSUMED, right={1}),
    }


def _inputs_table(inputs: Inputs) -> str:
    store = inputs.store
    kinds = ", ".join(f"{kind.per_hour:,.0f} {kind.name} of {kind.size_bytes:,.0f} B" for kind in store.kinds)
    most = store.zones * 60 // WINDOW_SECONDS
    rows = (
        ("events an hour", f"{3600 * store.events_per_second:,.0f}", kinds),
        ("MB a day in Kinesis", f"{store.bytes_per_second * OPEN_SECONDS_A_DAY / 1e6:.1f}", "simulated"),
        ("items of `live_zone` a minute", f"{store.live_writes_per_minute:.0f}", f"simulated; at most {most}"),
        ("processor ms an event", f"{store.processor_ms_per_event:.2f}", _how(inputs, "processor_ms_per_event")),
        (
            "of it in the busiest lone writer of a table",
            f"{store.writer_ms_per_event:.3f}",
            _how(inputs, "writer_ms_per_event"),
        ),
        ("MB a day in the lake", f"{store.lake_bytes_per_day / 1e6:.1f}", _how(inputs, "lake_bytes_per_day")),
        ("KB of state", f"{store.state_bytes / 1e3:.0f}", _how(inputs, "state_bytes")),
        ("longest checkpoint, s", f"{store.checkpoint_ms / 1000:.1f}", _how(inputs, "checkpoint_ms")),
        (
            f"processor ms a snapshot of {inputs.wide.zones} zones",
            f"{inputs.wide.snapshot_processor_ms:.2f}",
            _how(inputs, "snapshot_processor_ms"),
        ),
    )
    return markdown_table(
        (f"one {store.name}, {store.zones} zones, while open", "", "how it is known"), rows, right={1}
    )


def _how(inputs: Inputs, name: str) -> str:
    known = "**provisional**" if name in inputs.provisional else "measured"
    return f"{known}, {inputs.date}, {inputs.machine}"


_Row = tuple[str, Callable[[Plan], float], str]
"""What a row tells, of which plan's figure, in which format."""

_LOAD: tuple[_Row, ...] = (
    ("events/s into Kinesis, fullest hour", lambda each: each.events_per_second, ",.0f"),
    ("MB/s into Kinesis, fullest hour", lambda each: each.bytes_per_second / 1e6, ",.2f"),
    ("shards", lambda each: each.shards, ",d"),
    ("busy cores", lambda each: each.cores, ",.1f"),
    ("KPUs, and one more an application", lambda each: each.kpus, ",d"),
    ("applications", lambda each: each.applications, ",d"),
    ("parallelism of all together", lambda each: each.tasks, ",d"),
    ("cores of the busiest lone writer", lambda each: each.writer_cores, ",.2f"),
    ("`live_zone` writes/s while open", lambda each: each.live_writes_per_second, ",.0f"),
    ("GB a full checkpoint", lambda each: each.state_bytes / 1e9, ",.2f"),
    ("longest checkpoint, s", lambda each: each.checkpoint_seconds, ",.1f"),
    ("lake, GB a day", lambda each: each.lake_bytes_per_day / 1e9, ",.1f"),
    ("files a day, as written", lambda each: each.files_per_day, ",.0f"),
    ("MB a file of `event_v1`, as written", lambda each: each.event_file_bytes / 1e6, ",.1f"),
    ("files a day, compacted", lambda each: each.compacted_files_per_day, ",d"),
)


def _cost_table(store: Measured, wide: Measured) -> str:
    def a_store(name: str, usd: Callable[[Plan], float]) -> _Row:
        return name, lambda each: usd(each) / each.stores, ",.3f"

    def part(name: str) -> _Row:
        return a_store(name, lambda each: each.costs[name])

    plans = [Plan(store, stores) for stores in (GOAL_STORES, *STEPS)]
    rows = (
        *map(part, plans[0].costs),
        a_store("**together**", lambda each: each.cost),
        a_store(f"**the same of {wide.zones} zones**", lambda each: Plan(wide, each.stores).cost),
        a_store("or: Kinesis on demand, no shards to plan", lambda each: each.kinesis_on_demand),
        a_store("or: DynamoDB provisioned, by opening hours", lambda each: each.dynamodb_provisioned),
        a_store("or: live items tell since when", lambda each: each.dynamodb(each.measured.live_changes_per_minute)),
    )
    return _by_stores(plans, rows)


def _limits_table(store: Measured, wide: Measured) -> str:
    rows = [
        (each.name, _rounded(each.stores(store)), _rounded(each.stores(wide)), _step(each.stores(store)), each.lever)
        for each in sorted(LIMITS, key=lambda each: each.stores(store))
    ]
    headings = ("what binds", "from stores", f"of {wide.zones} zones", "before the step to", "what to do")
    return markdown_table(headings, rows, right={1, 2, 3})


def _step(stores: float) -> str:
    """Return the first step that a number of stores is not enough for."""
    return next((f"{step:,}" for step in STEPS if step > stores), "none of these")


def _skew_table(inputs: Inputs) -> str:
    wide, store = inputs.wide, inputs.store
    per_core = 1000 / wide.snapshot_processor_ms
    devices = 3600 / wide.snapshots_per_hour
    writes_per_zone = store.live_writes_per_minute / store.zones / 60
    zones = PARTITION_WRITES_PER_SECOND / writes_per_zone
    rows = (
        ("`store_id`: one task adds up its snapshots", f"{per_core:,.0f} snapshots/s", f"{per_core * devices:,.0f}"),
        (
            "`store_id`: one partition of `live_zone`, unless DynamoDB splits it",
            f"{PARTITION_WRITES_PER_SECOND:,} writes/s, {_rounded(zones)} zones",
            f"{zones / wide.zones:,.0f}",
        ),
    )
    return markdown_table(("one key", "carries at most", f"devices of {wide.zones} zones"), rows, right={1, 2})


def _by_stores(plans: Sequence[Plan], rows: Sequence[_Row]) -> str:
    cells = [(name, *(f"{figure(each):{form}}" for each in plans)) for name, figure, form in rows]
    return markdown_table(
        ("stores", *(f"{each.stores:,}" for each in plans)), cells, right=set(range(1, len(plans) + 1))
    )


def _rounded(count: float) -> str:
    """Return a count with two figures: more would say more than is known."""
    unit = int(10 ** max(0, math.floor(math.log10(count)) - 1))
    return f"{math.floor(count / unit) * unit:,}"


def plot(path: Path, inputs: Inputs) -> None:
    """Draw the cost of a store and month by part against the number of stores; the parts are named at the right."""
    tokens = load_tokens()
    colours = {**tokens["category"]["light"], **tokens["colour"]["light"]}
    stores = [round(10 ** (exponent / 50)) for exponent in range(100, 251)]
    plans = [Plan(inputs.store, number) for number in stores]
    parts = {part: [each.costs[part] / each.stores for each in plans] for part in plans[0].costs}
    figure = Figure(figsize=(9, 5), layout="constrained", facecolor=colours["surface"])
    axes = figure.subplots()
    axes.stackplot(stores, list(parts.values()), colors=[colours[name] for name in PART_COLOURS])
    axes.set(xscale="log", xlim=(stores[0], stores[-1]), ylim=(0, None), xlabel="stores")
    axes.set_title(_finding(plans[stores.index(10_000)]), loc="left", fontweight="bold", color=colours["text"])
    axes.set_ylabel("USD a store and month", color=colours["text"])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color=colours["surface"], alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    gap = plans[0].cost / plans[0].stores / 24
    places = _places([usd[-1] for usd in parts.values()], gap)
    for (part, usd), place, colour in zip(parts.items(), places, PART_COLOURS, strict=True):
        for text, ink in ((" ■", colours[colour]), (f"     {part} {usd[-1]:.2f}", colours["text"])):
            axes.annotate(text, (stores[-1], place), va="center", annotation_clip=False, color=ink)
    figure.savefig(path)


def _finding(each: Plan) -> str:
    part = max(each.costs, key=lambda name: each.costs[name])
    share, usd = each.costs[part] / each.cost, each.cost / each.stores
    return f"At {each.stores:,} stores {part} is {share:.0%} of the {usd:.2f} USD a store and month"


def _places(heights: Sequence[float], gap: float) -> list[float]:
    """Return where to name each band of a stack: in its middle, yet apart from the name below."""
    places: list[float] = []
    floor = 0.0
    for height in heights:
        middle = floor + height / 2
        places.append(max(middle, places[-1] + gap) if places else middle)
        floor += height
    return places


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; returns 0."""
    options = _parser().parse_args(arguments)
    if options.sample:
        print(sampled())
        return 0
    inputs = read_inputs()
    if options.report:
        inputs = measured_anew(inputs, json.loads(options.report.read_text()))
    tables = render(inputs)
    print("\n\n".join(tables.values()))
    if options.write:
        PAGE.write_text(fill(PAGE.read_text(), tables))
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        plot(PLOT, inputs)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--sample", action="store_true", help="count what a simulated store sends, for scale.toml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--report", type=Path, help="with the figures of this report of the benchmark, where it has any")
    what.add_argument("--write", action="store_true", help="put the tables into docs/scale.md, and draw the plot")
    return parser


if __name__ == "__main__":
    sys.exit(main())
