"""`python -m demo`: what cannot run is told at once, with its cure; nothing is started for it."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from demo.__main__ import main
from demo.errors import DemoError
from demo.filmed import VisitTruth, read_truth, visit_metrics
from demo.report.video import SeenVisit
from demo.simulated import SimulatedSettings
from local.errors import StackError

STORE_FILE = """
store_id = "shop"
device_id = "shop-edge"
time_zone = "Nowhere/Land"
"""


@pytest.fixture(autouse=True)
def _no_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The folder of runs is the checkout's: a demo may be running in it.
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("expected a message before anything starts, came a start of the stack")

    monkeypatch.setattr("demo.simulated.Stack", refuse)
    monkeypatch.setattr("demo.filmed.Stack", refuse)
    for name in ("VIDEO", "ZONES", "SEED", "SCENARIO", "HOURS", "TRUTH", "MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_unknown_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: an unknown scenario is told beside the known ones; exit code 2."""
    assert main(["--scenario", "moon-base"]) == 2
    assert "supermarket" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--seed=-1", "--hours=0", "--hours=soon"])
def test_unusable_numbers(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a number that cannot be simulated is told with an example; exit code 2."""
    with pytest.raises(SystemExit, match="2"):
        main([option])
    assert "such as" in capsys.readouterr().err


def test_missing_video(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a missing video is told by its path; exit code 2."""
    assert main(["--video", str(tmp_path / "none.mp4")]) == 2
    assert "VIDEO=" in capsys.readouterr().err


def test_missing_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a missing model is told by file and folder, and how to name another folder; exit code 2."""
    video = tmp_path / "shop.mp4"
    video.touch()
    assert main(["--video", str(video), "--models", str(tmp_path)]) == 2
    assert "STORE_TRAFFIC_DATA" in capsys.readouterr().err


def test_bad_zones_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: every problem of a bad zones file is listed; exit code 2."""
    zones = tmp_path / "shop.toml"
    zones.write_text(STORE_FILE)
    assert main(["--video", str(tmp_path / "shop.mp4"), "--zones", str(zones)]) == 2
    assert "Nowhere/Land" in capsys.readouterr().err


def test_missing_set_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a stack that cannot start, for want of Java or a port, ends in its own message; exit code 2."""

    def fail(*_: object) -> None:
        raise StackError(expected="Java", came="none is there", cure="Run `make setup`.")

    monkeypatch.setattr("demo.__main__.run_simulated", fail)
    assert main([]) == 2
    assert capsys.readouterr().err == "The demo stopped. Expected Java, but none is there. Run `make setup`.\n"


def test_second_demo_waits_its_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: two demos never share a run folder; the second one says so; exit code 2."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["--run", str(tmp_path)]) == 2
    assert "another demo runs" in capsys.readouterr().err


def test_make_passes_its_choices_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: `make demo SEED=9 HOURS=0.5` means the same as the options, and an empty variable means none."""
    for name, value in {"SEED": "9", "HOURS": "0.5", "VIDEO": "", "SCENARIO": ""}.items():
        monkeypatch.setenv(name, value)
    seen: list[SimulatedSettings] = []

    def note(settings: SimulatedSettings, *_: object) -> None:
        seen.append(settings)
        raise DemoError("stop here")

    monkeypatch.setattr("demo.__main__.run_simulated", note)
    main([])
    (settings,) = seen
    assert (settings.seed, settings.hours, settings.scenario.name) == (9, 0.5, "supermarket")


def test_truth_of_a_video(tmp_path: Path) -> None:
    """Rule: the labelled seconds are compared with the first zone, visit by visit within 1.5 s, their number too."""
    path = tmp_path / "truth.csv"
    path.write_text("# by hand\nvisit,seconds_visible,note\n1,13.9,\n2,22.3,\n")
    visits = [
        SeenVisit("hall", 1, 6, 19, 13.0),
        SeenVisit("hall", 2, 30, 55, 25.0),
        SeenVisit("table", 1, 8, 15, 7.0),
    ]
    metrics = visit_metrics(visits, VisitTruth("hall", read_truth(path)))
    assert [(metric.name, metric.is_right) for metric in metrics] == [
        ("visits.hall", True),
        ("dwell_seconds.hall-visit-1", True),
        ("dwell_seconds.hall-visit-2", False),
    ]


@pytest.mark.parametrize("text", ["visit,first_frame\n1,2\n", "visit,seconds_visible\n1,long\n"])
def test_truth_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """Rule: a truth without its column, or with words for numbers, is refused with its cure."""
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(DemoError, match="seconds_visible"):
        read_truth(path)
