"""Who comes, with whom, and on which day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from functools import cache

import numpy as np
import pytest

from contracts.events import Visit
from sim import scenario as scenarios
from sim.run import SimulatedRun, plan, simulate
from sim.scenario import Parties, Scenario, Season
from sim.settings import SettingsError
from sim.shoppers import arrivals
from tests.sim.event_recount import recount

SUPERMARKET = scenarios.load("supermarket")
BANK = scenarios.load("bank")
MONDAY = dt.date(2026, 9, 21)
THURSDAY = dt.date(2026, 9, 24)
SUNDAY = dt.date(2026, 9, 27)


@cache
def with_families() -> SimulatedRun:
    """Return a supermarket to which half of the people bring others."""
    return simulate(dataclasses.replace(SUPERMARKET, parties=Parties(share=0.5)), seed=5, hours=0.3)


def test_truth_counts_people_and_parties() -> None:
    """Parties are those who came alone or lead; people are all; companions name a leader who is there."""
    (store,) = with_families().planned.stores
    customers = [person for person in store.people if not person.is_staff]
    leaders = {person.person_id for person in customers if person.comes_with is None}
    sizes = Counter(person.comes_with for person in customers if person.comes_with is not None)
    assert store.truth.shoppers == len(customers)
    assert store.truth.parties == len(leaders)
    assert set(sizes) <= leaders
    assert len(sizes) / len(leaders) == pytest.approx(0.5, abs=0.2)
    assert set(sizes.values()) <= {1, 2, 3, 4}
    assert store.truth.traffic.in_count == len(customers)


def test_families_keep_together_and_one_of_them_queues() -> None:
    """A companion visits the leader's zones up to the checkout, stays within some metres of him, and joins no queue."""
    run = with_families()
    (store,) = run.planned.stores
    people = {person.person_id: person for person in store.people}
    followers = [person for person in store.people if person.comes_with is not None]
    assert len(followers) > 10
    queues = [zone.polygon for zone in SUPERMARKET.zones if zone.zone_kind in ("queue", "service")]
    for follower in followers:
        leader = people[follower.comes_with or ""]
        shared = np.arange(follower.path.start + 5.0, min(leader.path.end, follower.path.end), 5.0)
        apart_m = np.linalg.norm(follower.path.at(shared) - leader.path.at(shared), axis=1)
        assert np.median(apart_m[: len(apart_m) // 3]) < 5.0
        assert abs(follower.path.end - leader.path.end) < 90.0
        from_checkout = [_inside(follower.path.points, polygon) for polygon in queues]
        assert not any(from_checkout)


def test_families_are_counted_exactly() -> None:
    """Of a store with families, the edge's events say what is true, as of one without."""
    run = with_families()
    (truth,) = run.truth.stores
    counted = recount(run.events)
    for zone in truth.zones:
        part = counted.zones[zone.zone_id]
        assert (part.visits, part.pass_throughs) == (zone.visits, zone.pass_throughs), zone.zone_id
    assert sum(counted.outcomes.values()) == truth.checkout.joined
    assert counted.crossings["in", False] == truth.traffic.in_count


def test_without_parties_everybody_is_one() -> None:
    """Where nobody brings others, there are as many parties as people."""
    truth = plan(SUPERMARKET, seed=5, hours=0.1).truth.stores[0]
    assert truth.parties == truth.shoppers


def test_another_day_has_its_weekdays_hours() -> None:
    """The bank opens at 9 for nine hours on a Thursday; the day's own run is left as it is."""
    thursday = BANK.on(THURSDAY)
    assert (thursday.store.opening, thursday.store.hours) == (dt.time(9), 9.0)
    assert thursday.opening_ms - BANK.opening_ms == 3 * 86_400_000
    assert plan(BANK, hours=0.2, day=MONDAY).truth == plan(BANK, hours=0.2).truth


def test_a_day_of_closing_is_refused() -> None:
    """On a Sunday the bank is closed, and the message names the days of opening."""
    assert BANK.is_open(THURSDAY)
    assert not BANK.is_open(SUNDAY)
    always = dataclasses.replace(BANK, store=dataclasses.replace(BANK.store, opening_hours=None))
    assert always.is_open(SUNDAY)
    with pytest.raises(SettingsError, match=r"day 2026-09-27: expected one of monday, .*, came sunday; choose a day"):
        plan(BANK, day=SUNDAY)


def test_days_share_no_id_and_no_person() -> None:
    """Two days of one seed are two boots with tracks and people of their own; each is the same when made again."""
    one, other, again = (simulate(BANK, hours=0.2, day=day) for day in (MONDAY, THURSDAY, THURSDAY))
    assert not {event.event_id for event in one.events} & {event.event_id for event in other.events}
    assert not _tracks(one) & _tracks(other)
    assert [event.to_bytes() for event in other.events] == [event.to_bytes() for event in again.events]
    assert (one.truth.seed, other.truth.seed) == (7, 7)
    first_ms = [each.truth.stores[0].start_ms for each in (one, other)]
    assert first_ms[1] - first_ms[0] == 3 * 86_400_000


def test_a_season_multiplies_arrivals() -> None:
    """In a season of factor 1.5, half as many again come; before and after it, as many as ever."""
    season = Season("sale", first_day=dt.date(2026, 9, 22), last_day=THURSDAY, factor=1.5)
    scenario = dataclasses.replace(SUPERMARKET, seasons=(season,))
    ordinary = _mean_arrivals(SUPERMARKET)
    assert _mean_arrivals(scenario) == ordinary
    assert _mean_arrivals(scenario.on(THURSDAY)) == pytest.approx(1.5 * ordinary, rel=0.05)
    assert _mean_arrivals(scenario.on(dt.date(2026, 9, 25))) == ordinary


def test_seasons_multiply_each_other() -> None:
    """A sale within the holidays has both factors."""
    week = (dt.date(2026, 9, 21), dt.date(2026, 9, 27))
    seasons = (Season("sale", *week, factor=1.5), Season("holidays", *week, factor=0.5))
    assert dataclasses.replace(SUPERMARKET, seasons=seasons).season_factor == 0.75


def _mean_arrivals(scenario: Scenario) -> float:
    return float(np.mean([len(arrivals(scenario, seed=seed, store_index=0, hours=1.0)) for seed in range(60)]))


def _tracks(run: SimulatedRun) -> set[str]:
    return {event.payload.track_id for event in run.events if isinstance(event.payload, Visit)}


def _inside(points: np.ndarray, polygon: tuple[tuple[float, float], ...]) -> bool:
    low, high = np.min(polygon, axis=0), np.max(polygon, axis=0)
    return bool(np.any(np.all((points >= low) & (points <= high), axis=1)))
