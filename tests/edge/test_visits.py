"""The visit machine's rules, one table, and properties over random walks."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.visits import Change, StayEnded, VisitMachine, VisitSettings

I, O, U = "inside", "outside", "unseen"  # noqa: E741
SETTINGS = VisitSettings(enter_ms=400, leave_ms=1_000, lost_ms=3_000)
Step = tuple[int, str] | tuple[int, str, str]

TABLE: list[tuple[str, list[Step], int, list[tuple[int, int, str]]]] = [
    (
        "counts from the first instant inside",
        [(0, O), (200, I), (600, I), (2000, I), (2200, O), (3200, O)],
        3200,
        [(200, 2000, "left")],
    ),
    ("is no visit before enter_ms", [(0, I), (200, I), (399, I), (600, O), (2000, O)], 9000, []),
    ("is a visit at enter_ms exactly", [(0, I), (400, I), (600, O), (1400, O)], 1400, [(0, 400, "left")]),
    (
        "starts again after a step outside while entering",
        [(0, I), (200, O), (400, I), (800, I)],
        900,
        [(400, 800, "day_end")],
    ),
    (
        "goes on through a step outside shorter than leave_ms",
        [(0, I), (400, I), (600, O), (1399, I), (1600, I)],
        1700,
        [(0, 1600, "day_end")],
    ),
    (
        "ends at leave_ms exactly, and a new one may begin",
        [(0, I), (400, I), (600, O), (1400, I), (1800, I)],
        1900,
        [(0, 400, "left"), (1400, 1800, "day_end")],
    ),
    (
        "goes on through a gap shorter than lost_ms",
        [(0, I), (400, I), (3399, I)],
        3500,
        [(0, 3399, "day_end")],
    ),
    ("is lost after lost_ms unseen", [(0, I), (400, I), (3400, U)], 3400, [(0, 400, "lost")]),
    (
        "is lost even when the track comes back at that instant",
        [(0, I), (400, I), (3400, I), (3800, I)],
        3900,
        [(0, 400, "lost"), (3400, 3800, "day_end")],
    ),
    (
        "has left when last seen at the border",
        [(0, I), (400, I, "border"), (3400, U)],
        3400,
        [(0, 400, "left")],
    ),
    (
        "was lost when seen at the border only earlier",
        [(0, I, "border"), (400, I), (3400, U)],
        3400,
        [(0, 400, "lost")],
    ),
    (
        "has left when last seen outside, then unseen",
        [(0, I), (400, I), (600, O), (1400, U)],
        1400,
        [(0, 400, "left")],
    ),
    (
        "has left at once when seen outside after a gap of leave_ms",
        [(0, I), (400, I), (2400, O)],
        2400,
        [(0, 400, "left")],
    ),
    ("a candidate has lost_ms to be confirmed", [(0, I), (300, I), (3000, I)], 3100, []),
    (
        "a rarely seen track is confirmed by its second sight",
        [(0, I), (2999, I)],
        3000,
        [(0, 2999, "day_end")],
    ),
    ("the day's end loses nobody who was lost before", [(0, I), (400, I)], 3400, [(0, 400, "lost")]),
]


def run(machine: VisitMachine, steps: Sequence[Step], track: str = "t") -> list[Change]:
    """Feed one track's steps, one zone."""
    return [change for step in steps for change in see(machine, step, track)]


def see(machine: VisitMachine, step: Step, track: str = "t") -> list[Change]:
    """Feed one step."""
    at_ms, place = step[0], step[1]
    seen = place != U
    return machine.observe(
        at_ms,
        (track,) if seen else (),
        np.array([[place == I]] * seen, dtype=np.bool_).reshape(-1, 1),
        is_staff=np.zeros(int(seen), dtype=np.bool_),
        at_border=np.array([len(step) > 2] * seen, dtype=np.bool_),
    )


def ended(changes: Sequence[Change]) -> list[tuple[int, int, str]]:
    """Return (entered, left, end) of the stays that ended."""
    return [(c.entered_ms, c.left_ms, c.end) for c in changes if isinstance(c, StayEnded)]


@pytest.mark.parametrize(("steps", "close_ms", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_visit(steps: list[Step], close_ms: int, expected: list[tuple[int, int, str]]) -> None:
    """A visit ... (each row's name is its rule)."""
    machine = VisitMachine(SETTINGS)
    assert ended([*run(machine, steps), *machine.close(close_ms)]) == expected


def test_staff_is_settled_when_the_stay_is_confirmed() -> None:
    """Snapshots report a stay from its confirmation on, so a later change of the flag does not change the visit."""
    machine = VisitMachine(SETTINGS)
    for at_ms, is_staff in [(0, False), (400, True), (800, False)]:
        flags = np.array([is_staff])
        machine.observe(at_ms, ("t",), np.ones((1, 1), np.bool_), is_staff=flags, at_border=np.zeros(1, np.bool_))
    assert [stay.is_staff for stay in machine.close(900)] == [True]


STEPS = st.lists(
    st.tuples(st.integers(40, 1_500), st.sampled_from([I, I, I, O, U]), st.booleans()),
    min_size=1,
    max_size=60,
)


def timed(steps: Sequence[tuple[int, str, bool]]) -> list[Step]:
    """Turn waiting times into instants."""
    instants = np.cumsum([wait for wait, *_ in steps]).tolist()
    return [(at, p, "border") if b else (at, p) for at, (_, p, b) in zip(instants, steps, strict=True)]


@given(STEPS)
def test_stays_are_told_in_time(steps: list[tuple[int, str, bool]]) -> None:
    """A stay's end is told within the longest hysteresis and one step: far inside the 8 s that the pipeline allows."""
    machine = VisitMachine(SETTINGS)
    for step in timed(steps):
        for change in see(machine, step):
            if isinstance(change, StayEnded):
                assert step[0] - change.left_ms <= SETTINGS.settle_ms + 1_500 < 8_000


@given(STEPS)
def test_stays_cover_instants_inside_and_never_overlap(steps: list[tuple[int, str, bool]]) -> None:
    """A stay begins and ends at an instant inside, lasts at least `enter_ms`, and follows the one before it."""
    machine = VisitMachine(SETTINGS)
    instants = timed(steps)
    stays = ended([*run(machine, instants), *machine.close(instants[-1][0])])
    inside = {step[0] for step in instants if step[1] == I}
    for entered_ms, left_ms, _ in stays:
        assert {entered_ms, left_ms} <= inside
        assert left_ms - entered_ms >= SETTINGS.enter_ms
    assert all(before[1] < after[0] for before, after in pairwise(stays))


@given(STEPS, st.sets(st.integers(1, 60_000), max_size=30))
def test_spare_instants_change_nothing(steps: list[tuple[int, str, bool]], spare: set[int]) -> None:
    """Instants at which the track is not seen tell its end earlier, and never change it."""
    instants = timed(steps)
    last_ms = instants[-1][0]
    more: list[Step] = [(at, U) for at in spare - {step[0] for step in instants} if at < last_ms]
    plain, dense = VisitMachine(SETTINGS), VisitMachine(SETTINGS)
    expected = ended([*run(plain, instants), *plain.close(last_ms)])
    assert ended([*run(dense, sorted([*instants, *more])), *dense.close(last_ms)]) == expected


@given(STEPS, st.integers(0, 60))
def test_a_copied_state_goes_on_alike(steps: list[tuple[int, str, bool]], cut: int) -> None:
    """The state is plain values: a copy taken at any moment gives the same stays."""
    instants = timed(steps)
    machine = VisitMachine(SETTINGS)
    run(machine, instants[:cut])
    twin = copy.deepcopy(machine)
    assert run(machine, instants[cut:]) == run(twin, instants[cut:])
