"""The prices of `prices.toml`: each with its unit, its page, and how it is known."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

PRICES = Path(__file__).with_name("prices.toml")
KnownBy = Literal["list", "page", "memory"]
_FIELDS = {"usd", "unit", "page", "known_by", "known_on"}


class PriceError(ValueError):
    """Prices cannot be used; the message lists every problem and its cure."""


@dataclass(frozen=True, slots=True)
class Price:
    """One list price.

    Attributes:
        usd: For one unit.
        unit: What it is for.
        page: Where AWS publishes it.
        known_by: From AWS's price list, its page, or memory, which must be looked up again.
        known_on: Date of the copy that was read; None for a price by memory.
    """

    usd: float
    unit: str
    page: str
    known_by: KnownBy
    known_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices of one region."""

    region: str
    looked_up: dt.date
    by_name: dict[str, Price]

    def usd(self, name: str) -> float:
        """Return a price in USD.

        Raises:
            PriceError: there is none of that name.
        """
        if name not in self.by_name:
            near = difflib.get_close_matches(name, self.by_name, 1)
            cure = f"did you mean {near[0]}?" if near else f"add it to {PRICES.name}"
            raise PriceError(f"expected the name of a price, came {name!r}; {cure}")
        return self.by_name[name].usd


def read_prices(path: Path = PRICES) -> Prices:
    """Return the committed prices.

    Raises:
        PriceError: the file has a price without unit, page or origin, or below zero; with every problem.
    """
    told = tomllib.loads(path.read_text())
    entries = {name: entry for name, entry in told.items() if isinstance(entry, dict)}
    if problems := [problem for name, entry in entries.items() for problem in _problems(name, entry)]:
        raise PriceError(f"{path.name} cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))
    prices = {name: Price(**entry) for name, entry in entries.items()}
    return Prices(region=told["region"], looked_up=told["looked_up"], by_name=prices)


def _problems(name: str, entry: dict[str, Any]) -> list[str]:
    missing = sorted(_FIELDS - {"known_on"} - entry.keys())
    problems = [f"{name}: expected {field}, came none; add it" for field in missing]
    problems += [f"{name}: {field} is not known; remove it" for field in sorted(entry.keys() - _FIELDS)]
    if entry.get("usd", 0) < 0:
        problems.append(f"{name}: expected USD of zero or more, came {entry['usd']}; correct it")
    if entry.get("known_by", "memory") not in get_args(KnownBy):
        problems.append(f"{name}: expected known_by of list, page or memory, came {entry['known_by']!r}; correct it")
    if entry.get("known_by") in ("list", "page") and "known_on" not in entry:
        problems.append(f"{name}: expected known_on, the date of the copy, came none; add it, or say memory")
    return problems
