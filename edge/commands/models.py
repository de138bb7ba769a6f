"""`edge models`: the detectors that are there, whether one fits its card, updates by digest and the way back."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.commands.common import STATE_HELP, models_directory, state_directory, unusable
from edge.heads import Picture
from edge.model_cards import ModelCard, known_cards, load_card
from edge.model_check import Finding, verify
from edge.model_store import ModelStore

STYLES = {"good": "green", "warning": "yellow", "bad": "bold red"}
BAD_EXIT_CODE = 1


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="list the cards that come with the edge, and the installed model")
    checked = actions.add_parser("verify", help="tell whether a model fits its card, and why not")
    checked.add_argument("cards", nargs="*", metavar="CARD", help="names or paths of cards [all of the edge's]")
    checked.add_argument("--picture", type=Path, metavar="FILE", help="try it on a picture of yours [grey noise]")
    installed = actions.add_parser("install", help="check a model by its card, try it, and make it the current one")
    installed.add_argument("card", type=Path, metavar="CARD.toml", help="the card, which names the digest")
    installed.add_argument("file", metavar="FILE.onnx", help="the model")
    back = actions.add_parser("rollback", help="go back to the model before; once more goes forward again")
    for action, command in ((listed, _list), (checked, _verify), (installed, _install), (back, _rollback)):
        action.add_argument(
            "--models", type=Path, metavar="FOLDER", help="folder of the models [$STORE_TRAFFIC_DATA/models]"
        )
        action.add_argument("--state", type=Path, metavar="FOLDER", help=STATE_HELP)
        action.set_defaults(command=command)


def _installed(options: argparse.Namespace) -> ModelStore:
    return ModelStore(state_directory(options) / "models")


def _list(options: argparse.Namespace) -> int:
    table = Table(box=None, pad_edge=False)
    for name in ("card", "model", "head", "input", "licence", "labels"):
        table.add_column(name)
    for name in known_cards():
        table.add_row(name, *_cells(load_card(name)))
    console = Console(highlight=False)
    console.print(table)
    if (state_directory(options) / "models").exists():
        console.print(f"Installed: {_installed(options).current().name} (edge run --model installed)")
    return 0


def _cells(card: ModelCard) -> tuple[str, ...]:
    height, width = card.input_size
    return card.name, card.head, f"{height} × {width}", card.licence, ", ".join(card.classes.values())


def _verify(options: argparse.Namespace) -> int:
    picture = _picture(options.picture) if options.picture else None
    findings = {
        name: list(verify(load_card(name), models_directory(options), picture))
        for name in options.cards or known_cards()
    }
    console = Console(highlight=False)
    for name, found in findings.items():
        console.print(_table(name, found))
    is_bad = any(each.state == "bad" for found in findings.values() for each in found)
    return BAD_EXIT_CODE if is_bad else 0


def _table(name: str, findings: Iterable[Finding]) -> Table:
    table = Table(title=name, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("check", "", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for each in findings:
        table.add_row(each.check, Text(each.state, STYLES[each.state]), Text(each.text), Text(each.cure))
    return table


def _picture(path: Path) -> Picture:
    found = cv2.imread(str(path))
    if found is None:
        raise unusable("--picture", expected="a picture", came=str(path), cure="Give a JPEG or PNG file.")
    return np.asarray(found, dtype=np.uint8)


def _install(options: argparse.Namespace) -> int:
    card = _installed(options).install(options.card, options.file)
    Console(highlight=False).print(
        f"{card.name} is the current model. Next: edge run --model installed, or restart it."
    )
    return 0


def _rollback(options: argparse.Namespace) -> int:
    card = _installed(options).rollback()
    Console(highlight=False).print(f"{card.name} is the current model again. Next: restart edge run.")
    return 0
