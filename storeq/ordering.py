"""How an answer's rows are told apart, ordered and dated, by the names and types of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from sqlglot import exp

from storeq.errors import StoreqError
from storeq.questions import Column, Question

_KEY = re.compile(
    r".*_(date|day|year|quarter|month|week|weekday)|year|quarter|month|window_start|hour_of_day|position|lower_ms"
)
_REMARKS = frozenset({"flag", "quality", "source"})
_DATES = ("business_date", "business_day", "calendar_date", "window_start")
_ORDERED = re.compile(r"(?P<column>\w+)(?: (?P<direction>ASC|DESC))?(?: NULLS LAST)?")


def is_key(column: Column) -> bool:
    """Whether a column says what a row is about, rather than measures it or remarks on it."""
    if column.type == "VARCHAR":
        return column.name not in _REMARKS
    return column.type != "DOUBLE" and _KEY.fullmatch(column.name) is not None


def leading_keys(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns before the first that measures something: they tell rows apart."""
    return tuple(takewhile(is_key, columns))


def date_column(question: Question) -> Column | None:
    """Return the column that tells of which date, or from which instant on, a row is; None when there is none."""
    laid_out_by = (str(table.partition_by) for table in question.tables if table.role != "dimension")
    found = (question.column(name) for name in (*_DATES, *laid_out_by))
    return next((column for column in found if column is not None), None)


def order_of(question: Question) -> Iterator[exp.Ordered]:
    """Give the order of an answer's rows: as its header says, then by the leading columns, which tell rows apart.

    Raises:
        StoreqError: the header names a column that the answer does not have.
    """
    named = list(_said(question))
    for name, is_descending in named:
        yield _ordered(name, is_descending=is_descending)
    said = {name for name, _ in named}
    for column in leading_keys(question.columns):
        if column.name not in said:
            yield _ordered(column.name)


def _said(question: Question) -> Iterator[tuple[str, bool]]:
    for part in filter(None, question.view.order.split(", ")):
        said = _ORDERED.fullmatch(part)
        if said is None or question.column(said["column"]) is None:
            names = ", ".join(column.name for column in question.columns)
            raise StoreqError([f"{question.name}: expected an order by columns among {names}, came {part!r}"])
        yield said["column"], said["direction"] == "DESC"


def _ordered(name: str, *, is_descending: bool = False) -> exp.Ordered:
    return exp.Ordered(this=exp.column(name, quoted=True), desc=is_descending, nulls_first=False)
