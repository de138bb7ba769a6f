"""What a person names - stores, a region, a period - is looked up in the lake: unknown names are told with the nearest.

Stores and dates that are known before a question is asked are literals in its statement, so that engines leave other
files alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from contracts.tables import PERIOD, STORE
from storeq.compile import compile_read
from storeq.engines import Engine
from storeq.errors import StoreqError, nearest
from storeq.reading import TableRead
from storeq.scope import DateRange, Period, Scope


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake knows of the names in question; empty where nobody asked."""

    regions_by_store: dict[str, str]
    periods: tuple[Period, ...] = ()


def resolve(scope: Scope, engine: Engine, *, allowed: Collection[str] | None = None) -> Scope:
    """Return the scope with every name found in the lake: a region became its stores, a period's name its dates.

    Args:
        scope: what was asked for.
        engine: where to look.
        allowed: the only stores that may be told of; None allows all.

    Raises:
        StoreqError: names that the lake does not know, all at once.
    """
    known = _look(scope, engine, allowed)
    problems = [*_store_problems(scope, known), *_region_problems(scope, known), *_period_problems(scope, known)]
    if problems:
        raise StoreqError(problems)
    chosen = tuple(period for period in known.periods if scope.period_name in (period.period_id, period.period_kind))
    return replace(scope, stores=_stores(scope, known), region=None, periods=chosen)


def permitted(scope: Scope, allowed: Collection[str] | None) -> Scope:
    """Return the scope within the stores that may be read.

    Raises:
        StoreqError: others were asked for.
    """
    if allowed is None:
        return scope
    if beyond := [store for store in scope.stores or () if store not in allowed]:
        raise StoreqError(
            [f"You have no right to read {', '.join(beyond)}: STOREQ_STORES allows {', '.join(sorted(allowed))}."]
        )
    return replace(scope, stores=tuple(sorted(allowed)) if scope.stores is None else scope.stores)


def _stores(scope: Scope, known: Known) -> tuple[str, ...] | None:
    if scope.region is None:
        return scope.stores
    there = {store for store, region in known.regions_by_store.items() if region == scope.region}
    return tuple(sorted(there if scope.stores is None else there.intersection(scope.stores)))


def _look(scope: Scope, engine: Engine, allowed: Collection[str] | None) -> Known:
    has_places = scope.stores is not None or scope.region is not None
    may_see = None if allowed is None else tuple(sorted(allowed))
    stores = _rows(engine, TableRead(STORE, ("store_id", "region"), stores=may_see)) if has_places else []
    every = tuple(column.name for column in PERIOD.columns)
    periods = _rows(engine, TableRead(PERIOD, every)) if scope.period_name else []
    return Known({row["store_id"]: row["region"] for row in stores}, tuple(_periods(periods)))


def _rows(engine: Engine, read: TableRead) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.run(compile_read(read, engine.place)).rows.to_pylist()
    return found


def _periods(rows: Iterable[dict[str, Any]]) -> Iterator[Period]:
    for row in rows:
        yield Period(
            row["period_id"],
            row["period_kind"],
            DateRange(_date(row["start_date"]), _date(row["end_date"])),
            DateRange(_date(row["baseline_start_date"]), _date(row["baseline_end_date"])),
        )


def _date(value: dt.date | dt.datetime) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _store_problems(scope: Scope, known: Known) -> Iterator[str]:
    # A lake whose stores nobody has described yet knows none: then any may be asked for.
    for store in scope.stores or ():
        if known.regions_by_store and store not in known.regions_by_store:
            yield f"There is no store {store!r}: {nearest(store, known.regions_by_store)}"


def _region_problems(scope: Scope, known: Known) -> Iterator[str]:
    regions = set(known.regions_by_store.values())
    if scope.region is not None and scope.region not in regions:
        yield f"There is no region {scope.region!r}: {nearest(scope.region, regions)}"
    elif scope.region is not None and not _stores(scope, known):
        named = ", ".join(scope.stores or ())
        yield f"None of {named} is in the region {scope.region!r}: leave out the stores or the region."


def _period_problems(scope: Scope, known: Known) -> Iterator[str]:
    names = {name for period in known.periods for name in (period.period_id, period.period_kind)}
    if scope.period_name is not None and scope.period_name not in names:
        yield (
            f"There is no period {scope.period_name!r}: {nearest(scope.period_name, names)} "
            "`python -m glue dimensions` fills period_v1; --from and --to ask of any dates."
        )
