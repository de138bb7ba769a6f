"""Every metric beside its truth: read back by SQL, compared, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from demo.lake import LakeReader, Query, queries

WAIT_ERROR_SHARE = 0.10
QUEUE_ERROR_PEOPLE = 0.5
ROUNDING = 1e-9
"""Sums of the same numbers in another order differ by less than this."""

Minutes = Mapping[int, float]
"""Values by the start of their minute, in milliseconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a metric must be; None without anything to measure.

    Attributes:
        parts: How many measured spans the value adds up: each may be off by the metric's allowance.
        doubtful: How much of the value lies so near a threshold that what the cameras see may fall on either side.
    """

    value: float | None
    parts: int = 1
    doubtful: float = 0.0


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, judged. For a series `value` and `truth` are means and `error` is the largest of all minutes.

    Attributes:
        error: Distance from the truth, never negative; None when one of the two is missing.
        mean_error: For a series, the mean over the minutes that both have.
        allowance: The largest error that is right; 0 for what is counted.
        is_judged: Whether an error makes it wrong: not where the cameras were given faults.
    """

    name: str
    value: float | None
    truth: float | None
    error: float | None
    allowance: float
    unit: str
    source: str
    minutes: int | None = None
    is_judged: bool = True
    mean_error: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether the pipeline's value is the truth, within what sampling allows."""
        if not self.is_judged:
            return True
        if self.error is None:
            return self.value is None and self.truth is None and self.minutes is None
        return self.error <= self.allowance + ROUNDING

    @property
    def family(self) -> str:
        """Name without the place: `visits` of `visits.aisle-1`."""
        return self.name.partition(".")[0]

    @property
    def place(self) -> str:
        """Zone or lane; empty for the whole store."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric is judged: what it is counted in, where it was read, and the largest error that is right."""

    unit: str
    source: str
    allowance: float = 0.0


def compare(name: str, value: float | None, expected: Expected, measure: Measure) -> Metric:
    """Judge one value."""
    error = None if value is None or expected.value is None else abs(value - expected.value)
    allowance = measure.allowance * expected.parts + expected.doubtful
    return Metric(name, value, expected.value, error, allowance, measure.unit, measure.source)


def compare_minutes(name: str, values: Minutes, expected: Minutes, measure: Measure) -> Metric:
    """Judge a series by its worst minute; a minute that only one side has makes the whole series wrong."""
    is_complete = values.keys() == expected.keys() and bool(expected)
    error = max(abs(values[minute] - truth) for minute, truth in expected.items()) if is_complete else None
    both = [abs(values[minute] - expected[minute]) for minute in values.keys() & expected.keys()]
    return Metric(
        name,
        _mean(values),
        _mean(expected),
        error,
        measure.allowance,
        measure.unit,
        measure.source,
        minutes=len(expected),
        mean_error=sum(both) / len(both) if both else None,
    )


def measured(
    lake: LakeReader, expected: Mapping[str, Expected], expected_minutes: Mapping[str, Minutes]
) -> list[Metric]:
    """Read every metric of `demo/sql` and judge it; what only one side knows is listed too, and is wrong."""
    metrics = [metric for query in queries("metrics") for metric in _single(lake, query, expected)]
    series = [metric for query in queries("minutes") for metric in _series(lake, query, expected_minutes)]
    return [*metrics, *series, *_never_measured([*metrics, *series], expected, expected_minutes)]


def unjudged(metrics: Iterable[Metric]) -> list[Metric]:
    """Return metrics that are shown beside their truth, but cannot be wrong: the cameras were given faults."""
    return [replace(metric, is_judged=False) for metric in metrics]


def error_metrics(metrics: Iterable[Metric], *, promised: bool) -> list[Metric]:
    """Return how far waits and queue lengths are off, over all lanes; judged where we promise it.

    The promise: the mean wait of each lane is off by at most `WAIT_ERROR_SHARE` of it on average, the queue length of a
    lane's minute by at most `QUEUE_ERROR_PEOPLE` on average.
    """
    known = list(metrics)
    waits = [metric for metric in known if metric.family == "wait_seconds_mean" and metric.place]
    shares = [metric.error / metric.truth for metric in waits if metric.error is not None and metric.truth]
    queues = [metric.mean_error for metric in known if metric.family == "queue_length_mean"]
    errors = [error for error in queues if error is not None]
    return [
        _error("wait_error_share", shares, WAIT_ERROR_SHARE, "share", promised=promised),
        _error("queue_length_error", errors, QUEUE_ERROR_PEOPLE, "people", promised=promised),
    ]


def _error(name: str, errors: list[float], allowance: float, unit: str, *, promised: bool) -> Metric:
    mean = sum(errors) / len(errors) if errors else None
    return Metric(name, mean, 0.0, mean, allowance, unit, "lanes", is_judged=promised)


def _single(lake: LakeReader, query: Query, expected: Mapping[str, Expected]) -> Iterator[Metric]:
    for row in sorted(lake.rows(query.sql), key=lambda row: str(row["name"])):
        name = str(row["name"])
        value = None if row["value"] is None else float(row["value"])
        yield compare(name, value, expected.get(name, Expected(None)), _measure(query))


def _series(lake: LakeReader, query: Query, expected: Mapping[str, Minutes]) -> Iterator[Metric]:
    values: dict[str, dict[int, float]] = defaultdict(dict)
    for row in lake.rows(query.sql):
        values[str(row["name"])][int(row["minute_ms"])] = float(row["value"])
    for name, minutes in values.items():
        yield compare_minutes(name, minutes, expected.get(name, {}), _measure(query))


def _measure(query: Query) -> Measure:
    return Measure(query.header["unit"], query.name, float(query.header["within"]))


def _never_measured(
    metrics: Iterable[Metric], expected: Mapping[str, Expected], expected_minutes: Mapping[str, Minutes]
) -> Iterator[Metric]:
    known = {metric.name for metric in metrics}
    for name, value in expected.items():
        # A truth of nothing needs no row: a zone that nobody visited has none.
        if name not in known and value.value:
            yield Metric(name, None, value.value, None, 0.0, "", "no row")
    for name, minutes in expected_minutes.items():
        if name not in known:
            yield Metric(name, None, _mean(minutes), None, 0.0, "people", "no row", minutes=len(minutes))


def _mean(values: Minutes) -> float | None:
    return sum(values.values()) / len(values) if values else None
