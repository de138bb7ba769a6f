"""What the lab found, on the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from alert_lab.grid import Cell, Grid
from alert_lab.outcome import LabResult, RuleResult
from alert_lab.words import headline, limits, missed, number, true_share

_COLUMNS = ("Rule", "Set", "Alerts a day", "Re- peats", "Minutes a day", "Missed minutes", "True", "95 %")


def show(console: Console, results: tuple[LabResult, ...], grids: Sequence[Grid]) -> None:
    """Print the first answer, a line for each rule and candidate, and what the verdicts suggest."""
    console.print(headline(results), style="bold", highlight=False, soft_wrap=True)
    console.print()
    console.print(rules_table(results))
    for reason, rules in _by_reason(grids).items():
        console.print(f"\n{', '.join(rules)}: {reason}", highlight=False, soft_wrap=True)


def rules_table(results: Sequence[LabResult]) -> Table:
    """Return a line for each rule and candidate; missed are minutes with a wait over the target and no alert."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for index, name in enumerate(_COLUMNS):
        is_name = index < _COLUMNS.index("Alerts a day")
        table.add_column(name, justify="left" if is_name else "right", no_wrap=is_name)
    for rule_id in rule_ids(results):
        for index, (result, rule) in enumerate(_of_rule(results, rule_id)):
            table.add_row("" if index else rule_id, result.name, *_cells(result, rule))
    table.add_section()
    for index, result in enumerate(results):
        of_all = (missed(result), true_share(result.precision), limits(result.precision))
        minutes = number(result.per_day(result.alert_minutes))
        repeats = number(result.per_day(sum(rule.repeats for rule in result.rules)))
        alerts = number(result.per_day(result.alerts))
        table.add_row("" if index else "all", result.name, alerts, repeats, minutes, *of_all, style="bold")
    return table


def rule_ids(results: Iterable[LabResult]) -> list[str]:
    """Return the ids of all rules of all candidates, sorted."""
    return sorted({rule.rule_id for result in results for rule in result.rules})


def as_json(results: Iterable[LabResult], grids: Iterable[Grid], *, stores: Sequence[str], days: Sequence[str]) -> Any:
    """Return everything as JSON can hold it."""
    return {
        "stores": list(stores),
        "days": list(days),
        "candidates": [_candidate(result) for result in results],
        "grids": [_grid(grid) for grid in grids],
    }


def _by_reason(grids: Iterable[Grid]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for grid in grids:
        reasons.setdefault(grid.reason, []).append(grid.rule_id)
    return reasons


def _cells(result: LabResult, rule: RuleResult) -> tuple[str, ...]:
    return (
        number(result.per_day(rule.alerts)),
        number(result.per_day(rule.repeats)),
        number(result.per_day(rule.alert_minutes)),
        missed(rule),
        true_share(rule.precision),
        limits(rule.precision),
    )


def _of_rule(results: Iterable[LabResult], rule_id: str) -> Iterator[tuple[LabResult, RuleResult]]:
    for result in results:
        rule = result.rule(rule_id)
        if rule is not None:
            yield result, rule


def _candidate(result: LabResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "store_days": result.store_days,
        "alerts_per_day": result.per_day(result.alerts),
        "alert_minutes_per_day": result.per_day(result.alert_minutes),
        "alerts_by_severity": dict(result.by_severity),
        "over_target_minutes": result.over_minutes,
        "missed_minutes": result.missed_minutes,
        "rules": [_rule(rule) for rule in result.rules],
        "alerts": [{name: getattr(span, name) for name in span.__dataclass_fields__} for span in result.spans],
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "metric": rule.metric,
        "severity": rule.severity,
        "alerts": rule.alerts,
        "repeats": rule.repeats,
        "alert_minutes": rule.alert_minutes,
        "over_target_minutes": rule.over_minutes,
        "missed_minutes": rule.missed_minutes,
        "judged": rule.precision.judged,
        "true": rule.precision.true,
        "precision": rule.precision.share,
        "precision_limits": rule.precision.limits,
        "found_true": rule.found_true,
        "judged_true": rule.judged_true,
    }


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "rule_id": grid.rule_id,
        "reason": grid.reason,
        "suggested": None if grid.suggested is None else _setting(grid.suggested),
        "cells": [_setting(cell) | {"is_now": cell.is_now, "result": _rule(cell.result)} for cell in grid.cells],
    }


def _setting(cell: Cell) -> dict[str, Any]:
    return {
        "minimum_seconds": cell.rule.minimum_seconds,
        "on_level": cell.rule.on_level,
        "off_level": cell.rule.off_level,
    }
