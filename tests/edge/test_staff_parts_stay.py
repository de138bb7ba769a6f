"""Who is recognised as staff in the middle of a stay."""

from __future__ import annotations

from tests.edge.walks import HALL, INSIDE, START_MS, device, observation, snapshots_of, visits_of

STEP_MS = 200


def test_who_is_recognised_as_staff_in_a_stay_parts_it() -> None:
    """The customer's stay ends at that instant and staff's begins, so that visits and snapshots agree to the end."""
    edge, events = device([HALL]), []
    for at_ms in range(0, 60_000, STEP_MS):
        events += edge.observe(observation(at_ms, [("a", INSIDE, at_ms >= 20_000, False)]))
    events += edge.close(START_MS + 60_000)
    visits = [(v.entered_ms - START_MS, v.left_ms - START_MS, v.is_staff, v.end) for v in visits_of(events)]
    assert visits == [(0, 20_000, False, "left"), (20_000, 59_800, True, "day_end")]
    zones = [snapshot.zones[0] for _at, snapshot in snapshots_of(events)]
    assert sum(zone.person_ms for zone in zones) == 20_000
    assert sum(zone.staff_person_ms for zone in zones) == 39_800
