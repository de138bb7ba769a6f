"""One store today: how full it is, where people wait, and what needs attention."""

from quicksight.dashboards.data_sets import ALERT_TODAY, LANE_MINUTE, STORE_MINUTE, ZONE_MINUTE
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, Kpi, Lines, Table, Where

_TIME = Dimension("local_time", "Time", "instant")
_LANE = Dimension("lane_name", "Lane")
_ZONE = Dimension("name", "Zone")

STORE_TODAY = Dashboard(
    name="store-today",
    title="Store today",
    question="How full is the store, where do people wait, and what needs attention?",
    readers="Store managers",
    headline=Headline(
        "{inside} people in the store, {waiting} waiting at {open} open lanes. {service} of those served waited at "
        "most 3 minutes today; the longest wait was {longest}.",
        {
            "inside": Figure(STORE_MINUTE, "occupancy_now"),
            "waiting": Figure(LANE_MINUTE, "queue_now"),
            "open": Figure(LANE_MINUTE, "lanes_open_now"),
            "service": Figure(LANE_MINUTE, "service_level"),
            "longest": Figure(LANE_MINUTE, "wait_seconds_max"),
        },
    ),
    controls=("region", "store"),
    sheets=(
        Sheet(
            name="today",
            title="Today",
            rows=(
                (
                    Kpi(name="inside", title="In the store now", data_set=STORE_MINUTE, measure="occupancy_now"),
                    Kpi(name="waiting", title="Waiting now", data_set=LANE_MINUTE, measure="queue_now"),
                    Kpi(name="wait", title="Mean wait today", data_set=LANE_MINUTE, measure="wait_seconds_mean"),
                    Kpi(name="service", title="Served within 3 minutes", data_set=LANE_MINUTE,
                        measure="service_level"),
                ),
                (
                    Lines(name="queue", title="People waiting, minute by minute", data_set=LANE_MINUTE, by=_TIME,
                          measures=("queue_length",), width=6),
                    Lines(name="occupancy", title="People in the store, minute by minute", data_set=STORE_MINUTE,
                          by=_TIME, measures=("occupancy",), width=6),
                ),
                (
                    Bars(name="lanes", title="Longest wait at each lane", data_set=LANE_MINUTE, by=_LANE,
                         measures=("wait_seconds_max",), order="name"),
                    Bars(name="aisles", title="People in each aisle now", data_set=ZONE_MINUTE, by=_ZONE,
                         measures=("occupancy_now",), where=(Where("zone_kind", ("aisle",)),)),
                ),
                (
                    Table(name="lane-table", title="Every lane", data_set=LANE_MINUTE, by=(_LANE,),
                          measures=("queue_now", "served", "wait_seconds_mean", "wait_seconds_max", "service_level",
                                    "abandonment_rate"), order="-wait_seconds_mean"),
                ),
                (
                    Table(name="alerts", title="Alerts today", data_set=ALERT_TODAY,
                          by=(Dimension("local_time", "Raised", "instant"), Dimension("metric", "What"),
                              Dimension("place_id", "Where"), Dimension("severity", "Severity"),
                              Dimension("verdict", "Verdict")),
                          measures=("response_seconds_median", "open_seconds_median"), order="-local_time", limit=100,
                          empty="No alerts were raised today."),
                ),
            ),
        ),
    ),
    needs="Minutes of today come from the stream: `make demo` fills a day.",
)  # fmt: skip
