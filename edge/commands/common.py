"""What several commands share: arguments, defaults, progress, one way to tell what cannot be used."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.errors import ConfigurationError, Problem
from edge.model_cards import ModelCard, known_cards, load_card
from edge.model_store import ModelStore

DEFAULT_CARD = "yolox-nano"
INSTALLED = "installed"
STATE_HELP = "of spool, installed models, learnt things [$STATE_DIRECTORY, or edge-state]"


class DetectorChoice(TypedDict):
    """A detector's card and the folder of its file."""

    model_card: ModelCard
    models_directory: Path


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a detector."""
    cards = ", ".join(known_cards())
    parser.add_argument(
        "--model", default=DEFAULT_CARD, metavar="CARD", help=f"{cards}, {INSTALLED}, or a card's path [{DEFAULT_CARD}]"
    )
    parser.add_argument(
        "--models", type=Path, metavar="FOLDER", help="folder of the models [$STORE_TRAFFIC_DATA/models]"
    )


def models_directory(options: argparse.Namespace) -> Path:
    """Return the folder of the models."""
    return options.models or Path(os.environ.get("STORE_TRAFFIC_DATA", "../shared/data")) / "models"


def detector_of(options: argparse.Namespace) -> DetectorChoice:
    """Return the card of the detector and the folder of its file.

    Raises:
        ConfigurationError: where the card cannot be used, or nothing is installed.
    """
    if options.model == INSTALLED:
        folder = state_directory(options) / "models"
        return {"model_card": ModelStore(folder).current(), "models_directory": folder}
    return {"model_card": load_card(options.model), "models_directory": models_directory(options)}


def state_directory(options: argparse.Namespace) -> Path:
    """Return the folder of what must outlive a restart: the spool, installed models, learnt things."""
    return options.state or Path(os.environ.get("STATE_DIRECTORY", "edge-state"))


def unusable(where: str, *, expected: str, came: str, cure: str) -> ConfigurationError:
    """Return the error of an argument that cannot be used."""
    return ConfigurationError("command line", [Problem(where=where, expected=expected, came=came, cure=cure)])


def counted(count: int, noun: str) -> str:
    """Return `1 visit`, `2 visits`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


@contextmanager
def aws_as_configuration(stream: str) -> Iterator[None]:
    """Turn what AWS refuses (no such stream, right, region or credentials) into one clear message."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        cure = "Check the stream's name, the region, the credentials and --endpoint-url."
        raise unusable("--stream", expected=f"to write to {stream}", came=str(error), cure=cure) from error


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Give what shows the frames done on standard error, while it is a terminal."""
    columns = (TextColumn("frames"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("frames", total=None)
        yield lambda done, expected: bar.update(task, completed=done, total=expected)
