"""The verbs on alerts: list, show, acknowledge, verdict, comment."""

from __future__ import annotations

import argparse
from zoneinfo import ZoneInfo

from rich.console import RenderableType

from contracts.alerts import ActionKind, Verdict
from lambdas.alert_store.actions import AlertCase
from lambdas.alerts_command.tools import PROGRAM, CommandError, Tools
from lambdas.alerts_command.words import (
    OPEN_STATES,
    SEVERITY_STYLES,
    at,
    cell,
    counted,
    lasting,
    level,
    short_id,
    state,
    table,
    what,
)

_HOUR_MS = 3_600_000
_DAYS_KEPT = 90
_NAMED_SHORTLY = 2_000
"""Of so many newest alerts the first letters of the hash name one."""


def list_alerts(options: argparse.Namespace, tools: Tools) -> None:
    """Show a store's alerts, the newest first."""
    since_ms = tools.now_ms - round(options.hours * _HOUR_MS)
    found = tools.actions.cases(options.store, since_ms=max(0, since_ms))
    cases = [case for case in found if not options.open or case.state in OPEN_STATES]
    tools.say(_answer(cases, options), style="bold")
    if not cases:
        tools.say(f"Next: {PROGRAM} rules show --store {options.store} says what would raise one")
        return
    rows = table(("Began", "What", "Where", "Severity", "State", "Value", "Lasted", "Alert"), right=("Value", "Lasted"))
    zone = _zone(options.store, tools)
    for case in cases[: options.limit]:
        rows.add_row(*_cells(case, zone, tools.now_ms))
    tools.console.print(rows)
    if len(cases) > options.limit:
        tools.say(f"{len(cases) - options.limit} older ones are left out: --limit shows more.")
    tools.say(f"Next: {PROGRAM} show --store {options.store} {short_id(cases[0].alert.alert_id)}")


def show(options: argparse.Namespace, tools: Tools) -> None:
    """Show one alert with what people did about it."""
    case = _case(options, tools)
    alert, zone = case.alert, _zone(options.store, tools)
    tools.say(f"{what(alert)} at {alert.place_id}: {case.state.replace('_', ' ')}", style="bold")
    rows = table(("", ""))
    for name, text in (
        ("alert", alert.alert_id),
        ("rule", f"{alert.rule_id}, version {alert.rule_version}"),
        ("value", f"{level(alert.metric, alert.value)}, worst {alert.worst_value:.4g}, limit {alert.limit_value:.4g}"),
        *((name, at(time_ms, zone)) for name, time_ms in _times(case) if time_ms),
        ("repeat of", alert.repeat_of),
        ("evidence", alert.clip_id),
    ):
        if text:
            rows.add_row(name, cell(text))
    for act in case.actions:
        words = ": ".join(part for part in (act.verdict, act.comment) if part)
        rows.add_row(act.action, cell(f"{at(act.acted_ms, zone)} {act.person_id} {words}".rstrip()))
    tools.console.print(rows)
    tools.say(f"Times in {zone.key}. Next: {PROGRAM} acknowledge | verdict | comment --help")


def acknowledge(options: argparse.Namespace, tools: Tools) -> None:
    """Take an alert on."""
    _act(options, tools, "acknowledge", comment=options.comment)


def verdict(options: argparse.Namespace, tools: Tools) -> None:
    """Say what an alert was."""
    _act(options, tools, "verdict", verdict=options.verdict, comment=options.comment)


def comment(options: argparse.Namespace, tools: Tools) -> None:
    """Add words."""
    _act(options, tools, "comment", comment=" ".join(options.words))


def _act(
    options: argparse.Namespace,
    tools: Tools,
    action: ActionKind,
    *,
    verdict: Verdict | None = None,
    comment: str | None = None,
) -> None:
    alert = _case(options, tools).alert
    case = tools.actions.act(
        options.store,
        alert.alert_id,
        action,
        verdict=verdict,
        comment=comment,
        person_id=options.person,
        now_ms=tools.now_ms,
    )
    tools.say(f"Noted. {what(alert)} at {alert.place_id} is {state(case).plain}.")


def _case(options: argparse.Namespace, tools: Tools) -> AlertCase:
    """Return the alert that is named by its id or by the first letters of its hash."""
    if "-" in options.alert:
        return tools.actions.case(options.store, options.alert)
    cases = tools.actions.cases(options.store, limit=_NAMED_SHORTLY)
    found = [case for case in cases if case.alert.alert_id.partition("-")[2].startswith(options.alert)]
    if len(found) != 1:
        came = "none" if not found else f"{len(found)}: {', '.join(case.alert.alert_id for case in found[:5])}"
        raise CommandError(
            f"alert {options.alert}: expected one alert of store {options.store} whose id goes on so, came {came}; "
            f"`{PROGRAM} list --store {options.store} --hours {24 * _DAYS_KEPT}` names them"
        )
    return found[0]


def _answer(cases: list[AlertCase], options: argparse.Namespace) -> str:
    kind = "open alert" if options.open else "alert"
    period = f"{options.hours:g} h"
    if not cases:
        return f"No {kind}s of store {options.store} in the last {period}."
    is_open = sum(case.state in OPEN_STATES for case in cases)
    to_review = sum(case.state == "needs_review" for case in cases)
    parts = [f"{counted(len(cases), kind)} of store {options.store} in the last {period}"]
    parts += [f"{is_open} open"] if not options.open else []
    parts += [f"{to_review} to review"] if to_review else []
    return f"{', '.join(parts)}."


def _cells(case: AlertCase, zone: ZoneInfo, now_ms: int) -> tuple[RenderableType, ...]:
    alert = case.alert
    return (
        cell(at(alert.started_ms, zone)),
        cell(what(alert)),
        cell(alert.place_id),
        cell(alert.severity, SEVERITY_STYLES[alert.severity]),
        state(case),
        cell(level(alert.metric, alert.value)),
        cell(lasting((alert.ended_ms or now_ms) - alert.started_ms)),
        cell(short_id(alert.alert_id)),
    )


def _times(case: AlertCase) -> tuple[tuple[str, int], ...]:
    alert = case.alert
    return (
        ("began", alert.started_ms),
        ("raised", alert.raised_ms),
        ("escalated", alert.escalated_ms),
        ("ended", alert.ended_ms),
    )


def _zone(store_id: str, tools: Tools) -> ZoneInfo:
    return ZoneInfo(tools.rules.store(store_id, tools.now_ms).time_zone)
