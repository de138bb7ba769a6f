"""The command `edge doctor`: is this machine ready to run this store? Each check says good or bad, and its cure."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.addresses import without_password
from edge.application import aws_session
from edge.commands.common import add_model, models_directory
from edge.detector import Detector
from edge.errors import ConfigurationError
from edge.model_cards import load_card
from edge.run_settings import RunSettings
from edge.stills import Still, take_still
from edge.store_file import StoreFile, load_store
from edge.zone_editor.command import camera_sources

State = Literal["good", "warning", "bad"]
BAD_EXIT_CODE = 1
CLOCK_WARN_SECONDS = 0.5
CLOCK_BAD_SECONDS = 5.0
CPU_WARN_SHARE = 0.7
CPU_BAD_SHARE = 1.0
MIB = 1024 * 1024
BASE_MEMORY_BYTES = 250 * MIB
CAMERA_MEMORY_BYTES = 60 * MIB
"""Memory of the edge: what it takes at most by itself, and for each camera (its targets)."""
SPOOL_BYTES = 960 * MIB
USUAL_FRAMES_PER_SECOND = 5.0
TIMEOUT_SECONDS = 5.0
NTP_HEADER_BYTES = 48
NTP_UNSYNCHRONISED = 3
NTP_EPOCH_SECONDS = 2_208_988_800
"""Between 1900-01-01 and 1970-01-01 (RFC 5905, section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    state: State
    text: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """How the doctor looks at the world; each may raise OSError, and AWS's its own errors.

    Attributes:
        load_store: Reads the store file, or raises ConfigurationError.
        inference_ms: Verifies and loads the model, and returns the milliseconds of one picture, or raises
            ConfigurationError.
        still: Takes a picture of a source, or raises ConfigurationError.
        clock_offset_seconds: How far this machine's clock is ahead; None where nobody could be asked.
        free_bytes: Free space of the disk that would hold a path.
        endpoint: Host and port of Kinesis; None where no stream was named.
        connect: Opens and closes a connection to a host and port.
        credentials: The identity that AWS knows us by, or raises.
        stream_state: State of the stream, such as 'ACTIVE', or raises.
        cores: Processor cores that this process may use.
        available_memory_bytes: Memory that is free to use; None where the system does not tell.
    """

    load_store: Callable[[], StoreFile]
    inference_ms: Callable[[], float]
    still: Callable[[str], Still]
    clock_offset_seconds: Callable[[], float | None]
    free_bytes: Callable[[Path], int]
    endpoint: Callable[[], tuple[str, int] | None]
    connect: Callable[[str, int], None]
    credentials: Callable[[], str]
    stream_state: Callable[[], str]
    cores: Callable[[], int]
    available_memory_bytes: Callable[[], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorSettings:
    """What is checked.

    Attributes:
        sources: Address of each camera.
        spool: Where events wait.
        spool_bytes: Space that they may need.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    spool: Path = Path("/var/lib/store-traffic")
    spool_bytes: int = SPOOL_BYTES


def examine(probes: Probes, settings: DoctorSettings) -> Iterator[Finding]:
    """Yield each finding in order, as soon as it is known; what failed never ends the examination."""
    store: StoreFile | None = None
    inference_ms: float | None = None
    try:
        store = probes.load_store()
    except ConfigurationError as error:
        yield _configured("store file", error)
    else:
        text = f"cameras: {len(store.cameras)}, zones: {len(store.zones)}, lines: {len(store.lines)}"
        yield Finding(check="store file", state="good", text=text)
    try:
        inference_ms = probes.inference_ms()
    except ConfigurationError as error:
        yield _configured("model", error)
    else:
        yield Finding(check="model", state="good", text=f"its digest is right; {inference_ms:.0f} ms a picture")
    for camera_id in [camera.camera_id for camera in store.cameras] if store else sorted(settings.sources):
        yield _camera(camera_id, settings.sources.get(camera_id), probes, store)
    yield _clock(probes)
    yield _disk(probes, settings)
    yield from _cloud(probes)
    yield _processor(probes, store, inference_ms)
    yield _memory(probes, len(store.cameras) if store else max(1, len(settings.sources)))


def _configured(check: str, error: ConfigurationError) -> Finding:
    text = "; ".join(f"{each.where}: expected {each.expected}, came {each.came}" for each in error.problems)
    cure = " ".join(dict.fromkeys(problem.cure for problem in error.problems))
    return Finding(check=check, state="bad", text=text, cure=cure)


def _camera(camera_id: str, source: str | None, probes: Probes, store: StoreFile | None) -> Finding:
    check = f"camera {camera_id}"
    if source is None:
        cure = f"Give its address with --source {camera_id}=ADDRESS."
        return Finding(check=check, state="warning", text="not checked: its address is not known", cure=cure)
    try:
        still = probes.still(source)
    except ConfigurationError as error:
        return _configured(check, error)
    rate = f"{still.frames_per_second:g} fps" if still.frames_per_second else "fps not stated"
    text = f"{without_password(source)}: {still.width} × {still.height}, {still.codec}, {rate}"
    camera = next((each for each in store.cameras if each.camera_id == camera_id), None) if store else None
    # Zones are kept in shares of the picture: another size is harmless, other proportions are not.
    if camera and abs(camera.width * still.height - camera.height * still.width) > 0.02 * camera.width * still.height:
        text += f"; its zones were drawn on {camera.width} × {camera.height}"
        cure = "Set the camera to the same proportions, or set width and height and draw the zones again."
        return Finding(check=check, state="bad", text=text, cure=cure)
    wanted = store.settings.frames_per_second if store else None
    if wanted and still.frames_per_second and still.frames_per_second < wanted:
        cure = "Raise the camera's frame rate, or lower analysis.frames_per_second."
        return Finding(check=check, state="warning", text=f"{text}; {wanted:g} fps are wanted", cure=cure)
    return Finding(check=check, state="good", text=text)


def _clock(probes: Probes) -> Finding:
    offset = probes.clock_offset_seconds()
    if offset is None:
        cure = "Allow UDP port 123 to the time server, or see `timedatectl`."
        return Finding(check="clock", state="warning", text="no time server answered", cure=cure)
    text = f"{abs(offset):.3f} s {'ahead' if offset > 0 else 'behind'}"
    state = _graded(abs(offset), CLOCK_WARN_SECONDS, CLOCK_BAD_SECONDS)
    cure = "" if state == "good" else "Switch on time synchronisation: timedatectl set-ntp true"
    return Finding(check="clock", state=state, text=text, cure=cure)


def _disk(probes: Probes, settings: DoctorSettings) -> Finding:
    try:
        free = probes.free_bytes(settings.spool)
    except OSError as error:
        text = f"{settings.spool}: {type(error).__name__}"
        return Finding(check="disk", state="bad", text=text, cure="Make the folder and let this user write to it.")
    text = f"{free // MIB:,} MiB free at {settings.spool}, {settings.spool_bytes // MIB:,} MiB needed"
    if free < settings.spool_bytes:
        return Finding(check="disk", state="bad", text=text, cure="Free some space, or lower the spool's size limit.")
    return Finding(check="disk", state="good", text=text)


def _cloud(probes: Probes) -> Iterator[Finding]:
    try:
        endpoint = probes.endpoint()
    except BotoCoreError as error:
        cure = "Set AWS_DEFAULT_REGION to the region of the stream."
        yield Finding(check="network", state="bad", text=_told(error), cure=cure)
        return
    if endpoint is None:
        yield Finding(check="stream", state="warning", text="not checked", cure="Name it with --stream NAME.")
        return
    yield from _way_to_stream(probes, *endpoint)


def _way_to_stream(probes: Probes, host: str, port: int) -> Iterator[Finding]:
    network_cure = f"Let this machine reach {host}, TCP port {port}; check its DNS and proxy."
    keys_cure = "Set up the credentials: environment, ~/.aws, or the device's IoT certificate."
    stream_cure = "Check the stream's name and region, and that the role allows DescribeStreamSummary and PutRecords."
    try:
        probes.connect(host, port)
        yield Finding(check="network", state="good", text=f"{host}:{port} answers")
    except OSError as error:
        yield Finding(check="network", state="bad", text=f"{host}:{port}: {_told(error)}", cure=network_cure)
        return
    try:
        yield Finding(check="credentials", state="good", text=probes.credentials())
    except (BotoCoreError, ClientError) as error:
        yield Finding(check="credentials", state="bad", text=_told(error), cure=keys_cure)
        return
    try:
        state = probes.stream_state()
    except (BotoCoreError, ClientError) as error:
        yield Finding(check="stream", state="bad", text=_told(error), cure=stream_cure)
        return
    # A stream that is being resharded takes records.
    if state in ("ACTIVE", "UPDATING"):
        yield Finding(check="stream", state="good", text=state)
    else:
        yield Finding(check="stream", state="bad", text=state, cure="Wait until the stream is ACTIVE.")


def _processor(probes: Probes, store: StoreFile | None, inference_ms: float | None) -> Finding:
    if store is None or inference_ms is None:
        cure = "Mend the store file and the model first."
        return Finding(check="processor", state="warning", text="not known", cure=cure)
    rate = store.settings.frames_per_second or USUAL_FRAMES_PER_SECOND
    cores = probes.cores()
    share = inference_ms / 1_000.0 * len(store.cameras) * rate / cores
    text = (
        f"{share:.0%} of {cores} cores: {inference_ms:.0f} ms a picture × {rate:g} fps, cameras: {len(store.cameras)}"
    )
    state = _graded(share, CPU_WARN_SHARE, CPU_BAD_SHARE)
    cure = "" if state == "good" else "Lower analysis.frames_per_second, take a smaller model, or fewer cameras."
    return Finding(check="processor", state=state, text=text, cure=cure)


def _memory(probes: Probes, cameras: int) -> Finding:
    available = probes.available_memory_bytes()
    needed = BASE_MEMORY_BYTES + cameras * CAMERA_MEMORY_BYTES
    if available is None:
        cure = f"See that {needed // MIB:,} MiB are free."
        return Finding(check="memory", state="warning", text="the system does not tell", cure=cure)
    text = f"{available // MIB:,} MiB free, {needed // MIB:,} MiB needed"
    state: State = "good" if available >= needed else "bad"
    return Finding(check="memory", state=state, text=text, cure="" if state == "good" else "End other programs.")


def _graded(value: float, warn: float, bad: float) -> State:
    return "bad" if value >= bad else "warning" if value >= warn else "good"


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("store", type=Path, metavar="STORE.toml", help="the store file")
    help_text = "a camera's address, where the store file does not tell"
    parser.add_argument("--source", action="append", default=[], metavar="ID=ADDRESS", help=help_text)
    add_model(parser)
    usual = DoctorSettings()
    parser.add_argument("--spool", type=Path, default=usual.spool, metavar="FOLDER", help=f"[{usual.spool}]")
    parser.add_argument("--stream", metavar="NAME", help="the Kinesis stream [that of the store file]")
    parser.add_argument("--endpoint-url", metavar="URL", help="of a local Kinesis, with --stream")
    parser.add_argument(
        "--time-server", default="pool.ntp.org", metavar="HOST", help="who knows the time [pool.ntp.org]"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Examine this machine and return 1 where something is bad."""
    try:
        sources = camera_sources(options.store, options.source)
    except (OSError, ValueError, LookupError, TypeError):
        # The store file is unusable: its own check tells how.
        sources = {}
    run_settings = _run_settings(options)
    settings = DoctorSettings(sources=sources, spool=options.spool, spool_bytes=run_settings.spool.max_bytes * 3 // 2)
    findings = list(examine(_probes(options, run_settings), settings))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(findings_table(findings))
    return BAD_EXIT_CODE if any(finding.state == "bad" for finding in findings) else 0


def findings_table(findings: list[Finding]) -> Table:
    """Return the findings, one a row, each with its cure."""
    table = Table(box=None, pad_edge=False)
    for name in ("check", "", "found", "what to do"):
        table.add_column(name, overflow="fold")
    styles = {"good": "green", "warning": "yellow", "bad": "bold red"}
    for each in findings:
        table.add_row(each.check, Text(each.state, styles[each.state]), Text(each.text), Text(each.cure))
    return table


def _run_settings(options: argparse.Namespace) -> RunSettings:
    """Return how the store would run, with what the command line says of the stream."""
    try:
        settings = load_store(options.store).run
    except ConfigurationError:
        # Its own check tells why.
        settings = RunSettings()
    named = {"stream": options.stream, "endpoint_url": options.endpoint_url}
    return replace(settings, kinesis=replace(settings.kinesis, **{key: each for key, each in named.items() if each}))


def _probes(options: argparse.Namespace, settings: RunSettings) -> Probes:
    stream = settings.kinesis
    config = Config(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 1})

    def client() -> Any:
        return aws_session(settings).client("kinesis", endpoint_url=stream.endpoint_url, config=config)

    def endpoint() -> tuple[str, int] | None:
        if not stream.stream:
            return None
        parts = urlsplit(stream.endpoint_url or client().meta.endpoint_url)
        return (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))

    def stream_state() -> str:
        answer = client().describe_stream_summary(StreamName=stream.stream or "")
        return str(answer["StreamDescriptionSummary"]["StreamStatus"])

    def credentials() -> str:
        found = aws_session(settings).get_credentials()
        if found is None:
            raise NoCredentialsError
        return f"found by {found.method}"

    return Probes(
        load_store=lambda: load_store(options.store),
        inference_ms=lambda: _inference_ms(Detector(load_card(options.model), models_directory(options))),
        still=take_still,
        clock_offset_seconds=lambda: ntp_offset_seconds(options.time_server),
        free_bytes=_free_bytes,
        endpoint=endpoint,
        connect=lambda host, port: socket.create_connection((host, port), timeout=TIMEOUT_SECONDS).close(),
        credentials=credentials,
        stream_state=stream_state,
        cores=lambda: len(os.sched_getaffinity(0)),
        available_memory_bytes=_available_memory_bytes,
    )


def _inference_ms(detector: Detector) -> float:
    """Return the best of three pictures after a first one: what the machine can, not what disturbs it now."""
    picture = np.full((360, 640, 3), 114, dtype=np.uint8)
    detector.detect(picture)
    best = float("inf")
    for _ in range(3):
        another = picture.copy()  # a picture that was just looked at is not run again
        begin = time.perf_counter()
        detector.detect(another)
        best = min(best, time.perf_counter() - begin)
    return best * 1_000.0


def _free_bytes(path: Path) -> int:
    existing = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not os.access(existing, os.W_OK):
        raise PermissionError(str(existing))
    return shutil.disk_usage(existing).free


def _available_memory_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def ntp_offset_seconds(
    host: str, *, port: int = 123, timeout_seconds: float = TIMEOUT_SECONDS, now: Callable[[], float] = time.time
) -> float | None:
    """Return how far this machine's clock is ahead of an NTP server's; None where it does not answer.

    The offset is that of RFC 5905, section 8, with its sign turned: -((T2 - T1) + (T3 - T4)) / 2.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(timeout_seconds)
            sent = now()
            client.sendto(b"\x23" + bytes(47), (host, port))
            answer = client.recv(48)
            received = now()
    except OSError:
        return None
    # A server that is not synchronised itself, or refuses, says stratum 0 or leap indicator 3.
    if len(answer) < NTP_HEADER_BYTES or answer[1] == 0 or answer[0] >> 6 == NTP_UNSYNCHRONISED:
        return None
    words = struct.unpack("!8I", answer[16:48])
    arrived, left = (float(words[at]) - NTP_EPOCH_SECONDS + words[at + 1] / 2**32 for at in (4, 6))
    return -float((arrived - sent) + (left - received)) / 2.0
