"""Settings of the job, from the property groups of Managed Service for Apache Flink or a local file of the same form.

The file is a JSON list of `{"PropertyGroupId": …, "PropertyMap": {name: text}}`. Every problem is reported at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GROUPS = ("source", "lake", "live", "metrics")
MANAGED_FLINK_PROPERTIES = Path("/etc/flink/application_properties.json")


class SettingsError(ValueError):
    """The properties cannot be used; the message lists every problem and its cure."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Where events come from. `endpoint` is set for a local double only."""

    stream: str
    region: str
    endpoint: str | None
    initial_position: str


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


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the job is told."""

    source: SourceSettings
    lake: LakeSettings
    live: LiveSettings
    metrics: MetricSettings


def load_settings(path: Path) -> Settings:
    """Read the property file.

    Raises:
        SettingsError: the file is absent, not of the form above, or properties are missing, unknown or unusable.
    """
    return settings_of(_property_groups(path))


def settings_of(groups: Mapping[str, Mapping[str, str]]) -> Settings:
    """Build the settings from property groups; raises `SettingsError` with every problem."""
    problems: list[str] = []
    defaults = MetricSettings()
    source, lake, live, metrics = (_Group(name, groups, problems) for name in _GROUPS)
    settings = Settings(
        source=SourceSettings(
            stream=source.text("stream"),
            region=source.text("region"),
            endpoint=source.optional("endpoint"),
            initial_position=source.choice("initial_position", ("TRIM_HORIZON", "LATEST"), "TRIM_HORIZON"),
        ),
        lake=LakeSettings(
            warehouse=lake.text("warehouse"),
            database=lake.text("database"),
            region=lake.text("region"),
            glue_endpoint=lake.optional("glue_endpoint"),
            s3_endpoint=lake.optional("s3_endpoint"),
        ),
        live=LiveSettings(
            table_prefix=live.optional("table_prefix") or "",
            region=live.text("region"),
            endpoint=live.optional("endpoint"),
        ),
        metrics=MetricSettings(
            target_wait_ms=metrics.number("target_wait_ms", defaults.target_wait_ms),
            visit_gap_ms=metrics.number("visit_gap_ms", defaults.visit_gap_ms),
            pass_through_ms=metrics.number("pass_through_ms", defaults.pass_through_ms),
            journey_horizon_minutes=metrics.number(
                "journey_horizon_minutes", defaults.journey_horizon_minutes, maximum=99
            ),
            live_item_days=metrics.number("live_item_days", defaults.live_item_days),
        ),
    )
    for group in (source, lake, live, metrics):
        group.refuse_unknown()
    _refuse_unknown_groups(groups, problems)
    if problems:
        raise SettingsError(
            "the job's properties cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems)
        )
    return settings


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

    def refuse_unknown(self) -> None:
        for name in self._properties.keys() - self._known:
            self._problem(name, f"one of {', '.join(sorted(self._known))}", "an unknown property", "remove it")

    def _problem(self, name: str, expected: str, came: str, cure: str) -> None:
        self._problems.append(f"{self._name}.{name}: expected {expected}, came {came}; {cure}")


def _refuse_unknown_groups(groups: Mapping[str, Mapping[str, str]], problems: list[str]) -> None:
    problems.extend(
        f"{name}: expected one of the groups {', '.join(_GROUPS)}, came an unknown one; remove it"
        for name in sorted(groups.keys() - set(_GROUPS))
        # The managed service adds groups of its own, such as kinesis.analytics.flink.run.options.
        if not name.startswith("kinesis.analytics.")
    )


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
