"""What controls offer and begin with: three small data sets over the views of periods, stores and viewers.

Each is a SELECT in Athena's SQL. `all` is a value among the others, so that a control restricts nothing when it is
chosen, and formulas need not know how Quick Sight says that nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quicksight.model.dashboards import ALL


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """Rows that controls read.

    Attributes:
        name: identifier of the data set.
        title: what people call it.
        sql: its rows, with the database's names left out.
        columns: each with its type, as DuckDB names it, and what it means.
        is_restricted: whether a person gets only the rows of the own scope.
    """

    name: str
    title: str
    sql: str
    columns: Mapping[str, tuple[str, str]]
    is_restricted: bool


PERIOD_KINDS = ("month", "quarter", "season", "year", "iso_week")
"""Kinds of periods that can be chosen, the commonest first."""

_LATEST = ",\n  ".join(
    f"max(CASE WHEN period_choice.period_kind = '{kind}' THEN period_choice.period_id END) AS latest_{kind}"
    for kind in PERIOD_KINDS
)

CHOICE_PERIOD = ChoiceList(
    name="choice-period",
    title="Choice of periods",
    sql="SELECT period_id, period_kind, start_date, end_date\nFROM period_choice",
    columns={
        "period_id": ("VARCHAR", "Period, such as 2026-11"),
        "period_kind": ("VARCHAR", "Month, quarter, season, year or week"),
        "start_date": ("DATE", "First day"),
        "end_date": ("DATE", "Last day"),
    },
    is_restricted=False,
)
CHOICE_STORE = ChoiceList(
    name="choice-store",
    title="Choice of stores",
    # Each store stands under its region and under all, with its own id and with `all`: so the stores follow the region.
    sql=(
        "SELECT store_v1.store_id AS scope, region_choice.region, store_choice.store_id\n"
        "FROM store_v1\n"
        f"CROSS JOIN UNNEST(ARRAY[COALESCE(store_v1.region, 'no region'), '{ALL}']) AS region_choice (region)\n"
        f"CROSS JOIN UNNEST(ARRAY[store_v1.store_id, '{ALL}']) AS store_choice (store_id)"
    ),
    columns={
        "scope": ("VARCHAR", "Who may choose it"),
        "region": ("VARCHAR", "Region, or all"),
        "store_id": ("VARCHAR", "Store, or all"),
    },
    is_restricted=True,
)
VIEWER_DEFAULT = ChoiceList(
    name="viewer-default",
    title="What a dashboard shows first",
    sql=(
        "SELECT\n"
        "  viewer_default.group_name,\n"
        f"  COALESCE(max(viewer_default.region), '{ALL}') AS region,\n"
        f"  COALESCE(max(viewer_default.store_id), '{ALL}') AS store_id,\n"
        f"  {_LATEST}\n"
        "FROM viewer_default\n"
        "CROSS JOIN period_choice\n"
        "WHERE period_choice.is_latest\n"
        "GROUP BY viewer_default.group_name"
    ),
    columns={
        "group_name": ("VARCHAR", "Group of people"),
        "region": ("VARCHAR", "Its region, or all"),
        "store_id": ("VARCHAR", "Its store, or all"),
        **{f"latest_{kind}": ("VARCHAR", f"The latest period of the kind {kind}") for kind in PERIOD_KINDS},
    },
    is_restricted=False,
)
CHOICE_LISTS = (CHOICE_PERIOD, CHOICE_STORE, VIEWER_DEFAULT)
