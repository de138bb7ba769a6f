"""Between device and stream events are held back, mixed and sent twice, and none is ever lost."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import MAX_CLOCK_LEAD_MS, WATERMARK_DELAY_MS, Event, Health, Visit
from sim import faults as fault_files
from sim import scenario as scenarios
from sim.emission import Emitted, Made
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.faults.delivery import Line
from sim.faults.settings import Duplicate, Late, Outage, OutOfOrder
from sim.run import PlannedRun, SimulatedRun, plan

HOURS = 0.3
SCENARIO = scenarios.load("supermarket")
SHARE = st.sampled_from([0.0, 0.1, 0.5, 1.0])
SECONDS = st.tuples(st.integers(0, 20), st.integers(0, 900)).map(lambda pair: (float(min(pair)), float(max(pair))))


@cache
def planned() -> PlannedRun:
    """Return a small store, planned once."""
    return plan(SCENARIO, seed=7, hours=HOURS)


@cache
def run_with(name: str) -> SimulatedRun:
    """Return that store's run with the faults of a shipped file, or with none."""
    ledger = FaultLedger()
    faults = NO_FAULTS if name == "none" else fault_files.load(name)
    return SimulatedRun(planned(), tuple(planned().stream(faults=faults, ledger=ledger)), ledger)


def ids(run: SimulatedRun) -> set[str]:
    """Return the distinct event ids of a run."""
    return {event.event_id for event in run.events}


@st.composite
def lines(draw: st.DrawFn) -> Faults:
    """Return any mix of what can go wrong on a line."""
    outages = draw(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 20_000)), max_size=2))
    return Faults(
        late=Late(share_of_events=draw(SHARE), seconds=draw(SECONDS)),
        duplicate=Duplicate(share_at_once=draw(SHARE), share_after=draw(SHARE), after_seconds=draw(SECONDS)),
        out_of_order=OutOfOrder(share_of_events=draw(SHARE), seconds=draw(SECONDS)),
        outage=tuple(Outage(device_id="*", from_seconds=start, seconds=length) for start, length in outages),
    )


def made_events(waits_ms: list[int], *, skew_ms: int = 0) -> list[Made]:
    """Return a visit after each wait, told up to 8 s after its end."""
    delays = random.Random(len(waits_ms))
    at_ms, made = SCENARIO.opening_ms, []
    for seq, wait_ms in enumerate(waits_ms):
        at_ms += wait_ms
        left_ms = at_ms - delays.randrange(8_000) + skew_ms
        visit = Visit(
            zone_id="z",
            zone_kind="aisle",
            camera_id="c",
            track_id="t",
            entered_ms=left_ms - 9_000,
            left_ms=left_ms,
            end="left",
            is_staff=False,
        )
        event = Event(store_id="s", device_id="d", boot_id="b", seq=seq, event_time_ms=left_ms, payload=visit)
        made.append(Made(at_ms, skew_ms, event))
    return made


def delivered(made: list[Made], faults: Faults) -> tuple[list[Emitted], FaultLedger]:
    """Return what the line makes of the events, and what it says it did."""
    ledger = FaultLedger()
    line = Line(SCENARIO, SCENARIO.devices[0], faults, random=np.random.default_rng(1), ledger=ledger)
    return list(line.deliver(made)), ledger


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 60_000), max_size=60), lines())
def test_no_line_loses_or_invents_an_event(waits_ms: list[int], faults: Faults) -> None:
    """Whatever goes wrong: each event is sent at least once, as often as the ledger says, never before it is made."""
    made = made_events(waits_ms)
    sent, ledger = delivered(made, faults)
    assert (
        Counter(each.event.event_id for each in sent)
        == Counter({each.event.event_id: 1 for each in made}) + ledger.copies
    )
    made_at_ms = {each.event.event_id: each.made_at_ms for each in made}
    assert all(each.emitted_at_ms >= made_at_ms[each.event.event_id] for each in sent)
    assert [each.emitted_at_ms for each in sent] == sorted(each.emitted_at_ms for each in sent)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 6_000), max_size=60), SHARE, SECONDS, st.sampled_from([0, -300_000, 2_000]))
def test_disorder_keeps_within_the_bound(
    waits_ms: list[int], share: float, seconds: tuple[float, float], skew_ms: int
) -> None:
    """Events may pass each other, but none comes so late that the watermark could have passed it."""
    mixed = OutOfOrder(share_of_events=share, seconds=seconds)
    sent, _ = delivered(made_events(waits_ms, skew_ms=skew_ms), Faults(out_of_order=mixed))
    assert all(each.emitted_at_ms - (each.event.event_time_ms - skew_ms) < WATERMARK_DELAY_MS for each in sent)
    newest_ms = 0
    for each in sent:
        newest_ms = max(newest_ms, each.event.event_time_ms)
        assert newest_ms - each.event.event_time_ms < WATERMARK_DELAY_MS


@pytest.mark.parametrize("name", ["late", "duplicate", "out_of_order", "outage"])
def test_a_line_changes_no_event(name: str) -> None:
    """What comes through a bad line is what the device made; only health tells the spool, and order differs."""
    faultless, faulty = run_with("none"), run_with(name)
    assert ids(faulty) == ids(faultless)
    assert _contents(faulty) == _contents(faultless)


def test_the_same_faults_give_the_same_bytes() -> None:
    """Seed and faults decide everything."""
    faults = fault_files.load("all")
    one, other = ([(at_ms, event.to_bytes()) for at_ms, event in planned().stream(faults=faults)] for _ in range(2))
    assert one == other


def test_late_events_are_late() -> None:
    """Held back by at least a minute, an event comes behind the watermark, unless the run is over."""
    run = run_with("late")
    assert len(run.ledger.held_back) / len(ids(run)) == pytest.approx(0.02, abs=0.01)
    assert run.ledger.behind_watermark <= run.ledger.held_back
    assert len(run.ledger.behind_watermark) >= 0.9 * len(run.ledger.held_back)
    held_ms = [
        emitted_at_ms - event.event_time_ms
        for emitted_at_ms, event in run.emitted
        if event.event_id in run.ledger.held_back
    ]
    assert min(held_ms) >= 60_000
    assert max(held_ms) <= 608_000


def test_duplicates_are_the_same_event_again() -> None:
    """The ledger names each event that is sent again, and how often; copies have the same bytes."""
    run = run_with("duplicate")
    times = Counter(event.event_id for event in run.events)
    assert {event_id: count - 1 for event_id, count in times.items() if count > 1} == dict(run.ledger.copies)
    assert run.ledger.copies.total() / len(times) == pytest.approx(0.03, abs=0.01)
    assert len({event.to_bytes() for event in run.events}) == len(times)
    apart_ms = _apart_ms(run)
    assert any(apart == 0 for apart in apart_ms)
    assert any(apart >= 60_000 for apart in apart_ms)
    assert not run.ledger.behind_watermark


def test_disorder_is_disorder_and_none_is_late() -> None:
    """About a third of the events are passed by others of their device, and none comes behind the watermark."""
    run = run_with("out_of_order")
    assert len(run.ledger.reordered) / len(ids(run)) == pytest.approx(0.33, abs=0.05)
    assert not run.ledger.behind_watermark
    numbers = [event.seq for event in run.events if event.device_id.endswith("front")]
    assert numbers != sorted(numbers)


def test_an_outage_loses_nothing_and_drains_in_order() -> None:
    """For 8 hours nothing comes; then everything, in order, at the drain's pace; health tells what was waiting."""
    run = run_with("outage")
    start_ms = SCENARIO.opening_ms + 300_000
    end_ms = start_ms + 28_800_000
    sent = [each for each in run.emitted if each.event.device_id.endswith("front")]
    assert not [each for each in sent if start_ms <= each.emitted_at_ms < end_ms]
    drained = [each for each in sent if each.emitted_at_ms >= end_ms]
    assert {each.event.event_id for each in drained} == run.ledger.spooled
    assert [each.event.seq for each in sent] == list(range(len(sent)))
    assert drained[-1].emitted_at_ms - end_ms == pytest.approx(1000 * len(drained) / 200, abs=10)
    waiting = [each.event.payload.spooled_events for each in drained if isinstance(each.event.payload, Health)]
    assert waiting == sorted(waiting)
    assert len(drained) - 10 <= waiting[-1] < len(drained)


def test_the_spool_empties_while_the_device_works_on() -> None:
    """After a short outage, what is made meanwhile queues behind the backlog, then comes at once again."""
    outage = Outage(device_id="*", from_seconds=10, seconds=10, drained_per_second=2)
    made = made_events([1_000] * 60)
    sent, ledger = delivered(made, Faults(outage=(outage,)))
    assert [each.event.seq for each in sent] == list(range(60))
    waits_ms = [each.emitted_at_ms - one.made_at_ms for one, each in zip(made, sent, strict=True)]
    assert waits_ms[:9] == [0] * 9
    assert waits_ms[9] == 10_000
    assert waits_ms[9:30] == sorted(waits_ms[9:30], reverse=True)
    assert waits_ms[-20:] == [0] * 20
    assert 10 <= len(ledger.spooled) <= 25


def test_a_clock_ahead_is_told_apart_by_arrival() -> None:
    """Sent live, 5 min ahead is refused as the future; replayed on a later day, only the year 2099 is."""
    live, replayed = FaultLedger(), FaultLedger(arrival_ms=SCENARIO.opening_ms + 86_400_000)
    faults = fault_files.load("clock_skew")
    for ledger in (live, replayed):
        sent = list(planned().stream(faults=faults, ledger=ledger))
    ahead = {each.event.event_id for each in sent if each.event.event_time_ms - each.emitted_at_ms > MAX_CLOCK_LEAD_MS}
    far = {each.event.event_id for each in sent if each.event.event_time_ms > SCENARIO.opening_ms + 10**12}
    assert live.future == ahead
    assert replayed.future == far
    assert far < ahead
    assert far


def _contents(run: SimulatedRun) -> dict[str, bytes]:
    return {event.event_id: event.to_bytes() for event in run.events if event.kind != "health"}


def _apart_ms(run: SimulatedRun) -> list[int]:
    first: dict[str, int] = {}
    apart = []
    for emitted_at_ms, event in run.emitted:
        if event.event_id in first:
            apart.append(emitted_at_ms - first[event.event_id])
        first.setdefault(event.event_id, emitted_at_ms)
    return apart
