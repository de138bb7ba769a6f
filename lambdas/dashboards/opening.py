"""What a dashboard shows first: values of its controls, never outside of what the person may see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from lambdas.dashboards.errors import OpeningError, OutOfScopeError, ScopeNameError
from lambdas.dashboards.scopes import Scope
from lambdas.dashboards.viewer import Viewer

PARAMETERS: Mapping[str, str] = {
    "region": "region",
    "store": "store",
    "period_kind": "periodKind",
    "period": "period",
    "compare_with": "compareWith",
}
"""Control of a dashboard to its parameter in Quick Sight, whose names have letters and digits only."""
COMPARISONS = ("year before", "period before")

_PERIOD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_PERIOD_KIND = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Values of controls; None leaves a control as the dashboard has it."""

    region: str | None = None
    store: str | None = None
    period_kind: str | None = None
    period: str | None = None
    compare_with: str | None = None

    def fragment(self) -> str:
        """Return it as the part of an address behind `#`, which browsers keep to themselves; empty for none."""
        return "&".join(f"p.{PARAMETERS[name]}={quote(value, safe='')}" for name, value in self.given())

    def given(self) -> Iterator[tuple[str, str]]:
        """Give the controls that have a value, in their order."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    def check(self, viewer: Viewer) -> None:
        """Refuse what the person may not see.

        A store is known to be a person's own by the token only. So who sees a region chooses its stores inside the
        dashboard, where rules by rows offer no other.

        Raises:
            OutOfScopeError: a region or store is not among the person's.
        """
        for control, scope in self._scopes():
            if not viewer.may_see(scope):
                raise OutOfScopeError(
                    f"{control}: expected one of your own ({', '.join(viewer.named())}), came another; "
                    "open the dashboard without it, or ask an administrator for the right"
                )

    def _scopes(self) -> Iterator[tuple[str, Scope]]:
        try:
            if self.region is not None:
                yield "region", Scope("region", self.region)
            if self.store is not None:
                yield "store", Scope("store", self.store)
        except ScopeNameError as error:
            raise OutOfScopeError(str(error)) from error


def opening_of(written: Any) -> Opening:
    """Read what a client asks a dashboard to begin with.

    Raises:
        OpeningError: a control or a value that no dashboard has.
    """
    if not isinstance(written, Mapping):
        raise OpeningError("parameters: expected an object of controls, came something else; send {} for none")
    for name in written:
        if name not in PARAMETERS:
            near = get_close_matches(str(name), PARAMETERS, n=1)
            cure = f"did you mean {near[0]}?" if near else "leave it out"
            raise OpeningError(f"parameters: expected {', '.join(PARAMETERS)}, came {str(name)[:40]!r}; {cure}")
    opening = Opening(**{name: _text(name, value) for name, value in written.items()})
    if opening.period is not None and not _PERIOD.fullmatch(opening.period):
        raise OpeningError("period: expected an id such as 2026-11, came something else; choose it in the dashboard")
    if opening.period_kind is not None and not _PERIOD_KIND.fullmatch(opening.period_kind):
        raise OpeningError("period_kind: expected one such as month, came something else; choose it in the dashboard")
    if opening.compare_with is not None and opening.compare_with not in COMPARISONS:
        raise OpeningError(f"compare_with: expected {' or '.join(COMPARISONS)}, came something else; choose one")
    return opening


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        # Several values at once are a list in Quick Sight: one of them could be anybody's.
        raise OpeningError(f"{name}: expected one text, came {type(value).__name__}; send a single value")
    return value
