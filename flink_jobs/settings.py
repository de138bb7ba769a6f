"""Settings of the job, from the property groups of Managed Service for Apache Flink or a local file of the same form.

The file is a JSON list of `{"PropertyGroupId": …, "PropertyMap": {name: text}}`. Every problem is reported at once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STREAM_GROUPS = ("source", "lake", "live", "metrics")
_BATCH_GROUPS = ("batch", "lake", "metrics")
_LATEST_MS = 4_102_444_800_000
AT_TIMESTAMP = "AT_TIMESTAMP"
MANAGED_FLINK_PROPERTIES = Path("/etc/flink/application_properties.json")


class SettingsError(ValueError):
    """The properties cannot be used; the message lists every problem and its cure."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Where events come from, and from which arrival on. `endpoint` is set for a local double only.

    `initial_time` is in UTC, and set with the position AT_TIMESTAMP only. A restored job goes on from its snapshot.
    """

    stream: str
    region: str
    endpoint: str | None
    initial_position: str
    initial_time: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class LakeSettings:
    """Where the Iceberg tables are. The endpoints are set for local doubles only."""

    warehouse: str
    database: str
    region: str
    glue_endpoint: str | None
    s3_endpoint: str | None


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Where the live tables are; their names are `table_prefix` and the name in contracts."""

    table_prefix: str
    region: str
    endpoint: str | None


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Choices within the definitions of the metrics; the names are those of the placeholders in `sql/flink`."""

    target_wait_ms: int = 180_000
    visit_gap_ms: int = 30_000
    pass_through_ms: int = 5_000
    journey_horizon_minutes: int = 30
    live_item_days: int = 2
    alert_item_days: int = 90


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """What a batch job reads, from `from_ms` until before `to_ms` (milliseconds since 1970-01-01 UTC), and where to.

    `store_id` None reads every store. The tables of `staging_database` take the rows; who asked for them moves them.
    """

    store_id: str | None
    from_ms: int
    to_ms: int
    staging_database: str


@dataclass(frozen=True, slots=True)
class BatchJobSettings:
    """Everything that a batch job is told."""

    batch: BatchSettings
    lake: LakeSettings
    metrics: MetricSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the streaming job is told."""

    source: SourceSettings
    lake: LakeSettings
    live: LiveSettings
    metrics: MetricSettings


def load_settings(path: Path) -> Settings:
    """Read the property file of the streaming job.

    Raises:
        SettingsError: the file is absent, not of the form above, or properties are missing, unknown or unusable.
    """
    return settings_of(_property_groups(path))


def load_batch_settings(path: Path) -> BatchJobSettings:
    """Read the property file of a batch job; errors as for `load_settings`."""
    return batch_settings_of(_property_groups(path))


def settings_of(groups: Mapping[str, Mapping[str, str]]) -> Settings:
    """Build the streaming job's settings from property groups; raises `SettingsError` with every problem."""
    reader = _Reader(groups, _STREAM_GROUPS)
    source, live = reader.group("source"), reader.group("live")
    settings = Settings(
        source=_source(source),
        lake=_lake(reader.group("lake")),
        live=LiveSettings(
            table_prefix=live.optional("table_prefix") or "",
            region=live.text("region"),
            endpoint=live.optional("endpoint"),
        ),
        metrics=_metrics(reader.group("metrics")),
    )
    reader.refuse_problems()
    return settings


def batch_settings_of(groups: Mapping[str, Mapping[str, str]]) -> BatchJobSettings:
    """Build a batch job's settings from property groups; raises `SettingsError` with every problem."""
    reader = _Reader(groups, _BATCH_GROUPS)
    batch = reader.group("batch")
    settings = BatchJobSettings(
        batch=BatchSettings(
            store_id=batch.optional("store_id"),
            from_ms=batch.number("from_ms", 0, maximum=_LATEST_MS),
            to_ms=batch.number("to_ms", _LATEST_MS, maximum=_LATEST_MS),
            staging_database=batch.text("staging_database"),
        ),
        lake=_lake(reader.group("lake")),
        metrics=_metrics(reader.group("metrics")),
    )
    reader.refuse_problems()
    return settings


def _source(group: _Group) -> SourceSettings:
    position = group.choice("initial_position", ("TRIM_HORIZON", "LATEST", AT_TIMESTAMP), "TRIM_HORIZON")
    return SourceSettings(
        stream=group.text("stream"),
        region=group.text("region"),
        endpoint=group.optional("endpoint"),
        initial_position=position,
        initial_time=group.instant("initial_time", is_wanted=position == AT_TIMESTAMP),
    )


def _lake(group: _Group) -> LakeSettings:
    return LakeSettings(
        warehouse=group.text("warehouse"),
        database=group.text("database"),
        region=group.text("region"),
        glue_endpoint=group.optional("glue_endpoint"),
        s3_endpoint=group.optional("s3_endpoint"),
    )


def _metrics(group: _Group) -> MetricSettings:
    defaults = MetricSettings()
    return MetricSettings(
        target_wait_ms=group.number("target_wait_ms", defaults.target_wait_ms),
        visit_gap_ms=group.number("visit_gap_ms", defaults.visit_gap_ms),
        pass_through_ms=group.number("pass_through_ms", defaults.pass_through_ms),
        journey_horizon_minutes=group.number("journey_horizon_minutes", defaults.journey_horizon_minutes, maximum=99),
        live_item_days=group.number("live_item_days", defaults.live_item_days),
        alert_item_days=group.number("alert_item_days", defaults.alert_item_days),
    )


class _Reader:
    """Property groups being read; problems are collected, so that all are told at once."""

    def __init__(self, groups: Mapping[str, Mapping[str, str]], names: tuple[str, ...]) -> None:
        self._problems: list[str] = []
        self._groups = {name: _Group(name, groups, self._problems) for name in names}
        self._unknown = sorted(groups.keys() - set(names))

    def group(self, name: str) -> _Group:
        return self._groups[name]

    def refuse_problems(self) -> None:
        """Raise `SettingsError` with every problem, unknown properties and groups among them."""
        for group in self._groups.values():
            group.refuse_unknown()
        self._problems.extend(
            f"{name}: expected one of the groups {', '.join(self._groups)}, came an unknown one; remove it"
            for name in self._unknown
            # The managed service adds groups of its own, such as kinesis.analytics.flink.run.options.
            if not name.startswith("kinesis.analytics.")
        )
        if self._problems:
            raise SettingsError(
                "the job's properties cannot be used:\n" + "\n".join(f"- {problem}" for problem in self._problems)
            )


class _Group:
    """One property group being read; problems are collected, so that all are told at once."""

    def __init__(self, name: str, groups: Mapping[str, Mapping[str, str]], problems: list[str]) -> None:
        self._name = name
        self._properties = groups.get(name, {})
        self._problems = problems
        self._known: set[str] = set()

    def optional(self, name: str) -> str | None:
        self._known.add(name)
        return self._properties.get(name) or None

    def text(self, name: str) -> str:
        value = self.optional(name)
        if value is None:
            self._problem(name, "a text", "none", f"add {name} to the property group {self._name}")
        return value or ""

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.optional(name) or default
        if value not in choices:
            self._problem(name, f"one of {', '.join(choices)}", value, "correct it")
        return value

    def number(self, name: str, default: int, *, maximum: int = 10**9) -> int:
        value = self.optional(name)
        if value is None:
            return default
        if not value.isdecimal() or not 0 < int(value) <= maximum:
            self._problem(name, f"a whole number from 1 to {maximum}", value, "correct it, or leave it out")
            return default
        return int(value)

    def instant(self, name: str, *, is_wanted: bool) -> dt.datetime | None:
        value = self.optional(name)
        instant = _instant(value)
        if value is not None and not is_wanted:
            self._problem(name, f"none without initial_position {AT_TIMESTAMP}", value, "remove it")
        elif instant is None and is_wanted:
            self._problem(name, "an instant such as 2026-09-21T10:00:00Z", value or "none", "correct it")
        return instant

    def refuse_unknown(self) -> None:
        for name in self._properties.keys() - self._known:
            self._problem(name, f"one of {', '.join(sorted(self._known))}", "an unknown property", "remove it")

    def _problem(self, name: str, expected: str, came: str, cure: str) -> None:
        self._problems.append(f"{self._name}.{name}: expected {expected}, came {came}; {cure}")


def _instant(text: str | None) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant.astimezone(dt.UTC) if instant.tzinfo else None


def _property_groups(path: Path) -> dict[str, dict[str, str]]:
    try:
        return {str(group["PropertyGroupId"]): _texts(group["PropertyMap"]) for group in json.loads(path.read_text())}
    except FileNotFoundError:
        raise SettingsError(
            f"expected the job's properties in {path}, came no such file; name one with --properties"
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError) as broken:
        raise SettingsError(
            f"{path}: expected a JSON list of {{PropertyGroupId, PropertyMap}}, came something else ({broken!r})"
        ) from broken


def _texts(properties: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in properties.items()}
