"""The figures reach Prometheus, the state reaches who asks, and logs are JSON."""

from __future__ import annotations

import io
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.metrics import CameraFigures, Figures, StatusServer, log_as_json

FIGURES = Figures(
    cameras={
        "door": CameraFigures(state="ok", frames=12, dropped=3, inference_seconds=0.5, people=2),
        "till": CameraFigures(state="down", is_moved=True, reconnects=4),
    },
    events={"visit": 7},
    spooled=5,
    oldest_spooled_seconds=1.5,
    sent=100,
    lost={"heat": 2},
    candidates={"floor_change": 1},
    clips={"waiting": 1},
)


@pytest.fixture
def server() -> Iterator[StatusServer]:
    """A server of these figures on a free port."""
    with StatusServer(lambda: FIGURES, port=0) as running:
        yield running


def _get(server: StatusServer, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def test_every_figure_is_scraped(server: StatusServer) -> None:
    """Prometheus' own parser reads each with its labels."""
    samples = {
        (sample.name.removeprefix("store_traffic_edge_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(_get(server, "/metrics"))
        for sample in family.samples
    }
    assert samples["camera_frames_total", "door"] == 12
    assert samples["camera_dropped_total", "door"] == 3
    assert samples["camera_inference_seconds_total", "door"] == 0.5
    assert samples["camera_up", "door"] == 1
    assert samples["camera_people", "door"] == 2
    assert samples["camera_up", "till"] == 0
    assert samples["camera_moved", "till"] == 1
    assert samples["camera_reconnects_total", "till"] == 4
    assert samples["events_total", "visit"] == 7
    assert samples["lost_total", "heat"] == 2
    assert samples["candidates_total", "floor_change"] == 1
    assert samples["clips", "waiting"] == 1
    assert samples["spooled_events",] == 5
    assert samples["oldest_spooled_seconds",] == 1.5
    assert samples["sent_events_total",] == 100


def test_a_camera_that_is_down_is_told_and_the_edge_is_alive(server: StatusServer) -> None:
    """The answer is 200: to restart the edge would mend no camera."""
    state = json.loads(_get(server, "/healthz"))
    assert state == {"healthy": False, "cameras": {"door": "ok", "till": "down"}, "spooled": 5}


def test_another_path_says_what_there_is(server: StatusServer) -> None:
    """It is a 404 with the paths that exist."""
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        _get(server, "/")
    assert "expected /metrics or /healthz" in refused.value.read().decode()


def test_logs_are_json_lines() -> None:
    """What the caller adds is a field of its own."""
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log_as_json(stream)
        logging.getLogger("edge").warning("camera is down", extra={"camera_id": "till"})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "edge", "camera is down")
    assert line["camera_id"] == "till"
    assert "time" in line
