"""How this season compares with the last, like for like, and what peaks and promotions did."""

from quicksight.dashboards.data_sets import DAY, FLAG, LEVEL_SHIFT, PEAK, SEASON, SEASONAL_INDEX, STORE, WEEK
from quicksight.model.dashboards import Dashboard, Sheet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Bars, Figure, Headline, Kpi, Lines, Table, Where

_PLACE = Dimension("place", "Store or region")
_LEVEL = Dimension("level", "Level")
_PEAK = Dimension("peak_id", "Peak")
_CHAIN = (Where("level", ("chain",)),)
_STORES = (Where("level", ("store",)),)

SEASONS = Dashboard(
    name="seasons",
    title="Seasons",
    question="How does this season compare with the last, and what did peaks and promotions do?",
    readers="Regional management",
    headline=Headline(
        "Like for like, visitors were {change} on the year before in {period}, on {pairs} compared days of stores. "
        "As counted it was {unadjusted}: the difference is weekdays, holidays and stores that opened or closed.",
        {
            "change": Figure(SEASON, "change"),
            "pairs": Figure(SEASON, "pairs"),
            "unadjusted": Figure(SEASON, "unadjusted_change"),
        },
    ),
    controls=("region", "store", "period"),
    period_kind="season",
    sheets=(
        Sheet(
            name="year-on-year",
            title="Year on year",
            rows=(
                (
                    Kpi(name="change", title="Like-for-like change", data_set=SEASON, measure="change"),
                    Kpi(name="unadjusted", title="Change as counted", data_set=SEASON, measure="unadjusted_change"),
                    Kpi(name="pairs", title="Days compared", data_set=SEASON, measure="pairs"),
                    Kpi(name="left-out", title="Stores left out", data_set=SEASON, measure="stores_left_out"),
                ),
                (
                    Lines(name="course", title="Visitors by week, and their like a year before", data_set=DAY, by=WEEK,
                          measures=("visitors",), note="Grey: the days a year before that these are compared with."),
                ),
                (
                    Bars(name="regions", title="Change by region", data_set=SEASON,
                         by=Dimension("place", "Region"), measures=("change",),
                         where=(Where("level", ("region",)),), ignores=("store", "region")),
                    Bars(name="stores", title="Stores that grew most", data_set=SEASON, by=_PLACE, measures=("change",),
                         where=_STORES, ignores=("store",), limit=15),
                ),
                (
                    Table(name="comparisons", title="Every comparison, and why with care", data_set=SEASON,
                          by=(_LEVEL, _PLACE, FLAG),
                          measures=("change", "unadjusted_change", "visitors", "pairs", "coverage"), order="-change",
                          where=(Where("level", ("chain", "region", "store")),), ignores=("store",)),
                ),
            ),
        ),
        Sheet(
            name="peaks",
            title="Before, during and after",
            rows=(
                (
                    Bars(name="peak-course", title="Visitors a day before, during and after each peak", data_set=PEAK,
                         by=_PEAK, measures=("before", "during", "after"), where=_CHAIN, is_horizontal=False,
                         order="name", ignores=("region", "store", "period"), width=12,
                         note="The chain's treated stores together."),
                ),
                (
                    Bars(name="peak-effect", title="Effect of each peak, beyond control stores", data_set=PEAK,
                         by=_PEAK, measures=("effect",), where=_CHAIN, ignores=("region", "store", "period"),
                         order="name", note="Whiskers are the 95 % interval; without control stores there is none."),
                    Bars(name="peak-after", title="Effect on the days after", data_set=PEAK, by=_PEAK,
                         measures=("effect_after",), where=_CHAIN, ignores=("region", "store", "period"),
                         order="name", note="Below zero where visits were only brought forward."),
                ),
                (
                    Table(name="peak-table", title="Every peak and store", data_set=PEAK,
                          by=(_PEAK, _LEVEL, _PLACE, FLAG),
                          measures=("before", "during", "after", "change_during", "effect", "effect_after"),
                          ignores=("period",), where=(Where("level", ("chain", "store")),), limit=200),
                ),
            ),
        ),
        Sheet(
            name="pattern",
            title="The shape of a year",
            rows=(
                (
                    Bars(name="months", title="Visitors a day by month, year by year", data_set=SEASONAL_INDEX,
                         by=Dimension("position", "Month", "month"), measures=("visitors_per_day",),
                         where=(Where("index_kind", ("month",)),), series=Dimension("year", "Year", "number"),
                         is_horizontal=False, order="name", ignores=("period",)),
                    Bars(name="weekdays", title="Visitors a day by weekday, year by year", data_set=SEASONAL_INDEX,
                         by=Dimension("position", "Weekday", "weekday"), measures=("visitors_per_day",),
                         where=(Where("index_kind", ("weekday",)),), series=Dimension("year", "Year", "number"),
                         is_horizontal=False, order="name", ignores=("period",)),
                ),
                (
                    Table(name="shifts", title="Counts that moved to another level", data_set=LEVEL_SHIFT,
                          by=(STORE, Dimension("line_id", "Door"), Dimension("shift_date", "Since", "date"),
                              Dimension("cause", "Cause")),
                          measures=("change", "weeks_after"), order="-shift_date", ignores=("period",),
                          note="Such a step is a camera's, not the shoppers': comparisons over it are left out.",
                          empty="No store's counts moved to another level."),
                ),
            ),
        ),
    ),
)  # fmt: skip
