from __future__ import annotations

import dataclasses
import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.detections import Detections
from edge.errors import ConfigurationError, Problem
from edge.heads import Picture
from edge.stills import Still
from edge.store_file import load_store
from edge.zone_editor.command import camera_sources
from edge.zone_editor.drawing import DrawnLine, DrawnStore, DrawnZone, parse_drawing
from edge.zone_editor.server import EditorServer, ZoneEditor
from edge.zone_editor.trial import try_zones
from edge.zones import Zone

STORES = Path(__file__).parents[2] / "edge" / "stores"
TOKEN = "secret-of-the-test"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a copy of a real store file."""
    copy = tmp_path / "shop.toml"
    copy.write_bytes((STORES / "caviar-corridor.toml").read_bytes())
    return copy


def _still(_camera_id: str = "") -> Still:
    picture = np.full((288, 384, 3), 90, dtype=np.uint8)
    return Still(picture=picture, seconds=0.0, codec="h264", frames_per_second=25.0)


class _OnePerson:
    def detect(self, picture: Picture) -> Detections:
        del picture
        boxes = np.array([[100.0, 100.0, 140.0, 200.0], [0.0, 0.0, 10.0, 10.0]])
        return Detections.of(boxes, np.array([0.9, 0.1]))


@pytest.fixture
def server(path: Path) -> Iterator[EditorServer]:
    """Give a running editor over that copy."""
    editor = ZoneEditor(
        store=DrawnStore(path),
        still=_still,
        pictures=lambda _camera, _seconds, _rate: [_still()],
        finder=_OnePerson,
        threshold=0.5,
        tokens_css=":root {}",
    )
    with EditorServer(editor, token=TOKEN) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def _ask(
    server: EditorServer, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    data = None if body is None else json.dumps(body)
    usual = {"Content-Type": "application/json"} if body is not None else {}
    connection.request("GET" if body is None else "POST", path, data, {**usual, **(headers or {})})
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


def _state(server: EditorServer) -> Any:
    return json.loads(_ask(server, f"/{TOKEN}/state")[1])


def test_saving_an_unchanged_drawing_changes_no_byte(path: Path) -> None:
    """Saving an unchanged drawing changes no byte."""
    before = path.read_bytes()
    store = DrawnStore(path)
    assert store.save(store.drawing()) == []
    assert path.read_bytes() == before


def test_a_moved_corner_changes_its_line_only(path: Path) -> None:
    """A moved corner changes its line only."""
    before = path.read_text().splitlines()
    store = DrawnStore(path)
    drawing = store.drawing()
    near = drawing.zones[0]
    assert near.polygon is not None
    moved = dataclasses.replace(near, polygon=((0.5, 0.5), *near.polygon[1:]))
    assert store.save(dataclasses.replace(drawing, zones=(moved, *drawing.zones[1:]))) == []
    after = path.read_text().splitlines()
    assert len(after) == len(before)
    assert [line for line in after if line not in before] == [
        "polygon = [[192, 144], [228, 130], [330, 250], [380, 320], [60, 320]]"
    ]


def test_new_and_deleted_shapes_and_lanes_load_as_they_were_drawn(path: Path) -> None:
    """New and deleted shapes and lanes load as they were drawn."""
    store = DrawnStore(path)
    drawing = store.drawing()
    till = DrawnZone(
        key="new-1",
        index=None,
        zone_id="till",
        zone_kind="queue",
        camera_id="corridor",
        lane_id="lane-1",
        polygon=((0.25, 0.25), (0.5, 0.25), (0.5, 0.5)),
    )
    door = DrawnLine(
        key="new-2", index=None, line_id="door", camera_id="corridor",
        start=(0.25, 0.5), end=(0.5, 0.5), inside=(0.25, 1.0),
    )  # fmt: skip
    drawn = dataclasses.replace(drawing, zones=(till, drawing.zones[1]), lines=(door,))
    assert store.save(drawn) == []
    loaded = load_store(path)
    assert [zone.zone_id for zone in loaded.zones] == ["far", "till"]
    assert loaded.zones[1].polygon == till.polygon
    assert loaded.zones[1].lane_id == "lane-1"
    assert loaded.lane_ids == ("lane-1",)
    assert [(line.line_id, line.start, line.inside) for line in loaded.lines] == [("door", door.start, door.inside)]
    assert "# The trial clip" in path.read_text()


def test_what_is_wrong_is_told_beside_its_shape_and_the_file_stays(path: Path) -> None:
    """What is wrong is told beside its shape and the file stays."""
    before = path.read_bytes()
    store = DrawnStore(path)
    drawing = store.drawing()
    crossed = dataclasses.replace(drawing.zones[1], polygon=((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)))
    problems = store.save(dataclasses.replace(drawing, zones=(drawing.zones[0], crossed)))
    assert [problem.key for problem in problems] == ["zone-1"]
    assert "cross" in problems[0].text
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["shop.toml"]


def test_a_file_that_was_changed_elsewhere_is_not_overwritten(path: Path) -> None:
    """A file that was changed elsewhere is not overwritten."""
    store = DrawnStore(path)
    path.write_text(path.read_text() + "\n# by hand\n")
    problems = store.save(dataclasses.replace(store.drawing(), lines=()))
    assert "changed elsewhere" in problems[0].text
    assert path.read_text().endswith("# by hand\n")


def test_a_drawing_of_another_form_is_refused() -> None:
    """A drawing of another form is refused."""
    with pytest.raises(ConfigurationError, match="a point"):
        parse_drawing({"zones": [{"key": "a", "polygon": [[1, "x"]]}], "lines": []})


def test_only_who_knows_the_token_and_comes_from_this_machine_is_answered(server: EditorServer) -> None:
    """Only who knows the token and comes from this machine is answered."""
    assert server.server_address[0] == "127.0.0.1"
    assert _ask(server, f"/{TOKEN}/state")[0] == 200
    assert _ask(server, "/wrong/state")[0] == 404
    assert _ask(server, "/state")[0] == 404
    assert _ask(server, f"/{TOKEN}/state", headers={"Host": "shop.example"})[0] == 404
    assert _ask(server, f"/{TOKEN}/save", {}, {"Origin": "http://shop.example"})[0] == 404
    assert _ask(server, f"/{TOKEN}/save", {}, {"Content-Type": "text/plain"})[0] == 404
    assert _ask(server, f"/{TOKEN}/../page.html")[0] == 404


def test_the_page_loads_nothing_from_elsewhere(server: EditorServer) -> None:
    """The page loads nothing from elsewhere."""
    for name in ("", "editor.css", "editor.js", "tokens.css"):
        status, body, headers = _ask(server, f"/{TOKEN}/{name}")
        assert status == 200
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert b"https://" not in body
        assert b"http://" not in body.replace(b"http://www.w3.org/2000/svg", b"")


def test_a_drawing_is_saved_over_http(server: EditorServer, path: Path) -> None:
    """A drawing is saved over HTTP."""
    drawing = _state(server)["drawing"]
    drawing["zones"][0]["zone_id"] = "entrance-hall"
    answer = json.loads(_ask(server, f"/{TOKEN}/check", {"drawing": drawing})[1])
    assert answer["problems"] == []
    assert load_store(path).zones[0].zone_id == "near"
    answer = json.loads(_ask(server, f"/{TOKEN}/save", {"drawing": drawing})[1])
    assert answer["problems"] == []
    assert load_store(path).zones[0].zone_id == "entrance-hall"
    assert _state(server)["drawing"]["zones"][0]["zone_id"] == "entrance-hall"


def test_the_frame_is_a_jpeg_and_a_lost_camera_says_why(server: EditorServer) -> None:
    """The frame is a JPEG and a lost camera says why."""
    status, body, headers = _ask(server, f"/{TOKEN}/frame?camera=corridor")
    assert (status, headers["Content-Type"], body[:2]) == (200, "image/jpeg", b"\xff\xd8")

    def lost(_camera_id: str) -> Still:
        problem = Problem(where="camera", expected="a picture", came="none", cure="Switch it on.")
        raise ConfigurationError("camera", [problem])

    server.editor.still = lost
    status, body, _ = _ask(server, f"/{TOKEN}/frame?camera=corridor&again=1")
    assert status == 502
    assert b"Switch it on." in body


def test_a_trial_counts_the_people_whose_feet_are_in_a_zone(server: EditorServer) -> None:
    """A trial counts the people whose feet are in a zone."""
    request = {"drawing": _state(server)["drawing"], "camera_id": "corridor", "seconds": 5}
    frames = json.loads(_ask(server, f"/{TOKEN}/trial", request)[1])["frames"]
    assert [frame["counts"] for frame in frames] == [{"near": 1, "far": 0}]
    assert frames[0]["feet"] == [[round(120 / 384, 4), round(200 / 288, 4)]]
    assert _ask(server, f"/{TOKEN}/trial?frame=0")[1][:2] == b"\xff\xd8"
    assert _ask(server, f"/{TOKEN}/trial?frame=1")[0] == 404
    too_long = json.loads(_ask(server, f"/{TOKEN}/trial", {**request, "seconds": 3_600})[1])
    assert "at most 30 seconds" in too_long["problems"][0]["text"]


def test_a_person_below_the_threshold_is_nobody() -> None:
    """A person below the threshold is nobody."""
    zone = Zone(
        zone_id="all", zone_kind="aisle", camera_id="c", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    )
    assert try_zones([_still()], _OnePerson(), [zone], 0.95)[0].counts == {"all": 0}
    assert try_zones([_still()], _OnePerson(), [zone], 0.05)[0].counts == {"all": 2}


def test_sources_are_given_by_camera_or_for_the_first(path: Path) -> None:
    """Sources are given by camera or for the first."""
    assert camera_sources(path, ["corridor=rtsp://10.0.0.2/a"]) == {"corridor": "rtsp://10.0.0.2/a"}
    assert camera_sources(path, ["rtsp://10.0.0.2/?a=b"]) == {"corridor": "rtsp://10.0.0.2/?a=b"}
    assert camera_sources(path, []) == {}
