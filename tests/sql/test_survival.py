"""The estimate of the wait, `wait_estimate`, against statsmodels."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight  # type: ignore[import-untyped]

from tests.sql.test_athena_views import empty_lake, fill, lake, rows

START = dt.datetime(2026, 3, 4, 10, 17, tzinfo=dt.UTC)
TARGET = 180.0
Z = 1.959963984540054
STATUS = {"censored": 0, "served": 1, "abandoned": 2}

Seen = tuple[float, str]
"""Seconds in the queue, and how it ended."""

journeys = st.lists(
    st.tuples(st.one_of(st.integers(0, 20).map(lambda n: n * 20.0), st.integers(0, 400_000).map(lambda n: n / 1000)),
              st.sampled_from(sorted(STATUS))),
    min_size=1,
    max_size=40,
)  # fmt: skip


def estimate(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return the row of one lane and hour, as the view gives it."""
    connection = empty_lake()
    fill(connection, {"journey_v1": [journey(number, *one) for number, one in enumerate(seen)]})
    (row,) = rows(connection, "SELECT * FROM wait_estimate")
    return row


def journey(number: int, seconds: float, outcome: str, *, lane_id: str = "lane-1", minute: int = 0) -> dict[str, Any]:
    """Return a row of journey_v1."""
    joined = START + dt.timedelta(minutes=minute)
    left = joined + dt.timedelta(seconds=seconds)
    is_served = outcome == "served"
    return {
        "store_id": "store",
        "journey_id": f"{lane_id}/{number}",
        "revision": 1,
        "lane_id": lane_id,
        "track_id": str(number),
        "joined_time": joined,
        "queue_left_time": left,
        "service_start_time": left if is_served else None,
        "service_end_time": left + dt.timedelta(seconds=60) if is_served else None,
        "outcome": outcome,
        "end": "lost" if outcome == "censored" else "left",
        "wait_seconds": seconds if is_served else None,
        "queue_seconds": seconds,
        "service_seconds": 60.0 if is_served else None,
        "is_over_target": seconds > TARGET if is_served else None,
    }


class Reference:
    """What statsmodels says of the same journeys."""

    def __init__(self, seen: Sequence[Seen]) -> None:
        self.seconds = np.array([seconds for seconds, _ in seen])
        self.status = np.array([STATUS[outcome] for _, outcome in seen])
        self.survival = SurvfuncRight(self.seconds, self.status == STATUS["served"])

    def limits(self) -> tuple[Any, Any]:
        """Return the pointwise 95 % limits of S on the log(-log) scale; NaN where S is 0."""
        share, error = np.asarray(self.survival.surv_prob), np.asarray(self.survival.surv_prob_se)
        with np.errstate(all="ignore"):
            middle, spread = np.log(-np.log(share)), Z * error / (share * np.abs(np.log(share)))
            low, high = np.exp(-np.exp(middle + spread)), np.exp(-np.exp(middle - spread))
        low[share == 0] = high[share == 0] = math.nan
        return low, high

    def quantile(self, share: float) -> float | None:
        """Return the percentile; where S equals 1 - share statsmodels goes one event on, the definition does not."""
        touches = np.flatnonzero(np.abs(self.survival.surv_prob - (1 - share)) < 1e-9)
        found = self.survival.surv_times[touches[0]] if len(touches) else self.survival.quantile(share)
        return None if math.isnan(found) else float(found)

    def quantile_limits(self, share: float) -> tuple[float | None, float | None]:
        """Return the event times at which the lower limit of S falls to 1 - share, and the upper one below for good."""
        low, high = self.limits()
        with np.errstate(invalid="ignore"):
            lower = self.survival.surv_times[low <= 1 - share]
        rest = (high[index:] for index in range(len(high)))
        from_here = [math.nan if np.isnan(limits).all() else np.nanmax(limits) for limits in rest]
        upper = [time for time, most in zip(self.survival.surv_times, from_here, strict=True) if most < 1 - share]
        return (float(lower[0]) if len(lower) else None), (float(upper[0]) if upper else None)

    def over_target(self) -> tuple[float | None, float | None, float | None]:
        """Return S(target) and its limits."""
        share = self.survival.surv_prob
        if self.seconds.max() < TARGET and not (len(share) and share[-1] == 0):
            return None, None, None
        index = np.searchsorted(self.survival.surv_times, TARGET, side="right") - 1
        if index < 0:
            return 1.0, None, None
        low, high = self.limits()
        return (share[index], *(None if math.isnan(limit[index]) else limit[index] for limit in (low, high)))

    def incidence(self, outcome: str) -> tuple[float | None, float]:
        """Return the cumulative incidence of an outcome by the target, and in all."""
        if STATUS[outcome] > self.status.max():
            times, shares = np.unique(self.seconds), np.zeros(len(np.unique(self.seconds)))
        else:
            with np.errstate(all="ignore"):  # its standard errors, which nobody asks for
                found = CumIncidenceRight(self.seconds, self.status)
            times, shares = found.times, found.cinc[STATUS[outcome] - 1]
        is_known = self.seconds.max() >= TARGET or all(self.status[self.seconds == self.seconds.max()])
        index = np.searchsorted(times, TARGET, side="right") - 1
        by_target = 0.0 if index < 0 else shares[index]
        return (by_target if is_known else None), shares[-1]


@given(journeys)
@settings(max_examples=150, deadline=None)
@example([(100.0, "served")])
@example([(100.0, "censored")])
@example([(100.0, "abandoned")])
@example([(0.0, "served"), (0.0, "abandoned"), (0.0, "censored")])
@example([(180.0, "served"), (180.0, "censored")])
@example([(60.0, "served")] * 30 + [(90.0, "served")])
@example([(float(n), "served") for n in range(1, 11)])
def test_estimate_is_that_of_statsmodels(seen: list[Seen]) -> None:
    """Rule: survival, percentiles, their limits and incidences are those of the reference, ties and edges too."""
    row, reference = estimate(seen), Reference(seen)
    counts = {outcome: sum(one == outcome for _, one in seen) for outcome in STATUS}
    assert {name: row[name] for name in ("joined", *STATUS)} == {"joined": len(seen), **counts}
    expected = dict(
        zip(
            ("over_target_share", "over_target_share_low", "over_target_share_high"),
            reference.over_target(),
            strict=True,
        )
    )
    for name, share in (("median", 0.5), ("p90", 0.9)):
        expected[f"wait_seconds_{name}"] = reference.quantile(share)
        expected[f"wait_seconds_{name}_low"], expected[f"wait_seconds_{name}_high"] = reference.quantile_limits(share)
    for name, outcome in (("service", "served"), ("abandonment", "abandoned")):
        expected[f"{name}_share_by_target"], expected[f"{name}_share"] = reference.incidence(outcome)
    different = {name: (row[name], value) for name, value in expected.items() if not _is_same(row[name], value)}
    assert different == {}


def _is_same(told: float | None, expected: float | None) -> bool:
    if told is None or expected is None:
        return told is expected
    return math.isclose(told, expected, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_limits_of_percentiles_are_quantile_ci(seed: int) -> None:
    """Rule: with ordinary numbers of customers the limits are those of `quantile_ci` on the cloglog scale."""
    random = np.random.default_rng(seed)
    outcomes = random.choice(["served", "abandoned", "censored"], size=150, p=[0.8, 0.15, 0.05])
    seen = [(round(random.exponential(120), 3), str(outcome)) for outcome in outcomes]
    row, reference = estimate(seen), Reference(seen)
    last = reference.survival.surv_times[-1]
    for name, share in (("median", 0.5), ("p90", 0.9)):
        with np.errstate(all="ignore"):
            low, high = reference.survival.quantile_ci(share)
        # Where S falls to 0 its limits are not defined: the reference ends there, ours is open, as that of survfit.
        is_open = math.isinf(high) or (high == last and reference.survival.surv_prob[-1] == 0)
        assert (row[f"wait_seconds_{name}_low"], row[f"wait_seconds_{name}_high"]) == (low, None if is_open else high)


def test_known_numbers() -> None:
    """Rule: the remission times of Freireich et al. 1963 (6-MP) give the percentiles and S that textbooks print."""
    times = [
        "6",
        "6",
        "6",
        "7",
        "10",
        "13",
        "16",
        "22",
        "23",
        "6+",
        "9+",
        "10+",
        "11+",
        "17+",
        "19+",
        "20+",
        "25+",
        "32+",
        "32+",
        "34+",
        "35+",
    ]
    seen = [(float(time.rstrip("+")) * 10, "censored" if "+" in time else "served") for time in times]
    row = estimate(seen)
    assert row["wait_seconds_median"] == 230.0
    assert row["wait_seconds_median_low"] == 130.0
    assert row["wait_seconds_median_high"] is None
    assert row["over_target_share"] == pytest.approx(0.6275, abs=5e-5)


def test_nobody_served() -> None:
    """Rule: where nobody was served the wait is unknown, and giving up has a share of its own."""
    row = estimate([(60.0, "abandoned"), (90.0, "censored"), (200.0, "censored")])
    assert row["wait_seconds_median"] is None
    assert (row["over_target_share"], row["over_target_share_low"]) == (1.0, None)
    assert row["abandonment_share_by_target"] == pytest.approx(1 / 3)
    assert row["service_share"] == 0


def test_censored_waits_raise_the_estimate() -> None:
    """Rule: who gave up after a long time counts as somebody who would have waited longer."""
    served = [(float(n), "served") for n in range(10, 110, 10)]
    patient = estimate([*served, *[(100.0, "abandoned")] * 5])
    assert estimate(served)["wait_seconds_median"] == 50.0
    assert patient["wait_seconds_median"] == 80.0


def test_lanes_and_hours_are_apart() -> None:
    """Rule: each lane and UTC hour of joining stands for itself, though the service was in the next hour."""
    connection = lake(
        {
            "journey_v1": [
                journey(1, 30, "served"),
                journey(2, 50, "served", minute=42, lane_id="lane-1"),
                journey(3, 70, "served", minute=43),
                journey(4, 90, "served", lane_id="lane-2"),
            ]
        }
    )
    found = rows(connection, "SELECT * FROM wait_estimate ORDER BY lane_id, window_start")
    assert [(row["lane_id"], row["window_start"].hour, row["joined"]) for row in found] == [
        ("lane-1", 10, 2),
        ("lane-1", 11, 1),
        ("lane-2", 10, 1),
    ]
    assert all(row["window_end"] - row["window_start"] == dt.timedelta(hours=1) for row in found)
