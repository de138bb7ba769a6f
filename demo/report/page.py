"""Renders the report: one HTML file with its style, its charts and its few lines of script inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from demo.accounting import Accounting
from demo.metrics import Metric
from demo.report.alerts import Attention
from demo.report.books import Books, books_of, failed
from demo.report.charts import Chart
from demo.report.checkout import lanes_chart, outcomes_chart
from demo.report.estimates import estimates_chart, left_out
from demo.report.floor import dwell_chart, places_chart, stay_chart, traffic_chart
from demo.report.model import Day
from demo.report.numbers import Group, groups_of
from demo.report.summary import KeyNumber, headline, key_numbers
from demo.report.trust import caveat, quality_chart, rule
from demo.report.words import clock, count, day
from design.css import css_variables, load_tokens

if TYPE_CHECKING:
    # The audit prints on the demo's terminal, which knows the report: at run time only the values are needed.
    from demo.audit import Audited

METRICS_PAGE = "docs/metrics.md"
"""Where each metric is defined, from the root of the project."""


@dataclass(frozen=True, slots=True)
class Section:
    """Charts under a title; `floor` lays them out in two columns where there is room, `plain` in one.

    Attributes:
        text: What one must know to read them; empty where the charts speak for themselves.
        anchor: Where in the page of the metrics more of it stands; empty for nowhere.
    """

    title: str
    layout: str
    charts: tuple[Chart, ...]
    text: str = ""
    anchor: str = ""


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
        caveat: What belongs beside the first answer, such as a camera that did not see; empty for nothing.
        books: What the audit found, and what went wrong on purpose.
        attention: The alerts of the run; None where there was nobody to raise any.
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
    caveat: str = ""
    books: Books = field(default_factory=books_of)
    attention: Attention | None = None


def simulated_page(
    of_day: Day,
    metrics: Iterable[Metric],
    accounting: Accounting,
    *,
    title: str,
    facts: tuple[tuple[str, str], ...],
    audited: Sequence[Audited] = (),
    fault_counts: Mapping[str, int] | None = None,
    alerts: Attention | None = None,
) -> Page:
    """Return the page of a simulated day.

    Args:
        of_day: what the lake holds of it.
        metrics: every metric beside its truth.
        accounting: what became of every record.
        title: the scenario in words.
        facts: where the numbers come from, as name and value.
        audited: the checks of the books; empty when nobody asked them.
        fault_counts: how often each kind of fault happened that was given on purpose.
        alerts: what needed attention.
    """
    shown = list(metrics)
    return Page(
        title=title,
        when=_when(of_day),
        headline=headline(of_day),
        verdict=verdict(shown, accounting, truth="simulated truth", audited=audited),
        key_numbers=tuple(key_numbers(of_day)),
        sections=(
            Section("At the checkout", "plain", (lanes_chart(of_day), outcomes_chart(of_day))),
            Section(
                "Waits of everybody, also of those who left or were lost",
                "plain",
                (estimates_chart(of_day),),
                text=f"{_ESTIMATED} {left_out(of_day)}",
                anchor="wait_estimate",
            ),
            Section(
                "On the floor",
                "floor",
                (places_chart(of_day), dwell_chart(of_day), stay_chart(of_day), traffic_chart(of_day)),
            ),
            Section(
                "How sure are these numbers",
                "plain",
                (quality_chart(of_day),),
                text=rule(),
                anchor="how-a-row-is-graded",
            ),
        ),
        accounting=accounting,
        groups=tuple(groups_of(shown)),
        truth_told=f"{_TRUTH} {_COMPARED if all(metric.is_judged for metric in shown) else _NOT_JUDGED}",
        facts=facts,
        caveat=caveat(of_day),
        books=books_of(audited, fault_counts),
        attention=alerts,
    )


_ESTIMATED = (
    "How long customers would have waited had everybody stayed until served: who gave up, or was lost from sight, "
    "waited at least so long, and is reckoned so. It takes them to be customers like the others."
)
_TRUTH = (
    "The simulator knows where everybody stood, to the millisecond. The values come from the lake and the live page, "
    "read back by SQL."
)
_COMPARED = "Counts must be equal; cameras look four times a second, so times may differ by up to a second."
_NOT_JUDGED = (
    "Faults were given on purpose, so the numbers need not equal the truth: the error tells what the faults cost. Only "
    "those with a mark are judged, for they must hold all the same."
)


def verdict(metrics: list[Metric], accounting: Accounting, *, truth: str, audited: Sequence[Audited] = ()) -> Verdict:
    """Judge all metrics, the accounting and the books; `truth` names what the metrics are compared with."""
    judged = [metric for metric in metrics if metric.is_judged]
    wrong = [metric for metric in judged if not metric.is_right]
    told = (
        f"{count(len(wrong))} of {count(len(judged))} numbers differ from the {truth}."
        if wrong
        else _agreement(judged, truth, unjudged=len(metrics) - len(judged))
    )
    books = list(_against(accounting, audited))
    return Verdict(" ".join([told, *books]), is_right=not wrong and not books)


def _agreement(judged: list[Metric], truth: str, *, unjudged: int) -> str:
    if not unjudged:
        return f"All {count(len(judged))} numbers below agree with the {truth}."
    shown = (
        "1 number shows its error and is" if unjudged == 1 else f"{count(unjudged)} numbers show their error and are"
    )
    told = f"Faults were given on purpose: {shown} not judged."
    if not judged:
        return told
    return f"{told} {'The one' if len(judged) == 1 else f'The {count(len(judged))}'} that must hold all the same did."


def _against(accounting: Accounting, audited: Sequence[Audited]) -> Iterator[str]:
    if not accounting.adds_up:
        yield "The records do not add up."
    if failing := failed(audited):
        yield "1 check of the books fails." if failing == 1 else f"{count(failing)} checks of the books fail."


def render(page: Page, *, metrics_page: str = METRICS_PAGE) -> str:
    """Return the page as one HTML document that asks for nothing else.

    Args:
        page: what is on it.
        metrics_page: the page of the metrics, as a link from where the document will lie.
    """
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
    document = environment.get_template("report.html.j2").render(
        page=page, style=style, script=script, metrics_page=metrics_page, metrics_name=METRICS_PAGE
    )
    return f"{document}\n"


def _when(of_day: Day) -> str:
    start, end = (clock(instant, of_day.time_zone) for instant in (of_day.start_ms, of_day.end_ms))
    return f"{day(of_day.start_ms, of_day.time_zone)}, {start} to {end}"


def _asset(name: str) -> str:
    return files("demo.report").joinpath("templates", name).read_text(encoding="utf-8")
