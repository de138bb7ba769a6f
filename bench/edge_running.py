"""The edge as it runs in a store: memory by cameras and over time, and the way of an event from capture to Kinesis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

import boto3

from contracts.events import Event
from edge.application import EdgeApplication, Surroundings, store_client
from edge.benchmark import whole_pictures
from edge.model_cards import load_card
from edge.publisher import KinesisClient
from edge.run_settings import RunSettings, StreamSettings
from edge.store_file import StoreFile
from local.ports import free_ports
from local.waiting import wait_until

STREAM = "inference"
REGION = "eu-central-1"
MIB = 1024 * 1024
LATENCY_SECONDS = 40.0
MEMORY_SECONDS = 45.0
MANY_CAMERAS = 4
LOOK_SECONDS = 5.0
START_SECONDS = 30.0
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Resident memory of the edge's process, in MiB.

    Attributes:
        base: Without any camera, as far as two numbers of cameras tell.
        camera: Of each camera.
    """

    base: float
    camera: float


@contextmanager
def kinesis() -> Iterator[str]:
    """Give the endpoint of a Kinesis of moto in a process of its own, with one stream."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        endpoint = f"http://127.0.0.1:{port}"
        # No real key may be used by mistake, and none is needed.
        os.environ |= KEYS
        try:
            client = boto3.client("kinesis", endpoint_url=endpoint, region_name=REGION)
            wait_until(
                lambda: _is_up(client),
                seconds=START_SECONDS,
                expected="moto's Kinesis to answer",
                cure="Run `make setup`.",
            )
            client.create_stream(StreamName=STREAM, ShardCount=1)
            yield endpoint
        finally:
            process.kill()


def latency_ms(video: Path, models: Path, endpoint: str, *, cameras: int) -> list[float]:
    """Return, for each event, the milliseconds from the capture of the picture that settled it until Kinesis had it."""
    store = _store(video, endpoint, cameras)
    client = Timed(store_client(store))
    settled: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as state:
        application = EdgeApplication(
            store,
            model_card=load_card("yolox-nano"),
            models_directory=models,
            state_directory=Path(state),
            client=client,
            surroundings=Surroundings(now_ms=_now_ms),
            on_events=lambda events: settled.update(_settled(application, events)),
        )
        timer = threading.Timer(LATENCY_SECONDS, application.stop)
        timer.start()
        application.run()
    return [at_ms - settled[event_id] for event_id, at_ms in client.acknowledged.items() if event_id in settled]


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(values, n=20, method="inclusive")[-1]


def memory(video: Path, models: Path, endpoint: str) -> Memory:
    """Return what the process takes, from runs with one and with several cameras."""
    one, many = (max(_resident(video, models, endpoint, cameras=n, seconds=MEMORY_SECONDS)) for n in (1, MANY_CAMERAS))
    camera = (many - one) / (MANY_CAMERAS - 1)
    return Memory(base=one - camera, camera=camera)


def growth(video: Path, models: Path, endpoint: str, *, minutes: float, told: Callable[[str], None]) -> float:
    """Return by how many MiB the process grew from the second quarter of a long run to its last."""
    looks = _resident(video, models, endpoint, cameras=2, seconds=minutes * 60, told=told)
    quarter = max(1, len(looks) // 4)
    return fmean(looks[-quarter:]) - fmean(looks[quarter : 2 * quarter])


class Timed:
    """Kinesis, with the instant at which each event was acknowledged."""

    def __init__(self, client: KinesisClient) -> None:
        self._client = client
        self.acknowledged: dict[str, int] = {}

    def put_records(self, **arguments: Any) -> Any:
        """Put records and note when they were taken."""
        answer = self._client.put_records(**arguments)
        now_ms = _now_ms()
        for record in arguments["Records"]:
            content = record["Data"]
            plain = content if content[:1] == b"{" else zlib.decompress(content)
            self.acknowledged[json.loads(plain)["event_id"]] = now_ms
        return answer


def _settled(application: EdgeApplication, events: list[Event]) -> dict[str, int]:
    return dict.fromkeys((event.event_id for event in events), application.newest_ms)


def _store(video: Path, endpoint: str, cameras: int) -> StoreFile:
    store = whole_pictures(cameras)
    kinesis = StreamSettings(stream=STREAM, region=REGION, endpoint_url=endpoint)
    return replace(
        store,
        cameras=tuple(replace(camera, source=str(video)) for camera in store.cameras),
        run=RunSettings(kinesis=kinesis, status_port=0),
    )


def _resident(
    video: Path,
    models: Path,
    endpoint: str,
    *,
    cameras: int,
    seconds: float,
    told: Callable[[str], None] = lambda _text: None,
) -> list[float]:
    """Run the command on cameras and return its resident memory in MiB, look by look."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.toml"
        file.write_text(_store_text(video, endpoint, cameras))
        command = [sys.executable, "-m", "edge", "run", "--store", str(file), "--state", folder]
        command += ["--models", str(models), "--seconds", str(seconds)]
        looks: list[float] = []
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                time.sleep(LOOK_SECONDS)
                if (resident := _resident_mib(process.pid)) is not None:
                    looks.append(resident)
                    told(f"{cameras} cameras, {len(looks) * LOOK_SECONDS:.0f} of {seconds:.0f} s: {resident:.0f} MiB")
        return looks


def _resident_mib(pid: int) -> float | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def _store_text(video: Path, endpoint: str, cameras: int) -> str:
    head = f"""
store_id = "bench"
device_id = "bench-edge"
time_zone = "UTC"
[kinesis]
stream = "{STREAM}"
region = "{REGION}"
endpoint_url = "{endpoint}"
[status]
port = 0
"""
    one = """
[[cameras]]
camera_id = "c{n}"
width = 640
height = 360
source = "{video}"
[[zones]]
zone_id = "z{n}"
zone_kind = "aisle"
camera_id = "c{n}"
whole_picture = true
"""
    return head + "".join(one.format(n=n, video=video) for n in range(cameras))


def _is_up(client: Any) -> bool:
    try:
        client.list_streams()
    except Exception:
        return False
    return True


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
