"""Instants of pictures: stream time on the wall clock, through delays, drift, jumps and streams without times."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from edge.capture import DRIFT_MS, CaptureClock

START_MS = 1_790_000_000_000


class Wall:
    """A wall clock that the test sets."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        """Return the time."""
        return self.ms


def _clock() -> tuple[Wall, Callable[[float | None, int], int], CaptureClock]:
    wall = Wall()
    clock = CaptureClock(wall)

    def arrive(stream_seconds: float | None, at_ms: int) -> int:
        wall.ms = START_MS + at_ms
        return clock.forward_ms(clock.instant_ms(stream_seconds)) - START_MS

    return wall, arrive, clock


def test_a_picture_that_was_held_up_keeps_the_time_of_its_stream() -> None:
    """Network delay is not the camera's."""
    _wall, arrive, _ = _clock()
    assert [arrive(s, at) for s, at in ((5.0, 0), (5.2, 200), (5.4, 900), (5.6, 910))] == [0, 200, 400, 600]


def test_the_shortest_way_counts_as_the_delay() -> None:
    """A first picture that was late itself is corrected by the next; no instant lies in the future."""
    _wall, arrive, _ = _clock()
    assert [arrive(s, at) for s, at in ((0.0, 500), (0.2, 500), (0.4, 500))] == [500, 500, 500]
    assert arrive(0.8, 900) == 900


def test_what_falls_far_behind_is_laid_on_the_clock_anew() -> None:
    """As after a pause of the stream's own time, or a wall clock that was set forward."""
    _wall, arrive, clock = _clock()
    arrive(0.0, 0)
    assert arrive(0.2, 3_600_200) == 3_600_200
    assert clock.renewals == 1


def test_a_stream_without_times_gets_those_of_arrival() -> None:
    """And they never go back."""
    _wall, arrive, _ = _clock()
    assert [arrive(None, at) for at in (0, 200, 150, 400)] == [0, 200, 200, 400]


def test_a_new_connection_begins_anywhere() -> None:
    """Its times have nothing to do with those before."""
    _wall, arrive, clock = _clock()
    arrive(100.0, 0)
    clock.reconnected()
    assert arrive(3.0, 5_000) == 5_000


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(0, 100_000)), min_size=1, max_size=50),
)
def test_pictures_never_go_back_nor_lie_in_the_future(arrivals: list[tuple[float, int]]) -> None:
    """Whatever the stream says, as long as the wall clock goes forward; and none is further behind than the bound."""
    _wall, arrive, _ = _clock()
    last = 0
    for seconds, at_ms in sorted(arrivals, key=lambda each: each[1]):
        instant = arrive(seconds, at_ms)
        assert last <= instant
        assert at_ms - DRIFT_MS - 1 <= instant <= at_ms + 1
        last = instant
