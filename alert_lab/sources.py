"""Where days, rules and verdicts come from: the lake and DynamoDB, or a file of events."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from alert_lab.candidates import NOW, Candidate, book_of
from alert_lab.recorded import RecordedDay, read_day, read_file
from alert_lab.verdicts import Judged, judged_of
from contracts.rules import RuleBook, Store, read_book
from flink_jobs.alerting.rulebook import Book, read_book_text
from glue.business_day import BusinessDay
from glue.lake import Lake
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.rules import RuleStore, rules_text

DAY_MS = 86_400_000
LATEST_MS = 2**53
"""Later than anything saved: the rules that were saved last hold, if only in some seconds."""
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of a file, under its name."""

    name: str
    book: RuleBook


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed: `days` days of each store from `first` on; None takes what there is."""

    store_ids: tuple[str, ...]
    first: dt.date | None
    days: int = 1

    def of(self, book: Book) -> Iterator[BusinessDay]:
        """Yield the days as they are where the store is."""
        if self.first is None:
            return
        for number in range(self.days):
            yield BusinessDay(self.first + dt.timedelta(days=number), ZoneInfo(book.store.time_zone))


class Source(Protocol):
    """Gives candidates, days and verdicts."""

    def candidates(self, files: Sequence[RuleFile]) -> list[Candidate]:
        """Return the rules to compare, those that hold now first."""

    def days(self, candidate: Candidate, step: Step) -> Iterator[RecordedDay]:
        """Yield every day of every store; `step` is called after each. The candidate tells the stores' time zones."""

    def judged(self, days: Sequence[RecordedDay]) -> tuple[Judged, ...]:
        """Return what people found of the alerts of these days."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Days of the lake, rules and verdicts of DynamoDB."""

    asked: Asked
    lake: Lake
    rules: RuleStore
    actions: ActionStore

    def candidates(self, files: Sequence[RuleFile]) -> list[Candidate]:
        """Return the rules that hold now, where there are any, and each file's."""
        stores = self.asked.store_ids
        current = {store_id: self.rules.current(store_id, LATEST_MS) for store_id in stores}
        now = Candidate(NOW, {name: read_book_text(rules_text(current[name].values())) for name in stores})
        said = {store_id: self.rules.store(store_id, LATEST_MS) for store_id in stores}
        return [*([now] if now.rules else []), *of_files(files, said)]

    def days(self, candidate: Candidate, step: Step) -> Iterator[RecordedDay]:
        """Yield every day of every store from the lake."""
        for store_id in self.asked.store_ids:
            for day in self.asked.of(candidate.book(store_id)):
                yield read_day(self.lake, store_id, day)
                step()

    def judged(self, days: Sequence[RecordedDay]) -> tuple[Judged, ...]:
        """Return the verdicts of `alert_actions`; an alert may have begun the day before."""
        since_ms, until_ms = min(day.start_ms for day in days) - DAY_MS, max(day.end_ms for day in days)
        return tuple(
            each
            for store_id in self.asked.store_ids
            for each in judged_of(self.actions.cases(store_id, since_ms=since_ms), until_ms=until_ms)
        )


@dataclass(frozen=True, slots=True)
class FromFile:
    """Days of a file of events: no rules but those of rule files, no verdicts, no dwell times."""

    asked: Asked
    path: Path

    def candidates(self, files: Sequence[RuleFile]) -> list[Candidate]:
        """Return each file's rules."""
        return of_files(files, {store_id: Store() for store_id in self.asked.store_ids})

    def days(self, candidate: Candidate, step: Step) -> Iterator[RecordedDay]:
        """Yield every day of every store, or all that the file holds of it."""
        for store_id in self.asked.store_ids:
            wanted: list[BusinessDay | None] = [*self.asked.of(candidate.book(store_id))]
            for day in wanted or [None]:
                yield read_file(self.path, store_id, day)
                step()

    def judged(self, days: Sequence[RecordedDay]) -> tuple[Judged, ...]:  # noqa: ARG002 - as the others
        """Return nothing."""
        return ()


def read_rules(path: Path) -> RuleFile:
    """Read a rule file.

    Raises:
        RulesError: with every problem of every rule.
        ValueError: it is not TOML.
    """
    try:
        return RuleFile(path.stem, read_book(tomllib.loads(path.read_text(encoding="utf-8"))))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: expected TOML, came: {error}; correct that line") from error


def of_files(files: Iterable[RuleFile], said: Mapping[str, Store]) -> list[Candidate]:
    """Return the candidates of rule files; `said` is what each store says of itself where a file does not."""
    return [
        Candidate(file.name, {store_id: book_of(file.book, store_id, store=store) for store_id, store in said.items()})
        for file in files
    ]
