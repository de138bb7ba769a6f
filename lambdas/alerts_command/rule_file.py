"""A rule file: the chain's rules, stores with theirs, and people, read with every problem at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from contracts.recipients import Recipient, RecipientError, read_recipient
from contracts.rules import ANY_STORE, RuleBook, RulesError, read_book
from lambdas.alerts_command.tools import CommandError

_SEEDS = files("lambdas.seeds")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What a rule file says."""

    book: RuleBook
    people: tuple[Recipient, ...]

    def for_store(self, store_id: str) -> RuleFile:
        """Return the file as one store's alone: the chain's rules and people become its own, other stores' go."""
        own = {rule.rule_id: rule for owner in (ANY_STORE, store_id) for rule in self.book.rules.get(owner, ())}
        stores = {name: store for name, store in self.book.stores.items() if name == store_id}
        people = {
            person.person_id: replace(person, store_id=store_id)
            for owner in (ANY_STORE, store_id)
            for person in self.people
            if person.store_id == owner
        }
        return RuleFile(RuleBook({store_id: tuple(own.values())}, stores), tuple(people.values()))

    def roles_of_nobody(self) -> list[str]:
        """Return the roles that rules name and nobody of the file has: whom would they tell?"""
        named = {
            role
            for rules in self.book.rules.values()
            for rule in rules
            for role in (*rule.roles, *rule.escalation_roles)
        }
        return sorted(named - {role for person in self.people for role in person.roles})


def seed_names() -> list[str]:
    """Return the names of the rule files that come with the program."""
    return sorted(each.name.removesuffix(".toml") for each in _SEEDS.iterdir() if each.name.endswith(".toml"))


def read_rule_file(name: str) -> RuleFile:
    """Read a file by its path, or a seed by its name.

    Raises:
        CommandError: with every problem of every rule, store and person.
    """
    written = _tables(name)
    problems: list[str] = []
    book = RuleBook({}, {})
    try:
        book = read_book(written)
    except RulesError as error:
        problems += error.problems
    people = _people(written.get("people", []), problems)
    if problems:
        raise CommandError("\n".join((f"{name} cannot be used:", *(f"- {problem}" for problem in problems))))
    return RuleFile(book, people)


def _tables(name: str) -> Mapping[str, Any]:
    try:
        if name in seed_names() and not Path(name).exists():
            text = _SEEDS.joinpath(f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = Path(name).read_text(encoding="utf-8")
        return tomllib.loads(text)
    except OSError as error:
        raise CommandError(
            f"{name}: expected a file that can be read or one of the seeds {', '.join(seed_names())}, "
            f"came: {error.strerror}; correct the path"
        ) from error
    except ValueError as error:
        raise CommandError(f"{name}: expected TOML, came: {error}; correct that place") from error


def _people(written: Any, problems: list[str]) -> tuple[Recipient, ...]:
    tables = [each for each in written if isinstance(each, Mapping)] if isinstance(written, list) else []
    people = []
    for table in tables:
        try:
            people.append(read_recipient({"store_id": ANY_STORE, **table}))
        except RecipientError as error:
            problems += error.problems
    problems += _twice(people)
    return tuple(people)


def _twice(people: Iterable[Recipient]) -> list[str]:
    keys = [(person.person_id, person.store_id) for person in people]
    return [
        f"person {person_id}: expected once for store {store_id}, came {keys.count((person_id, store_id))}; remove one"
        for person_id, store_id in dict.fromkeys(keys)
        if keys.count((person_id, store_id)) > 1
    ]
