"""What a dashboard reads: a view of `sql/athena`, who may see which of its rows, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from quicksight.model.measures import Measure

STORE_COLUMNS: Mapping[str, str] = {
    "store_name": "What people call the store",
    "region": "Region of the chain that it belongs to",
    "scope": "Whose row it is, for row-level security: a store, region:<region>, or chain",
}
"""Columns that every data set has beside those of its view; see `quicksight/sql.py`."""
STORE_ATTRIBUTES = ("latitude", "longitude", "location_kind", "sales_area_m2", "time_zone")
"""Columns of `store_v1` that a data set can take beside those of its view: joined by the store of the row."""
RowOwner = Literal["store", "level"]


@dataclass(frozen=True, slots=True)
class Refresh:
    """How Quick Sight keeps the rows: asked each time (`hours` is None), or imported at these UTC hours of each day."""

    hours: tuple[int, ...] | None = (4,)

    @property
    def is_direct(self) -> bool:
        """Whether each look asks the lake."""
        return self.hours is None


DIRECT = Refresh(hours=None)
NIGHTLY = Refresh()


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows of one view.

    Attributes:
        name: identifier, in lower case with hyphens.
        title: what people call it.
        view: the view of `sql/athena`.
        columns: which of its columns are taken.
        measures: the figures that are worked out from them.
        owner: `store` where each row has a `store_id`; `level` where `level` and `place` say whose it is.
        refresh: when Quick Sight imports it, or that it does not.
        dated: the column with the date of a row, where it has no `period_id`: it is of every period with that date.
        period_kinds: kinds of periods that it has rows for; empty for one without periods.
        recent: the column with an instant and how many hours back from now rows are taken; None for all.
        by_store: the local page loads the rows of one store at a time, and sums over `overview` columns else. A data
            set that large is filtered by a store, or its visuals say so.
        overview: the columns that the sum over all stores of a region keeps, beside region and period.
        synonyms: other words for its columns, for questions in natural language.
    """

    name: str
    title: str
    view: str
    columns: tuple[str, ...]
    measures: tuple[Measure, ...]
    owner: RowOwner = "store"
    refresh: Refresh = NIGHTLY
    dated: str | None = None
    period_kinds: tuple[str, ...] = ()
    recent: tuple[str, int] | None = None
    by_store: bool = False
    overview: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def measure(self, name: str) -> Measure:
        """Return a measure; raises `KeyError` when the data set has none of that name."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(f"{self.name}.{name}")

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns that can be named: those of the view and those of the store."""
        return (*self.columns, *(name for name in STORE_COLUMNS if name not in self.columns))
