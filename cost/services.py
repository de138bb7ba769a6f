"""The bill: one line an amount, by service. Everything that costs anything is a line here, or in `NOT_IN_IT`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.scale_model import CAPACITY_USE, DAYS_A_MONTH, HOURS_A_MONTH
from contracts.tables import TABLES
from cost.load import Load
from cost.prices import Prices

LAKE_TABLES_ALL = sum(table.stored_in == "lake" for table in TABLES.values())
KPU_STORAGE_GB = 50
SNAPSHOTS_KEPT = 10
MEGABYTES_A_QUERY = 10
"""Athena charges for so much at least."""
REPORTS_LEAST = 500
"""Sessions and units that are paid for in a month, used or not."""
UNITS_AN_ALERT = 20
"""Write units of an alert's states, acts, and of claims and outcomes of its messages; reads are as many."""
CALLS_AN_ALERT = 8
"""Calls of notifier and history together."""
CALL_GB_SECONDS = 0.5
"""Half a GB for a second."""
GLUE_RUNS_A_DAY = 3
"""Of each table: compaction, retention of snapshots, orphans. Each is charged for a minute of one DPU at least."""
OWN_COMPACTION_SECONDS = 600.0
"""Of a night, where no optimiser compacts: provisional."""
DIGESTS_AN_HOUR = LOOKS_AN_HOUR = 12
"""Schedules of infra/schedules.py: every 5 minutes each."""
SHARES_AN_HOUR = 1
CHECKS = 31
"""Those of sql/checks, each asked once a night."""
DIRECT_DATA_SETS = 4
"""Data sets of Quick Sight that ask Athena when somebody looks, of today's minutes."""
OPENINGS_A_DAY = 2
"""Of such a dashboard by each reader: a guess."""
FILES_A_QUERY = 50
BATCH_VCPU, BATCH_GB = 2, 8
BATCH_SECONDS_A_STORE = 30.0
"""Of reconcile and roll-up, beyond the start: provisional, not measured in the cloud."""
BATCH_SECONDS_A_NIGHT = 900.0
"""Of maintenance and account, and to start the container: provisional."""
READ_UNIT_BYTES = 4096
PAGE_SECONDS = 10
PAGE_READ_UNITS = 1.0
KMS_REQUESTS_A_STORE = 3_000
KEY_VERSIONS = 2
"""The one key, and the version before: it is turned once a year."""
ACCESS_LOG_BYTES, ACCESS_LOG_DAYS = 600, 90
"""A line of S3's access log, of which only the storage is charged for."""

NOT_IN_IT = (
    "devices, cameras, their power, the store's line",
    "tax, support plan, discounts, free tiers",
    "people: whoever watches alarms and answers verdicts",
    "the manager's application beyond its live page (not built yet)",
    "a second stage for trying things out: about as dear as this one's fixed part",
    "AWS Config, GuardDuty, CloudTrail beyond the first trail",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill: so many units of a price, a month, of the whole chain."""

    service: str
    item: str
    quantity: float
    price: str

    def usd(self, prices: Prices) -> float:
        """Return USD a month."""
        return self.quantity * prices.usd(self.price)


def bill(load: Load) -> tuple[Line, ...]:
    """Return all lines of a chain and month."""
    return tuple(line for service in _SERVICES for line in service(load))


def by_service(lines: Sequence[Line], prices: Prices) -> dict[str, float]:
    """Return USD a month by service, in the bill's order."""
    sums: dict[str, float] = {}
    for line in lines:
        sums[line.service] = sums.get(line.service, 0.0) + line.usd(prices)
    return sums


def total(lines: Sequence[Line], prices: Prices) -> float:
    """Return USD a month of all lines."""
    return sum(line.usd(prices) for line in lines)


def _flink(load: Load) -> Iterator[Line]:
    name, applications = "Managed Flink", load.plan.applications
    yield Line(name, "KPUs at work", load.kpus * HOURS_A_MONTH, "flink_kpu_hour")
    yield Line(name, "KPU that coordinates", applications * HOURS_A_MONTH, "flink_kpu_hour")
    yield Line(name, "running storage", load.kpus * KPU_STORAGE_GB, "flink_storage_gb")
    yield Line(name, "snapshots", load.plan.state_bytes / 1e9 * SNAPSHOTS_KEPT, "flink_backup_gb")


def _kinesis(load: Load) -> Iterator[Line]:
    levers = load.levers
    name, kept = "Kinesis", levers.stream_retention_hours - 24
    if levers.stream_mode == "provisioned":
        yield Line(name, "shards", load.shards * HOURS_A_MONTH, "kinesis_shard_hour")
        yield Line(name, "records", load.put_units, "kinesis_put_unit")
        yield Line(name, "kept for a replay", load.shards * HOURS_A_MONTH if kept else 0.0, "kinesis_retention_hour")
        return
    yield Line(name, "stream", load.plan.applications * HOURS_A_MONTH, "kinesis_on_demand_stream_hour")
    yield Line(name, "in", load.counted_gigabytes, "kinesis_on_demand_gb_in")
    yield Line(name, "out", load.sent_gigabytes, "kinesis_on_demand_gb_out")
    yield Line(name, "kept for a replay", load.sent_gigabytes / DAYS_A_MONTH * kept / 24, "kinesis_on_demand_gb_kept")


def _dynamodb(load: Load) -> Iterator[Line]:
    levers = load.levers
    name, alerts = "DynamoDB", load.store_days * levers.alerts_a_day
    if levers.live_capacity == "on_demand":
        yield Line(name, "live items", load.live_units, "dynamodb_write_unit")
    else:
        unit_hours = load.live_units_per_second / CAPACITY_USE * levers.opening_hours * DAYS_A_MONTH
        yield Line(name, "live items", unit_hours, "dynamodb_provisioned_write_hour")
    yield Line(name, "alerts and messages, written", alerts * UNITS_AN_ALERT, "dynamodb_write_unit")
    yield Line(name, "alerts and messages, read", alerts * UNITS_AN_ALERT, "dynamodb_read_unit")
    seen = levers.stores * load.store.zones * load.store.live_item_bytes / READ_UNIT_BYTES / 2
    yield Line(name, "live items, looked at for freshness", seen * LOOKS_AN_HOUR * HOURS_A_MONTH, "dynamodb_read_unit")
    gigabytes = alerts * 3 * UNITS_AN_ALERT * 1024 / 1e9  # kept 90 days
    yield Line(name, "stored", gigabytes, "dynamodb_gb")
    yield Line(name, "recovery to a point in time", gigabytes, "dynamodb_recovery_gb")


def _storage(load: Load) -> Iterator[Line]:
    levers = load.levers
    clips = load.clip_gigabytes * levers.clip_days / DAYS_A_MONTH
    yield Line("S3 storage", "lake, Standard", load.lake_gigabytes, "s3_standard_gb")
    yield Line("S3 storage", "clips, Standard", clips, "s3_standard_gb")
    logged = (load.puts_of_commits + _queries(load) * FILES_A_QUERY) * ACCESS_LOG_BYTES / 1e9
    yield Line("S3 storage", "log of accesses, Standard", logged * ACCESS_LOG_DAYS / DAYS_A_MONTH, "s3_standard_gb")


def _requests(load: Load) -> Iterator[Line]:
    levers = load.levers
    name, puts = "S3 requests", load.puts_of_commits
    clips = load.store_days * levers.clips_a_day
    yield Line(name, "commits to the lake", puts, "s3_put")
    yield Line(name, "clips: picture, words, parts", clips * 3, "s3_put")
    yield Line(name, "reads of queries", _queries(load) * FILES_A_QUERY, "s3_get")


def _glue(load: Load) -> Iterator[Line]:
    levers = load.levers
    yield Line("Glue", "catalog", load.glue_requests, "glue_request")
    least = LAKE_TABLES_ALL * GLUE_RUNS_A_DAY * DAYS_A_MONTH / 60
    hours = max(load.compaction_dpu_hours, least) if levers.maintained_by == "glue" else 0.0
    yield Line("Glue", "optimisers of tables", hours, "glue_dpu_hour")


def _queries(load: Load) -> float:
    levers = load.levers
    return (levers.questions_a_day + levers.data_sets + CHECKS) * DAYS_A_MONTH


def _athena(load: Load) -> Iterator[Line]:
    levers = load.levers
    season = max(MEGABYTES_A_QUERY, load.amount("season_query_megabytes_a_store") * levers.stores)
    day = max(MEGABYTES_A_QUERY, load.amount("day_query_megabytes_a_store") * levers.stores)
    nightly = (levers.data_sets * season + CHECKS * day) * DAYS_A_MONTH / 1e6
    yield Line("Athena", "data sets and checks, each night", nightly, "athena_tb")
    looks = levers.all_readers * OPENINGS_A_DAY * DIRECT_DATA_SETS * day * DAYS_A_MONTH / 1e6
    yield Line("Athena", "today's dashboards, when looked at", looks, "athena_tb")
    event_day = levers.stores * load.lake_bytes_a_day * load.store.event_share_of_lake / 1e12
    yield Line(
        "Athena", "shares of late and rejected, each hour", event_day * SHARES_AN_HOUR * HOURS_A_MONTH, "athena_tb"
    )
    yield Line("Athena", "questions", levers.questions_a_day * season * DAYS_A_MONTH / 1e6, "athena_tb")


def _quicksight(load: Load) -> Iterator[Line]:
    levers = load.levers
    name = "Quick Sight"
    yield Line(name, "readers", levers.all_readers, "quicksight_reader")
    yield Line(name, "authors", levers.authors, "quicksight_author")
    more = max(0.0, levers.spice_gigabytes - 10 * levers.authors)
    yield Line(name, "SPICE beyond the authors'", more, "quicksight_spice_gb")
    weeks = load.store_days / 7
    reports = max(REPORTS_LEAST, weeks) if levers.has_weekly_report else 0
    yield Line(name, "weekly report: sessions", reports, "quicksight_session")
    yield Line(name, "weekly report: pages", reports, "quicksight_report")


def _lambda(load: Load) -> Iterator[Line]:
    levers = load.levers
    timed = (DIGESTS_AN_HOUR + LOOKS_AN_HOUR + SHARES_AN_HOUR) * HOURS_A_MONTH
    calls = load.store_days * levers.alerts_a_day * CALLS_AN_ALERT + timed
    yield Line("Lambda", "calls", calls, "lambda_request")
    yield Line("Lambda", "time", calls * CALL_GB_SECONDS, "lambda_gb_second")
    yield Line("Lambda", "schedules", timed + DAYS_A_MONTH, "scheduler_call")


def _batch(load: Load) -> Iterator[Line]:
    levers = load.levers
    a_store = load.amount("batch_start_seconds") + BATCH_SECONDS_A_STORE
    a_night = BATCH_SECONDS_A_NIGHT + (OWN_COMPACTION_SECONDS if levers.maintained_by == "own" else 0.0)
    hours = (levers.stores * a_store + a_night) / 3600 * DAYS_A_MONTH
    yield Line("Batch (Fargate)", "processors", hours * BATCH_VCPU, "fargate_vcpu_hour")
    yield Line("Batch (Fargate)", "memory", hours * BATCH_GB, "fargate_gb_hour")


def _messages(load: Load) -> Iterator[Line]:
    levers = load.levers
    yield Line("Messages", "e-mails (SES)", load.store_days * levers.emails_a_day, "ses_email")
    yield Line("Messages", "text messages", load.store_days * levers.texts_a_day, "sms_us")
    yield Line("Messages", "their number", 1.0 if levers.texts_a_day else 0.0, "sms_number")


def _cloudwatch(load: Load) -> Iterator[Line]:
    levers = load.levers
    yield Line("CloudWatch", "alarms", levers.alarms, "cloudwatch_alarm")
    yield Line("CloudWatch", "metrics", levers.metrics, "cloudwatch_metric")
    yield Line("CloudWatch", "dashboard", 1, "cloudwatch_dashboard")
    yield Line("CloudWatch", "logs", levers.log_gigabytes, "cloudwatch_log_gb")


def _kms(load: Load) -> Iterator[Line]:
    levers = load.levers
    yield Line("KMS", "key", KEY_VERSIONS, "kms_key")
    yield Line("KMS", "requests", levers.stores * KMS_REQUESTS_A_STORE, "kms_request")


def _fleet(load: Load) -> Iterator[Line]:
    levers = load.levers
    devices = levers.stores * -(-levers.cameras // levers.cameras_per_device)
    under = devices if levers.has_greengrass else 0
    yield Line("IoT and Greengrass", "core devices", under, "greengrass_device")
    yield Line("IoT and Greengrass", "connected", under * 60 * HOURS_A_MONTH, "iot_minute")


def _page(load: Load) -> Iterator[Line]:
    levers = load.levers
    asked = load.store_days * levers.live_page_hours * 3600 / PAGE_SECONDS
    yield Line("Live page", "requests", asked, "http_api_request")
    yield Line("Live page", "calls", asked, "lambda_request")
    yield Line("Live page", "time", asked * 0.05, "lambda_gb_second")
    yield Line("Live page", "reads", asked * PAGE_READ_UNITS, "dynamodb_read_unit")


def _transfer(load: Load) -> Iterator[Line]:
    levers = load.levers
    yield Line("Data transfer", "clips, played once", load.clip_gigabytes, "transfer_out_gb")
    page = load.store_days * levers.live_page_hours * 3600 / PAGE_SECONDS * 8e-6
    yield Line("Data transfer", "live page, 8 KB each time", page, "transfer_out_gb")


_SERVICES: tuple[Callable[[Load], Iterator[Line]], ...] = (
    _flink,
    _kinesis,
    _dynamodb,
    _storage,
    _requests,
    _glue,
    _athena,
    _quicksight,
    _lambda,
    _batch,
    _messages,
    _cloudwatch,
    _kms,
    _fleet,
    _page,
    _transfer,
)
