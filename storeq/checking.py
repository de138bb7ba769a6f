"""Asks the checks of `sql/checks` of a lake: what must add up, row by row of what does not.

A check is asked like a question, so by any engine. One that reads what is not in the lake (the live table, or what a
run tells of itself) is not asked, and said to be so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from contracts.tables import LAKE_TABLES
from glue.views import Check, View
from storeq.compile import compile_question
from storeq.engines import Engine
from storeq.questions import Library
from storeq.scope import Scope

MOST_VIOLATIONS = 100
"""Violations that are fetched of a check: who has so many looks at the lake, not at a list."""
_IN_THE_LAKE = frozenset(table.name for table in LAKE_TABLES)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check and the first of what violates it; None where it was not asked."""

    check: Check
    violations: pa.Table | None

    @property
    def verdict(self) -> str:
        """One of `holds`, `warns`, `fails` and `not asked`."""
        if self.violations is None:
            return "not asked"
        if not self.violations.num_rows:
            return "holds"
        return "warns" if self.check.is_warning else "fails"

    @property
    def count(self) -> str:
        """How many violations there are, as far as they were fetched."""
        found = 0 if self.violations is None else self.violations.num_rows
        return f"{found}" if found < MOST_VIOLATIONS else f"{found} or more"


def check_lake(
    engine: Engine,
    checks: Iterable[Check],
    views: Collection[View],
    *,
    stores: tuple[str, ...] | None = None,
    without: Collection[str] = (),
) -> Iterator[Checked]:
    """Ask one check after the other.

    Args:
        engine: what answers.
        checks: which to ask.
        views: those that checks are built on.
        stores: the only stores whose rows are read; None reads all.
        without: tables and views that are too dear to read: checks that read them are not asked.

    Raises:
        MissingTablesError: tables do not exist, or lack columns.
        EngineError: the engine cannot be reached, or cannot run a statement.
    """
    known = _IN_THE_LAKE.union(view.name for view in views)
    for check in checks:
        is_asked = known.issuperset(check.reads) and not set(without).intersection(check.reads)
        yield Checked(check, _violations(engine, check, views, Scope(stores=stores)) if is_asked else None)


def _violations(engine: Engine, check: Check, views: Collection[View], scope: Scope) -> pa.Table:
    asked = View(f"check_{check.name}", check.sentence, "one violation", check.reads, check.sql)
    question = Library([*views, asked]).find(asked.name)
    return engine.run(compile_question(question, scope, engine.place, limit=MOST_VIOLATIONS)).rows
