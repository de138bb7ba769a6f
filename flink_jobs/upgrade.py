"""Says before a deployment whether a new package may go on from the old one's snapshot.

    python -m flink_jobs.upgrade old.zip new.zip

Ends with 0 when it may, with 1 when the plan changed and with 2 when a package cannot be read. Only the two zips are
looked at. docs/upgrade-and-rollback.md says what to do in either case; a rollback is asked the other way round.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flink_jobs.package import PLAN
from flink_jobs.plan import Operator, Plan, read_plan

CHANGED = 1
USAGE_ERROR = 2
REPLAY = "docs/upgrade-and-rollback.md, A changed plan"
_SHOWN_AROUND = 40
_SHOWN_MOST = 160


class PlanMissingError(ValueError):
    """A package has no plan that can be read; the message says what was expected, what came and the cure."""


def plan_in(archive: Path) -> Plan:
    """Return the plan that a package carries; raises `PlanMissingError`."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            return read_plan(zipped.read(PLAN.as_posix()).decode())
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as broken:
        raise PlanMissingError(
            f"{archive}: expected a package of `make package` with {PLAN}, came: {broken}; make it again with "
            "`make package`, from the commit that is deployed"
        ) from broken


def changes(old: Plan, new: Plan) -> list[str]:
    """Return what keeps a snapshot of the old plan from being restored by the new, a line each; none when it may be."""
    if old == new:
        return []
    told = [
        *_of_value("Flink", old.flink, new.flink),
        *_of_values("option", old.options, new.options),
        *_of_operators(old.operators, new.operators),
        *_of_values("state of", old.state, new.state),
    ]
    return told or ["the same operators are joined in another way or order"]


def _of_values(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        yield from _of_value(f"{what} {name}", old.get(name, "none"), new.get(name, "none"))


def _of_value(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        was, now = _around_the_difference(old, new)
        yield f"changed {what}:\n    was {was}\n    is  {now}"


def _of_operators(old: Iterable[Operator], new: Iterable[Operator]) -> Iterator[str]:
    """Tell pairs of the same kind that feed the same tables as changed, and the rest as removed or added."""
    gone, come = _only_in(old, new), _only_in(new, old)
    for operator in gone:
        match = next((other for other in come if (other.kind, other.tables) == (operator.kind, operator.tables)), None)
        if match is None:
            yield f"removed {_named(operator)}:\n    was {_cut(operator.text)}"
        else:
            come.remove(match)
            yield from (
                _of_value(_named(operator), operator.text, match.text)
                if operator.text != match.text
                else (f"changed {_named(operator)}: the types of its rows, or how it works them out",)
            )
    for operator in come:
        yield f"added {_named(operator)}:\n    is  {_cut(operator.text)}"


def _only_in(some: Iterable[Operator], others: Iterable[Operator]) -> list[Operator]:
    """Return those that the others lack, as often as they lack them."""
    left = Counter(operator.digest for operator in others)
    only = []
    for operator in some:
        left[operator.digest] -= 1
        if left[operator.digest] < 0:
            only.append(operator)
    return only


def _named(operator: Operator) -> str:
    kind = operator.kind.partition("_")[0].replace("-", " ")
    state = "keeps state" if operator.keeps_state else "keeps no state"
    return f"{kind} ({state}; for {', '.join(operator.tables)})"


def _around_the_difference(old: str, new: str) -> tuple[str, str]:
    """Return the parts in which two texts differ, with a little of what is before."""
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, start - _SHOWN_AROUND)
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int = 0) -> str:
    end = start + _SHOWN_MOST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def main(arguments: list[str] | None = None) -> int:
    """Compare two packages; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="flink_jobs.upgrade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path, help="the package that runs")
    parser.add_argument("new", type=Path, help="the package to deploy")
    options = parser.parse_args(arguments)
    try:
        told = changes(plan_in(options.old), plan_in(options.new))
    except PlanMissingError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    if not told:
        print(f"The plan is the same: {options.new.name} may be restored from a snapshot of {options.old.name}.")
        return 0
    print(f"Do not deploy {options.new.name} on a snapshot of {options.old.name}: the plan changed.", file=sys.stderr)
    print("\n".join(f"- {line}" for line in told), file=sys.stderr)
    print(f"Deploy it by replay: see {REPLAY}.", file=sys.stderr)
    return CHANGED


if __name__ == "__main__":
    sys.exit(main())
