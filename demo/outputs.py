"""What the demo leaves behind: `report.json` for machines and `report.html` for people."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contracts.alerts import plain
from demo.accounting import Accounting
from demo.alerts import AlertsOfRun
from demo.metrics import Metric
from demo.report.page import METRICS_PAGE, Page, render

_ROOT = Path(__file__).resolve().parent.parent


def write_report(folder: Path, page: Page) -> Path:
    """Write `report.html` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.html"
    metrics_page = Path(os.path.relpath(_ROOT / METRICS_PAGE, folder.resolve())).as_posix()
    path.write_text(render(page, metrics_page=metrics_page), encoding="utf-8")
    return path


def write_alerts(folder: Path, alerts: AlertsOfRun) -> None:
    """Write `alerts.json`, and each e-mail's page into `mails/`, with its chart inside."""
    told = {
        "alerts": [
            asdict(case.alert) | {"holds": case.state, "acts": [plain(act) for act in case.actions]}
            for case in alerts.cases
        ],
        "messages": [
            {"way": each.way, "to": each.to, "subject": each.subject, "text": each.text} for each in alerts.messages
        ],
        "notifications": [dict(note) for note in alerts.notes],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alerts.json").write_text(json.dumps(told, indent=1, default=float) + "\n", encoding="utf-8")
    mails = folder / "mails"
    shutil.rmtree(mails, ignore_errors=True)
    mails.mkdir()
    for number, mail in enumerate((each for each in alerts.messages if each.html), start=1):
        chart = f"data:image/png;base64,{base64.b64encode(mail.chart).decode()}"
        (mails / f"{number:02d}.html").write_text(mail.html.replace("cid:chart", chart), encoding="utf-8")


def write_result(folder: Path, metrics: Iterable[Metric], accounting: Accounting, *, run: Mapping[str, object]) -> Path:
    """Write `report.json` and return its path; `run` says what was run and how long each step took."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.json"
    path.write_text(json.dumps(result_of(metrics, accounting, run=run), indent=1) + "\n", encoding="utf-8")
    return path


def result_of(metrics: Iterable[Metric], accounting: Accounting, *, run: Mapping[str, object]) -> dict[str, Any]:
    """Return the result as JSON values: `metrics` by name, `accounting`, and whether all that is judged is right."""
    judged = list(metrics)
    return {
        "is_right": all(metric.is_right for metric in judged) and accounting.adds_up,
        "accounting": {
            "received": accounting.received,
            "accepted": accounting.accepted,
            "rejected": accounting.rejected,
            "late": accounting.late,
            "duplicate": accounting.duplicate,
        },
        "in_stream": accounting.in_stream,
        "rejected_by_reason": dict(accounting.reasons),
        "problems": list(accounting.problems),
        "metrics": {metric.name: _metric(metric) for metric in judged},
        "run": dict(run),
    }


def _metric(metric: Metric) -> dict[str, Any]:
    told = {
        "value": metric.value,
        "truth": metric.truth,
        "error": metric.error,
        "allowance": metric.allowance,
        "unit": metric.unit,
        "source": metric.source,
        "is_right": metric.is_right if metric.is_judged else None,
    }
    return told if metric.minutes is None else told | {"values_compared": metric.minutes}
