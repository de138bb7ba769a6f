from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from contracts.tables import ALERT as ALERTS
from contracts.tables import PERIOD, STORE, TRAFFIC_LOCAL_HOUR
from glue.views import View, load_views
from quicksight.dashboards import DASHBOARDS
from quicksight.dashboards.data_sets import ALERT, PLACE_HOUR, STORE_PERIOD
from quicksight.model.dashboards import Dashboard
from quicksight.model.visuals import Headline, Kpi
from quicksight.preview import site as site_module
from quicksight.preview.files import percent_coded
from quicksight.preview.lake import Lake, opened
from quicksight.preview.rows import columns_shown
from quicksight.preview.site import Site, write_site
from quicksight.preview.tables import rounded, table_json, tables_by
from storeq.engines.folder import Folder
from tests.quicksight.small import FUNNEL, SMALL

VIEWS = load_views()


@pytest.fixture
def lake_folder(sample_lake: Path, tmp_path: Path) -> Path:
    """A copy of the sample lake that a test may change."""
    return Path(shutil.copytree(sample_lake, tmp_path / "lake"))


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pages' program out: what it is built of has tests of its own."""
    monkeypatch.setattr(site_module, "build_assets", lambda *_: None)


def _write(
    folder: Path, out: Path, dashboards: Sequence[Dashboard] = (SMALL,), views: Sequence[View] = VIEWS
) -> tuple[Site, list[str]]:
    said: list[str] = []
    lake = Lake("sample", "The sample", "Made for tests.", Folder(folder))
    return write_site([lake], dashboards, views, out, said.append), said


def _definition(out: Path, name: str = "small") -> dict[str, Any]:
    page = (out / "sample" / f"{name}.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="definition">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    definition: dict[str, Any] = json.loads(found[1])
    return definition


def _called(path: Path) -> tuple[Any, ...]:
    """Return what a script hands to the page."""
    text = path.read_text(encoding="utf-8")
    arguments = re.fullmatch(r"storeTraffic\.\w+\((.*)\);\n", text, re.DOTALL)
    assert arguments is not None
    return tuple(json.loads(f"[{arguments[1]}]"))


def _column(table: dict[str, Any], name: str) -> list[Any]:
    column = table["columns"][name]
    if isinstance(column, dict):
        return [None if code < 0 else column["names"][code] for code in column["codes"]]
    return list(column)


def test_a_table_is_read_back_as_it_was() -> None:
    """Text comes back by its codes, truth as 1 and 0, and what is not known as null, whatever its type."""
    rows = pa.table(
        {
            "name": pa.array(["a", None, 'é"\\', "a"]),
            "count": pa.array([1, None, 3, -(10**12)]),
            "share": pa.array([1 / 3, float("nan"), None, 1e300]),
            "is_open": pa.array([True, False, None, True]),
        }
    )
    table = json.loads(table_json(rows))
    assert table["rows"] == 4
    assert _column(table, "name") == ["a", None, 'é"\\', "a"]
    assert table["columns"]["count"] == [1, None, 3, -(10**12)]
    assert table["columns"]["share"] == [0.333333333, None, None, 1e300]
    assert table["columns"]["is_open"] == [1, 0, None, 1]


def test_a_table_without_rows_has_its_columns() -> None:
    """Nothing is not an error."""
    rows = pa.table({"name": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
    assert json.loads(table_json(rows)) == {"rows": 0, "columns": {"name": {"names": [], "codes": []}, "count": []}}
    assert list(tables_by(rows, "name")) == []


def test_rows_of_a_store_have_only_the_names_that_they_need() -> None:
    """Tables taken apart by store together have every row, each coded for itself."""
    rows = pa.table({"store": ["a", "a", "b"], "lane": ["x", "y", "y"], "served": [1, 2, 3]})
    parts = {store: json.loads(table) for store, table in tables_by(rows, "store")}
    assert list(parts) == ["a", "b"]
    assert parts["b"]["columns"]["lane"] == {"names": ["y"], "codes": [0]}
    assert [_column(parts[store], "served") for store in parts] == [[1, 2], [3]]


def test_numbers_keep_nine_digits() -> None:
    """The error is at most half of the ninth digit, for great and for small numbers."""
    values = np.concatenate([10.0 ** np.arange(-12, 13) * 1.23456789012, [0.0, -4e-15]])
    found = rounded(values)
    assert np.all(np.abs(found - values) <= 0.5e-8 * np.abs(values))
    assert all(
        len(repr(float(value)).replace("-", "").replace(".", "").split("e")[0].strip("0")) <= 9 for value in found
    )


def test_the_name_of_a_store_can_be_a_file_and_an_address() -> None:
    """As JavaScript's encodeURIComponent does it."""
    assert percent_coded("Köln/Süd 1 (neu)!") == "K%C3%B6ln%2FS%C3%BCd%201%20(neu)!"


def test_a_page_holds_its_definition_and_rows_lie_beside_it(lake_folder: Path, tmp_path: Path) -> None:
    """What a visual reads is there under the names that it uses; what no visual names is left out."""
    site, _ = _write(lake_folder, tmp_path / "out")
    assert (site.problems, site.lacking) == ((), ())
    definition = _definition(tmp_path / "out")
    assert definition["headline"]["figures"]["visitors"]["data_set"] == "funnel"
    assert [visual["kind"] for row in definition["sheets"][0]["rows"] for visual in row] == ["kpi", "bars", "table"]
    rate = definition["data_sets"]["funnel"]["measures"]["abandonment_rate"]
    assert rate["expression"] == {
        "op": "/", "left": {"op": "sum", "column": "abandoned"}, "right": {"op": "sum", "column": "joined"},
    }  # fmt: skip
    name, store, table = _called(tmp_path / "out" / "sample" / "data" / "funnel.js")
    assert (name, store) == ("funnel", None)
    columns = [column["name"] for column in definition["data_sets"]["funnel"]["columns"]]
    assert sorted(table["columns"]) == sorted(columns)
    assert "served" not in columns
    assert "berlin-1" in _column(table, "store_id")
    assert site.index.read_text(encoding="utf-8").count("small.html") == 1


def test_choices_are_what_the_lake_has(lake_folder: Path, tmp_path: Path) -> None:
    """Stores by name, the regions they are in, and periods that are over, the latest of each kind first."""
    _write(lake_folder, tmp_path / "out")
    (choices,) = _called(tmp_path / "out" / "sample" / "choices.js")
    described = pa.Table.from_pylist(parquet.read_table(lake_folder / f"{STORE.name}.parquet").to_pylist())
    assert {store["store_id"] for store in choices["stores"]} == set(described["store_id"].to_pylist())
    assert choices["regions"] == sorted(set(described["region"].to_pylist()))
    months = [period for period in choices["periods"] if period["period_kind"] == "month"]
    assert months[0]["is_latest"]
    assert [month["start_date"] for month in months] == sorted((month["start_date"] for month in months), reverse=True)


def test_a_store_that_nothing_describes_can_be_chosen(lake_folder: Path, tmp_path: Path) -> None:
    """It counts, so it is shown, by its id."""
    path = lake_folder / f"{STORE.name}.parquet"
    stores = parquet.read_table(path)
    parquet.write_table(stores.filter(pa.compute.field("store_id") != "berlin-1"), path)
    _write(lake_folder, tmp_path / "out")
    (choices,) = _called(tmp_path / "out" / "sample" / "choices.js")
    (berlin,) = [store for store in choices["stores"] if store["store_id"] == "berlin-1"]
    assert (berlin["name"], berlin["region"]) == ("berlin-1", "no region")


def test_a_lake_of_its_first_hours_offers_the_periods_that_run(lake_folder: Path, tmp_path: Path) -> None:
    """Where no period is over, the month so far is better than nothing."""
    path = lake_folder / f"{TRAFFIC_LOCAL_HOUR.name}.parquet"
    hours = parquet.read_table(path)
    periods = parquet.read_table(lake_folder / f"{PERIOD.name}.parquet").to_pylist()
    month = max((each for each in periods if each["period_kind"] == "month"), key=lambda each: each["start_date"])
    day = min(date for date in hours["business_date"].to_pylist() if date > month["start_date"] and date.weekday() < 5)
    parquet.write_table(hours.filter(pa.compute.field("business_date") == pa.scalar(day)), path)
    _write(lake_folder, tmp_path / "out")
    (choices,) = _called(tmp_path / "out" / "sample" / "choices.js")
    assert choices["periods"]
    assert all(period["start_date"] <= str(day) <= period["end_date"] for period in choices["periods"])


def test_what_is_fresh_is_kept(lake_folder: Path, tmp_path: Path) -> None:
    """Nothing is asked again until the lake changes; then all is, and the files are the same where the rows are."""
    out = tmp_path / "out"
    _write(lake_folder, out)
    file = out / "sample" / "data" / "funnel.js"
    content, time = file.read_bytes(), file.stat().st_mtime_ns
    _, said = _write(lake_folder, out)
    assert not [line for line in said if "door" in line]
    (lake_folder / f"{STORE.name}.parquet").touch()
    _, said = _write(lake_folder, out)
    assert [line for line in said if "door" in line]
    assert file.stat().st_mtime_ns >= time
    assert file.read_bytes() == content


def test_a_file_that_is_gone_is_written_again(lake_folder: Path, tmp_path: Path) -> None:
    """What is known of the last time is not believed when its file is not there."""
    _write(lake_folder, tmp_path / "out")
    file = tmp_path / "out" / "sample" / "data" / "funnel.js"
    content = file.read_bytes()
    file.unlink()
    _write(lake_folder, tmp_path / "out")
    assert file.read_bytes() == content


def test_the_same_lake_gives_the_same_files(lake_folder: Path, tmp_path: Path) -> None:
    """To the byte, whatever ran beside: so that a difference tells of a change."""
    for out in ("one", "other"):
        _write(lake_folder, tmp_path / out, DASHBOARDS)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.js"))
    assert len(files) > 20
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


def test_rows_kept_by_store_come_by_store_and_as_sums_over_stores(lake_folder: Path, tmp_path: Path) -> None:
    """The overview has the same people as the stores together, by what it keeps."""
    _write(lake_folder, tmp_path / "out", DASHBOARDS)
    folder = tmp_path / "out" / "sample" / "data"
    stores = [_called(path) for path in sorted((folder / PLACE_HOUR.name).glob("*.js"))]
    assert all(set(_column(table, "store_id")) == {store} for _, store, table in stores)
    _, _, overview = _called(folder / f"{PLACE_HOUR.name}.js")
    assert set(overview["columns"]) >= {"region", "period_id", *PLACE_HOUR.overview, "people"}
    assert "hour_of_day" not in overview["columns"]
    total = sum(people or 0 for _, _, table in stores for people in _column(table, "people"))
    assert sum(people or 0 for people in _column(overview, "people")) == total > 0


def test_weeks_come_in_a_file_of_their_own(lake_folder: Path, tmp_path: Path) -> None:
    """Nobody waits for a hundred weeks to see a month; together the files have every row."""
    _write(lake_folder, tmp_path / "out", DASHBOARDS)
    assert _definition(tmp_path / "out", "weekly")["data_sets"][STORE_PERIOD.name]["by_kind"] is True
    folder = tmp_path / "out" / "sample" / "data"
    _, _, every = _called(folder / f"{STORE_PERIOD.name}.js")
    parts = {kind: _called(folder / STORE_PERIOD.name / f"{kind}.js") for kind in STORE_PERIOD.period_kinds}
    assert {kind: set(_column(table, "period_kind")) <= {kind} for kind, (_, _, table) in parts.items()}
    assert sum(table["rows"] for _, _, table in parts.values()) == every["rows"]
    assert all(kind == part for kind, (_, part, _) in parts.items())


def test_a_lake_without_a_table_says_what_is_missing(lake_folder: Path, tmp_path: Path) -> None:
    """The page tells it in words with the cure, the command names it, and all other pages are written."""
    (lake_folder / f"{TRAFFIC_LOCAL_HOUR.name}.parquet").unlink()
    site, _ = _write(lake_folder, tmp_path / "out", DASHBOARDS)
    problem = _definition(tmp_path / "out", "regional-overview")["data_sets"][STORE_PERIOD.name]["problem"]
    assert f"There is no table {TRAFFIC_LOCAL_HOUR.name}" in problem
    assert "python -m glue rollup" in problem
    assert any(TRAFFIC_LOCAL_HOUR.name in line for line in site.lacking)
    assert _definition(tmp_path / "out", "store-today")["data_sets"]["lane-minute"]["problem"] is None


def test_a_data_set_without_rows_says_what_would_fill_it(lake_folder: Path, tmp_path: Path) -> None:
    """A visual that does not say so itself tells which table is empty."""
    path = lake_folder / f"{ALERTS.name}.parquet"
    parquet.write_table(parquet.read_table(path).slice(0, 0), path)
    kpi = Kpi(name="alerts", title="Alerts", data_set=ALERT, measure="alerts")
    quiet = replace(SMALL, sheets=(replace(SMALL.sheets[0], rows=((kpi, replace(kpi, name="said", empty="None.")),)),))
    site, _ = _write(lake_folder, tmp_path / "out", (quiet,))
    assert site.lacking == ()
    ((first, second),) = _definition(tmp_path / "out")["sheets"][0]["rows"]
    assert first["empty"].startswith("alert_v1 holds no row: ")
    assert second["empty"] == "None."


def test_a_view_that_lost_a_column_is_told_and_the_other_pages_are_written(lake_folder: Path, tmp_path: Path) -> None:
    """The problem names the file and the field, on the page and in what the command gets."""
    lost = replace(FUNNEL, name="lost", columns=(*FUNNEL.columns, "visitor_count"))
    sheet = replace(SMALL.sheets[0], rows=((Kpi(name="v", title="V", data_set=lost, measure="visitors"),),))
    broken = replace(SMALL, name="broken", headline=Headline("None"), sheets=(sheet,))
    site, _ = _write(lake_folder, tmp_path / "out", (SMALL, broken))
    (problem,) = site.problems
    assert (problem.file, problem.subject) == ("quicksight/dashboards/data_sets.py", "data set 'lost', columns")
    assert "visitor_count" in _definition(tmp_path / "out", "broken")["data_sets"]["lost"]["problem"]
    assert _definition(tmp_path / "out")["data_sets"]["funnel"]["problem"] is None
    assert (tmp_path / "out" / "sample" / "data" / "funnel.js").is_file()


def test_a_visual_that_names_an_unknown_measure_says_so(lake_folder: Path, tmp_path: Path) -> None:
    """Its own card tells it; the cards beside it work."""
    kpi = Kpi(name="v", title="V", data_set=FUNNEL, measure="visitor")
    sheet = replace(SMALL.sheets[0], rows=((kpi,), *SMALL.sheets[0].rows[1:]))
    site, _ = _write(lake_folder, tmp_path / "out", (replace(SMALL, sheets=(sheet,)),))
    assert [problem.subject for problem in site.problems] == ["visual 'v', measure"]
    (first,), (second, _) = _definition(tmp_path / "out")["sheets"][0]["rows"]
    assert "quicksight/dashboards/small.py: measure: there is no measure 'visitor'" in first["problem"]
    assert second["problem"] is None


def test_text_of_a_definition_cannot_end_its_script(lake_folder: Path, tmp_path: Path) -> None:
    """A title is text, whatever it holds."""
    title = "</script><script>alert(1)</script>"
    _write(lake_folder, tmp_path / "out", (replace(SMALL, title=title),))
    page = (tmp_path / "out" / "sample" / "small.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert _definition(tmp_path / "out")["title"] == title


def test_views_see_only_the_periods_that_are_kept(sample_lake: Path) -> None:
    """Weeks that nobody shows are not worked out: a view of periods works out every one that is there."""
    with opened(Folder(sample_lake), VIEWS) as lake:
        lake.keep_periods(("month",))
        kinds = lake.connection.execute("SELECT DISTINCT period_kind FROM traffic_funnel").fetchall()
        lake.keep_periods(("month", "season"))
        again = lake.connection.execute("SELECT DISTINCT period_kind FROM traffic_funnel").fetchall()
    assert kinds == [("month",)]
    assert set(again) == {("month",), ("season",)}


def test_every_column_that_a_dashboard_names_reaches_its_page() -> None:
    """Dimensions, drills, conditions and measures of every dashboard find their column."""
    for dashboard in DASHBOARDS:
        for visual in dashboard.visuals():
            shown = columns_shown(visual.data_set, DASHBOARDS)
            assert {where.column for where in visual.where} <= set(shown)
