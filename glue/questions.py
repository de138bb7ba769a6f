"""`docs/questions.md`: every question of `sql/athena` with its columns, rendered from the files' headers by `make gen`.

A column means what the contract's column of the same name means, unless the view's header says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

from contracts.tables import TABLES
from glue.duckdb_lake import connect
from glue.views import View, ViewError, load_views

PAGE = Path(__file__).resolve().parents[1] / "docs/questions.md"
_INTRODUCTION = """# Questions

Each is a view in `sql/athena`: the same file runs on Athena, on Trino and, translated, on DuckDB.
`storeq run NAME --from … --to …` asks it ([storeq](storeq.md)). A view of periods has a row for each period of
[`period_v1`](tables/period_v1.md), or for the one asked for. Times are UTC where the grain says so, and else the
store's own. This page is rendered by `make gen`.
"""


def column_docs(view: View, views: Mapping[str, View]) -> dict[str, str]:
    """Return what a view's columns mean: by its header, else as in the first of what it reads that has the column."""
    docs = dict(view.columns)
    for name in view.reads:
        read = column_docs(views[name], views) if name in views else _table_docs(name)
        # What came first, wins.
        docs = read | docs
    return docs


def _table_docs(name: str) -> dict[str, str]:
    return {column.name: column.doc for column in TABLES[name].columns}


def undocumented(view: View, docs: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    """Return the columns of a view that nothing documents, and those that its header documents and it does not have."""
    names = list(columns)
    return [name for name in names if name not in docs] + [name for name in view.columns if name not in names]


def questions_page() -> str:
    """Return the page.

    Raises:
        ViewError: a view has a column that nothing documents, or documents one that it does not have.
    """
    known = {view.name: view for view in load_views()}
    views = sorted(known.values(), key=lambda view: view.name)
    connection = connect({})
    lines = [_INTRODUCTION, "| view | question |", "| --- | --- |"]
    lines += [f"| [`{view.name}`](#{view.name}) | {view.question} |" for view in views]
    for view in views:
        lines += ["", *_section(view, column_docs(view, known), columns_of(connection, view))]
    return "\n".join(lines) + "\n"


def columns_of(connection: duckdb.DuckDBPyConnection, view: View) -> dict[str, str]:
    """Return a view's columns and their types, as DuckDB names them."""
    return {name: type_ for name, type_, *_ in connection.execute(f"DESCRIBE {view.name}").fetchall()}


def _section(view: View, docs: Mapping[str, str], columns: Mapping[str, str]) -> Iterator[str]:
    if wrong := undocumented(view, docs, columns):
        raise ViewError(
            f"sql/athena/{view.name}.sql: expected each column to be documented once, came {', '.join(wrong)}; "
            "add `-- column: name = what it is, and its unit`, or take away the line of a column that is gone"
        )
    yield f"## {view.name}"
    yield ""
    yield f"{view.question} One row: {view.grain}. Reads {', '.join(_linked(name) for name in view.reads)}."
    yield ""
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for name, type_ in columns.items():
        yield f"| `{name}` | {type_.lower()} | {docs[name]} |"


def _linked(name: str) -> str:
    return f"[`{name}`](tables/{name}.md)" if name in TABLES else f"[`{name}`](#{name})"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check it; returns 1 when it is stale."""
    parser = argparse.ArgumentParser(prog="python -m glue.questions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    page = questions_page()
    if not parser.parse_args(arguments).check:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("stale: docs/questions.md (expected what sql/athena says; run `make gen` and commit the result)")
    return 1


if __name__ == "__main__":
    sys.exit(main())
