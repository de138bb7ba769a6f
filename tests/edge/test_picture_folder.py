"""A folder of pictures: instants from names or files, in order, whatever else lies there."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from edge.errors import ConfigurationError
from edge.picture_folder import PictureFolder

ROME = "Europe/Rome"


def _picture(path: Path, level: int = 90) -> None:
    cv2.imwrite(str(path), np.full((48, 64, 3), level, dtype=np.uint8))


def _rome_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ROME)).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cam-1790000000123.jpg", 1_790_000_000_123),
        ("20260921-093000.png", _rome_ms("2026-09-21T09:30:00")),
        ("2026-09-21T09-30-00.250.jpg", _rome_ms("2026-09-21T09:30:00.250")),
        ("2026-09-21_09:30:01.jpg", _rome_ms("2026-09-21T09:30:01")),
    ],
)
def test_names_tell_instants(tmp_path: Path, name: str, expected: int) -> None:
    """As milliseconds since 1970, or as local times."""
    _picture(tmp_path / name)
    assert [frame.event_time_ms for frame in PictureFolder(tmp_path, time_zone=ROME)] == [expected]


def test_other_names_have_the_time_of_their_file_and_natural_order(tmp_path: Path) -> None:
    """9 comes before 10 where the files are of one instant."""
    for number in (10, 9):
        _picture(tmp_path / f"picture-{number}.png", level=number)
        os.utime(tmp_path / f"picture-{number}.png", (1_790_000_000, 1_790_000_000))
    frames = list(PictureFolder(tmp_path, time_zone="UTC"))
    assert [frame.event_time_ms for frame in frames] == [1_790_000_000_000] * 2
    assert [int(frame.picture[0, 0, 0]) for frame in frames] == [9, 10]


def test_what_is_no_picture_is_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A text under a picture's name, and files of other kinds."""
    _picture(tmp_path / "1.jpg")
    (tmp_path / "2.jpg").write_text("no picture")
    (tmp_path / "notes.txt").write_text("notes")
    assert len(list(PictureFolder(tmp_path, time_zone="UTC"))) == 1
    assert "2.jpg" in caplog.text


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    """As is none at all."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigurationError, match="expected a folder of pictures"):
            PictureFolder(folder, time_zone="UTC")
