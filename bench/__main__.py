"""`python -m bench` measures everything; `--guard` a small part, against the committed ratios."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

from bench import latency_report
from bench.contenders import FOLDER
from bench.encodings import Encoding, encodings
from bench.guard import figures, read_baseline, regressions, write_baseline
from bench.inputs import snapshot_records
from bench.latency import measure as measure_latency
from bench.latency_figures import Latency
from bench.measurement import Measurement
from bench.peers_environment import prepare
from bench.realtime import RealTimeLoad
from bench.report import encoding_table, plot, ratio_table, table, write_report
from bench.resources import ResourceError, require, this_machine
from bench.snapshots import SnapshotLoad
from bench.suite import INPUTS, measured, ratios, small, whole

USAGE_ERROR = 2
OPENING_HOURS_A_DAY = 12
GUARD_SECONDS = 180
REAL_TIME_STORES = {100: 30.0, 1000: 120.0}
"""How many stores, and for how many seconds each sends before it is measured: more stores, more to compile."""
REAL_TIME_SECONDS = 40.0


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns 0, 1 when the guard finds a regression, or 2 when the machine cannot do it."""
    options = _parser().parse_args(arguments)
    console = Console()
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        require(this_machine(FOLDER))
    except ResourceError as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR
    return (
        _guard(console, is_accepted=options.accept)
        if options.guard
        else _measure(console, options.scale, limit_seconds=60 * options.minutes)
    )


def _measure(console: Console, scale: float, *, limit_seconds: float) -> int:
    measurements: list[Measurement] = []
    amounts: dict[str, float] = {}
    with console.status("Installing the peers") as status:
        prepare()
        for records, each in measured(whole(scale), status.update, limit_seconds=limit_seconds):
            measurements.append(each)
            console.print(f"{each.name}: {each.failure or f'{each.records_per_second:,.0f} records/s'}")
            amounts |= _amounts(each, sent_bytes=records.sent_bytes, store_hours=records.store_hours)
        forms = encodings(snapshot_records(SnapshotLoad(snapshots=2_000), INPUTS))
        latencies = _latencies(status.update)
    found = ratios(measurements)
    console.print(ratio_table(found), table(measurements), encoding_table(forms), latency_report.table(latencies))
    console.print(*map(latency_report.details, latencies))
    for name, value in amounts.items():
        console.print(f"{name}: {value:,.1f}")
    _write(measurements, amounts, forms, latencies)
    console.print(f"All of it in {FOLDER / 'report.json'}", soft_wrap=True)
    return 0


def _latencies(tell: Callable[[str], None]) -> list[Latency]:
    loads = (
        RealTimeLoad(stores=stores, seconds=REAL_TIME_SECONDS, warm_up_seconds=warm_up_seconds)
        for stores, warm_up_seconds in REAL_TIME_STORES.items()
    )
    return [measure_latency(load, tell=tell) for load in loads]


def _write(
    measurements: list[Measurement], amounts: dict[str, float], forms: list[Encoding], latencies: list[Latency]
) -> None:
    write_report(
        FOLDER / "report.json",
        machine=this_machine(FOLDER),
        measurements=measurements,
        ratios=ratios(measurements),
        amounts=amounts,
        encodings=forms,
        latencies=latencies,
    )
    plot(FOLDER / "records-per-second.svg", measurements)
    latency_report.plot(FOLDER / "latency.svg", latencies)


def _amounts(each: Measurement, *, sent_bytes: int, store_hours: float) -> dict[str, float]:
    """Return what a store costs, from the runs on every kind of event."""
    if each.failure or each.group != "growth":
        return {}
    amounts = {f"{each.name}: store-hours a minute": 60 * store_hours / each.run_seconds}
    if each.details and "lake_bytes" in each.details and "1 store," in each.name:
        day = OPENING_HOURS_A_DAY / store_hours / 1e6
        amounts["MB a store-day in Kinesis"] = sent_bytes * day
        # Of one store alone: copies of it would compress to almost nothing.
        amounts["MB a store-day in the lake"] = each.details["lake_bytes"] * day
    return amounts


def _guard(console: Console, *, is_accepted: bool) -> int:
    with console.status("Measuring") as status:
        by_name = {each.name: each for _, each in measured(small(), status.update, limit_seconds=GUARD_SECONDS)}
    console.print(table(list(by_name.values())))
    try:
        came = figures(by_name)
    except ValueError as failed:
        print(failed, file=sys.stderr)
        return 1
    if is_accepted:
        write_baseline(came)
    problems = regressions(came, read_baseline())
    for name, value in came.items():
        console.print(f"{name}: {value:.3f}")
    console.print("\n".join(problems) if problems else "No worse than the baseline.")
    return int(bool(problems))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual records (default: 1)")
    parser.add_argument("--minutes", type=float, default=15.0, help="contenders left then are not run (default: 15)")
    parser.add_argument("--guard", action="store_true", help="fail at +10 %% time or +20 %% memory, in 3 minutes")
    parser.add_argument("--accept", action="store_true", help="with --guard: write this run as the baseline")
    return parser


if __name__ == "__main__":
    sys.exit(main())
