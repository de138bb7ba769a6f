"""The deployment that tests of the weekly report share: audiences, settings, and the environment that sets them."""

from __future__ import annotations

from lambdas.dashboards.weekly.settings import Settings
from tests.lambdas.dashboards.conftest import ACCOUNT

SENDER = "reports@example.com"
APP_URL = "https://app.example.com/dashboards"
AUDIENCES = """
[[audiences]]
store = "store-001"
time_zone = "Europe/Berlin"
title = "Berlin, Market Square"

[[audiences]]
store = "store-002"
time_zone = "Asia/Kolkata"

[[audiences]]
region = "Süd West"
time_zone = "Europe/Berlin"
role = "weekly_sued_west"

[[audiences]]
chain = true
time_zone = "Europe/Berlin"
hour = 7
"""
SETTINGS = Settings(
    account_id=ACCOUNT,
    dashboard_id="store-traffic-weekly",
    sheet_ids=("week", "alerts"),
    bucket="reports-bucket",
    bucket_region="eu-central-1",
    folder="reports/weekly",
    audiences="weekly/audiences.toml",
    queue_url="https://sqs.eu-central-1.amazonaws.com/111122223333/weekly",
    sent_table="weekly-sent",
    sender=SENDER,
    app_url=APP_URL,
)


def environment() -> dict[str, str]:
    """Return what a deployment sets."""
    names = (
        "account_id", "dashboard_id", "bucket", "bucket_region", "folder", "audiences", "queue_url", "sent_table",
        "sender", "app_url",
    )  # fmt: skip
    own = {f"WEEKLY_{name.upper()}": str(getattr(SETTINGS, name)) for name in names}
    return {**own, "WEEKLY_SHEET_IDS": ", ".join(SETTINGS.sheet_ids)}
