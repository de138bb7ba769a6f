"""`python -m demo`: two simulated trading hours, or a video, through the whole pipeline, compared with the truth.

`make demo` passes SCENARIO, FAULTS, SEED, HOURS, VIDEO, ZONES, TRUTH and MODEL by the environment.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from demo.audit import KEPT, keep, print_summary
from demo.errors import DemoError
from demo.filmed import FilmedOutcome, FilmedSettings, VisitTruth, read_truth, run_filmed
from demo.outputs import write_alerts, write_report, write_result
from demo.progress import Steps
from demo.report.alerts import attention
from demo.report.model import read_day
from demo.report.page import simulated_page
from demo.report.video import video_page
from demo.report.words import duration
from demo.simulated import SimulatedOutcome, SimulatedSettings, run_simulated
from demo.terminal import (
    make_console,
    print_accounting,
    print_alerts,
    print_failures,
    print_metrics,
    print_visits,
)
from edge.errors import ConfigurationError
from edge.model_cards import load_card
from edge.store_file import StoreFile, load_store
from local.errors import StackError
from sim.faults import NO_FAULTS
from sim.faults import load as load_faults
from sim.margins import NotClearError
from sim.scenario import load
from sim.settings import SettingsError
from sim.world import NoWayError

USAGE_ERROR = 2
INTERRUPTED = 130
LONGEST_HOURS = 24
DAY_SECONDS = 86_400
NEXT = """Next: open it, or ask `storeq run aisle_ranking --period 2026-09 --folder build/demo/lake`.
Then `make checks`, `make audit`, `make demo FAULTS=all`."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; returns 0, 1 when a number is wrong, 2 with one message when it cannot run, 130 after Ctrl-C."""
    options = _parser(os.environ).parse_args(arguments)
    console = make_console()
    try:
        with _only_run(options.run):
            return _run_video(options, console) if options.video else _run_simulation(options, console)
    except (ConfigurationError, DemoError, NoWayError, NotClearError, SettingsError, StackError) as error:
        make_console(stderr=True).print(f"The demo stopped. {error}", markup=False, soft_wrap=True)
        return USAGE_ERROR
    except KeyboardInterrupt:
        make_console(stderr=True).print("Stopped; nothing is left running.")
        return INTERRUPTED


def _run_simulation(options: argparse.Namespace, console: Console) -> int:
    scenario = load(options.scenario)
    faults = load_faults(options.faults) if options.faults else NO_FAULTS
    faults.check(scenario)
    settings = SimulatedSettings(
        scenario=scenario,
        seed=options.seed,
        hours=options.hours,
        with_faults=not options.fault_free,
        now=dt.datetime.now(dt.UTC),
        faults=faults,
    )
    console.print(f"{scenario.title}, seed {settings.seed}" + (f", faults: {faults.title}" if options.faults else ""))
    outcome = run_simulated(settings, options.run, Steps(console))
    _write_simulated(settings, outcome, options.out)
    write_alerts(options.out, outcome.alerts)
    keep(outcome.lake, options.out / KEPT.name)
    console.print()
    print_metrics(console, outcome.metrics)
    print_alerts(console, outcome.alerts, time_zone=scenario.store.time_zone)
    code = _conclude(console, outcome, options.out, hint=NEXT)
    return 1 if any(each.is_failed for each in outcome.audited) else code


def _run_video(options: argparse.Namespace, console: Console) -> int:
    store = load_store(options.zones) if options.zones else StoreFile.whole_picture()
    settings = FilmedSettings(
        video=options.video,
        store=store,
        model_card=load_card(options.model),
        models_directory=options.models,
        start_ms=options.start if options.start is not None else int(time.time() - DAY_SECONDS) * 1000,
        annotated=options.out / f"{options.video.stem}-annotated.mp4",
        truth=VisitTruth(store.zones[0].zone_id, read_truth(options.truth)) if options.truth else None,
    )
    _require_files(settings)
    outcome = run_filmed(settings, options.run, Steps(console))
    _write_filmed(settings, outcome, options.out)
    print_visits(console, list(outcome.visits), outcome.metrics)
    console.print(f"\nThe video with boxes, tracks and zones: {settings.annotated}")
    return _conclude(console, outcome, options.out, hint="Next: draw zones, and give them by ZONES=store.toml.")


def _conclude(console: Console, outcome: SimulatedOutcome | FilmedOutcome, out: Path, *, hint: str) -> int:
    wrong = [metric for metric in outcome.metrics if not metric.is_right]
    print_accounting(console, outcome.accounting)
    judged = [metric for metric in outcome.metrics if metric.is_judged]
    if judged:
        console.print(f"{len(judged) - len(wrong)} of {len(judged)} metrics are right")
    if isinstance(outcome, SimulatedOutcome):
        print_summary(console, list(outcome.audited))
    print_failures(console, wrong, outcome.accounting)
    console.print(f"\nReport: {out / 'report.html'}\n{hint}")
    return 1 if wrong or not outcome.accounting.adds_up else 0


def _write_simulated(settings: SimulatedSettings, outcome: SimulatedOutcome, out: Path) -> None:
    of_day = read_day(
        outcome.lake,
        time_zone=settings.scenario.store.time_zone,
        target_wait_seconds=settings.scenario.checkout.target_wait_seconds,
        start_ms=outcome.truth.start_ms,
        end_ms=outcome.truth.end_ms,
    )
    facts = (
        ("Scenario", f"{settings.scenario.name}, seed {settings.seed}"),
        ("Store", outcome.truth.store_id),
        *_timing(outcome.seconds),
    )
    title = settings.scenario.title
    page = simulated_page(
        of_day,
        outcome.metrics,
        outcome.accounting,
        title=title,
        facts=facts,
        audited=outcome.audited,
        fault_counts=outcome.fault_counts,
        alerts=attention(outcome.alerts, time_zone=settings.scenario.store.time_zone),
    )
    write_report(out, page)
    run = {"scenario": settings.scenario.name, "seed": settings.seed, "seconds": outcome.seconds}
    write_result(out, outcome.metrics, outcome.accounting, run=run)


def _write_filmed(settings: FilmedSettings, outcome: FilmedOutcome, out: Path) -> None:
    facts = (
        ("Video", settings.video.name),
        ("Model", settings.model_card.name),
        ("Pictures", f"{outcome.summary.frames}, {outcome.summary.frames_per_second:.0f} a second"),
        *_timing(outcome.seconds),
    )
    page = video_page(
        list(outcome.visits),
        outcome.metrics,
        outcome.accounting,
        title=settings.video.stem.replace("-", " ").replace("_", " ").capitalize(),
        length_seconds=outcome.length_seconds,
        facts=facts,
    )
    write_report(out, page)
    visits = [
        {"zone_id": each.zone_id, "entered_seconds": each.entered_seconds, "dwell_seconds": each.dwell_seconds}
        for each in outcome.visits
    ]
    run = {"video": settings.video.name, "visits": visits, "seconds": outcome.seconds}
    write_result(out, outcome.metrics, outcome.accounting, run=run)


@contextmanager
def _only_run(folder: Path) -> Iterator[None]:
    """Hold the run folder for this process: a second demo in it would take away the first one's state."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                f"Expected {folder} to be free, but another demo runs in it. Wait for it, or name another by --run."
            ) from None
        yield


def _timing(seconds: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    return (("Whole run", duration(sum(seconds.values()))),)


def _require_files(settings: FilmedSettings) -> None:
    """Check before anything starts what would else be found out a minute later."""
    if not settings.video.is_file():
        raise DemoError(f"Expected a video at {settings.video}, but there is none. Correct VIDEO=….")
    model = settings.models_directory / settings.model_card.file
    if not model.is_file():
        raise DemoError(
            f"Expected the model {settings.model_card.file} in {settings.models_directory}, but it is not there. "
            "Name its folder with --models, or set STORE_TRAFFIC_DATA to the folder that holds models/."
        )


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    def default(name: str, otherwise: str | None = None) -> str | None:
        return environment.get(name) or otherwise

    parser = argparse.ArgumentParser(
        prog="python -m demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    models = Path(environment.get("STORE_TRAFFIC_DATA", "../shared/data")) / "models"
    add: Callable[..., argparse.Action] = parser.add_argument
    add("--scenario", default=default("SCENARIO", "supermarket"), help="name of a scenario, or path of a TOML file")
    add("--seed", type=_seed, default=default("SEED", "7"), help="decides everything random [7]")
    add("--hours", type=_hours, default=default("HOURS"), help="how long shoppers arrive [the scenario's]")
    add("--faults", default=default("FAULTS"), help="what goes wrong: all, vision, outage, …, or a TOML file [nothing]")
    add("--fault-free", action="store_true", help="send no broken and no repeated records among the good ones")
    add("--video", type=Path, default=default("VIDEO"), help="analyse this video instead of a simulated store")
    add("--zones", type=Path, default=default("ZONES"), help="store file with its zones [the whole picture]")
    add("--truth", type=Path, default=default("TRUTH"), help="CSV with the seconds of each visit to the first zone")
    add("--model", default=default("MODEL", "yolox-nano"), help="model card [yolox-nano]")
    add("--models", type=Path, default=models, help="folder of the model files [$STORE_TRAFFIC_DATA/models]")
    add("--start", type=int, metavar="EPOCH_MS", help="instant of the video's first picture [a day ago]")
    add("--run", type=Path, default=Path("build/run/demo"), help="where logs and state go [build/run/demo]")
    add("--out", type=Path, default=Path("build/demo"), help="where the reports go [build/demo]")
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, came {text!r}; such as 7")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= LONGEST_HOURS:
        raise argparse.ArgumentTypeError(f"expected hours from above 0 to {LONGEST_HOURS}, came {text!r}; such as 0.5")
    return hours


if __name__ == "__main__":
    sys.exit(main())
