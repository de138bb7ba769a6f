"""Events as the oracle takes them: JSON read into the contract's own dataclasses, each event once, in event time."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from contracts.events import PAYLOADS, Box, HeatCell, HeatGrid, Payload, ZoneSnapshot

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class Fact(Generic[P]):
    """One accepted event. `order` is its place among the events given: it decides between equal times."""

    order: int
    event_id: str
    store_id: str
    device_id: str
    event_time_ms: int
    is_late: bool
    payload: P


def facts_of(events: Iterable[Mapping[str, Any]], late_event_ids: Collection[str]) -> list[Fact[Payload]]:
    """Return the events in order of event time; of events with one id the first given."""
    distinct: dict[str, Fact[Payload]] = {}
    for order, event in enumerate(events):
        distinct.setdefault(event["event_id"], _fact(order, event, late_event_ids))
    return sorted(distinct.values(), key=lambda fact: (fact.event_time_ms, fact.order))


def of_kind(facts: Iterable[Fact[Payload]], payload: type[P]) -> list[Fact[P]]:
    """Return the facts with one kind of payload, in their order."""
    return [fact for fact in facts if isinstance(fact.payload, payload)]  # type: ignore[misc]


def _fact(order: int, event: Mapping[str, Any], late_event_ids: Collection[str]) -> Fact[Payload]:
    return Fact(
        order=order,
        event_id=event["event_id"],
        store_id=event["store_id"],
        device_id=event["device_id"],
        event_time_ms=event["event_time_ms"],
        is_late=event["event_id"] in late_event_ids,
        payload=_payload(event["kind"], event[event["kind"]]),
    )


def _payload(kind: str, content: Mapping[str, Any]) -> Payload:
    values = dict(content)
    if kind == "snapshot":
        values["zones"] = tuple(_read(ZoneSnapshot, zone) for zone in values["zones"])
    if kind == "hazard":
        values["box"] = _read(Box, values["box"])
    if kind == "heat":
        values["grid"] = _read(HeatGrid, values["grid"])
        values["cells"] = tuple(_read(HeatCell, cell) for cell in values["cells"])
    payload: Payload = _read(PAYLOADS[kind], values)
    return payload


def _read(declared: type, content: Mapping[str, Any]) -> Any:
    """Fill in a dataclass; fields that this version does not know are left out."""
    known = {field.name for field in dataclasses.fields(declared)}
    return declared(**{name: value for name, value in content.items() if name in known})
