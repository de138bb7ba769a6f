from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from quicksight.api.data_sets import RULES, data_set_request, data_source_request, refresh_requests, rules_request
from quicksight.api.errors import DefinitionError
from quicksight.api.requests import Request
from quicksight.api.typed import input_type
from quicksight.api.validate import OPEN_TO_ALL
from quicksight.model.data_sets import DIRECT, Refresh
from storeq.questions import Library
from tests.quicksight.api.account import ACCOUNT
from tests.quicksight.small import FUNNEL


def made(requests: Iterable[Request], operation: str) -> dict[str, Any]:
    """Return the parameters of the requests of an operation, by name."""
    return {request.name: request.parameters for request in requests if request.operation == operation}


def test_every_data_set_is_restricted_by_row(requests: tuple[Request, ...]) -> None:
    """Registered people see the rows of their groups, a report those of its tag; only mere choices are open."""
    data_sets = made(requests, "CreateDataSet")
    for name, said in data_sets.items():
        if name not in OPEN_TO_ALL:
            rules = said["RowLevelPermissionDataSet"]
            assert rules["Arn"] == ACCOUNT.arn("dataset", RULES)
            assert (rules["PermissionPolicy"], rules["FormatVersion"]) == ("GRANT_ACCESS", "VERSION_1")
            tags = said["RowLevelPermissionTagConfiguration"]
            assert tags["TagRuleConfigurations"] == [["scope"], ["region"]]
    assert {"viewer-scope", "choice-period", "viewer-default"} == OPEN_TO_ALL


def test_nothing_can_be_built_around_the_rules(requests: tuple[Request, ...]) -> None:
    """A data set upon another would not be bound by its rules, so none can be made; rules serve as rules only."""
    for said in made(requests, "CreateDataSet").values():
        assert all(said["DataSetUsageConfiguration"].values())
    assert made(requests, "CreateDataSet")[RULES]["UseAs"] == "RLS_RULES"


def test_readers_are_given_no_data_set(requests: tuple[Request, ...]) -> None:
    """Who opens a dashboard needs no right to its data sets; owners alone have it."""
    for said in made(requests, "CreateDataSet").values():
        assert [grant["Principal"] for grant in said["Permissions"]] == list(ACCOUNT.owners)
    for said in made(requests, "CreateDashboard").values():
        assert ACCOUNT.readers in [grant["Principal"] for grant in said["Permissions"]]


def test_the_rules_have_the_columns_that_quick_sight_wants() -> None:
    """Athena knows no capitals, Quick Sight wants `GroupName`: the column is renamed."""
    (table,) = rules_request(ACCOUNT)["LogicalTableMap"].values()
    assert table["DataTransforms"][-1] == {"ProjectOperation": {"ProjectedColumns": ["GroupName", "scope"]}}


def test_tables_name_their_database(requests: tuple[Request, ...]) -> None:
    """Quick Sight gives Athena no database, so the SQL names it for each table."""
    for name, said in made(requests, "CreateDataSet").items():
        (table,) = said["PhysicalTableMap"].values()
        tree = sqlglot.parse_one(table["CustomSql"]["SqlQuery"], read="trino")
        assert {table.db for table in tree.find_all(exp.Table) if table.name} == {"store_traffic"}, name


def test_columns_are_those_that_the_sql_gives(requests: tuple[Request, ...]) -> None:
    """Declared columns and selected ones are the same, in their order."""
    for name, said in made(requests, "CreateDataSet").items():
        (table,) = said["PhysicalTableMap"].values()
        query = sqlglot.parse_one(table["CustomSql"]["SqlQuery"], read="trino")
        assert isinstance(query, exp.Select)
        selected = query.named_selects
        assert [column["Name"] for column in table["CustomSql"]["Columns"]] == selected, name


def test_instants_come_without_a_zone(library: Library) -> None:
    """Quick Sight reads no instants of Athena: they are given as UTC."""
    today = replace(
        FUNNEL,
        name="today",
        view="store_minute_local",
        columns=("store_id", "window_start"),
        measures=(),
        period_kinds=(),
        refresh=DIRECT,
        recent=("window_start", 36),
    )
    said = data_set_request(today, library, ACCOUNT)
    (table,) = said["PhysicalTableMap"].values()
    assert "AT_TIMEZONE(window_start, 'UTC')" in table["CustomSql"]["SqlQuery"]
    assert said["ImportMode"] == "DIRECT_QUERY"


def test_columns_say_what_they_mean_and_where_they_are(requests: tuple[Request, ...]) -> None:
    """Each column carries its documentation; coordinates are known as such."""
    (table,) = made(requests, "CreateDataSet")["store-period"]["LogicalTableMap"].values()
    tags = {
        step["TagColumnOperation"]["ColumnName"]: step["TagColumnOperation"]["Tags"]
        for step in table["DataTransforms"]
        if "TagColumnOperation" in step
    }
    assert {"ColumnGeographicRole": "LATITUDE"} in tags["latitude"]
    assert len(tags) == len(table["DataTransforms"][-1]["ProjectOperation"]["ProjectedColumns"])


def test_what_is_imported_is_read_anew_each_day(requests: tuple[Request, ...]) -> None:
    """Imported data sets have a schedule, and those asked each time have none; the rules come before the rows."""
    modes = {name: said["ImportMode"] for name, said in made(requests, "CreateDataSet").items()}
    schedules = made(requests, "CreateRefreshSchedule")
    assert {name for name, mode in modes.items() if mode == "SPICE"} == set(schedules)
    times = {name: said["Schedule"]["ScheduleFrequency"]["TimeOfTheDay"] for name, said in schedules.items()}
    assert times[RULES] < min(time for name, time in times.items() if name == "store-period")


def test_each_hour_has_a_schedule() -> None:
    """A data set that is imported twice a day has two schedules with names of their own."""
    found = [each["Schedule"]["ScheduleId"] for each in refresh_requests("x", Refresh(hours=(4, 16)), ACCOUNT)]
    assert found == ["daily-04", "daily-16"]


def test_the_source_reads_by_the_workgroup() -> None:
    """The workgroup limits what is asked; a role of its own reads the lake where one is given."""
    assert data_source_request(ACCOUNT)["DataSourceParameters"] == {"AthenaParameters": {"WorkGroup": "store-traffic"}}
    role = "arn:aws:iam::111122223333:role/reads-the-lake"
    parameters = data_source_request(replace(ACCOUNT, role_arn=role))["DataSourceParameters"]
    assert parameters["AthenaParameters"]["RoleArn"] == role


def test_a_list_cannot_be_a_column() -> None:
    """A type that Quick Sight does not read is told with the column and the cure."""
    with pytest.raises(DefinitionError, match=r"zone.outline: expected a column of text.*came DOUBLE\[\]; leave"):
        input_type("zone.outline", "DOUBLE[]")
    assert input_type("x", "DECIMAL(18,3)") == "DECIMAL"
