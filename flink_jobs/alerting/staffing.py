"""How many lanes to open now, from arrivals and measured service times.

The lanes of a store are taken as one queue before `c` servers, as shoppers look for the shortest line and change over:
M/M/c with arrivals of rate `lambda` and services of mean `s`. Its waits follow from Erlang's C (A. K. Erlang 1917;
R. B. Cooper, Introduction to Queueing Theory, 1981, ch. 3). A line that stands already is worked off first: who joins
behind `n` people, all lanes busy, waits for `n + 1` services of `c` lanes, `(n + 1) s / c`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from contracts.alerts import Advice

MOST_LANES = 200
"""More than any store has: beyond it the figures are wrong, not the store."""


@dataclass(frozen=True, slots=True)
class Load:
    """What comes and how fast it is served: arrivals a second, mean seconds of a service, people waiting now."""

    arrivals_per_second: float
    service_seconds: float
    waiting: int


def erlang_c(lanes: int, offered: float) -> float:
    """Return the probability to wait in M/M/c, 0 to 1; `offered` is arrivals times service time, in erlangs.

    Erlang's B by its recursion, which stays exact for many lanes. At least as much offered as there are lanes: 1.
    """
    if offered >= lanes:
        return 1.0
    blocked = 1.0
    for lane in range(1, lanes + 1):
        blocked = offered * blocked / (lane + offered * blocked)
    return blocked / (1 - offered / lanes * (1 - blocked))


def share_within(load: Load, lanes: int, target_seconds: float) -> float:
    """Return the share of arrivals that wait at most so long once the line is steady; 0 when it only grows."""
    offered = load.arrivals_per_second * load.service_seconds
    if offered >= lanes:
        return 0.0
    drain_per_second = (lanes - offered) / load.service_seconds
    return 1 - erlang_c(lanes, offered) * math.exp(-drain_per_second * target_seconds)


def expected_wait_seconds(load: Load, lanes: int) -> float | None:
    """Return the expected wait of who joins now; None without a lane.

    With nobody waiting it is one service of `lanes`, as likely as it is that all of them are busy. Not the steady mean:
    near saturation that is the wait of a rush that lasts for hours.
    """
    if lanes < 1:
        return None
    is_busy = 1.0 if load.waiting else erlang_c(lanes, load.arrivals_per_second * load.service_seconds)
    return is_busy * (load.waiting + 1) * load.service_seconds / lanes


def lanes_needed(load: Load, *, target_seconds: float, service_level: float) -> int:
    """Return the fewest lanes by which `service_level` of the arrivals, and who joins now, wait at most the target.

    Nobody arriving and nobody waiting: 0.
    """
    if not load.arrivals_per_second and not load.waiting:
        return 0
    for lanes in range(1, MOST_LANES):
        wait = expected_wait_seconds(load, lanes)
        if wait is not None and wait <= target_seconds and share_within(load, lanes, target_seconds) >= service_level:
            return lanes
    return MOST_LANES


def advise(load: Load, *, lanes_open: int, lanes: int, target_seconds: float, service_level: float) -> Advice:
    """Return how many of the store's `lanes` are needed, and the expected wait with those open and with those needed.

    More than there are cannot be opened: with all of them the wait may still be over the target, as the advice shows.
    """
    wanted = lanes_needed(load, target_seconds=target_seconds, service_level=service_level)
    needed = max(lanes_open, min(wanted, lanes))
    return Advice(
        lanes_open=lanes_open,
        lanes_needed=needed,
        wait_now_seconds=_tenths(expected_wait_seconds(load, lanes_open)),
        wait_then_seconds=_tenths(expected_wait_seconds(load, needed)),
        arrivals_per_hour=round(load.arrivals_per_second * 3600, 1),
        service_seconds=round(load.service_seconds, 1),
        waiting=load.waiting,
    )


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
