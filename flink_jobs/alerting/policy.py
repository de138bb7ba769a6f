"""The alert policy of one store: signals in, alerts out. No Flink and no clock inside.

The state is one JSON text, so that it outlives restarts and new versions of this code. The same signals give the same
alerts: whoever replays a day gets the ids of the day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from contracts.alerts import Alert, JobState, PlaceKind, alert_id
from contracts.rules import HAZARD, Rule, read_rule
from flink_jobs.alerting.machine import Machine
from flink_jobs.alerting.rulebook import Book
from flink_jobs.alerting.schedule import is_due
from flink_jobs.alerting.signals import (
    WINDOW_MS,
    Reading,
    Zone,
    camera_readings,
    hazard_reading,
    zone_readings,
    zones_in,
)
from flink_jobs.alerting.staffing import advise
from flink_jobs.alerting.state import keep_greatest, key_of, percentile_90, read_state

DWELL_MS = 15 * 60_000
FEWEST_VISITS = 5
DAY_SECONDS = 86_400
FORGETS_EVERY_MS = 60_000
LOOKS_EVERY_MS = 60_000
"""What is overdue waits, for the store to open or for a rule to change: it is looked at again so often."""
FORGETS_ZONES_MS = 7 * DAY_SECONDS * 1000
_QUEUE_METRICS = frozenset({"queue_length", "longest_wait_seconds", "lanes_open_vs_needed"})
_ZONE_METRICS = _QUEUE_METRICS | {"occupancy", "no_data"}

Fed = Callable[[str], bool]
"""Whether a metric is fed by the signal at hand."""


class Policy:
    """The rules of one store at work. Make one from the stored text, feed it, store the text again."""

    def __init__(self, store_id: str, text: str | None = None, *, item_days: int = 90) -> None:
        """Go on from `text`, or begin; DynamoDB may delete an alert so many days after it began."""
        self.store_id = store_id
        self._item_seconds = item_days * DAY_SECONDS
        self._state = read_state(text)

    @property
    def text(self) -> str:
        """The state, to be kept."""
        return self._state.text

    def take(self, kind: str, time_ms: int, body: str, book: Book) -> list[Alert]:
        """Take one signal of the store; returns the alerts that begin, change or end, in their order.

        Args:
            kind: zones, hazard, cameras or visits.
            time_ms: event time of the signal; signals of one kind come in their order.
            body: as the view `alert_signal` writes it.
            book: the rules that hold at that time.

        Raises:
            ValueError: an unknown kind, or a body that is not of its form.
        """
        if kind not in _FED:
            raise ValueError(f"signal: expected {', '.join(_FED)}, came {kind!r}")
        # First, and before anything is seen of the new signal: a timer might have done it already.
        alerts = list(self._due(time_ms, book, _FED[kind]))
        match kind:
            case "zones":
                readings = self._zones(zones_in(body), time_ms, book)
            case "hazard":
                readings = [hazard_reading(body, time_ms)]
            case "cameras":
                readings = camera_readings(body, time_ms)
            case _:
                readings = self._dwells(json.loads(body), time_ms)
        return alerts + list(self._compare(readings, book))

    def advance(self, now_ms: int, book: Book) -> list[Alert]:
        """Do what is due by time passing: escalations, expiries, silence."""
        alerts = list(self._due(now_ms, book, _is_any))
        silent = [reading for reading in self._heard_of(now_ms) if reading.value * 1000 > WINDOW_MS]
        alerts += self._compare(silent, book)
        self._forget(now_ms, book)
        return alerts

    def next_due_ms(self, book: Book) -> int | None:
        """Return when `advance` has something to do next; None for never, as far as is known."""
        times = [machine.due_ms for machine in self._state.machines.values() if machine.due_ms]
        for rule in book.by_metric.get("no_data", ()):
            times += [heard + round(rule.on_level * 1000) for heard in self._quiet(rule)]
        return min(times, default=None)

    def _zones(self, zones: list[Zone], time_ms: int, book: Book) -> list[Reading]:
        state = self._state
        state.flows.see(zones, time_ms)
        state.heard[""] = time_ms
        for zone in zones:
            if zone.interval_ms:
                state.heard[zone.zone_id] = time_ms
                state.zone_kinds[zone.zone_id] = zone.kind
        readings = [*zone_readings(zones, time_ms), *self._lanes(time_ms, book)]
        self._trace(readings, book)
        if time_ms % FORGETS_EVERY_MS == 0:
            self._forget(time_ms, book)
        heard = [reading for reading in self._heard_of(time_ms) if not reading.value]
        return readings + heard

    def _lanes(self, time_ms: int, book: Book) -> list[Reading]:
        flows, load = self._state.flows, self._state.flows.load
        if load is None or flows.now_ms != time_ms or "lanes_open_vs_needed" not in book.by_metric:
            return []
        store = book.store
        advice = advise(
            load,
            lanes_open=flows.lanes_open,
            lanes=flows.lanes,
            target_seconds=store.target_wait_seconds,
            service_level=store.service_level,
        )
        short = float(advice.lanes_needed - advice.lanes_open)
        return [Reading("lanes_open_vs_needed", "store", self.store_id, short, time_ms - WINDOW_MS, time_ms)]

    def _dwells(self, visits: list[list[Any]], time_ms: int) -> list[Reading]:
        """Count the visits of the last 15 minutes by zone; a visit that changed takes back what it was."""
        state = self._state
        state.dwells = [each for each in state.dwells if each[0] > time_ms - DWELL_MS]
        state.dwells += sorted([time_ms, *visit] for visit in visits)
        totals: dict[str, dict[int, int]] = {}
        for _, zone_id, dwell_ms, weight in state.dwells:
            zone = totals.setdefault(zone_id, {})
            zone[dwell_ms] = zone.get(dwell_ms, 0) + weight
        readings = []
        for zone_id, counts in sorted(totals.items()):
            dwells = [dwell for dwell, count in sorted(counts.items()) for _ in range(count)]
            if len(dwells) >= FEWEST_VISITS:
                kind = state.zone_kinds.get(zone_id, "")
                value = percentile_90(dwells) / 1000
                readings.append(Reading("dwell_seconds_p90", "zone", zone_id, value, time_ms - 60_000, time_ms, kind))
        return readings

    def _quiet(self, rule: Rule) -> Iterator[int]:
        """Yield when each place of a rule of silence was last heard of, but for those with an open alert."""
        for reading in self._heard_of():
            machine = self._state.machines.get(key_of(rule.rule_id, reading.place_kind, reading.place_id))
            if (machine is None or machine.phase != "open") and _matches(rule, reading):
                yield reading.since_ms

    def _heard_of(self, now_ms: int = 0) -> Iterator[Reading]:
        """Yield for how long the store, and each zone, was silent at an instant."""
        for zone_id, at_ms in self._state.heard.items():
            kind: PlaceKind = "zone" if zone_id else "store"
            place = zone_id or self.store_id
            silent_seconds = max(0, now_ms - at_ms) / 1000
            zone_kind = self._state.zone_kinds.get(zone_id, "")
            yield Reading("no_data", kind, place, silent_seconds, at_ms, now_ms, zone_kind)

    def _compare(self, readings: Iterable[Reading], book: Book) -> Iterator[Alert]:
        for reading in readings:
            for rule in book.by_metric.get(reading.metric, ()):
                if _matches(rule, reading):
                    yield from self._read(rule, reading, book)

    def _read(self, rule: Rule, reading: Reading, book: Book) -> Iterator[Alert]:
        key = key_of(rule.rule_id, reading.place_kind, reading.place_id)
        machine = self._state.machines.get(key)
        if not is_due(rule, book.store, reading.time_ms):
            if machine is not None:
                yield from self._sleep(machine, rule, reading.time_ms, book)
            return
        if machine is None:
            if reading.value < rule.on_level:
                return
            machine = Machine(rule.rule_id, reading.place_kind, reading.place_id, reading.metric)
            self._state.machines[key] = machine
        state = machine.read(rule, reading)
        if state is not None:
            yield self._alert(machine, rule, state, reading.time_ms, book)

    def _sleep(self, machine: Machine, rule: Rule, now_ms: int, book: Book) -> Iterator[Alert]:
        if machine.phase == "open":
            yield self._alert(machine, rule, machine.end(now_ms, "expired"), now_ms, book)
        machine.phase = "idle"

    def _due(self, now_ms: int, book: Book, is_fed: Fed) -> Iterator[Alert]:
        for machine in list(self._state.machines.values()):
            if not is_fed(machine.metric) or machine.phase != "open":
                continue
            rule = book.by_id.get(machine.rule_id)
            if rule is None or rule.metric != machine.metric:
                yield self._gone(machine, now_ms, book)
                continue
            while (state := machine.due(now_ms)) is not None:
                at_ms = machine.ended_ms if state == "expired" else machine.escalated_ms
                yield self._alert(machine, rule, state, at_ms, book)

    def _gone(self, machine: Machine, now_ms: int, book: Book) -> Alert:
        """End the alert of a rule that was removed, switched off, or set to another metric."""
        return self._alert(machine, read_rule(json.loads(machine.pinned)), machine.end(now_ms, "expired"), now_ms, book)

    def _forget(self, now_ms: int, book: Book) -> None:
        state = self._state
        for key, machine in list(state.machines.items()):
            rule = book.by_id.get(machine.rule_id)
            if machine.is_forgettable(now_ms, rule.cool_down_seconds * 1000 if rule else 0):
                del state.machines[key]
        # A zone that was taken out of the store's file is not silent for ever.
        state.heard = {zone_id: at for zone_id, at in state.heard.items() if now_ms - at <= FORGETS_ZONES_MS}
        state.zone_kinds = {zone_id: kind for zone_id, kind in state.zone_kinds.items() if zone_id in state.heard}

    def _trace(self, readings: Iterable[Reading], book: Book) -> None:
        """Keep half an hour of the greatest values by minute, of lanes and the store, for the alert's picture."""
        for reading in readings:
            if reading.metric in _QUEUE_METRICS and reading.metric in book.by_metric:
                keep_greatest(self._state.trails.setdefault(f"{reading.metric}/{reading.place_id}", []), reading)
            elif reading.metric == "occupancy":
                self._trace_open(reading, book)

    def _trace_open(self, reading: Reading, book: Book) -> None:
        keys = (key_of(rule.rule_id, "zone", reading.place_id) for rule in book.by_metric.get("occupancy", ()))
        name = f"occupancy/{reading.place_id}"
        if any((machine := self._state.machines.get(key)) and machine.phase != "idle" for key in keys):
            keep_greatest(self._state.trails.setdefault(name, []), reading)
        else:
            self._state.trails.pop(name, None)

    def _alert(self, machine: Machine, rule: Rule, state: JobState, at_ms: int, book: Book) -> Alert:
        identity = alert_id(
            self.store_id, machine.place_kind, machine.place_id, machine.rule_id, machine.started_ms
        )  # fmt: skip
        is_over = state in ("resolved", "expired")
        if is_over:
            machine.told_id = machine.repeat_of or identity
        return Alert(
            store_id=self.store_id,
            alert_id=identity,
            rule_id=rule.rule_id,
            rule_version=rule.version,
            title=rule.title,
            metric=machine.metric,
            place_kind=machine.place_kind,
            place_id=machine.place_id,
            severity=rule.severity,
            state=state,
            started_ms=machine.started_ms,
            raised_ms=machine.raised_ms,
            escalated_ms=machine.escalated_ms,
            ended_ms=machine.ended_ms if is_over else 0,
            changed_ms=at_ms,
            value=round(machine.value, 3),
            worst_value=round(machine.worst, 3),
            limit_value=rule.on_level,
            history=self._history(machine),
            advice=self._advice(machine, book),
            roles=",".join(rule.roles),
            escalation_roles=",".join(rule.escalation_roles),
            cool_down_seconds=rule.cool_down_seconds,
            repeat_of=machine.repeat_of,
            hazard_id=machine.hazard_id,
            clip_id=machine.clip_id,
            expires_at=machine.started_ms // 1000 + self._item_seconds,
        )

    def _history(self, machine: Machine) -> str:
        trail = self._state.trails.get(f"{machine.metric}/{machine.place_id}", [])
        return json.dumps(trail, separators=(",", ":"))

    def _advice(self, machine: Machine, book: Book) -> str:
        load, flows = self._state.flows.load, self._state.flows
        if machine.metric not in _QUEUE_METRICS or load is None:
            return ""
        return advise(
            load,
            lanes_open=flows.lanes_open,
            lanes=flows.lanes,
            target_seconds=book.store.target_wait_seconds,
            service_level=book.store.service_level,
        ).to_json()


def _matches(rule: Rule, reading: Reading) -> bool:
    """Whether a rule watches the place of a reading; one that names no place watches all of its metric's."""
    if rule.metric == "no_data" and (reading.place_kind == "zone") != bool(rule.zone_ids or rule.zone_kinds):
        return False
    return (
        _is_among(reading.place_id, rule.lane_ids)
        and _is_among(reading.place_id, rule.zone_ids)
        and _is_among(reading.zone_kind, rule.zone_kinds)
        and _is_among(reading.camera_id, rule.camera_ids)
    )


def _is_among(name: str, names: tuple[str, ...]) -> bool:
    return not names or name in names


def _is_of_zones(metric: str) -> bool:
    return metric in _ZONE_METRICS


def _is_hazard(metric: str) -> bool:
    return metric.startswith(HAZARD)


def _is_camera(metric: str) -> bool:
    return metric == "camera_state"


def _is_dwell(metric: str) -> bool:
    return metric == "dwell_seconds_p90"


def _is_any(metric: str) -> bool:
    return bool(metric)


_FED: dict[str, Fed] = {"zones": _is_of_zones, "hazard": _is_hazard, "cameras": _is_camera, "visits": _is_dwell}
"""Signals, and which metrics each feeds."""
