"""The verbs `import` and `import-remove` of `python -m glue`: history into the lake, and out of it."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from pathlib import Path

import awswrangler
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from rich.console import Console

from glue.importing.checking import Checked, Checker
from glue.importing.loading import HistoryTable, Loaded, store_zones_of
from glue.importing.mapping import IMPORT_NAME, SOURCE_PREFIX, ImportMapping, load_mapping
from glue.importing.problems import ImportProblems
from glue.importing.reading import read_source
from glue.importing.report import print_line, print_report, write_findings
from glue.options import add_lake_options, lake_of
from glue.progress import Say, working

USAGE_ERROR = 2
REFUSED = 1
EXAMPLE_MAPPING = Path(__file__).with_name("leeds.toml")

_IMPORT_HELP = f"""Puts hourly counts of older counters into traffic_local_hour_v1, so that seasons can be compared
with the years before the cameras. A mapping file says what the columns mean and what is done with rows that break a
rule; every finding is told with its row. Either all of an import comes into the lake, in one commit, or nothing does.
A second import of the same name takes the place of the first.

  python -m glue import counts.csv.gz --mapping leeds.toml --dry-run --report findings.csv --warehouse s3://bucket/lake

A commented mapping to start from: {EXAMPLE_MAPPING.parent.name}/{EXAMPLE_MAPPING.name}, and docs/import.md.
Ends with 0 when all is well, 1 when a rule keeps the import out, 2 when a file or the lake cannot be used."""
_REMOVE_HELP = """Takes every row of an import out of the lake again, in one commit.

  python -m glue import-remove leeds-2009-2016 --warehouse s3://bucket/lake"""
_LAKE_ERRORS: dict[type[Exception], str] = {
    NoSuchTableError: "Expected the table of local hours in the lake, came none: create it with `python -m glue apply`",
    CommitFailedException: "Expected the lake to stay as it was checked, came a change: nothing was done, try again",
}


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs to those of `python -m glue`."""
    importing = _verb(verbs, "import", "bring history of older counters into the lake", _IMPORT_HELP)
    importing.set_defaults(run=_run_import)
    importing.add_argument("files", nargs="+", metavar="FILE", help="CSV or Parquet, here or on s3://")
    importing.add_argument("--mapping", required=True, type=Path, help="what the columns mean: a TOML file")
    importing.add_argument("--dry-run", action="store_true", help="check and tell; the lake stays as it is")
    importing.add_argument("--report", type=Path, help="write every finding there: *.csv or *.parquet")
    removing = _verb(verbs, "import-remove", "take an import out of the lake again", _REMOVE_HELP)
    removing.set_defaults(run=_run_remove)
    removing.add_argument("name", type=_import_name, metavar="NAME", help="as in the mapping, such as leeds-2009-2016")


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str, text: str
) -> argparse.ArgumentParser:
    as_written = argparse.RawDescriptionHelpFormatter
    verb = verbs.add_parser(name, help=summary, description=text, formatter_class=as_written)
    add_lake_options(verb)
    return verb


def _run_import(options: argparse.Namespace) -> int:
    console = Console()
    try:
        mapping = load_mapping(options.mapping)
        with working() as say:
            history = HistoryTable.of(lake_of(options))
            checked = _checked(options, mapping, history, say)
        print_report(checked, console)
        if options.report:
            write_findings(checked.findings, options.report)
            print_line(console, f"Every finding is in {options.report}.")
        return _load(options, mapping, history, checked, console)
    except (ImportProblems, NoSuchTableError, CommitFailedException) as error:
        return _refused(error)


def _checked(options: argparse.Namespace, mapping: ImportMapping, history: HistoryTable, say: Say) -> Checked:
    say("reading")
    if options.endpoint_url:
        awswrangler.config.s3_endpoint_url = options.endpoint_url
    checker = Checker(
        mapping=mapping,
        store_zones=store_zones_of(lake_of(options)),
        lake_hours=lambda hours: history.hours_from_elsewhere(hours, mapping.source),
        today=dt.datetime.now(dt.UTC).date(),
    )
    return checker.check(read_source(options.files, mapping), say)


def _load(
    options: argparse.Namespace, mapping: ImportMapping, history: HistoryTable, checked: Checked, console: Console
) -> int:
    if not checked.is_clean or not checked.hours.num_rows:
        cure = f"mend the rows, or say in [rules] of {options.mapping} what is done with them"
        why = "no hour is left to import" if checked.is_clean else cure
        print_line(console, f"Nothing was imported: {why}.", style="bold red")
        return REFUSED
    if options.dry_run:
        print_line(console, "Nothing keeps these rows out of the lake; nothing was imported (--dry-run).")
        return 0
    with working() as say:
        say("writing")
        loaded = history.replace(checked.hours, mapping.source)
    _print_loaded(mapping.source, loaded, console)
    return 0


def _run_remove(options: argparse.Namespace) -> int:
    source = f"{SOURCE_PREFIX}{options.name}"
    try:
        history = HistoryTable.of(lake_of(options))
        loaded = history.remove(source)
    except (NoSuchTableError, CommitFailedException) as error:
        return _refused(error)
    if not loaded.rows_before:
        known = ", ".join(history.sources()) or "nothing"
        print(f"Expected rows of {source} in the lake, came none; it has {known}.", file=sys.stderr)
        return REFUSED
    _print_loaded(source, loaded, Console())
    return 0


def _print_loaded(source: str, loaded: Loaded, console: Console) -> None:
    print_line(console, f"{source}: {loaded.rows_before:,} rows became {loaded.rows_after:,}")


def _refused(error: Exception) -> int:
    told = next((text for kind, text in _LAKE_ERRORS.items() if isinstance(error, kind)), str(error))
    print(told, file=sys.stderr)
    return USAGE_ERROR


def _import_name(text: str) -> str:
    name = text.removeprefix(SOURCE_PREFIX)
    if not re.match(IMPORT_NAME, name):
        raise argparse.ArgumentTypeError(f"expected the name of an import, came {text!r}; such as leeds-2009-2016")
    return name
