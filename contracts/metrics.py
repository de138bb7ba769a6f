"""The metrics: each is declared once, with its term, definition, formula and where it is found.

`docs/metrics.md` is rendered from here. Columns are checked against the tables when this module is imported, and
the files that are named here by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.tables import TABLES


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that people act on.

    Attributes:
        name: What it is called here.
        term: What the trade calls it.
        definition: What it is, in a sentence or two.
        formula: How it is worked out from what the tables hold.
        unit: In what it is told.
        columns: Where it is found, as `table.column`.
        views: Where the views of `sql/athena` tell it, as `view.column`.
        sql: Files that work it out, from the root of the repository.
        cases: Folders of `tests/sql/cases` that show its rules.
        quality: When to doubt it.
        source: Who published the formula; empty for what the trade takes for granted.
    """

    name: str
    term: str
    definition: str
    formula: str
    unit: str
    columns: tuple[str, ...]
    views: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    quality: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a column that no table has.

        Raises:
            ValueError: a column is not of the contract.
        """
        for column in self.columns:
            table, _, name = column.partition(".")
            if table not in TABLES or name not in {known.name for known in TABLES[table].columns}:
                raise ValueError(
                    f"metric {self.name}: expected table.column of contracts/tables.py, came {column!r}; "
                    "correct it here"
                )


@dataclass(frozen=True, slots=True)
class Identity:
    """Numbers that must agree, and the checks of `sql/checks` that hold them to it."""

    statement: str
    doc: str
    checks: tuple[str, ...]


_LITTLE = "J. D. C. Little, A Proof for the Queuing Formula L = λW, Operations Research 9 (1961)"
_KAPLAN_MEIER = (
    "E. L. Kaplan and P. Meier, Nonparametric Estimation from Incomplete Observations, JASA 53 (1958); variance: "
    "M. Greenwood, The Natural Duration of Cancer (1926); limits of percentiles: R. Brookmeyer and J. Crowley, "
    "A Confidence Interval for the Median Survival Time, Biometrics 38 (1982)"
)
_AALEN_JOHANSEN = (
    "O. O. Aalen and S. Johansen, An Empirical Transition Matrix for Non-homogeneous Markov Chains Based on Censored "
    "Observations, Scandinavian Journal of Statistics 5 (1978)"
)

METRICS = (
    Metric(
        name="occupancy",
        term="Occupancy",
        definition=(
            "Customers in a zone: the time-weighted mean and the most at one instant, minute by minute, and how many "
            "there are now. Staff are told apart."
        ),
        formula="occupancy_mean = Σ person_ms / Σ interval_ms, over the snapshots that start in the minute",
        unit="people",
        columns=(
            "zone_minute_v1.occupancy_mean",
            "zone_minute_v1.occupancy_max",
            "zone_minute_v1.person_ms",
            "zone_minute_v1.staff_person_ms",
            "live_zone.occupancy",
        ),
        views=("zone_hour.occupancy_mean", "zone_hour.occupancy_max"),
        sql=("sql/flink/zone_minute_v1.sql", "sql/flink/views/store_minute.sql", "sql/flink/live_zone.sql"),
        cases=("zone_minute",),
        quality="The mean is over the time watched: with a low coverage it speaks of a part of the minute only.",
    ),
    Metric(
        name="traffic",
        term="Traffic in and out (footfall)",
        definition="Customers who crossed a line, by direction; a crossing counts once it is held on both sides.",
        formula="in_count, out_count = number of crossings in the minute; staff in columns of their own",
        unit="people",
        columns=(
            "traffic_minute_v1.in_count",
            "traffic_minute_v1.out_count",
            "traffic_minute_v1.staff_in_count",
            "traffic_minute_v1.staff_out_count",
        ),
        sql=("sql/flink/traffic_minute_v1.sql",),
        cases=("traffic_minute",),
        quality="Coverage is that of the device that watches the line. Minutes without a crossing have no row.",
    ),
    Metric(
        name="store_occupancy",
        term="Occupancy of the store",
        definition="Customers in the store: those who came in less those who went out since the store's midnight.",
        formula="Σ in_count − Σ out_count over the doors' lines since the store's midnight",
        unit="people",
        columns=("traffic_minute_v1.in_count", "traffic_minute_v1.out_count"),
        views=("store_occupancy.occupancy",),
        sql=("sql/flink/traffic_minute_v1.sql", "sql/athena/store_occupancy.sql", "sql/checks/traffic_balances.sql"),
        cases=("traffic_minute",),
        quality="Every missed crossing stays in the sum until the next day: hence anew each day.",
    ),
    Metric(
        name="dwell",
        term="Visits and dwell time",
        definition=(
            "A visit is the time of one person in one zone; stays less than 30 s apart are one visit. Dwell is its "
            "length. Visits of staff, and those under 5 s, do not count."
        ),
        formula=(
            "dwell = left − entered; mean = Σ dwell_ms / Σ visits; percentiles from the histogram, or exactly from "
            "visits"
        ),
        unit="visits; s",
        columns=(
            "visit_v1.dwell_seconds",
            "dwell_minute_v1.visits",
            "dwell_minute_v1.dwell_ms",
            "dwell_minute_v1.dwell_histogram",
        ),
        views=(
            "visit.dwell_seconds",
            "zone_hour.dwell_seconds_mean",
            "dwell_percentile.dwell_seconds_median",
            "dwell_percentile.dwell_seconds_p90",
            "dwell_percentile_exact.dwell_seconds_median",
        ),
        sql=(
            "sql/flink/visit_v1.sql",
            "sql/flink/dwell_minute_v1.sql",
            "sql/athena/visit.sql",
            "sql/athena/dwell_percentile.sql",
            "sql/athena/dwell_percentile_exact.sql",
        ),
        cases=("visit", "dwell_minute"),
        quality="Tracks that are lost cut visits in two: a high lost_share makes them look more and shorter.",
    ),
    Metric(
        name="pass_through",
        term="Pass-throughs",
        definition="Visits of customers shorter than 5 s: somebody who walked through. Counted apart from visits.",
        formula="count of visits with dwell < 5 s",
        unit="visits",
        columns=("dwell_minute_v1.pass_throughs", "visit_v1.is_pass_through"),
        views=("zone_hour.pass_throughs",),
        sql=("sql/flink/dwell_minute_v1.sql",),
        cases=("visit", "dwell_minute"),
        quality="A visit that was cut short by a lost track can pass for one.",
    ),
    Metric(
        name="queue_length",
        term="Queue length",
        definition=(
            "Customers in a lane's queue: time-weighted mean and most at one instant of the minute, and every 10 s "
            "live, with the longest wait so far."
        ),
        formula="queue_length_mean = Σ person_ms / Σ interval_ms of the queue zone",
        unit="people",
        columns=(
            "lane_minute_v1.queue_length_mean",
            "lane_minute_v1.queue_length_max",
            "lane_minute_v1.queue_person_ms",
            "live_zone.occupancy",
            "live_zone.longest_wait_seconds",
        ),
        views=("lane_hour.queue_length_mean", "lane_hour.queue_length_max"),
        sql=("sql/flink/lane_minute_v1.sql", "sql/flink/live_zone.sql", "sql/athena/lane_hour.sql"),
        cases=("lane_minute", "zone_minute"),
        quality="Null where the queue was not watched: that is no answer, not an empty queue.",
    ),
    Metric(
        name="wait",
        term="Waiting time of the served",
        definition=(
            "From joining a lane's queue to the start of service at the same lane, among those who were served. Who "
            "gave up or was lost from sight is not in it, so that it flatters a bad hour: see wait_estimate."
        ),
        formula="wait = service_start − joined; mean = Σ wait_ms / Σ served",
        unit="s",
        columns=(
            "journey_v1.wait_seconds",
            "lane_minute_v1.wait_ms",
            "lane_minute_v1.wait_ms_max",
            "lane_minute_v1.wait_histogram",
        ),
        views=(
            "lane_hour.wait_seconds_mean",
            "wait_percentile.wait_seconds_median",
            "wait_percentile.wait_seconds_p90",
            "wait_percentile_exact.wait_seconds_median",
        ),
        sql=(
            "sql/flink/journey_v1.sql",
            "sql/flink/lane_minute_v1.sql",
            "sql/athena/wait_percentile.sql",
            "sql/athena/wait_percentile_exact.sql",
        ),
        cases=("journey", "lane_minute"),
        quality="With a high lost_share the waits that were seen to end are the short ones.",
    ),
    Metric(
        name="wait_estimate",
        term="Waiting time, estimated with those who were not served",
        definition=(
            "How long customers would have waited had everybody stayed: who gave up or was lost from sight counts as "
            "having waited at least so long. Median, 90th percentile and the share over the target, each with its 95 % "
            "limits, by lane and hour of joining. Null where too few were served to tell."
        ),
        formula=(
            "S(t) = Π (1 − served / at risk) over the waits up to t; a percentile is the least t with S(t) at most its "
            "rest; limits on the log(−log) scale; share over target = S(target)"
        ),
        unit="s; share",
        columns=("journey_v1.wait_seconds", "journey_v1.queue_seconds", "journey_v1.outcome"),
        views=(
            "wait_estimate.wait_seconds_median",
            "wait_estimate.wait_seconds_p90",
            "wait_estimate.over_target_share",
        ),
        sql=("sql/athena/wait_estimate.sql", "sql/athena/journey.sql"),
        cases=("journey",),
        quality=(
            "It takes those who gave up to be no different from those who stayed; where the worst waits drive people "
            "away it is still too short. Wide limits say that the hour had few customers."
        ),
        source=_KAPLAN_MEIER,
    ),
    Metric(
        name="service_time",
        term="Service time",
        definition="Time in the lane's service zone after the queue, pauses of less than 30 s included.",
        formula="service_end − service_start",
        unit="s",
        columns=("journey_v1.service_seconds", "lane_minute_v1.service_person_ms"),
        views=("journey.service_seconds",),
        sql=("sql/flink/journey_v1.sql",),
        cases=("journey",),
        quality="A track that is lost at the till ends the service too early.",
    ),
    Metric(
        name="abandonment",
        term="Abandonment rate (reneging)",
        definition=(
            "Customers who joined a queue for 5 s or more and left without service, as a share of those who joined; "
            "the incidence by the target reckons with those who were lost from sight."
        ),
        formula=(
            "abandoned / joined; incidence = Σ S(t−) · abandoned(t) / at risk(t), S of leaving the queue for any reason"
        ),
        unit="share",
        columns=("lane_minute_v1.abandoned", "lane_minute_v1.joined", "journey_v1.outcome", "journey_v1.queue_seconds"),
        views=(
            "lane_hour.abandonment_rate",
            "wait_estimate.abandonment_share",
            "wait_estimate.abandonment_share_by_target",
        ),
        sql=("sql/flink/journey_v1.sql", "sql/flink/lane_minute_v1.sql", "sql/athena/wait_estimate.sql"),
        cases=("journey", "lane_minute"),
        quality="A track that is lost between queue and till, and found again, can look like giving up.",
        source=_AALEN_JOHANSEN,
    ),
    Metric(
        name="censored_wait",
        term="Censored waits",
        definition=(
            "Journeys whose end was not seen: the track was lost, or the day ended. They are kept and counted, used by "
            "the estimate, and never taken for a finished wait."
        ),
        formula="count of journeys with outcome = censored",
        unit="journeys",
        columns=("lane_minute_v1.censored", "journey_v1.outcome", "journey_v1.end"),
        views=("lane_hour.censored", "wait_estimate.censored"),
        sql=("sql/flink/journey_v1.sql", "sql/flink/lane_minute_v1.sql"),
        cases=("journey", "lane_minute"),
        quality="Their share of those who joined is the lane's lost_share.",
    ),
    Metric(
        name="service_level",
        term="Service level",
        definition="Share of the served who waited no longer than the target (3 min unless set otherwise).",
        formula="1 − served_over_target / served",
        unit="share",
        columns=("lane_minute_v1.served_over_target", "lane_minute_v1.served", "journey_v1.is_over_target"),
        views=("lane_hour.service_level", "wait_estimate.service_share_by_target"),
        sql=("sql/flink/lane_minute_v1.sql", "sql/athena/lane_hour.sql", "sql/athena/wait_estimate.sql"),
        cases=("journey", "lane_minute"),
        quality="Of the served only; service_share_by_target is of all who joined.",
    ),
    Metric(
        name="lane_open",
        term="Lane state (open time)",
        definition="How long a lane was open: from 5 s of presence in its service zone, until 30 s without.",
        formula="Σ length of the intervals in which the lane is open; staff's presence counts",
        unit="ms",
        columns=("lane_minute_v1.open_ms",),
        views=("lane_hour.open_ms",),
        sql=("sql/flink/views/lane_open.sql", "sql/flink/lane_minute_v1.sql"),
        cases=("lane_minute",),
        quality="Told by snapshots: exact to one interval at each opening and closing.",
    ),
    Metric(
        name="little_gap",
        term="Little's law check",
        definition=(
            "Two ways to the same number: the queue length that was seen, against arrivals times the time in the "
            "queue. A gap means that people were missed, counted twice, or lost."
        ),
        formula="|L − λW| / L over 15 min = |Σ queue_person_ms − Σ queue_ms| / Σ queue_person_ms; null under 10 joined",
        unit="share",
        columns=("lane_minute_v1.little_gap", "lane_minute_v1.queue_ms", "lane_minute_v1.queue_person_ms"),
        views=("lane_hour.little_gap",),
        sql=("sql/flink/lane_minute_v1.sql", "sql/athena/lane_hour.sql"),
        cases=("lane_minute",),
        quality="A queue that fills or empties within the time has a gap of its own.",
        source=_LITTLE,
    ),
    Metric(
        name="coverage",
        term="Coverage",
        definition="Share of the window for which snapshots came. A minute without a row has none.",
        formula="Σ interval_ms / length of the window; of an hour Σ coverage of its minutes / 60",
        unit="share",
        columns=(
            "zone_minute_v1.coverage",
            "dwell_minute_v1.coverage",
            "lane_minute_v1.coverage",
            "traffic_minute_v1.coverage",
            "live_zone.coverage",
        ),
        views=("zone_hour.coverage", "lane_hour.coverage"),
        sql=("sql/flink/zone_minute_v1.sql", "sql/athena/zone_hour.sql", "sql/athena/lane_hour.sql"),
        cases=("zone_minute", "lane_minute", "dwell_minute", "traffic_minute"),
    ),
    Metric(
        name="camera_up_share",
        term="Camera availability",
        definition="Share of the expected frames that the camera gave; null when it told nothing of its health.",
        formula="min(1, frames_seen / frames_expected), averaged over cameras and minutes",
        unit="share",
        columns=(
            "camera_minute_v1.up_share",
            "zone_minute_v1.camera_up_share",
            "dwell_minute_v1.camera_up_share",
            "lane_minute_v1.camera_up_share",
            "traffic_minute_v1.camera_up_share",
            "heat_minute_v1.camera_up_share",
        ),
        views=("zone_hour.camera_up_share", "lane_hour.camera_up_share"),
        sql=("sql/flink/views/camera_health.sql", "sql/flink/camera_minute_v1.sql"),
        cases=("camera_minute",),
    ),
    Metric(
        name="late_share",
        term="Share of late data",
        definition=(
            "Share of the snapshots that came behind the watermark. The stream leaves them out and says 0; once the "
            "day is reconciled they count, and the share is known."
        ),
        formula="late snapshots / snapshots",
        unit="share",
        columns=(
            "zone_minute_v1.late_share",
            "dwell_minute_v1.late_share",
            "lane_minute_v1.late_share",
            "traffic_minute_v1.late_share",
            "accounting_hour_v1.late_share",
        ),
        views=("zone_hour.late_share", "lane_hour.late_share"),
        sql=("sql/flink/zone_minute_v1.sql", "sql/flink/batch/accounting_hour_v1.sql"),
        cases=("zone_minute",),
    ),
    Metric(
        name="lost_share",
        term="Fragmentation",
        definition="Share of what ended because a track was lost: visits of a zone, journeys of a lane.",
        formula="lost_visits / (visits + pass_throughs); censored / joined",
        unit="share",
        columns=("dwell_minute_v1.lost_share", "dwell_minute_v1.lost_visits", "lane_minute_v1.lost_share"),
        views=("zone_hour.lost_share", "lane_hour.lost_share"),
        sql=("sql/flink/dwell_minute_v1.sql", "sql/flink/lane_minute_v1.sql"),
        cases=("dwell_minute", "lane_minute"),
    ),
    Metric(
        name="quality",
        term="Quality grade",
        definition="How far to trust a row: good, fair, poor or none, by the rule below, the same in every table.",
        formula="the worst grade that any measure of the row allows",
        unit="grade",
        columns=(
            "zone_minute_v1.quality",
            "dwell_minute_v1.quality",
            "lane_minute_v1.quality",
            "traffic_minute_v1.quality",
            "camera_minute_v1.quality",
            "heat_minute_v1.quality",
            "live_zone.quality",
        ),
        views=("zone_hour.quality", "lane_hour.quality"),
        sql=("sql/checks/quality_follows_the_rule.sql",),
        cases=("zone_minute", "lane_minute", "dwell_minute", "traffic_minute", "camera_minute", "heat_minute"),
    ),
)

IDENTITIES = (
    Identity(
        "joined = served + abandoned + censored + still present",
        "Of those who joined a queue each has one outcome, or stands there still. Journeys are told when they have "
        "ended, "
        "so that in the tables joined = served + abandoned + censored; who is still there is the queue's occupancy.",
        (
            "lane_minute_adds_up",
            "lane_minutes_sum_to_journeys",
            "queue_visits_are_journeys",
            "journey_adds_up",
            "entered_are_visits_and_present",
        ),
    ),
    Identity(
        "in − out = occupancy",
        "Who entered a zone less who left it are those in it, minute by minute; the same of a store's doors.",
        ("occupancy_balances", "zone_minutes_recount_snapshots", "traffic_balances", "traffic_recounts_crossings"),
    ),
    Identity(
        "sum over lanes = store",
        "A journey belongs to one lane, and a minute of a lane is there once: a store's figures are the sums over its "
        "lanes, and an hour's those over its minutes. Means and percentiles are not sums: work them out from the sums.",
        ("keys_are_unique", "hours_sum_minutes", "dwell_minutes_sum_to_visits"),
    ),
    Identity(
        "received = accepted + rejected + late + duplicate",
        "Every record that was sent has exactly one outcome, by its place in the stream and by its event id.",
        (
            "record_has_one_outcome",
            "nothing_unsent",
            "outcomes_add_up",
            "event_is_stored_once",
            "repeat_is_duplicate",
            "broken_is_rejected",
            "no_row_dropped",
            "accounting_hours_recount",
        ),
    ),
    Identity(
        "hours of a store's day = its minutes",
        "A day that is over is summed by the store's own hours, each minute once: seasons tell what the minutes told. "
        "An hour has the date and the hour of the store's clock.",
        ("local_hours_sum_minutes", "local_hours_are_local", "local_hours_are_in_range"),
    ),
    Identity(
        "each day once, and compared once",
        "A store's days follow each other without a gap, whatever its clock does, and no day of a year before is "
        "compared with twice.",
        ("days_are_whole", "days_compare_fairly"),
    ),
)
