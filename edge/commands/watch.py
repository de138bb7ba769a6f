"""`edge run --store STORE.toml`: watches the store's cameras until a signal ends it."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from edge.application import EdgeApplication, Surroundings, clip_client, store_client
from edge.commands.common import aws_as_configuration, detector_of, state_directory, unusable
from edge.metrics import log_as_json
from edge.pipeline import OnEvents
from edge.store_file import StoreFile


def watch(options: argparse.Namespace, store: StoreFile | None) -> int:
    """Watch the cameras of a store until SIGINT, SIGTERM or `--seconds`; then tell what is still open."""
    if store is None:
        cure = "Give --store FILE.toml with the addresses of its cameras (`edge init` writes one), or --video FILE."
        raise unusable("command line", expected="cameras or a video", came="neither", cure=cure)
    _log_to_standard_error(as_json=options.json_logs)
    store = _with_stream(store, options)
    with ExitStack() as stack:
        application = _application(options, store, _writer(options.events_out, stack))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: application.stop())
        if options.seconds is not None:
            timer = threading.Timer(options.seconds, application.stop)
            timer.daemon = True
            timer.start()
        application.run()
    return 0


def _application(options: argparse.Namespace, store: StoreFile, on_events: OnEvents | None) -> EdgeApplication:
    with aws_as_configuration(store.run.kinesis.stream or ""):
        return EdgeApplication(
            store,
            **detector_of(options),
            state_directory=state_directory(options),
            client=store_client(store),
            clip_client=clip_client(store),
            surroundings=Surroundings(now_ms=lambda: time.time_ns() // 1_000_000, environment=os.environ),
            on_events=on_events,
        )


def _with_stream(store: StoreFile, options: argparse.Namespace) -> StoreFile:
    """Return the store with what the command line says of the stream."""
    named = {"stream": options.stream, "endpoint_url": options.endpoint_url}
    kinesis = replace(store.run.kinesis, **{key: value for key, value in named.items() if value})
    return replace(store, run=replace(store.run, kinesis=kinesis))


def _writer(path: Path | None, stack: ExitStack) -> OnEvents | None:
    """Return what writes events into a file too, where one is named."""
    if path is None:
        return None
    lines = stack.enter_context(path.open("w", encoding="utf-8"))
    return lambda events: lines.writelines(f"{event.to_json()}\n" for event in events)


def _log_to_standard_error(*, as_json: bool) -> None:
    if as_json:
        log_as_json(sys.stderr)
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
