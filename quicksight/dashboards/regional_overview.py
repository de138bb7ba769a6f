"""Which stores and hours need attention, and how traffic, waits and safety stand, over a region or the chain."""

from quicksight.dashboards.data_sets import (
    ALERT,
    DAY,
    FLAG,
    NONE_COMPARABLE,
    PLACE_HOUR,
    REGION,
    STORE,
    STORE_PERIOD,
    WEEK,
)
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, Kpi, Lines, StoreMap, Table, Where

_PLACE = Dimension("place_name", "Aisle or lane")
_HOUR = Dimension("hour_of_day", "Hour of the day", "hour")

REGIONAL_OVERVIEW = Dashboard(
    name="regional-overview",
    title="Regional overview",
    question="Which stores need attention, and how do traffic, waits and safety stand?",
    readers="Regional management",
    headline=Headline(
        "{visitors} visitors in {period}; against the {compare_with}: {change}. {service_level} of those served waited "
        "at most 3 minutes; the mean wait was {wait}.",
        {
            "visitors": Figure(STORE_PERIOD, "visitors"),
            "change": Figure(STORE_PERIOD, "change"),
            "service_level": Figure(STORE_PERIOD, "service_level"),
            "wait": Figure(STORE_PERIOD, "wait_seconds_mean"),
        },
    ),
    controls=("region", "store", "period", "compare_with"),
    sheets=(
        Sheet(
            name="overview",
            title="Overview",
            rows=(
                (
                    Kpi(name="visitors", title="Visitors", data_set=STORE_PERIOD, measure="visitors"),
                    Kpi(name="change", title="Change of visitors", data_set=STORE_PERIOD, measure="change",
                        empty=NONE_COMPARABLE),
                    Kpi(name="dwell", title="Mean dwell in an aisle", data_set=STORE_PERIOD,
                        measure="dwell_seconds_mean"),
                    Kpi(name="wait", title="Mean wait", data_set=STORE_PERIOD, measure="wait_seconds_mean"),
                ),
                (
                    Kpi(name="service-level", title="Served within 3 minutes", data_set=STORE_PERIOD,
                        measure="service_level"),
                    Kpi(name="abandonment", title="Gave up queueing", data_set=STORE_PERIOD,
                        measure="abandonment_rate"),
                    Kpi(name="alerts", title="Alerts", data_set=ALERT, measure="alerts",
                        empty="No alerts were raised in these days."),
                    Kpi(name="coverage", title="Watched", data_set=STORE_PERIOD, measure="coverage"),
                ),
                (
                    Lines(name="traffic", title="Visitors by week, and a year before", data_set=DAY, by=WEEK,
                          measures=("visitors",), ignores=("period",),
                          note="All weeks of the lake; grey is the same weekdays a year before. The first and the last "
                               "week may be part of one."),
                ),
                (
                    StoreMap(name="map", title="Where stores grow and shrink", data_set=STORE_PERIOD, by=STORE,
                             latitude="latitude", longitude="longitude", size="visitors_per_day", colour="change",
                             ignores=("store",)),
                    Bars(name="ranking", title="Stores by visitors a day", data_set=STORE_PERIOD, by=STORE,
                         measures=("visitors_per_day",), limit=15, ignores=("store",)),
                ),
                (
                    Bars(name="waits", title="Longest mean waits", data_set=STORE_PERIOD, by=STORE,
                         measures=("wait_seconds_mean",), limit=15, ignores=("store",)),
                    Bars(name="losers", title="Change of visitors, lowest first", data_set=STORE_PERIOD, by=STORE,
                         measures=("change",), order="value_rising", limit=15, ignores=("store",),
                         empty=NONE_COMPARABLE,
                         note="Only stores that can be compared: as well watched in both, no camera moved."),
                ),
            ),
        ),
        Sheet(
            name="detail",
            title="From region to hour",
            rows=(
                (
                    Bars(name="people-drill", title="People, from region to hour", data_set=PLACE_HOUR, by=REGION,
                         drill=(STORE, _PLACE, _HOUR), measures=("people",), limit=20,
                         where=(Where("place_kind", ("aisle",)),), ignores=("store",),
                         note="Visits to aisles. Click a bar, or press Enter on it, to go one deeper."),
                    Bars(name="wait-drill", title="Mean wait, from region to hour", data_set=PLACE_HOUR, by=REGION,
                         drill=(STORE, _PLACE, _HOUR), measures=("seconds_mean",), limit=20,
                         where=(Where("place_kind", ("lane",)),), ignores=("store",),
                         note="Waits at lanes. Click a bar, or press Enter on it, to go one deeper."),
                ),
                (
                    Table(name="stores", title="Every store", data_set=STORE_PERIOD, by=(STORE, REGION, FLAG),
                          measures=("visitors_per_day", "change", "dwell_seconds_mean", "wait_seconds_mean",
                                    "service_level", "abandonment_rate", "coverage"),
                          order="-visitors_per_day", ignores=("store",)),
                ),
            ),
        ),
    ),
)  # fmt: skip
