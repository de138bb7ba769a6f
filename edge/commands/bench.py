"""`edge bench`: how many cameras this machine can watch."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.benchmark import USE, Load, Speed, measure
from edge.commands.common import add_model, models_directory
from edge.model_cards import load_card
from edge.store_file import load_store


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("video", type=Path, metavar="VIDEO", help="a file like what your cameras give")
    parser.add_argument("--store", type=Path, metavar="FILE.toml", help="store file of one camera [the whole picture]")
    parser.add_argument("--frames", type=int, default=200, metavar="N", help="pictures of a round [200]")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds; the median counts [3]")
    parser.add_argument("--rate", type=float, default=5.0, metavar="FPS", help="pictures a camera and second [5]")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_model(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    load = Load(
        video=options.video,
        model_card=load_card(options.model),
        models_directory=models_directory(options),
        store=load_store(options.store) if options.store else None,
        frames=max(1, options.frames),
        rounds=max(1, options.rounds),
    )
    with Console(stderr=True).status("Measuring") as status:
        speed = measure(load, cores=os.cpu_count() or 1, told=status.update)
    if options.json:
        print(json.dumps({**asdict(speed), "cameras_at_rate": speed.cameras_at(options.rate)}))
    else:
        _print(speed, options.rate)
    return 0


def _print(speed: Speed, rate: float) -> None:
    table = Table(title="Pictures a second", title_justify="left", title_style="bold", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in (
        ("decoding alone, one thread", speed.decoding),
        ("decoding and detector, one thread", speed.raw),
        ("the whole analysis, one thread", speed.analysis),
        (f"{speed.cameras} cameras at once, all together", speed.together),
    ):
        table.add_row(name, f"{value:,.0f}")
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    console.print(
        f"Enough for {speed.cameras_at(rate)} cameras at {rate:g} pictures a second, {1 - USE:.0%} left for bursts."
    )
