"""What a store's policy remembers, as one JSON text, and how it is kept small."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flink_jobs.alerting.flows import MINUTE_MS, Flows
from flink_jobs.alerting.machine import Machine
from flink_jobs.alerting.signals import Reading

VERSION = 1
HISTORY_MS = 30 * MINUTE_MS
_P90 = 0.9


@dataclass(slots=True)
class State:
    """What is remembered of one store.

    Attributes:
        machines: of each rule and place that is not idle, or was not long ago, by `key_of`.
        trails: greatest values by minute, of half an hour, by metric and place: `[minute_ms, value]`.
        flows: arrivals and services at the lanes.
        heard: when each zone, and under the empty name the store, was last heard of.
        zone_kinds: kind of each zone.
        dwells: visits of the last quarter of an hour: `[time_ms, zone, dwell_ms, weight]`.
    """

    machines: dict[str, Machine] = field(default_factory=dict)
    trails: dict[str, list[list[float]]] = field(default_factory=dict)
    flows: Flows = field(default_factory=Flows)
    heard: dict[str, int] = field(default_factory=dict)
    zone_kinds: dict[str, str] = field(default_factory=dict)
    dwells: list[list[Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The state as JSON: `read_state` reads it."""
        kept = {
            "version": VERSION,
            "machines": [machine.to_list() for machine in self.machines.values()],
            "trails": self.trails,
            "flows": self.flows.to_list(),
            "heard": self.heard,
            "zone_kinds": self.zone_kinds,
            "dwells": self.dwells,
        }
        return json.dumps(kept, separators=(",", ":"))


def read_state(text: str | None) -> State:
    """Return the state of a text; an empty one where there is none."""
    if text is None:
        return State()
    kept = json.loads(text)
    machines = [Machine(*values) for values in kept["machines"]]
    return State(
        machines={key_of(machine.rule_id, machine.place_kind, machine.place_id): machine for machine in machines},
        trails=kept["trails"],
        flows=Flows(*kept["flows"]),
        heard=kept["heard"],
        zone_kinds=kept["zone_kinds"],
        dwells=kept["dwells"],
    )


def key_of(rule_id: str, place_kind: str, place_id: str) -> str:
    """Return the name of a rule at a place."""
    return f"{rule_id}/{place_kind}/{place_id}"


def keep_greatest(trail: list[list[float]], reading: Reading) -> None:
    """Keep the greatest value of each minute, for half an hour."""
    minute_ms = (reading.time_ms - 1) // MINUTE_MS * MINUTE_MS
    if trail and trail[-1][0] == minute_ms:
        trail[-1][1] = max(trail[-1][1], round(reading.value, 2))
        return
    trail.append([minute_ms, round(reading.value, 2)])
    while trail[0][0] < minute_ms - HISTORY_MS:
        trail.pop(0)


def percentile_90(ordered: list[int]) -> float:
    """Return the 90th percentile by linear interpolation, as SQL's PERCENTILE_CONT."""
    place = _P90 * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)
