"""How a contract may change: optional fields may be added; anything else is a new version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def breaking_changes(released: Any, current: Any, place: str = "") -> Iterator[str]:
    """Yield what in a JSON Schema would break a reader or writer of the released one; descriptions are free."""
    if not isinstance(released, dict) or not isinstance(current, dict):
        if released != current:
            yield f"{place}: expected {released!r} as released, came {current!r}; make it a new version of the contract"
        return
    for key in sorted((released.keys() | current.keys()) - {"description", "properties"}):
        yield from breaking_changes(released.get(key), current.get(key), f"{place}/{key}")
    yield from _broken_properties(released.get("properties", {}), current.get("properties", {}), place)


def _broken_properties(released: dict[str, Any], current: dict[str, Any], place: str) -> Iterator[str]:
    # An added property is optional here: an added required one differs in "required" above.
    for name, schema in released.items():
        if name not in current:
            yield f"{place}/{name}: expected the field as released, came none; make it a new version of the contract"
        else:
            yield from breaking_changes(schema, current[name], f"{place}/{name}")
