"""The lab's page: one HTML file with its style inside, in the look of the project's tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alert_lab.candidates import Candidate
from alert_lab.grid import Grid, settings_of
from alert_lab.outcome import LabResult
from alert_lab.recorded import RecordedDay
from alert_lab.report import rule_ids
from alert_lab.timeline import Timeline, timeline_of
from alert_lab.words import NONE, headline, limits, missed, number, percent, true_share
from design.css import css_variables, load_tokens


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows; `shown` is the candidate whose other settings were tried."""

    results: tuple[LabResult, ...]
    grids: tuple[Grid, ...]
    days: tuple[RecordedDay, ...]
    shown: Candidate


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One number of the first candidate, and what the others have instead."""

    name: str
    value: str
    remark: str


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of one candidate; `rule_id` is empty where the line before names it."""

    rule_id: str
    candidate: str
    cells: tuple[str, ...]
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One cell of a grid: its figures, and whether it is the present or the suggested setting."""

    alerts: str
    missed: str
    true: str
    look: str
    mark: str


@dataclass(frozen=True, slots=True)
class GridTable:
    """The settings of a rule by seconds (rows) and level (columns)."""

    rule_id: str
    reason: str
    is_suggesting: bool
    levels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Setting, ...]], ...]


def render(page: Page) -> str:
    """Return the page as one HTML document that asks for nothing else."""
    environment = Environment(
        loader=PackageLoader("alert_lab"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("alert_lab").joinpath("templates", "lab.css").read_text(encoding="utf-8")
    document = environment.get_template("lab.html.j2").render(
        when=when(page),
        headline=headline(page.results),
        key_numbers=list(key_numbers(page.results)),
        lines=list(lines(page.results)),
        timeline=_timeline(page),
        grids=[grid_table(grid) for grid in page.grids if _tells(grid)],
        shown=page.shown.name,
        style=Markup(css_variables(load_tokens()) + style),
    )
    return f"{document}\n"


def when(page: Page) -> str:
    """Return stores and days in words."""
    stores = sorted({day.store_id for day in page.days})
    dates = sorted({_date(day, page.shown) for day in page.days})
    told = _words(dates[0]) if len(dates) == 1 else f"{_words(dates[0])} to {_words(dates[-1])}, {len(dates)} days"
    return f"{', '.join(stores)}: {told}"


def key_numbers(results: Sequence[LabResult]) -> Iterator[KeyNumber]:
    """Yield the numbers that carry the first answer."""
    first = results[0]

    def others(tell: list[str]) -> str:
        return ", ".join(f"{each.name}: {said}" for each, said in zip(results[1:], tell[1:], strict=True))

    alerts = [number(each.per_day(each.alerts)) for each in results]
    yield KeyNumber("Alerts a day", alerts[0], others(alerts) or _severities(first))
    minutes = [number(each.per_day(each.alert_minutes)) for each in results]
    yield KeyNumber("Minutes of alerts a day", minutes[0], others(minutes) or "all alerts together")
    untold = [number(each.missed_minutes) for each in results]
    yield KeyNumber("Minutes missed", untold[0], others(untold) or f"of {number(first.over_minutes)} over the target")
    true = [percent(each.precision.share) for each in results]
    judged = f"{true_share(first.precision)} judged" if first.precision.judged else "nobody judged any yet"
    yield KeyNumber("Found true", true[0], others(true) if len(results) > 1 and first.precision.judged else judged)


def lines(results: Sequence[LabResult]) -> Iterator[Line]:
    """Yield a line for each rule and candidate, and for all rules of each candidate."""
    for rule_id in rule_ids(results):
        named = rule_id
        for result in results:
            rule = result.rule(rule_id)
            if rule is not None:
                per_day = (number(result.per_day(each)) for each in (rule.alerts, rule.repeats, rule.alert_minutes))
                yield Line(
                    named, result.name, (*per_day, missed(rule), true_share(rule.precision), limits(rule.precision))
                )
                named = ""
    for index, result in enumerate(results):
        repeats = sum(rule.repeats for rule in result.rules)
        per_day = (number(result.per_day(each)) for each in (result.alerts, repeats, result.alert_minutes))
        cells = (*per_day, missed(result), true_share(result.precision), limits(result.precision))
        yield Line("" if index else "All rules", result.name, cells, is_sum=True)


def grid_table(grid: Grid) -> GridTable:
    """Return a grid as a table."""
    seconds, levels, cells = settings_of(grid)
    best = max((cell.result.alerts for cell in grid.cells), default=0)
    rows = []
    for row in seconds:
        settings = []
        for level in levels:
            cell = cells[row, level]
            mark = "now" if cell.is_now else "suggested" if cell is grid.suggested else ""
            untold = cell.result.missed_minutes
            settings.append(
                Setting(
                    alerts=number(cell.result.alerts),
                    missed="" if untold is None else f"{number(untold)} missed",
                    true="" if not cell.result.precision.judged else f"{true_share(cell.result.precision)} true",
                    look=_depth(cell.result.alerts, best),
                    mark=mark,
                )
            )
        rows.append((f"{row} s", tuple(settings)))
    named = tuple(f"{level:g}" for level in levels)
    return GridTable(grid.rule_id, grid.reason, grid.suggested is not None, named, tuple(rows))


def _timeline(page: Page) -> Timeline | None:
    """Return the picture of the day with the most minutes of waits."""
    day = max(page.days, key=lambda each: sum(wait for lane in each.waits.values() for wait in lane.values()))
    return timeline_of(day, page.shown.book(day.store_id).store, page.results) if day.waits else None


def _tells(grid: Grid) -> bool:
    """Whether there is a choice at all, and any setting did something."""
    return len(grid.cells) > 1 and any(cell.result.alerts for cell in grid.cells)


def _depth(alerts: int, most: int) -> str:
    """Return one of five depths of colour."""
    return f"depth-{round(4 * alerts / most) if most else 0}"


def _severities(result: LabResult) -> str:
    told = [f"{count} {severity}" for severity, count in reversed([*result.by_severity.items()]) if count]
    return ", ".join(told) or NONE


def _date(day: RecordedDay, candidate: Candidate) -> dt.date:
    time_zone = ZoneInfo(candidate.book(day.store_id).store.time_zone)
    return dt.datetime.fromtimestamp(day.start_ms / 1000, time_zone).date()


def _words(date: dt.date) -> str:
    return f"{date:%A} {date.day} {date:%B %Y}"
