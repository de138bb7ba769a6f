"""The rules that hold for a store, from the text that the job's `RULES_OF` gives."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import lru_cache

from contracts.rules import STORE_RULE_ID, Rule, RulesError, Store, read_rule, read_store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Book:
    """A store's rules by metric, and what it says of itself."""

    by_metric: dict[str, tuple[Rule, ...]]
    by_id: dict[str, Rule]
    store: Store


@lru_cache(maxsize=16_384)
def read_book_text(text: str) -> Book:
    """Read `{"rule id": [version, body], ...}`; a rule that cannot be used is told in the log, and left out."""
    rules: list[Rule] = []
    store = Store()
    for rule_id, (version, body) in json.loads(text).items():
        try:
            if rule_id == STORE_RULE_ID:
                store = read_store(body)
            else:
                rules.append(read_rule(body, version=version))
        except RulesError as error:
            logger.warning("rule %s, version %s: %s", rule_id, version, error)
    enabled = [rule for rule in rules if rule.is_enabled]
    metrics = {rule.metric for rule in enabled}
    return Book(
        by_metric={metric: tuple(rule for rule in enabled if rule.metric == metric) for metric in metrics},
        by_id={rule.rule_id: rule for rule in enabled},
        store=store,
    )
