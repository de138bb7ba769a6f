"""With clips off, no image bytes leave the process: every connection is known, and every byte sent is accounted for."""

from __future__ import annotations

import base64
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts.events import Snapshot
from local.paths import ROOT
from tests.edge.rtsp_server import RtspServer, encoded, for_ever
from tests.edge.test_application import Running, _store, endpoint
from tests.edge.wire_tap import WireTap

__all__ = ["endpoint"]
SCHEMA = json.loads((ROOT / "contracts" / "rendered" / "inference.v1.schema.json").read_text())
HEADERS = {
    "host", "accept-encoding", "x-amz-target", "content-type", "user-agent", "x-amz-date", "authorization",
    "amz-sdk-invocation-id", "amz-sdk-request", "content-length", "x-amz-user-agent",
}  # fmt: skip
LONGEST_HEADER = 600
LONGEST_TEXT = 128
"""A text of an event is an identifier or a word: too short for a picture, and compared with none."""


class Connections:
    """Addresses to which this process connected while it was watched."""

    def __init__(self) -> None:
        self.is_watching = False
        self.ports: set[int] = set()
        self.others: list[object] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note a connection or a datagram; see `sys.addaudithook`."""
        if self.is_watching and event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            if isinstance(address, tuple) and address[0] == "127.0.0.1":
                self.ports.add(address[1])
            else:
                self.others.append(address)


@pytest.fixture(scope="module")
def connections() -> Connections:
    """Watch for the module: an audit hook cannot be taken away again."""
    watched = Connections()
    sys.addaudithook(watched.hook)
    return watched


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from (key, *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _event(data: str) -> Any:
    content = base64.b64decode(data)
    return json.loads(content if content[:1] == b"{" else zlib.decompress(content))


@pytest.mark.video
def test_nothing_but_events_leaves(tmp_path: Path, trial_data: Path, endpoint: str, connections: Connections) -> None:
    """A camera full of detail is watched; what went over the wire is PutRecords with events of the contract alone."""
    target = int(endpoint.rpartition(":")[2])
    with RtspServer(for_ever(encoded())) as server, WireTap(target) as tap:
        store = _store(f"http://127.0.0.1:{tap.port}", server.url)
        assert not store.clips.is_on
        running = Running(store, trial_data, tmp_path / "state")
        connections.is_watching = True
        with running:
            running.wait(lambda: running.has(Snapshot))
        connections.is_watching = False
        # The relay's own side connects to the endpoint; FFmpeg's sockets are not Python's.
        assert connections.ports <= {tap.port, target}
        assert connections.others == []
        requests = tap.requests()

    validator = jsonschema.Draft202012Validator(SCHEMA)
    told = 0
    for request in requests:
        assert request.line == "POST / HTTP/1.1"
        assert set(request.headers) <= HEADERS
        assert all(len(value) <= LONGEST_HEADER for value in request.headers.values())
        assert request.headers["x-amz-target"] == "Kinesis_20131202.PutRecords"
        body = json.loads(request.body)
        assert set(body) == {"Records", "StreamName"}
        for record in body["Records"]:
            assert set(record) == {"Data", "PartitionKey"}
            assert record["PartitionKey"] == f"{store.store_id}/{store.device_id}"
            event = _event(record["Data"])
            validator.validate(event)
            assert max(map(len, _texts(event))) <= LONGEST_TEXT
            told += 1
    assert told >= len(running.events)


def test_the_state_on_the_disk_holds_no_picture(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """Nor does the spool, nor anything beside it: events and learnt boxes only."""
    with RtspServer(for_ever(encoded())) as server:
        running = Running(_store(endpoint, server.url), trial_data, tmp_path / "state")
        with running:
            running.wait(lambda: running.has(Snapshot))
    names = {path.name for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert all(name.startswith(("events.sqlite", "things-")) for name in names)
    assert sum(path.stat().st_size for path in (tmp_path / "state").rglob("*") if path.is_file()) < 2**20
