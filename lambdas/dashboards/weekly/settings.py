"""What a deployment sets for the weekly report, from environment variables; every problem is told at the start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.dashboards.settings import SettingsError

PREFIX = "WEEKLY_"
SHEETS_MAX = 6
"""Quick Sight makes a file for each sheet, and at most six files in a job."""

_PATTERNS = {
    "ACCOUNT_ID": (r"\d{12}", "12 digits"),
    "DASHBOARD_ID": (r"[\w-]{1,512}", "the id of the dashboard"),
    "BUCKET": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket"),
    "BUCKET_REGION": (r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-central-1"),
    "FOLDER": (r"[\w-]+(/[\w-]+)*", "a folder such as reports/weekly"),
    "AUDIENCES": (r"[\w-][\w./-]*\.toml", "where in the bucket the audiences stand, such as weekly/audiences.toml"),
    "QUEUE_URL": (r"https?://\S+", "the address of the queue"),
    "SENT_TABLE": (r"[\w.-]{3,255}", "the table that keeps what was sent"),
    "SENDER": (r"[^@\n]+@[^@\s]+", "a verified address"),
    "APP_URL": (r"https?://\S+", "an address of the web"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the weekly report works.

    Attributes:
        dashboard_id: Quick Sight's id of the dashboard `weekly`.
        sheet_ids: its sheets, each a PDF.
        bucket: where PDFs are put, and where the file of audiences stands.
        folder: beneath which PDFs are put.
        audiences: the key of the file of audiences.
        queue_url: the queue of reports to be made.
        sent_table: DynamoDB table with the key `id` and the time to live `expiration`.
        app_url: where dashboards are; the mail links there.
    """

    account_id: str
    dashboard_id: str
    sheet_ids: tuple[str, ...]
    bucket: str
    bucket_region: str
    folder: str
    audiences: str
    queue_url: str
    sent_table: str
    sender: str
    app_url: str
    recipients_table: str = "recipients"
    configuration_set: str = ""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read `WEEKLY_ACCOUNT_ID` and its like.

    Raises:
        SettingsError: with every problem.
    """
    values = {name: environment.get(PREFIX + name, "") for name in (*_PATTERNS, "SHEET_IDS")}
    problems = [
        f"{PREFIX}{name}: expected {expected}, came {values[name]!r}; set it"
        for name, (pattern, expected) in _PATTERNS.items()
        if not re.fullmatch(pattern, values[name], re.ASCII)
    ]
    sheets = tuple(part.strip() for part in values.pop("SHEET_IDS").split(",") if part.strip())
    if not 1 <= len(sheets) <= SHEETS_MAX or not all(re.fullmatch(r"[\w-]{1,512}", sheet) for sheet in sheets):
        problems.append(f"{PREFIX}SHEET_IDS: expected 1 to {SHEETS_MAX} ids of sheets, came {sheets}; correct it")
    if problems:
        raise SettingsError("the weekly report", problems)
    return Settings(
        sheet_ids=sheets,
        recipients_table=environment.get(f"{PREFIX}RECIPIENTS_TABLE", "recipients"),
        configuration_set=environment.get(f"{PREFIX}CONFIGURATION_SET", ""),
        **{name.lower(): value for name, value in values.items()},
    )
