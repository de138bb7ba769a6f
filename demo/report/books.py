"""The books: what must agree, check by check, and what went wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.metrics import IDENTITIES
from demo.report.words import count, share

if TYPE_CHECKING:
    # The audit prints on the demo's terminal, which knows the report: at run time only the values are needed.
    from demo.audit import Audited

_OTHERS = "Each row agrees with itself, and with the events it was made of"
EXAMPLES = 2
"""Violations shown of a check that does not hold."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check in words: `mark` is holds, warns or fails; `examples` are some of what violates it."""

    sentence: str
    mark: str
    violations: str
    examples: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing violates it."""
        return self.mark == "holds"


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that hold one statement; `mark` and `violations` sum them up."""

    statement: str
    mark: str
    violations: str
    holds: bool
    lines: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault in words: what happened, how often, and what it does to the numbers."""

    name: str
    times: str
    effect: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the audit found and what was done on purpose; without an audit there are no groups."""

    finding: str
    groups: tuple[CheckGroup, ...]
    faults: tuple[FaultLine, ...]
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class _Fault:
    name: str
    effect: str
    of: str = ""
    of_words: str = ""


_FAULTS = {
    "camera_down": _Fault("A camera gave no picture for a while", "Its places are not watched then: less coverage"),
    "camera_frozen": _Fault(
        "A camera's picture froze", "Until that is noticed everybody seems to stand still; then less coverage"
    ),
    "restarts": _Fault("A device in the store started anew", "A gap in what it saw, and everybody gets a new track"),
    "skewed_boots": _Fault(
        "A device's clock went wrong", "Its events come at wrong times, and those of the future are rejected"
    ),
    "outages": _Fault("A device had no line to the cloud", "Its events come late, all at once"),
    "missed_detections": _Fault(
        "Somebody was not seen in a picture", "Little, as long as it is single pictures", "looks", "looks at a person"
    ),
    "occlusions": _Fault("Somebody was hidden behind something for some seconds", "The visit or wait has a hole"),
    "occlusion_switches": _Fault(
        "Somebody came out from behind something as a stranger", "One visit or wait becomes two, the first with no end"
    ),
    "id_switches": _Fault(
        "Somebody was taken for another person",
        "One visit or wait becomes two, the first with no end",
        "stays",
        "stays in a place",
    ),
    "recognised": _Fault("Somebody was recognised as the same person again", "The two parts become one again"),
    "double_detections": _Fault("Somebody was seen as two people for some seconds", "One person too many there"),
    "mannequins": _Fault("A figure that is no person stood in a place", "One person too many there, all the time"),
    "reordered": _Fault(
        "An event came out of order, within the time that we wait for", "Nothing", "sent", "events sent"
    ),
    "held_back": _Fault(
        "An event came minutes late",
        "Missing from what was live; there once the day is counted again",
        "sent",
        "events sent",
    ),
    "spooled": _Fault(
        "An event waited until the line was back",
        "Missing from what was live; there once the day is counted again",
        "sent",
        "events sent",
    ),
    "copies": _Fault("An event was sent twice", "Nothing: the second is kept apart", "sent", "events sent"),
}
_OPPORTUNITIES = ("sent", *sorted({fault.of for fault in _FAULTS.values() if fault.of} - {"sent"}))


def books_of(audited: Sequence[Audited] = (), fault_counts: Mapping[str, int] | None = None) -> Books:
    """Return the books in words."""
    return Books(
        _finding(audited),
        tuple(_groups(audited)),
        tuple(_faults(fault_counts or {})),
        is_failed=bool(failed(audited)),
    )


def failed(audited: Sequence[Audited]) -> int:
    """Return how many checks fail that must hold."""
    return sum(each.is_failed for each in audited)


def _finding(audited: Sequence[Audited]) -> str:
    holding, failing = sum(each.holds for each in audited), failed(audited)
    warning = len(audited) - holding - failing
    told = f"{count(holding)} of {count(len(audited))} checks hold"
    if failing:
        told += f", {_counted(failing, 'fails')}"
    if warning:
        told += f", {_counted(warning, 'warns')}: perfect cameras keep what it says, real ones may not"
    return f"{told}." if audited else ""


def _groups(audited: Sequence[Audited]) -> list[CheckGroup]:
    of_name = {each.check.name: each for each in audited}
    named = {name for identity in IDENTITIES for name in identity.checks}
    parts = [
        (identity.statement, [of_name[name] for name in identity.checks if name in of_name]) for identity in IDENTITIES
    ]
    parts.append((_OTHERS, [each for each in audited if each.check.name not in named]))
    return [_group(statement, members) for statement, members in parts if members]


def _group(statement: str, members: Sequence[Audited]) -> CheckGroup:
    lines = tuple(_line(each) for each in members)
    marks = [line.mark for line in lines]
    told = ", ".join(_counted(marks.count(mark), mark) for mark in ("fails", "warns", "holds") if mark in marks)
    violations = count(sum(len(each.violations) for each in members))
    return CheckGroup(statement, told, violations, all(line.holds for line in lines), lines)


def _counted(number: int, verb: str) -> str:
    """Return how many do it: `1 holds`, `4 hold`."""
    return f"{count(number)} {verb if number == 1 else verb.removesuffix('s')}"


def _line(audited: Audited) -> CheckLine:
    mark = "holds" if audited.holds else "fails" if audited.is_failed else "warns"
    examples = tuple(
        ", ".join(f"{name} {value}" for name, value in violation.items() if value is not None)
        for violation in audited.violations[:EXAMPLES]
    )
    return CheckLine(audited.check.sentence, mark, count(len(audited.violations)), examples)


def _faults(counts: Mapping[str, int]) -> list[FaultLine]:
    """Return the faults that happened, in the order above; a kind that is new here reads as its name."""
    known = [(kind, fault) for kind, fault in _FAULTS.items() if counts.get(kind)]
    new = [
        (kind, _Fault(kind.replace("_", " ").capitalize(), ""))
        for kind, times in counts.items()
        if times and kind not in _FAULTS and kind not in _OPPORTUNITIES
    ]
    return [FaultLine(fault.name, _times(counts, kind, fault), fault.effect) for kind, fault in [*known, *new]]


def _times(counts: Mapping[str, int], kind: str, fault: _Fault) -> str:
    times = counts[kind]
    whole = counts.get(fault.of, 0)
    if whole:
        return f"{count(times)} of {count(whole)} {fault.of_words}, {share(times, whole)}"
    return "once" if times == 1 else f"{count(times)} times"
