"""`python -m bench` measures everything; `--guard` a small part, against the committed ratios."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from bench.contenders import FOLDER
from bench.guard import figures, read_baseline, regressions, write_baseline
from bench.measurement import Measurement
from bench.peers_environment import prepare
from bench.report import plot, ratio_table, table, write_report
from bench.resources import ResourceError, require, this_machine
from bench.suite import measured, ratios, small, whole

USAGE_ERROR = 2
OPENING_HOURS_A_DAY = 12
GUARD_SECONDS = 180


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
            amounts |= _amounts(each, size_bytes=records.size_bytes, store_hours=records.store_hours)
    found = ratios(measurements)
    console.print(ratio_table(found), table(measurements))
    for name, value in amounts.items():
        console.print(f"{name}: {value:,.1f}")
    write_report(
        FOLDER / "report.json", machine=this_machine(FOLDER), measurements=measurements, ratios=found, amounts=amounts
    )
    plot(FOLDER / "records-per-second.svg", measurements)
    console.print(f"All of it in {FOLDER / 'report.json'}", soft_wrap=True)
    return 0


def _amounts(each: Measurement, *, size_bytes: int, store_hours: float) -> dict[str, float]:
    """Return what a store costs, from the runs on every kind of event."""
    if each.failure or each.group != "growth":
        return {}
    amounts = {f"{each.name}: store-hours a minute": 60 * store_hours / each.run_seconds}
    if each.details and "lake_bytes" in each.details:
        day = OPENING_HOURS_A_DAY / store_hours / 1e6
        amounts["MB a store-day in Kinesis"] = size_bytes * day
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
    parser.add_argument("--minutes", type=float, default=18.0, help="what is left then is not run (default: 18)")
    parser.add_argument("--guard", action="store_true", help="fail at +10 %% time or +20 %% memory, in 3 minutes")
    parser.add_argument("--accept", action="store_true", help="with --guard: write this run as the baseline")
    return parser


if __name__ == "__main__":
    sys.exit(main())
