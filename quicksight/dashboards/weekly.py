"""The week on paper: mailed on Monday to those who may see it."""

from quicksight.dashboards.data_sets import ALERT, DATE, DAY, NONE_COMPARABLE, STORE, STORE_PERIOD
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, Kpi, Lines, Table

WEEKLY = Dashboard(
    name="weekly",
    title="The week",
    question="How was the week, and which stores need attention?",
    readers="Regional management, store managers",
    headline=Headline(
        "{visitors} visitors in {period}; against the {compare_with}: {change}. {service_level} of those served waited "
        "at most 3 minutes. {alerts} alerts were raised.",
        {
            "visitors": Figure(STORE_PERIOD, "visitors"),
            "change": Figure(STORE_PERIOD, "change"),
            "service_level": Figure(STORE_PERIOD, "service_level"),
            "alerts": Figure(ALERT, "alerts"),
        },
    ),
    controls=("region", "store", "period", "compare_with"),
    period_kind="iso_week",
    is_paginated=True,
    sheets=(
        Sheet(
            name="week",
            title="The week",
            rows=(
                (
                    Kpi(name="visitors", title="Visitors", data_set=STORE_PERIOD, measure="visitors"),
                    Kpi(name="change", title="Change of visitors", data_set=STORE_PERIOD, measure="change",
                        empty=NONE_COMPARABLE),
                    Kpi(name="wait", title="Mean wait", data_set=STORE_PERIOD, measure="wait_seconds_mean"),
                    Kpi(name="service-level", title="Served within 3 minutes", data_set=STORE_PERIOD,
                        measure="service_level"),
                ),
                (Lines(name="days", title="Visitors by day, and a year before", data_set=DAY, by=DATE,
                       measures=("visitors",)),),
                (
                    Bars(name="losers", title="Change of visitors, lowest first", data_set=STORE_PERIOD, by=STORE,
                         measures=("change",), order="value_rising", limit=10, empty=NONE_COMPARABLE),
                    Bars(name="waits", title="Longest mean waits", data_set=STORE_PERIOD, by=STORE,
                         measures=("wait_seconds_mean",), limit=10),
                ),
                (Table(name="stores", title="Every store", data_set=STORE_PERIOD, by=(STORE,
                       Dimension("flag", "Why with care", "flag")),
                       measures=("visitors", "change", "wait_seconds_mean", "service_level", "abandonment_rate",
                                 "coverage"), order="-visitors"),),
                (Table(name="alerts", title="Alerts of the week", data_set=ALERT,
                       by=(STORE, Dimension("metric", "What"), Dimension("severity", "Severity")),
                       measures=("alerts", "confirmed", "response_seconds_median"), order="-alerts", limit=50,
                       empty="No alerts were raised in this week."),),
            ),
        ),
    ),
)  # fmt: skip
