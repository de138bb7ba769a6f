"""A dashboard: its controls, its sheets, and the rows of visuals in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from quicksight.model.data_sets import DataSet
from quicksight.model.visuals import AnyVisual, Headline

ControlName = Literal["region", "store", "period", "compare_with"]
"""What a reader can choose. Rows with a column of that meaning follow: `region`, `store_id`, `period_id` (or the dates
of the period, where the data set is dated), `compare_with`."""
COMPARISONS = ("year before", "period before")
ALL = "all"
"""The value of a control that restricts nothing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a dashboard: visuals in rows, as they are read."""

    name: str
    title: str
    rows: tuple[tuple[AnyVisual, ...], ...]

    def visuals(self) -> Iterator[AnyVisual]:
        """Give the visuals in the order of reading."""
        for row in self.rows:
            yield from row


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard.

    Attributes:
        name: identifier, in lower case with hyphens.
        title: what it is called.
        question: what its reader comes for.
        readers: whom it is for, in plain words.
        controls: what can be chosen, in the order shown.
        period_kind: kind of the period that is shown first: its latest.
        is_paginated: made to be printed and mailed rather than clicked.
        needs: why the lake may have nothing for it, and what gives it something.
    """

    name: str
    title: str
    question: str
    readers: str
    headline: Headline
    controls: tuple[ControlName, ...]
    sheets: tuple[Sheet, ...]
    period_kind: str = "month"
    is_paginated: bool = False
    needs: str = ""

    def visuals(self) -> Iterator[AnyVisual]:
        """Give the visuals of all sheets."""
        for sheet in self.sheets:
            yield from sheet.visuals()

    def data_sets(self) -> tuple[DataSet, ...]:
        """Return the data sets that it reads, each once, by name."""
        read: list[DataSet] = []
        for part in (*self.visuals(), *self.headline.figures.values()):
            if part.data_set not in read:
                read.append(part.data_set)
        return tuple(sorted(read, key=lambda data_set: data_set.name))
