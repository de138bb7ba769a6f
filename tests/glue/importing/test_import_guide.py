"""The guide tells every key, rule and action that there is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest

from glue.importing.mapping import ImportMapping
from glue.importing.rules import RULES, Rule

GUIDE = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")


def _keys(declared: type, prefix: str = "") -> Iterator[str]:
    hints = get_type_hints(declared)
    for field in dataclasses.fields(declared):
        if dataclasses.is_dataclass(hints[field.name]):
            yield from _keys(hints[field.name], f"{field.name}.")
        else:
            yield f"{prefix}{field.name}"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rules_are_told(rule: Rule) -> None:
    """Rule: the guide has each rule's sentence and actions as its file has them."""
    assert f"| `{rule.name}` | {rule.sentence} | {', '.join(rule.actions)} |" in GUIDE


@pytest.mark.parametrize("key", tuple(_keys(ImportMapping)))
def test_keys_are_told(key: str) -> None:
    """Rule: the guide has each key of a mapping."""
    assert f"`{key}`" in GUIDE
