"""Those who come with somebody: they keep close while he shops, wait while he queues, and leave with him."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sim.geometry import Path
from sim.margins import MOST_TRIES, Margins, NotClearError
from sim.people import Person, random_of
from sim.scenario import Parties, Scenario
from sim.shoppers import Shopper
from sim.trajectories import Walk
from sim.world import Walkways

LAG_SECONDS = (0.4, 3.0)
BESIDE_M = (0.1, 0.3)
WAITING_RADIUS_M = 0.3
_RANDOM_PARTY = 5


def companions(
    scenario: Scenario,
    walkways: Walkways,
    margins: Margins,
    shoppers: Iterable[Shopper],
    people: Iterable[Person],
    *,
    seed: int,
    store_index: int,
) -> Iterator[Person]:
    """Yield who comes with each shopper; `people` holds the shoppers' whole paths.

    Raises:
        NotClearError: nobody can follow a path and keep clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    if scenario.parties is None:
        return
    paths: Mapping[str, Path] = {person.person_id: person.path for person in people}
    for number, shopper in enumerate(shoppers, start=1):
        random = random_of(seed, store_index, _RANDOM_PARTY, number)
        for member in range(2, _size(scenario.parties, random) + 1):
            leader_id = shopper.person_id
            follower = _Follower(scenario, walkways, margins, shopper, leader_path=paths[leader_id], random=random)
            yield Person(f"{leader_id}+{member}", is_staff=False, path=follower.path(), comes_with=leader_id)


def _size(parties: Parties, random: np.random.Generator) -> int:
    if random.uniform() >= parties.share:
        return 1
    weights = np.array(parties.weights) / sum(parties.weights)
    return int(random.choice(parties.sizes, p=weights))


class _Follower:
    """One who comes with a shopper."""

    def __init__(
        self,
        scenario: Scenario,
        walkways: Walkways,
        margins: Margins,
        leader: Shopper,
        *,
        leader_path: Path,
        random: np.random.Generator,
    ) -> None:
        self._leave_at = scenario.shoppers.leave_at
        self._walkways = walkways
        self._margins = margins
        self._leader = leader
        self._leader_path = leader_path
        self._random = random

    def path(self) -> Path:
        walk = Walk.along(self._shopping(), at=self._leader.decided_at, speed_m_per_s=self._leader.walk.speed_m_per_s)
        return self._margins.extended(walk, self._wait_and_leave, doing=f"waiting for {self._leader.person_id}").path()

    def _shopping(self) -> Path:
        """Return the leader's way until the checkout, a moment later and a little beside it."""
        way = self._leader_path.until(self._leader.decided)
        for _ in range(MOST_TRIES):
            lag = self._random.uniform(*LAG_SECONDS)
            angle, reach = self._random.uniform(0.0, 2.0 * math.pi), self._random.uniform(*BESIDE_M)
            beside = np.array([math.cos(angle), math.sin(angle)]) * reach
            path = Path(times=way.times + lag, points=way.points + beside)
            if self._margins.is_clear(path):
                return path
        raise NotClearError(
            f"following {self._leader.person_id}: expected a path clear of the thresholds, came none in {MOST_TRIES} "
            "tries; give zones on the way other sizes: under 4 s or over 6 s to walk through"
        )

    def _wait_and_leave(self, walk: Walk) -> None:
        """Stay until it is time to be at the doors when the leader is."""
        length_m = self._walkways.length_m(walk.at, self._leave_at)
        set_off = self._leader_path.end - length_m / walk.speed_m_per_s + self._random.uniform(*LAG_SECONDS)
        if set_off > walk.now:
            walk.wander(set_off - walk.now, self._random, radius_m=WAITING_RADIUS_M)
        self._walkways.go(walk, self._leave_at, self._random)
