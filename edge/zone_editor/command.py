"""The command `edge zones`."""

from __future__ import annotations

import argparse
import os
import secrets
import tomllib
import webbrowser
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from design.css import css_variables, load_tokens
from edge.addresses import with_values
from edge.commands.common import add_model, models_directory
from edge.detector import Detector
from edge.errors import ConfigurationError, Problem
from edge.model_cards import load_card
from edge.stills import Still, stills, take_still
from edge.zone_editor.drawing import DrawnStore
from edge.zone_editor.server import EditorServer, ZoneEditor


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("store", type=Path, metavar="STORE.toml", help="the store file")
    help_text = "a camera's address or a video, where the store file does not tell; ID= may be left out for one camera"
    parser.add_argument("--source", action="append", default=[], metavar="ID=ADDRESS", help=help_text)
    add_model(parser)
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port of the page [a free one]")
    parser.add_argument("--no-browser", action="store_true", help="only print the page's address")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    store = DrawnStore(options.store)
    card = load_card(options.model)
    models = models_directory(options)
    sources = camera_sources(options.store, options.source)
    editor = ZoneEditor(
        store=store,
        still=lambda camera_id: take_still(_source(sources, camera_id)),
        pictures=lambda camera_id, seconds, rate: _pictures(sources, camera_id, seconds, rate),
        finder=lambda: Detector(card, models),
        threshold=card.threshold,
        tokens_css=css_variables(load_tokens()),
    )
    with EditorServer(editor, token=secrets.token_urlsafe(16), port=options.port) as server:
        console = Console(soft_wrap=True, highlight=False)
        console.print(f"Draw zones at {server.url}\nOnly this machine sees the page and the pictures. Ctrl-C ends it.")
        if not options.no_browser:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print(f"Next: edge check {options.store}")
    return 0


def camera_sources(store: Path, given: Iterable[str]) -> dict[str, str]:
    """Return each camera's address: as given, else as `source` of its table in the store file.

    Args:
        store: The store file.
        given: `ID=ADDRESS`, or `ADDRESS` alone for the file's first camera.
    """
    cameras = tomllib.loads(store.read_text(encoding="utf-8")).get("cameras", [])
    sources = {each["camera_id"]: each["source"] for each in cameras if "source" in each}
    known = [each["camera_id"] for each in cameras]
    for each in given:
        camera_id, equals, address = each.partition("=")
        sources |= {camera_id: address} if equals and camera_id in known else {known[0]: each}
    return {camera_id: with_values(address, os.environ) for camera_id, address in sources.items()}


def _source(sources: dict[str, str], camera_id: str) -> str:
    if camera_id not in sources:
        cure = f"Give it with --source {camera_id}=ADDRESS."
        problem = Problem(where=f"camera {camera_id}", expected="an address or a file", came="none", cure=cure)
        raise ConfigurationError("camera", [problem])
    return sources[camera_id]


def _pictures(sources: dict[str, str], camera_id: str, seconds: float, rate: float) -> Iterable[Still]:
    return stills(_source(sources, camera_id), seconds=seconds, frames_per_second=rate)
