from __future__ import annotations

import socket
import struct
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from edge import doctor
from edge.detector import Detector
from edge.doctor import DoctorSettings, Finding, Probes, examine, findings_table, ntp_offset_seconds
from edge.errors import ConfigurationError, Problem
from edge.model_cards import load_card
from edge.stills import Still
from edge.store_file import StoreFile, load_store

STORE = Path(__file__).parents[2] / "edge" / "stores" / "caviar-corridor.toml"
SETTINGS = DoctorSettings(sources={"corridor": "rtsp://me:secret@10.0.0.2/live"}, spool=Path("/spool"))


def _still(width: int = 768, height: int = 576, rate: float = 25.0) -> Still:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    return Still(picture=picture, seconds=0.0, codec="h264", frames_per_second=rate)


GOOD = Probes(
    load_store=lambda: load_store(STORE),
    inference_ms=lambda: 20.0,
    still=lambda _source: _still(),
    clock_offset_seconds=lambda: 0.01,
    free_bytes=lambda _path: 10**10,
    endpoint=lambda: ("kinesis.example", 443),
    connect=lambda _host, _port: None,
    credentials=lambda: "found by env",
    stream_state=lambda: "ACTIVE",
    cores=lambda: 2,
    available_memory_bytes=lambda: 10**9,
)


def _found(probes: Probes, check: str, settings: DoctorSettings = SETTINGS) -> Finding:
    return next(finding for finding in examine(probes, settings) if finding.check == check)


def _no_store() -> StoreFile:
    problem = Problem(where="line 3, zones", expected="at least one zone", came="none", cure="Add one.")
    raise ConfigurationError("store file", [problem])


def test_a_ready_machine_is_good_throughout_and_in_order() -> None:
    """A ready machine is good throughout and in order."""
    findings = list(examine(GOOD, SETTINGS))
    assert [finding.check for finding in findings] == [
        "store file", "model", "camera corridor", "clock", "disk",
        "network", "credentials", "stream", "processor", "memory",
    ]  # fmt: skip
    assert {finding.state for finding in findings} == {"good"}
    assert findings_table(findings).row_count == 10
    assert not any("secret" in finding.text for finding in findings)


def test_one_failure_hides_no_other() -> None:
    """One failure hides no other."""
    findings = list(examine(replace(GOOD, load_store=_no_store, available_memory_bytes=lambda: 1), SETTINGS))
    bad = [finding for finding in findings if finding.state == "bad"]
    assert [finding.check for finding in bad] == ["store file", "memory"]
    assert "line 3" in bad[0].text
    assert all(finding.cure for finding in findings if finding.state != "good")


@pytest.mark.parametrize(
    ("still", "state"),
    [(_still(), "good"), (_still(640, 360), "bad"), (_still(rate=5.0), "warning")],
)
def test_a_camera_of_other_proportions_is_bad_and_a_slow_one_a_warning(still: Still, state: str) -> None:
    """A camera of other proportions is bad and a slow one a warning."""
    assert _found(replace(GOOD, still=lambda _source: still), "camera corridor").state == state


@pytest.mark.parametrize(("offset", "state"), [(None, "warning"), (0.1, "good"), (-1.0, "warning"), (9.0, "bad")])
def test_the_clock(offset: float | None, state: str) -> None:
    """The clock."""
    assert _found(replace(GOOD, clock_offset_seconds=lambda: offset), "clock").state == state


def test_too_little_space_and_a_folder_without_rights_are_bad() -> None:
    """Too little space and a folder without rights are bad."""
    assert _found(replace(GOOD, free_bytes=lambda _path: 1), "disk").state == "bad"

    def refused(_path: Path) -> int:
        raise PermissionError

    assert _found(replace(GOOD, free_bytes=refused), "disk").state == "bad"


def test_the_first_break_on_the_way_to_the_cloud_ends_the_way() -> None:
    """The first break on the way to the cloud ends the way."""

    def refused(_host: str, _port: int) -> None:
        raise ConnectionRefusedError

    checks = [finding.check for finding in examine(replace(GOOD, connect=refused), SETTINGS)]
    assert "credentials" not in checks

    def no_region() -> tuple[str, int]:
        raise NoRegionError

    assert "AWS_DEFAULT_REGION" in _found(replace(GOOD, endpoint=no_region), "network").cure

    def no_keys() -> str:
        raise NoCredentialsError

    assert _found(replace(GOOD, credentials=no_keys), "credentials").state == "bad"

    def no_stream() -> str:
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeStreamSummary")

    assert "ResourceNotFound" in _found(replace(GOOD, stream_state=no_stream), "stream").text
    assert _found(replace(GOOD, stream_state=lambda: "DELETING"), "stream").state == "bad"


@pytest.mark.parametrize(("inference_ms", "state"), [(20.0, "good"), (130.0, "warning"), (200.0, "bad")])
def test_the_processor_is_judged_by_pictures_a_second(inference_ms: float, state: str) -> None:
    """The processor is judged by pictures a second."""
    # 12.5 pictures a second of one camera on 2 cores: 160 ms a picture would fill them.
    assert _found(replace(GOOD, inference_ms=lambda: inference_ms), "processor").state == state


def test_what_was_not_named_is_a_warning() -> None:
    """What was not named is a warning."""
    assert _found(replace(GOOD, endpoint=lambda: None), "stream").state == "warning"
    assert _found(GOOD, "camera corridor", replace(SETTINGS, sources={})).state == "warning"


def test_the_clock_offset_is_that_of_the_ntp_exchange() -> None:
    """The clock offset is that of the NTP exchange."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        now = 1_790_000_000.0

        def answer() -> None:
            _, sender = server.recvfrom(48)
            # The server's clock is 3 s behind ours, both ways take no time.
            seconds = int(now) - 3 + 2_208_988_800
            server.sendto(struct.pack("!12I", 0x24020000, *[0] * 7, seconds, 0, seconds, 0), sender)

        thread = threading.Thread(target=answer)
        thread.start()
        port = server.getsockname()[1]
        assert ntp_offset_seconds("127.0.0.1", port=port, timeout_seconds=10, now=lambda: now) == pytest.approx(3.0)
        thread.join(10)


@pytest.mark.video
def test_a_picture_takes_its_time(trial_data: Path) -> None:
    """The detector is really run for each: a tenth of a millisecond would be a result that was kept."""
    detector = Detector(load_card("yolox-nano"), trial_data / "models")
    assert doctor._inference_ms(detector) > 1.0
