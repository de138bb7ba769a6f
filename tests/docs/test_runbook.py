"""Whoever is woken by an alarm finds its section in the runbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.alarms import alarms
from infra.settings import load_settings, stage_names

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/runbook.md").read_text()
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def alarm_names() -> set[str]:
    """Return the alarms of all stages."""
    return {alarm.name for stage in stage_names() for alarm in alarms(load_settings(stage))}


def test_every_alarm_has_a_section_and_every_section_an_alarm() -> None:
    """The text of an alarm links to docs/runbook.md#NAME; a section of no alarm is a remnant."""
    assert SECTIONS.keys() == alarm_names()


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_section_says_meaning_check_and_cure(name: str) -> None:
    """In this order: at night nobody reads the rest."""
    places = [SECTIONS[name].find(word) for word in ("**Means**", "**Check**", "**Cure**")]
    assert -1 < places[0] < places[1] < places[2]
