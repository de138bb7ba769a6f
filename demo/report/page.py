"""Renders the report: one HTML file with its style, its charts and its few lines of script inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from demo.accounting import Accounting
from demo.metrics import Metric
from demo.report.charts import Chart
from demo.report.checkout import lanes_chart, outcomes_chart
from demo.report.floor import dwell_chart, places_chart, stay_chart, traffic_chart
from demo.report.model import Day
from demo.report.numbers import Group, groups_of
from demo.report.summary import headline, key_numbers
from demo.report.words import clock, count, day
from design.css import css_variables, load_tokens


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the report's numbers come from: `title` of the store, `facts` as name and value."""

    title: str
    facts: tuple[tuple[str, str], ...]


def render_report(of_day: Day, metrics: Iterable[Metric], accounting: Accounting, origin: Origin) -> str:
    """Return the report of a simulated day."""
    judged = list(metrics)
    return _render(
        "report.html.j2",
        {
            "title": origin.title,
            "when": _when(of_day),
            "headline": headline(of_day),
            "key_numbers": key_numbers(of_day),
            "checkout": [lanes_chart(of_day), outcomes_chart(of_day)],
            "floor": [places_chart(of_day), dwell_chart(of_day), stay_chart(of_day), traffic_chart(of_day)],
            "accounting": accounting,
            "groups": groups_of(judged),
            "verdict": verdict(judged, accounting),
            "is_right": all(metric.is_right for metric in judged) and accounting.adds_up,
            "facts": origin.facts,
        },
    )


def verdict(metrics: list[Metric], accounting: Accounting) -> str:
    """Return in one sentence whether the numbers can be believed."""
    wrong = [metric for metric in metrics if not metric.is_right]
    if wrong:
        return f"{count(len(wrong))} of {count(len(metrics))} numbers differ from the simulated truth."
    if not accounting.adds_up:
        return "Every number equals its truth, but the records do not add up."
    return f"All {count(len(metrics))} numbers below agree with the simulated truth."


def _when(of_day: Day) -> str:
    start, end = (clock(instant, of_day.time_zone) for instant in (of_day.start_ms, of_day.end_ms))
    return f"{day(of_day.start_ms, of_day.time_zone)}, {start} to {end}"


def _render(template: str, context: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("demo.report"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = count
    own = {
        "style": Markup(css_variables(load_tokens()) + _asset("report.css")),
        "script": Markup(_asset("report.js")),
    }
    return environment.get_template(template).render({**own, **context}) + "\n"


def _asset(name: str) -> str:
    return files("demo.report").joinpath("templates", name).read_text(encoding="utf-8")


