"""How much of the floor was watched, what is missing, and what came in wrong."""

from quicksight.dashboards.data_sets import CAMERA_DAY, COVERAGE, DATE, DAY, EVENT_DAY, FLAG, LEVEL_SHIFT, STORE
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, HeatTable, Kpi, Lines, Table, Where

_KIND = Dimension("kind", "Measured")
_CAMERA = Dimension("camera_id", "Camera")
_DOORS = (Where("kind", ("traffic",)),)

DATA_QUALITY = Dashboard(
    name="data-quality",
    title="Data quality",
    question="Can the numbers be trusted: what was watched, what is missing, what came in wrong?",
    readers="Operations, regional management",
    headline=Headline(
        "{doors} of the open hours in {period} were watched at the doors, {lanes} at the lanes; {missing} are missing "
        "at the doors.",
        {
            "doors": Figure(COVERAGE, "coverage", _DOORS),
            "lanes": Figure(COVERAGE, "coverage", (Where("kind", ("lanes",)),)),
            "missing": Figure(COVERAGE, "hours_missing", _DOORS),
        },
    ),
    controls=("region", "store", "period"),
    sheets=(
        Sheet(
            name="quality",
            title="Data quality",
            rows=(
                (
                    Kpi(name="doors", title="Watched: doors", data_set=COVERAGE, measure="coverage", where=_DOORS),
                    Kpi(name="zones", title="Watched: zones", data_set=COVERAGE, measure="coverage",
                        where=(Where("kind", ("zones",)),)),
                    Kpi(name="lanes", title="Watched: lanes", data_set=COVERAGE, measure="coverage",
                        where=(Where("kind", ("lanes",)),)),
                    Kpi(name="rejected", title="Records rejected", data_set=EVENT_DAY, measure="rejected_share",
                        empty="No books are kept of these days."),
                ),
                (
                    Lines(name="watched-by-day", title="Doors watched, day by day", data_set=DAY, by=DATE,
                          measures=("coverage",)),
                ),
                (
                    Bars(name="missing", title="Hours missing, by store", data_set=COVERAGE, by=STORE,
                         measures=("hours_missing",), series=_KIND, limit=8, ignores=("store",)),
                    Lines(name="records", title="Records rejected and late, by day", data_set=EVENT_DAY, by=DATE,
                          measures=("rejected_share", "late_share"), width=6,
                          empty="No books are kept of these days."),
                ),
                (
                    HeatTable(name="cameras", title="Frames that came, by camera and day", data_set=CAMERA_DAY,
                              rows=_CAMERA, columns=DATE, measure="up_share",
                              note="Cameras have names of their own in each store.",
                              empty="No camera told of itself in these days."),
                ),
                (
                    Table(name="shifts", title="Counts that moved to another level", data_set=LEVEL_SHIFT,
                          by=(STORE, Dimension("line_id", "Door"), Dimension("shift_date", "Since", "date"),
                              Dimension("cause", "Cause")), measures=("change", "weeks_after"), order="-shift_date",
                          ignores=("period",), empty="No store's counts moved to another level."),
                ),
                (
                    Table(name="coverage-table", title="Every store and measurement", data_set=COVERAGE,
                          by=(STORE, _KIND, FLAG),
                          measures=("place_coverage", "camera_up_share", "good_share", "hours_missing"),
                          order="place_coverage", limit=600),
                ),
            ),
        ),
    ),
)  # fmt: skip
