"""Versions of rules, as items of the table `rules`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.rules import Rule, read_rule


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule, or of what a store says of itself; an empty body means that it is gone."""

    store_id: str
    rule_id: str
    version: int
    valid_from_ms: int
    saved_ms: int
    saved_by: str
    body: str

    def rule(self) -> Rule:
        """Return the rule; raises `RulesError` when it cannot be used."""
        return read_rule(json.loads(self.body), version=self.version)


def key_of(rule_id: str, number: int) -> str:
    """Return the sort key of a version: versions of a rule lie in their order."""
    return f"{rule_id}#{number:06d}"


def item_of(version: Version) -> dict[str, Any]:
    """Return a version as an item without its sort key."""
    return {name: getattr(version, name) for name in Version.__dataclass_fields__}


def version_of(item: Mapping[str, Any]) -> Version:
    """Read a version from its item."""
    return Version(
        store_id=item["store_id"],
        rule_id=item["rule_id"],
        version=int(item["version"]),
        valid_from_ms=int(item["valid_from_ms"]),
        saved_ms=int(item["saved_ms"]),
        saved_by=item["saved_by"],
        body=item.get("body", ""),
    )
