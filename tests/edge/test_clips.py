"""Clips: cut from packets without transcoding, blurred, uploaded, bounded; and nothing at all while they are off."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import boto3
import numpy as np
import pytest
from moto import mock_aws
from numpy.typing import NDArray

from contracts.events import Box, Hazard
from edge.clips.blurring import HOLD_MS, Sightings, blurred
from edge.clips.recorder import Recorder, write_mp4
from edge.clips.service import ClipService
from edge.clips.settings import MIB, ClipSettings
from edge.clips.uploads import Clip, UploadQueue
from edge.detections import Detections
from edge.errors import ConfigurationError
from edge.live import CameraReader, CaptureSettings
from edge.looks import Look
from edge.observations import Observation
from edge.sources import TrackedFrame
from edge.store_file import load_store
from edge.streams import TappedPacket
from tests.edge.rtsp_server import RtspServer, encoded, for_ever

DEADLINE_SECONDS = 30.0
BUCKET = "clips"


@pytest.fixture(scope="module")
def packets() -> list[TappedPacket]:
    """Some eight seconds of a camera, 25 pictures a second, a keyframe each second, as a reader taps them."""
    found: list[TappedPacket] = []
    enough = threading.Event()

    def tap(packet: TappedPacket) -> None:
        found.append(packet)
        if len(found) >= 200:
            enough.set()

    with RtspServer(for_ever(encoded())) as server:
        reader = CameraReader(
            server.url,
            camera_id="c",
            frames_per_second=1.0,
            now_ms=lambda: time.time_ns() // 1_000_000,
            random=lambda: 1.0,
            settings=CaptureSettings(open_seconds=5.0),
            tap=tap,
        )
        reader.start()
        assert enough.wait(DEADLINE_SECONDS)
        reader.stop()
    return found[:200]


def _recorder(packets: list[TappedPacket], *, seconds: float = 60.0, max_bytes: int = 64 * MIB) -> Recorder:
    recorder = Recorder(seconds=seconds, max_bytes=max_bytes)
    for packet in packets:
        recorder.take(packet)
    return recorder


def test_a_cut_begins_at_the_keyframe_before_and_can_be_played(packets: list[TappedPacket], tmp_path: Path) -> None:
    """Packets are written as they came: the file's own packets are the same bytes."""
    begin_ms = packets[0].capture_ms
    (cut,) = _recorder(packets).cut(begin_ms + 2_500, begin_ms + 5_000)
    assert cut.packets[0].is_keyframe
    assert 0 <= begin_ms + 2_500 - cut.begin_ms <= 1_100
    path = tmp_path / "clip.mp4"
    write_mp4(path, cut.packets)
    with av.open(str(path)) as clip:
        pictures = list(clip.decode(video=0))
        assert str(cut.packets[0].capture_ms) in clip.metadata["comment"]
    assert len(pictures) == len(cut.packets)
    assert pictures[0].time == pytest.approx(0.0, abs=0.1)
    assert pictures[-1].time == pytest.approx((cut.end_ms - cut.begin_ms) / 1_000, abs=0.2)


def test_memory_is_bounded_by_time_and_by_size(packets: list[TappedPacket]) -> None:
    """Whole groups go, the oldest first; one that alone is too much is not kept."""
    recorder = _recorder(packets, seconds=2.0)
    (cut,) = recorder.cut(0, 10**15)
    assert cut.packets[0].is_keyframe
    assert 2_000 <= packets[-1].capture_ms - cut.begin_ms <= 3_200
    size = sum(len(packet.data) for packet in packets)
    assert _recorder(packets, max_bytes=size // 2).held_bytes <= size // 2
    assert _recorder(packets, max_bytes=10).held_bytes == 0


def test_a_break_or_another_size_parts_a_clip(packets: list[TappedPacket], tmp_path: Path) -> None:
    """Times of two connections, or pictures of two sizes, are not put into one file."""
    broken = [replace(p, connection=2) if number >= 100 else p for number, p in enumerate(packets)]
    parts = _recorder(broken).cut(0, 10**15)
    assert [part.packets[0].connection for part in parts] == [packets[0].connection, 2]
    assert all(part.packets[0].is_keyframe for part in parts)
    for number, part in enumerate(parts):
        write_mp4(tmp_path / f"{number}.mp4", part.packets)


def test_a_camera_without_times_gives_a_clip_with_those_of_arrival(packets: list[TappedPacket], tmp_path: Path) -> None:
    """Some cameras send none."""
    timeless = [replace(packet, pts=None, dts=None) for packet in packets]
    (cut,) = _recorder(timeless).cut(0, 10**15)
    write_mp4(tmp_path / "clip.mp4", cut.packets)
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        assert len(list(clip.decode(video=0))) == len(cut.packets)


def _detail(region: NDArray[np.uint8]) -> float:
    """Return the energy of the finest detail: the mean square of what neighbours differ by."""
    grey = region.astype(np.float64).mean(axis=2)
    return float((np.diff(grey, axis=1) ** 2).mean() + (np.diff(grey, axis=0) ** 2).mean())


NOISE = np.random.default_rng(2).integers(0, 256, (180, 320, 3), dtype=np.uint8)


def test_a_blurred_person_has_no_detail_left() -> None:
    """Less than a hundredth; the rest of the picture is as it was."""
    result = blurred(NOISE, [(0.25, 0.2, 0.5, 0.9)])
    assert _detail(result[40:160, 84:156]) < 0.01 * _detail(NOISE[40:160, 84:156])
    assert (result[:30] == NOISE[:30]).all()
    assert (result[:, 170:] == NOISE[:, 170:]).all()


def test_a_picture_of_which_nothing_is_known_is_blurred_as_a_whole() -> None:
    """As while the analysis was behind, or the detector broke."""
    assert _detail(blurred(NOISE, None)) < 0.01 * _detail(NOISE)
    assert (blurred(NOISE, []) == NOISE).all()


def test_people_stay_blurred_over_missed_pictures() -> None:
    """For a second before and after each sighting; after that nothing is known."""
    sightings = Sightings(seconds=60)
    sightings.take(10_000, [(0.4, 0.4, 0.5, 0.6)])
    for at_ms in range(10_200, 13_000, 200):
        sightings.take(at_ms, [])
    assert sightings.at(10_000 + HOLD_MS)
    assert sightings.at(10_000 - HOLD_MS)
    assert sightings.at(12_000) == ()
    assert sightings.at(20_000) is None
    ((left, top, right, bottom),) = sightings.at(10_000) or ()
    assert (left, top) < (0.4, 0.4)
    assert (right, bottom) > (0.5, 0.6)


class Bucket:
    """S3 that can be out of reach."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.is_out = False

    def put_object(self, **arguments: Any) -> None:
        """Keep an object."""
        if self.is_out:
            raise OSError("no network")
        self.objects[arguments["Key"]] = arguments


def _service(tmp_path: Path, bucket: Any, **settings: Any) -> tuple[ClipService, list[int]]:
    now = [0]
    chosen = ClipSettings(**{"is_on": True, "bucket": BUCKET, "before_seconds": 2, "after_seconds": 2, **settings})
    queue = UploadQueue(
        tmp_path / "clips",
        client=bucket,
        bucket=BUCKET,
        max_bytes=chosen.queue_bytes,
        max_age_ms=chosen.queue_ms,
        now_ms=lambda: now[0],
    )
    service = ClipService(
        store_id="s",
        device_id="d",
        camera_ids=["c"],
        settings=chosen,
        queue=queue,
        requests=tmp_path / "requests",
        now_ms=lambda: now[0],
    )
    return service, now


def _look(at_ms: int, *boxes: tuple[float, float, float, float]) -> Look:
    people = Detections.of(np.array(boxes, dtype=np.float64).reshape(-1, 4), np.ones(len(boxes)))
    frame = TrackedFrame(event_time_ms=at_ms, width=160, height=120, detections=people)
    return Look(camera_id="c", observation=Observation.empty(at_ms, camera_id="c"), frame=frame)


def _drain(service: ClipService) -> None:
    while service.step() == 0.0:
        pass


def _fed(tmp_path: Path, packets: list[TappedPacket], bucket: Any, **settings: Any) -> tuple[ClipService, str, int]:
    """Feed eight seconds with looks, and order a clip of the middle."""
    service, now = _service(tmp_path, bucket, **settings)
    at_ms = packets[0].capture_ms + 4_000
    now[0] = at_ms
    hazard = Hazard(hazard_id="h", camera_id="c", label="spill", confidence=0.5, box=Box(x=0.0, y=0.0, w=0.1, h=0.1))
    clip_id = service.of_hazard(hazard, at_ms)
    for number, packet in enumerate(packets):
        service.take_packet(packet)
        if number % 5 == 0:
            service.take_look(_look(packet.capture_ms, (0.0, 0.0, 80.0, 60.0)))
    return service, clip_id, at_ms


def test_a_hazard_gets_its_clip_and_only_the_blurred_one_leaves(packets: list[TappedPacket], tmp_path: Path) -> None:
    """By its id, under the device's prefix, encrypted, with its retention; the original is gone."""
    bucket = Bucket()
    service, clip_id, at_ms = _fed(tmp_path, packets, bucket, retention="day")
    _drain(service)
    names = {key.rpartition("/")[2]: value for key, value in bucket.objects.items()}
    assert set(names) == {"preview-1.mp4", "clip.json"}
    assert all(key.startswith("s/d/") and f"/{clip_id}/" in key for key in bucket.objects)
    assert all(each["ServerSideEncryption"] == "aws:kms" for each in names.values())
    assert "retention=day" in names["preview-1.mp4"]["Tagging"]
    index = json.loads(names["clip.json"]["Body"])
    assert index["begin_ms"] <= at_ms - 2_000
    assert index["files"] == {"preview-1.mp4": hashlib.sha256(names["preview-1.mp4"]["Body"]).hexdigest()}
    assert list((tmp_path / "clips").iterdir()) == []
    assert service.figures()["uploaded"] == 1

    with av.open(io.BytesIO(names["preview-1.mp4"]["Body"]), "r") as clip:
        pictures = [np.asarray(each.to_ndarray(format="bgr24"), dtype=np.uint8) for each in clip.decode(video=0)]
    picture = pictures[len(pictures) // 2]
    assert _detail(picture[5:55, 5:75]) < 0.15 * _detail(picture[70:, 100:])


def test_originals_leave_only_where_the_store_says_so(packets: list[TappedPacket], tmp_path: Path) -> None:
    """Beside the blurred one."""
    bucket = Bucket()
    service, _clip_id, _at_ms = _fed(tmp_path, packets, bucket, originals="always")
    _drain(service)
    assert {key.rpartition("/")[2] for key in bucket.objects} == {"original-1.mp4", "preview-1.mp4", "clip.json"}


def test_orders_of_the_same_seconds_share_a_clip(packets: list[TappedPacket], tmp_path: Path) -> None:
    """And a later one is another."""
    service, clip_id, at_ms = _fed(tmp_path, packets, Bucket())
    assert service.order("c", at_ms + 500, reason="alert") == clip_id
    assert service.order("c", at_ms + 60_000, reason="alert") != clip_id
    with pytest.raises(ValueError, match="expected a camera of c"):
        service.order("other", at_ms, reason="alert")


def test_a_request_of_another_program_is_taken_from_its_folder(packets: list[TappedPacket], tmp_path: Path) -> None:
    """One that cannot be used is removed and told, and holds nothing up."""
    bucket = Bucket()
    service, _clip_id, at_ms = _fed(tmp_path, packets, bucket)
    (tmp_path / "requests" / "0.json").write_text("no JSON")
    (tmp_path / "requests" / "1.json").write_text(json.dumps({"camera_id": "c", "at_ms": at_ms + 1_500}))
    _drain(service)
    assert list((tmp_path / "requests").iterdir()) == []
    assert service.figures()["uploaded"] == 2
    reasons = {json.loads(each["Body"])["reason"] for key, each in bucket.objects.items() if key.endswith("json")}
    assert reasons == {"hazard", "request"}


def test_a_camera_that_fell_silent_gives_what_there_is(packets: list[TappedPacket], tmp_path: Path) -> None:
    """After a while; of nothing at all there is no clip."""
    service, now = _service(tmp_path, Bucket())
    at_ms = packets[0].capture_ms + 1_000
    now[0] = at_ms
    service.order("c", at_ms, reason="alert")
    assert service.step() > 0.0
    for packet in packets[:30]:
        service.take_packet(packet)
    now[0] = at_ms + 2_000 + 11_000
    _drain(service)
    assert service.made == 1
    service.order("c", at_ms + 100_000, reason="alert")
    now[0] = at_ms + 200_000
    _drain(service)
    assert service.empty == 1


def test_clips_wait_for_the_network_and_over_a_restart(packets: list[TappedPacket], tmp_path: Path) -> None:
    """Each failure waits longer; what was half made is removed at the start."""
    bucket = Bucket()
    bucket.is_out = True
    service, _clip_id, _at_ms = _fed(tmp_path, packets, bucket)
    waits = [service.step() for _ in range(4)]
    assert waits[0] == 0.0
    assert bucket.objects == {}
    (tmp_path / "clips" / "half.part").mkdir()
    bucket.is_out = False
    again, now = _service(tmp_path, bucket)
    now[0] = packets[-1].capture_ms
    _drain(again)
    assert len(bucket.objects) == 2
    assert not list((tmp_path / "clips").iterdir())


def _waiting(queue: UploadQueue, number: int, at_ms: int) -> None:
    part = queue.begin(f"clip-{number}")
    (part / "preview-1.mp4").write_bytes(b"x" * 1_000)
    clip = Clip(
        clip_id=f"clip-{number}",
        store_id="s",
        device_id="d",
        camera_id="c",
        begin_ms=at_ms,
        end_ms=at_ms,
        at_ms=at_ms,
        reason="hazard",
        retention="day",
        files={"preview-1.mp4": hashlib.sha256(b"x" * 1_000).hexdigest()},
    )
    queue.add(clip, part)


def test_the_queue_gives_up_the_oldest_beyond_its_limits(tmp_path: Path) -> None:
    """By size and by age; it is counted."""
    now = [1_000_000]
    queue = UploadQueue(
        tmp_path, client=Bucket(), bucket=BUCKET, max_bytes=4_000, max_age_ms=60_000, now_ms=lambda: now[0]
    )
    for number in range(5):
        _waiting(queue, number, now[0])
    assert queue.waiting == 3
    assert queue.given_up == 2
    now[0] += 61_000
    queue.step()
    assert queue.waiting == 0
    assert queue.given_up == 5


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a real client on moto's S3."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def test_uploads_speak_s3(tmp_path: Path, s3: Any) -> None:
    """The checksum, the tags and the encryption are what the service takes."""
    queue = UploadQueue(tmp_path, client=s3, bucket=BUCKET, max_bytes=MIB, max_age_ms=10**12, now_ms=lambda: 0)
    _waiting(queue, 1, 1_790_000_000_000)
    assert queue.step() == 0.0
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert keys == [f"s/d/2026/09/21/clip-1/{name}" for name in ("clip.json", "preview-1.mp4")]
    tags = s3.get_object_tagging(Bucket=BUCKET, Key=keys[1])["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"retention": "day", "reason": "hazard"}


def test_a_store_file_switches_clips_on(tmp_path: Path) -> None:
    """By its table; without a bucket that is a mistake, and without the table they are off."""
    text = """
store_id = "shop"
device_id = "edge"
time_zone = "UTC"
[[cameras]]
camera_id = "one"
width = 100
height = 100
[[zones]]
zone_id = "hall"
zone_kind = "aisle"
camera_id = "one"
whole_picture = true
"""
    path = tmp_path / "store.toml"
    path.write_text(text)
    assert not load_store(path).clips.is_on
    path.write_text(f'{text}\n[clips]\nbucket = "b"\nretention = "day"\n')
    assert load_store(path).clips == ClipSettings(is_on=True, bucket="b", retention="day")
    path.write_text(f'{text}\n[clips]\nretention = "ever"\n')
    with pytest.raises(ConfigurationError, match=r"(?s)retention: expected one of day.*clips.bucket"):
        load_store(path)
