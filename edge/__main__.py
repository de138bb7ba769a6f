"""The command `edge`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from edge import doctor, init
from edge.commands import bench, check, models, preview, run
from edge.errors import EXIT_CODE, ConfigurationError
from edge.zone_editor import command as zones

EPILOG = """\
examples:
  edge init my-store.toml --source rtsp://10.0.0.7/live
  edge zones my-store.toml
  edge check my-store.toml
  edge doctor my-store.toml
  edge run --store my-store.toml --stream inference
  edge run --video shop.mp4
  edge run --store my-store.toml --video shop.mp4 --events-out events.jsonl --annotate seen.mp4
  edge run --store my-store.toml --video shop.mp4 --stream inference --endpoint-url http://localhost:4567
  edge run --store my-store.toml --tracks tracks.csv --frames-per-second 25

Exit codes: 0 done, 1 events could not be sent, 2 something you gave cannot be used (every problem is listed).
"""
COMMANDS = {
    "init": (init, "write a store file from a question or two"),
    "zones": (zones, "draw zones and lines on a picture, in a page on this machine"),
    "check": (check, "tell everything that is wrong with a store file"),
    "doctor": (doctor, "tell whether this machine is ready to run a store"),
    "run": (run, "watch the store's cameras, or analyse a video"),
    "preview": (preview, "draw what is seen and counted into some seconds of a camera"),
    "models": (models, "list, verify, install detectors; go back to the one before"),
    "bench": (bench, "measure how many cameras this machine can watch"),
}
"""In the order in which one needs them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except ConfigurationError as error:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(str(error))
        return EXIT_CODE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edge",
        description="From a store's cameras to traffic events. No picture leaves the machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, text) in COMMANDS.items():
        module.add(commands.add_parser(name, help=text, description=module.__doc__))
    return parser


if __name__ == "__main__":
    sys.exit(main())
