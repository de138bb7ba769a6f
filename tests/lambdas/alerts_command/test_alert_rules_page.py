"""docs/alert-rules.md says what contracts/rules.py does."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from contracts.rules import METRICS, TAKES_EFFECT_MS, Rule, Store, read_book

PAGE = Path("docs/alert-rules.md").read_text(encoding="utf-8")
WORDS = {None: "never", "": "none", (): "none", False: "false", True: "true"}
OF_CONTRACT = {"off_level": "as `on_level`", "severity": "`medium`", "roles": "must be given"}
SAID_BY = {"hours": "while open", "opening_hours": "open day and night"}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading."""
    under = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in under.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


@pytest.mark.parametrize(("heading", "described"), [("Fields of a rule", Rule), ("Fields of a store", Store)])
def test_every_field_is_named_with_its_default(heading: str, described: type) -> None:
    """No other is, and none is left out but the version, which nobody writes."""
    said = {name: row[1] for row in rows(heading) for name in re.findall(r"`(\w+)`", row[0])}
    fields = {each.name: each.default for each in dataclasses.fields(described) if each.name != "version"}
    assert said.keys() == fields.keys()
    for name, default in fields.items():
        if default is dataclasses.MISSING:
            expected = OF_CONTRACT.get(name, "must be given")
        elif name in SAID_BY or name.endswith(("_ids", "_kinds")):
            expected = SAID_BY.get(name, "everywhere")
        else:
            expected = WORDS[default] if isinstance(default, bool) or default in (None, "", ()) else str(default)
        assert said[name].strip("`") == expected.strip("`"), name


def test_every_metric_is_named_with_its_unit_and_place() -> None:
    """As the contract has them, and hazards beside them."""
    said = {row[0].strip("`"): (row[1], row[2]) for row in rows("Metrics")}
    hazard = said.pop("hazard.<label>")
    assert said == {name: (metric.unit, metric.place_kind) for name, metric in METRICS.items()}
    assert hazard == ("0 to 1", "zone, or camera")


def test_every_example_can_be_used() -> None:
    """Who copies one has rules that hold."""
    examples = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(examples) == 2
    books = [read_book(tomllib.loads(example)) for example in examples]
    assert books[0].rules["*"][0].minimum_seconds == 60
    assert books[1].stores["store-1"].time_zone == "Europe/Berlin"


def test_the_time_until_a_version_holds_is_the_contracts() -> None:
    """Who waits for a change waits for so long."""
    assert f"A version holds {TAKES_EFFECT_MS // 1000} s after it was saved" in PAGE
