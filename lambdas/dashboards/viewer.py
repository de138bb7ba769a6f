"""Who asks for a dashboard: read from the claims of a token that API Gateway has verified already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.dashboards.errors import ClaimsError
from lambdas.dashboards.scopes import CHAIN, Scope, ScopeKind

ROLE_SCOPES: Mapping[str, ScopeKind] = {
    "chain_manager": "chain",
    "operator": "chain",
    "regional_manager": "region",
    "store_manager": "store",
    "security": "store",
}
"""What a role, which is a group of Cognito, lets a person see. A claim that no role of theirs asks for is nothing."""
REGION_CLAIM = "custom:region"
STORE_CLAIM = "custom:store_id"

_SUBJECT = re.compile(r"[A-Za-z0-9+=.@_-]{2,64}")
"""Also what AWS takes as the name of a session."""
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_SCOPES_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person who signed in.

    Attributes:
        subject: the user's id in the user pool: never reused, unlike an address.
        email: where Quick Sight may write to; kept out of logs.
        roles: groups of the user pool.
        scopes: what the person may see; empty: nothing.
    """

    subject: str
    email: str = field(repr=False)
    roles: tuple[str, ...]
    scopes: tuple[Scope, ...]

    def may_see(self, scope: Scope) -> bool:
        """Whether a scope is the person's own, or all is."""
        return CHAIN in self.scopes or scope in self.scopes

    def named(self) -> list[str]:
        """Return the scopes as a log tells them."""
        return [str(scope) for scope in self.scopes]


def viewer_of(claims: Mapping[str, Any]) -> Viewer:
    """Read a viewer from verified claims.

    Raises:
        ClaimsError: a claim is missing or is not what it should be.
        ScopeNameError: a store or region has a name that cannot be used.
    """
    roles = _list(claims, "cognito:groups")
    return Viewer(
        subject=_matched(claims, "sub", _SUBJECT, "2 to 64 letters, digits or `+=.@_-`"),
        email=_matched(claims, "email", _EMAIL, "an e-mail address"),
        roles=roles,
        scopes=_scopes(claims, {ROLE_SCOPES[role] for role in roles if role in ROLE_SCOPES}),
    )


def _scopes(claims: Mapping[str, Any], kinds: set[ScopeKind]) -> tuple[Scope, ...]:
    if "chain" in kinds:
        return (CHAIN,)
    regions = _own(claims, REGION_CLAIM) if "region" in kinds else ()
    stores = _own(claims, STORE_CLAIM) if "store" in kinds else ()
    found = {*(Scope("region", name) for name in regions), *(Scope("store", name) for name in stores)}
    if len(found) > _SCOPES_MAX:
        raise ClaimsError(
            f"token: expected at most {_SCOPES_MAX} stores and regions, came {len(found)}; give the person a region"
        )
    return tuple(sorted(found))


def _own(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the names in a claim of the user pool, by commas: no name has one."""
    return tuple(part.strip() for part in _text(claims, name).split(",") if part.strip())


def _list(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list claim; API Gateway writes it as `a,b` or, for an HTTP API, as `[a b]`."""
    value = claims.get(name, "")
    if isinstance(value, list | tuple):
        return tuple(sorted(str(each) for each in value))
    return tuple(sorted(part for part in re.split(r"[,\s]+", _text(claims, name).strip("[]")) if part))


def _matched(claims: Mapping[str, Any], name: str, pattern: re.Pattern[str], expected: str) -> str:
    value = _text(claims, name)
    if not pattern.fullmatch(value):
        # Never the claim itself: errors end up in logs.
        came = "something else" if value else "none"
        raise ClaimsError(f"token, {name}: expected {expected}, came {came}; sign in with the id token of a person")
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str):
        raise ClaimsError(f"token, {name}: expected a text, came {type(value).__name__}; sign in again")
    return value
