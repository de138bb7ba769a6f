"""`peak_effect`: what a peak did, beyond what stores saw in which nothing special happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import duckdb
import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW  # type: ignore[import-untyped]

from glue.dimensions.calendar import DAY, dates_between
from tests.sql.lake_rows import Row, row, rows
from tests.sql.seasons.chain import WEEKDAYS, Line, season_lake

BEFORE = dt.date(2025, 9, 29)
PEAK, AFTER, LAST = BEFORE + 42 * DAY, BEFORE + 52 * DAY, BEFORE + 66 * DAY
PEAK_ROW = row(
    "peak_v1",
    peak_id="promotion-2025",
    peak_name="promotion",
    retail_year=2025,
    before_start_date=BEFORE,
    before_end_date=PEAK - DAY,
    start_date=PEAK,
    end_date=AFTER - DAY,
    after_start_date=AFTER,
    after_end_date=LAST,
)


def store(store_id: str, during: float, after: float = 1.0, *, trend: float = 1.0, level: int = 10_000) -> Line:
    """Return a store whose visitors change by factors during the peak, after it, and halfway before it."""

    def factor(date: dt.date) -> float:
        if date < BEFORE + 21 * DAY:
            return 1.0
        return trend * (1.0 if date < PEAK else during if date < AFTER else after)

    dates = list(dates_between(BEFORE, LAST))
    return Line(store_id, BEFORE, [round(level * WEEKDAYS[date.weekday()] * factor(date)) for date in dates])


def peak_lake(
    lines: Iterable[Line], controls: Iterable[str] = (), *, treated: Iterable[str] = (), **tables: list[Row]
) -> duckdb.DuckDBPyConnection:
    """Return a lake with the peak, and what its stores are for it."""
    roles = {"control": controls, "treated": treated}
    told = [
        row("peak_store_v1", peak_id="promotion-2025", store_id=store_id, peak_role=role)
        for role, stores in roles.items()
        for store_id in stores
    ]
    return season_lake(lines, tables={"peak_v1": [PEAK_ROW], "peak_store_v1": told, **tables})


def effects(connection: duckdb.DuckDBPyConnection) -> dict[str, Row]:
    """Return the rows by place."""
    return {row["place"]: row for row in rows(connection, "SELECT * FROM peak_effect")}


CONTROLS: Mapping[str, float] = {"c1": 1.02, "c2": 1.05, "c3": 0.98, "c4": 1.01}
TREATED: Mapping[str, float] = {"t1": 1.5, "t2": 1.35, "t3": 1.42}


def chain() -> dict[str, Row]:
    """Return the effects in a chain of three treated stores and four controls."""
    factors = {**CONTROLS, **TREATED}
    lines = [store(store_id, during, 0.9 if store_id in TREATED else 1.0) for store_id, during in factors.items()]
    return effects(peak_lake(lines, CONTROLS, treated=TREATED))


def test_a_day_is_measured_by_the_same_weekday_before() -> None:
    """Rule: a peak of ten days with one weekend more changes nothing by itself; means of days are shown as they are."""
    found = chain()["t1"]
    assert found["change_during"] == pytest.approx(0.5, abs=1e-4)
    assert found["change_after"] == pytest.approx(-0.1, abs=1e-4)
    assert (found["days_before"], found["days_during"], found["days_after"]) == (42, 10, 15)
    assert found["visitors_per_day_before"] == pytest.approx(10_000)
    ten_days = [WEEKDAYS[date.weekday()] for date in dates_between(PEAK, AFTER - DAY)]
    assert found["visitors_per_day_during"] == pytest.approx(15_000 * np.mean(ten_days), rel=1e-4)


def test_effect_of_the_chain_is_welchs() -> None:
    """Rule: several treated stores against several controls: difference of mean logarithms, limits of Welch."""
    found = chain()["*"]
    treated, controls = (np.log(list(factors.values())) for factors in (TREATED, CONTROLS))
    low, high = CompareMeans(DescrStatsW(treated), DescrStatsW(controls)).tconfint_diff(usevar="unequal")
    # Welch's degrees of freedom are 2.9 here; the view takes the next whole number below 3.
    exact = stats.t.ppf(0.975, 2) / stats.t.ppf(0.975, _freedom(treated, controls))
    middle = treated.mean() - controls.mean()
    half = (high - low) / 2 * exact
    assert found["effect"] == pytest.approx(np.expm1(middle), abs=1e-4)
    assert (found["effect_low"], found["effect_high"]) == pytest.approx(
        np.expm1([middle - half, middle + half]), abs=2e-3
    )
    assert (found["stores"], found["controls"], found["flag"]) == (3, 4, None)
    assert found["control_change_during"] == pytest.approx(np.expm1(controls.mean()), abs=1e-4)
    assert found["effect_after"] == pytest.approx(-0.1, abs=1e-4)


def _freedom(treated: np.ndarray, controls: np.ndarray) -> float:
    squares = [group.var(ddof=1) / len(group) for group in (treated, controls)]
    parts = (square**2 / (len(group) - 1) for square, group in zip(squares, (treated, controls), strict=True))
    return float(sum(squares) ** 2 / sum(parts))


@pytest.mark.parametrize("controls", [2, 4])
def test_effect_of_a_store_is_beside_the_spread_of_controls(controls: int) -> None:
    """Rule: the limits of a single store are those of what one more control would have shown."""
    used = dict(list(CONTROLS.items())[:controls])
    lines = [store("t1", 1.5), *(store(store_id, factor) for store_id, factor in used.items())]
    found = effects(peak_lake(lines, used, treated=["t1"]))
    logs = np.log(list(used.values()))
    half = stats.t.ppf(0.975, controls - 1) * logs.std(ddof=1) * np.sqrt(1 + 1 / controls)
    middle = np.log(1.5) - logs.mean()
    for place in ("t1", "*"):
        told = [found[place][column] for column in ("effect", "effect_low", "effect_high")]
        assert told == pytest.approx(np.expm1([middle, middle - half, middle + half]), rel=5e-3)


@pytest.mark.parametrize("controls", [["c1"], []])
def test_without_two_controls_there_is_no_effect(controls: list[str]) -> None:
    """Rule: one control store cannot tell chance from a peak: the change is shown, no effect, and why."""
    found = effects(peak_lake([store("t1", 1.5), store("c1", 1.0)], controls, treated=["t1"]))["t1"]
    assert found["change_during"] == pytest.approx(0.5, abs=1e-4)
    assert (found["effect"], found["effect_low"], found["flag"]) == (None, None, "no controls")


def test_a_peak_of_everybody_has_treated_stores_alone() -> None:
    """Rule: where nothing is said of a peak's stores all are treated; where something is, the others are not in it."""
    lines = [store("a", 1.5), store("b", 1.4)]
    assert {place: row["peak_role"] for place, row in effects(peak_lake(lines)).items()} == dict.fromkeys(
        "ab*", "treated"
    )
    assert effects(peak_lake(lines, treated=["a"])).keys() == {"a", "*"}


def test_trends_that_differed_already_are_flagged() -> None:
    """Rule: a store that grew before the peak more than the controls would have grown without it."""
    lines = [store("t1", 1.3, trend=1.2), *(store(store_id, factor) for store_id, factor in CONTROLS.items())]
    lines = [*lines[:1], *(line.scaled(1 + number / 1000, BEFORE + 25 * DAY) for number, line in enumerate(lines[1:]))]
    found = effects(peak_lake(lines, CONTROLS, treated=["t1"]))["t1"]
    assert (found["flag"], found["is_comparable"]) == ("trends differ", False)
    assert found["trend_gap"] == pytest.approx(0.2, abs=0.02)


def test_stores_that_were_not_watched_are_not_in_the_chain() -> None:
    """Rule: a store with too few days, or watched unalike, has its flag, and is no control and in no sum."""
    blind = Line("c4", BEFORE, store("c4", 9.0).visitors, coverages={PEAK + day * DAY: 0.7 for day in range(6)})
    late = Line("t3", BEFORE + 38 * DAY, store("t3", 9.0).visitors[38:])
    lines = [
        *(store(store_id, {**CONTROLS, **TREATED}[store_id]) for store_id in ("c1", "c2", "c3", "t1", "t2")),
        blind,
        late,
    ]
    found = effects(peak_lake(lines, CONTROLS, treated=TREATED))
    assert (found["c4"]["flag"], found["t3"]["flag"]) == ("unequal coverage", "few days")
    assert (found["*"]["stores"], found["*"]["controls"]) == (2, 3)
    assert found["*"]["change_during"] == pytest.approx(np.sqrt(1.5 * 1.35) - 1, abs=1e-4)


def test_limits_hold_the_truth() -> None:
    """Rule: of 300 peaks with a true effect of 20 %, 3 treated stores and 5 controls, about 95 % have it."""
    random = np.random.default_rng(5)
    lines, roles, peaks = [], [], []
    for number in range(300):
        peak_id = f"peak-{number}"
        peaks.append(PEAK_ROW | {"peak_id": peak_id})
        for place in range(8):
            store_id, role = f"{peak_id}/{place}", "treated" if place < 3 else "control"
            factor = (1.2 if role == "treated" else 1.0) * np.exp(random.normal(0, 0.1))
            lines.append(_short(store_id, factor))
            roles.append(row("peak_store_v1", peak_id=peak_id, store_id=store_id, peak_role=role))
    tables = {"peak_v1": [peak | SHORT for peak in peaks], "peak_store_v1": roles}
    found = rows(season_lake(lines, tables=tables), "SELECT * FROM peak_effect WHERE level = 'chain'")
    held = sum(peak["effect_low"] <= 0.2 <= peak["effect_high"] for peak in found)
    assert len(found) == 300
    assert 0.93 * 300 <= held <= 0.985 * 300


SHORT = {
    "before_end_date": BEFORE + 6 * DAY,
    "start_date": BEFORE + 7 * DAY,
    "end_date": BEFORE + 7 * DAY,
    "after_start_date": BEFORE + 8 * DAY,
    "after_end_date": BEFORE + 8 * DAY,
}
"""A week before, and a day."""


def _short(store_id: str, factor: float) -> Line:
    return Line(store_id, BEFORE, [1000] * 7 + [round(1000 * factor), 1000])


def test_few_people_are_not_shown() -> None:
    """Rule: of fewer than five people neither means nor effects are shown."""
    found = effects(peak_lake([_short("a", 0.003)], peak_v1=[PEAK_ROW | SHORT]))["a"]
    assert found["is_suppressed"]
    assert (found["visitors_per_day_during"], found["change_during"], found["effect"]) == (None, None, None)
