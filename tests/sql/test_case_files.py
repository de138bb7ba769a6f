"""A broken case file is refused with the line of every problem and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.case_files import CaseError, load_case

GOOD = """rule: A rule.
given:
  - visit: {zone: aisle-1, track: a, from: 0, to: 20}
expect:
  visit_v1:
    - {zone_id: aisle-1}
"""


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("rule: A rule.\n", "", "line 1, case: expected rule, given and expect, came none for rule; add it"),
        ("  - visit", "  - wisit", "line 3, given.0: expected one of visit, snapshot"),
        ("  visit_v1", "  visit_v9", "line 5, expect.visit_v9: expected a table of contracts/tables.py, came visit_v9"),
        ("{zone_id", "{zone", "line 6, expect.visit_v1.0: expected columns of visit_v1, came zone; correct it"),
        ("expect:", "restore: 50\nexpect:", "line 4, restore: expected second 45 of a minute, came 50"),
        ("to: 20}", "to: 20, late: true}", "line 1, case: expected in `reconciled` what a recount makes"),
        ("expect:", "wants: 1\nexpect:", "line 4, wants: expected rule, given, expect, restore or reconciled"),
        ("{zone: aisle-1", "{zone: aisle-1]", "line 3"),
    ],
)
def test_problems_have_lines_and_cures(tmp_path: Path, good: str, bad: str, says: str) -> None:
    """Each way to break a file is told with its line."""
    assert good in GOOD
    path = tmp_path / "case.yaml"
    path.write_text(GOOD.replace(good, bad, 1))
    with pytest.raises(CaseError) as refused:
        load_case(path)
    assert says in str(refused.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """A file with two mistakes names both."""
    path = tmp_path / "case.yaml"
    path.write_text(GOOD.replace("- visit", "- wisit").replace("  visit_v1", "  visit_v9"))
    with pytest.raises(CaseError, match=r"(?s)given\.0.*visit_v9"):
        load_case(path)
