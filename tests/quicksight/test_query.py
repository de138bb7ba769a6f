from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from glue.dialect import sql_for
from glue.duckdb_lake import connect
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import (
    Distinct,
    Expression,
    Largest,
    Median,
    Number,
    Only,
    Smallest,
    SquareRoot,
    Sum,
    minus,
    plus,
    ratio,
    times,
)
from quicksight.model.measures import Dimension, Measure
from quicksight.model.visuals import AnyVisual, Bars, FloorHeat, Kpi, StoreMap, Table, Where
from quicksight.query import Choice, Period, figure_visual, visual_query
from quicksight.sql import data_set_sql
from tests.lake_sample import lake_sample
from tests.quicksight.small import FUNNEL, SMALL, STORE

NOVEMBER = Period("2025-11", "month", dt.date(2025, 11, 1), dt.date(2025, 11, 30))
VISITORS = Measure("visitors", "Visitors", Sum("visitors"), "count", "Who came in")
SEASON = DataSet(
    name="season",
    title="Seasons",
    view="season_comparison",
    columns=("period_id", "period_kind", "level", "place", "region", "visitors"),
    measures=(VISITORS,),
    owner="level",
    period_kinds=("month",),
)
DAYS = DataSet(
    name="days",
    title="Days",
    view="store_trading_day",
    columns=("store_id", "business_date", "visitors", "latitude", "longitude"),
    measures=(VISITORS,),
    dated="business_date",
)


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample lake with all views."""
    with connect(lake_sample()) as connection:
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
    return found


def _of(connection: duckdb.DuckDBPyConnection, data_set: DataSet) -> list[dict[str, Any]]:
    return _rows(connection, sql_for("duckdb", data_set_sql(data_set, for_period=False)))


def _visitors(data_set: DataSet, **others: Any) -> Kpi:
    return Kpi(name="v", title="V", data_set=data_set, measure="visitors", **others)


def _value(connection: duckdb.DuckDBPyConnection, visual: AnyVisual, choice: Choice) -> Any:
    (row,) = _rows(connection, visual_query(visual, choice))
    return row["visitors"]


def test_a_figure_is_worked_out_over_the_rows_that_are_chosen(lake: duckdb.DuckDBPyConnection) -> None:
    """Region, store and period keep rows by their columns; each keeps fewer."""
    rows = [row for row in _of(lake, FUNNEL) if row["period_id"] == NOVEMBER.period_id]
    north = [row for row in rows if row["region"] == "north"]
    kpi = _visitors(FUNNEL)
    assert _value(lake, kpi, Choice(period=NOVEMBER)) == sum(row["visitors"] or 0 for row in rows)
    assert _value(lake, kpi, Choice("north", period=NOVEMBER)) == sum(row["visitors"] or 0 for row in north)
    berlin = next(row["visitors"] for row in rows if row["store_id"] == "berlin-1")
    assert _value(lake, kpi, Choice("north", "berlin-1", NOVEMBER)) == berlin
    assert _value(lake, kpi, Choice(store_id="nowhere", period=NOVEMBER)) is None


def test_a_visual_does_not_follow_what_it_ignores(lake: duckdb.DuckDBPyConnection) -> None:
    """A comparison of stores shows them all, whichever is chosen."""
    choice = Choice(store_id="berlin-1", period=NOVEMBER)
    everywhere = _value(lake, _visitors(FUNNEL), Choice(period=NOVEMBER))
    assert _value(lake, _visitors(FUNNEL, ignores=("store",)), choice) == everywhere


def test_rows_with_a_date_are_of_the_period_with_that_date(lake: duckdb.DuckDBPyConnection) -> None:
    """First and last day are included."""
    dates = [row for row in _of(lake, DAYS) if NOVEMBER.start_date <= row["business_date"] <= NOVEMBER.end_date]
    assert {row["business_date"] for row in dates} >= {NOVEMBER.end_date}
    expected = sum(row["visitors"] or 0 for row in dates)
    assert _value(lake, _visitors(DAYS), Choice(period=NOVEMBER)) == expected > 0


@pytest.mark.parametrize(
    ("choice", "level", "place"),
    [
        (Choice(period=NOVEMBER), "chain", "*"),
        (Choice("north", period=NOVEMBER), "region", "north"),
        (Choice("north", "berlin-1", NOVEMBER), "store", "berlin-1"),
    ],
)
def test_a_data_set_of_levels_shows_the_chosen_one(
    lake: duckdb.DuckDBPyConnection, choice: Choice, level: str, place: str
) -> None:
    """The region's own row is shown for a region, never the sum of its stores' and it."""
    (expected,) = [
        row["visitors"]
        for row in _of(lake, SEASON)
        if (row["period_id"], row["level"], row["place"]) == (NOVEMBER.period_id, level, place)
    ]
    assert _value(lake, _visitors(SEASON), choice) == expected


def test_a_visual_that_names_a_level_is_restricted_by_its_region(lake: duckdb.DuckDBPyConnection) -> None:
    """A list of stores keeps those of the chosen region."""
    table = Table(
        name="t",
        title="T",
        data_set=SEASON,
        by=(Dimension("place", "Store"),),
        measures=("visitors",),
        where=(Where("level", ("store",)),),
    )
    places = {row["place"] for row in _rows(lake, visual_query(table, Choice("north", period=NOVEMBER)))}
    assert places == {"berlin-1", "hamburg-1"}
    chosen = _rows(lake, visual_query(table, Choice(store_id="berlin-1", period=NOVEMBER)))
    assert [row["place"] for row in chosen] == ["berlin-1"]


def test_a_comparison_is_chosen_where_rows_have_one() -> None:
    """Rows of the other comparison would count twice; a data set without comparisons does not ask."""
    compared = replace(FUNNEL, columns=(*FUNNEL.columns, "compare_with"))
    assert "\"compare_with\" = 'period before'" in visual_query(
        _visitors(compared), Choice(compare_with="period before")
    )
    assert "compare_with" not in visual_query(_visitors(FUNNEL), Choice())
    assert '"compare_with" =' not in visual_query(_visitors(compared), Choice(compare_with=None))


def test_a_dashboard_follows_only_controls_that_it_has() -> None:
    """What was chosen on another page restricts nothing here."""
    choice = Choice("north", "berlin-1", NOVEMBER, "period before")
    assert choice.within(replace(SMALL, controls=("region",))) == Choice("north", compare_with=None)
    assert choice.within(SMALL) == replace(choice, compare_with=None)


def test_what_is_chosen_is_a_value_and_never_sql(lake: duckdb.DuckDBPyConnection) -> None:
    """A quote in the name of a region stays a quote."""
    assert _value(lake, _visitors(FUNNEL), Choice("it's' OR 1=1 --")) is None


def _worked_out(expression: Expression, values: list[tuple[float | None, float | None]]) -> float | None:
    measure = Measure("it", "It", expression, "decimal", "A test")
    data_set = DataSet("made", "Made", "made", ("a", "b"), (measure,))
    rows = ", ".join(f"({'NULL' if a is None else a}, {'NULL' if b is None else b})" for a, b in values)
    kpi = Kpi(name="it", title="It", data_set=data_set, measure="it")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE made (a DOUBLE, b DOUBLE)")
        if values:
            connection.execute(f"INSERT INTO made VALUES {rows}")
        found = connection.execute(visual_query(kpi, Choice(), rows="made")).fetchone()
    assert found is not None
    value: float | None = found[0]
    return value


TWO = [(1.0, 2.0), (None, 0.0), (4.0, None)]


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        (Sum("a"), TWO, 5.0),
        (Sum("a"), [], None),
        (Sum("a"), [(None, 1.0)], None),
        (Largest("a"), TWO, 4.0),
        (Smallest("b"), TWO, 0.0),
        (Distinct("a"), [(1.0, None), (1.0, None), (None, None)], 1),
        (Distinct("a"), [(None, None)], None),
        (Median("a"), TWO, 2.5),
        (Median("a"), [], None),
        (Only("a"), TWO, None),
        (Only("a"), [(None, 1.0), (3.0, 1.0)], 3.0),
        (ratio(Sum("a"), Sum("b")), TWO, 2.5),
        (ratio(Sum("a"), Sum("b")), [(1.0, 0.0)], None),
        (ratio(Number(1.0), Number(0.0)), TWO, None),
        (minus(Number(1.0), Sum("a")), [], None),
        (plus(Number(0.1), times(Number(2.0), Sum("b"))), TWO, 4.1),
        (SquareRoot(Sum("a")), [(9.0, None)], 3.0),
        (SquareRoot(Sum("a")), [(-1.0, None)], None),
        (SquareRoot(Sum("a")), [], None),
    ],
)
def test_null_is_not_known_in_every_operation(
    expression: Expression, values: list[tuple[float | None, float | None]], expected: float | None
) -> None:
    """Aggregates leave nulls out, of nothing they are null, and so is what is divided by zero or made of a null."""
    found = _worked_out(expression, values)
    assert found == expected if found is None or expected is None else math.isclose(found, expected)


def test_intervals_and_what_is_compared_stand_beside_the_measure(lake: duckdb.DuckDBPyConnection) -> None:
    """Wilson's limits lie around the share; without people there is neither."""
    rows = _rows(lake, visual_query(SMALL.sheets[0].rows[1][1], Choice(period=NOVEMBER)))
    assert {"store_name", "abandonment_rate", "abandonment_rate__low", "abandonment_rate__people"} <= rows[0].keys()
    known = [row for row in rows if row["abandonment_rate"] is not None]
    assert known
    for row in known:
        assert row["abandonment_rate__low"] <= row["abandonment_rate"] <= row["abandonment_rate__high"]


def test_drilling_down_groups_by_what_is_asked(lake: duckdb.DuckDBPyConnection) -> None:
    """The same measure, one level deeper, adds up to the same."""
    bars = Bars(
        name="b", title="B", data_set=FUNNEL, by=Dimension("region", "Region"), measures=("visitors",), drill=(STORE,)
    )
    regions = _rows(lake, visual_query(bars, Choice(period=NOVEMBER)))
    stores = _rows(lake, visual_query(bars, Choice(period=NOVEMBER), dimensions=("store_name",)))
    assert len(stores) > len(regions) > 1
    assert sum(row["visitors"] or 0 for row in stores) == sum(row["visitors"] or 0 for row in regions)


def test_a_map_says_where_its_places_are() -> None:
    """Latitude and longitude come with each circle; the floor has a row for each cell of a camera."""
    places = StoreMap(
        name="m", title="M", data_set=DAYS, by=STORE, latitude="latitude", longitude="longitude", size="visitors",
        colour="visitors",
    )  # fmt: skip
    assert 'max("latitude") AS "latitude"' in visual_query(places, Choice())
    x, y = Dimension("cell_x", "X", "number"), Dimension("cell_y", "Y", "number")
    floor = FloorHeat(
        name="f", title="F", data_set=DAYS, x=x, y=y, camera=Dimension("camera_id", "Camera"), measure="visitors"
    )
    assert 'GROUP BY "camera_id", "cell_x", "cell_y"' in visual_query(floor, Choice())


def test_a_figure_of_a_headline_is_asked_like_a_visual(lake: duckdb.DuckDBPyConnection) -> None:
    """The sentence and the large number under it are the same."""
    figure = figure_visual("visitors", SMALL.headline.figures["visitors"])
    choice = Choice(period=NOVEMBER)
    assert _value(lake, figure, choice) == _value(lake, _visitors(FUNNEL), choice)


def test_the_median_of_many_is_the_middle() -> None:
    """Of an even number, the mean of the two middle values: as Quick Sight has it."""
    values = [3.0, 1.0, 10.0, 2.0]
    assert _worked_out(Median("a"), [(value, None) for value in values]) == statistics.median(values)
