"""`hazard_v1`: one row for each hazard event, as the edge saw it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from contracts.events import Hazard
from contracts.tables import HAZARD
from tests.oracle.facts import Fact
from tests.oracle.rows import Row, instant, row_of


def hazard_rows(facts: Iterable[Fact[Hazard]]) -> Iterator[Row]:
    """Yield one row for each event."""
    for fact in facts:
        values = {
            "store_id": fact.store_id,
            **dataclasses.asdict(fact.payload),
            "event_time": instant(fact.event_time_ms),
            "event_id": fact.event_id,
        }
        yield row_of(HAZARD, values)
