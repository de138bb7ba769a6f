"""Every part of a request with its place, so that checks can be said in a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quicksight.api.shapes import labelled


@dataclass(frozen=True, slots=True)
class Part:
    """A structure of a request: where it is, and what it holds."""

    place: str
    value: Mapping[str, Any]

    def within(self, name: str) -> bool:
        """Return whether it lies below a member of that name."""
        return f".{name}." in f"{self.place}." or f".{name}[" in self.place


def parts(place: str, value: Any) -> Iterator[Part]:
    """Give a value's structures, outer ones first, each with its place."""
    if isinstance(value, Mapping):
        yield Part(place, value)
        for name, member in value.items():
            yield from parts(f"{place}.{name}", member)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from parts(f"{place}[{labelled(item, number)}]", item)


def texts(place: str, value: Any, *names: str) -> Iterator[tuple[str, str]]:
    """Give every text under one of these names, with its place."""
    for part in parts(place, value):
        for name in names:
            if isinstance(part.value.get(name), str):
                yield f"{part.place}.{name}", part.value[name]
