"""Which aisles people visit, when, for how long, and what becomes of them on the way to the till."""

from quicksight.dashboards.data_sets import (
    AISLE,
    AISLE_HOUR,
    FLAG,
    FUNNEL,
    HEAT,
    HOUR,
    STORE,
    STORE_PERIOD,
    WEEKDAY,
    YEAR_BEFORE,
)
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, FloorHeat, Funnel, Headline, HeatTable, Kpi, Table

_AISLE = Dimension("name", "Aisle")
_DEPARTMENT = Dimension("department", "Department")

AISLES = Dashboard(
    name="aisles",
    title="Aisles",
    question="Which aisles are visited, when, and for how long?",
    readers="Regional management, store managers, merchandising",
    headline=Headline(
        "{visits} aisle visits in {period}: {per_visitor} a visitor, {dwell} long on average.",
        {
            "visits": Figure(AISLE, "visits"),
            "per_visitor": Figure(FUNNEL, "aisle_visits_per_visitor"),
            "dwell": Figure(STORE_PERIOD, "dwell_seconds_mean", YEAR_BEFORE),
        },
    ),
    controls=("region", "store", "period"),
    sheets=(
        Sheet(
            name="aisles",
            title="Aisles",
            rows=(
                (
                    Kpi(name="visits", title="Aisle visits", data_set=AISLE, measure="visits", width=4),
                    Kpi(name="dwell", title="Mean dwell", data_set=STORE_PERIOD, measure="dwell_seconds_mean", width=4,
                        where=YEAR_BEFORE),
                    Kpi(name="per-visitor", title="Aisle visits per visitor", data_set=FUNNEL,
                        measure="aisle_visits_per_visitor", width=4),
                ),
                (
                    Bars(name="ranking", title="Departments by visits", data_set=AISLE, by=_DEPARTMENT,
                         drill=(STORE, _AISLE), measures=("visits",), limit=15,
                         note="Click a bar, or press Enter on it, for its stores and their aisles."),
                    Funnel(name="funnel", title="From the door to the till", data_set=FUNNEL,
                           steps=("visitors", "joined", "served"),
                           note="Counts of different people in the same time: nobody is followed. Who shops in a group "
                                "queues once."),
                ),
                (
                    HeatTable(name="week", title="Aisle visits an hour, by weekday and hour", data_set=AISLE_HOUR,
                              rows=HOUR, columns=WEEKDAY, measure="visits_per_hour"),
                ),
                (
                    HeatTable(name="dwell-by-hour", title="Mean dwell, by department and hour", data_set=AISLE_HOUR,
                              rows=_DEPARTMENT, columns=HOUR, measure="dwell_seconds_mean"),
                ),
                (
                    FloorHeat(name="floor", title="Where customers stood", data_set=HEAT,
                              x=Dimension("cell_x", "Across", "number"), y=Dimension("cell_y", "Down", "number"),
                              camera=Dimension("camera_id", "Camera"), measure="person_hours", width=12,
                              empty="No camera of these stores sends a map of where people stand: switch it on in the "
                                    "store file (heatmap)."),
                ),
                (
                    Table(name="aisles", title="Every aisle", data_set=AISLE,
                          by=(STORE, _AISLE, _DEPARTMENT, FLAG),
                          measures=("visits", "visit_share", "share_change", "dwell_seconds_mean", "person_hours",
                                    "coverage"), order="-visits", limit=500),
                ),
            ),
        ),
    ),
)  # fmt: skip
