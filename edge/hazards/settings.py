"""Which hazards a store file asks for: each of its tables `[hazards.…]` switches one on, empty ones too."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import time
from typing import Any, TypeVar, get_args

from contracts.events import ZoneKind
from edge.errors import Problem
from edge.hazards.candidates import CandidateSettings
from edge.hazards.floor_change import FloorChangeSettings
from edge.hazards.objects import ThingSettings
from edge.hazards.people import (
    DAYS,
    CrowdingSettings,
    IntrusionSettings,
    LoiteringSettings,
    LyingSettings,
    OpeningHours,
)
from edge.toml_file import Table

KINDS = ("floor_change", "lying", "loitering", "intrusion", "crowding", "objects")
_CLOCK = 'opening and closing as in "09:00-20:00", or "closed"'
_Numbers = TypeVar("_Numbers", CandidateSettings, FloorChangeSettings, LyingSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardSettings:
    """Which hazards are looked for; None looks not for it."""

    candidates: CandidateSettings = field(default_factory=CandidateSettings)
    floor_change: FloorChangeSettings | None = None
    lying: LyingSettings | None = None
    loitering: LoiteringSettings | None = None
    intrusion: IntrusionSettings | None = None
    crowding: CrowdingSettings | None = None
    objects: ThingSettings | None = None

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        wanted = (self.floor_change, self.lying, self.loitering, self.intrusion, self.crowding, self.objects)
        parts = [self.candidates, *(each for each in wanted if each is not None)]
        return [problem for part in parts for problem in part.problems()]


def hazard_settings(table: Table, *, time_zone: str, zone_ids: Collection[str]) -> HazardSettings:
    """Return the settings of a store file's table `[hazards]`; what is wrong in it is noted.

    Args:
        table: The table, empty where the file has none.
        time_zone: Of the store.
        zone_ids: Zones of the store.
    """
    own = [each.name for each in dataclasses.fields(CandidateSettings)]
    table.only(*own, *KINDS)
    given = {kind: table.table(kind) for kind in KINDS if kind in table.values}
    settings = HazardSettings(
        candidates=_numbers(table, CandidateSettings()),
        floor_change=_numbers(part, FloorChangeSettings(), alone=True) if (part := given.get("floor_change")) else None,
        lying=_numbers(part, LyingSettings(), alone=True) if (part := given.get("lying")) else None,
        loitering=_loitering(part) if (part := given.get("loitering")) else None,
        intrusion=_intrusion(part, time_zone, zone_ids) if (part := given.get("intrusion")) else None,
        crowding=_crowding(part, zone_ids) if (part := given.get("crowding")) else None,
        objects=_things(part) if (part := given.get("objects")) else None,
    )
    table.problems.add_all(settings.problems())
    return settings


def _numbers(table: Table, default: _Numbers, *, alone: bool = False) -> _Numbers:
    names = [each.name for each in dataclasses.fields(default)]
    if alone:
        table.only(*names)
    return dataclasses.replace(default, **{name: table.get_or(name, getattr(default, name)) for name in names})


def _loitering(table: Table) -> LoiteringSettings:
    table.only("lasting_ms", "zone_kinds")
    default = LoiteringSettings()
    kinds = _texts(table, "zone_kinds", get_args(ZoneKind)) or default.zone_kinds
    return LoiteringSettings(lasting_ms=table.get_or("lasting_ms", default.lasting_ms), zone_kinds=kinds)


def _intrusion(table: Table, time_zone: str, zone_ids: Collection[str]) -> IntrusionSettings:
    table.only("lasting_ms", "zones", "hours")
    hours = table.table("hours")
    hours.only(*DAYS)
    days = tuple(_day(hours, day) for day in DAYS)
    return IntrusionSettings(
        hours=OpeningHours(time_zone=time_zone, days=days),
        zone_ids=_texts(table, "zones", zone_ids),
        lasting_ms=table.get_or("lasting_ms", IntrusionSettings().lasting_ms),
    )


def _day(table: Table, day: str) -> tuple[time, time] | None:
    text = table.get(day, str, doc=_CLOCK)
    if text is None or text == "closed":
        return None
    try:
        opening, closing = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        table.problems.add(table.at(day), expected=_CLOCK, came=text, cure="Write hours and minutes with two digits.")
        return None
    return opening, closing


def _crowding(table: Table, zone_ids: Collection[str]) -> CrowdingSettings:
    table.only("limits", "people_per_m2", "areas_m2", "lasting_ms")
    default = CrowdingSettings()
    limits, areas_m2 = table.table("limits"), table.table("areas_m2")
    limits.only(*zone_ids)
    areas_m2.only(*zone_ids)
    return CrowdingSettings(
        limits={zone: limit for zone in limits.values if (limit := limits.get(zone, int)) is not None},
        people_per_m2=table.get_or("people_per_m2", default.people_per_m2),
        areas_m2={zone: area for zone in areas_m2.values if (area := areas_m2.get(zone, float)) is not None},
        lasting_ms=table.get_or("lasting_ms", default.lasting_ms),
    )


def _things(table: Table) -> ThingSettings:
    table.only("model", "labels", "threshold", "seen", "of_last", "every")
    default = ThingSettings()
    labels: list[Any] = table.get_or("labels", [])
    return ThingSettings(
        model=table.get("model", str) if "model" in table.values else None,
        labels=tuple(str(label) for label in labels),
        threshold=table.get_or("threshold", default.threshold),
        seen=table.get_or("seen", default.seen),
        of_last=table.get_or("of_last", default.of_last),
        every=table.get_or("every", default.every),
    )


def _texts(table: Table, key: str, choices: Collection[str]) -> tuple[Any, ...]:
    """Return a list of texts that must be among the choices; what is not is noted and left out."""
    given: list[Any] = table.get_or(key, [])
    for each in given:
        if each not in choices:
            table.problems.add(
                table.at(key), expected=f"of {', '.join(choices)}", came=each, cure="Correct or remove it."
            )
    return tuple(each for each in given if each in choices)
