"""For whom reports are made: one entry of a TOML file for each store, region, or the chain.

    [[audiences]]
    store = "store-001"            # or region = "North", or chain = true
    time_zone = "Europe/Berlin"
    title = "Berlin, Market Square"
    role = "weekly_report"         # who has this role at the store gets it; at `*` for a region or the chain
    hour = 6                       # of Monday

Addresses stand in the table `recipients` only. A person of a store has the role at that store. People of regions and of
the chain stand at the store `*`, so each of those audiences has a role of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from contracts.rules import ANY_STORE
from lambdas.dashboards.errors import ScopeNameError
from lambdas.dashboards.scopes import CHAIN, Scope

ROLE = "weekly_report"
HOUR = 6
_HOURS = range(24)
_FIELDS = ("store", "region", "chain", "time_zone", "title", "role", "hour")


class AudiencesError(ValueError):
    """The audiences cannot be used; the message lists every problem and its cure."""

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__("the audiences cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who gets which report, and when: people with `role` at `store_id` get that of `scope`, on Monday at `hour`."""

    scope: Scope
    time_zone: ZoneInfo
    title: str = ""
    role: str = ROLE
    hour: int = HOUR

    @property
    def store_id(self) -> str:
        """Where its people stand in the table `recipients`."""
        return self.scope.name if self.scope.kind == "store" else ANY_STORE


def read_audiences(text: str) -> Mapping[Scope, Audience]:
    """Read the file.

    Raises:
        AudiencesError: with every problem.
    """
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AudiencesError([f"file: expected TOML, came something else ({error}); correct it"]) from error
    entries = written.get("audiences")
    if not isinstance(entries, list) or not entries or set(written) != {"audiences"}:
        raise AudiencesError(["file: expected [[audiences]] and nothing else, came another shape; correct it"])
    problems: list[str] = []
    found = [audience for number, entry in enumerate(entries, 1) if (audience := _audience(number, entry, problems))]
    problems += [*_shared(found)]
    if problems:
        raise AudiencesError(problems)
    return {audience.scope: audience for audience in found}


def _audience(number: int, entry: Mapping[str, Any], problems: list[str]) -> Audience | None:
    place = f"audiences[{number}]"
    told = len(problems)
    problems += [f"{place}.{name}: {_unknown(name)}" for name in entry if name not in _FIELDS]
    scope, zone = _scope(place, entry, problems), _zone(place, entry, problems)
    title, role, hour = entry.get("title", ""), entry.get("role", ROLE), entry.get("hour", HOUR)
    for name, value in (("title", title), ("role", role)):
        if not isinstance(value, str) or (name == "role" and not value):
            problems.append(f"{place}.{name}: expected a text, came {value!r}; correct it")
    if isinstance(hour, bool) or hour not in _HOURS:
        problems.append(f"{place}.hour: expected 0 to 23, came {hour!r}; correct it")
    if scope is None or zone is None or len(problems) > told:
        return None
    return Audience(scope=scope, time_zone=zone, title=title, role=role, hour=hour)


def _scope(place: str, entry: Mapping[str, Any], problems: list[str]) -> Scope | None:
    named = [name for name in ("store", "region", "chain") if name in entry]
    try:
        if named == ["chain"] and entry["chain"] is True:
            return CHAIN
        if named == ["region"]:
            return Scope("region", str(entry["region"]))
        if named == ["store"]:
            return Scope("store", str(entry["store"]))
    except ScopeNameError as error:
        problems.append(f"{place}: {error}")
        return None
    came = ", ".join(named) or "none"
    problems.append(f"{place}: expected one of store, region, chain = true, came {came}; give one")
    return None


def _zone(place: str, entry: Mapping[str, Any], problems: list[str]) -> ZoneInfo | None:
    try:
        return ZoneInfo(entry["time_zone"])
    except (KeyError, TypeError, ValueError, OSError):
        came = repr(entry.get("time_zone", "none"))
        problems.append(f"{place}.time_zone: expected a zone such as Europe/Berlin, came {came}; correct it")
        return None


def _shared(audiences: Iterable[Audience]) -> Iterator[str]:
    """Give what two audiences share and must not: a scope; or people, who would get what the others may see."""
    scopes: set[Scope] = set()
    people: dict[tuple[str, str], Scope] = {}
    for audience in audiences:
        if audience.scope in scopes:
            yield f"{audience.scope}: expected one entry, came two; remove one"
        elif (audience.store_id, audience.role) in people:
            other = people[audience.store_id, audience.role]
            yield f"{audience.scope}: expected a role of its own, came that of {other}; name another role"
        scopes.add(audience.scope)
        people.setdefault((audience.store_id, audience.role), audience.scope)


def _unknown(name: str) -> str:
    near = get_close_matches(name, _FIELDS, n=1)
    return f"expected one of {', '.join(_FIELDS)}, came an unknown name; " + (
        f"did you mean {near[0]}?" if near else "remove it"
    )
