"""A small definition over views that every lake has: for tests of what is done with definitions."""

from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import Sum, change, share, wilson
from quicksight.model.measures import Dimension, Measure
from quicksight.model.visuals import Bars, Figure, Headline, Kpi, Table

STORE = Dimension("store_name", "Store")
LOW, HIGH = wilson(Sum("abandoned"), Sum("joined"))
FUNNEL = DataSet(
    name="funnel",
    title="From the door to the till",
    view="traffic_funnel",
    columns=("period_id", "period_kind", "store_id", "visitors", "joined", "served", "abandoned", "coverage"),
    measures=(
        Measure("visitors", "Visitors", Sum("visitors"), "count", "Customers who came in"),
        Measure(
            "abandonment_rate",
            "Gave up",
            share("abandoned", "joined"),
            "share",
            "Share of those who joined and gave up",
            better="lower",
            low=LOW,
            high=HIGH,
            people=Sum("joined"),
        ),
        Measure("served_change", "Served of joined", change(Sum("served"), Sum("joined")), "change", "A change"),
    ),
    period_kinds=("month", "quarter", "season", "year"),
)
SMALL = Dashboard(
    name="small",
    title="Small",
    question="How many came?",
    readers="Tests",
    headline=Headline("{visitors} visitors in {period}.", {"visitors": Figure(FUNNEL, "visitors")}),
    controls=("region", "store", "period"),
    sheets=(
        Sheet(
            name="one",
            title="One",
            rows=(
                (Kpi(name="visitors", title="Visitors", data_set=FUNNEL, measure="visitors"),),
                (
                    Bars(name="stores", title="Stores", data_set=FUNNEL, by=STORE, measures=("visitors",)),
                    Table(name="table", title="All", data_set=FUNNEL, by=(STORE,), measures=("abandonment_rate",)),
                ),
            ),
        ),
    ),
)
