"""The verbs `maintain`, `optimizers` and `remove-store` of `python -m glue`."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import boto3
from botocore.config import Config
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from rich.console import Console

from contracts.tables import LAKE_TABLES, TABLES, Table
from glue.lake import Lake
from glue.maintenance.compaction import RowsChangedError
from glue.maintenance.optimizers import Optimizers
from glue.maintenance.orphans import ORPHAN_DAYS, YOUNGEST_ORPHAN_AGE
from glue.maintenance.report import certificate_lines, maintenance_table, rows_table
from glue.maintenance.run import Maintained, Terms, maintain, plan_maintenance
from glue.maintenance.snapshots import KEPT_DAYS, KEPT_SNAPSHOTS
from glue.maintenance.store_removal import NamedSnapshotsError, StoreRemoval
from glue.options import add_lake_options, lake_of
from glue.progress import Say, working

USAGE_ERROR = 2
FAILED = 1

_MAINTAIN_HELP = """Compacts the small files of days that are over, deletes rows that are older than their table keeps
them, forgets old snapshots, and deletes files that no snapshot needs any more; a commit for each step. The stream may
go on writing. Tables that AWS Glue compacts (`python -m glue optimizers`) are not compacted here: never two
compactors. Run it once a day, after the day before was reconciled. Doing it again does nothing.

  python -m glue maintain --dry-run --warehouse s3://bucket/lake"""
_OPTIMIZERS_HELP = """Turns on AWS Glue's own optimisers for every table: compaction in the table's order, expiry of
snapshots, removal of orphan files, with the terms of `maintain`. Needs a role that Glue may work as.

  python -m glue optimizers --role-arn arn:aws:iam::123456789012:role/lake --warehouse s3://bucket/lake"""
_REMOVE_HELP = """Deletes all that is stored of one store: its rows in every table of the lake, older snapshots of those
tables, their files, and its items in DynamoDB. Then looks at every file in the warehouse and writes a certificate.
Time travel of all stores ends with it. Stop the store's devices first. Without --yes it only says what there is.
Ends with 0 when it is proven that nothing is left, 1 when something was found, 2 when it could not be done.

  python -m glue remove-store --store store-001 --certificate store-001.json --yes store-001 --warehouse s3://bucket/lake

docs/maintenance.md says what the certificate proves, and what it cannot."""


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs to those of `python -m glue`."""
    maintaining = _verb(verbs, "maintain", "keep the tables fast and small", _MAINTAIN_HELP, _run_maintain)
    maintaining.add_argument("--table", action="append", choices=_names(), help="only this one; may be repeated")
    maintaining.add_argument("--dry-run", action="store_true", help="say what would be done; changes nothing")
    maintaining.add_argument("--today", type=dt.date.fromisoformat, help="the present date, UTC (default: the clock's)")
    maintaining.add_argument(
        "--until", type=dt.date.fromisoformat, help="compact what begins before this date (default: today)"
    )
    maintaining.add_argument(
        "--kept-days", type=int, default=KEPT_DAYS, help="days of snapshots (default: %(default)s)"
    )
    maintaining.add_argument(
        "--kept-snapshots", type=int, default=KEPT_SNAPSHOTS, help="keep so many at least (default: %(default)s)"
    )
    maintaining.add_argument(
        "--orphan-days",
        type=_orphan_days,
        default=ORPHAN_DAYS,
        help="age of an orphan file, 1 or more (default: %(default)s)",
    )
    optimizing = _verb(verbs, "optimizers", "let AWS Glue maintain the tables", _OPTIMIZERS_HELP, _run_optimizers)
    optimizing.add_argument("--role-arn", required=True, help="the role that Glue works as")
    removing = _verb(verbs, "remove-store", "delete all of one store, with proof", _REMOVE_HELP, _run_remove_store)
    removing.add_argument("--store", required=True, help="store_id")
    removing.add_argument("--certificate", required=True, type=Path, help="JSON file to write")
    removing.add_argument("--yes", metavar="STORE", help="the store_id again: do it")
    removing.add_argument("--dynamodb-endpoint-url", help="endpoint of DynamoDB, when it is another one")


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    as_written = argparse.RawDescriptionHelpFormatter
    verb = verbs.add_parser(name, help=summary, description=text, formatter_class=as_written)
    add_lake_options(verb)
    verb.set_defaults(run=run)
    return verb


def _run_maintain(options: argparse.Namespace) -> int:
    lake = lake_of(options)
    contracts = [TABLES[name] for name in options.table or _names()]
    rounds: list[Maintained] = []
    try:
        with working() as tell:
            rounds.extend(_rounds(options, lake, contracts, tell))
    except (CommitFailedException, ValidationException, RowsChangedError) as error:
        print(f"Expected every commit to come through, came: {error}", file=sys.stderr)
        print("What was done before stays done; run it again.", file=sys.stderr)
        return FAILED
    console = Console()
    console.print(maintenance_table(rounds, is_dry_run=options.dry_run))
    for each in (each for each in rounds if each.left):
        console.print(f"{each.table}: others changed {', '.join(each.left)} in between: left for the next run")
    return 0


def _rounds(options: argparse.Namespace, lake: Lake, contracts: Iterable[Table], tell: Say) -> Iterator[Maintained]:
    optimizers = _optimizers(options)
    for contract in contracts:
        try:
            table = lake.table(contract)
        except NoSuchTableError:
            continue
        tell(contract.name)
        terms = _terms(options, is_compacted_elsewhere=optimizers.is_compacting(contract))
        if options.dry_run:
            yield plan_maintenance(contract, table, terms)
        else:
            yield maintain(contract, table, terms, tell=_telling(contract, tell))


def _telling(contract: Table, tell: Say) -> Say:
    return lambda step: tell(f"{contract.name}: {step}")


def _terms(options: argparse.Namespace, *, is_compacted_elsewhere: bool) -> Terms:
    # A date given by hand moves what is too old to keep, and never makes a running commit's files look old.
    now = dt.datetime.now(dt.UTC)
    today = options.today or now.date()
    return Terms(
        now=now,
        today=today,
        until=options.until or today,
        kept_days=options.kept_days,
        kept_snapshots=options.kept_snapshots,
        orphan_days=options.orphan_days,
        is_compacted_elsewhere=is_compacted_elsewhere,
    )


def _optimizers(options: argparse.Namespace) -> Optimizers:
    # A double that knows no optimisers answers with an error that would be tried again for seconds.
    patience = Config(retries={"total_max_attempts": 1}) if options.endpoint_url else None
    glue = boto3.client("glue", endpoint_url=options.endpoint_url, config=patience)
    account_id = glue.get_database(Name=options.database)["Database"].get("CatalogId", "")
    return Optimizers(glue, account_id, options.database)


def _run_optimizers(options: argparse.Namespace) -> int:
    optimizers = _optimizers(options)
    for contract in LAKE_TABLES:
        for each in optimizers.enable(contract, role_arn=options.role_arn):
            print(f"{each.table:<24} {each.kind:<22} {each.action}", flush=True)
    return 0


def _run_remove_store(options: argparse.Namespace) -> int:
    console = Console()
    removal = StoreRemoval(
        lake_of(options),
        boto3.client("dynamodb", endpoint_url=options.dynamodb_endpoint_url or options.endpoint_url),
        boto3.client("s3", endpoint_url=options.endpoint_url),
        options.store,
        dt.datetime.now(dt.UTC),
    )
    if options.yes != options.store:
        console.print(rows_table(removal.counts(), options.store))
        print(f"Nothing was deleted. Expected --yes {options.store} to delete it, came {options.yes}.", file=sys.stderr)
        return USAGE_ERROR
    try:
        with working() as tell:
            certificate = removal.run(tell)
    except (NamedSnapshotsError, CommitFailedException, ValidationException) as error:
        print(f"{error}", file=sys.stderr)
        return USAGE_ERROR
    certificate.write(options.certificate)
    console.print("\n".join(certificate_lines(certificate)), highlight=False, soft_wrap=True)
    return 0 if certificate.is_proven else FAILED


def _orphan_days(text: str) -> int:
    if not text.isdecimal() or int(text) < YOUNGEST_ORPHAN_AGE.days:
        raise argparse.ArgumentTypeError(
            f"expected {YOUNGEST_ORPHAN_AGE.days} or more whole days, came {text!r}: younger files may belong to a "
            "running commit"
        )
    return int(text)


def _names() -> list[str]:
    return [table.name for table in LAKE_TABLES]
