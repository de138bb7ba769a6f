"""Requests of the project's own dashboards, rendered once."""

from __future__ import annotations

import pytest

from glue.views import load_views
from quicksight.api.data_sets import columns_of
from quicksight.api.references import Columns
from quicksight.api.requests import Request, data_sets_of, requests_of
from quicksight.dashboards import DASHBOARDS
from storeq.questions import Library
from tests.quicksight.api.account import ACCOUNT


@pytest.fixture(scope="session")
def library() -> Library:
    """The views of the project."""
    return Library(load_views())


@pytest.fixture(scope="session")
def requests(library: Library) -> tuple[Request, ...]:
    """Everything that would be sent."""
    return requests_of(DASHBOARDS, library, ACCOUNT)


@pytest.fixture(scope="session")
def columns() -> Columns:
    """Columns of all data sets."""
    return columns_of(data_sets_of(DASHBOARDS))
