"""What docs/security.md says of retention is what the contract, the settings and the stacks do."""

from __future__ import annotations

import re
from pathlib import Path

from contracts.tables import TABLES
from flink_jobs.settings import MetricSettings
from infra.buckets import ACCESS_LOG_DAYS, CLIP_DAYS
from infra.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text()


def test_tables_are_kept_as_long_as_the_contract_says() -> None:
    """Every table with an end is named with its days, and no other."""
    told = {name: int(days) for name, days in re.findall(r"^\| `(\w+)` \| (\d+) days \|$", PAGE, re.MULTILINE)}
    assert told == {table.name: table.retention_days for table in TABLES.values() if table.retention_days}


def test_everything_else_is_kept_as_long_as_it_is_set() -> None:
    """Stream, live items, clips, results and logs of access."""
    production, metrics = load_settings("production"), MetricSettings()
    clips = ", ".join(str(days) for days in sorted(CLIP_DAYS.values())).replace(", 92", " or 92")
    for line in (
        f"| the stream | {production.stream.retention_hours // 24} days",
        f"in DynamoDB | {metrics.live_item_days} days; {metrics.alert_item_days} days |",
        f"| clips | {clips} days",
        f"| {production.athena.results_days}; {production.flink.log_days}; {ACCESS_LOG_DAYS} days |",
    ):
        assert line in PAGE
