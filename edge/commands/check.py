"""`edge check`: everything that is wrong with a store file."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from edge.commands.common import counted
from edge.store_file import load_store


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("store", type=Path, metavar="STORE.toml", help="the store file")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Check the file; a `ConfigurationError` names every problem."""
    store = load_store(options.store)
    parts = {"camera": store.cameras, "zone": store.zones, "lane": store.lane_ids, "line": store.lines}
    counts = ", ".join(counted(len(things), noun) for noun, things in parts.items())
    Console(soft_wrap=True).print(f"{options.store}: good. {counts}; times in {store.time_zone}.")
    return 0
