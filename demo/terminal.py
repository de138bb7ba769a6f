"""What the demo says on the terminal: every metric beside its truth, the accounting, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from demo.accounting import Accounting
from demo.alerts import AlertsOfRun
from demo.metrics import Metric
from demo.report.numbers import shown
from demo.report.video import SeenVisit, tally
from demo.report.words import clock, duration, place

PLAIN_WIDTH = 110
"""Columns where the output goes into a file, which has no width of its own."""


def make_console(*, stderr: bool = False) -> Console:
    """Return a console with colours on a terminal and with none elsewhere."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)


def print_metrics(console: Console, metrics: Iterable[Metric]) -> None:
    """Print one line for each metric."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("metric", no_wrap=True)
    for name in ("value", "truth", "error"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for metric in metrics:
        mark = "[green]right[/green]" if metric.is_right else "[bold red]WRONG[/bold red]"
        mark = mark if metric.is_judged else ""
        values = (shown(value, metric.unit) for value in (metric.value, metric.truth, metric.error))
        table.add_row(metric.name, *values, mark)
    console.print(table)


def print_accounting(console: Console, accounting: Accounting) -> None:
    """Print the identity that holds all records."""
    fates = ("accepted", "rejected", "late", "duplicate")
    told = " + ".join(f"{fate} {getattr(accounting, fate):,}" for fate in fates)
    sign = "=" if accounting.adds_up else "≠"
    line = f"received {accounting.received:,} {sign} {told}; the stream holds {accounting.in_stream:,}"
    console.print(f"\n{line}", soft_wrap=True)


def print_alerts(console: Console, alerts: AlertsOfRun, *, time_zone: str) -> None:
    """Print each alert: when, what, why, what became of it; and what people were told."""
    if not alerts.cases:
        console.print("\nNo alert was raised.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("alert", "raised", "over", "severity", "why", "state", "told"):
        table.add_column(name, no_wrap=name != "why")
    told = Counter(
        str(note.get("notification_id", "")).partition("#")[0] for note in alerts.notes if note.get("state") == "sent"
    )
    for case in alerts.cases:
        alert = case.alert
        table.add_row(
            f"{alert.rule_id} {place(alert.place_id)}",
            clock(alert.raised_ms, time_zone),
            clock(alert.ended_ms, time_zone) if alert.ended_ms else "",
            alert.severity,
            f"{alert.metric} {alert.worst_value:g}, limit {alert.limit_value:g}",
            case.state + (" (again)" if alert.repeat_of else ""),
            str(told[alert.alert_id] or ""),
        )
    console.print()
    console.print(table)
    if alerts.messages:
        console.print(f"\n{len(alerts.messages)} messages, as the e-mail and SMS services received them:")
    for message in alerts.messages:
        first = message.subject or message.text
        console.print(f"  {message.way:<7}{message.to:<24}{first}", markup=False, soft_wrap=True)


def print_visits(console: Console, visits: list[SeenVisit], metrics: Iterable[Metric]) -> None:
    """Print `N visits` and one line for each; where a truth is known, the truth and the error too."""
    console.print(f"\n{tally(visits)}")
    judged = {metric.name: metric for metric in metrics if metric.family == "dwell_seconds"}
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("visit", "entered", "left", "dwell", *(("truth", "error") if judged else ())):
        table.add_column(name, justify="left" if name == "visit" else "right")
    for visit in visits:
        metric = judged.get(f"dwell_seconds.{visit.zone_id}-visit-{visit.number}")
        table.add_row(
            f"{place(visit.zone_id)} {visit.number}",
            duration(visit.entered_seconds),
            duration(visit.left_seconds),
            f"{visit.dwell_seconds:.1f} s",
            *((shown(metric.truth, "s"), shown(metric.error, "s")) if metric else ()),
        )
    console.print(table)


def print_failures(console: Console, metrics: Iterable[Metric], accounting: Accounting) -> None:
    """Print everything that is wrong, one line each."""
    for metric in metrics:
        if not metric.is_right:
            allowed = f"within {metric.allowance:g}" if metric.allowance else "the same"
            value, truth = shown(metric.value, metric.unit), shown(metric.truth, metric.unit)
            console.print(f"[red]wrong:[/red] {metric.name}: expected {truth} ({allowed}), came {value}")
    for problem in accounting.problems:
        console.print(f"[red]wrong:[/red] {problem}")
