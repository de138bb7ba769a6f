"""Do data sets and the topic name only columns that are there, and is each data set restricted by row."""

from __future__ import annotations

from collections.abc import Iterator

from quicksight.api import Json
from quicksight.api.limits import TOPIC_EXPRESSION_LENGTH
from quicksight.api.references import Columns, expression_problems, known, once
from quicksight.api.shapes import Problem

SQL_LENGTH = 65_536
"""Characters of custom SQL; the service model says 168,000, the console takes fewer."""


def data_set_problems(data_set: Json, place: str, *, is_open: bool) -> Iterator[Problem]:
    """Give what a data set names and does not have, and whether its rows are open to everybody.

    Args:
        data_set: parameters of `create_data_set`.
        place: how it is called in problems.
        is_open: whether everybody may see all of its rows, as the list of periods.
    """
    names = [column["Name"] for table in _physical(data_set) for column in table["Columns"]]
    yield from once(f"{place}.Columns", "column", (name.lower() for name in names))
    available = set(names)
    for transform in _transforms(data_set):
        yield from _transform_problems(transform, available, f"{place}.DataTransforms")
    tags = data_set.get("RowLevelPermissionTagConfiguration", {}).get("TagRules", [])
    for rule in tags:
        yield from known(f"{place}.TagRules[{rule['TagKey']}]", "column", rule["ColumnName"], available)
    if not is_open and not ("RowLevelPermissionDataSet" in data_set and tags):
        yield Problem(place, "expected rules for who sees which rows, came none; give it the rules of viewer_scope")
    for table in _physical(data_set):
        if len(table["SqlQuery"]) > SQL_LENGTH:
            yield Problem(f"{place}.SqlQuery", f"expected at most {SQL_LENGTH} characters; say it in a view")


def topic_problems(topic: Json, columns: Columns, place: str) -> Iterator[Problem]:
    """Give what a topic names and its data sets do not have, and figures that are too long for it."""
    for data_set in topic["DataSets"]:
        here = f"{place}.DataSets[{data_set['DatasetName']}]"
        matching = [each for each in columns if data_set["DatasetArn"].endswith(f"-{each}")]
        available = columns[max(matching, key=len)] if matching else frozenset()
        for column in data_set["Columns"]:
            yield from known(f"{here}.Columns", "column", column["ColumnName"], available)
        for each in data_set["Filters"]:
            yield from known(f"{here}.Filters[{each['FilterName']}]", "column", each["OperandFieldName"], available)
        for figure in data_set["CalculatedFields"]:
            field = f"{here}.CalculatedFields[{figure['CalculatedFieldName']}]"
            yield from expression_problems(field, figure["Expression"], available, ())
            if len(figure["Expression"]) > TOPIC_EXPRESSION_LENGTH:
                yield Problem(field, f"expected at most {TOPIC_EXPRESSION_LENGTH} characters; say it in the view")


def _physical(data_set: Json) -> Iterator[Json]:
    yield from (table["CustomSql"] for table in data_set["PhysicalTableMap"].values())


def _transforms(data_set: Json) -> Iterator[Json]:
    for table in data_set["LogicalTableMap"].values():
        yield from table["DataTransforms"]


def _transform_problems(transform: Json, available: set[str], place: str) -> Iterator[Problem]:
    """Give what a step names and is not there, and rename in `available` what it renames."""
    for step, said in transform.items():
        named = said.get("ProjectedColumns") or [said["ColumnName"]]
        for name in named:
            yield from known(f"{place}.{step}", "column", name, available)
        if step == "RenameColumnOperation":
            available.discard(said["ColumnName"])
            available.add(said["NewColumnName"])
