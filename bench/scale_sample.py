"""What a simulated store sends, and what is written of it: the counts of `scale.toml`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from bench.scale_model import TOLD_EVERY, WINDOW_SECONDS
from contracts.events import Snapshot
from sim.run import stream
from sim.scenario import load as load_scenario

_Held = tuple[int, int, int]
"""A zone's count at the end of a window, its person_ms and its interval_ms."""


def sampled(hours: float = 2.0) -> str:
    """Return what a simulated store sends and what is written of it, as lines for `scale.toml`."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    times_ms: list[int] = []
    windows: defaultdict[int, dict[str, _Held]] = defaultdict(dict)
    for emitted in stream(load_scenario("supermarket"), seed=7, hours=hours):
        event = emitted.event
        counts[event.kind] += 1
        sizes[event.kind] += len(event.to_record())
        times_ms.append(event.event_time_ms)
        if isinstance(event.payload, Snapshot):
            _add_up(windows[event.event_time_ms // (1000 * WINDOW_SECONDS)], event.payload)
    covered_hours = (max(times_ms) - min(times_ms)) / 3_600_000
    kinds = (
        f'  {{ name = "{kind}", per_hour = {count / covered_hours:.1f}, size_bytes = {sizes[kind] / count:.0f}.0 }},'
        for kind, count in counts.most_common()
    )
    written, changed = live_writes([windows[number] for number in sorted(windows)])
    live = f"live_writes_per_minute = {written:.1f}\nlive_changes_per_minute = {changed:.1f}"
    return "\n".join(("kinds = [", *kinds, "]", live))


def _add_up(window: dict[str, _Held], snapshot: Snapshot) -> None:
    for zone in snapshot.zones:
        _, person_ms, interval_ms = window.get(zone.zone_id, (0, 0, 0))
        window[zone.zone_id] = (zone.count, person_ms + zone.person_ms, interval_ms + snapshot.interval_ms)


def live_writes(windows: Sequence[Mapping[str, _Held]]) -> tuple[float, float]:
    """Return items a minute: as `ZONE_CHANGES` tells them, and if it told a zone when its count changes."""
    before: dict[str, _Held] = {}
    written = changed = 0.0
    for window in windows:
        for zone_id, held in window.items():
            last = before.get(zone_id)
            count, person_ms, _ = held
            is_told = held != last or count or person_ms
            written += 1 if is_told else 1 / TOLD_EVERY
            changed += 1 if last is None or last[0] != count else 1 / TOLD_EVERY
        before |= window
    minutes = len(windows) * WINDOW_SECONDS / 60
    return written / minutes, changed / minutes
