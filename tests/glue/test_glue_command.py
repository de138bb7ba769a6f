"""`python -m glue plan` and `apply`."""

from __future__ import annotations

import pytest

from contracts.tables import TABLES
from glue.__main__ import main

WAREHOUSE = "s3://lake/warehouse"


@pytest.mark.usefixtures("cloud")
def test_apply_creates_all_and_plan_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: after apply, plan has nothing to do for any table of the contracts."""
    assert main(["apply", "--warehouse", WAREHOUSE]) == 0
    created = capsys.readouterr().out.splitlines()
    assert main(["plan", "--warehouse", WAREHOUSE]) == 0
    planned = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in created] == [[name, "create"] for name in TABLES]
    assert [line.split()[:2] for line in planned] == [[name, "none"] for name in TABLES]


@pytest.mark.usefixtures("cloud")
def test_service_that_does_not_answer_is_told_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: no traceback for a missing service; one message and exit code 2."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("glue.catalog.GLUE_ATTEMPTS", 1)
    assert main(["plan", "--warehouse", WAREHOUSE, "--endpoint-url", "http://127.0.0.1:1"]) == 2
    assert "to answer at http://127.0.0.1:1" in capsys.readouterr().err
