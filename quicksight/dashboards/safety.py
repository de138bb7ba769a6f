"""What was dangerous, what people found, and how soon somebody acted."""

from quicksight.dashboards.data_sets import ALERT, HOUR, STORE
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, HeatTable, Kpi, Lines, Table

_KIND = Dimension("metric", "What was measured")
_SEVERITY = Dimension("severity", "Severity")
_DAY = Dimension("business_date", "Day", "date")

SAFETY = Dashboard(
    name="safety",
    title="Safety",
    question="What was dangerous, was it so, and how soon did somebody act?",
    readers="Regional management, security",
    headline=Headline(
        "{alerts} alerts in {period}; of those judged, {confirmed} were so. Half were taken within {response}.",
        {
            "alerts": Figure(ALERT, "alerts"),
            "confirmed": Figure(ALERT, "confirmed_share"),
            "response": Figure(ALERT, "response_seconds_median"),
        },
    ),
    controls=("region", "store", "period"),
    sheets=(
        Sheet(
            name="safety",
            title="Safety",
            rows=(
                (
                    Kpi(name="alerts", title="Alerts", data_set=ALERT, measure="alerts"),
                    Kpi(name="confirmed", title="Confirmed share", data_set=ALERT, measure="confirmed_share"),
                    Kpi(name="response", title="Median response", data_set=ALERT, measure="response_seconds_median"),
                    Kpi(name="taken", title="Taken by somebody", data_set=ALERT, measure="acknowledged_share"),
                ),
                (
                    Bars(name="kinds", title="Alerts by kind", data_set=ALERT, by=_KIND, drill=(STORE,),
                         measures=("alerts",), limit=12),
                    Bars(name="verdicts", title="What people found, by kind", data_set=ALERT, by=_KIND,
                         measures=("confirmed", "false_alarms"), limit=12),
                ),
                (
                    Lines(name="days", title="Alerts by day", data_set=ALERT, by=_DAY, measures=("alerts",)),
                ),
                (
                    HeatTable(name="hours", title="Alerts by kind and hour", data_set=ALERT, rows=_KIND, columns=HOUR,
                              measure="alerts", width=12),
                ),
                (
                    Bars(name="response-by-kind", title="Median response by kind", data_set=ALERT, by=_KIND,
                         measures=("response_seconds_median",), limit=12),
                    Bars(name="stores", title="Stores with most alerts", data_set=ALERT, by=STORE, measures=("alerts",),
                         limit=12, ignores=("store",)),
                ),
                (
                    Table(name="stores-table", title="Every store and kind", data_set=ALERT,
                          by=(STORE, _KIND, _SEVERITY),
                          measures=("alerts", "confirmed", "false_alarms", "confirmed_share", "acknowledged_share",
                                    "response_seconds_median"), order="-alerts", limit=500),
                ),
            ),
        ),
    ),
    needs="Alerts come from the rules of a store: without rules there are none.",
)  # fmt: skip
