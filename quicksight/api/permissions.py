"""Who may do what with what is made: owners change it, readers open dashboards, and nobody else sees anything."""

from __future__ import annotations

from collections.abc import Iterable

from quicksight.api import Json
from quicksight.api.account import Account

_EVERYTHING = {
    "DataSource": ("Describe", "DescribePermissions", "Pass", "Update", "Delete", "UpdatePermissions"),
    "DataSet": ("Describe", "DescribePermissions", "Pass", "Update", "Delete", "UpdatePermissions"),
    "Dashboard": ("Describe", "ListVersions", "Query", "DescribePermissions", "Update", "Delete", "UpdatePermissions"),
    "Theme": ("Describe", "DescribePermissions", "ListVersions", "Update", "Delete", "UpdatePermissions"),
    "Topic": ("Describe", "DescribePermissions", "Update", "Delete", "UpdatePermissions"),
}
_SPECIAL = {
    ("Dashboard", "ListVersions"): "ListDashboardVersions",
    ("Dashboard", "Query"): "QueryDashboard",
    ("Theme", "ListVersions"): "ListThemeVersions",
}
_REFRESHING = (
    *(f"quicksight:{action}Ingestion" for action in ("Create", "Cancel", "Describe")),
    *(f"quicksight:{action}RefreshSchedule" for action in ("Create", "Describe", "Update", "Delete")),
    "quicksight:ListIngestions",
    "quicksight:ListRefreshSchedules",
)
OPEN_DASHBOARD = ("quicksight:DescribeDashboard", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard")
ASK_TOPIC = ("quicksight:DescribeTopic",)
USE_THEME = ("quicksight:DescribeTheme", "quicksight:ListThemeVersions", "quicksight:ListThemeAliases")


def granted(account: Account, kind: str, *, readers: Iterable[str] = ()) -> Json:
    """Return `Permissions` for something made: owners may do everything, readers what is given; empty for nobody."""
    grants = [_grant(owner, _actions(kind)) for owner in account.owners]
    if allowed := tuple(readers):
        grants.append(_grant(account.readers, allowed))
    return {"Permissions": grants} if grants else {}


def _actions(kind: str) -> tuple[str, ...]:
    named = tuple(f"quicksight:{_SPECIAL.get((kind, verb), _named(kind, verb))}" for verb in _EVERYTHING[kind])
    return named + (_REFRESHING if kind == "DataSet" else ())


def _named(kind: str, verb: str) -> str:
    """Return the action: `DescribePermissions` of a `DataSet` is DescribeDataSetPermissions."""
    begin = verb.removesuffix("Permissions")
    return f"{begin}{kind}{'Permissions' if verb != begin else ''}"


def _grant(principal: str, actions: tuple[str, ...]) -> Json:
    return {"Principal": principal, "Actions": sorted(actions)}
