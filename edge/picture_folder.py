"""A folder of pictures as a source: each with the instant that its name, or else its file, tells."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from edge.errors import ConfigurationError, Problem
from edge.sources import Frame

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
_EPOCH_MS = re.compile(r"(?<!\d)(1[5-9]\d{11}|[2-9]\d{12})(?!\d)")
_DATE, _TIME = r"(20\d\d)-?([01]\d)-?([0-3]\d)", r"([0-2]\d)[-:]?([0-5]\d)[-:]?([0-5]\d)"
_WRITTEN = re.compile(rf"{_DATE}[T_ -]?{_TIME}(?:[.,_-]?(\d{{3}}))?(?!\d)")
_NUMBER = re.compile(r"(\d+)")
_log = logging.getLogger(__name__)


class PictureFolder:
    """The pictures of a folder in order of time; what is no picture is told and left out.

    A name holds the instant as milliseconds since 1970 (`cam-1790000000000.jpg`) or as a local time
    (`20260921-093000.jpg`, `2026-09-21T09-30-00.250.png`); else the file's own time counts.

    Args:
        folder: The folder.
        time_zone: Of the times in names.

    Raises:
        ConfigurationError: where there is no such folder, or no picture in it.
    """

    def __init__(self, folder: Path, *, time_zone: str) -> None:
        zone = ZoneInfo(time_zone)
        paths = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES] if folder.is_dir() else []
        if not paths:
            cure = f"Give a folder with pictures ({', '.join(SUFFIXES)})."
            came = "a folder without one" if folder.is_dir() else "no such folder"
            problem = Problem(where=str(folder), expected="a folder of pictures", came=came, cure=cure)
            raise ConfigurationError(f"pictures {folder}", [problem])
        self._paths = sorted((_instant_ms(path, zone), _natural(path.name), path) for path in paths)
        self.frame_count = len(paths)
        span_seconds = (self._paths[-1][0] - self._paths[0][0]) / 1_000
        self.frames_per_second = (len(paths) - 1) / span_seconds if span_seconds > 0 else 1.0
        """On average, as their times tell."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield the pictures in order of time."""
        for instant_ms, _name, path in self._paths:
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if picture is None:
                _log.warning("no picture, and left out: %s", path.name)
                continue
            yield Frame(event_time_ms=instant_ms, picture=np.asarray(picture, dtype=np.uint8))


def _instant_ms(path: Path, zone: ZoneInfo) -> int:
    if found := _EPOCH_MS.search(path.stem):
        return int(found[1])
    if found := _WRITTEN.search(path.stem):
        *parts, thousandths = found.groups()
        try:
            local = datetime(*(int(part) for part in parts), tzinfo=zone)  # type: ignore[misc,arg-type]
        except ValueError:
            return path.stat().st_mtime_ns // 1_000_000
        return round(local.timestamp() * 1_000) + int(thousandths or 0)
    return path.stat().st_mtime_ns // 1_000_000


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which `9.jpg` comes before `10.jpg`."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _NUMBER.split(name))
