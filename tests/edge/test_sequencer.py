"""Looks of several cameras come out in the order of capture, each once or counted as too late."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from edge.sequencer import Sequencer


@dataclass(frozen=True, slots=True)
class Look:
    """What a camera saw, without what it saw."""

    event_time_ms: int
    camera_id: str


def _sequencer(*cameras: str, patience_ms: int = 500) -> Sequencer[Look]:
    return Sequencer(cameras, patience_ms=patience_ms)


def test_one_camera_waits_for_nobody() -> None:
    """Each look comes out at once."""
    sequencer = _sequencer("a")
    assert [list(sequencer.offer(Look(at, "a"))) for at in (10, 20)] == [[Look(10, "a")], [Look(20, "a")]]


def test_the_slower_camera_sets_the_pace() -> None:
    """A look is held until the other camera has gone as far."""
    sequencer = _sequencer("a", "b")
    assert list(sequencer.offer(Look(100, "a"))) == []
    assert list(sequencer.offer(Look(50, "b"))) == [Look(50, "b")]
    assert list(sequencer.offer(Look(120, "b"))) == [Look(100, "a")]
    assert list(sequencer.close()) == [Look(120, "b")]


def test_patience_ends() -> None:
    """Nobody is waited for longer than the patience; what then comes too late is counted and left out."""
    sequencer = _sequencer("a", "b", patience_ms=500)
    assert list(sequencer.offer(Look(1_000, "b"))) == [], "a has not begun"
    assert list(sequencer.offer(Look(1_600, "b"))) == [Look(1_000, "b")]
    assert list(sequencer.offer(Look(900, "a"))) == []
    assert sequencer.too_late == {"a": 1, "b": 0}


def test_a_camera_that_is_gone_is_not_waited_for_until_it_is_back() -> None:
    """Its next look puts it into the order again."""
    sequencer = _sequencer("a", "b")
    list(sequencer.offer(Look(100, "a")))
    assert list(sequencer.gone("b")) == [Look(100, "a")]
    assert list(sequencer.offer(Look(200, "a"))) == [Look(200, "a")]
    assert list(sequencer.offer(Look(210, "b"))) == []
    assert list(sequencer.offer(Look(220, "a"))) == [Look(210, "b")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5_000)), max_size=60), st.integers(0, 2_000))
def test_what_comes_out_is_in_order_and_complete(looks: list[tuple[str, int]], patience_ms: int) -> None:
    """In order of time; every look is told once, or counted as too late."""
    sequencer = _sequencer("a", "b", "c", patience_ms=patience_ms)
    told = [each for camera, at_ms in looks for each in sequencer.offer(Look(at_ms, camera))]
    told += list(sequencer.close())
    assert told == sorted(told, key=lambda look: look.event_time_ms)
    assert len(told) + sum(sequencer.too_late.values()) == len(looks)
