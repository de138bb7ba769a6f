"""Sets of rules to compare: those that hold now, and those of rule files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.rules import ANY_STORE, STORE_RULE_ID, Rule, RuleBook, Store, rule_body, store_body
from flink_jobs.alerting.rulebook import Book, read_book_text

NOW = "now"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rules under a name, as they hold for each store."""

    name: str
    books: Mapping[str, Book]

    def book(self, store_id: str) -> Book:
        """Return a store's rules; raises `KeyError`."""
        return self.books[store_id]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule once, by its id; where stores have rules of their own, the first store's."""
        known: dict[str, Rule] = {}
        for book in self.books.values():
            for rule_id, rule in book.by_id.items():
                known.setdefault(rule_id, rule)
        return tuple(known[rule_id] for rule_id in sorted(known))


def book_of(written: RuleBook, store_id: str, *, store: Store | None = None) -> Book:
    """Return the rules of a file as they would hold for a store: its own go before the chain's of the same id.

    Args:
        written: what the file says.
        store_id: the store.
        store: what the store says of itself, where the file does not.
    """
    chain, own = (written.rules.get(name, ()) for name in (ANY_STORE, store_id))
    rules = {rule.rule_id: rule for rule in (*chain, *own)}
    said = written.stores.get(store_id, store or Store())
    bodies = {rule_id: rule_body(rule) for rule_id, rule in rules.items()} | {STORE_RULE_ID: store_body(said)}
    return read_book_text(json.dumps({rule_id: [1, json.loads(body)] for rule_id, body in bodies.items()}))


def book_with(rules: Iterable[Rule], store: Store) -> Book:
    """Return a book of rules that are known to be sound, such as variants of one."""
    listed = tuple(rules)
    metrics = dict.fromkeys(rule.metric for rule in listed)
    return Book(
        by_metric={metric: tuple(rule for rule in listed if rule.metric == metric) for metric in metrics},
        by_id={rule.rule_id: rule for rule in listed},
        store=store,
    )
