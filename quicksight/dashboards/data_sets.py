"""The data sets of all dashboards: one place says what a figure is, and each dashboard shows it.

Sums are taken over the rows that a visual groups together, so a share of a region is that of its shoppers and no mean
of shares. What cannot be added up (`Only`) shows where one row stands for the group, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from glue.views import RECENT_HOURS
from quicksight.model.data_sets import DIRECT, DataSet
from quicksight.model.expressions import (
    Distinct,
    Expression,
    Largest,
    Median,
    Only,
    Sum,
    change,
    complement,
    ratio,
    share,
    wilson,
)
from quicksight.model.measures import Better, Dimension, Measure, Unit
from quicksight.model.visuals import Where

PERIOD_KINDS = ("month", "quarter", "season", "year")
"""Kinds of periods by which details are kept; weeks are kept for stores as a whole."""
SERVICE_TARGET = 0.9
"""Share of the served who should wait no longer than the target wait: the level that lanes_needed is reckoned for."""
COVERAGE_TARGET = 0.95

NONE_COMPARABLE = (
    "No store can be compared: too little was watched, a camera was moved, or there was no such period before."
)
"""Said where no change of visitors can be told."""

STORE = Dimension("store_name", "Store")
REGION = Dimension("region", "Region")
HOUR = Dimension("hour_of_day", "Hour of the day", "hour")
WEEKDAY = Dimension("iso_weekday", "Weekday", "weekday")
WEEK = Dimension("week_start", "Week", "week")
DATE = Dimension("business_date", "Day", "date")
YEAR_BEFORE = (Where("compare_with", ("year before",)),)
"""Rows of one comparison, where nobody chooses one: without it each store would come twice."""
FLAG = Dimension("flag", "Why with care", "flag")

_PERIOD = ("period_id", "period_kind")
_PERIOD_WORDS: Mapping[str, tuple[str, ...]] = {
    "period_id": ("month", "quarter", "season", "year", "when"),
    "store_name": ("shop", "branch", "outlet", "location"),
    "region": ("area", "district"),
}


def _figure(
    name: str,
    title: str,
    expression: Expression,
    unit: Unit,
    doc: str,
    *,
    better: Better | None = None,
    baseline: Expression | None = None,
    interval: tuple[Expression, Expression] | None = None,
    coverage: Expression | None = None,
    people: Expression | None = None,
    target: float | None = None,
    words: tuple[str, ...] = (),
) -> Measure:
    low, high = interval or (None, None)
    return Measure(
        name, title, expression, unit, doc, better, low, high, baseline, coverage, people, target, words
    )  # fmt: skip


def _service_level(
    over_target: str, served: str, *, coverage: Expression | None, has_baseline: bool = False
) -> Measure:
    """Return the share of the served who waited no longer than the target, with Wilson's interval."""
    low, high = wilson(Sum(over_target), Sum(served))
    before = complement(share(f"baseline_{over_target}", f"baseline_{served}")) if has_baseline else None
    return _figure(
        "service_level",
        "Service level",
        complement(share(over_target, served)),
        "share",
        "Share of the served who waited at most 3 minutes",
        better="higher",
        baseline=before,
        interval=(complement(high), complement(low)),
        coverage=coverage,
        people=Sum(served),
        target=SERVICE_TARGET,
        words=("served in time", "within target", "SLA"),
    )


def _abandonment(*, coverage: Expression | None, has_baseline: bool = False) -> Measure:
    return _figure(
        "abandonment_rate",
        "Gave up queueing",
        share("abandoned", "joined"),
        "share",
        "Share of those who joined a queue and left it unserved",
        better="lower",
        baseline=share("baseline_abandoned", "baseline_joined") if has_baseline else None,
        interval=wilson(Sum("abandoned"), Sum("joined")),
        coverage=coverage,
        people=Sum("joined"),
        words=("abandonment", "walk-aways", "left the queue"),
    )


def _of_peak(name: str, title: str, column: str, unit: Unit, doc: str, *, has_interval: bool = False) -> Measure:
    """Return a figure of one peak and place, as the view worked it out."""
    return _figure(
        name,
        title,
        Only(column),
        unit,
        doc,
        better="higher" if unit == "change" else None,
        interval=(Only(f"{column}_low"), Only(f"{column}_high")) if has_interval else None,
        coverage=Only("coverage"),
    )


_DOORS = share("hours_seen", "hours_open")
_ZONES = share("zone_hours_seen", "hours_open")
_LANES = share("lane_hours_seen", "hours_open")

STORE_PERIOD = DataSet(
    name="store-period",
    title="Stores by period",
    view="store_period",
    columns=(
        *_PERIOD, "start_date", "end_date", "compare_with", "store_id", "latitude", "longitude", "location_kind",
        "open_days", "hours_open", "hours_seen", "zone_hours_seen", "lane_hours_seen",
        "visitors", "visitors_per_day", "visits", "dwell_seconds", "joined", "served", "abandoned", "wait_seconds",
        "served_over_target", "baseline_visitors", "baseline_visitors_per_day", "baseline_visits",
        "baseline_dwell_seconds", "baseline_joined", "baseline_served", "baseline_abandoned", "baseline_wait_seconds",
        "baseline_served_over_target", "compared_visitors_per_day", "compared_baseline_visitors_per_day",
        "coverage", "baseline_coverage", "is_comparable", "flag", "is_suppressed",
    ),
    period_kinds=(*PERIOD_KINDS, "iso_week"),
    synonyms=_PERIOD_WORDS,
    measures=(
        _figure(
            "visitors", "Visitors", Sum("visitors"), "count", "Customers who came in, over all doors",
            coverage=_DOORS, people=Sum("visitors"),
            words=("traffic", "footfall", "customers", "shoppers", "people"),
        ),
        _figure(
            "visitors_per_day", "Visitors a day", Sum("visitors_per_day"), "count",
            "Visitors of a well watched open day, added up over stores",
            baseline=Sum("baseline_visitors_per_day"), coverage=_DOORS, people=Sum("visitors"),
            words=("daily traffic", "daily visitors"),
        ),
        _figure(
            "change", "Change of visitors",
            change(Sum("compared_visitors_per_day"), Sum("compared_baseline_visitors_per_day")), "change",
            "Visitors a day against those of the period compared with, of the stores that can be compared",
            better="higher", coverage=_DOORS, people=Sum("visitors"), words=("growth", "trend", "up or down"),
        ),
        _figure(
            "dwell_seconds_mean", "Mean dwell", share("dwell_seconds", "visits"), "seconds",
            "Mean stay in an aisle, of visits of at least 5 s",
            baseline=share("baseline_dwell_seconds", "baseline_visits"), coverage=_ZONES, people=Sum("visits"),
            words=("dwell time", "time in aisles", "how long people stay"),
        ),
        _figure(
            "wait_seconds_mean", "Mean wait", share("wait_seconds", "served"), "seconds",
            "Mean wait of those who were served", better="lower",
            baseline=share("baseline_wait_seconds", "baseline_served"), coverage=_LANES, people=Sum("served"),
            words=("waiting time", "queue time", "how long people wait"),
        ),
        _figure(
            "served", "Served", Sum("served"), "count", "Customers who were served",
            baseline=Sum("baseline_served"), coverage=_LANES, people=Sum("served"), words=("checkouts", "transactions"),
        ),
        _service_level("served_over_target", "served", coverage=_LANES, has_baseline=True),
        _abandonment(coverage=_LANES, has_baseline=True),
        _figure(
            "coverage", "Watched", _DOORS, "share", "Share of the open hours in which the doors were watched",
            better="higher", coverage=_DOORS, target=COVERAGE_TARGET, words=("coverage", "data quality", "uptime"),
        ),
        _figure(
            "stores", "Stores", Distinct("store_id"), "count", "Stores with a row in the period",
            words=("number of shops", "how many stores"),
        ),
    ),
)  # fmt: skip

DAY = DataSet(
    name="day",
    title="Days, each beside the one a year before",
    view="day_comparison",
    columns=(
        "store_id", "business_date", "week_start", "iso_weekday", "hours_open", "hours_seen", "visitors", "coverage",
        "comparable_date", "baseline_visitors", "baseline_coverage", "is_comparable", "compared_visitors",
        "compared_baseline_visitors", "public_holiday", "is_suppressed",
    ),
    dated="business_date",
    synonyms={"business_date": ("day", "date"), "store_name": _PERIOD_WORDS["store_name"]},
    measures=(
        _figure(
            "visitors", "Visitors", Sum("visitors"), "count", "Customers who came in, over all doors",
            baseline=Sum("baseline_visitors"), coverage=_DOORS, people=Sum("visitors"),
        ),
        _figure(
            "change", "Change on a year before", change(Sum("compared_visitors"), Sum("compared_baseline_visitors")),
            "change", "Visitors of the days that can be compared with their like of a year before",
            better="higher", coverage=_DOORS, people=Sum("visitors"),
        ),
        _figure(
            "coverage", "Watched", _DOORS, "share", "Share of the open hours in which the doors were watched",
            better="higher", coverage=_DOORS, target=COVERAGE_TARGET,
        ),
    ),
)  # fmt: skip

SEASON = DataSet(
    name="season",
    title="Like for like, a year before",
    view="season_comparison",
    columns=(
        *_PERIOD, "start_date", "end_date", "level", "place", "region", "stores", "stores_left_out",
        "stores_without_pairs", "pairs", "pairs_left_out_closed", "pairs_left_out_coverage",
        "pairs_left_out_counterpart", "visitors", "baseline_visitors", "change", "change_low", "change_high",
        "unadjusted_change", "coverage", "baseline_coverage", "is_comparable", "is_suppressed", "flag",
    ),
    owner="level",
    period_kinds=PERIOD_KINDS,
    synonyms=_PERIOD_WORDS,
    measures=(
        _figure(
            "change", "Like-for-like change", Only("change"), "change",
            "Visitors on the days compared over those of their like a year before, less one", better="higher",
            interval=(Only("change_low"), Only("change_high")), coverage=Only("coverage"), people=Sum("visitors"),
            words=("like for like", "year on year", "same-store growth"),
        ),
        _figure(
            "unadjusted_change", "Change as counted", Only("unadjusted_change"), "change",
            "All visitors over all of a year before, whatever the weekdays, holidays and stores",
            coverage=Only("coverage"), people=Sum("visitors"),
        ),
        _figure(
            "visitors", "Visitors on compared days", Sum("visitors"), "count",
            "Customers who came in on the days compared", baseline=Sum("baseline_visitors"),
            coverage=Only("coverage"), people=Sum("visitors"),
        ),
        _figure("pairs", "Days compared", Sum("pairs"), "count", "Days of stores that have a like a year before"),
        _figure(
            "stores_left_out", "Stores left out", Sum("stores_left_out"), "count",
            "Stores whose counts moved to another level in between, as when a camera was moved",
        ),
        _figure(
            "coverage", "Watched", Only("coverage"), "share", "Mean coverage of the days compared",
            coverage=Only("coverage"),
        ),
    ),
)  # fmt: skip

PEAK = DataSet(
    name="peak",
    title="Peaks: before, during and after",
    view="peak_effect",
    columns=(
        "peak_id", "peak_name", "retail_year", "level", "place", "peak_role", "stores", "controls", "days_before",
        "days_during", "days_after", "visitors_per_day_before", "visitors_per_day_during", "visitors_per_day_after",
        "change_during", "change_after", "effect", "effect_low", "effect_high", "effect_after", "effect_after_low",
        "effect_after_high", "trend_gap", "coverage", "baseline_coverage", "is_comparable", "is_suppressed", "flag",
    ),
    owner="level",
    synonyms={"peak_name": ("event", "promotion", "campaign", "holiday")},
    measures=(
        _of_peak("before", "Visitors a day before", "visitors_per_day_before", "count", "Mean of the days before"),
        _of_peak("during", "Visitors a day during", "visitors_per_day_during", "count", "Mean of the peak's days"),
        _of_peak("after", "Visitors a day after", "visitors_per_day_after", "count", "Mean of the days after"),
        _of_peak("change_during", "Change during", "change_during", "change", "Against the same weekdays before"),
        _of_peak("change_after", "Change after", "change_after", "change",
                 "Days after the peak against the same weekdays before it"),
        _of_peak("effect", "Effect of the peak", "effect", "change", "What the peak did beyond what control stores saw",
                 has_interval=True),
        _of_peak("effect_after", "Effect on the days after", "effect_after", "change",
                 "Below zero where visits were only brought forward", has_interval=True),
    ),
)  # fmt: skip

SEASONAL_INDEX = DataSet(
    name="seasonal-index",
    title="Weekdays, months and hours against the store's mean",
    view="seasonal_index",
    columns=(
        "store_id", "year", "index_kind", "position", "index_value", "is_highest", "days", "visitors_per_day",
        "coverage", "is_suppressed", "flag",
    ),
    measures=(
        _figure(
            "index", "Index", Only("index_value"), "index",
            "Visitors of such a day, month or hour over the store's mean: 1 is the mean", coverage=Only("coverage"),
        ),
        _figure(
            "visitors_per_day", "Visitors a day", Sum("visitors_per_day"), "count",
            "Mean visitors of these days, added up over stores", coverage=Only("coverage"),
        ),
    ),
)  # fmt: skip

LEVEL_SHIFT = DataSet(
    name="level-shift",
    title="Counts that moved to another level",
    view="level_shift",
    columns=("store_id", "line_id", "shift_date", "change", "score", "weeks_before", "weeks_after", "cause"),
    measures=(
        _figure(
            "change", "New level", Only("change"), "change", "New level over the old one, less one",
        ),
        _figure("weeks_after", "Weeks after", Largest("weeks_after"), "count", "Weeks seen on the new level"),
        _figure("shifts", "Shifts", Distinct("shift_date"), "count", "Weeks in which counts moved to another level"),
    ),
)  # fmt: skip

STORE_HOUR = DataSet(
    name="store-hour",
    title="Hours of the week at each store",
    view="store_hour",
    columns=(
        *_PERIOD, "store_id", "iso_weekday", "hour_of_day", "hours_open", "door_hours_seen", "lane_hours_seen",
        "visitors", "joined", "served", "abandoned", "wait_seconds", "served_over_target", "lane_open_hours",
        "staff_hours", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    by_store=True,
    overview=("iso_weekday", "hour_of_day"),
    synonyms={**_PERIOD_WORDS, "iso_weekday": ("weekday", "day of the week"), "hour_of_day": ("hour", "time of day")},
    measures=(
        _figure(
            "visitors_per_hour", "Visitors an hour", share("visitors", "door_hours_seen"), "decimal",
            "Customers who came in, per watched open hour of a store",
            coverage=share("door_hours_seen", "hours_open"), people=Sum("visitors"),
        ),
        _figure(
            "wait_seconds_mean", "Mean wait", share("wait_seconds", "served"), "seconds",
            "Mean wait of those who were served", better="lower",
            coverage=share("lane_hours_seen", "hours_open"), people=Sum("served"),
        ),
        _service_level("served_over_target", "served", coverage=share("lane_hours_seen", "hours_open")),
        _abandonment(coverage=share("lane_hours_seen", "hours_open")),
        _figure("served", "Served", Sum("served"), "count", "Customers who were served"),
        _figure(
            "lanes_open", "Lanes open", share("lane_open_hours", "lane_hours_seen"), "decimal",
            "Lanes open at once, mean of the watched time of a store",
            coverage=share("lane_hours_seen", "hours_open"),
        ),
    ),
)  # fmt: skip

WORKFORCE = DataSet(
    name="workforce",
    title="Lanes and staff against the load",
    view="workforce",
    columns=(
        *_PERIOD, "store_id", "iso_weekday", "hour_of_day", "days_open", "visitors", "served", "staff_hours",
        "visitors_per_staff_hour", "served_per_staff_hour", "lanes_open_mean", "lanes_needed", "lane_gap",
        "wait_seconds_mean", "service_level", "coverage", "shift_rank", "is_best_shift", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    by_store=True,
    synonyms=_PERIOD_WORDS,
    measures=(
        _figure(
            "lanes_open", "Lanes open", Only("lanes_open_mean"), "decimal", "Lanes open at once, mean",
            coverage=Only("coverage"), people=Sum("served"),
        ),
        _figure(
            "lanes_needed", "Lanes needed", Only("lanes_needed"), "decimal",
            "Fewest lanes by which 90 % wait at most 3 minutes, as the load comes on average",
            coverage=Only("coverage"), people=Sum("served"),
        ),
        _figure(
            "lane_gap", "Lanes missing", Only("lane_gap"), "decimal",
            "Lanes needed less lanes open: above zero lanes are missing, below some could close",
            better="lower", coverage=Only("coverage"), people=Sum("served"), words=("understaffed", "overstaffed"),
        ),
        _figure(
            "visitors_per_staff_hour", "Visitors per staff hour", Only("visitors_per_staff_hour"), "decimal",
            "Visitors over planned hours of staff", coverage=Only("coverage"), people=Sum("visitors"),
        ),
    ),
)  # fmt: skip

WAIT = DataSet(
    name="wait",
    title="How waits are spread",
    view="wait_distribution",
    columns=(
        *_PERIOD, "store_id", "wait_from_seconds", "wait_to_seconds", "label", "people", "is_within_target",
        "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    synonyms=_PERIOD_WORDS,
    measures=(_figure("people", "Served", Sum("people"), "count", "Customers who were served after such a wait"),),
)  # fmt: skip

TIPPING = DataSet(
    name="tipping",
    title="Giving up, by the length of the queue",
    view="abandonment_by_queue",
    columns=(
        *_PERIOD, "store_id", "queue_length", "joined", "abandoned", "abandonment_rate", "patience_seconds_median",
        "is_tipping_length", "known_share", "coverage", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    synonyms=_PERIOD_WORDS,
    measures=(
        _abandonment(coverage=Only("coverage")),
        _figure("joined", "Joined", Sum("joined"), "count", "Customers who joined a queue of that length"),
        _figure(
            "patience", "Patience", Only("patience_seconds_median"), "seconds",
            "Median wait of those who gave up, until they left", people=Sum("abandoned"),
        ),
    ),
)  # fmt: skip

PLACE_HOUR = DataSet(
    name="place-hour",
    title="Aisles and lanes by hour of the day",
    view="place_hour",
    columns=(
        *_PERIOD, "store_id", "place_kind", "place_id", "place_name", "hour_of_day", "people", "seconds",
        "over_target", "hours_open", "hours_seen", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    by_store=True,
    overview=("place_kind", "store_id", "store_name"),
    synonyms={**_PERIOD_WORDS, "place_name": ("aisle", "lane", "checkout", "department")},
    measures=(
        _figure(
            "people", "People", Sum("people"), "count", "Visits of an aisle, or customers served at a lane",
            coverage=share("hours_seen", "hours_open"), people=Sum("people"),
        ),
        _figure(
            "seconds_mean", "Mean time", share("seconds", "people"), "seconds",
            "Mean dwell of an aisle, or mean wait at a lane",
            coverage=share("hours_seen", "hours_open"), people=Sum("people"),
        ),
        _service_level("over_target", "people", coverage=share("hours_seen", "hours_open")),
    ),
)  # fmt: skip

AISLE = DataSet(
    name="aisle",
    title="Aisles, ranked",
    view="aisle_ranking",
    columns=(
        *_PERIOD, "store_id", "zone_id", "name", "department", "visits", "visit_share", "dwell_seconds_mean",
        "person_hours", "visits_per_m2", "rank_in_store", "baseline_visits", "share_change_points", "coverage",
        "baseline_coverage", "is_comparable", "flag", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    synonyms={**_PERIOD_WORDS, "name": ("aisle", "zone"), "department": ("category", "goods")},
    measures=(
        _figure(
            "visits", "Visits", Sum("visits"), "count", "Customer visits of at least 5 s",
            baseline=Sum("baseline_visits"), coverage=Only("coverage"), people=Sum("visits"),
        ),
        _figure(
            "dwell_seconds_mean", "Mean dwell", Only("dwell_seconds_mean"), "seconds",
            "Mean stay of a visit", coverage=Only("coverage"), people=Sum("visits"),
        ),
        _figure(
            "person_hours", "Person-hours", Sum("person_hours"), "decimal",
            "Time that customers spent there", coverage=Only("coverage"), people=Sum("visits"),
        ),
        _figure(
            "visit_share", "Share of visits", Only("visit_share"), "share",
            "Share of the visits to all aisles of the store", coverage=Only("coverage"), people=Sum("visits"),
        ),
        _figure(
            "share_change", "Change of share", Only("share_change_points"), "points",
            "Share of visits less that of a year before, in percentage points",
            coverage=Only("coverage"), people=Sum("visits"),
        ),
        _figure("coverage", "Watched", Only("coverage"), "share", "Share of the open hours that was watched"),
    ),
)  # fmt: skip

AISLE_HOUR = DataSet(
    name="aisle-hour",
    title="Aisles by weekday and hour",
    view="zone_hour_weekday",
    columns=(
        *_PERIOD, "store_id", "zone_id", "name", "department", "iso_weekday", "hour_of_day", "visits",
        "dwell_seconds", "person_hours", "hours_open", "hours_seen", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    by_store=True,
    overview=("department", "iso_weekday", "hour_of_day"),
    synonyms={**_PERIOD_WORDS, "name": ("aisle", "zone"), "department": ("category", "goods")},
    measures=(
        _figure(
            "visits_per_hour", "Visits an hour", share("visits", "hours_seen"), "decimal",
            "Customer visits of at least 5 s, per watched open hour of an aisle",
            coverage=share("hours_seen", "hours_open"), people=Sum("visits"),
        ),
        _figure(
            "dwell_seconds_mean", "Mean dwell", share("dwell_seconds", "visits"), "seconds",
            "Mean stay of a visit", coverage=share("hours_seen", "hours_open"), people=Sum("visits"),
        ),
    ),
)  # fmt: skip

FUNNEL = DataSet(
    name="funnel",
    title="From the door to the till",
    view="traffic_funnel",
    columns=(
        *_PERIOD, "store_id", "visitors", "aisle_visits", "joined", "served", "abandoned", "traffic_coverage",
        "zone_coverage", "lane_coverage", "coverage", "is_suppressed",
    ),
    period_kinds=PERIOD_KINDS,
    synonyms=_PERIOD_WORDS,
    measures=(
        _figure("visitors", "Came in", Sum("visitors"), "count", "Customers who came in, over all doors",
                coverage=Only("traffic_coverage"), people=Sum("visitors")),
        _figure("joined", "Joined a queue", Sum("joined"), "count", "Queue journeys, whatever the outcome",
                coverage=Only("lane_coverage"), people=Sum("joined")),
        _figure("served", "Were served", Sum("served"), "count", "Queue journeys that were served",
                coverage=Only("lane_coverage"), people=Sum("served")),
        _figure("aisle_visits_per_visitor", "Aisle visits per visitor", share("aisle_visits", "visitors"), "decimal",
                "Visits to aisles of at least 5 s over visitors", coverage=Only("zone_coverage"),
                people=Sum("visitors")),
        _abandonment(coverage=Only("lane_coverage")),
    ),
)  # fmt: skip

HEAT = DataSet(
    name="heat",
    title="Where customers stood",
    view="heat_cell",
    columns=(
        "store_id", "camera_id", "business_date", "hour_of_day", "cell_x", "cell_y", "grid_w", "grid_h",
        "person_seconds",
    ),
    dated="business_date",
    measures=(
        _figure("person_hours", "Person-seconds", Sum("person_seconds"), "count", "Time that customers spent there"),
    ),
)  # fmt: skip

ALERT = DataSet(
    name="alert",
    title="Alerts and what people did",
    view="alert_review",
    columns=(
        "store_id", "alert_id", "business_date", "hour_of_day", "local_time", "topic", "metric", "label", "place_kind",
        "place_id", "severity", "verdict", "judged", "judged_true", "judged_false", "acknowledged", "alerts",
        "response_seconds", "open_seconds", "worst_value", "limit_value",
    ),
    dated="business_date",
    synonyms={"label": ("hazard", "incident", "kind"), "severity": ("how bad",), "verdict": ("outcome", "review")},
    measures=(
        _figure("alerts", "Alerts", Sum("alerts"), "count", "Alerts that were raised", better="lower",
                words=("incidents", "warnings", "events")),
        _figure("confirmed", "Confirmed", Sum("judged_true"), "count", "Alerts that a person found to be so",
                better="lower"),
        _figure("false_alarms", "False alarms", Sum("judged_false"), "count", "Alerts that a person found wrong",
                better="lower"),
        _figure("confirmed_share", "Confirmed share", share("judged_true", "judged"), "share",
                "Share of the judged alerts that were so", better="higher",
                interval=wilson(Sum("judged_true"), Sum("judged")), people=Sum("judged"),
                words=("precision", "true alarms")),
        _figure("acknowledged_share", "Taken by somebody", share("acknowledged", "alerts"), "share",
                "Share of the alerts that somebody took", better="higher",
                interval=wilson(Sum("acknowledged"), Sum("alerts")), people=Sum("alerts")),
        _figure("response_seconds_median", "Median response", Median("response_seconds"), "seconds",
                "Median time from raising to the first acknowledgement, of those taken", better="lower",
                people=Sum("acknowledged"), words=("response time", "reaction time")),
        _figure("open_seconds_median", "Median time open", Median("open_seconds"), "seconds",
                "Median time from raising to the end", better="lower", people=Sum("alerts")),
    ),
)  # fmt: skip

COVERAGE = DataSet(
    name="coverage",
    title="How well the stores were watched",
    view="data_coverage",
    columns=(
        *_PERIOD, "store_id", "kind", "places", "places_listed", "coverage", "camera_up_share", "late_share",
        "hours_expected", "hours_seen", "hours_missing", "good_share", "fair_share", "poor_share", "none_share",
        "worst_date", "worst_date_coverage", "last_seen_date", "flag",
    ),
    period_kinds=PERIOD_KINDS,
    synonyms=_PERIOD_WORDS,
    measures=(
        _figure("coverage", "Watched", share("hours_seen", "hours_expected"), "share",
                "Open hours of which something was watched, over the expected", better="higher",
                target=COVERAGE_TARGET),
        _figure("hours_missing", "Hours missing", Sum("hours_missing"), "hours",
                "Expected open hours without anything watched", better="lower"),
        _figure("place_coverage", "Watched places", Only("coverage"), "share",
                "Share of the expected hours of all places that was watched", better="higher"),
        _figure("camera_up_share", "Frames that came", Only("camera_up_share"), "share",
                "Share of the expected frames that the cameras gave", better="higher"),
        _figure("good_share", "Good hours", Only("good_share"), "share", "Share of the expected hours graded good",
                better="higher"),
        _figure("poor_share", "Poor or no hours", ratio(Sum("poor_share"), Distinct("store_id")), "share",
                "Mean share of the expected hours graded poor", better="lower"),
        _figure("stores", "Stores", Distinct("store_id"), "count", "Stores with a row"),
    ),
)  # fmt: skip

EVENT_DAY = DataSet(
    name="event-day",
    title="Records that came, by outcome",
    view="event_day",
    columns=("store_id", "business_date", "received", "accepted", "rejected", "late", "duplicates"),
    dated="business_date",
    measures=(
        _figure("received", "Received", Sum("received"), "count", "Records that came"),
        _figure("rejected_share", "Rejected", share("rejected", "received"), "share",
                "Share of the records that could not be read", better="lower"),
        _figure("late_share", "Late", share("late", "received"), "share",
                "Share of the records that came too late for the stream", better="lower"),
        _figure("duplicate_share", "Duplicates", share("duplicates", "received"), "share",
                "Share of the records that had come before"),
    ),
)  # fmt: skip

CAMERA_DAY = DataSet(
    name="camera-day",
    title="Cameras by day",
    view="camera_day",
    columns=("store_id", "camera_id", "business_date", "minutes", "up_share"),
    dated="business_date",
    measures=(
        _figure("up_share", "Frames that came", Only("up_share"), "share",
                "Share of the expected frames that the camera gave", better="higher", target=COVERAGE_TARGET),
        _figure("minutes", "Minutes told", Sum("minutes"), "count", "Minutes of which the camera told"),
        _figure("cameras", "Cameras", Distinct("camera_id"), "count", "Cameras that told of themselves"),
    ),
)  # fmt: skip

# Minutes are of each store's latest day: their views read the latest hours only.
_NOW = ("store_id", "business_date", "local_time", "coverage", "quality")

STORE_MINUTE = DataSet(
    name="store-minute",
    title="Doors, minute by minute",
    view="store_minute_local",
    columns=(*_NOW, "in_count", "out_count", "occupancy", "occupancy_now"),
    refresh=DIRECT,
    measures=(
        _figure("occupancy_now", "In the store now", Sum("occupancy_now"), "count",
                "Customers who came in less those who went out, since midnight, with those whom the doors missed"),
        _figure("in_count", "Came in", Sum("in_count"), "count", "Customers who came in"),
        _figure("occupancy", "In the store", Only("occupancy"), "count", "Customers in the store",
                coverage=Only("coverage")),
    ),
)  # fmt: skip

LANE_MINUTE = DataSet(
    name="lane-minute",
    title="Lanes, minute by minute",
    view="lane_minute_local",
    columns=(
        *_NOW, "lane_id", "lane_name", "lane_kind", "position", "queue_length_mean", "queue_length_max",
        "queue_length_now", "joined", "served", "abandoned", "wait_seconds", "wait_seconds_max", "served_over_target",
        "open_share", "is_open_now",
    ),
    refresh=DIRECT,
    measures=(
        _figure("queue_now", "Waiting now", Sum("queue_length_now"), "decimal",
                "Customers in the queues, mean of the latest minute", better="lower"),
        _figure("lanes_open_now", "Lanes open now", Sum("is_open_now"), "count", "Lanes open in the latest minute"),
        _figure("queue_length", "Queue length", Sum("queue_length_mean"), "decimal",
                "Customers in the queue, mean of the minute, added up over lanes", coverage=Only("coverage")),
        _figure("wait_seconds_mean", "Mean wait", share("wait_seconds", "served"), "seconds",
                "Mean wait of those who were served", better="lower", people=Sum("served")),
        _figure("wait_seconds_max", "Longest wait", Largest("wait_seconds_max"), "seconds",
                "Longest wait of those who were served", better="lower", people=Sum("served")),
        _service_level("served_over_target", "served", coverage=None),
        _abandonment(coverage=None),
        _figure("served", "Served", Sum("served"), "count", "Customers who were served"),
    ),
)  # fmt: skip

ZONE_MINUTE = DataSet(
    name="zone-minute",
    title="Zones, minute by minute",
    view="zone_minute_local",
    columns=(*_NOW, "zone_id", "zone_kind", "name", "occupancy_mean", "occupancy_max", "occupancy_now"),
    refresh=DIRECT,
    measures=(
        _figure("occupancy_now", "There now", Sum("occupancy_now"), "decimal",
                "Customers in the zone, mean of the latest minute"),
        _figure("occupancy", "Occupancy", Sum("occupancy_mean"), "decimal",
                "Customers in the zone, mean of the minute", coverage=Only("coverage")),
        _figure("occupancy_max", "Most at once", Largest("occupancy_max"), "count",
                "Most customers at one instant"),
    ),
)  # fmt: skip

ALERT_TODAY = DataSet(
    name="alert-today",
    title="Alerts of today",
    view="alert_review",
    columns=ALERT.columns,
    refresh=DIRECT,
    recent=("raised_time", RECENT_HOURS),
    measures=ALERT.measures,
)
