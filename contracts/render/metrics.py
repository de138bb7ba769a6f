"""The page of the metrics, for who reads the numbers: rendered, so that it cannot drift from what is computed."""

from __future__ import annotations

from collections.abc import Iterable

from contracts import histograms, quality
from contracts.metrics import IDENTITIES, METRICS, Identity, Metric


def metrics_page() -> str:
    """Return the page: every metric, then the rules that all of them share."""
    lines = [
        "# Metrics",
        "",
        "What each number means, how it is worked out, where to find it and when to doubt it. Durations in columns "
        "that "
        "end in `_ms` are milliseconds; windows are of UTC. Columns of the form `view.column` are views of "
        "`sql/athena`.",
        "",
        *_table(("metric", "in the trade", "unit", "found in"), map(_summary, METRICS)),
    ]
    for metric in METRICS:
        lines += ["", *_section(metric)]
    for part in (_quality, _histograms, _revisions, _identities):
        lines += ["", *part()]
    return "\n".join(lines) + "\n"


def _summary(metric: Metric) -> tuple[str, ...]:
    return f"[{metric.name}](#{metric.name})", metric.term, metric.unit, _code(metric.columns[:1])


def _section(metric: Metric) -> Iterable[str]:
    links = (f"[{path.removeprefix('sql/')}](../{path})" for path in metric.sql)
    facts = {
        "Formula": metric.formula,
        "Unit": metric.unit,
        "Tables": _code(metric.columns),
        "Views": _code(metric.views),
        "SQL": ", ".join(links),
        "Cases": ", ".join(f"[{name}](../tests/sql/cases/{name})" for name in metric.cases),
        "When to doubt it": metric.quality,
        "Source": metric.source,
    }
    yield from (f"## {metric.name}", "", f"**{metric.term}.** {metric.definition}", "")
    yield from (f"- {name}: {value}" for name, value in facts.items() if value)


def _quality() -> Iterable[str]:
    watched = " or ".join(f"`{name}`" for name in quality.WATCHED)
    yield from ("## How a row is graded", "")
    yield (
        f"A row is `{quality.GOOD}` when all its measures are within the first bound, `{quality.FAIR}` within the "
        "second, "
        f"else `{quality.POOR}`. Where {watched} is 0 nothing was seen: `{quality.NONE}`. A measure that is null, or "
        "that the table does not have, does not lower the grade. Hours are graded again, by their own measures."
    )
    yield ""
    yield from _table(("measure", "meaning", quality.GOOD, quality.FAIR), map(_bounds, quality.MEASURES))


def _bounds(measure: quality.Measure) -> tuple[str, ...]:
    sign = "≥" if measure.is_better_high else "≤"
    return f"`{measure.column}`", measure.doc, f"{sign} {measure.good:.0%}", f"{sign} {measure.fair:.0%}"


def _histograms() -> Iterable[str]:
    bounds = ", ".join(f"{bound:,}" for bound in histograms.BOUNDS_MS[:6])
    yield from ("## How a histogram is read", "")
    yield (
        f"A bucket holds the durations from `lower_ms` until before `lower_ms` · 11 / 10, in whole milliseconds "
        "(division "
        f"without rest): {bounds}, … ms; what is shorter than {histograms.FIRST_MS} ms lies in the bucket 0. Buckets "
        "are "
        "added to merge minutes, lanes or stores. A percentile is the bucket that holds the least rank that covers the "
        "share, told as its geometric middle: off by at most √1.1 − 1 = 4.9 %. A minute that corrects earlier ones can "
        "hold counts below 0; in sums over longer times they cancel."
    )


def _revisions() -> Iterable[str]:
    yield from ("## How revisions are read", "")
    yield (
        "Visits and journeys are told as soon as they are known and again when more becomes known. Of rows with the "
        "same "
        "id the highest `revision` is valid; one whose `merged_into` is not null was found to be part of another and "
        "does not count. The views [visit](../sql/athena/visit.sql) and [journey](../sql/athena/journey.sql) do both."
    )


def _identities() -> Iterable[str]:
    yield from ("## What must agree", "")
    yield (
        "Each check returns one row for each violation. They hold once the job is drained, or for days that are closed."
    )
    for identity in IDENTITIES:
        yield from ("", *_identity(identity))


def _identity(identity: Identity) -> Iterable[str]:
    links = ", ".join(f"[{name}](../sql/checks/{name}.sql)" for name in identity.checks)
    yield f"- **{identity.statement}.** {identity.doc} Checks: {links}."


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
