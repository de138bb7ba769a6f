"""All checks of requests that need no cloud: shape, references, limits. What passes here, the service model takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quicksight.api.choices import CHOICE_LISTS
from quicksight.api.data_sets import RULES
from quicksight.api.limits import limit_problems
from quicksight.api.references import Columns, reference_problems
from quicksight.api.requests import Request
from quicksight.api.rows_checks import data_set_problems, topic_problems
from quicksight.api.shapes import Problem, shape_problems

OPEN_TO_ALL = frozenset({RULES, *(choice.name for choice in CHOICE_LISTS if not choice.is_restricted)})
"""Data sets without rules by row: the rules themselves, which nothing can be built upon, and lists of mere choices."""


def problems_of(requests: Iterable[Request], columns: Columns) -> tuple[Problem, ...]:
    """Return everything that Quick Sight would refuse, with its place.

    Args:
        requests: what would be sent.
        columns: of every data set, by the name that definitions use.
    """
    return tuple(problem for request in requests for problem in _problems(request, columns))


def _problems(request: Request, columns: Columns) -> Iterator[Problem]:
    place, said = f"{request.name}: {request.operation}", request.parameters
    for problem in shape_problems(request.operation, said):
        yield Problem(f"{request.name}: {problem.place}", problem.text)
    match request.operation:
        case "CreateDashboard":
            yield from reference_problems(said["Definition"], columns, f"{place}.Definition")
            yield from limit_problems(said["Definition"], f"{place}.Definition")
        case "CreateDataSet":
            yield from data_set_problems(said, place, is_open=request.name in OPEN_TO_ALL)
        case "CreateTopic":
            yield from topic_problems(said["Topic"], columns, f"{place}.Topic")
