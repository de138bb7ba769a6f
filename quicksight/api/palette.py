"""Colours of the visual language as Quick Sight writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from design.css import load_tokens


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme, `#RRGGBB` in capitals.

    Attributes:
        colours: by the name of their token, such as `accent`.
        categories: colour-blind safe, in their order.
    """

    colours: dict[str, str]
    categories: tuple[str, ...]

    def __getitem__(self, name: str) -> str:
        return self.colours[name]


def palette(theme: str) -> Palette:
    """Return the colours of `light` or `dark`."""
    tokens: dict[str, Any] = load_tokens()
    named = {name: value.upper() for name, value in tokens["colour"][theme].items()}
    return Palette(named, tuple(value.upper() for value in tokens["category"][theme].values()))
