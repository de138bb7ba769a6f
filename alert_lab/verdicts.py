"""What people found of past alerts, and how often they found them right."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.alerts import PlaceKind, Verdict, verdict_of
from lambdas.alert_store.actions import AlertCase

_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Judged:
    """A past alert that a person judged; from when until when it stood."""

    store_id: str
    alert_id: str
    rule_id: str
    place_kind: PlaceKind
    place_id: str
    raised_ms: int
    ended_ms: int
    verdict: Verdict

    @property
    def is_true(self) -> bool:
        """Whether it was worth telling; a duplicate was not, nor one that nobody could act on."""
        return self.verdict == "true"


@dataclass(frozen=True, slots=True)
class Precision:
    """True alerts among those judged, with the 95 % limits of its share by Wilson; None while none is judged."""

    true: int
    judged: int

    @property
    def share(self) -> float | None:
        """Share of the judged that were true."""
        return self.true / self.judged if self.judged else None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Lower and upper limit of the share (E. B. Wilson, 1927)."""
        return wilson(self.true, self.judged)


def wilson(true: int, judged: int) -> tuple[float, float] | None:
    """Return the 95 % limits of a share by Wilson's score; None of nothing.

    >>> [round(limit, 3) for limit in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not judged:
        return None
    share, z2 = true / judged, _Z_95**2
    middle = (share + z2 / (2 * judged)) / (1 + z2 / judged)
    half = _Z_95 / (1 + z2 / judged) * math.sqrt(share * (1 - share) / judged + z2 / (4 * judged**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def judged_of(cases: Iterable[AlertCase], *, until_ms: int) -> tuple[Judged, ...]:
    """Return the alerts that somebody judged, by the latest verdict; one that still stands does so until `until_ms`."""
    return tuple(
        Judged(
            case.alert.store_id,
            case.alert.alert_id,
            case.alert.rule_id,
            case.alert.place_kind,
            case.alert.place_id,
            case.alert.raised_ms,
            case.alert.ended_ms or until_ms,
            verdict,
        )
        for case in cases
        if (verdict := verdict_of(case.actions)) is not None
    )
