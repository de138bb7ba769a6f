"""`python -m infra.batch VERB`: the nightly steps over all stores, as the batch image runs them.

Environment: BATCH_WAREHOUSE, BATCH_DATABASE, BATCH_METRICS (`name=value`, by commas: those of the streaming job), and
for `checks` what storeq/check_job.py reads. Any verb of `python -m glue` can be run in the same image by hand.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.exceptions import CommitFailedException

from contracts.tables import STORE
from glue.__main__ import main as glue_main
from glue.batch import BatchError, FlinkBatch
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.reconcile import Reconciler
from glue.rollup.days import Dates
from glue.rollup.roll_up import RollUp
from infra.batch.days import due_days

FAILED = 1
USAGE_ERROR = 2
REQUIRED = ("BATCH_WAREHOUSE", "BATCH_DATABASE")


@dataclass(frozen=True, slots=True)
class Night:
    """What a nightly step works on."""

    lake: Lake
    reconciler: Reconciler
    now: dt.datetime

    def stores(self) -> dict[str, ZoneInfo]:
        """Return every store that is described, with its time zone."""
        rows = self.lake.table(STORE).scan(selected_fields=("store_id", "time_zone")).to_arrow().to_pylist()
        return {row["store_id"]: ZoneInfo(row["time_zone"]) for row in rows}


def reconcile(night: Night) -> list[str]:
    """Count the newest closed day of every store again, and then what arrived yesterday; returns what failed."""
    failed = []
    for day in due_days(night.stores(), night.now):
        for store_id in day.store_ids:
            failed += _tried(partial(night.reconciler.reconcile, store_id, day.of(store_id)), f"{store_id} {day.date}")
    yesterday = night.now.date() - dt.timedelta(days=1)
    return failed + _tried(partial(night.reconciler.account, yesterday), f"account {yesterday}")


def rollup(night: Night) -> list[str]:
    """Sum the newest closed day of every store to local hours; returns what failed."""
    failed = []
    roll_up = RollUp(night.lake)
    for day in due_days(night.stores(), night.now):
        dates = Dates(day.date, day.date)
        failed += _tried(partial(roll_up.roll_up, dates, now=night.now, store_ids=day.store_ids), str(day.date))
    return failed


def maintain(night: Night) -> list[str]:
    """Keep the tables fast and small; returns what failed."""
    arguments = ["maintain", "--warehouse", night.lake.warehouse, "--database", night.lake.database]
    return ["maintain"] if glue_main(arguments) else []


VERBS: Mapping[str, Callable[[Night], list[str]]] = {"reconcile": reconcile, "rollup": rollup, "maintain": maintain}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; returns 0, 1 when a part of it failed (the others are done), 2 when it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m infra.batch", description=__doc__)
    parser.add_argument("verb", choices=[*VERBS, "checks"])
    options = parser.parse_args(arguments)
    if options.verb == "checks":
        return _checks()
    if missing := [name for name in REQUIRED if not os.environ.get(name)]:
        print(f"expected {', '.join(REQUIRED)} in the environment, came none for {', '.join(missing)}", file=sys.stderr)
        return USAGE_ERROR
    failed = VERBS[options.verb](_night(os.environ))
    for each in failed:
        print(f"failed: {each}", file=sys.stderr)
    return FAILED if failed else 0


def _checks() -> int:
    # Only here: it brings libraries that the other steps do without.
    from storeq.check_job import handler  # noqa: PLC0415

    print(handler(None, None))
    return 0


def _night(environment: Mapping[str, str]) -> Night:
    warehouse, database = environment["BATCH_WAREHOUSE"], environment["BATCH_DATABASE"]
    lake = Lake(catalog=glue_catalog(warehouse=warehouse), database=database, warehouse=warehouse)
    region = environment.get("AWS_REGION") or boto3.Session().region_name or ""
    properties = {
        "lake": {"warehouse": warehouse, "database": database, "region": region},
        "metrics": metrics_of(environment.get("BATCH_METRICS", "")),
    }
    return Night(lake, Reconciler(lake, FlinkBatch(), properties), dt.datetime.now(dt.UTC))


def metrics_of(text: str) -> dict[str, str]:
    """Read `name=value,name=value`."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name: value for name, _, value in pairs}


def _tried(work: Callable[[], object], what: str) -> list[str]:
    """Do one part; a failure is told and the others go on, as no store should wait for another's."""
    try:
        work()
    except (BatchError, BotoCoreError, ClientError, CommitFailedException, OSError, ValueError) as error:
        return [f"{what}: {error}"]
    print(f"{what}: done", flush=True)
    return []


if __name__ == "__main__":
    sys.exit(main())
