"""Reads a chain's file: stores, exceptional days and peaks, with every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from glue.dimensions.chain import Chain, ExceptionalDays, PeakRule, Store
from glue.dimensions.chain_problems import problems_of_chain, problems_of_patterns
from glue.dimensions.files import judged, read_toml
from glue.dimensions.problems import DimensionError

_SETTINGS = ("defaults", "stores", "exceptional_days", "peaks", "default_peaks")
_Item = TypeVar("_Item")


def read_chain(path: Path) -> Chain:
    """Read a chain's file; docs/dimensions.md describes it.

    Raises:
        DimensionError: with every problem of the file.
        OSError: there is no such file.
    """
    reader = _Reader(read_toml(path))
    reader.refuse_unknown()
    stores = reader.stores()
    # Whether a pattern fits a store can be told only when all stores are known.
    has_all_stores = not reader.problems
    days = reader.items("exceptional_days", TypeAdapter(ExceptionalDays))
    own_peaks = reader.items("peaks", TypeAdapter(PeakRule))
    peaks = (*reader.chosen(shipped_peaks(), replaced={rule.peak_name for rule in own_peaks}), *own_peaks)
    chain = Chain(stores=stores, exceptional_days=days, peaks=peaks)
    problems = [*reader.problems, *problems_of_chain(chain, own_peaks=own_peaks)]
    problems += problems_of_patterns(chain, own_peaks=own_peaks) if has_all_stores else []
    if problems:
        raise DimensionError(str(path), problems)
    return chain


def shipped_peaks() -> tuple[PeakRule, ...]:
    """Return the peaks that every chain has unless its file says otherwise."""
    path = Path(str(files("glue.dimensions") / "peaks.toml"))
    return TypeAdapter(tuple[PeakRule, ...]).validate_python(read_toml(path)["peaks"])


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the tables of one file and gathers what is wrong with them."""

    written: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def refuse_unknown(self) -> None:
        for name in self.written.keys() - set(_SETTINGS):
            self.problems.append(f"{name}: expected one of {', '.join(_SETTINGS)}; correct its name or remove it")

    def stores(self) -> tuple[Store, ...]:
        defaults = self.written.get("defaults", {})
        if not isinstance(defaults, Mapping):
            self.problems.append(f"defaults: expected a table, came {defaults!r}; write [defaults]")
            defaults = {}
        if not self.written.get("stores"):
            self.problems.append("stores: expected at least one store, came none; add a table [[stores]]")
        tables = self._tables("stores")
        return tuple(store for number, own in tables for store in self._store(number, own, defaults))

    def items(self, name: str, declared: TypeAdapter[_Item]) -> tuple[_Item, ...]:
        items: list[_Item] = []
        for number, table in self._tables(name):
            found, problems = judged(declared, table, f"{name}.{table.get('peak_name', number)}")
            items += found
            self.problems.extend(problems)
        return tuple(items)

    def chosen(self, shipped: Sequence[PeakRule], *, replaced: set[str]) -> tuple[PeakRule, ...]:
        names = [rule.peak_name for rule in shipped]
        wanted = self.written.get("default_peaks", names)
        if not isinstance(wanted, list) or not set(map(str, wanted)) <= set(names):
            expected = f"expected a list of names among {', '.join(names)}, came {wanted!r}"
            self.problems.append(f"default_peaks: {expected}; correct it")
            return ()
        return tuple(rule for rule in shipped if rule.peak_name in wanted and rule.peak_name not in replaced)

    def _store(self, number: int, own: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[Store]:
        place = f"stores.{own.get('store_id', number)}"
        found, problems = judged(TypeAdapter(Store), {**defaults, **own}, place)
        inherited = defaults.keys() - own.keys()
        for told in (_placed(problem, place, inherited) for problem in problems):
            # A problem of the defaults is one problem, however many stores have it.
            if told not in self.problems:
                self.problems.append(told)
        return found

    def _tables(self, name: str) -> list[tuple[int, Mapping[str, Any]]]:
        tables = self.written.get(name, [])
        if isinstance(tables, list) and all(isinstance(table, Mapping) for table in tables):
            return list(enumerate(tables, start=1))
        self.problems.append(f"{name}: expected tables, came {tables!r}; write each as [[{name}]]")
        return []


def _placed(problem: str, place: str, inherited: Set[str]) -> str:
    setting = problem.removeprefix(f"{place}.")
    is_inherited = setting.replace(":", ".").split(".")[0] in inherited
    return f"defaults.{setting}" if is_inherited else problem
