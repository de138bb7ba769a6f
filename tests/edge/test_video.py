"""Sources, tracker and the whole way of a video, on made-up and on real clips."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from contracts.events import Crossing, Event, Visit
from edge.__main__ import main
from edge.annotate import MIN_WIDTH
from edge.detections import Detections
from edge.errors import ConfigurationError
from edge.model_cards import load_card
from edge.pipeline import of_camera, run_tracks, run_video
from edge.sources import TracksFile, VideoFile
from edge.store_file import Camera, StoreFile, load_store
from edge.tracker import ByteTrack

START_MS = 1_790_000_000_000
STORES = Path(__file__).parents[2] / "edge" / "stores"


def write_video(path: Path, instants_ms: list[int], *, is_alive: bool = False) -> Path:
    """Write pictures of 64x48 at these instants: grey, or something that moves as a live camera's noise does."""
    random = np.random.default_rng(5)
    scene = random.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1_000)
        for instant_ms in instants_ms:
            noise = random.integers(0, 12, scene.shape, dtype=np.uint8)
            picture = scene // 2 + noise if is_alive else np.full_like(scene, 90)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = instant_ms, Fraction(1, 1_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_tracks(path: Path, rows: list[tuple[float, ...]]) -> Path:
    """Write frame, id, x, y, w, h."""
    lines = ["frame,id,x,y,w,h,note", *(",".join(map(str, row)) + ",walking" for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def instants(source: VideoFile) -> list[int]:
    """Return the instants of a source's pictures since its start."""
    return [frame.event_time_ms - START_MS for frame in source]


def test_times_come_from_the_stream(tmp_path: Path) -> None:
    """Uneven pictures keep their own times, counted from the first one: frames are never counted."""
    path = write_video(tmp_path / "uneven.mp4", [0, 40, 80, 1_080, 1_100])
    assert instants(VideoFile(path, start_ms=START_MS)) == [0, 40, 80, 1_080, 1_100]


def test_pictures_are_sampled_by_time(tmp_path: Path) -> None:
    """A lower rate takes the first picture at or after each due time, and does not catch up after a gap."""
    path = write_video(tmp_path / "even.mp4", [*range(0, 400, 40), *range(2_000, 2_400, 40)])
    source = VideoFile(path, start_ms=START_MS, frames_per_second=10.0)
    assert instants(source) == [0, 120, 200, 320, 2_000, 2_120, 2_200, 2_320]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    """A text file or a missing file is told with its path and the cure."""
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    for path in (text, tmp_path / "missing.mp4"):
        with pytest.raises(ConfigurationError, match="expected a readable video"):
            VideoFile(path, start_ms=START_MS)


@pytest.mark.parametrize(
    ("content", "came"),
    [("frame,id\n1,2", "KeyError"), ("frame,id,x,y,w,h\n1,2,a,4,5,6", "ValueError"), (None, "FileNotFoundError")],
)
def test_what_is_no_tracks_file_is_refused(tmp_path: Path, content: str | None, came: str) -> None:
    """Missing columns, values that are no numbers and a missing file are told with the columns wanted."""
    path = tmp_path / "tracks.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=came):
        TracksFile(path, start_ms=0, frames_per_second=25, width=1, height=1, boot_id="b")


def test_tracks_that_go_back_are_refused(tmp_path: Path) -> None:
    """Rows must be in order of frames."""
    path = write_tracks(tmp_path / "tracks.csv", [(2, 0, 1, 1, 1, 1), (1, 0, 1, 1, 1, 1)])
    with pytest.raises(ConfigurationError, match="frames that go back"):
        TracksFile(path, start_ms=0, frames_per_second=25, width=1, height=1, boot_id="b")


def track(boxes: list[list[tuple[float, float]]]) -> list[dict[float, str]]:
    """Return, for each of ten pictures a second, the identity that the tracker gives to the 20x40 box at each left."""
    tracker = ByteTrack(load_card("yolox-nano"), boot_id="boot", frames_per_second=10.0, lost_ms=1_000)
    told = []
    for number, corners in enumerate(boxes):
        corner = np.array(corners, dtype=np.float32).reshape(-1, 2)
        people = Detections.of(np.hstack([corner, corner + np.array([20, 40])]), np.full(len(corner), 0.9))
        found = tracker.update(people, START_MS + number * 100)
        told.append(dict(zip(found.boxes_xyxy[:, 0].tolist(), found.track_ids or (), strict=True)))
    return told


def test_a_track_counts_from_its_second_picture() -> None:
    """What flickers once is nobody; identities carry the boot's random name."""
    assert track([[(10, 10)], [(11, 10)], [(12, 10)]]) == [{}, {11: "boot-0"}, {12: "boot-0"}]
    assert track([[(10, 10)], [], []]) == [{}, {}, {}]


def test_short_losses_are_bridged_and_long_ones_are_not() -> None:
    """A track unseen for less than `lost_ms` goes on; after it a new one starts."""
    seen: list[list[tuple[float, float]]] = [[(10, 10)]] * 3
    assert track([*seen, *[[]] * 8, *seen])[-1] == {10: "boot-0"}
    assert track([*seen, *[[]] * 15, *seen])[-1] == {10: "boot-1"}


def test_two_people_keep_their_identities() -> None:
    """Detections may come in any order: each identity stays with its own box."""
    told = track([[(10, 10), (100, 10)], [(12, 10), (100, 10)], [(100, 10), (14, 10)]])
    assert told[1].keys() == {12, 100}
    assert told[2] == {14: told[1][12], 100: told[1][100]}


def walk(y: float = 10) -> Iterator[tuple[float, ...]]:
    """Yield one person, 20x40, who walks 2 pixels a frame from x = 0 to 200 40 below `y`."""
    for frame in range(100):
        yield frame, 7, frame * 2 - 10, y, 20, 40


def test_tracks_take_the_same_way_as_video(tmp_path: Path) -> None:
    """Boxes with identities give visits, crossings, and an annotated video without any model."""
    path = write_tracks(tmp_path / "tracks.csv", list(walk()))
    source = TracksFile(path, start_ms=START_MS, frames_per_second=25.0, width=200, height=100, boot_id="b")
    events: list[Event] = []
    summary = run_tracks(
        tracks=source, store=shop(tmp_path), boot_id="b", on_events=events.extend, annotate=tmp_path / "seen.mp4"
    )
    assert [(v.zone_id, v.entered_ms - START_MS, v.left_ms - START_MS, v.track_id) for v in summary.visits] == [
        ("left", 0, 1_960, "b-7"),
        ("right", 2_000, 3_960, "b-7"),
    ]
    assert [e.payload.direction for e in events if isinstance(e.payload, Crossing)] == ["in"]
    assert [event.seq for event in events] == list(range(summary.events))
    with av.open(str(tmp_path / "seen.mp4")) as seen:
        stream = seen.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.frames) == ("h264", MIN_WIDTH, 100)


def shop(folder: Path) -> StoreFile:
    """Return a store whose camera sees a left and a right half, with a door between."""
    path = folder / "shop.toml"
    halves = {"left": [[0, 0], [100, 0], [100, 100], [0, 100]], "right": [[100, 0], [200, 0], [200, 100], [100, 100]]}
    zones = [
        f'[[zones]]\nzone_id = "{name}"\nzone_kind = "aisle"\ncamera_id = "c"\npolygon = {json.dumps(polygon)}\n'
        for name, polygon in halves.items()
    ]
    head = 'store_id = "shop"\ndevice_id = "edge"\ntime_zone = "UTC"\n'
    camera = '[[cameras]]\ncamera_id = "c"\nwidth = 200\nheight = 100\n'
    door = '[[lines]]\nline_id = "d"\ncamera_id = "c"\nstart = [100, 0]\nend = [100, 100]\ninside = [150, 50]\n'
    path.write_text("".join([head, camera, *zones, door]), encoding="utf-8")
    return load_store(path)


def test_the_camera_must_be_known() -> None:
    """A store with several cameras needs one named; an unknown one is told with the known ones."""
    two = replace(StoreFile.whole_picture(), cameras=tuple(Camera(camera_id=name, width=1, height=1) for name in "ab"))
    assert [camera.camera_id for camera in of_camera(two, "b").cameras] == ["b"]
    for camera_id in (None, "x"):
        with pytest.raises(ConfigurationError, match="expected one of a, b"):
            of_camera(two, camera_id)


def test_the_command_tells_what_is_wrong_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing video, model or store file and an instant before 2020 are one message each, exit code 2, no trace."""
    video = str(write_video(tmp_path / "v.mp4", [0, 40]))
    for arguments in (
        ["check", "nowhere.toml"],
        ["run", "--video", "nowhere.mp4"],
        ["run", "--video", video, "--models", str(tmp_path)],
        ["run", "--video", video, "--model", "unknown"],
        ["run", "--video", video, "--start", "12"],
        ["run", "--tracks", "nowhere.csv"],
        ["run", "--video", video, "--events-out", str(tmp_path / "no" / "events.jsonl")],
        ["run", "--video", video, "--annotate", str(tmp_path / "no" / "seen.mp4")],
    ):
        assert main(arguments) == 2
        told = capsys.readouterr().err
        assert "expected" in told
        assert "Traceback" not in told


def test_the_command_runs_tracks_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`edge run --tracks` writes events and prints the visits."""
    shop(tmp_path)
    tracks = write_tracks(tmp_path / "tracks.csv", list(walk(y=0)))
    out = tmp_path / "events.jsonl"
    options = ["--store", str(tmp_path / "shop.toml"), "--start", str(START_MS), "--events-out", str(out)]
    assert main(["run", "--tracks", str(tracks), *options]) == 0
    assert "1 visit in left, 1 visit in right" in capsys.readouterr().out
    kinds = {json.loads(line)["kind"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert kinds == {"snapshot", "visit", "crossing", "health"}


def test_the_help_teaches() -> None:
    """`python -m edge --help` shows whole commands to copy."""
    done = subprocess.run([sys.executable, "-m", "edge", "--help"], capture_output=True, text=True, check=True)
    assert "edge run --video shop.mp4" in done.stdout


@pytest.mark.video
def test_six_people_are_six_visits(trial_data: Path) -> None:
    """On the real clip, at five pictures a second, each of the six visits is found, within 1.5 s of its truth."""
    store = load_store(STORES / "one-by-one.toml")
    visits = analysed(trial_data, "one-by-one-person-detection.mp4", at_rate(store, 5.0), "hall")
    with (trial_data / "truth" / "one-by-one-visits.csv").open(encoding="utf-8") as lines:
        truth = [float(row["seconds_visible"]) for row in csv.DictReader(x for x in lines if not x.startswith("#"))]
    assert len(visits) == 6
    for visit, seconds in zip(visits, truth, strict=True):
        assert (visit.left_ms - visit.entered_ms) / 1_000 == pytest.approx(seconds, abs=1.5)
        assert visit.end == "left"


@pytest.mark.video
def test_three_people_in_an_aisle(trial_data: Path) -> None:
    """On the real aisle, two people from the start and a third from frame 14, 0.84 s, stay to the end."""
    store = load_store(STORES / "tableware-aisle.toml")
    visits = analysed(trial_data, "store-aisle-detection-preview.gif", store, "right-aisle")
    entered = [(visit.entered_ms - START_MS) / 1_000 for visit in visits]
    assert entered == [pytest.approx(0, abs=0.5), pytest.approx(0, abs=0.5), pytest.approx(0.84, abs=1.0)]
    assert {visit.end for visit in visits} == {"day_end"}


def at_rate(store: StoreFile, frames_per_second: float) -> StoreFile:
    """Return the store, analysed at another rate."""
    return replace(store, settings=replace(store.settings, frames_per_second=frames_per_second))


def analysed(trial_data: Path, clip: str, store: StoreFile, zone_id: str) -> list[Visit]:
    """Return the visits of one zone."""
    summary = run_video(
        video=trial_data / "videos" / clip,
        store=store,
        model_card=load_card("yolox-nano"),
        models_directory=trial_data / "models",
        start_ms=START_MS,
        on_events=lambda _events: None,
    )
    return [visit for visit in summary.visits if visit.zone_id == zone_id]
