"""What was dangerous, what people found, and how soon somebody acted."""

from quicksight.dashboards.data_sets import ALERT, HOUR, STORE
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, HeatTable, Kpi, Lines, Table, Where

_KIND = Dimension("label", "Hazard")
_OTHER = Dimension("metric", "What was measured")
_HAZARDS = (Where("topic", ("safety",)),)
_OTHERS = (Where("topic", ("service", "equipment")),)
_SEVERITY = Dimension("severity", "Severity")
_DAY = Dimension("business_date", "Day", "date")

SAFETY = Dashboard(
    name="safety",
    title="Safety",
    question="What was dangerous, was it so, and how soon did somebody act?",
    readers="Regional management, security",
    headline=Headline(
        "{alerts} hazards in {period}; of those judged, {confirmed} were so. Half were taken within {response}.",
        {
            "alerts": Figure(ALERT, "alerts", _HAZARDS),
            "confirmed": Figure(ALERT, "confirmed_share", _HAZARDS),
            "response": Figure(ALERT, "response_seconds_median", _HAZARDS),
        },
    ),
    controls=("region", "store", "period"),
    sheets=(
        Sheet(
            name="safety",
            title="Safety",
            rows=(
                (
                    Kpi(name="alerts", title="Hazards", data_set=ALERT, where=_HAZARDS,
                        measure="alerts"),
                    Kpi(name="confirmed", title="Confirmed share", data_set=ALERT, where=_HAZARDS,
                        measure="confirmed_share"),
                    Kpi(name="response", title="Median response", data_set=ALERT, where=_HAZARDS,
                        measure="response_seconds_median"),
                    Kpi(name="taken", title="Taken by somebody", data_set=ALERT, where=_HAZARDS,
                        measure="acknowledged_share"),
                ),
                (
                    Bars(name="kinds", title="Hazards by kind", data_set=ALERT, where=_HAZARDS,
                         by=_KIND, drill=(STORE,),
                         measures=("alerts",), limit=12),
                    Bars(name="verdicts", title="What people found, by kind", data_set=ALERT, where=_HAZARDS,
                         by=_KIND,
                         measures=("confirmed", "false_alarms"), limit=12),
                ),
                (
                    Lines(name="days", title="Hazards by day", data_set=ALERT, where=_HAZARDS,
                          by=_DAY, measures=("alerts",)),
                ),
                (
                    HeatTable(name="hours", title="Hazards by kind and hour", data_set=ALERT, where=_HAZARDS,
                              rows=_KIND, columns=HOUR, measure="alerts", width=12),
                ),
                (
                    Bars(name="response-by-kind", title="Median response by kind", data_set=ALERT, where=_HAZARDS,
                         by=_KIND,
                         measures=("response_seconds_median",), limit=12),
                    Bars(name="stores", title="Stores with most hazards", data_set=ALERT, where=_HAZARDS,
                         by=STORE, measures=("alerts",),
                         limit=12, ignores=("store",)),
                ),
                (
                    Table(name="stores-table", title="Every store and kind", data_set=ALERT, where=_HAZARDS,
                          by=(STORE, _KIND, _SEVERITY),
                          measures=("alerts", "confirmed", "false_alarms", "confirmed_share", "acknowledged_share",
                                    "response_seconds_median"), order="-alerts", limit=500),
                ),
            ),
        ),
        Sheet(
            name="others",
            title="Other alerts",
            rows=(
                (
                    Bars(name="other-kinds", title="Alerts of queues, lanes, crowding and cameras", data_set=ALERT,
                         where=_OTHERS, by=_OTHER, drill=(STORE,), measures=("alerts",), limit=12),
                    Bars(name="other-response", title="Median response", data_set=ALERT, where=_OTHERS, by=_OTHER,
                         measures=("response_seconds_median",), limit=12),
                ),
            ),
        ),
    ),
    needs="Alerts come from the rules of a store: without rules there are none. A grave hazard is told "
    "once somebody judged it.",
)  # fmt: skip
