"""What a person looks at. Every visual reads one data set and names its columns and measures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from quicksight.model.data_sets import DataSet
from quicksight.model.measures import Dimension

Width = Literal[3, 4, 6, 8, 9, 12]
"""Columns of twelve; a phone shows one visual a row."""


@dataclass(frozen=True, slots=True)
class Where:
    """Rows with one of these values in a column."""

    column: str
    values: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visual:
    """What all visuals have.

    Attributes:
        name: identifier, unique in its dashboard, in lower case with hyphens.
        title: what it shows, as a person would ask for it.
        note: what one must know to read it; empty where it speaks for itself.
        where: which rows of the data set it takes, beside what the controls choose.
        ignores: controls that it does not follow, such as a comparison of stores that shows them all.
        empty: what would fill it and how, said where there are no rows.
        width: of twelve columns.
    """

    name: str
    title: str
    data_set: DataSet
    note: str = ""
    where: tuple[Where, ...] = ()
    ignores: tuple[str, ...] = ()
    empty: str = ""
    width: Width = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi(Visual):
    """One figure in large type, with what it is compared with, its interval and its coverage."""

    measure: str
    width: Width = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Visual):
    """A bar for each value of `by`; where `drill` has more dimensions, a click on a bar goes one deeper.

    `by` is drawn in the order of its values where it is a time, else by the first measure. `limit` shows so many bars
    and says how many are left out; the table has all. With `series` bars stand side by side for each of its values.
    """

    by: Dimension
    measures: tuple[str, ...]
    series: Dimension | None = None
    drill: tuple[Dimension, ...] = ()
    limit: int | None = None
    order: Literal["value", "value_rising", "name"] = "value"
    is_horizontal: bool = True
    width: Width = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Visual):
    """A line over `by`; with one measure its interval is a band, and its baseline a grey line behind."""

    by: Dimension
    measures: tuple[str, ...]
    series: Dimension | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatTable(Visual):
    """A table of `rows` by `columns`, the value in each cell, on a sequential scale; a change on a diverging one."""

    rows: Dimension
    columns: Dimension
    measure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Visual):
    """Rows for each combination of `by` with their measures; `order` is a measure or column, `-` first for falling."""

    by: tuple[Dimension, ...]
    measures: tuple[str, ...]
    order: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMap(Visual):
    """A circle for each place, as large as `size`, coloured by `colour`; places without coordinates are listed."""

    by: Dimension
    latitude: str
    longitude: str
    size: str
    colour: str
    width: Width = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel(Visual):
    """Measures one below the other, each with its share of the one above."""

    steps: tuple[str, ...]
    width: Width = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorHeat(Visual):
    """Where customers stood in a camera's picture: `x` and `y` are cells; the local page draws the zones over them."""

    x: Dimension
    y: Dimension
    camera: Dimension
    measure: str
    width: Width = 6


AnyVisual: TypeAlias = Kpi | Bars | Lines | HeatTable | Table | StoreMap | Funnel | FloorHeat


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a sentence: a measure of a data set, over the rows that the controls choose and `where` keeps."""

    data_set: DataSet
    measure: str
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence that a reader came for: `{name}` stands for a figure, `{name.change}` for its change in words.

    `{store}`, `{region}`, `{period}` and `{compare_with}` say what is chosen.
    """

    text: str
    figures: dict[str, Figure] = field(default_factory=dict)
