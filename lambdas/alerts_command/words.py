"""Rules and alerts in the words of the terminal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from contracts.alerts import Alert
from contracts.rules import HAZARD, METRICS, WEEKDAYS, Rule
from lambdas.alert_store.actions import AlertCase
from lambdas.alert_store.versions import Version

SEVERITY_STYLES = {"high": "red", "medium": "yellow", "low": ""}
OPEN_STATES = frozenset({"raised", "needs_review", "acknowledged", "escalated"})


def table(columns: Sequence[str], *, right: Iterable[str] = ()) -> Table:
    """Return a table without lines, whose columns are as wide as what is in them; no head where none is named."""
    is_headed = any(columns)
    made = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False, show_header=is_headed)
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return made


def cell(text: str, style: str = "") -> Text:
    """Return text as it is: no markup, and nothing that steers a terminal, as people wrote it."""
    return Text("".join(letter if letter.isprintable() else " " for letter in text), style=style)


def counted(count: int, noun: str) -> str:
    """Return `1 alert`, `2 alerts`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def at(time_ms: int, zone: ZoneInfo) -> str:
    """Return an instant where the store is: `2026-09-21 13:04:20`."""
    return dt.datetime.fromtimestamp(time_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def lasting(milliseconds: int) -> str:
    """Return a duration: `4:10`, `1:04:10`."""
    hours, rest = divmod(max(0, milliseconds) // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def level(metric: str, value: float) -> str:
    """Return a level with its unit: `5 people`, `420 s`, `0.7`."""
    unit = "" if metric.startswith(HAZARD) or metric not in METRICS else METRICS[metric].unit
    return f"{value:.4g} {unit}".rstrip()


def condition(rule: Rule) -> str:
    """Return when a rule's alert begins and ends."""
    holding = f" for {lasting(rule.minimum_seconds * 1000)}" if rule.minimum_seconds else ""
    return f"{rule.metric} ≥ {level(rule.metric, rule.on_level)}{holding}, {_end(rule)}"


def _end(rule: Rule) -> str:
    if rule.metric.startswith(HAZARD):
        return f"over {rule.expire_after_minutes} min after the last"
    return f"until ≤ {rule.off_level:g}" if rule.off_level < rule.on_level else "until below"


def where(rule: Rule) -> str:
    """Return the places of a rule."""
    named = [*rule.zone_ids, *(f"{kind} zones" for kind in rule.zone_kinds), *rule.lane_ids, *rule.camera_ids]
    return ", ".join(named) or ("whole store" if rule.of.place_kind == "store" else "everywhere")


def when(rule: Rule) -> str:
    """Return the hours of a rule."""
    if rule.is_always:
        return "always"
    if rule.hours is None:
        return "while open"
    days = (f"{day[:2]} {' '.join(rule.hours[day])}" for day in WEEKDAYS if rule.hours.get(day))
    return ", ".join(days) or "never"


def told(rule: Rule) -> str:
    """Return whom a rule tells, and whom after how long."""
    first = ", ".join(rule.roles)
    if rule.escalate_after_minutes is None:
        return first
    return f"{first}; after {rule.escalate_after_minutes} min {', '.join(rule.escalation_roles) or 'again'}"


def change(before: Version | None, after: Version) -> str:
    """Return what a version changed."""
    if not after.body:
        return "gone"
    if before is None or not before.body:
        return "new" if before is None else "back again"
    old, new = json.loads(before.body), json.loads(after.body)
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} {_short(old.get(name))} → {_short(new.get(name))}" for name in names) or "nothing"


def short_id(alert_id: str) -> str:
    """Return the part of an alert's id by which people name it: the first letters of its hash."""
    return alert_id.partition("-")[2][:8]


def what(alert: Alert) -> str:
    """Return what an alert is about."""
    return alert.title or alert.metric.removeprefix(HAZARD).replace("_", " ")


def state(case: AlertCase) -> Text:
    """Return the state that holds, and by whom."""
    by = next((act.person_id for act in case.actions if act.action == "acknowledge"), "")
    named = case.state.replace("_", " ") + (f" by {by}" if case.state == "acknowledged" else "")
    style = "bold" if case.state in ("needs_review", "escalated") else "" if case.state in OPEN_STATES else "dim"
    return cell(named, style)


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "—" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
