"""The number of lanes, against published tables, closed forms and a simulation."""

from __future__ import annotations

import heapq
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flink_jobs.alerting.staffing import (
    MOST_LANES,
    Load,
    advise,
    erlang_c,
    expected_wait_seconds,
    lanes_needed,
    share_within,
)


@pytest.mark.parametrize(
    ("lanes", "offered", "expected"),
    [
        (1, 0.5, 0.5),  # M/M/1: the share of time that the server is busy
        (2, 1.0, 1 / 3),  # 2 a^2 / ... by hand
        (3, 2.0, 4 / 9),
        (10, 8.0, 0.4092),  # Cooper 1981, table of C(s, a)
    ],
)
def test_erlang_c_is_that_of_the_tables(lanes: int, offered: float, expected: float) -> None:
    """Small systems are worked out by hand, a larger one is in the tables."""
    assert erlang_c(lanes, offered) == pytest.approx(expected, abs=5e-5)


def test_too_much_offered_means_that_everybody_waits() -> None:
    """At and beyond saturation the line only grows."""
    assert erlang_c(3, 3.0) == erlang_c(3, 9.0) == 1.0
    assert share_within(Load(3 / 60, 60, 0), 3, 600) == 0.0


def simulated_share_within(load: Load, lanes: int, target: float) -> float:
    """Serve many exponential arrivals first come first served, and count those who waited at most so long."""
    source = random.Random(11)
    free = [0.0] * lanes
    now, within, count = 0.0, 0, 200_000
    for _ in range(count):
        now += source.expovariate(load.arrivals_per_second)
        start = max(now, heapq.heappop(free))
        within += start - now <= target
        heapq.heappush(free, start + source.expovariate(1 / load.service_seconds))
    return within / count


@pytest.mark.parametrize(("lanes", "target"), [(4, 60.0), (5, 30.0)])
def test_the_share_that_waits_little_is_that_of_a_simulation(lanes: int, target: float) -> None:
    """The formula describes what happens."""
    load = Load(arrivals_per_second=0.05, service_seconds=70, waiting=0)
    assert share_within(load, lanes, target) == pytest.approx(simulated_share_within(load, lanes, target), abs=0.02)


def simulated_wait(load: Load, lanes: int) -> float:
    """Let somebody join behind those who wait while every lane is busy, often, and return the mean wait."""
    source = random.Random(7)
    waits = []
    for _ in range(20_000):
        ends = [source.expovariate(1 / load.service_seconds) for _ in range(lanes)]
        heapq.heapify(ends)
        for _ in range(load.waiting):
            heapq.heappush(ends, heapq.heappop(ends) + source.expovariate(1 / load.service_seconds))
        waits.append(ends[0])
    return sum(waits) / len(waits)


@pytest.mark.parametrize(("waiting", "lanes"), [(4, 2), (9, 3), (1, 5)])
def test_who_joins_a_line_waits_as_in_a_simulation(waiting: int, lanes: int) -> None:
    """Behind n people and c busy lanes: n + 1 services, c at a time."""
    load = Load(arrivals_per_second=0.01, service_seconds=80, waiting=waiting)
    assert expected_wait_seconds(load, lanes) == pytest.approx(simulated_wait(load, lanes), rel=0.03)


def test_nobody_there_needs_no_lane() -> None:
    """No arrivals and no line."""
    assert lanes_needed(Load(0.0, 80, 0), target_seconds=180, service_level=0.9) == 0
    assert expected_wait_seconds(Load(0.0, 80, 0), 0) is None


def test_no_more_lanes_are_advised_than_there_are() -> None:
    """Thirty people wait and four lanes are all there is: the fourth helps, and the target is missed all the same."""
    advice = advise(Load(0.1, 60, 30), lanes_open=3, lanes=4, target_seconds=180, service_level=0.9)
    assert (advice.lanes_open, advice.lanes_needed) == (3, 4)
    assert (advice.wait_now_seconds, advice.wait_then_seconds) == (620.0, 465.0)


def test_a_line_is_worked_off_even_when_nobody_comes_any_more() -> None:
    """Six people wait: one lane of 60 s would keep a seventh for 7 minutes, three for 2:20."""
    load = Load(arrivals_per_second=0.0, service_seconds=60, waiting=6)
    assert lanes_needed(load, target_seconds=180, service_level=0.9) == 3


def test_impossible_figures_end() -> None:
    """A service time of a day is wrong, and the answer is the cap and not an endless loop."""
    assert lanes_needed(Load(1.0, 86_400, 5), target_seconds=60, service_level=0.9) == MOST_LANES


def test_advice_never_closes_a_lane() -> None:
    """It says what to open; with enough lanes open the wait with and without is the same."""
    advice = advise(Load(0.01, 60, 1), lanes_open=4, lanes=4, target_seconds=180, service_level=0.9)
    assert advice.lanes_needed == advice.lanes_open == 4
    assert advice.wait_now_seconds == advice.wait_then_seconds == 30.0


@given(
    st.floats(0.001, 0.5),
    st.floats(5, 400),
    st.integers(0, 60),
    st.integers(30, 600),
    st.floats(0.5, 0.99),
)
def test_more_lanes_never_make_it_worse(
    arrivals: float, service: float, waiting: int, target: int, level: float
) -> None:
    """The answer meets both promises, one lane fewer does not."""
    load = Load(arrivals, service, waiting)
    needed = lanes_needed(load, target_seconds=target, service_level=level)
    if needed == MOST_LANES:
        return
    wait = expected_wait_seconds(load, needed)
    assert wait is not None
    assert wait <= target
    assert share_within(load, needed, target) >= level
    fewer = expected_wait_seconds(load, needed - 1) or math.inf
    assert needed == 1 or fewer > target or share_within(load, needed - 1, target) < level
