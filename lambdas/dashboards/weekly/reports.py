"""One report: of which scope and week, and the names that follow from that, each its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, replace

from lambdas.dashboards.errors import ScopeNameError
from lambdas.dashboards.scopes import CHAIN, Scope, ScopeKind

_WEEK = re.compile(r"(?P<year>\d{4})-W(?P<week>\d{2})", re.ASCII)
_ATTEMPTS_MAX = 1000


class MessageError(ValueError):
    """A message of the queue is no report; another try gives the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report to be made and mailed.

    Attributes:
        scope: whose rows it holds.
        week: the ISO week that it tells of, as `period_v1` names it: 2026-W48.
        attempt: from 1; Quick Sight takes the name of a failed job again only after a day, so each attempt has its own.
        waits: how often it was looked for and not ready.
    """

    scope: Scope
    week: str
    attempt: int = 1
    waits: int = 0

    @property
    def job_id(self) -> str:
        """The name of Quick Sight's job: of letters that it takes, and never that of another scope."""
        named = hashlib.sha256(str(self.scope).encode()).hexdigest()[:32]
        return f"weekly-{self.week}-{self.scope.kind}-{named}-{self.attempt}"

    @property
    def monday(self) -> dt.date:
        """The first day of the week."""
        year, _, week = self.week.partition("-W")
        return dt.date.fromisocalendar(int(year), int(week), 1)

    def waited(self) -> Report:
        """Return it after another look."""
        return replace(self, waits=self.waits + 1)

    def again(self) -> Report:
        """Return it as the next attempt."""
        return replace(self, attempt=self.attempt + 1, waits=0)

    def to_json(self) -> str:
        """Return it as a message."""
        return json.dumps({
            "kind": self.scope.kind, "name": self.scope.name, "week": self.week,
            "attempt": self.attempt, "waits": self.waits,
        })  # fmt: skip


def week_before(monday: dt.date) -> str:
    """Return the ISO week that ended on the day before a Monday."""
    iso = (monday - dt.timedelta(days=1)).isocalendar()
    return f"{iso.year}-W{iso.week:02}"


def report_of(text: str) -> Report:
    """Read a message.

    Raises:
        MessageError: it is none of ours.
    """
    try:
        written = json.loads(text)
        scope = CHAIN if written["kind"] == "chain" else Scope(_kind(written["kind"]), written["name"])
        report = Report(
            scope=scope,
            week=_week(written["week"]),
            attempt=_count(written.get("attempt", 1), 1),
            waits=_count(written.get("waits", 0), 0),
        )
        _ = report.monday
    except (KeyError, TypeError, ValueError, ScopeNameError) as error:
        raise MessageError(
            f"message: expected kind, name, week and attempt, came something else ({type(error).__name__}: {error}); "
            "send it as docs/dashboards-access.md shows"
        ) from error
    return report


def _kind(written: str) -> ScopeKind:
    if written == "region":
        return "region"
    if written == "store":
        return "store"
    raise ValueError(f"kind {written!r}")


def _week(written: str) -> str:
    if not _WEEK.fullmatch(written):
        raise ValueError(f"week {written!r}")
    return written


def _count(written: object, least: int) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or not least <= written <= _ATTEMPTS_MAX:
        raise ValueError(f"count {written!r}")
    return written
