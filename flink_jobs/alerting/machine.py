"""One rule at one place: from readings to the beginning, escalation and end of an alert.

```
idle ──value ≥ on──▶ pending ──held for minimum──▶ open ──value ≤ off──▶ idle (resolved)
  ▲                     │                            ├──unseen, or the rule sleeps──▶ idle (expired)
  └──────value < on─────┘                            └──stands for escalation time──▶ open (escalated, once)
```

No clock and no randomness: time comes with readings, and with `due` for what happens by time passing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from contracts.alerts import JobState, PlaceKind
from contracts.rules import HAZARD, Rule, rule_body
from flink_jobs.alerting.signals import Reading

Phase = Literal["idle", "pending", "open"]
GAP_MS = 60_000
"""Readings further apart than this do not follow on each other: a pending condition begins anew."""
LOOKS_BACK_MS = 2 * GAP_MS
"""More than any reading's stretch of time: a condition may have begun so long before it is told."""


@dataclass(slots=True)
class Machine:
    """What is known of one rule at one place; times in milliseconds, 0 for not yet.

    `told_id` is the first of the alerts that follow on each other within the cool-down, `ended_ms` the end of the last,
    and `pinned` the rule as it was when the alert began: should the rule go, the alert can still be ended.
    """

    rule_id: str
    place_kind: PlaceKind
    place_id: str
    metric: str
    phase: Phase = "idle"
    started_ms: int = 0
    raised_ms: int = 0
    escalated_ms: int = 0
    seen_ms: int = 0
    value: float = 0.0
    worst: float = 0.0
    hazard_id: str = ""
    clip_id: str = ""
    told_id: str = ""
    repeat_of: str = ""
    pinned: str = ""
    ended_ms: int = 0
    escalates_ms: int = 0
    expires_ms: int = 0

    def to_list(self) -> list[Any]:
        """Return the machine as a list that JSON can hold."""
        return [getattr(self, name) for name in self.__slots__]

    @property
    def due_ms(self) -> int:
        """When something happens by time passing alone; 0 for never."""
        if self.phase != "open":
            return 0
        waiting = [at for at in (0 if self.escalated_ms else self.escalates_ms, self.expires_ms) if at]
        return min(waiting, default=0)

    def is_forgettable(self, now_ms: int, cool_down_ms: int) -> bool:
        """Whether nothing would change if it were forgotten."""
        return self.phase == "idle" and (not self.ended_ms or now_ms - self.ended_ms > cool_down_ms + LOOKS_BACK_MS)

    def read(self, rule: Rule, reading: Reading) -> JobState | None:
        """Take a reading; returns the state that it leads to, if it leads to one.

        Call `due` with the reading's time before: what was due is done first, so that the order of arrival of a timer
        and a reading does not matter.
        """
        if self.phase == "pending" and reading.since_ms - self.seen_ms > GAP_MS:
            self.phase = "idle"
        self.seen_ms, self.value = reading.time_ms, reading.value
        if self.phase == "open":
            return self._go_on(rule, reading)
        if reading.value < rule.on_level:
            self.phase = "idle"
            return None
        if self.phase == "idle":
            self.phase, self.started_ms, self.worst = "pending", reading.since_ms, reading.value
            self.hazard_id = self.clip_id = ""
        self._note(reading)
        if reading.time_ms - self.started_ms < rule.minimum_seconds * 1000:
            return None
        return self._open(rule, reading.time_ms)

    def due(self, now_ms: int) -> JobState | None:
        """Do the first thing that is due by then; returns the state that it leads to. Call again until None."""
        at_ms = self.due_ms
        if not at_ms or at_ms > now_ms:
            return None
        if not self.escalated_ms and at_ms == self.escalates_ms:
            self.escalated_ms = at_ms
            return "escalated"
        return self.end(at_ms, "expired")

    def end(self, at_ms: int, state: JobState) -> JobState:
        """End the alert; a rule that sleeps, or is gone, ends it too."""
        self.phase, self.ended_ms = "idle", at_ms
        return state

    def _go_on(self, rule: Rule, reading: Reading) -> JobState | None:
        if reading.value <= rule.off_level and reading.value < rule.on_level and not reading.hazard_id:
            return self.end(reading.time_ms, "resolved")
        if reading.value >= rule.off_level:
            self._note(reading)
        self._see(rule, reading.time_ms)
        return None

    def _open(self, rule: Rule, now_ms: int) -> JobState:
        self.phase, self.raised_ms, self.escalated_ms = "open", now_ms, 0
        self.pinned = rule_body(rule)
        is_repeat = self.told_id and self.started_ms - self.ended_ms < rule.cool_down_seconds * 1000
        self.repeat_of = self.told_id if is_repeat else ""
        minutes = rule.escalate_after_minutes
        self.escalates_ms = now_ms + minutes * 60_000 if minutes is not None else 0
        self._see(rule, now_ms)
        return "needs_review" if rule.metric.startswith(HAZARD) and rule.severity == "high" else "raised"

    def _see(self, rule: Rule, now_ms: int) -> None:
        # Silence lasts until something is heard.
        self.expires_ms = 0 if rule.metric == "no_data" else now_ms + rule.expire_after_minutes * 60_000

    def _note(self, reading: Reading) -> None:
        self.worst = max(reading.value, self.worst)
        if reading.value == self.worst or not self.clip_id:
            self.hazard_id, self.clip_id = reading.hazard_id or self.hazard_id, reading.clip_id or self.clip_id
