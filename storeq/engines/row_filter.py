"""By what pyiceberg chooses files, and rows where it reads them itself."""

from __future__ import annotations

from typing import Any

from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression

from storeq.reading import TableRead, instants_of
from storeq.scope import DateRange

# pydantic's plugin for mypy knows nothing of the constructors by place that these classes have.
_by: Any = expressions


def row_filter(read: TableRead) -> BooleanExpression:
    """Return the condition on rows of one table: the dates and the stores of a read."""
    condition: BooleanExpression = _by.AlwaysTrue()
    if read.dates is not None:
        condition = _by.Or(_by.AlwaysFalse(), _by.AlwaysFalse(), *(_within(read, dates) for dates in read.dates))
    return condition if read.stores is None else _by.And(condition, _by.In("store_id", read.stores))


def _within(read: TableRead, dates: DateRange) -> BooleanExpression:
    column = str(read.table.partition_by)
    if read.is_by_instant:
        start, end = instants_of(dates)
        since, until = _by.GreaterThanOrEqual(column, start.isoformat()), _by.LessThan(column, end.isoformat())
    else:
        first, last = dates.first.isoformat(), dates.last.isoformat()
        since, until = _by.GreaterThanOrEqual(column, first), _by.LessThanOrEqual(column, last)
    condition: BooleanExpression = _by.And(since, until)
    return condition
