"""Who is staff, by rules that each store switches on: nobody is recognised, only ways and times are looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from edge.errors import Problem
from edge.toml_file import Table

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSettings:
    """When a track is staff. Without zones and without `present_minutes` nobody is.

    Attributes:
        zones: Where only staff goes: behind the till, the back room's door.
        enters: Who is first seen in one of them is staff.
        standing_seconds: Who has been in them for so long altogether is staff; 0 asks not.
        present_minutes: Who is seen for so long without a break is staff; 0 asks not.
    """

    zones: tuple[str, ...] = ()
    enters: bool = True
    standing_seconds: float = 20.0
    present_minutes: float = 0.0

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        spans = {"standing_seconds": self.standing_seconds, "present_minutes": self.present_minutes}
        return [
            Problem(where=f"staff.{key}", expected="0 or more", came=f"{value:g}", cure="Raise it.")
            for key, value in spans.items()
            if value < 0
        ]


def staff_settings(table: Table, *, zone_ids: Collection[str]) -> StaffSettings:
    """Return the settings of a store file's table `[staff]`; note what is wrong in it."""
    table.only("zones", "enters", "standing_seconds", "present_minutes")
    usual = StaffSettings()
    zones: list[object] = table.get_or("zones", [])
    for index, zone in enumerate(zones):
        if zone not in zone_ids:
            expected = f"one of {', '.join(sorted(zone_ids)) or 'the zones'}"
            table.problems.add(f"{table.at('zones')}[{index}]", expected=expected, came=zone, cure="Correct it.")
    settings = StaffSettings(
        zones=tuple(str(zone) for zone in zones),
        enters=table.get_or("enters", usual.enters),
        standing_seconds=table.get_or("standing_seconds", usual.standing_seconds),
        present_minutes=table.get_or("present_minutes", usual.present_minutes),
    )
    table.problems.add_all(settings.problems())
    return settings


@dataclass(slots=True)
class _Known:
    first_ms: int
    last_ms: int
    standing_ms: int = 0
    is_staff: bool = False


class StaffRules:
    """Decides for the tracks of one camera; once staff, always staff.

    Args:
        settings: The rules.
        forget_ms: How long an unseen track is remembered.
    """

    def __init__(self, settings: StaffSettings, *, forget_ms: int) -> None:
        self._settings = settings
        self._forget_ms = forget_ms
        self._known: dict[str, _Known] = {}

    def update(self, instant_ms: int, in_staff_zone: Mapping[str, bool]) -> dict[str, bool]:
        """Return who is staff.

        Args:
            instant_ms: Of the picture; never goes back.
            in_staff_zone: By track, whether its feet are in one of the staff's zones.
        """
        for track_id, is_inside in in_staff_zone.items():
            self._see(instant_ms, track_id, is_inside=is_inside)
        self._known = {key: each for key, each in self._known.items() if instant_ms - each.last_ms <= self._forget_ms}
        return {track_id: self._known[track_id].is_staff for track_id in in_staff_zone}

    def merge(self, from_track_id: str, to_track_id: str) -> None:
        """Let a track go on for another one: what that was, it is."""
        old = self._known.pop(from_track_id, None)
        new = self._known.setdefault(to_track_id, old) if old else None
        if old and new is not old and new:
            new.first_ms, new.standing_ms = old.first_ms, old.standing_ms + new.standing_ms
            new.is_staff |= old.is_staff

    def _see(self, instant_ms: int, track_id: str, *, is_inside: bool) -> None:
        settings = self._settings
        known = self._known.get(track_id)
        if known is None:
            is_staff = is_inside and settings.enters
            self._known[track_id] = _Known(first_ms=instant_ms, last_ms=instant_ms, is_staff=is_staff)
            return
        if is_inside:
            known.standing_ms += instant_ms - known.last_ms
        known.last_ms = instant_ms
        stands = settings.standing_seconds > 0 and known.standing_ms >= settings.standing_seconds * 1_000
        stays = settings.present_minutes > 0 and instant_ms - known.first_ms >= settings.present_minutes * MINUTE_MS
        known.is_staff |= stands or stays
