from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from contracts.tables import LAKE_TABLES, TABLES
from glue.views import load_views
from quicksight.preview.history import history_lake, make_history
from quicksight.preview.lake import OpenLake, opened
from quicksight.preview.made_up import made_up_chain
from sim.history.books import accounting_hours
from sim.history.chain import Chain, Promotion, day_number
from sim.history.incidents import KINDS, incident_tables
from sim.history.open_hours import open_hours
from sim.history.pictures import BOXES, GRID_H, GRID_W
from sim.history.shape import Shape
from sim.history.whole import all_dates, hour_tables
from storeq.engines.folder import Folder

LAST = dt.date(2025, 12, 21)
CHAIN = made_up_chain(10, last=LAST, days=120)
SHAPE = Shape.published()
SALE = Promotion("sale", dt.date(2025, 10, 6), dt.date(2025, 10, 12), 0.5, 0.2, skips_every=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of ten stores as files."""
    made = tmp_path_factory.mktemp("history") / "lake"
    assert make_history(made, chain=CHAIN, say=lambda _: None)
    return made


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[OpenLake]:
    """The same, with the views on it."""
    with opened(Folder(folder), load_views()) as found:
        yield found


def _one(lake: OpenLake, sql: str) -> tuple[object, ...]:
    (row,) = lake.connection.execute(sql).fetchall()
    return tuple(row)


def test_a_history_is_made_once(folder: Path) -> None:
    """The same chain is kept as it is; another one is made anew."""
    kept = folder / "store_v1" / "rows.parquet"
    time = kept.stat().st_mtime_ns
    assert make_history(folder, chain=CHAIN, say=lambda _: None) is False
    assert kept.stat().st_mtime_ns == time


def test_a_history_is_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    """Every file, to the byte: what a page shows can be told again."""
    small = made_up_chain(3, last=LAST, days=40)
    for name in ("one", "other"):
        make_history(tmp_path / name, chain=small, say=lambda _: None)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.parquet"))
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes() for file in files)
    made = {path.parent.name for path in folder.rglob("*.parquet")}
    assert made == {table.name for table in LAKE_TABLES}


@pytest.mark.parametrize("name", sorted(table.name for table in LAKE_TABLES))
def test_no_key_comes_twice(lake: OpenLake, name: str) -> None:
    """Rows of the history keep what the contract says of a key."""
    key = ", ".join(TABLES[name].key)
    assert _one(lake, f"SELECT count(*) = count(DISTINCT ({key})) OR count(*) = 0 FROM {name}") == (True,)


@pytest.mark.parametrize(
    "name",
    ["alert_v1", "alert_action_v1", "hazard_v1", "accounting_hour_v1", "camera_minute_v1", "heat_minute_v1",
     "journey_v1", "zone_minute_v1", "period_v1", "peak_v1", "peak_store_v1", "staff_hour_v1"],
)  # fmt: skip
def test_tables_that_dashboards_need_have_rows(lake: OpenLake, name: str) -> None:
    """Each dashboard has something to show of the history."""
    assert _one(lake, f"SELECT count(*) > 0 FROM {name}") == (True,)


def test_records_have_one_outcome(lake: OpenLake) -> None:
    """Received is accepted, late, rejected and duplicate together, in each hour; each outcome happens."""
    sums = "sum(accepted) > 0 AND sum(late) > 0 AND sum(rejected) > 0 AND sum(duplicate) > 0"
    adds_up = "bool_and(received = accepted + late + rejected + duplicate)"
    assert _one(lake, f"SELECT {sums} AND {adds_up} FROM accounting_hour_v1") == (True,)


def test_some_hours_are_bad_and_most_are_not() -> None:
    """A share of rejected records in the thousands of all hours is told from a bad update's."""
    chain = made_up_chain(40, last=LAST, days=60)
    books = accounting_hours(open_hours(chain, SHAPE, range(40), all_dates(chain.first, LAST)))
    rejected = books["rejected"].to_numpy() / books["received"].to_numpy()
    assert np.median(rejected) < 0.002
    assert 0.0005 < np.mean(rejected > 0.01) < 0.01


def test_journeys_are_those_that_the_lanes_count(lake: OpenLake) -> None:
    """Minute by minute, the journeys that end there are the lane's served, abandoned and censored."""
    told = """
      SELECT store_id, lane_id, date_trunc('minute', queue_left_time) AS window_start,
        count(*) FILTER (WHERE outcome = 'served') AS served,
        count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE outcome = 'censored') AS censored,
        COALESCE(CAST(round(1000 * sum(wait_seconds)) AS BIGINT), 0) AS wait_ms
      FROM journey_v1 GROUP BY ALL
    """
    counted = """
      SELECT store_id, lane_id, window_start, served, abandoned, censored, wait_ms
      FROM lane_minute_v1 WHERE joined > 0
    """
    assert _one(lake, f"SELECT count(*) FROM (({told}) EXCEPT ({counted}))") == (0,)
    assert _one(lake, f"SELECT count(*) FROM (({counted}) EXCEPT ({told}))") == (0,)


def test_people_act_after_an_alert_and_judge_after_they_took_it(lake: OpenLake) -> None:
    """The order of times that the notifier gives; each act belongs to an alert."""
    assert _one(
        lake,
        """
        WITH raised AS (SELECT store_id, alert_id, min(raised_time) AS raised_time FROM alert_v1 GROUP BY ALL),
        acts AS (
          SELECT store_id, alert_id, min(acted_time) FILTER (WHERE action = 'acknowledge') AS taken,
            min(acted_time) FILTER (WHERE action = 'verdict') AS judged
          FROM alert_action_v1 GROUP BY ALL
        )
        SELECT count(*) = count(raised_time), bool_and(taken > raised_time), bool_and(judged IS NULL OR judged > taken)
        FROM acts LEFT JOIN raised USING (store_id, alert_id)
        """,
    ) == (True, True, True)


def test_alerts_are_as_often_so_as_their_kind_says() -> None:
    """Shares of the taken and of the true lie within four standard errors of what the file says."""
    chain = made_up_chain(100, last=LAST, days=120)
    tables = incident_tables(open_hours(chain, SHAPE, range(100), all_dates(chain.first, LAST)))
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        found = connection.execute(
            """
            SELECT rule_id, count(*),
              count(*) FILTER (WHERE taken), count(*) FILTER (WHERE verdict IN ('true', 'false')),
              count(*) FILTER (WHERE verdict = 'true')
            FROM (SELECT DISTINCT alert_id, rule_id FROM alert_v1) AS alerts
            LEFT JOIN (
              SELECT alert_id, bool_or(action = 'acknowledge') AS taken, max(verdict) AS verdict
              FROM alert_action_v1 GROUP BY alert_id
            ) AS acts USING (alert_id)
            GROUP BY rule_id
            """
        ).fetchall()
    shares = {rule: counts for rule, *counts in found}
    assert shares.keys() == {kind.rule_id for kind in KINDS}
    for kind in KINDS:
        alerts, taken, judged, true = shares[kind.rule_id]
        assert _is_near(taken, alerts, kind.taken_share)
        assert _is_near(true, judged, kind.true_share)


def _is_near(part: int, whole: int, share: float) -> bool:
    return bool(abs(part - share * whole) <= 4 * (share * (1 - share) * whole) ** 0.5 + 1)


def test_a_store_has_the_same_alerts_in_any_part_of_the_chain() -> None:
    """Draws are by store and hour: what is made beside does not matter."""
    dates = all_dates(LAST - dt.timedelta(days=9), LAST)
    every = incident_tables(open_hours(CHAIN, SHAPE, range(10), dates))["alert_v1"].to_pylist()
    alone = incident_tables(open_hours(CHAIN, SHAPE, range(4, 5), dates))["alert_v1"].to_pylist()
    assert alone
    assert [row for row in every if row["store_id"] == CHAIN.ids[4]] == alone


def test_people_stand_where_zones_are(lake: OpenLake) -> None:
    """Each cell of the map lies in the outline of a zone, in part at least."""
    cells = lake.connection.execute("SELECT DISTINCT cell_index FROM heat_minute_v1").fetchall()
    assert cells
    for (cell,) in cells:
        x, y = (cell % GRID_W + 0.5) / GRID_W, (cell // GRID_W + 0.5) / GRID_H
        assert any(
            left - 1 / GRID_W < x < right + 1 / GRID_W and top - 1 / GRID_H < y < bottom + 1 / GRID_H
            for left, top, right, bottom in BOXES
        )


def test_a_sale_draws_customers_in_the_stores_that_take_part() -> None:
    """A half more during it, a fifth fewer for as long after it, and nothing elsewhere."""
    plain = Chain(1, 12, dt.date(2025, 9, 1), dt.date(2025, 11, 2))
    sold = Chain(1, 12, plain.first, plain.last, (SALE,))

    def visitors(chain: Chain, first: dt.date, last: dt.date, *, takes_part: bool) -> int:
        hours = open_hours(chain, SHAPE, range(12), all_dates(first, last))
        return int(hours.in_count[(hours.store % 2 != 0) == takes_part].sum())

    for first, last, factor in (
        (SALE.first, SALE.last, 1.5),
        (SALE.last + dt.timedelta(days=1), SALE.last + dt.timedelta(days=7), 0.8),
        (SALE.last + dt.timedelta(days=8), plain.last, 1.0),
    ):
        with_sale, without = (visitors(chain, first, last, takes_part=True) for chain in (sold, plain))
        assert with_sale / without == pytest.approx(factor, abs=0.03)
        assert visitors(sold, first, last, takes_part=False) == visitors(plain, first, last, takes_part=False)


def test_a_sale_is_found_by_the_stores_that_took_no_part(lake: OpenLake) -> None:
    """The peak of the autumn sale names its stores, treated and controls, and its days."""
    rows = lake.connection.execute(
        "SELECT peak_role, count(*) FROM peak_store_v1 WHERE peak_id = 'autumn_sale-2025' GROUP BY 1"
    ).fetchall()
    known = {name for (name,) in lake.connection.execute("SELECT peak_id FROM peak_v1").fetchall()}
    assert dict(rows) == {"treated": 8, "control": 2}
    assert known >= {"autumn_sale-2025", "halloween-2025", "black_friday-2025"}
    # Of Christmas the days after are not over yet.
    assert "christmas-2025" not in known
    whole = made_up_chain(10)
    assert {sale.name for sale in whole.promotions} == {"spring_sale", "autumn_sale", "black_friday"}
    assert [sale.first.weekday() for sale in whole.promotions if sale.name == "black_friday"] == [4, 4]


def test_months_of_the_whole_are_the_months_alone() -> None:
    """Hours of some dates do not depend on which dates are made with them."""
    dates = all_dates(LAST - dt.timedelta(days=2), LAST)
    together = hour_tables(CHAIN, SHAPE, dates)["traffic_local_hour_v1"].to_pylist()
    alone = hour_tables(CHAIN, SHAPE, dates[-1:])["traffic_local_hour_v1"].to_pylist()
    assert [row for row in together if row["business_date"] == dates[-1]] == alone
    assert day_number(LAST) == (LAST - dt.date(1970, 1, 1)).days


def test_the_lake_says_that_it_is_made_up(folder: Path) -> None:
    """Nobody takes it for a real chain."""
    lake = history_lake(folder, 10)
    assert lake.note.startswith("Made up")
    assert "10 stores" in lake.title
