"""What is right and what is wrong."""

from __future__ import annotations

import pyarrow as pa
import pytest

from demo.lake import LakeReader, queries
from demo.metrics import Expected, Measure, Metric, compare, compare_minutes, measured
from demo.truth import expected_minutes, expected_values
from sim.run import PlannedRun

COUNTED = Measure("visits", "test")
TIMED = Measure("s", "test", 1.0)


@pytest.mark.parametrize(
    ("value", "truth", "measure", "is_right"),
    [
        (5, 5, COUNTED, True),
        (5, 6, COUNTED, False),
        (10.9, 10.0, TIMED, True),
        (8.9, 10.0, TIMED, False),
        (0.1 + 0.2, 0.3, COUNTED, True),
        (None, None, TIMED, True),
        (None, 4, COUNTED, False),
        (4, None, COUNTED, False),
    ],
)
def test_verdict(value: float | None, truth: float | None, measure: Measure, *, is_right: bool) -> None:
    """Rule: counts must be equal, times within their allowance, and what only one side knows is wrong."""
    assert compare("x", value, Expected(truth), measure).is_right is is_right


def test_allowance_grows_with_the_measured_parts() -> None:
    """Rule: a sum of three measured spans may be off by three times the allowance of one."""
    assert compare("x", 102.9, Expected(100, parts=3), TIMED).is_right
    assert not compare("x", 103.1, Expected(100, parts=3), TIMED).is_right


def test_what_lies_on_a_threshold_may_fall_on_either_side() -> None:
    """Rule: a count may differ by those alone whose true value is as near a threshold as the cameras can tell."""
    assert compare("x", 4, Expected(5, doubtful=1), COUNTED).is_right
    assert not compare("x", 3, Expected(5, doubtful=1), COUNTED).is_right


def test_waits_on_the_target_are_doubtful(planned: PlannedRun) -> None:
    """Rule: the doubt is the number of waits within half a second of the target, and else none."""
    (truth,) = planned.truth.stores
    wait = next(journey.wait_seconds for journey in truth.journeys if journey.wait_seconds is not None)
    assert expected_values(truth, target_seconds=wait + 0.4)["served_over_target"].doubtful >= 1
    assert expected_values(truth, target_seconds=100_000)["served_over_target"].doubtful == 0


def test_series_is_judged_by_its_worst_minute() -> None:
    """Rule: a mean over time never hides a wrong minute."""
    metric = compare_minutes("x", {0: 1.0, 60: 3.0}, {0: 2.0, 60: 2.0}, Measure("people", "test", 0.1))
    assert (metric.value, metric.truth, metric.error, metric.is_right) == (2.0, 2.0, 1.0, False)


@pytest.mark.parametrize("values", [{0: 1.0}, {0: 1.0, 60: 1.0, 120: 1.0}, {}], ids=["missing", "extra", "none"])
def test_series_needs_every_minute(values: dict[int, float]) -> None:
    """Rule: a minute that only one side has makes the series wrong."""
    metric = compare_minutes("x", values, {0: 1.0, 60: 1.0}, Measure("people", "test", 0.1))
    assert not metric.is_right


def test_queries_agree_with_the_truth(truthful_lake: LakeReader, planned: PlannedRun) -> None:
    """Rule: on a lake made of the truth, every metric's SQL gives its truth: the questions mean the same."""
    metrics = _judged(truthful_lake, planned)
    assert [metric.name for metric in metrics if not metric.is_right] == []
    assert {metric.source for metric in metrics} == {
        query.name for folder in ("metrics", "minutes") for query in queries(folder)
    }


def test_every_truth_is_measured(truthful_lake: LakeReader, planned: PlannedRun) -> None:
    """Rule: no truth goes unasked: each has a metric, unless it is nothing (a zone that nobody visited)."""
    (truth,) = planned.truth.stores
    names = {metric.name for metric in _judged(truthful_lake, planned)}
    assert {name for name, value in expected_values(truth, target_seconds=180).items() if value.value} <= names
    assert expected_minutes(truth).keys() <= names


def test_empty_lake_is_wrong(planned: PlannedRun) -> None:
    """Rule: a pipeline that wrote nothing fails, for no metric is skipped because its rows are missing."""
    metrics = _judged(LakeReader({}), planned)
    assert len([metric for metric in metrics if not metric.is_right]) > 100


def test_lost_visit_is_found(tables: dict[str, pa.Table], planned: PlannedRun) -> None:
    """Rule: one visit less than the truth is told by name."""
    visits = tables["visit_v1"]
    first = next(
        row
        for row in visits.to_pylist()
        if row["zone_kind"] == "aisle" and not row["is_staff"] and not row["is_pass_through"]
    )
    kept = visits.filter(pa.array([visit_id != first["visit_id"] for visit_id in visits["visit_id"].to_pylist()]))
    wrong = [metric.name for metric in _judged(LakeReader(tables | {"visit_v1": kept}), planned) if not metric.is_right]
    assert f"visits.{first['zone_id']}" in wrong


def _judged(lake: LakeReader, planned: PlannedRun) -> list[Metric]:
    (truth,) = planned.truth.stores
    return measured(lake, expected_values(truth, target_seconds=180), expected_minutes(truth))
