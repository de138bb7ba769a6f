"""How many cameras a machine can watch, measured on a made-up clip with a detector that takes a known time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.benchmark import Load, Speed, measure
from edge.model_cards import load_card
from tests.edge.test_video import write_video


def test_the_share_and_the_cameras_follow_from_the_rates() -> None:
    """Of 100 pictures a second together 80 are planned for: 16 cameras at 5."""
    speed = Speed(decoding=900.0, raw=50.0, analysis=45.0, together=100.0, cameras=2)
    assert speed.analysis_share == pytest.approx(0.9)
    assert speed.cameras_at(5.0) == 16


def test_every_way_is_measured_with_all_its_pictures(tmp_path: Path, trial_data: Path) -> None:
    """Decoding is part of all ways, so that it is the quickest; the steps are told in turns."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 1_000, 40)))
    steps: list[str] = []
    load = Load(
        video=video, model_card=load_card("yolox-nano"), models_directory=trial_data / "models", frames=5, rounds=2
    )
    speed = measure(load, cores=2, told=steps.append)
    assert speed.decoding > speed.raw > 0.0
    assert speed.analysis > 0.0
    assert speed.together > 0.0
    assert len(steps) == 8
    assert steps[0] == "decoding, 1 of 2"


def test_the_command_prints_json_for_machines(
    tmp_path: Path, trial_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a number of cameras in it."""
    video = write_video(tmp_path / "clip.mp4", list(range(0, 400, 40)))
    arguments = [
        "bench",
        str(video),
        "--models",
        str(trial_data / "models"),
        "--frames",
        "3",
        "--rounds",
        "1",
        "--json",
    ]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["cameras_at_rate"] >= 0
