"""The SQL files: each says what it answers, reads and writes, and the job names each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contracts.tables import TABLES
from flink_jobs.connectors import SOURCE_TABLE
from flink_jobs.jobs import BATCH_JOBS, STORE_TRAFFIC, Job
from flink_jobs.sql_files import SQL_FOLDER, HeaderError, read_header, table_path, view_path


def without_comments(text: str) -> str:
    """Return a query without its header and comments."""
    return re.sub(r"--.*", "", text)


def test_job_names_every_file() -> None:
    """A file that no job names is dead; a name without a file fails at the start."""
    assert {path.stem for path in SQL_FOLDER.glob("*.sql")} == set(STORE_TRAFFIC.tables)
    assert {path.stem for path in (SQL_FOLDER / "views").glob("*.sql")} == set(STORE_TRAFFIC.views)
    in_batch = {name for job in BATCH_JOBS.values() for name in (*job.views, *job.tables)}
    assert {path.stem for path in (SQL_FOLDER / "batch").glob("*.sql")} <= in_batch


@pytest.mark.parametrize("name", STORE_TRAFFIC.tables)
def test_tables_are_of_the_contract(name: str) -> None:
    """A query writes the table it is named after, and gives every column of it by name."""
    assert read_header(table_path(name)).writes == name
    text = table_path(name).read_text()
    missing = [column.name for column in TABLES[name].columns if not re.search(rf"\b{column.name}\b", text)]
    assert missing == []


@pytest.mark.parametrize("name", [*STORE_TRAFFIC.views, *STORE_TRAFFIC.tables])
def test_headers_are_true(name: str) -> None:
    """A query reads what its header says and nothing else, and only what is registered before it."""
    path = view_path(name) if name in STORE_TRAFFIC.views else table_path(name)
    before = (
        STORE_TRAFFIC.views[: STORE_TRAFFIC.views.index(name)] if name in STORE_TRAFFIC.views else STORE_TRAFFIC.views
    )
    named = set(re.findall(r"(?:FROM|JOIN|TABLE)\s+(\w+)", without_comments(path.read_text())))
    assert set(read_header(path).reads) == named & {SOURCE_TABLE, *STORE_TRAFFIC.views}
    assert set(read_header(path).reads) <= {SOURCE_TABLE, *before}


def test_missing_header_is_named(tmp_path: Path) -> None:
    """The message says which lines are missing."""
    path = tmp_path / "x.sql"
    path.write_text("-- question: What?\nSELECT 1\n")
    with pytest.raises(HeaderError, match="came none for grain, reads, window, lateness"):
        read_header(path)


@pytest.mark.parametrize("job", BATCH_JOBS.values(), ids=lambda job: job.name)
def test_batch_headers_are_true(job: Job) -> None:
    """What a batch job does otherwise reads what is stored, as its header says."""
    for path in (SQL_FOLDER / "batch" / f"{name}.sql" for name in (*job.views, *job.tables)):
        if path.exists():
            named = set(re.findall(r"(?:FROM|JOIN|TABLE)\s+(stored_\w+)", without_comments(path.read_text())))
            assert set(read_header(path).reads) == named
