"""How long people wait, when service falls short, and whether the lanes and the staff fit the load."""

from quicksight.dashboards.data_sets import (
    HOUR,
    PLACE_HOUR,
    STORE,
    STORE_HOUR,
    STORE_PERIOD,
    TIPPING,
    WAIT,
    WEEKDAY,
    WORKFORCE,
)
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, HeatTable, Kpi, Lines, Table, Where

_LANE = Dimension("place_name", "Lane")
_LANES = (Where("place_kind", ("lane",)),)

QUEUES = Dashboard(
    name="queues",
    title="Queues and staffing",
    question="How long do people wait, when does service fall short, and do lanes and staff fit the load?",
    readers="Regional management, store managers",
    headline=Headline(
        "{service_level} of {served} customers served waited at most 3 minutes in {period}; the mean wait was {wait}. "
        "{abandonment} of those who queued gave up.",
        {
            "service_level": Figure(STORE_PERIOD, "service_level"),
            "served": Figure(STORE_PERIOD, "served"),
            "wait": Figure(STORE_PERIOD, "wait_seconds_mean"),
            "abandonment": Figure(STORE_PERIOD, "abandonment_rate"),
        },
    ),
    controls=("region", "store", "period", "compare_with"),
    sheets=(
        Sheet(
            name="waits",
            title="Waits",
            rows=(
                (
                    Kpi(name="wait", title="Mean wait", data_set=STORE_PERIOD, measure="wait_seconds_mean"),
                    Kpi(name="service-level", title="Served within 3 minutes", data_set=STORE_PERIOD,
                        measure="service_level"),
                    Kpi(name="abandonment", title="Gave up queueing", data_set=STORE_PERIOD,
                        measure="abandonment_rate"),
                    Kpi(name="coverage", title="Watched", data_set=STORE_PERIOD, measure="coverage"),
                ),
                (
                    Bars(name="distribution", title="How waits are spread", data_set=WAIT,
                         by=Dimension("label", "Wait"), measures=("people",), is_horizontal=False, order="name",
                         note="Of those who were served."),
                    Lines(name="by-hour", title="Service level by hour of the day", data_set=STORE_HOUR, by=HOUR,
                          measures=("service_level",), width=6),
                ),
                (
                    HeatTable(name="service-week", title="Service level by weekday and hour", data_set=STORE_HOUR,
                              rows=HOUR, columns=WEEKDAY, measure="service_level"),
                ),
                (
                    Bars(name="stores", title="Lowest service level", data_set=STORE_PERIOD, by=STORE,
                         measures=("service_level",), order="value_rising", limit=15, ignores=("store",)),
                    Bars(name="tipping", title="Giving up, by the length of the queue met", data_set=TIPPING,
                         by=Dimension("queue_length", "Waiting on joining", "number"), measures=("abandonment_rate",),
                         is_horizontal=False, order="name",
                         empty="The length met on joining is known for the last 400 days of minutes only."),
                ),
            ),
        ),
        Sheet(
            name="staffing",
            title="Lanes and staff",
            rows=(
                (
                    HeatTable(name="lane-gap", title="Lanes missing, by weekday and hour", data_set=WORKFORCE,
                              rows=HOUR, columns=WEEKDAY, measure="lane_gap",
                              note="Above zero, lanes were missing for 90 % to wait at most 3 minutes; below, some "
                                   "could have closed."),
                ),
                (
                    Lines(name="lanes-by-hour", title="Lanes open, by hour of the day", data_set=STORE_HOUR, by=HOUR,
                          measures=("lanes_open",), width=6),
                    Bars(name="lanes", title="Mean wait at each lane", data_set=PLACE_HOUR, by=_LANE,
                         measures=("seconds_mean",), where=_LANES,
                         note="Lanes have names of their own in each store."),
                ),
                (
                    Table(name="shifts", title="Every shift", data_set=WORKFORCE, by=(WEEKDAY, HOUR),
                          measures=("lanes_open", "lanes_needed", "lane_gap", "visitors_per_staff_hour"),
                          order="-lane_gap"),
                ),
            ),
        ),
    ),
)  # fmt: skip
