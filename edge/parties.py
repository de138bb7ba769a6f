"""Who came together: tracks that begin at about the same time and stay near one another are one party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from edge.errors import Problem
from edge.toml_file import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySettings:
    """When tracks are a party.

    Attributes:
        is_on: Whether parties are told at all.
        begin_ms: How far apart their first pictures may lie.
        near: How near they are: in metres where the floor is measured, else in heights of a person.
        together_ms: For how long they must have been near, altogether.
        share: In what share of the time in which both were seen.
    """

    is_on: bool = False
    begin_ms: int = 4_000
    near: float = 1.0
    together_ms: int = 8_000
    share: float = 0.8

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        spans = {"begin_ms": self.begin_ms, "near": self.near, "together_ms": self.together_ms}
        found = [
            Problem(where=f"parties.{key}", expected="more than 0", came=f"{value:g}", cure="Raise it.")
            for key, value in spans.items()
            if value <= 0
        ]
        if not 0 < self.share <= 1:
            expected = "a share above 0, at most 1"
            found.append(Problem(where="parties.share", expected=expected, came=f"{self.share:g}", cure="Change it."))
        return found


def party_settings(table: Table) -> PartySettings:
    """Return the settings of a store file's table `[parties]`, which switches them on; note what is wrong in it."""
    table.only("begin_ms", "near", "together_ms", "share")
    usual = PartySettings()
    settings = PartySettings(
        is_on=table.is_given,
        begin_ms=table.get_or("begin_ms", usual.begin_ms),
        near=table.get_or("near", usual.near),
        together_ms=table.get_or("together_ms", usual.together_ms),
        share=table.get_or("share", usual.share),
    )
    table.problems.add_all(settings.problems())
    return settings


@dataclass(slots=True)
class _Pair:
    both_ms: int = 0
    near_ms: int = 0


class Parties:
    """Follows who walks with whom in one camera. A party that is found lasts; its name is random per boot.

    Args:
        settings: When tracks are a party.
        boot_id: Put before each name.
        forget_ms: How long an unseen track is remembered.
    """

    def __init__(self, settings: PartySettings, *, boot_id: str, forget_ms: int) -> None:
        self._settings = settings
        self._boot_id = boot_id
        self._forget_ms = forget_ms
        self._first_ms: dict[str, int] = {}
        self._last_ms: dict[str, int] = {}
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._party: dict[str, str] = {}
        self._count = 0
        self._before_ms: int | None = None

    def update(
        self, instant_ms: int, track_ids: Sequence[str], places: NDArray[np.float64], units: NDArray[np.float64]
    ) -> dict[str, str]:
        """Return the party of each track that is in one.

        Args:
            instant_ms: Of the picture; never goes back.
            track_ids: N names.
            places: (N, 2): where they stand, in pixels or metres.
            units: (N,): what `near` is measured in, in the same unit: a person's height in pixels, or 1 metre.
        """
        step_ms = 0 if self._before_ms is None else instant_ms - self._before_ms
        self._before_ms = instant_ms
        for track_id in track_ids:
            self._first_ms.setdefault(track_id, instant_ms)
            self._last_ms[track_id] = instant_ms
        near = _near(places, units, self._settings.near).tolist()
        for first, second in combinations(range(len(track_ids)), 2):
            key = (track_ids[first], track_ids[second])
            if abs(self._first_ms[key[0]] - self._first_ms[key[1]]) <= self._settings.begin_ms:
                self._count_pair((min(key), max(key)), step_ms, is_near=near[first][second])
        self._forget(instant_ms)
        return {track_id: self._party[track_id] for track_id in track_ids if track_id in self._party}

    def merge(self, from_track_id: str, to_track_id: str) -> None:
        """Let a track go on for another one: with whom that came, it came."""
        self._first_ms[to_track_id] = self._first_ms.get(from_track_id, self._first_ms.get(to_track_id, 0))
        if from_track_id in self._party:
            self._party[to_track_id] = self._party[from_track_id]
        for key in [key for key in self._pairs if from_track_id in key]:
            (other,) = set(key) - {from_track_id}
            renamed = (min(other, to_track_id), max(other, to_track_id))
            self._pairs.setdefault(renamed, self._pairs.pop(key))

    def _count_pair(self, key: tuple[str, str], step_ms: int, *, is_near: bool) -> None:
        pair = self._pairs.setdefault(key, _Pair())
        pair.both_ms += step_ms
        pair.near_ms += step_ms if is_near else 0
        if pair.near_ms >= self._settings.together_ms and pair.near_ms >= self._settings.share * pair.both_ms:
            self._join(*key)

    def _join(self, first: str, second: str) -> None:
        """Put two tracks into one party: the older name stays."""
        names = sorted({name for name in (self._party.get(first), self._party.get(second)) if name}, key=_number)
        if not names:
            self._count += 1
            names = [f"{self._boot_id}-p{self._count}"]
        kept, *others = names
        for track_id, name in self._party.items():
            if name in others:
                self._party[track_id] = kept
        self._party[first] = self._party[second] = kept

    def _forget(self, instant_ms: int) -> None:
        old = {key for key, last_ms in self._last_ms.items() if instant_ms - last_ms > self._forget_ms}
        if old:
            for known in (self._first_ms, self._last_ms, self._party):
                _without(known, old)
            self._pairs = {key: pair for key, pair in self._pairs.items() if not old.intersection(key)}


def _near(places: NDArray[np.float64], units: NDArray[np.float64], near: float) -> NDArray[np.bool_]:
    """Return (N, N) bool: who is within `near` of whom, in the mean of their units."""
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    return np.asarray(distances <= near * (units[:, None] + units) / 2.0, dtype=np.bool_)


def _without(known: dict[str, int] | dict[str, str], keys: set[str]) -> None:
    for key in keys:
        known.pop(key, None)


def _number(name: str) -> int:
    return int(name.rpartition("p")[2])
