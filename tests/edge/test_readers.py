"""Readers of files: everything as fast as it is taken, or at the pace of a camera."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from edge.readers import FileReader, PacedReader
from edge.sources import Frame

PICTURE = np.zeros((2, 2, 3), dtype=np.uint8)
NOW_MS = 1_790_000_000_000


def _frames(count: int) -> Iterable[Frame]:
    return [Frame(event_time_ms=number * 100, picture=PICTURE) for number in range(count)]


def test_a_file_is_given_whole_and_ends() -> None:
    """Nothing is dropped."""
    reader = FileReader(_frames(5))
    assert [frame.event_time_ms for frame in reader.frames()] == [0, 100, 200, 300, 400]
    assert reader.figures.decoded == 5


def test_a_stopped_file_gives_no_more() -> None:
    """From the next picture on."""
    reader = FileReader(_frames(5))
    for number, _frame in enumerate(reader.frames()):
        if number == 1:
            reader.stop()
    assert reader.figures.decoded == 2


def test_a_paced_file_has_the_times_of_now_and_begins_again() -> None:
    """A clock that stands 100 ms further at each look: every picture is due, none is early."""
    clock = iter(range(NOW_MS, NOW_MS + 10**9, 20))
    reader = PacedReader(lambda: _frames(3), now_ms=lambda: next(clock))
    taken = []
    for frame in reader.frames():
        taken.append(frame.event_time_ms)
        if len(taken) == 5:
            reader.stop()
    assert taken == sorted(taken)
    assert [taken[1] - taken[0], taken[2] - taken[1]] == [100, 100]
    assert taken[0] == NOW_MS


def test_a_slow_analysis_loses_pictures_of_a_paced_file_as_of_a_camera() -> None:
    """They are dropped on purpose and counted."""
    now = [NOW_MS]
    reader = PacedReader(lambda: _frames(20), now_ms=lambda: now[0], again=False)
    taken = []
    for frame in reader.frames():
        taken.append(frame.event_time_ms - NOW_MS)
        now[0] += 450
    assert taken == [0, 400, 900, 1300, 1800, 1900]
    assert reader.figures.dropped == 20 - len(taken)
