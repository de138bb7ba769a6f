from __future__ import annotations

import argparse
from pathlib import Path

import av
import numpy as np
import pytest

from edge import init
from edge.addresses import without_password
from edge.errors import ConfigurationError
from edge.stills import Still, stills, take_still
from edge.store_file import load_store


def _options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    init.add(parser)
    return parser.parse_args(arguments)


def _still(_source: str) -> Still:
    picture = np.zeros((360, 640, 3), dtype=np.uint8)
    return Still(picture=picture, seconds=0.0, codec="h264", frames_per_second=15.0)


def _no_question(question: str, usual: str) -> str:
    raise AssertionError(f"asked {question} [{usual}]")


def _write(*arguments: str) -> int:
    return init.write_from(_options(*arguments), ask=_no_question, still=_still, local_time_zone="Europe/Lisbon")


def test_the_written_file_passes_check_and_knows_the_pictures_size(tmp_path: Path) -> None:
    """The written file passes check and knows the picture's size."""
    path = tmp_path / "High Street.toml"
    assert _write(str(path), "--source", "rtsp://me:secret@10.0.0.2/live", "--yes") == 0
    store = load_store(path)
    assert (store.store_id, store.time_zone) == ("high-street", "Europe/Lisbon")
    assert [(camera.width, camera.height) for camera in store.cameras] == [(640, 360)]
    assert len(store.zones) == 1
    assert "secret" not in path.read_text()
    commented = [line for line in path.read_text().splitlines() if line.startswith("#")]
    assert len(commented) > 10


def test_the_line_in_the_comments_works_once_its_marks_are_removed(tmp_path: Path) -> None:
    """The line in the comments works once its marks are removed."""
    path = tmp_path / "shop.toml"
    _write(str(path), "--source", "a.mp4", "--yes")
    head, mark, tail = path.read_text().partition("# [[lines]]")
    path.write_text(head + (mark + tail).replace("# ", ""))
    assert [line.line_id for line in load_store(path).lines] == ["entrance"]


def test_it_asks_for_what_was_not_given(tmp_path: Path) -> None:
    """It asks for what was not given."""
    asked: list[str] = []

    def ask(question: str, usual: str) -> str:
        asked.append(question)
        return {"Time zone": "Asia/Tokyo"}.get(question, usual or "camera.mp4")

    options = _options(str(tmp_path / "shop.toml"))
    init.write_from(options, ask=ask, still=_still, local_time_zone="UTC")
    assert len(asked) == 3
    assert load_store(tmp_path / "shop.toml").time_zone == "Asia/Tokyo"


def test_an_existing_file_is_overwritten_only_when_told(tmp_path: Path) -> None:
    """An existing file is overwritten only when told."""
    path = tmp_path / "shop.toml"
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match="--force"):
        _write(str(path), "--source", "a.mp4", "--yes")
    assert path.read_text() == "mine"
    _write(str(path), "--source", "a.mp4", "--yes", "--force")
    assert load_store(path).store_id == "shop"


def test_without_a_camera_nothing_is_written(tmp_path: Path) -> None:
    """Without a camera nothing is written."""
    with pytest.raises(ConfigurationError, match="--source"):
        _write(str(tmp_path / "shop.toml"), "--yes")
    assert list(tmp_path.iterdir()) == []


def test_a_time_zone_that_there_is_not_is_told_before_anything_is_written(tmp_path: Path) -> None:
    """A time zone that there is not is told before anything is written."""
    with pytest.raises(ConfigurationError, match="Europe/London"):
        _write(str(tmp_path / "shop.toml"), "--source", "a.mp4", "--yes", "--time-zone", "Mars/Olympus")
    assert list(tmp_path.iterdir()) == []


def test_awkward_names_are_quoted(tmp_path: Path) -> None:
    """Awkward names are quoted."""
    path = tmp_path / "shop.toml"
    _write(str(path), "--source", "a.mp4", "--yes", "--store-id", 'the "best" \\ café')
    assert load_store(path).store_id == 'the "best" \\ café'


def test_a_still_of_a_video_file_tells_its_size_codec_and_rate(tmp_path: Path) -> None:
    """A still of a video file tells its size codec and rate."""
    video = tmp_path / "a.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 80, dtype=np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    still = take_still(str(video))
    assert (still.width, still.height, still.codec, still.frames_per_second) == (64, 48, "mpeg4", 10.0)
    assert [each.seconds for each in stills(str(video), seconds=1.0, frames_per_second=2.0)] == [0.0, 0.5]


def test_a_missing_camera_is_told_without_its_password() -> None:
    """A missing camera is told without its password."""
    with pytest.raises(ConfigurationError) as caught:
        take_still("rtsp://me:secret@127.0.0.1:1/live", timeout_seconds=1.0)
    assert "secret" not in str(caught.value)
    assert without_password("rtsp://me:p@ss@10.0.0.2:554/live") == "rtsp://10.0.0.2:554/live"
    assert without_password("/dev/video0") == "/dev/video0"
