"""Keeping clear of the thresholds, so that counts can be compared exactly.

The definitions hold thresholds: a stay under 5 s is a pass-through, stays less than 30 s apart are one
visit, the edge believes an entry after 0.4 s and an exit after 1.0 s, a lane closes after 30 s. The edge
samples four times a second and so knows each instant only to a quarter of a second: a stay of 4.9 s could
be counted either way, and no implementation could be blamed. The fault-free generator therefore tries
another step wherever a path comes nearer than `MARGIN_SECONDS` to a threshold, and a crossing nearer than
that to the turn of a minute. Beyond the margin, a count that differs from the truth is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from sim.geometry import Interval, Path, intervals_inside, line_crossings
from sim.scenario import Scenario
from sim.trajectories import Walk

MARGIN_SECONDS = 1.0
PASS_THROUGH_SECONDS = 5.0
MERGE_SECONDS = 30.0
ENTER_SECONDS = 0.4
LEAVE_SECONDS = 1.0
LANE_OPENS_SECONDS = 5.0
LANE_CLOSES_SECONDS = 30.0
MOST_TRIES = 300
EAGER_TRIES = 25
HESITATION_SECONDS = 0.5

_SHORTEST_STAY_SECONDS = ENTER_SECONDS + MARGIN_SECONDS
_SHORTEST_GAP_SECONDS = LEAVE_SECONDS + MARGIN_SECONDS
_UNSEEN_EXIT_SECONDS = 2.0 * MARGIN_SECONDS


class NotClearError(Exception):
    """No step was found that keeps clear of the thresholds; the message says where and the cure."""


class Margins:
    """Judges paths on one scenario's zones and lines."""

    def __init__(self, scenario: Scenario) -> None:
        self._zones = scenario.zones
        self._lines = scenario.lines

    def extended(self, walk: Walk, step: Callable[[Walk], None], *, doing: str) -> Walk:
        """Return the walk with `step` added, tried again until its path is clear.

        Args:
            walk: left as it is.
            step: adds to the walk it is given; draws anew at each call.
            doing: what the step is, for the error.

        Raises:
            NotClearError: after `MOST_TRIES` tries.
        """
        for number in range(MOST_TRIES):
            tried = walk.copy()
            # Where another draw does not help (the only way leads through an area just left), time does.
            tried.wait(max(0, number - EAGER_TRIES) * HESITATION_SECONDS)
            step(tried)
            if self.is_clear(tried.path()):
                return tried
        raise NotClearError(
            f"{doing}: expected a path {MARGIN_SECONDS} s off thresholds, came none in {MOST_TRIES} tries; "
            "give zones on the way other sizes: under 4 s or over 6 s to walk through"
        )

    def is_clear(self, path: Path) -> bool:
        """Tell whether every stay and crossing of one person keeps clear of every threshold."""
        return all(self._is_zone_clear(path, index) for index in range(len(self._zones))) and self._are_crossings_clear(
            path
        )

    def _is_zone_clear(self, path: Path, index: int) -> bool:
        zone = self._zones[index]
        stays = intervals_inside(path, zone.polygon)
        if not all(_is_length_clear(stay) for stay in stays):
            return False
        if zone.zone_kind == "queue" and any(0 < path.end - stay.end < _UNSEEN_EXIT_SECONDS for stay in stays):
            return False
        return all(_is_gap_clear(before, after) for before, after in pairwise(stays))

    def _are_crossings_clear(self, path: Path) -> bool:
        for line in self._lines:
            times = [crossing.time for crossing in line_crossings(path, line.start, line.end)]
            held = [after - before for before, after in pairwise([path.start, *times, path.end])]
            if times and min(held) < _SHORTEST_STAY_SECONDS:
                return False
            if any(not _is_minute_clear(time) for time in times):
                return False
        return True


def is_lane_gap_clear(seconds: float) -> bool:
    """Tell whether a service zone empty for so long is clearly an open or clearly a closed lane."""
    return _is_off(seconds, LANE_CLOSES_SECONDS)


def _is_length_clear(stay: Interval) -> bool:
    return stay.seconds >= _SHORTEST_STAY_SECONDS and _is_off(stay.seconds, PASS_THROUGH_SECONDS)


def _is_gap_clear(before: Interval, after: Interval) -> bool:
    """Stays must be clearly apart, and a short one alone: else it matters whether one merges first."""
    gap = after.start - before.end
    is_any_short = min(before.seconds, after.seconds) < PASS_THROUGH_SECONDS
    least = MERGE_SECONDS + MARGIN_SECONDS if is_any_short else _SHORTEST_GAP_SECONDS
    return gap >= least and _is_off(gap, MERGE_SECONDS)


def _is_minute_clear(time: float) -> bool:
    return MARGIN_SECONDS <= time % 60.0 <= 60.0 - MARGIN_SECONDS


def _is_off(seconds: float, threshold: float) -> bool:
    return abs(seconds - threshold) >= MARGIN_SECONDS
