"""The whole edge of a store: a real camera by RTSP, a real detector, a real spool, Kinesis by moto."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from contracts.events import Event, Health, Snapshot
from edge.application import EdgeApplication, Surroundings, store_client
from edge.clips.settings import ClipSettings
from edge.errors import ConfigurationError
from edge.model_cards import load_card
from edge.run_settings import RunSettings, StreamSettings
from edge.store_file import Camera, StoreFile
from tests.edge.rtsp_server import RtspServer, encoded, for_ever
from tests.edge.test_video import write_video

DEADLINE_SECONDS = 60.0
STREAM = "inference"


def _client(endpoint: str) -> Any:
    return boto3.client("kinesis", endpoint_url=endpoint, region_name="eu-central-1")


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a Kinesis of our own with one stream."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client = _client(url)
        client.create_stream(StreamName=STREAM, ShardCount=1)
        yield url
        # All servers of moto in one process share what they hold.
        client.delete_stream(StreamName=STREAM)
    finally:
        server.stop()


def _store(endpoint: str, *sources: str) -> StoreFile:
    whole = StoreFile.whole_picture()
    cameras = tuple(Camera(camera_id=f"c{n}", width=160, height=120, source=source) for n, source in enumerate(sources))
    return replace(
        whole,
        cameras=cameras,
        zones=tuple(
            replace(whole.zones[0], zone_id=f"z-{camera.camera_id}", camera_id=camera.camera_id) for camera in cameras
        ),
        run=RunSettings(
            kinesis=StreamSettings(stream=STREAM, region="eu-central-1", endpoint_url=endpoint), status_port=0
        ),
    )


class Running:
    """An application on a thread, and what it told."""

    def __init__(self, store: StoreFile, trial_data: Path, state: Path, *, clip_client: Any = None) -> None:
        self.events: list[Event] = []
        self.shift_ms = 0
        self._came = threading.Condition()
        self.application = EdgeApplication(
            store,
            model_card=load_card("yolox-nano"),
            models_directory=trial_data / "models",
            state_directory=state,
            client=store_client(store),
            surroundings=Surroundings(now_ms=lambda: time.time_ns() // 1_000_000 + self.shift_ms),
            clip_client=clip_client,
            on_events=self._take,
        )
        self._thread = threading.Thread(target=self.application.run, daemon=True)

    def __enter__(self) -> Running:
        self._thread.start()
        assert self.application.is_ready.wait(DEADLINE_SECONDS)
        return self

    def __exit__(self, *_error: object) -> None:
        self.application.stop()
        self._thread.join(DEADLINE_SECONDS)
        assert not self._thread.is_alive()

    def _take(self, events: list[Event]) -> None:
        with self._came:
            self.events += events
            self._came.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self._came:
            while not condition():
                assert time.monotonic() < deadline, (self.application.figures(), self.events[-3:])
                self._came.wait(0.1)

    def has(self, kind: type) -> bool:
        """Whether an event of a kind was told."""
        return any(isinstance(event.payload, kind) for event in self.events)

    def get(self, path: str) -> str:
        """Return what the status server answers."""
        url = f"http://127.0.0.1:{self.application.status_port}{path}"
        with urllib.request.urlopen(url) as answer:
            return str(answer.read().decode())


def _delivered(endpoint: str) -> list[str]:
    """Return the ids of all events in the stream."""
    client = _client(endpoint)
    shard = client.describe_stream(StreamName=STREAM)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = client.get_shard_iterator(StreamName=STREAM, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = client.get_records(ShardIterator=iterator["ShardIterator"], Limit=10_000)["Records"]
    return [json.loads(record["Data"])["event_id"] for record in records]


def test_a_store_with_two_cameras_reaches_the_stream(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """One by RTSP, one a file in place of a camera; every event arrives once, in the order of its number."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)), is_alive=True)
    with (
        RtspServer(for_ever(encoded())) as server,
        Running(_store(endpoint, server.url, str(video)), trial_data, tmp_path / "state") as running,
    ):
        running.wait(lambda: running.has(Snapshot))
        health = json.loads(running.get("/healthz"))
        metrics = running.get("/metrics")
    assert health["cameras"] == {"c0": "ok", "c1": "ok"}
    assert 'store_traffic_edge_camera_up{camera="c0"} 1.0' in metrics
    assert _delivered(endpoint) == [event.event_id for event in running.events]
    assert {zone.zone_id for e in running.events if isinstance(e.payload, Snapshot) for zone in e.payload.zones} == {
        "z-c0",
        "z-c1",
    }


def test_what_could_not_be_sent_is_sent_by_the_next_run(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """The network is out during the whole first run; the second has another boot, and sends both."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)), is_alive=True)
    store = _store(endpoint, str(video))
    nowhere = replace(
        store, run=replace(store.run, kinesis=replace(store.run.kinesis, endpoint_url="http://127.0.0.1:9"))
    )
    with Running(nowhere, trial_data, tmp_path / "state") as first:
        first.wait(lambda: first.has(Snapshot))
    with Running(store, trial_data, tmp_path / "state") as second:
        second.wait(lambda: second.application.figures().sent >= len(first.events) + 1)
    assert {event.event_id for event in [*first.events, *second.events]} == set(_delivered(endpoint))
    assert {event.boot_id for event in first.events}.isdisjoint(event.boot_id for event in second.events)


def test_a_camera_that_is_not_there_is_told_as_down(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """The other one goes on, and health tells both when the run ends."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)), is_alive=True)
    store = _store(endpoint, "rtsp://127.0.0.1:9/none", str(video))
    with Running(store, trial_data, tmp_path / "state") as running:
        running.wait(lambda: running.has(Snapshot))
        assert json.loads(running.get("/healthz"))["cameras"] == {"c0": "down", "c1": "ok"}
    states = {e.payload.camera_id: e.payload.state for e in running.events if isinstance(e.payload, Health)}
    assert states == {"c0": "down", "c1": "ok"}


def test_a_store_without_addresses_or_stream_is_refused_with_every_problem(tmp_path: Path) -> None:
    """Each camera, and the stream, with its cure."""
    with pytest.raises(ConfigurationError) as refused:
        EdgeApplication(
            StoreFile.whole_picture(),
            model_card=load_card("yolox-nano"),
            models_directory=tmp_path,
            state_directory=tmp_path,
            client=None,  # type: ignore[arg-type]
            surroundings=Surroundings(now_ms=lambda: 0),
        )
    assert "camera" in str(refused.value)
    assert "kinesis.stream" in str(refused.value)


def test_the_command_watches_until_it_is_told_to_end(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """As a supervisor would: started with a store file, ended by SIGTERM, its last events sent."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)), is_alive=True)
    store = tmp_path / "store.toml"
    store.write_text(
        f"""
store_id = "shop"
device_id = "shop-edge"
time_zone = "UTC"
[kinesis]
stream = "{STREAM}"
region = "eu-central-1"
endpoint_url = "{endpoint}"
[status]
port = 0
[[cameras]]
camera_id = "camera"
width = 64
height = 48
source = "{video}"
[[zones]]
zone_id = "hall"
zone_kind = "aisle"
camera_id = "camera"
whole_picture = true
"""
    )
    command = [sys.executable, "-m", "edge", "run", "--store", str(store), "--state", str(tmp_path / "state")]
    events = tmp_path / "events.jsonl"
    command += ["--models", str(trial_data / "models"), "--events-out", str(events), "--json-logs"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["message"] == "a new day begins":
                break
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(DEADLINE_SECONDS) == 0, rest
    written = [json.loads(line)["event_id"] for line in events.read_text().splitlines()]
    assert written == _delivered(endpoint)
    assert written


class Bucket:
    """S3 that keeps what is put."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def put_object(self, **arguments: Any) -> None:
        """Keep the key."""
        self.keys.append(arguments["Key"])


def test_a_clip_is_made_on_request_where_the_store_wants_clips(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """The packets of the running camera, asked for by another program; nothing is kept where clips are off."""
    clips = ClipSettings(is_on=True, bucket="clips", before_seconds=1, after_seconds=1)
    bucket = Bucket()
    with RtspServer(for_ever(encoded())) as server:
        store = replace(_store(endpoint, server.url), clips=clips)
        running = Running(store, trial_data, tmp_path / "state", clip_client=bucket)
        with running:
            running.wait(lambda: running.application.newest_ms > 0)
            request = tmp_path / "state" / "clip-requests" / "1.json"
            request.write_text(json.dumps({"camera_id": "c0", "at_ms": running.application.newest_ms + 1_000}))
            running.wait(lambda: len(bucket.keys) == 2)
    assert {key.rpartition("/")[2] for key in bucket.keys} == {"preview-1.mp4", "clip.json"}


def test_a_dark_camera_is_told_and_its_zones_are_not_empty_but_unknown(
    tmp_path: Path, trial_data: Path, endpoint: str
) -> None:
    """Covered: from the moment on at which that is clear, no snapshot tells of its zones."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)))
    with Running(_store(endpoint, str(video)), trial_data, tmp_path / "state") as running:
        running.wait(lambda: running.application.figures().cameras["c0"].state == "dark")
        told_ms = running.application.newest_ms
        running.wait(lambda: running.application.newest_ms > told_ms + 12_000)
    dark = [e for e in running.events if isinstance(e.payload, Snapshot) and e.event_time_ms > told_ms]
    assert all(not e.payload.zones for e in dark)  # type: ignore[union-attr]
    assert [e.payload.state for e in running.events if isinstance(e.payload, Health)][-1] == "dark"


def test_a_clock_that_is_set_back_begins_a_new_boot(tmp_path: Path, trial_data: Path, endpoint: str) -> None:
    """By an hour: what is open is told, and counting goes on under another boot, at the new time."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 4_000, 100)), is_alive=True)
    running = Running(_store(endpoint, str(video)), trial_data, tmp_path / "state")
    with running:
        running.wait(lambda: running.has(Snapshot))
        running.shift_ms = -3_600_000
        running.wait(lambda: len({e.boot_id for e in running.events if isinstance(e.payload, Snapshot)}) == 2)
    boots = list(dict.fromkeys(event.boot_id for event in running.events))
    first, second = ([e for e in running.events if e.boot_id == boot] for boot in boots)
    assert second[0].seq == 0
    assert max(e.event_time_ms for e in second) < min(e.event_time_ms for e in first)
