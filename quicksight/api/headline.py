"""The sentence that a reader came for, as an insight whose narrative holds figures of the lake.

A narrative is XML: `<expression>name.totalAggregate.formattedValue</expression>` stands for the result of the
computation of that name. One insight reads one data set, so a sentence over several is told clause by clause, each on
a line of its own.
https://docs.aws.amazon.com/quick/latest/userguide/total-aggregation-function.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from quicksight.api import Json
from quicksight.api.calculations import Calculations
from quicksight.api.errors import DefinitionError
from quicksight.api.expressions import calculation
from quicksight.api.filters import Drawn
from quicksight.api.formats import number_format, shown
from quicksight.api.wells import column
from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import Expression, change
from quicksight.model.measures import Measure, Unit
from quicksight.model.visuals import Figure, Headline

CHOSEN = {
    "store": "the chosen store",
    "region": "the chosen region",
    "period": "the chosen period",
    "compare_with": "period compared with",
}
"""What stands for a choice: the controls above say which. How a narrative names a parameter is not documented."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(\.change)?\}")
_CLAUSE_END = re.compile(r"(?<=[.,:;]) ")


@dataclass(frozen=True, slots=True)
class Line:
    """Clauses over one data set."""

    data_set: DataSet
    text: str


def headline_lines(headline: Headline) -> tuple[Line, ...]:
    """Return the sentence as lines over one data set each; one line where it reads a single one.

    Raises:
        DefinitionError: no clause names a figure, or one names figures of several data sets or one that there is not.
    """
    lines: list[Line] = []
    leading = ""
    for clause in _CLAUSE_END.split(headline.text):
        data_set = _data_set(headline, clause) or (lines[-1].data_set if lines else None)
        if data_set is None:
            leading += f"{clause} "
        elif lines and lines[-1].data_set is data_set:
            lines[-1] = Line(data_set, f"{lines[-1].text} {clause}")
        else:
            lines.append(Line(data_set, f"{leading}{clause}"))
            leading = ""
    if not lines:
        raise DefinitionError(f"headline: expected a figure such as {{visitors}}, came {headline.text!r}; name one")
    return tuple(lines)


def headline_visuals(calculations: Calculations, dashboard: Dashboard, sheet: str) -> Iterator[tuple[Drawn, Json]]:
    """Give the insights of a sheet, in the order in which they are read, with what filters need to know."""
    for number, line in enumerate(headline_lines(dashboard.headline), 1):
        identifier = f"headline-{number}"
        said = {
            "VisualId": identifier,
            "DataSetIdentifier": line.data_set.name,
            "Title": {"Visibility": "HIDDEN"},
            "Subtitle": {"Visibility": "HIDDEN"},
            "InsightConfiguration": {
                "Computations": [*_computations(calculations, dashboard.headline, line)],
                "CustomNarrative": {"Narrative": _narrative(line)},
            },
            "VisualContentAltText": f"{dashboard.question} {_PLACEHOLDER.sub('…', line.text)}",
        }
        yield Drawn(sheet, identifier, line.data_set, (), frozenset(dashboard.controls)), {"InsightVisual": said}


def _data_set(headline: Headline, clause: str) -> DataSet | None:
    found = {name: headline.figures.get(name) for name, _ in _PLACEHOLDER.findall(clause) if name not in CHOSEN}
    if unknown := [name for name, figure in found.items() if figure is None]:
        raise DefinitionError(f"headline: there is no figure {unknown[0]!r}; it has {', '.join(headline.figures)}")
    data_sets = {figure.data_set.name: figure.data_set for figure in found.values() if figure is not None}
    if len(data_sets) > 1:
        raise DefinitionError(
            f"headline: expected figures of one data set in a clause, came {', '.join(data_sets)} in {clause!r}; "
            "put a comma between them: Quick Sight's insights read one data set each"
        )
    return next(iter(data_sets.values()), None)


def _narrative(line: Line) -> str:
    said, end = [], 0
    for match in _PLACEHOLDER.finditer(line.text):
        said += [escape(line.text[end : match.start()]), _said(match)]
        end = match.end()
    said.append(escape(line.text[end:]))
    return f'<narrative><inline font-size="20px">{"".join(said)}</inline></narrative>'


def _said(match: re.Match[str]) -> str:
    name = match[1]
    if name in CHOSEN:
        return CHOSEN[name]
    result = f"{_computation_name(name, is_change=bool(match[2]))}.totalAggregate.formattedValue"
    return f"<b><expression>{result}</expression></b>"


def _computation_name(name: str, *, is_change: bool) -> str:
    words = name.split("_") + ["change"] * is_change
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _computations(calculations: Calculations, headline: Headline, line: Line) -> Iterator[Json]:
    for name, suffix in dict.fromkeys(_PLACEHOLDER.findall(line.text)):
        if name in CHOSEN:
            continue
        computation = _computation_name(name, is_change=bool(suffix))
        field, unit = _field(calculations, name, headline.figures[name], is_change=bool(suffix))
        value = {
            "FieldId": f"headline.{computation}",
            "Column": column(line.data_set, field),
            "FormatConfiguration": {"FormatConfiguration": number_format(unit)},
        }
        yield {
            "TotalAggregation": {
                "ComputationId": computation,
                "Name": computation,
                "Value": {"NumericalMeasureField": value},
            }
        }


def _field(calculations: Calculations, name: str, figure: Figure, *, is_change: bool) -> tuple[str, Unit]:
    """Return the field of a figure, of those rows that it takes, and its unit."""
    measure = figure.data_set.measure(figure.measure)
    if is_change:
        text = calculation(_change(name, measure), where=figure.where)
        return calculations.add(figure.data_set, f"{measure.title}: change ({name})", text, "change"), "change"
    text = calculation(shown(measure.expression, measure.unit), where=figure.where)
    return calculations.add(figure.data_set, f"{measure.title} ({name})", text, measure.unit), measure.unit


def _change(name: str, measure: Measure) -> Expression:
    if measure.baseline is None:
        raise DefinitionError(
            f"headline: expected a figure that is compared with something, came {{{name}.change}}; {measure.name!r} "
            "has no baseline"
        )
    return change(measure.expression, measure.baseline)
