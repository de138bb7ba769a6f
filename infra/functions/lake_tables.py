"""Makes the lake's tables and views, whenever a deployment brings others; what cannot be made stops the deployment.

Environment: LAKE_WAREHOUSE, LAKE_DATABASE, LAKE_WORKGROUP, LAKE_TARGET_WAIT_SECONDS. Tables are evolved by the
code of `python -m glue apply`: every table is planned first, and nothing is changed when one is refused.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from contracts.tables import LAKE_TABLES, Table
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.views import View, load_views
from infra.functions.answer import answering

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient

POLLING_SECONDS = 0.5
_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


class RefusedError(RuntimeError):
    """A table or view cannot be made as the contract has it; nothing after it was changed."""


def apply_tables(lake: Lake, tables: Iterable[Table] = LAKE_TABLES) -> list[str]:
    """Create and evolve the tables; returns what was done, a line each.

    Raises:
        RefusedError: a change is not possible; no table was changed.
    """
    lake.create_database()
    wanted = list(tables)
    plans = [lake.plan(table) for table in wanted]
    if refused := [f"{plan.name}: {step}" for plan in plans if plan.action == "refuse" for step in plan.steps]:
        raise RefusedError("no table was changed, as some cannot be:\n" + "\n".join(refused))
    applied = [lake.apply(table) for table in wanted]
    return [f"{plan.name}: {plan.action}" for plan in applied]


@dataclass(frozen=True, slots=True)
class ViewMaker:
    """Creates views by Athena, one after the other, as they build on each other."""

    client: AthenaClient
    workgroup: str
    database: str
    wait: Callable[[float], None] = time.sleep

    def make(self, views: Iterable[View]) -> int:
        """Create or replace the views; returns how many.

        Raises:
            RefusedError: Athena does not take one.
        """
        made = 0
        for view in views:
            self._make(view)
            made += 1
        return made

    def _make(self, view: View) -> None:
        started = self.client.start_query_execution(
            QueryString=view.statement, QueryExecutionContext={"Database": self.database}, WorkGroup=self.workgroup
        )
        while True:
            found = self.client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
            status = found["QueryExecution"]["Status"]
            if status["State"] in _ENDED:
                break
            self.wait(POLLING_SECONDS)
        if status["State"] != "SUCCEEDED":
            reason = status.get("StateChangeReason", status["State"])
            raise RefusedError(f"view {view.name}: expected Athena to create it, came: {reason}")


def work(event: Mapping[str, Any]) -> str:  # noqa: ARG001 - what is wanted is in the code and the environment
    """Make all of it; returns what was done."""
    warehouse, database, workgroup = (os.environ[f"LAKE_{name}"] for name in ("WAREHOUSE", "DATABASE", "WORKGROUP"))
    lake = Lake(catalog=glue_catalog(warehouse=warehouse), database=database, warehouse=warehouse)
    done = apply_tables(lake)
    views = load_views(target_wait_seconds=float(os.environ["LAKE_TARGET_WAIT_SECONDS"]))
    count = ViewMaker(boto3.client("athena"), workgroup, database).make(views)
    return "\n".join([*done, f"{count} views"])


handler = answering(work, physical_id="lake-tables")
