from __future__ import annotations

from pathlib import Path

import pytest

from edge.device import DeviceSettings
from edge.errors import ConfigurationError
from edge.store_file import WHOLE_PICTURE, StoreFile, load_store

GOOD = """\
store_id = "shop"
device_id = "shop-edge"
time_zone = "Europe/London"

[visits]
lost_ms = 2000

[[cameras]]
camera_id = "till"
width = 200
height = 100

[[lanes]]
lane_id = "lane-1"

[[zones]]
zone_id = "queue"
zone_kind = "queue"
lane_id = "lane-1"
camera_id = "till"
polygon = [[0, 0], [100, 0], [100, 50]]

[[zones]]
zone_id = "rest"
zone_kind = "aisle"
camera_id = "till"
whole_picture = true

[[lines]]
line_id = "door"
camera_id = "till"
units = "share"
start = [0.1, 0.2]
end = [0.1, 0.8]
inside = [0.5, 0.5]
"""
STORES = sorted((Path(__file__).parents[2] / "edge" / "stores").glob("*.toml"))


def load(folder: Path, text: str) -> StoreFile:
    """Write and load a store file."""
    path = folder / "store.toml"
    path.write_text(text, encoding="utf-8")
    return load_store(path)


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a store file."""
    try:
        load(folder, text)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_good_file(tmp_path: Path) -> None:
    """Pixels become shares of the picture; what is not said takes its usual value."""
    store = load(tmp_path, GOOD)
    assert [zone.polygon for zone in store.zones] == [((0, 0), (0.5, 0), (0.5, 0.5)), WHOLE_PICTURE]
    assert [zone.lane_id for zone in store.zones] == ["lane-1", None]
    assert store.lines[0].inside == (0.5, 0.5)
    assert store.settings.visits.lost_ms == 2_000
    assert store.settings.visits.enter_ms == DeviceSettings().visits.enter_ms


@pytest.mark.parametrize("path", STORES, ids=[path.stem for path in STORES])
def test_the_stores_that_come_with_the_edge_are_good(path: Path) -> None:
    """Every store file beside the code loads."""
    assert load_store(path).zones


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('store_id = "shop"\n', "", "store_id: expected an identifier, came nothing. Add `store_id = …`."),
        ('"shop"', '""', "line 1, store_id: expected an identifier of 1 to 128 characters, came an empty text"),
        ('"shop"', "7", "line 1, store_id: expected an identifier, came 7. Change its type."),
        ('"Europe/London"', '"Mars"', "line 3, time_zone: expected a time zone such as Europe/London, came Mars"),
        (
            "lost_ms = 2000",
            "lots_ms = 2000",
            "line 6, visits.lots_ms: expected one of enter_ms, leave_ms, lost_ms, came",
        ),
        ("lost_ms = 2000", "lost_ms = 200", "line 6, visits.lost_ms: expected more than enter_ms (400) and hold_ms"),
        (
            "lost_ms = 2000",
            "lost_ms = 3500",
            "interval_ms plus the longest of enter_ms, leave_ms and lost_ms within 8000",
        ),
        ("width = 200", "width = 0", "line 10, cameras[0].width: expected a size in pixels, came 0"),
        (
            '"queue"\nlane',
            '"queu"\nlane',
            "line 18, zones[0].zone_kind: expected one of aisle, queue, service, entrance",
        ),
        (
            'lane_id = "lane-1"\ncamera',
            "camera",
            "line 16, zones[0].lane_id: expected a lane for a queue zone, came nothing",
        ),
        (
            'lane_id = "lane-1"\ncamera',
            'lane_id = "x"\ncamera',
            "line 19, zones[0].lane_id: expected one of lane-1, came x",
        ),
        ('zone_id = "rest"', 'zone_id = "queue"', "zones[1].zone_id: expected an identifier used once, came queue"),
        ("[100, 50]]", "[100]]", "line 21, zones[0].polygon[2]: expected a point [x, y], came [100]"),
        (", [100, 50]]", "]", "line 21, zones[0].polygon: expected at least 3 corners, came 2"),
        (
            "[100, 50]]",
            "[900, 50]]",
            "line 21, zones[0].polygon[2]: expected a point in or near the picture of 200 × 100",
        ),
        (
            "[[0, 0], [100, 0], [100, 50]]",
            "[[0, 0], [100, 50], [100, 0], [0, 50]]",
            "line 21, zones[0].polygon: expected edges that do not cross, came a polygon that crosses itself",
        ),
        (
            "whole_picture = true",
            'whole_picture = "yes"',
            "line 27, zones[1].whole_picture: expected true or false, came yes",
        ),
        ("inside = [0.5, 0.5]", "inside = [0.1, 0.5]", "line 35, lines[0].inside: expected a point beside the line"),
        ("end = [0.1, 0.8]", "end = [0.1, 0.2]", "line 34, lines[0].end: expected another point than start"),
        ('units = "share"', 'units = "feet"', "line 32, lines[0].units: expected one of pixels, share, came feet"),
    ],
)
def test_each_mistake_is_told_with_line_and_cure(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """A mistake names its line and key, what was expected, what came, and what to do."""
    assert old in GOOD
    assert any(expected in problem for problem in problems(tmp_path, GOOD.replace(old, new, 1)))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """Three mistakes give three problems, each once, in one error."""
    text = GOOD.replace('"Europe/London"', '"Mars"').replace("width = 200", "width = -1").replace('"aisle"', '"isle"')
    told = problems(tmp_path, text)
    assert len(told) == len(set(told)) == 3
    assert "Did you mean `aisle`?" in "".join(told)


def test_an_empty_file_needs_everything(tmp_path: Path) -> None:
    """An empty file tells all that must be in it."""
    told = "\n".join(problems(tmp_path, ""))
    assert all(word in told for word in ("store_id", "device_id", "time_zone", "cameras", "zones"))


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    """What is not TOML is told with its line; so is a missing file with its path."""
    assert "line 2" in problems(tmp_path, 'store_id = "a"\nwhat is this')[0]
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        load_store(tmp_path / "nowhere.toml")
