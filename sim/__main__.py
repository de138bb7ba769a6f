"""`python -m sim run` simulates a store and writes its events and the truth about them."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import gzip
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import Progress as ProgressBar

from sim import faults as fault_files
from sim.emission import Emitted
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.margins import NotClearError
from sim.report import fault_table, tables
from sim.run import PlannedRun, plan
from sim.scenario import Scenario, load, names
from sim.settings import SettingsError
from sim.world import NoWayError

USAGE_ERROR = 2
EVENTS_FILE = "events.jsonl.gz"
TRUTH_FILE = "truth.json"
FAULTS_FILE = "faults.json"

_EXPLAINED = f"""\
Simulates shoppers, staff, lanes and queues from a seed, lets the edge's own code watch them, and writes:

  {EVENTS_FILE}  inference.v1 events, one JSON object a line, in the order of emission
  {TRUTH_FILE}       what every metric of these events must be, computed from the paths, not from the events
  {FAULTS_FILE}      with --faults: what went wrong, how often, and which events it concerns

The truth is what happened, whatever the cameras see of it: faults change the events and never the truth.
The same scenario, seed, hours, day, stores and faults give the same files, byte for byte.

scenarios  {", ".join(names())}
faults     {", ".join(fault_files.names())}

examples:
  python -m sim run                                       two hours of the supermarket, to build/sim
  python -m sim run --seed 8 --hours 0.5 --out build/short
  python -m sim run --closing cut                         ends with people still inside: censored waits
  python -m sim run --scenario bank                       a bank branch; another scenario is one file
  python -m sim run --scenario my-store.toml              a store of your own; every mistake in it is named
  python -m sim run --scenario bank --day 2026-09-24      another day, with its weekday's hours and its season
  python -m sim run --faults vision                       5 % id switches and 10 % missed detections
  python -m sim run --faults my-faults.toml               copy one of sim/faults/*.toml to begin with
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns 0, or 2 when the scenario or the options cannot be used."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        scenario = _closing(load(options.scenario), options.closing)
        with console.status("Planning everybody's ways"):
            faults = fault_files.load(options.faults) if options.faults else NO_FAULTS
            faults.check(scenario)
            planned = plan(scenario, seed=options.seed, hours=options.hours, stores=options.stores, day=options.day)
        ledger = FaultLedger()
        count = _write(planned, faults, ledger, options.out, console)
    except (SettingsError, NotClearError, NoWayError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    for store in planned.truth.stores:
        console.print(tables(store))
    if options.faults:
        console.print(fault_table(ledger))
    console.print(
        f"{count} events in {options.out / EVENTS_FILE}, the truth in {options.out / TRUTH_FILE}",
        soft_wrap=True,
    )
    return 0


def write_events(emitted: Iterable[Emitted], path: Path) -> int:
    """Write events as gzipped JSON lines and return their number; the file appears when it is complete."""
    count = 0
    unfinished = path.with_name(f"{path.name}.unfinished")
    with (
        unfinished.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as lines,
    ):
        for each in emitted:
            lines.write(each.event.to_bytes() + b"\n")
            count += 1
    unfinished.replace(path)
    return count


def _write(planned: PlannedRun, faults: Faults, ledger: FaultLedger, out: Path, console: Console) -> int:
    out.mkdir(parents=True, exist_ok=True)
    (out / TRUTH_FILE).write_text(planned.truth.to_json(), encoding="utf-8")
    with ProgressBar(console=console) as bar:
        task = bar.add_task("Watching the store", total=1.0)
        emitted = planned.stream(faults=faults, ledger=ledger, progress=lambda share: bar.update(task, completed=share))
        count = write_events(emitted, out / EVENTS_FILE)
    # A ledger beside a faultless run would be that of an earlier one.
    (out / FAULTS_FILE).unlink(missing_ok=True)
    if faults is not NO_FAULTS:
        (out / FAULTS_FILE).write_text(ledger.to_json(), encoding="utf-8")
    return count


def _closing(scenario: Scenario, closing: Literal["empty", "cut"] | None) -> Scenario:
    if closing is None:
        return scenario
    return dataclasses.replace(scenario, store=dataclasses.replace(scenario.store, closing=closing))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="run")
    run = verbs.add_parser(
        "run",
        help="simulate and write",
        description=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--scenario",
        default="supermarket",
        help=f"one of {', '.join(names())}, or the path of a TOML file (default: supermarket)",
    )
    run.add_argument("--seed", type=int, default=7, help="decides everything random (default: 7)")
    run.add_argument("--hours", type=float, help="how long people arrive (default: the scenario's)")
    run.add_argument("--stores", type=int, default=1, help="stores with people of their own (default: 1)")
    run.add_argument(
        "--closing",
        choices=("empty", "cut"),
        help="wait until the store is empty, or cut at the end of the hours",
    )
    run.add_argument("--day", type=dt.date.fromisoformat, help="another business day, such as 2026-12-19")
    run.add_argument("--faults", help="one of the above, or the path of a TOML file (default: nothing goes wrong)")
    run.add_argument("--out", type=Path, default=Path("build/sim"), help="folder to write to (default: build/sim)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
