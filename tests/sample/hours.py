"""The sample's roll-ups: two years of hours with a Christmas, a promotion, a level shift, gaps and poor cameras."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from contracts import quality
from contracts.histograms import BOUNDS_MS
from contracts.tables import LANE_LOCAL_HOUR, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR
from tests.sample.dates import PEAKS, PROMOTION, TREATED, is_open
from tests.sample.stores import (
    CHICAGO,
    CLOSING_HOUR,
    FIRST_HOUR,
    HISTORY,
    LANES,
    MUNICH,
    PUNE,
    STORES,
    ZONES,
    Row,
    Store,
    days_between,
)

HOUR_MS = 3_600_000
SEED = 2026
TARGET_WAIT_MS = 180_000
IMPORTED_UNTIL = dt.date(2025, 3, 1)
SHIFTED_FROM = dt.date(2025, 12, 8)
"""From then on a camera in Chicago sees half of the door."""
SHARE_OF_ZONE = {"entrance": 0.9, "aisle": 0.5, "queue": 0.3, "service": 0.25}
DWELL_SECONDS = {"entrance": 12.0, "aisle": 60.0, "queue": 80.0, "service": 70.0}


def hour_rows(without: frozenset[tuple[str, dt.date]]) -> dict[str, list[Row]]:
    """Return the rows of the three roll-ups for the whole history.

    Args:
        without: stores and dates that are left out, since they are summed from minutes.
    """
    random = np.random.default_rng(SEED)
    tables: dict[str, list[Row]] = {table.name: [] for table in (TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR, LANE_LOCAL_HOUR)}
    for store, date, hour in _open_hours(without):
        frame = _frame(store, date, hour)
        visitors = _visitors(random, store, date, hour)
        signs = _signs(random, store, date)
        if signs is None:
            continue
        tables[TRAFFIC_LOCAL_HOUR.name] += _traffic(store, frame, visitors, signs)
        if frame["business_date"] >= IMPORTED_UNTIL or store is not MUNICH:
            tables[ZONE_LOCAL_HOUR.name] += (_zone(random, frame, zone, visitors, signs) for zone in ZONES)
            tables[LANE_LOCAL_HOUR.name] += (_lane(random, frame, lane, visitors, signs) for lane, _ in LANES)
    return tables


def _open_hours(without: frozenset[tuple[str, dt.date]]) -> Iterator[tuple[Store, dt.date, int]]:
    for store in STORES:
        for first, last in HISTORY:
            for date in days_between(first, last):
                if is_open(store, date) and (store.store_id, date) not in without:
                    yield from ((store, date, hour) for hour in range(FIRST_HOUR, CLOSING_HOUR))


def _frame(store: Store, date: dt.date, hour: int) -> Row:
    start = store.instant(date, hour)
    return {
        "store_id": store.store_id,
        "business_date": date,
        "hour_of_day": hour,
        "window_start": start,
        "window_end": start + dt.timedelta(hours=1),
    }


def _visitors(random: np.random.Generator, store: Store, date: dt.date, hour: int) -> int:
    expected = store.visitors_per_hour * (1.4 if date.isoweekday() == 6 else 1.0) * (1.0 + 0.1 * (hour - FIRST_HOUR))
    expected *= 1.06 if date >= dt.date(2025, 6, 1) else 1.0
    for peak_id, _, _, start, end in PEAKS:
        if start <= date <= end and (peak_id != PROMOTION or store in TREATED):
            expected *= 1.3
    return int(random.poisson(expected * (0.5 if store is CHICAGO and date >= SHIFTED_FROM else 1.0)))


def _signs(random: np.random.Generator, store: Store, date: dt.date) -> Row | None:
    """Return the signs of quality of an hour; None when the cameras were down."""
    luck = random.random()
    if luck < 0.01:
        return None
    if store is MUNICH and date < IMPORTED_UNTIL:
        return {"coverage": 1.0, "camera_up_share": None, "late_share": None}
    coverage = 0.5 if luck < 0.03 else 0.9 if luck < 0.06 else 1.0
    if store is PUNE and date.year == 2024:
        coverage *= 0.7
    return {"coverage": coverage, "camera_up_share": coverage, "late_share": 0.02 if luck > 0.97 else 0.0}


def _traffic(store: Store, frame: Row, visitors: int, signs: Row) -> Iterator[Row]:
    is_imported = store is MUNICH and frame["business_date"] < IMPORTED_UNTIL
    for number, line_id in enumerate(store.lines):
        share = visitors // 4 if number else visitors - (visitors // 4) * (len(store.lines) - 1)
        yield (
            frame
            | signs
            | {
                "line_id": line_id,
                "in_count": share,
                "out_count": share,
                "staff_in_count": 0 if number else 1,
                "staff_out_count": 0 if number else 1,
                "quality": quality.grade(signs),
                "source": "import:door-counter" if is_imported else "minutes",
            }
        )


def _zone(random: np.random.Generator, frame: Row, zone: tuple[str, str, str | None], visitors: int, signs: Row) -> Row:
    zone_id, kind, lane_id = zone
    # One aisle is liked better than the other, more so on Saturdays.
    liked = 1.0 + (0.4 if frame["business_date"].isoweekday() == 6 else 0.1) * (zone_id == "aisle-1")
    entered = int(random.poisson(visitors * SHARE_OF_ZONE[kind] * liked))
    visits = int(random.binomial(entered, 0.85))
    dwell_ms = _durations(random, visits, DWELL_SECONDS[kind])
    lost = int(random.binomial(entered, 0.05))
    interval_ms = round(HOUR_MS * signs["coverage"])
    person_ms = int(dwell_ms.sum()) + 3_000 * (entered - visits)
    measures = signs | {"lost_share": lost / entered if entered else None}
    return (
        frame
        | measures
        | {
            "zone_id": zone_id,
            "zone_kind": kind,
            "lane_id": lane_id,
            "occupancy_mean": person_ms / interval_ms,
            "occupancy_max": min(entered, -(-person_ms // interval_ms) + 1),
            "person_ms": person_ms,
            "interval_ms": interval_ms,
            "entered": entered,
            "left": entered,
            "staff_person_ms": 60_000 if kind == "service" else 0,
            "visits": visits,
            "pass_throughs": entered - visits,
            "staff_visits": 1,
            "dwell_ms": int(dwell_ms.sum()),
            "lost_visits": lost,
            "dwell_histogram": _buckets(dwell_ms),
            "quality": quality.grade(measures),
        }
    )


def _lane(random: np.random.Generator, frame: Row, lane_id: str, visitors: int, signs: Row) -> Row:
    joined = int(random.poisson(visitors * SHARE_OF_ZONE["queue"]))
    served, abandoned, censored = (int(part) for part in random.multinomial(joined, (0.88, 0.08, 0.04)))
    wait_ms = _durations(random, served, DWELL_SECONDS["queue"])
    queue_ms = int(wait_ms.sum()) + 40_000 * (abandoned + censored)
    queue_person_ms = queue_ms + int(random.integers(0, 30_000))
    measures = signs | {
        "lost_share": censored / joined if joined else None,
        "little_gap": (queue_person_ms - queue_ms) / queue_person_ms if joined >= 10 else None,
    }
    return (
        frame
        | measures
        | {
            "lane_id": lane_id,
            "queue_length_mean": queue_person_ms / (HOUR_MS * signs["coverage"]),
            "queue_length_max": min(joined, 1 + queue_person_ms // (HOUR_MS // 3)),
            "queue_person_ms": queue_person_ms,
            "service_person_ms": 70_000 * served,
            "open_ms": HOUR_MS if lane_id == "lane-1" else HOUR_MS // 2,
            "joined": joined,
            "served": served,
            "abandoned": abandoned,
            "censored": censored,
            "wait_ms": int(wait_ms.sum()),
            "wait_ms_max": int(wait_ms.max()) if served else None,
            "served_over_target": int((wait_ms > TARGET_WAIT_MS).sum()),
            "queue_ms": queue_ms,
            "wait_histogram": _buckets(wait_ms),
            "quality": quality.grade(measures),
        }
    )


def _durations(
    random: np.random.Generator, count: int, median_seconds: float
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    drawn = median_seconds * 1000 * np.exp(random.normal(0.0, 0.6, count))
    return np.maximum(drawn, 5_000).astype(np.int64)


def _buckets(durations_ms: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Row]:
    """Return a histogram as it lies in a table; by arrays, as there are tens of thousands of them."""
    places, counts = np.unique(np.searchsorted(BOUNDS_MS, durations_ms, side="right") - 1, return_counts=True)
    return [{"lower_ms": BOUNDS_MS[place], "count": int(count)} for place, count in zip(places, counts, strict=True)]
