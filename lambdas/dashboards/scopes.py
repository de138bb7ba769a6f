"""What a person may see: the chain, a region or a store, and by which names Quick Sight knows that.

The same names stand in the views: `scope` in every data set, and `group_name` in `viewer_scope`. Here they are only put
together, never shortened or cleaned: two scopes never have one name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from lambdas.dashboards.errors import ScopeNameError

ScopeKind = Literal["chain", "region", "store"]
GROUP_PREFIX = "store-traffic-"
"""All groups that begin so are ours, and nobody is in one for another reason than the claims of their token."""
SCOPE_TAG = "scope"
REGION_TAG = "region"
EVERYTHING = "*"
"""The tag's value that Quick Sight takes for every row: `MatchAllValue` of the data sets' tag rules."""
NO_REGION = "no region"
"""What rows of a store say that the chain file does not describe, and rows of the whole chain."""
LENGTH_MAX = 200
"""Quick Sight takes tags of 256; the group's prefix and the view's `region:` need some of it."""

_QUICK_SIGHT = re.compile(r"[ -ÿ]+")
"""Group names as Quick Sight's API defines them: U+0020 to U+00FF."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """The chain, a region or a store; raises `ScopeNameError` where Quick Sight could take its name for another."""

    kind: ScopeKind
    name: str = ""

    def __post_init__(self) -> None:
        problem = _problem(self.kind, self.name)
        if problem is not None:
            raise ScopeNameError(problem)

    @property
    def group(self) -> str:
        """The group whose members see it, as `viewer_scope` names it."""
        return f"{GROUP_PREFIX}chain" if self.kind == "chain" else f"{GROUP_PREFIX}{self.kind}-{self.name}"

    @property
    def tag(self) -> tuple[str, str]:
        """The one tag, key and value, by which a snapshot for nobody's user holds its rows only."""
        if self.kind == "region":
            return REGION_TAG, self.name
        return SCOPE_TAG, EVERYTHING if self.kind == "chain" else self.name

    def __str__(self) -> str:
        return self.kind if self.kind == "chain" else f"{self.kind}:{self.name}"


def _problem(kind: ScopeKind, name: str) -> str | None:
    """Return why a name cannot be used; None where it can."""
    if kind == "chain":
        return f"chain: expected no name, came {name!r}; leave it out" if name else None
    if name == NO_REGION or (kind == "store" and (name == "chain" or name.startswith("region:"))):
        return f"{kind} {name!r}: expected a name of its own, came one that stands for others' rows; rename it"
    expected = _expected(name)
    return None if expected is None else f"{kind} {name!r}: expected {expected}"


def _expected(name: str) -> str | None:
    if not name or len(name) > LENGTH_MAX:
        return f"a name of 1 to {LENGTH_MAX} characters, came {len(name)}; shorten it in the chain file"
    if name != name.strip():
        return "no space at either end, came one; remove it in the chain file"
    if "," in name:
        # Quick Sight reads a rule's value with a comma as several values: the region "A,B" would see region A.
        return "no comma, came one; rename it in the chain file, as rules by rows take a comma for two names"
    if EVERYTHING in name:
        return "no asterisk, came one; rename it in the chain file, as it stands for every row"
    return _expected_letters(name)


def _expected_letters(name: str) -> str | None:
    strange = sorted({letter for letter in name if not _QUICK_SIGHT.fullmatch(letter) or not letter.isprintable()})
    if not strange:
        return None
    came = ", ".join(f"U+{ord(letter):04X}" for letter in strange)
    composed = unicodedata.normalize("NFC", name)
    can_compose = composed != name and _expected(composed) is None
    cure = "write each letter with its accent as one character" if can_compose else "rename it"
    return f"letters of Western European languages (U+0020 to U+00FF), came {came}; {cure} in the chain file"


CHAIN = Scope("chain")
