"""The views of `sql/athena`: each answers its question, in SQL that DuckDB and Trino both read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import quality
from contracts.histograms import histogram, percentile_ms
from contracts.tables import TABLES
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import VIEWS_FOLDER, View, load_views

Row = dict[str, Any]

START = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)
VIEWS = {view.name: view for view in load_views()}
UNNESTING = ("histogram_bucket", "wait_bucket_local_hour", "wait_distribution")
DUCKDB_ONLY = re.compile(
    r"\b(QUALIFY|list_\w+|struct_\w+|epoch_\w+|quantile\w*|median|time_bucket|ANY_VALUE|ARG_MAX|EXCLUDE|REPLACE|UNPIVOT"
    r"|PIVOT|ASOF|GROUP BY ALL|ORDER BY ALL|USING SAMPLE)\b\s*\(?|::|//|->",
    re.IGNORECASE,
)


def lake(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> duckdb.DuckDBPyConnection:
    """Return every table of the contracts with the given rows, absent columns null, and all views over them."""
    connection = connect({})
    connection.execute("SET threads = 1")
    fill(connection, tables)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Give tables other rows; the views see them from then on."""
    for name, content in tables.items():
        connection.register(name, pa.Table.from_pylist(list(content), schema=_schema(name)))


@cache
def empty_lake() -> duckdb.DuckDBPyConnection:
    """Return a lake to be filled by one example after the other, each of which fills the same tables."""
    return lake({})


@cache
def _schema(name: str) -> pa.Schema:
    """Return the schema of a table whose rows may leave out what a test is not about."""
    return pa.schema([field.with_nullable(nullable=True) for field in arrow_schema_of(TABLES[name])])


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """Return the answer, one dictionary for each row; instants are in UTC."""
    found: list[Row] = connection.sql(sql).to_arrow_table().to_pylist()
    return found


def minute(number: int) -> Row:
    """Return the columns of the window of a minute after the start."""
    start = START + dt.timedelta(minutes=number)
    return {"store_id": "store", "window_start": start, "window_end": start + dt.timedelta(minutes=1)}


def buckets(durations_ms: Iterable[int], *, sign: int = 1) -> list[Row]:
    """Return a histogram as it lies in a table."""
    return [{"lower_ms": lower, "count": sign * count} for lower, count in histogram(durations_ms).items()]


def dwell_minute(number: int, durations_ms: list[int], **changes: Any) -> Row:
    """Return a row of dwell_minute_v1 with these visits."""
    return {
        **minute(number),
        "zone_id": "aisle-1",
        "zone_kind": "aisle",
        "visits": len(durations_ms),
        "pass_throughs": 0,
        "staff_visits": 0,
        "dwell_ms": sum(durations_ms),
        "lost_visits": 0,
        "dwell_histogram": buckets(durations_ms),
        "coverage": 1.0,
        "quality": "good",
    } | changes


def zone_minute(number: int, **changes: Any) -> Row:
    """Return a row of zone_minute_v1: one customer, all the time."""
    return {
        **minute(number),
        "zone_id": "aisle-1",
        "zone_kind": "aisle",
        "occupancy_mean": 1.0,
        "occupancy_max": 1,
        "person_ms": 60_000,
        "interval_ms": 60_000,
        "entered": 0,
        "left": 0,
        "staff_person_ms": 0,
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "quality": "good",
    } | changes


def lane_minute(number: int, **changes: Any) -> Row:
    """Return a row of lane_minute_v1: one customer joined, waited a minute and was served."""
    return {
        **minute(number),
        "lane_id": "lane-1",
        "queue_length_mean": 1.0,
        "queue_length_max": 1,
        "queue_person_ms": 60_000,
        "service_person_ms": 0,
        "open_ms": 60_000,
        "joined": 1,
        "served": 1,
        "abandoned": 0,
        "censored": 0,
        "wait_ms": 60_000,
        "wait_ms_max": 60_000,
        "served_over_target": 0,
        "queue_ms": 60_000,
        "wait_histogram": buckets([60_000]),
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "lost_share": 0.0,
        "quality": "good",
    } | changes


def visit(number: int, dwell_ms: int, *, revision: int = 1, **changes: Any) -> Row:
    """Return a row of visit_v1 that ends in the first hour."""
    left = START + dt.timedelta(minutes=30)
    return {
        "store_id": "store",
        "visit_id": f"visit-{number}",
        "revision": revision,
        "zone_id": "aisle-1",
        "zone_kind": "aisle",
        "camera_id": "camera",
        "track_id": f"track-{number}",
        "entered_time": left - dt.timedelta(milliseconds=dwell_ms),
        "left_time": left,
        "dwell_seconds": dwell_ms / 1000,
        "is_pass_through": dwell_ms < 5000,
        "is_staff": False,
        "end": "left",
        "event_id": f"device/boot/{number}",
    } | changes


def test_every_view_answers_of_an_empty_lake() -> None:
    """Rule: no data is an answer, never an error."""
    connection = lake({})
    for view in VIEWS.values():
        assert rows(connection, f"SELECT * FROM {view.name}") == []


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_header_is_true(view: View) -> None:
    """Rule: a view reads what its header says and nothing else: tables of the contract, or other views."""
    text = re.sub(r"--.*", "", view.sql)
    own = set(re.findall(r"^(?:WITH )?(\w+) AS \(", text, re.MULTILINE))
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", text)) - own - {"UNNEST"}
    assert named == set(view.reads)
    assert named <= TABLES.keys() | VIEWS.keys()


@pytest.mark.parametrize("path", sorted(VIEWS_FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_sql_is_portable(path: Path) -> None:
    """Rule: what only one of the two engines has stays out; whole numbers are divided as DOUBLE, as Trino truncates."""
    text = re.sub(r"--.*", "", path.read_text())
    assert DUCKDB_ONLY.findall(text) == []
    assert ("UNNEST" in text) == (path.stem in UNNESTING)
    assert not re.search(r'[^"\w](left|end|count)[^"\w(]', re.sub(r"\bEND\b|CASE.*", "", text))


def test_latest_revision_counts() -> None:
    """Rule: of a visit's revisions the highest counts; one that was merged into another does not."""
    connection = lake(
        {
            "visit_v1": [
                visit(1, 4_000),
                visit(1, 20_000, revision=2),
                visit(2, 9_000),
                visit(2, 9_000, revision=2, merged_into="visit-1"),
                visit(3, 7_000, store_id="other"),
                visit(3, 8_000, revision=2),
            ]
        }
    )
    found = rows(connection, "SELECT store_id, visit_id, revision, dwell_seconds FROM visit ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("other", "visit-3", 1, 7.0),
        ("store", "visit-1", 2, 20.0),
        ("store", "visit-3", 2, 8.0),
    ]


@pytest.mark.parametrize("name", ["visit", "journey"])
def test_latest_revision_has_every_column(name: str) -> None:
    """Rule: a column that is added to the table is added to its view; merged_into would always be null."""
    connection = lake({})
    columns = [column.name for column in TABLES[f"{name}_v1"].columns if column.name != "merged_into"]
    assert connection.sql(f"SELECT * FROM {name}").columns == columns


durations = st.lists(st.integers(5_000, 3_600_000), min_size=1, max_size=60)


@given(durations)
@settings(max_examples=60, deadline=None)
def test_dwell_percentiles(durations_ms: list[int]) -> None:
    """Rule: from the minutes they are those of contracts/histograms, and within 10 % of the exact ones."""
    third = len(durations_ms) // 3
    connection = empty_lake()
    minutes = [dwell_minute(3, durations_ms[:third]), dwell_minute(50, durations_ms[third:])]
    visits = [visit(number, duration_ms) for number, duration_ms in enumerate(durations_ms)]
    fill(connection, {"dwell_minute_v1": minutes, "visit_v1": visits})
    (told,) = rows(connection, "SELECT * FROM dwell_percentile")
    (exact,) = rows(connection, "SELECT * FROM dwell_percentile_exact")
    _compare(told, exact, durations_ms, name="dwell", count="visits")


@given(durations)
@settings(max_examples=60, deadline=None)
def test_wait_percentiles(durations_ms: list[int]) -> None:
    """Rule: the same of waits, where short ones lie in the bucket of everything under 100 ms."""
    waits_ms = [duration_ms - 5_000 for duration_ms in durations_ms]
    end = START + dt.timedelta(minutes=59)
    journeys = [
        {
            "store_id": "store",
            "journey_id": str(number),
            "revision": 1,
            "lane_id": "lane-1",
            "service_end_time": end,
            "outcome": "served",
            "wait_seconds": wait_ms / 1000,
        }
        for number, wait_ms in enumerate(waits_ms)
    ]
    connection = empty_lake()
    fill(connection, {"lane_minute_v1": [lane_minute(59, wait_histogram=buckets(waits_ms))], "journey_v1": journeys})
    (told,) = rows(connection, "SELECT * FROM wait_percentile")
    (exact,) = rows(connection, "SELECT * FROM wait_percentile_exact")
    _compare(told, exact, waits_ms, name="wait", count="served")


def _compare(told: Row, exact: Row, durations_ms: list[int], *, name: str, count: str) -> None:
    assert told[count] == exact[count] == len(durations_ms)
    assert (told["window_start"], told["window_end"]) == (exact["window_start"], exact["window_end"])
    for column, share in ((f"{name}_seconds_median", 0.5), (f"{name}_seconds_p90", 0.9)):
        middle_ms = percentile_ms(histogram(durations_ms), share)
        assert middle_ms is not None
        assert told[column] == pytest.approx(middle_ms / 1000)
        if exact[column] >= 0.1:
            assert told[column] == pytest.approx(exact[column], rel=0.049)
        else:
            assert told[column] == 0.05


def test_what_was_taken_back_does_not_count() -> None:
    """Rule: a correction of an earlier minute cancels it within the hour; what is left below nothing is left out."""
    connection = lake(
        {
            "dwell_minute_v1": [
                dwell_minute(1, [10_000, 60_000]),
                dwell_minute(2, [], dwell_histogram=[*buckets([10_000], sign=-1), *buckets([90_000])]),
                dwell_minute(60, [], dwell_histogram=[*buckets([60_000], sign=-1), *buckets([120_000])]),
            ]
        }
    )
    found = rows(connection, "SELECT visits, dwell_seconds_p90 FROM dwell_percentile ORDER BY window_start")
    assert [row["visits"] for row in found] == [2, 1]
    assert [row["dwell_seconds_p90"] for row in found] == pytest.approx([90, 120], rel=0.05)


def test_lane_hour_adds_up() -> None:
    """Rule: an hour is the sum of its minutes, its mean is time-weighted, and missing minutes lower the coverage."""
    half = {"coverage": 0.5, "queue_person_ms": 90_000, "late_share": 0.3, "camera_up_share": 0.5}
    connection = lake(
        {
            "lane_minute_v1": [
                *(lane_minute(number) for number in range(44)),
                lane_minute(
                    44, **half, joined=3, served=1, abandoned=1, censored=1, served_over_target=1, wait_ms_max=9
                ),
                lane_minute(60, joined=0, served=0, wait_ms=0, wait_ms_max=None, queue_ms=0, wait_histogram=[]),
            ]
        }
    )
    first, second = rows(connection, "SELECT * FROM lane_hour ORDER BY window_start")
    assert (first["joined"], first["served"], first["abandoned"], first["censored"]) == (47, 45, 1, 1)
    assert first["coverage"] == pytest.approx(44.5 / 60)
    assert first["queue_length_mean"] == pytest.approx((44 * 60_000 + 90_000) / (44.5 * 60_000))
    assert first["late_share"] == pytest.approx(0.15 / 44.5)
    assert first["camera_up_share"] == pytest.approx(44.5 / 45)
    assert first["lost_share"] == first["abandonment_rate"] == pytest.approx(1 / 47)
    assert first["service_level"] == pytest.approx(44 / 45)
    assert first["little_gap"] == pytest.approx(30_000 / (44 * 60_000 + 90_000))
    assert first["wait_seconds_mean"] == 60
    assert first["quality"] == "poor"
    assert (second["joined"], second["little_gap"], second["lost_share"], second["service_level"]) == (
        0,
        None,
        None,
        None,
    )


def test_zone_hour_adds_up() -> None:
    """Rule: the same of zones, with the visits that ended; a zone with visits alone was not watched."""
    connection = lake(
        {
            "zone_minute_v1": [
                zone_minute(number, entered=1, left=1, lane_id="lane-1", occupancy_max=number) for number in range(60)
            ],
            "dwell_minute_v1": [
                dwell_minute(5, [10_000, 20_000], pass_throughs=2, lost_visits=1),
                dwell_minute(7, [6_000], zone_id="aisle-2"),
            ],
        }
    )
    first, second = rows(connection, "SELECT * FROM zone_hour ORDER BY zone_id")
    assert (first["entered"], first["left"], first["occupancy_max"], first["lane_id"]) == (60, 60, 59, "lane-1")
    assert (first["occupancy_mean"], first["coverage"], first["visits"], first["pass_throughs"]) == (1.0, 1.0, 2, 2)
    assert (first["dwell_seconds_mean"], first["lost_share"], first["quality"]) == (15.0, 0.25, "fair")
    assert (second["visits"], second["coverage"], second["quality"], second["occupancy_mean"]) == (1, 0.0, "none", None)


shares = st.one_of(st.none(), st.sampled_from([0.0, 0.009, 0.02, 0.06, 0.3, 0.75, 0.82, 0.92, 0.97, 1.0]))


@given(st.lists(st.tuples(st.floats(0, 1), shares, shares), min_size=1, max_size=60), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_hours_are_graded_by_the_rule(minutes: list[tuple[float, float | None, float | None]], censored: int) -> None:
    """Rule: an hour's grade is what contracts/quality says of the hour's own measures."""
    given_rows: dict[str, Callable[..., Row]] = {"lane_minute_v1": lane_minute, "zone_minute_v1": zone_minute}
    measured = [
        {"coverage": coverage, "interval_ms": round(coverage * 60_000), "camera_up_share": up, "late_share": late}
        for coverage, up, late in minutes
    ]
    tables = {
        name: [make(number, **_known(name, values)) for number, values in enumerate(measured)]
        for name, make in given_rows.items()
    }
    tables["lane_minute_v1"][0] |= {"censored": censored, "joined": 60}
    connection = empty_lake()
    fill(connection, tables)
    for view, names in (
        ("lane_hour", ("coverage", "camera_up_share", "late_share", "lost_share", "little_gap")),
        ("zone_hour", ("coverage", "camera_up_share", "late_share", "lost_share")),
    ):
        (row,) = rows(connection, f"SELECT * FROM {view}")
        assert row["quality"] == quality.grade({name: row[name] for name in names})


def _known(table: str, values: Mapping[str, Any]) -> Row:
    return {name: value for name, value in values.items() if name in {column.name for column in TABLES[table].columns}}


def test_store_occupancy_begins_anew_at_the_stores_midnight() -> None:
    """In less out adds up through the store's day, staff apart, and starts at nothing after its midnight."""
    counts = {
        "2026-09-20T21:58": (5, 2),
        "2026-09-20T21:59": (0, 1),
        # Midnight in Berlin is 22:00 UTC in summer.
        "2026-09-20T22:00": (3, 0),
        "2026-09-21T06:00": (1, 2),
    }
    told = [
        {
            "store_id": "s",
            "line_id": line,
            "window_start": dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC),
            "window_end": dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC) + dt.timedelta(minutes=1),
            "in_count": in_count if line == "doors" else 0,
            "out_count": out_count if line == "doors" else 0,
            "staff_in_count": 7,
            "staff_out_count": 0,
            "coverage": 1.0 if line == "doors" else 0.9,
            "camera_up_share": None,
            "late_share": 0.0,
            "quality": "good",
        }
        for at, (in_count, out_count) in counts.items()
        for line in ("doors", "side-door")
    ]
    connection = lake({"traffic_minute_v1": told, "store_v1": [{"store_id": "s", "time_zone": "Europe/Berlin"}]})
    answer = rows(connection, "SELECT * FROM store_occupancy ORDER BY window_start")
    assert [row["occupancy"] for row in answer] == [3, 2, 3, 2]
    assert [str(row["business_day"]) for row in answer] == ["2026-09-20"] * 2 + ["2026-09-21"] * 2
    assert {row["quality"] for row in answer} == {"fair"}
