"""What a stage chooses, read from `stages/<stage>.toml`; every problem is told at once, with its cure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from flink_jobs.settings import MetricSettings
from infra.names import Names

STAGES = Path(__file__).parent / "stages"
ROOT = Path(__file__).resolve().parent.parent
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCHEDULE = re.compile(r"cron\(.+\)|rate\(.+\)")


class SettingsError(ValueError):
    """A stage cannot be used; the message lists every problem and its cure."""

    def __init__(self, stage: str, problems: list[str]) -> None:
        super().__init__(f"the stage {stage} cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """Kinesis. On demand it follows the load; provisioned is cheaper where the load is known (docs/scale.md)."""

    mode: Literal["on_demand", "provisioned"] = "on_demand"
    shards: int = 1
    retention_hours: int = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeSettings:
    """The lake. `maintained_by`: the nightly run compacts (own), or Glue's optimisers do (glue). Never both."""

    database: str = "store_traffic"
    maintained_by: Literal["own", "glue"] = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class AthenaSettings:
    """Athena: how much one query may read, and how long results are kept."""

    gigabytes_per_query: int = 100
    results_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class FlinkSettings:
    """The streaming application.

    `package` is the zip of `make package`, relative to the project. `restores` false starts without the snapshot, at
    `initial_position` (and `initial_time`, in UTC): for a changed plan only, see docs/upgrade-and-rollback.md.
    """

    package: str = "dist/store-traffic-flink.zip"
    restores: bool = True
    parallelism: int = 2
    parallelism_per_kpu: int = 1
    scales_itself: bool = False
    checkpoint_seconds: int = 60
    initial_position: Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] = "TRIM_HORIZON"
    initial_time: str = ""
    log_level: Literal["ERROR", "WARN", "INFO", "DEBUG"] = "INFO"
    metrics_level: Literal["APPLICATION", "TASK", "OPERATOR", "PARALLELISM"] = "TASK"
    log_days: Literal[7, 14, 30, 90] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Who sends messages. An empty `sender` sends no e-mail; `push_key_secret` names a secret with the VAPID key."""

    app_url: str
    sender: str = ""
    makes_identity: bool = False
    sms_by: Literal["none", "end_user_messaging", "sns"] = "none"
    sms_pool: str = ""
    push_key_secret: str = ""
    push_contact: str = ""
    stale_after_seconds: int = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """The stores' devices. `has_component`: make the Greengrass component too; without, devices run it another way."""

    has_component: bool = True
    credential_seconds: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """When an operator is told."""

    emails: tuple[str, ...] = ()
    lag_seconds: int = 120
    checkpoint_age_seconds: int = 600
    late_percent: int = 5
    rejected_percent: int = 1
    silent_minutes: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """When what runs, in UTC. The nightly run begins when the day is over in the westernmost store."""

    nightly: str = "cron(30 9 * * ? *)"
    checks_without: tuple[str, ...] = ("event_v1",)
    batch_cpu: int = 2048
    batch_memory_megabytes: int = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """Quick Sight. It has to be subscribed to by hand, once an account, before it is turned on here.

    `owners` are ARNs of Quick Sight's users that may change what is made; `domains` may embed it.
    """

    is_on: bool = False
    identity_region: str = ""
    owners: tuple[str, ...] = ()
    has_topic: bool = False
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One stage: an account and a region of its own."""

    stage: str
    account: str
    region: str
    keeps_data: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    stream: StreamSettings = StreamSettings()
    lake: LakeSettings = LakeSettings()
    athena: AthenaSettings = AthenaSettings()
    flink: FlinkSettings = FlinkSettings()
    metrics: Mapping[str, int] = field(default_factory=dict)
    alerts: AlertSettings
    fleet: FleetSettings = FleetSettings()
    alarms: AlarmSettings = AlarmSettings()
    schedules: ScheduleSettings = ScheduleSettings()
    dashboards: DashboardSettings = DashboardSettings()

    @property
    def names(self) -> Names:
        """Names of what the stage has."""
        return Names(self.account, self.region, self.lake.database)

    @property
    def has_weekly_report(self) -> bool:
        """Whether the report is made and mailed: it needs dashboards, and a sender."""
        return self.dashboards.is_on and bool(self.alerts.sender)

    @property
    def package(self) -> Path:
        """The zip that the streaming application runs."""
        return ROOT / self.flink.package


def stage_names(folder: Path = STAGES) -> list[str]:
    """Return the stages that there are files for."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_settings(stage: str, folder: Path = STAGES) -> Settings:
    """Read a stage's file.

    Raises:
        SettingsError: there is none, or it has problems; all are told.
    """
    path = folder / f"{stage}.toml"
    if not path.exists():
        known = ", ".join(stage_names(folder))
        raise SettingsError(stage, [f"expected one of {known}, came {stage!r}; add {path.name} or name another"])
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as broken:
        raise SettingsError(stage, [f"expected TOML, came something else ({broken}); correct {path.name}"]) from None
    return settings_of(stage, written)


def settings_of(stage: str, written: Mapping[str, Any]) -> Settings:
    """Build a stage's settings; raises `SettingsError` with every problem."""
    problems: list[str] = []
    values = _values(Settings, {"stage": stage, **written}, "", problems)
    if not problems:
        settings = Settings(**values)
        problems = _unusable(settings)
        if not problems:
            return settings
    raise SettingsError(stage, problems)


def _values(declared: type, written: Mapping[str, Any], place: str, problems: list[str]) -> dict[str, Any]:
    hints = get_type_hints(declared)
    known = {each.name: each for each in fields(declared)}
    problems.extend(
        f"{place}{name}: expected one of {', '.join(known)}, came an unknown name; {_meant(name, known)}"
        for name in sorted(written.keys() - known.keys())
    )
    problems.extend(
        f"{place}{each.name}: expected a value, came none; add it"
        for each in known.values()
        if each.default is MISSING and each.default_factory is MISSING and each.name not in written
    )
    return {name: _value(hints[name], written[name], f"{place}{name}", problems) for name in known if name in written}


def _value(hint: Any, value: Any, place: str, problems: list[str]) -> Any:
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        if not isinstance(value, Mapping):
            problems.append(f"{place}: expected a table, came {value!r}; write [{place}]")
            return None
        before = len(problems)
        values = _values(hint, value, f"{place}.", problems)
        return hint(**values) if len(problems) == before else None
    if get_origin(hint) is Literal:
        return _choice(get_args(hint), value, place, problems)
    if hint == tuple[str, ...]:
        return _texts(value, place, problems)
    if get_origin(hint) is not None:
        return _mapping(get_args(hint)[1], value, place, problems)
    if type(value) is not hint:
        problems.append(f"{place}: expected {_word(hint)}, came {value!r}; correct it")
    elif hint is int and value < 1:
        problems.append(f"{place}: expected a whole number of at least 1, came {value}; correct it")
    return value


def _choice(choices: tuple[Any, ...], value: Any, place: str, problems: list[str]) -> Any:
    if value not in choices:
        problems.append(f"{place}: expected one of {', '.join(map(str, choices))}, came {value!r}; correct it")
    return value


def _texts(value: Any, place: str, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        problems.append(f"{place}: expected a list of texts, came {value!r}; correct it")
        return ()
    return tuple(value)


def _mapping(of: type, value: Any, place: str, problems: list[str]) -> Any:
    if not isinstance(value, Mapping) or not all(type(each) is of for each in value.values()):
        problems.append(f"{place}: expected names with {_word(of)} each, came {value!r}; correct it")
    return value


def _word(hint: type) -> str:
    return {str: "a text", int: "a whole number", bool: "true or false"}[hint]


def _meant(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else "remove it"


def _unusable(settings: Settings) -> list[str]:
    alerts, schedules, dashboards = settings.alerts, settings.schedules, settings.dashboards
    metrics = [each.name for each in fields(MetricSettings)]
    return [
        problem
        for is_bad, problem in (
            (not _ACCOUNT.fullmatch(settings.account), "account: expected 12 digits, in quotes; correct it"),
            (not _REGION.fullmatch(settings.region), "region: expected one such as eu-central-1; correct it"),
            (not alerts.app_url.startswith("https://"), "alerts.app_url: expected https://…; correct it"),
            (
                bool(alerts.sender) and not _ADDRESS.fullmatch(alerts.sender),
                "alerts.sender: expected an e-mail address, or nothing; correct it",
            ),
            (
                alerts.sms_by == "end_user_messaging" and not alerts.sms_pool,
                "alerts.sms_pool: expected a pool, number or sender id, as sms_by is end_user_messaging; add it",
            ),
            (
                bool(alerts.push_key_secret) and "@" not in alerts.push_contact,
                "alerts.push_contact: expected an e-mail address beside push_key_secret; add it",
            ),
            *(
                (not _ADDRESS.fullmatch(each), f"alarms.emails: {each!r} is no e-mail address; correct it")
                for each in settings.alarms.emails
            ),
            (
                not _SCHEDULE.fullmatch(schedules.nightly),
                "schedules.nightly: expected cron(…) or rate(…); correct it",
            ),
            (
                dashboards.is_on and not (dashboards.domains and dashboards.identity_region),
                "dashboards: expected domains and identity_region when it is on; add them",
            ),
            *(
                (
                    name not in metrics,
                    f"metrics.{name}: expected one of {', '.join(metrics)}; {_meant(name, dict.fromkeys(metrics))}",
                )
                for name in settings.metrics
            ),
        )
        if is_bad
    ]
