"""Renders the report: one HTML file with its style, its charts and its few lines of script inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from demo.accounting import Accounting
from demo.metrics import Metric
from demo.report.charts import Chart
from demo.report.checkout import lanes_chart, outcomes_chart
from demo.report.floor import dwell_chart, places_chart, stay_chart, traffic_chart
from demo.report.model import Day
from demo.report.numbers import Group, groups_of
from demo.report.summary import KeyNumber, headline, key_numbers
from demo.report.words import clock, count, day
from design.css import css_variables, load_tokens


@dataclass(frozen=True, slots=True)
class Section:
    """Charts under a title; `floor` lays them out in two columns where there is room, `plain` in one."""

    title: str
    layout: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """In one sentence whether the numbers can be believed."""

    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page.

    Attributes:
        groups: Every metric beside its truth.
        truth_told: How the truth is known, and what is right.
        facts: Where the numbers come from, as name and value.
    """

    title: str
    when: str
    headline: str
    verdict: Verdict
    key_numbers: tuple[KeyNumber, ...]
    sections: tuple[Section, ...]
    accounting: Accounting
    groups: tuple[Group, ...]
    truth_told: str
    facts: tuple[tuple[str, str], ...]


def simulated_page(
    of_day: Day, metrics: Iterable[Metric], accounting: Accounting, *, title: str, facts: tuple[tuple[str, str], ...]
) -> Page:
    """Return the page of a simulated day."""
    judged = list(metrics)
    return Page(
        title=title,
        when=_when(of_day),
        headline=headline(of_day),
        verdict=verdict(judged, accounting, truth="simulated truth"),
        key_numbers=tuple(key_numbers(of_day)),
        sections=(
            Section("At the checkout", "plain", (lanes_chart(of_day), outcomes_chart(of_day))),
            Section(
                "On the floor",
                "floor",
                (places_chart(of_day), dwell_chart(of_day), stay_chart(of_day), traffic_chart(of_day)),
            ),
        ),
        accounting=accounting,
        groups=tuple(groups_of(judged)),
        truth_told="The simulator knows where everybody stood, to the millisecond. The values come from the lake and "
        "the live page, read back by SQL. Counts must be equal; cameras look four times a second, so times may differ "
        "by up to a second.",
        facts=facts,
    )


def verdict(metrics: list[Metric], accounting: Accounting, *, truth: str) -> Verdict:
    """Judge all metrics and the accounting; `truth` names what they are compared with."""
    wrong = [metric for metric in metrics if not metric.is_right]
    if wrong:
        return Verdict(f"{count(len(wrong))} of {count(len(metrics))} numbers differ from the {truth}.", is_right=False)
    if not accounting.adds_up:
        return Verdict("Every number equals its truth, but the records do not add up.", is_right=False)
    return Verdict(f"All {count(len(metrics))} numbers below agree with the {truth}.", is_right=True)


def render(page: Page) -> str:
    """Return the page as one HTML document that asks for nothing else."""
    environment = Environment(
        loader=PackageLoader("demo.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = count
    style = Markup(css_variables(load_tokens()) + _asset("report.css"))
    script = Markup(_asset("report.js"))
    return environment.get_template("report.html.j2").render(page=page, style=style, script=script) + "\n"


def _when(of_day: Day) -> str:
    start, end = (clock(instant, of_day.time_zone) for instant in (of_day.start_ms, of_day.end_ms))
    return f"{day(of_day.start_ms, of_day.time_zone)}, {start} to {end}"


def _asset(name: str) -> str:
    return files("demo.report").joinpath("templates", name).read_text(encoding="utf-8")
