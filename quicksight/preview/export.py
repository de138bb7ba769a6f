"""The files of a lake's data sets: each view is asked once, and only when something has changed since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import compute

from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.preview import rows, tables
from quicksight.preview.choices import choices_of
from quicksight.preview.definition import DataSetPage
from quicksight.preview.files import choices_script, digest_of, percent_coded, rows_script, source_digest, write
from quicksight.preview.lake import OpenLake
from quicksight.resolve import DATA_SETS_FILE, data_set_problems
from quicksight.sql import DATED_KINDS, data_set_sql
from storeq.cures import filled_by
from storeq.errors import StoreqError
from storeq.questions import Library, Question

FRESH = "fresh.json"
DATA = "data"
_SOURCES = [Path(__file__).with_name(name) for name in ("export.py", "rows.py", "tables.py", "choices.py", "files.py")]


@dataclass(frozen=True, slots=True)
class Written:
    """What a data set's files were made of: a digest of all that goes into them, and why they hold no row."""

    made_of: str
    problem: str | None = None
    empty: str = ""


def data_set_page(data_set: DataSet, dashboards: Iterable[Dashboard], library: Library) -> DataSetPage:
    """Return what the pages have of a data set, before the lake is asked; its problem is one of the definition."""
    dashboards = tuple(dashboards)
    problems = [str(problem) for problem in data_set_problems(data_set, library)]
    try:
        question: Question | None = library.find(data_set.view)
    except StoreqError:
        question = None
    return DataSetPage(
        data_set,
        rows.columns_shown(data_set, dashboards),
        rows.measures_shown(data_set, dashboards),
        question,
        problem="\n".join(problems) or None,
    )


def made_of(page: DataSetPage, lake: str) -> str:
    """Return a digest of all that a data set's files depend on; `lake` is the lake's own."""
    views = [] if page.question is None else [view.sql for view in page.question.parts]
    asked = data_set_sql(page.data_set, for_period=False)
    return digest_of([lake, source_digest(_SOURCES), asked, repr(page.columns), repr(page.data_set.overview), *views])


def export_data_set(lake: OpenLake, page: DataSetPage, folder: Path) -> DataSetPage:
    """Write the files of a data set's rows, and return its page with what is wrong or empty."""
    if page.problem is not None or page.question is None:
        return page
    if lacking := lake.lacking(page.question):
        return replace(page, problem=" ".join(lacking))
    lake.keep_periods(page.data_set.period_kinds or DATED_KINDS)
    try:
        count = _write_rows(lake.connection, page, folder)
    except duckdb.Error as error:
        return replace(page, problem=_explained(page.data_set, error))
    return page if count else replace(page, empty=_why_empty(lake, page.question))


def export_choices(lake: OpenLake, folder: Path) -> list[str]:
    """Write what can be chosen, and return the countries of the stores."""
    lake.keep_periods(DATED_KINDS)
    choices = choices_of(lake.connection)
    write(folder / "choices.js", choices_script(choices))
    countries: list[str] = choices["countries"]
    return countries


def rows_file(data_set: DataSet, folder: Path) -> Path:
    """Return the file of a data set's rows, or of the sums over its stores, within a lake's folder."""
    return folder / DATA / f"{percent_coded(data_set.name)}.js"


def read_fresh(folder: Path) -> dict[str, Any]:
    """Return what is known of the files of the last export; nothing where there was none."""
    path = folder / FRESH
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return kept


def _write_rows(connection: duckdb.DuckDBPyConnection, page: DataSetPage, folder: Path) -> int:
    """Write the rows of a data set; returns how many there are."""
    data_set = page.data_set
    name = rows.create_rows(connection, data_set, page.columns)
    ((count,),) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    # Stores that are gone leave no file behind.
    shutil.rmtree(rows_file(data_set, folder).with_suffix(""), ignore_errors=True)
    for path, text in _scripts(connection, page):
        write(folder / DATA / path, text)
    connection.execute(f"DROP TABLE {name}")
    return int(count)


def _scripts(connection: duckdb.DuckDBPyConnection, page: DataSetPage) -> Iterator[tuple[str, str]]:
    """Give each file of a data set's rows, with its path."""
    data_set = page.data_set
    file = percent_coded(data_set.name)
    every = connection.sql(rows.all_rows(data_set)).to_arrow_table()
    if not data_set.by_store:
        yield f"{file}.js", rows_script(data_set.name, None, tables.table_json(every))
        if rows.is_by_kind(data_set):
            yield from _scripts_by_kind(data_set, every)
        return
    overview = connection.sql(rows.overview_rows(data_set, page.columns, page.measures)).to_arrow_table()
    yield f"{file}.js", rows_script(data_set.name, None, tables.table_json(overview))
    for store_id, table in tables.tables_by(every, "store_id"):
        yield f"{file}/{percent_coded(store_id)}.js", rows_script(data_set.name, store_id, table)


def _scripts_by_kind(data_set: DataSet, every: pa.Table) -> Iterator[tuple[str, str]]:
    file = percent_coded(data_set.name)
    for kind in data_set.period_kinds:
        of_kind = every.filter(compute.field("period_kind") == kind)
        yield f"{file}/{kind}.js", rows_script(data_set.name, kind, tables.table_json(of_kind))


def _explained(data_set: DataSet, error: duckdb.Error) -> str:
    said = str(error).strip().splitlines()[0]
    return f"sql/athena/{data_set.view}.sql, read by {DATA_SETS_FILE}, data set {data_set.name!r}: {said}"


def _why_empty(lake: OpenLake, question: Question) -> str:
    """Return which tables hold nothing, and what would fill them."""
    empty = [table for table in lake.empty_tables(question) if table.role != "dimension"]
    if not empty:
        return "Nothing here yet: the lake has no rows that answer this."
    return " ".join(f"{table.name} holds no row: {filled_by(table)}." for table in empty)
