"""The calculated fields of one dashboard: each said once, with a name that nothing else has."""

from __future__ import annotations

from dataclasses import dataclass

from quicksight.api import Json
from quicksight.api.errors import DefinitionError
from quicksight.api.expressions import calculation
from quicksight.api.formats import shown, unit_word
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import Expression
from quicksight.model.measures import Measure, Unit
from quicksight.sql import output_columns

EXPRESSION_LENGTH = 32_000
_DISTINCTION: dict[Unit, str] = {"count": "in all", "decimal": "in all", "share": "share", "change": "change"}
"""What is added to a title that a column has already, such as "Served in all" beside the column `served`."""


@dataclass(frozen=True, slots=True)
class MeasureFields:
    """Names of the calculated fields of a measure; None for what it is not shown with."""

    value: str
    low: str | None
    high: str | None
    baseline: str | None
    coverage: str | None
    people: str | None

    def companions(self) -> tuple[tuple[str, str], ...]:
        """Return what stands beside the figure: what each is called, and its field."""
        said = (
            ("before", self.baseline),
            ("at least (95 %)", self.low),
            ("at most (95 %)", self.high),
            ("watched", self.coverage),
            ("people or rows", self.people),
        )
        return tuple((label, name) for label, name in said if name is not None)


class Calculations:
    """Calculated fields as visuals ask for them; the same expression over the same data set is one field."""

    def __init__(self) -> None:
        self._data_sets: dict[str, _Names] = {}

    def add(self, data_set: DataSet, name: str, expression: str, unit: Unit = "count") -> str:
        """Return the name of the field with this expression: the one it has, or the one that is asked for.

        Raises:
            DefinitionError: the expression is longer than Quick Sight takes.
        """
        if len(expression) > EXPRESSION_LENGTH:
            raise DefinitionError(
                f"{data_set.name}: expected a calculated field of at most {EXPRESSION_LENGTH} characters, came "
                f"{name!r} with {len(expression)}; say it in the view"
            )
        return self._of(data_set).use(name, expression, unit)

    def unit(self, data_set: DataSet, name: str) -> Unit:
        """Return the unit that a field is shown in."""
        return self._of(data_set).units[name]

    def measure(self, data_set: DataSet, measure: Measure) -> MeasureFields:
        """Return the fields of a measure and of all that it is shown with."""
        value, *others = (
            None if expression is None else self.add(data_set, name, _text(expression, unit), unit)
            for name, expression, unit in _parts(measure)
        )
        assert value is not None
        return MeasureFields(value, *others)

    def rendered(self) -> list[Json]:
        """Return all fields, by data set and name."""
        return [
            {"DataSetIdentifier": data_set, "Name": name, "Expression": expression}
            for data_set in sorted(self._data_sets)
            for name, expression in sorted(self._data_sets[data_set].used())
        ]

    def _of(self, data_set: DataSet) -> _Names:
        if data_set.name not in self._data_sets:
            self._data_sets[data_set.name] = _Names(data_set)
        return self._data_sets[data_set.name]


class _Names:
    """Names of one data set's fields. A figure's own title goes before what another is merely shown with."""

    def __init__(self, data_set: DataSet) -> None:
        # Quick Sight takes no notice of case: "Visitors" and the column "visitors" would be one name.
        self._taken = {column.lower() for column in output_columns(data_set, for_period=True)}
        self._names: dict[str, str] = {}
        self._used: set[str] = set()
        self.units: dict[str, Unit] = {}
        parts = [_parts(measure) for measure in data_set.measures]
        for name, expression, unit in (*(first for first, *_ in parts), *(each for _, *rest in parts for each in rest)):
            if expression is not None:
                self._name(name, _text(expression, unit), unit)

    def use(self, name: str, expression: str, unit: Unit) -> str:
        """Return the name of an expression, which is one of the fields from now on."""
        self._used.add(expression)
        return self._name(name, expression, unit)

    def used(self) -> list[tuple[str, str]]:
        """Return the names and expressions of the fields."""
        return [(self._names[expression], expression) for expression in self._used]

    def _name(self, name: str, expression: str, unit: Unit) -> str:
        if expression not in self._names:
            wanted = (
                name,
                f"{name} {_DISTINCTION.get(unit, 'figure')}",
                *(f"{name} ({again})" for again in range(2, 99)),
            )
            free = next(candidate for candidate in wanted if candidate.lower() not in self._taken)
            self._taken.add(free.lower())
            self._names[expression], self.units[free] = free, unit
        return self._names[expression]


_Part = tuple[str, Expression | None, Unit]


def _parts(measure: Measure) -> tuple[_Part, _Part, _Part, _Part, _Part, _Part]:
    """Return the fields of a measure in the order of `MeasureFields`: name, what it is, unit."""
    title, unit = measure.title, measure.unit
    word = unit_word(unit)
    return (
        (f"{title} ({word})" if word else title, measure.expression, unit),
        (f"{title}: at least", measure.low, unit),
        (f"{title}: at most", measure.high, unit),
        (f"{title}: before", measure.baseline, unit),
        (f"{title}: watched", measure.coverage, "share"),
        (f"{title}: people", measure.people, "count"),
    )


def _text(expression: Expression, unit: Unit) -> str:
    return calculation(shown(expression, unit))
