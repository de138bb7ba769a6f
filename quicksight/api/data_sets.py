"""The source of the data, the data sets with who may see which rows, and when they are read anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from quicksight.api import Json
from quicksight.api.account import Account
from quicksight.api.choices import CHOICE_LISTS, ChoiceList
from quicksight.api.permissions import granted
from quicksight.api.typed import WITH_ZONE, input_type
from quicksight.model.data_sets import STORE_COLUMNS, DataSet, Refresh
from quicksight.sql import data_set_sql, output_columns
from storeq.questions import Library

RULES = "viewer-scope"
SOURCE = "lake"
RULES_HOUR = 3
"""UTC hour at which the rules are read: before the rows that they are for."""
CHOICES = Refresh(hours=(RULES_HOUR,))
_GEOGRAPHY = {"latitude": "LATITUDE", "longitude": "LONGITUDE"}
_STORE_TYPES = {
    "latitude": ("DOUBLE", "Latitude of the store, degrees"),
    "longitude": ("DOUBLE", "Longitude of the store, degrees"),
    "location_kind": ("VARCHAR", "Kind of place that the store is in"),
    "sales_area_m2": ("DOUBLE", "Sales area, square metres"),
    "time_zone": ("VARCHAR", "Time zone of the store"),
    **{name: ("VARCHAR", doc) for name, doc in STORE_COLUMNS.items()},
}
"""Columns that come from the description of stores rather than from a view: type and meaning."""
EVERYTHING = "*"
"""Value of the tag `scope` for every row: a report for the whole chain (`lambdas/dashboards/scopes.py`)."""
_DESCRIPTION_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Rows:
    """What a data set holds: its SQL in Athena's dialect, and each column with its type and meaning."""

    name: str
    title: str
    sql: str
    columns: Mapping[str, tuple[str, str]]


def data_source_request(account: Account) -> Json:
    """Return the parameters of `create_data_source`: the lake, by Athena's workgroup."""
    athena = {"WorkGroup": account.workgroup}
    if account.role_arn is not None:
        athena["RoleArn"] = account.role_arn
    return {
        "AwsAccountId": account.account_id,
        "DataSourceId": account.identifier(SOURCE),
        "Name": "Store traffic: lake",
        "Type": "ATHENA",
        "DataSourceParameters": {"AthenaParameters": athena},
        "SslProperties": {"DisableSsl": False},
        **granted(account, "DataSource"),
    }


def rules_request(account: Account) -> Json:
    """Return the parameters of `create_data_set` for the rules of row-level security.

    Quick Sight wants the column of groups to be called `GroupName`, and Athena knows no capitals: it is renamed.
    """
    rows = Rows(
        RULES,
        "Who may see what",
        _qualified("SELECT group_name, scope\nFROM viewer_scope", account),
        {"group_name": ("VARCHAR", "Group of people"), "scope": ("VARCHAR", "What it may see")},
    )
    request = _request(account, rows, CHOICES)
    request["LogicalTableMap"][rows.name]["DataTransforms"] = [
        {"RenameColumnOperation": {"ColumnName": "group_name", "NewColumnName": "GroupName"}},
        {"ProjectOperation": {"ProjectedColumns": ["GroupName", "scope"]}},
    ]
    return request | {"UseAs": "RLS_RULES"}


def data_set_request(data_set: DataSet, library: Library, account: Account) -> Json:
    """Return the parameters of `create_data_set`.

    Raises:
        DefinitionError: a column has a type that Quick Sight does not read.
        StoreqError: the view is not there.
    """
    return _request(account, rows_of(data_set, library, account), data_set.refresh) | _security(account)


def choice_request(choice: ChoiceList, account: Account) -> Json:
    """Return the parameters of `create_data_set` for what controls offer."""
    rows = Rows(choice.name, choice.title, _qualified(choice.sql, account), choice.columns)
    return _request(account, rows, CHOICES) | (_security(account) if choice.is_restricted else {})


def refresh_requests(name: str, refresh: Refresh, account: Account) -> Iterator[Json]:
    """Give the parameters of `create_refresh_schedule`: one for each hour of a data set that is imported."""
    for hour in refresh.hours or ():
        yield {
            "AwsAccountId": account.account_id,
            "DataSetId": account.identifier(name),
            "Schedule": {
                "ScheduleId": f"daily-{hour:02d}",
                "RefreshType": "FULL_REFRESH",
                "ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": f"{hour:02d}:00", "Timezone": "UTC"},
            },
        }


def rows_of(data_set: DataSet, library: Library, account: Account) -> Rows:
    """Return what a data set holds, with the types and the meaning that its view gives."""
    question = library.find(data_set.view)
    known = {column.name: (column.type, column.doc) for column in question.columns}
    names = output_columns(data_set, for_period=True)
    columns = {name: _described(name, known) for name in names}
    sql = data_set_sql(data_set, for_period=True)
    return Rows(data_set.name, data_set.title, _qualified(_without_zones(sql, columns), account), columns)


def columns_of(data_sets: Mapping[str, DataSet]) -> dict[str, frozenset[str]]:
    """Return the columns of data sets and choice lists, by the name that definitions use."""
    found = {name: frozenset(output_columns(data_set, for_period=True)) for name, data_set in data_sets.items()}
    return found | {choice.name: frozenset(choice.columns) for choice in CHOICE_LISTS}


def _described(name: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    if name in STORE_COLUMNS or name not in known:
        periods = {"period_id": ("VARCHAR", "Period"), "period_kind": ("VARCHAR", "Kind of period")}
        return (_STORE_TYPES | periods)[name]
    return known[name]


def _without_zones(sql: str, columns: Mapping[str, tuple[str, str]]) -> str:
    """Return a SELECT whose instants are UTC without a zone."""
    if not any(type_ == WITH_ZONE for type_, _ in columns.values()):
        return sql
    said = ",\n  ".join(
        f"CAST(at_timezone({name}, 'UTC') AS timestamp) AS {name}" if type_ == WITH_ZONE else name
        for name, (type_, _) in columns.items()
    )
    return f"SELECT\n  {said}\nFROM (\n{sql}\n) AS zoned"


def _qualified(sql: str, account: Account) -> str:
    """Return a SELECT whose tables name the database: Quick Sight gives Athena none."""
    tree = sqlglot.parse_one(sql, read="trino")
    for table in tree.find_all(exp.Table):
        if table.name:
            table.set("db", exp.to_identifier(account.database))
    return tree.sql(dialect="trino", pretty=True)


def _request(account: Account, rows: Rows, refresh: Refresh) -> Json:
    columns = [
        {"Name": name, "Type": input_type(f"{rows.name}.{name}", type_)} for name, (type_, _) in rows.columns.items()
    ]
    custom = {
        "DataSourceArn": account.arn("datasource", SOURCE),
        "Name": rows.name,
        "SqlQuery": rows.sql,
        "Columns": columns,
    }
    transforms = [*_tags(rows), {"ProjectOperation": {"ProjectedColumns": [*rows.columns]}}]
    return {
        "AwsAccountId": account.account_id,
        "DataSetId": account.identifier(rows.name),
        "Name": f"Store traffic: {rows.title}",
        "ImportMode": "DIRECT_QUERY" if refresh.is_direct else "SPICE",
        "PhysicalTableMap": {rows.name: {"CustomSql": custom}},
        "LogicalTableMap": {
            rows.name: {"Alias": rows.name, "DataTransforms": transforms, "Source": {"PhysicalTableId": rows.name}}
        },
        # What is built upon another data set would not be bound by its rules.
        "DataSetUsageConfiguration": {"DisableUseAsDirectQuerySource": True, "DisableUseAsImportedSource": True},
        **granted(account, "DataSet"),
    }


def _tags(rows: Rows) -> Iterator[Json]:
    for name, (_, doc) in rows.columns.items():
        tags: list[Json] = [{"ColumnDescription": {"Text": doc[:_DESCRIPTION_LENGTH]}}] if doc else []
        if name in _GEOGRAPHY:
            tags.append({"ColumnGeographicRole": _GEOGRAPHY[name]})
        if tags:
            yield {"TagColumnOperation": {"ColumnName": name, "Tags": tags}}


def _security(account: Account) -> Json:
    """Return who may see which rows: registered people by the groups that they are in, reports by their one tag."""
    return {
        "RowLevelPermissionDataSet": {
            "Arn": account.arn("dataset", RULES),
            "Namespace": account.namespace,
            "PermissionPolicy": "GRANT_ACCESS",
            "FormatVersion": "VERSION_1",
            "Status": "ENABLED",
        },
        "RowLevelPermissionTagConfiguration": {
            "Status": "ENABLED",
            "TagRules": [
                {"TagKey": "scope", "ColumnName": "scope", "MatchAllValue": EVERYTHING},
                {"TagKey": "region", "ColumnName": "region"},
            ],
            # Either tag is enough: they are joined by OR.
            "TagRuleConfigurations": [["scope"], ["region"]],
        },
    }
