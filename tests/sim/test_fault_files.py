"""Fault files are checked before anything runs, and every problem is named with its line and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import faults
from sim import scenario as scenarios
from sim.faults import FaultLedger
from sim.run import plan
from sim.settings import SettingsError

KINDS = {
    "camera_down",
    "camera_frozen",
    "clock_skew",
    "double_detections",
    "duplicate",
    "edge_restart",
    "id_switches",
    "late",
    "mannequins",
    "missed_detections",
    "occlusion",
    "out_of_order",
    "outage",
}


def test_there_is_a_file_for_each_kind_and_two_more() -> None:
    """Every kind ships alone, `vision` is the accuracy target's mix, `all` is everything together."""
    assert set(faults.names()) == KINDS | {"all", "vision"}


@pytest.mark.parametrize("scenario", scenarios.names())
@pytest.mark.parametrize("name", faults.names())
def test_shipped_files_load_and_fit_every_scenario(name: str, scenario: str) -> None:
    """A shipped file names itself and works with any scenario."""
    loaded = faults.load(name)
    loaded.check(scenarios.load(scenario))
    assert loaded.name == name
    assert loaded.title


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_file_holds_its_kind_alone(kind: str) -> None:
    """The file of a kind has that kind's section and no other; `all` has each but what only another file can say."""
    alone = faults.load(kind)
    assert [each for each in sorted(KINDS) if getattr(alone, each)] == [kind]
    assert getattr(faults.load("all"), kind)


def test_vision_is_the_accuracy_target() -> None:
    """`vision` is exactly 5 % id switches and 10 % missed detections."""
    vision = faults.load("vision")
    assert [each for each in sorted(KINDS) if getattr(vision, each)] == ["id_switches", "missed_detections"]
    assert vision.id_switches is not None
    assert vision.missed_detections is not None
    assert (vision.id_switches.share_of_stays, vision.missed_detections.share_of_looks) == (0.05, 0.10)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[late]\nshare_of_events = 0.1\nseconds = [1, \n", "line 3: expected TOML, came 'seconds = [1,'"),
        ("x = 1\nx = 2\n", "line 2: expected TOML, came 'x = 2' (Cannot overwrite a value); correct that line"),
        ("[missed_detections]\n", "line 1, missed_detections.share_of_looks: expected a number, came nothing; add"),
        ("[late]\nseconds = [1, 2]\nshare_of_events = 3\n", "line 3, late.share_of_events: expected at most 1"),
        ("\n[flood]\n", "line 2, flood: expected one of name, title, missed_detections"),
        ("[late]\nshare_of_events = 0\nseconds = [9, 1]\n", "line 3, late.seconds: expected [least, most], came [9"),
        (
            '[[clock_skew]]\ndevice_id = "a"\nseconds = 1\n[[clock_skew]]\ndevice_id = "b"\n',
            "line 4, clock_skew.1: expected either `seconds` or `date`, came neither; give one of them",
        ),
        (
            '[[clock_skew]]\ndevice_id = "a"\nseconds = 1\nfrom_seconds = 9\nuntil_seconds = 9\n',
            "line 5, clock_skew.0.until_seconds: expected more than from_seconds (9.0), came 9.0; raise it",
        ),
        (
            '[[outage]]\ndevice_id = "a"\nfrom_seconds = "noon"\nseconds = 1\n',
            "line 3, outage.a.from_seconds: expected a number, came 'noon'; correct it",
        ),
    ],
)
def test_a_broken_file_names_the_line_and_the_cure(tmp_path: Path, text: str, problem: str) -> None:
    """A mistake is told with its line, its place, what was expected, what came and the cure."""
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        faults.load(str(path))
    assert problem in str(refused.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes are two lines of one message."""
    path = tmp_path / "broken.toml"
    path.write_text("[missed_detections]\nshare_of_looks = 2\n[occlusion]\nper_person_minute = -1\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        faults.load(str(path))
    assert len(refused.value.problems) == 2


def test_a_file_that_is_no_text_names_its_line(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused with the line they are on."""
    path = tmp_path / "broken.toml"
    path.write_bytes(b'title = "x"\n# caf\xe9\n')
    with pytest.raises(SettingsError, match="line 2: expected UTF-8, came the byte 0xe9; save it as UTF-8"):
        faults.load(str(path))


def test_an_unknown_name_lists_the_known() -> None:
    """A name that is neither a shipped file nor a path is refused with the list."""
    with pytest.raises(SettingsError, match="expected one of all, camera_down"):
        faults.load("rain")


def test_names_that_the_scenario_lacks_are_refused_before_the_run(tmp_path: Path) -> None:
    """A device, camera or zone that is not there is named with those that are, before the first event."""
    path = tmp_path / "elsewhere.toml"
    text = """
    mannequins = [{ zone_id = "window" }]
    camera_down = [{ camera_id = "cam-9", from_seconds = 1, seconds = 1 }]
    outage = [{ device_id = "roof", from_seconds = 1, seconds = 1 }]
    """
    path.write_text(text, encoding="utf-8")
    planned = plan(scenarios.load("supermarket"), hours=0.05)
    with pytest.raises(SettingsError) as refused:
        planned.stream(faults=faults.load(str(path)), ledger=FaultLedger())
    message = str(refused.value)
    assert "outage.device_id: expected one of aisles, front, or first, last, *, came 'roof'; correct" in message
    assert "camera_down.camera_id: expected one of cam-aisle-1" in message
    assert "mannequins.zone_id: expected one of aisle-1" in message
