"""`storeq`: asks the questions of the lake, and tells the answers."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from rich.console import Console

from glue.dialect import sql_for
from glue.views import VIEWS_FOLDER, load_checks, load_views
from storeq.checking import check_lake
from storeq.compile import compile_question
from storeq.emptiness import why_empty
from storeq.engine_choice import engine_of, place_of
from storeq.errors import EngineError, StoreqError, check_all
from storeq.formats.answered import Answered
from storeq.formats.chart.page import chart_page, chart_svg
from storeq.formats.chart.spec import chart_of
from storeq.formats.checks import print_checks
from storeq.formats.lines import csv_lines, json_lines
from storeq.formats.questions import print_columns, print_groups, print_question
from storeq.formats.table import print_table
from storeq.formats.words import took
from storeq.options import allowed_stores, check_output, parser, scope_of
from storeq.questions import Library
from storeq.resolve import permitted, resolve
from storeq.scope import Scope

USAGE_ERROR = 2
FAILED = 1
CHARTS = Path("build/storeq")
PLAIN_WIDTH = 160
"""Columns where the output goes into a file, which has no width of its own."""


def main(
    arguments: list[str] | None = None, *, environment: Mapping[str, str] = os.environ, folder: Path = VIEWS_FOLDER
) -> int:
    """Run one verb; returns 0, 1 when the engine cannot answer, or a check fails, or 2 when it cannot be asked."""
    options = parser().parse_args(arguments)
    library = Library(load_views(folder=folder))
    try:
        return _VERBS[options.verb](options, library, environment)
    except StoreqError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return FAILED if isinstance(error, EngineError) else USAGE_ERROR


def _list(options: argparse.Namespace, library: Library, _: Mapping[str, str]) -> int:
    if options.columns:
        print_columns(_console(), library.find(options.columns))
    else:
        print_groups(_console(), library.groups())
    return 0


def _show(options: argparse.Namespace, library: Library, _: Mapping[str, str]) -> int:
    print_question(_console(), library.find(options.name))
    return 0


def _sql(options: argparse.Namespace, library: Library, environment: Mapping[str, str]) -> int:
    find, scope = partial(library.find, options.name), partial(_scope, options, environment)
    check_all(find, scope)
    statement = compile_question(find(), scope(), place_of(options), limit=options.limit)
    print(sql_for(options.engine, statement.sql))
    return 0


def _run(options: argparse.Namespace, library: Library, environment: Mapping[str, str]) -> int:
    find, asked, start = (
        partial(library.find, options.name),
        partial(_scope, options, environment),
        partial(engine_of, options),
    )
    check_all(find, asked, start, partial(check_output, options))
    question, engine = find(), start()
    if options.format == "chart":
        chart_of(question)
    with _progress(f"Asking {options.engine}"):
        scope = resolve(asked(), engine, allowed=allowed_stores(environment))
        statement = compile_question(question, scope, engine.place, limit=options.limit)
        answer = engine.run(statement)
        reasons = [] if answer.rows.num_rows else why_empty(engine, statement)
    _tell(Answered(question, scope, answer.rows), options)
    for line in (*reasons, took(answer, options.engine)):
        print(line, file=sys.stderr)
    return 0


def _check(options: argparse.Namespace, library: Library, environment: Mapping[str, str]) -> int:
    engine = engine_of(options)
    now = None if options.folder else dt.datetime.now(dt.UTC)
    asked = permitted(Scope(stores=tuple(options.store) if options.store else None), allowed_stores(environment))
    checked = check_lake(
        engine, load_checks(now=now), library.views, stores=resolve(asked, engine).stores, without=options.without
    )
    return FAILED if print_checks(_console(), checked) else 0


def _scope(options: argparse.Namespace, environment: Mapping[str, str]) -> Scope:
    return permitted(scope_of(options), allowed_stores(environment))


def _tell(answered: Answered, options: argparse.Namespace) -> None:
    out = options.out or (CHARTS / f"{options.name}.html" if options.format == "chart" else None)
    if out is None and options.format == "table":
        print_table(_console(), answered)
    elif out is None:
        sys.stdout.writelines(_LINES[options.format](answered))
    else:
        _write(answered, options.format, out)
        print(out)


def _write(answered: Answered, form: str, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        if form == "table":
            print_table(Console(file=file, width=PLAIN_WIDTH, highlight=False), answered)
        elif form == "chart":
            file.write(chart_svg(answered) if out.suffix == ".svg" else chart_page(answered))
        else:
            file.writelines(_LINES[form](answered))


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


def _progress(text: str) -> AbstractContextManager[object]:
    console = Console(stderr=True)
    return console.status(text) if console.is_terminal else nullcontext()


_VERBS: Mapping[str, Callable[[argparse.Namespace, Library, Mapping[str, str]], int]] = {
    "list": _list,
    "show": _show,
    "sql": _sql,
    "run": _run,
    "check": _check,
}
_LINES: Mapping[str, Callable[[Answered], Iterable[str]]] = {"csv": csv_lines, "json": json_lines}


if __name__ == "__main__":
    sys.exit(main())
