"""The rules that rows are checked by: one file of `sql/rules` each, with a header that machines read.

A rule's SELECT gives a row for each row of the file that breaks it. What is done then is an action: `reject` keeps the
whole import out, `leave_out` that row; `keep_first` leaves out a repeat; all others keep the row and tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

SQL_FOLDER = Path(__file__).resolve().parent / "sql"
Stage = Literal["value", "clock", "repeat", "series", "lake"]
"""When a rule is asked, each time of the rows that stood until then."""
STAGES: tuple[Stage, ...] = get_args(Stage)
REJECT = "reject"
DROPPING = (REJECT, "leave_out", "keep_first")
"""Actions after which a row is not looked at any more."""
_HEADER_LINE = re.compile(r"-- (?P<name>rule|stage|actions): (?P<value>.+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence that must hold for every row, and what can be done where it does not; the first is the default."""

    name: str
    sentence: str
    stage: Stage
    actions: tuple[str, ...]
    sql: str


def _rule(path: Path) -> Rule:
    sql = path.read_text(encoding="utf-8")
    header = {found["name"]: found["value"] for found in map(_HEADER_LINE.fullmatch, sql.splitlines()) if found}
    return Rule(
        name=path.stem,
        sentence=header["rule"],
        stage=cast("Stage", header["stage"]),
        actions=tuple(header["actions"].split(", ")),
        sql=sql,
    )


RULES = {path.stem: _rule(path) for path in sorted((SQL_FOLDER / "rules").glob("*.sql"))}


def rules_of(stage: Stage) -> tuple[Rule, ...]:
    """Return the rules that are asked at a stage, by name."""
    return tuple(rule for rule in RULES.values() if rule.stage == stage)


def step_sql(name: str) -> str:
    """Return the statements of a step of `sql/steps`."""
    return (SQL_FOLDER / "steps" / f"{name}.sql").read_text(encoding="utf-8")
