"""A mapping is read whole, or refused with every problem named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glue.importing.mapping import load_mapping, mapping_of
from glue.importing.problems import ImportProblems
from glue.importing.rules import RULES
from glue.importing.verbs import EXAMPLE_MAPPING
from tests.glue.importing.conftest import MAPPING, changed


def _problems(table: dict[str, Any]) -> list[str]:
    with pytest.raises(ImportProblems) as refused:
        mapping_of(table, subject="mapping.toml")
    return list(refused.value.problems)


def test_the_example_is_a_mapping() -> None:
    """Rule: the commented example can be used as it is."""
    mapping = load_mapping(EXAMPLE_MAPPING)
    assert mapping.source == "import:leeds-2009-2016"
    assert len(mapping.store.ids) == 8


def test_every_problem_is_told_at_once() -> None:
    """Rule: unknown keys, wrong types, missing tables and unknown rules are all in one message."""
    table = changed(time={"zonne": "x", "clock": "moon"}, name="Old Counters", rules={"equal_row": "sum"})
    del table["columns"]
    assert _problems(table) == [
        "name: expected string should match pattern '^[a-z0-9][a-z0-9_-]*$', came 'Old Counters'",
        "time.clock: expected 'local', 'utc' or 'offset', came 'moon'",
        "time.zonne: expected a known key, came 'zonne'; did you mean 'zone'?",
        "columns: expected a value, came nothing; add `columns = …`",
        "rules.equal_row: expected a known rule, came 'equal_row'; did you mean 'equal_rows'?",
    ]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"time": {"zone": "Europe/Lundon"}}, "time.zone: expected an IANA time zone"),
        ({"time": {"timestamp": "at"}}, "time: expected the columns `date` and `hour`, or the column `timestamp`"),
        ({"time": {"hour": None}}, "time: expected the columns `date` and `hour`"),
        ({"time": {"clock": "utc"}}, "time: expected a `timestamp`"),
        ({"time": {"date_formats": []}}, "time.date_formats: expected "),
        ({"time": {"date_formats": ["%d/%m/%Y", "%Q"]}}, "time.date_formats.1: expected a form of strptime"),
        ({"store": {"constant": "north"}}, "store: expected either `column` or `constant`"),
        ({"store": {"ids": {"a": "b"}, "prefix": "x"}}, "store: expected `ids`"),
        ({"line": {"column": "door"}}, "line: expected either `column` or `constant`"),
        ({"columns": {"in_count": 5}}, "columns.in_count: expected a valid string, came 5"),
        ({"columns": {"out_count": "went"}, "counts": "both_directions"}, "the file: expected no `columns.out_count`"),
        ({"file": {"delimiter": ";;"}}, "file.delimiter: expected "),
        ({"rules": {"equal_rows": "add_to_next"}}, "rules.equal_rows: expected one of reject, keep_first"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value.partition(":")[0],
)
def test_what_does_not_fit_together_is_refused(tables: dict[str, Any], told: str) -> None:
    """Rule: each choice excludes others, and the message names the key, what was expected and what came."""
    (problem,) = _problems(changed(**tables))
    assert problem.startswith(told)


def test_a_rule_does_its_default_unless_told() -> None:
    """Rule: a mapping without a word about a rule gets its first action."""
    assert all(mapping_of(MAPPING, subject="m").action_of(rule) == RULES[rule].actions[0] for rule in RULES)
    assert mapping_of(changed(rules={"gap": "reject"}), subject="m").action_of("gap") == "reject"


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    """Rule: a file that is missing or no TOML is told by its path, with the cure."""
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(ImportProblems, match=r"broken\.toml: 1 problem\n.*expected TOML"):
        load_mapping(broken)
    with pytest.raises(ImportProblems, match=r"absent\.toml: 1 problem\n.*expected a readable TOML file"):
        load_mapping(tmp_path / "absent.toml")
