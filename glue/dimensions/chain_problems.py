"""What is wrong between the settings of a chain's file, each of which is right by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from glue.dimensions.chain import Chain, ExceptionalDays, PeakRule, Store, is_matched
from glue.dimensions.peaks import ANCHOR_DOC, anchors_of
from glue.dimensions.public_holidays import place_names, subdivisions_of

NAMED_YEARS = range(2015, 2036)
"""A holiday that has a name in none of these years is most likely misspelt."""
SHOWN_NAMES = 10


def problems_of_chain(chain: Chain, *, own_peaks: Sequence[PeakRule]) -> Iterator[str]:
    """Yield every problem but those of patterns; `own_peaks` are the peaks that the chain's own file has."""
    yield from _twice("stores", "store_id", (store.store_id for store in chain.stores))
    for store in chain.stores:
        yield from _problems_of_store(store)
    claims = Counter(claim for days in chain.exceptional_days for claim in _claims(days, chain.stores))
    for (store_id, date), times in claims.items():
        if times > 1:
            yield f"exceptional_days: expected {date} once for {store_id}, came {times} times; keep one of them"
    yield from _twice("peaks", "peak_name", (rule.peak_name for rule in own_peaks))
    for rule in own_peaks:
        yield from _problems_of_peak(rule)


def problems_of_patterns(chain: Chain, *, own_peaks: Sequence[PeakRule]) -> Iterator[str]:
    """Yield the patterns that fit none of the stores: most likely misspelt."""
    store_ids = [store.store_id for store in chain.stores]
    for number, days in enumerate(chain.exceptional_days, start=1):
        yield from _unmatched(f"exceptional_days.{number}.stores", days.stores, store_ids)
    for rule in own_peaks:
        place = f"peaks.{rule.peak_name}"
        yield from _unmatched(f"{place}.stores", rule.stores, store_ids)
        yield from _unmatched(f"{place}.regions", rule.regions, [store.region for store in chain.stores])
        yield from _unmatched(f"{place}.countries", rule.countries, [store.country for store in chain.stores])
        yield from _unmatched(f"{place}.not_controls", rule.not_controls, store_ids)


def _problems_of_store(store: Store) -> Iterator[str]:
    place = f"stores.{store.store_id}"
    yield from _problems_of_place(store, place)
    if store.opened_on and store.closed_on and store.closed_on < store.opened_on:
        came = f"{store.opened_on} to {store.closed_on}"
        yield f"{place}.closed_on: expected a day after opened_on, came {came}; correct one of them"
    if (store.latitude is None) != (store.longitude is None):
        came = "latitude" if store.longitude is None else "longitude"
        yield f"{place}.latitude and longitude: expected both or none, came {came} alone; add the other"
    yield from _twice(f"{place}.zones", "zone_id", (zone.zone_id for zone in store.zones))
    yield from _twice(f"{place}.lanes", "lane_id", (lane.lane_id for lane in store.lanes))
    yield from _twice(f"{place}.lanes", "position", (lane.position for lane in store.lanes))
    lanes = [lane.lane_id for lane in store.lanes]
    for zone in store.zones:
        if zone.lane_id and zone.lane_id not in lanes:
            yield (
                f"{place}.zones.{zone.zone_id}.lane_id: expected a lane of the store, came {zone.lane_id!r}; "
                f"one of {', '.join(lanes) or 'none'}"
            )
        if zone.outline and not zone.camera_id:
            yield f"{place}.zones.{zone.zone_id}.outline: expected a camera_id beside it, came none; add the camera's"


def _problems_of_place(store: Store, place: str) -> Iterator[str]:
    subdivisions = subdivisions_of(store.country) or ()
    if store.subdivision and store.subdivision not in subdivisions:
        expected = f"expected a subdivision of {store.country}, came {store.subdivision!r}"
        yield f"{place}.subdivision: {expected}; one of {', '.join(subdivisions) or 'none'}"
        return
    names = {name for given in place_names(store.place, NAMED_YEARS).values() for name in given}
    for glob in store.closed_on_holidays:
        if not any(is_matched(name, [glob]) for name in names):
            expected = f"expected names of public holidays there, came {glob!r}"
            yield f"{place}.closed_on_holidays: {expected}; among {', '.join(sorted(names))}"


def _claims(days: ExceptionalDays, stores: Iterable[Store]) -> Iterator[tuple[str, dt.date]]:
    for store in stores:
        if is_matched(store.store_id, days.stores):
            yield from ((store.store_id, date) for date in days.dates)


def _problems_of_peak(rule: PeakRule) -> Iterator[str]:
    place = f"peaks.{rule.peak_name}"
    if rule.last_day < rule.first_day:
        came = f"{rule.first_day} to {rule.last_day}"
        yield f"{place}.last_day: expected a day from first_day on, came {came}; swap them"
    if not anchors_of(rule.anchor, NAMED_YEARS):
        yield f"{place}.anchor: expected {ANCHOR_DOC}, came {rule.anchor!r}; correct it"


def _unmatched(place: str, globs: Iterable[str], names: Sequence[str]) -> Iterator[str]:
    for glob in globs:
        if not any(is_matched(name, [glob]) for name in names):
            known = ", ".join(sorted(set(names))[:SHOWN_NAMES])
            yield f"{place}: expected what fits one of the chain's, such as {known}, came {glob!r}; correct it"


def _twice(place: str, name: str, values: Iterable[object]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{place}: expected each {name} once, came {value!r} {times} times; rename or remove one"
