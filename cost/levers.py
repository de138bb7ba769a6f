"""What an operator can choose, and what each choice could be instead.

The defaults are the stage `infra/stages/production.toml`; a test holds both together. What no stage says (how many
people read dashboards, how often somebody is told) is an assumption, and `ASSUMED` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal


class LeverError(ValueError):
    """Choices make no sense; the message lists every problem and its cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """All choices of one chain.

    Attributes:
        stores: Stores, all alike.
        cameras: Cameras a store.
        opening_hours: Hours a day with people.
        runs_at_night: Devices run on when the store is closed, as the edge does unless somebody ends it.
        snapshot_seconds: Between two snapshots of a device.
        cameras_per_device: Cameras that one device watches.
        has_greengrass: Devices run under Greengrass; else as a container with credentials of AWS IoT.
        stream_mode: How Kinesis is paid for.
        shards: Of a provisioned stream; more are taken where the load needs them.
        stream_retention_hours: How far back a replay can go, 24 to 168.
        kpus: Of the job; more are taken where the load needs them.
        checkpoint_seconds: Between two checkpoints, and so commits to the lake.
        live_writes: A live item is written every 10 s while somebody is there, or only when a count changes.
        live_capacity: How DynamoDB is paid for; provisioned by the opening hours.
        maintained_by: The nightly run compacts the lake, or Glue's optimisers do.
        event_days: Days that single events, visits and journeys are kept.
        minute_days: Days that figures by the minute are kept.
        alerts_a_day: Alerts a store and day.
        emails_a_day: E-mails a store and day.
        texts_a_day: Text messages a store and day.
        clips_a_day: Clips a store and day; 0 keeps them off.
        clip_days: Days that a clip is kept.
        questions_a_day: Questions of people to Athena a day, whole chain.
        data_sets: Data sets of Quick Sight that are loaded each night.
        readers_per_store: People who read dashboards, for each store.
        authors: People who make dashboards.
        has_weekly_report: A PDF by mail each Monday for each store, from Quick Sight.
        spice_gigabytes: SPICE in use.
        live_page_hours: Hours a day that a store's live page is open.
        alarms: Alarms of CloudWatch.
        metrics: Metrics of ours that CloudWatch keeps, whole chain.
        log_gigabytes: Logs a month.
    """

    stores: int = 50
    cameras: int = 20
    opening_hours: float = 12.0
    runs_at_night: bool = True
    snapshot_seconds: float = 5.0
    cameras_per_device: int = 10
    has_greengrass: bool = True
    stream_mode: Literal["provisioned", "on_demand"] = "provisioned"
    shards: int = 1
    stream_retention_hours: int = 168
    kpus: int = 2
    checkpoint_seconds: float = 60.0
    live_writes: Literal["while_present", "on_change"] = "while_present"
    live_capacity: Literal["on_demand", "provisioned"] = "on_demand"
    maintained_by: Literal["own", "glue"] = "own"
    event_days: int = 400
    minute_days: int = 800
    alerts_a_day: float = 10.0
    emails_a_day: float = 20.0
    texts_a_day: float = 0.5
    clips_a_day: float = 10.0
    clip_days: int = 28
    questions_a_day: float = 50.0
    data_sets: int = 19
    readers_per_store: float = 0.1
    authors: int = 1
    has_weekly_report: bool = False
    spice_gigabytes: float = 10.0
    live_page_hours: float = 4.0
    alarms: int = 21
    metrics: int = 60
    log_gigabytes: float = 5.0

    def __post_init__(self) -> None:
        """Raise `LeverError` with every choice that makes no sense."""
        if problems := _problems(self):
            raise LeverError("the choices cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))

    @property
    def all_readers(self) -> int:
        """Readers of dashboards: at least one, where there are any."""
        return max(round(self.stores * self.readers_per_store), 1 if self.readers_per_store else 0)


_ABOVE_ZERO = frozenset(
    (
        "stores",
        "cameras",
        "opening_hours",
        "snapshot_seconds",
        "cameras_per_device",
        "shards",
        "kpus",
        "checkpoint_seconds",
    )
)
_AT_MOST = {"opening_hours": 24, "live_page_hours": 24, "snapshot_seconds": 5, "stream_retention_hours": 168}
_AT_LEAST = {"stream_retention_hours": 24}


def _problems(levers: Levers) -> list[str]:
    values = {each.name: getattr(levers, each.name) for each in fields(levers)}
    return [
        problem
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and (problem := _problem(name, value))
    ]


def _problem(name: str, value: float) -> str | None:
    least, most = _AT_LEAST.get(name, 0), _AT_MOST.get(name)
    if value < least or (value == 0 and name in _ABOVE_ZERO):
        expected = "more than 0" if name in _ABOVE_ZERO else f"at least {least}"
        return f"{name}: expected {expected}, came {value:g}; raise it"
    if most is not None and value > most:
        return f"{name}: expected at most {most}, came {value:g}; lower it"
    return None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another choice: what it is, the services whose cost it changes, and what is got or given up for it."""

    name: str
    changes: dict[str, Any]
    services: frozenset[str]
    effect: str

    def of(self, levers: Levers) -> Levers:
        """Return the choices with this one made otherwise."""
        return replace(levers, **self.changes)


def _other(name: str, services: str, effect: str, **changes: Any) -> Alternative:
    return Alternative(name, changes, frozenset(services.split(", ")), effect)


ALTERNATIVES = (
    _other("the job on 1 KPU, two tasks in it", "Managed Flink", "half the memory; not measured", kpus=1),
    _other("the job on 4 KPUs", "Managed Flink, S3 requests, S3 storage", "50 times the work of this chain", kpus=4),
    _other("Kinesis on demand", "Kinesis", "no shards to plan", stream_mode="on_demand"),
    _other("events kept 24 h in the stream", "Kinesis", "a replay goes back one day", stream_retention_hours=24),
    _other("live items written on change", "DynamoDB", "not built: no mean of each 10 s", live_writes="on_change"),
    _other("DynamoDB provisioned by opening hours", "DynamoDB", "throttled in a crowd", live_capacity="provisioned"),
    _other(
        "devices end with the day",
        "DynamoDB, Glue, Kinesis, S3 storage, S3 requests, Athena",
        "nobody sees who is there at night",
        runs_at_night=False,
    ),
    _other(
        "a commit every 5 minutes",
        "S3 requests, S3 storage, Glue",
        "the lake is 5 minutes behind",
        checkpoint_seconds=300.0,
    ),
    _other(
        "the lake compacted by Glue's optimisers",
        "Glue, Batch (Fargate)",
        "small files go within the hour",
        maintained_by="glue",
    ),
    _other(
        "a snapshot every second",
        "Kinesis, S3 storage, Athena",
        "finer minutes; nothing that a page shows",
        snapshot_seconds=1.0,
    ),
    _other("events kept 90 days, minutes 400", "S3 storage", "no season before", event_days=90, minute_days=400),
    _other("no clips", "S3 storage, S3 requests, Data transfer", "no playback", clips_a_day=0.0),
    _other(
        "50 clips a day, for 92 days",
        "S3 storage, S3 requests, Data transfer",
        "playback of a season",
        clips_a_day=50.0,
        clip_days=92,
    ),
    _other("no text messages", "Messages", "e-mail and push only", texts_a_day=0.0),
    _other("3 text messages a day", "Messages", "told without a data connection", texts_a_day=3.0),
    _other(
        "every store's manager reads dashboards",
        "Quick Sight, Athena",
        "their store in the dashboards, each day",
        readers_per_store=1.1,
    ),
    _other(
        "nobody reads dashboards",
        "Quick Sight, Athena",
        "storeq and the local dashboards remain",
        readers_per_store=0.0,
        authors=0,
        spice_gigabytes=0.0,
    ),
    _other(
        "the weekly report by mail",
        "Quick Sight",
        "a PDF a store each Monday: capacity and an add-on, whose least is dear",
        has_weekly_report=True,
    ),
    _other("50 GB of SPICE", "Quick Sight", "several years by zone and hour", spice_gigabytes=50.0),
    _other(
        "devices without Greengrass", "IoT and Greengrass", "devices are updated by other means", has_greengrass=False
    ),
)

ASSUMED = (
    ("opening_hours", "all stores the same"),
    ("alerts_a_day", "supermarket.toml raised fewer on simulated days; a store with bad limits raises more"),
    ("emails_a_day", "two messages an alert: raised and over"),
    ("texts_a_day", "only what is of high severity, in the United States"),
    ("clips_a_day", "one an alert, blurred; played back once"),
    ("questions_a_day", "analysts and the command storeq"),
    ("data_sets", "those of quicksight/dashboards that are loaded, each once a night"),
    ("readers_per_store", "regional management; store managers have the live page and alerts"),
    ("spice_gigabytes", "what one author brings along"),
    ("live_page_hours", "one screen a store, asking every 10 s"),
    ("alarms", "those of infra/alarms.py; none is for a store alone"),
    ("metrics", "notifier by channel, checks, freshness"),
    ("log_gigabytes", "the job at INFO, Lambdas, batch"),
)
