"""Everything that is asked of Quick Sight for a set of dashboards, in the order in which it can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from quicksight.api import Json
from quicksight.api.account import Account
from quicksight.api.choices import CHOICE_LISTS
from quicksight.api.dashboards import dashboard_request
from quicksight.api.data_sets import (
    CHOICES,
    RULES,
    SOURCE,
    choice_request,
    data_set_request,
    data_source_request,
    refresh_requests,
    rules_request,
)
from quicksight.api.theme import THEMES, theme_request
from quicksight.api.topic import TOPIC, topic_permissions_request, topic_request
from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import DataSet
from storeq.questions import Library


@dataclass(frozen=True, slots=True)
class Request:
    """One call: the operation as the API names it, what it is about, and its parameters."""

    operation: str
    name: str
    parameters: Json


def data_sets_of(dashboards: Iterable[Dashboard]) -> Mapping[str, DataSet]:
    """Return the data sets that dashboards read, by name."""
    found = {data_set.name: data_set for dashboard in dashboards for data_set in dashboard.data_sets()}
    return dict(sorted(found.items()))


def requests_of(dashboards: Iterable[Dashboard], library: Library, account: Account) -> tuple[Request, ...]:
    """Return all requests, each after those whose results it names.

    Raises:
        DefinitionError: Quick Sight cannot say what a definition asks for.
        StoreqError: a view is not there.
    """
    dashboards = tuple(dashboards)
    data_sets = data_sets_of(dashboards)
    return (
        Request("CreateDataSource", SOURCE, data_source_request(account)),
        *_data_set_requests(data_sets.values(), library, account),
        *(Request("CreateTheme", name, theme_request(name, account)) for name in THEMES),
        *_topic_requests(data_sets.values(), library, account),
        *(Request("CreateDashboard", each.name, dashboard_request(each, account)) for each in dashboards),
    )


def _data_set_requests(data_sets: Iterable[DataSet], library: Library, account: Account) -> Iterator[Request]:
    """Give the data sets, the rules before all that they restrict, each with its schedules after it."""
    made = [
        (RULES, CHOICES, rules_request(account)),
        *((choice.name, CHOICES, choice_request(choice, account)) for choice in CHOICE_LISTS),
        *((each.name, each.refresh, data_set_request(each, library, account)) for each in data_sets),
    ]
    for name, refresh, parameters in made:
        yield Request("CreateDataSet", name, parameters)
        for schedule in refresh_requests(name, refresh, account):
            yield Request("CreateRefreshSchedule", name, schedule)


def _topic_requests(data_sets: Iterable[DataSet], library: Library, account: Account) -> Iterator[Request]:
    if account.has_topic:
        yield Request("CreateTopic", TOPIC, topic_request(data_sets, library, account))
        yield Request("UpdateTopicPermissions", TOPIC, topic_permissions_request(account))
