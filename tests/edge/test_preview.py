"""`edge preview`: a short annotated video of a camera or a file."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from edge.__main__ import main
from tests.edge.rtsp_server import RtspServer, encoded, for_ever
from tests.edge.test_video import write_video

STORE = """
store_id = "shop"
device_id = "edge"
time_zone = "UTC"
[[cameras]]
camera_id = "one"
width = 160
height = 120
[[zones]]
zone_id = "hall"
zone_kind = "aisle"
camera_id = "one"
whole_picture = true
"""


@pytest.mark.parametrize("kind", ["camera", "file"])
def test_some_seconds_are_drawn(tmp_path: Path, trial_data: Path, kind: str) -> None:
    """Of a live camera, or of a video in its place."""
    store, out = tmp_path / "store.toml", tmp_path / "seen.mp4"
    store.write_text(STORE)
    with RtspServer(for_ever(encoded())) as server:
        video = write_video(tmp_path / "clip.mp4", list(range(0, 5_000, 100)), is_alive=True)
        source = server.url if kind == "camera" else str(video)
        arguments = ["preview", str(store), "--source", source, "--seconds", "2", "--out", str(out)]
        assert main([*arguments, "--models", str(trial_data / "models")]) == 0
    with av.open(str(out)) as written:
        pictures = list(written.decode(video=0))
    assert 8 <= len(pictures) <= 12
    assert pictures[-1].time == pytest.approx(2.0, abs=0.5)


def test_a_camera_without_an_address_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do."""
    store = tmp_path / "store.toml"
    store.write_text(STORE)
    assert main(["preview", str(store)]) == 2
    assert "--source ADDRESS" in capsys.readouterr().err
