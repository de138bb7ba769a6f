"""Alerts of open hours, hazards among them, and what people did about them.

How often each kind comes, how often it is so, and how soon somebody takes it, is made up: see `incidents.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from contracts.alerts import alert_id
from sim.history.chain import AISLES, LANES
from sim.history.chance import Draw, Floats, Integers, Keys, derived, keys, normal, poisson, uniform
from sim.history.checkout import BUYERS_SHARE, open_lanes, service_ms_of
from sim.history.floor import ZONES
from sim.history.open_hours import OpenHours
from sim.history.pictures import ENTRANCE_CAMERA, FLOOR_CAMERA
from sim.history.tables import Column, instants, named, repeated

_SECOND_US = 1_000_000
_LOAD_STEEPNESS = 6.0
_PLANNED_LOAD = 0.75
"""How busy servers are where alerts of queues come as often as their rate says."""
_DUPLICATE, _NOT_ACTIONABLE = 0.03, 0.05
_JUDGED_SHARE = 0.75
_VERDICTS = ("true", "false", "duplicate", "not_actionable")


@dataclass(frozen=True, slots=True)
class Kind:
    """One rule, how often it raises an alert, and what comes of it.

    Attributes:
        rate: alerts in an open hour of a mean store, at the planned load where it `grows_with_load`.
        taken_share: how many somebody takes.
        response_seconds: median time until then.
        true_share: how many of those that are judged are so.
        open_seconds: median time from raising to the end.
        escalates_after_seconds: an alert that nobody has taken by then is escalated; 0 for never.
    """

    rule_id: str
    metric: str
    place_kind: str
    severity: str
    limit_value: float
    rate: float
    taken_share: float
    response_seconds: float
    true_share: float
    open_seconds: float
    grows_with_load: bool = False
    escalates_after_seconds: int = 0

    @property
    def label(self) -> str | None:
        """The hazard's label; None for what is no hazard."""
        return self.metric.removeprefix("hazard.") if self.metric.startswith("hazard.") else None

    @property
    def first_state(self) -> str:
        """The state that it begins in: a person confirms a hazard of severity high first."""
        return "needs_review" if self.label is not None and self.severity == "high" else "raised"


KINDS = tuple(
    Kind(**each)
    for each in tomllib.loads((files("sim.history") / "incidents.toml").read_text(encoding="utf-8"))["kind"]
)
_CAMERAS = (ENTRANCE_CAMERA, FLOOR_CAMERA)
_BOX = {"x": 0.45, "y": 0.45, "w": 0.1, "h": 0.1}
_BOX_TYPE = pa.struct([(name, pa.float64()) for name in _BOX])
_LANES = tuple(f"lane-{number}" for number in range(1, LANES + 1))
_AISLE_ZONES = tuple(zone.zone_id for zone in ZONES[: len(AISLES)])


@dataclass(frozen=True, slots=True)
class _Alerts:
    """Alerts of one kind, each an element of arrays; times in microseconds since 1970."""

    kind: Kind
    store: Integers
    ids: tuple[str, ...]
    place: pa.Array
    raised_us: Integers
    response_us: Integers
    length_us: Integers
    is_taken: npt.NDArray[np.bool_]
    is_judged: npt.NDArray[np.bool_]
    verdict: Integers
    worst: Floats

    @property
    def size(self) -> int:
        return len(self.store)


def incident_tables(hours: OpenHours) -> dict[str, pa.Table]:
    """Return the rows of alerts, of acts and of hazards by the table's name; each alert has ended."""
    found = [_alerts(hours, number) for number in range(len(KINDS))]
    ids = hours.chain.ids
    return {
        "alert_v1": pa.concat_tables([part for alerts in found for part in _states(ids, alerts)]),
        "alert_action_v1": pa.concat_tables([part for alerts in found for part in _acts(ids, alerts)]),
        "hazard_v1": pa.concat_tables([_hazards(ids, alerts) for alerts in found if alerts.kind.label]),
    }


def _alerts(hours: OpenHours, number: int) -> _Alerts:
    kind = KINDS[number]
    count = poisson(_rate(hours, kind), derived(hours.key, Draw.ALERT, number))
    hour = np.repeat(np.arange(hours.size), count)
    nth = np.arange(len(hour)) - np.repeat(np.cumsum(count) - count, count)
    key = derived(hours.key[hour], Draw.ALERT, number, nth)
    store = hours.store[hour]
    seen_us = hours.seen_minutes[hour] * 60 * _SECOND_US
    raised = hours.window_start_us[hour] + np.floor(uniform(derived(key, Draw.ALERT_MINUTE)) * seen_us).astype(np.int64)
    place = _place(hours, kind, store, hour, derived(key, Draw.ALERT_PLACE))
    started_ms = raised // 1000 - 60_000
    named_by = zip(store.tolist(), place.to_pylist(), started_ms.tolist(), strict=True)
    ids = [alert_id(hours.chain.ids[at], kind.place_kind, where, kind.rule_id, began) for at, where, began in named_by]
    slowness = np.exp(0.35 * normal(keys(hours.chain.seed, np.arange(hours.chain.stores), Draw.STORE_RESPONSE)))
    return _Alerts(
        kind=kind,
        store=store,
        ids=tuple(ids),
        place=place,
        raised_us=raised,
        response_us=_spread(kind.response_seconds * slowness[store], 0.7, derived(key, Draw.ALERT_RESPONSE)),
        length_us=_spread(np.full(len(hour), kind.open_seconds), 0.6, derived(key, Draw.ALERT_LENGTH)),
        is_taken=uniform(derived(key, Draw.ALERT_TAKEN)) < kind.taken_share,
        is_judged=uniform(derived(key, Draw.ALERT_JUDGED)) < _JUDGED_SHARE,
        verdict=_verdict(kind, uniform(derived(key, Draw.ALERT_VERDICT))),
        worst=kind.limit_value * (1 + 0.6 * uniform(derived(key, Draw.ALERT_VALUE)) ** 2),
    )


def _rate(hours: OpenHours, kind: Kind) -> Floats:
    risk = np.exp(0.4 * normal(keys(hours.chain.seed, np.arange(hours.chain.stores), Draw.STORE_RISK)))
    rate = kind.rate * risk[hours.store] * hours.seen_minutes / 60
    if not kind.grows_with_load:
        return np.asarray(rate)
    busy = hours.in_count * BUYERS_SHARE * service_ms_of(hours) / (open_lanes(hours) * hours.seen_minutes * 60_000)
    return np.asarray(rate * np.clip(np.exp(_LOAD_STEEPNESS * (busy - _PLANNED_LOAD)), 0.02, 12.0))


def _place(hours: OpenHours, kind: Kind, store: Integers, hour: Integers, key: Keys) -> pa.Array:
    if kind.place_kind == "store":
        return named(hours.chain.ids, store).cast(pa.string())
    names = {"lane": _LANES, "zone": _AISLE_ZONES, "camera": _CAMERAS}[kind.place_kind]
    several = open_lanes(hours)[hour] if kind.place_kind == "lane" else np.full(len(hour), len(names))
    return named(names, np.floor(uniform(key) * several).astype(np.int64)).cast(pa.string())


def _spread(median_seconds: Floats, spread: float, key: Keys) -> Integers:
    """Return log-normal times, to the second."""
    seconds = np.maximum(np.rint(median_seconds * np.exp(spread * normal(key))), 5.0)
    return np.asarray(seconds * _SECOND_US, dtype=np.int64)


def _verdict(kind: Kind, drawn: Floats) -> Integers:
    """Return places in `_VERDICTS`."""
    bounds = np.cumsum([_DUPLICATE, _NOT_ACTIONABLE])
    judged = (drawn - bounds[-1]) / (1 - bounds[-1]) < kind.true_share
    return np.select([drawn < bounds[0], drawn < bounds[1], judged], [2, 3, 0], 1).astype(np.int64)


def _states(store_ids: tuple[str, ...], alerts: _Alerts) -> list[pa.Table]:
    """Return a row for each state that the alerts were in."""
    every = np.arange(alerts.size)
    parts = [_state(store_ids, alerts, every, alerts.kind.first_state, alerts.raised_us)]
    if after_us := alerts.kind.escalates_after_seconds * _SECOND_US:
        is_late = ~(alerts.is_taken & (alerts.response_us < after_us)) & (alerts.length_us > after_us)
        late = every[is_late]
        parts.append(_state(store_ids, alerts, late, "escalated", alerts.raised_us[late] + after_us))
    return [*parts, _state(store_ids, alerts, every, "resolved", alerts.raised_us + alerts.length_us)]


def _state(store_ids: tuple[str, ...], alerts: _Alerts, row: Integers, state: str, changed_us: Integers) -> pa.Table:
    kind, size = alerts.kind, len(row)
    text: dict[str, str] = {
        "rule_id": kind.rule_id, "title": "", "metric": kind.metric, "place_kind": kind.place_kind,
        "severity": kind.severity, "state": state, "history": "[]", "advice": "", "roles": "shift_lead",
        "escalation_roles": "store_manager", "repeat_of": "", "clip_id": "",
    }  # fmt: skip
    is_over = state == "resolved"
    columns: dict[str, Column] = {
        "store_id": named(store_ids, alerts.store[row]),
        "alert_id": pa.array([alerts.ids[place] for place in row.tolist()], pa.string()),
        "rule_version": np.ones(size, np.int64),
        "place_id": alerts.place.take(pa.array(row)),
        "value": alerts.worst[row] * (0.4 if is_over else 1.0),
        "worst_value": alerts.worst[row],
        "limit_value": np.full(size, kind.limit_value),
        "cool_down_seconds": np.full(size, 900),
        "hazard_id": _hazard_ids(alerts, row),
        "started_time": instants(alerts.raised_us[row] - 60 * _SECOND_US),
        "raised_time": instants(alerts.raised_us[row]),
        "ended_time": instants(changed_us) if is_over else pa.nulls(size, pa.timestamp("us", tz="UTC")),
        "changed_time": instants(changed_us),
    }
    return pa.table({**columns, **{name: repeated([value], size) for name, value in text.items()}})


def _acts(store_ids: tuple[str, ...], alerts: _Alerts) -> list[pa.Table]:
    """Return who took the alerts, and what they found: a verdict comes a little after."""
    taken = np.flatnonzero(alerts.is_taken)
    judged = np.flatnonzero(alerts.is_taken & alerts.is_judged)
    return [
        _act(store_ids, alerts, taken, "acknowledge", alerts.raised_us[taken] + alerts.response_us[taken]),
        _act(store_ids, alerts, judged, "verdict", alerts.raised_us[judged] + 2 * alerts.response_us[judged]),
    ]


def _act(store_ids: tuple[str, ...], alerts: _Alerts, row: Integers, action: str, acted_us: Integers) -> pa.Table:
    number = 1 if action == "acknowledge" else 2
    ids = [alerts.ids[place] for place in row.tolist()]
    verdicts = named(_VERDICTS, alerts.verdict[row]) if action == "verdict" else pa.nulls(len(row), pa.string())
    return pa.table(
        {
            "store_id": named(store_ids, alerts.store[row]),
            "action_id": pa.array([f"{name}#{number:04}" for name in ids], pa.string()),
            "alert_id": pa.array(ids, pa.string()),
            "action": repeated([action], len(row)),
            "verdict": verdicts.cast(pa.string()),
            "comment": pa.nulls(len(row), pa.string()),
            "person_id": repeated(["shift-lead"], len(row)),
            "acted_time": instants(acted_us),
        }
    )


def _hazards(store_ids: tuple[str, ...], alerts: _Alerts) -> pa.Table:
    """Return what the camera saw: each alert of a hazard tells of one."""
    every = np.arange(alerts.size)
    ids = _hazard_ids(alerts, every)
    return pa.table(
        {
            "store_id": named(store_ids, alerts.store),
            "hazard_id": ids,
            "camera_id": repeated([FLOOR_CAMERA], alerts.size),
            "zone_id": alerts.place,
            "label": repeated([alerts.kind.label], alerts.size),
            "confidence": np.minimum(alerts.worst, 0.99),
            "box": pa.array([_BOX] * alerts.size, _BOX_TYPE),
            "clip_id": pa.nulls(alerts.size, pa.string()),
            "event_time": instants(alerts.raised_us),
            "event_id": pa.array([f"event-{name}" for name in alerts.ids], pa.string()),
        }
    )


def _hazard_ids(alerts: _Alerts, row: Integers) -> pa.Array:
    said = "" if alerts.kind.label is None else "hazard-"
    return pa.array([said + alerts.ids[place] if said else "" for place in row.tolist()], pa.string())
