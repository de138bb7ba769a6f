"""Verdicts of people, and how sure a share of them is."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_lab import verdicts, words
from alert_lab.verdicts import Precision, judged_of, wilson
from contracts.alerts import Action, ActionKind, Verdict, action_id
from lambdas.alert_store.actions import AlertCase
from tests.lambdas.conftest import NOW_MS, make_alert

# From the definition, worked out by hand: centre (p + z²/2n)/(1 + z²/n), and the half width about it.
KNOWN = [
    (10, 10, 0.7225, 1.0),
    (0, 10, 0.0, 0.2775),
    (5, 10, 0.2366, 0.7634),
    (80, 100, 0.7112, 0.8666),
    (1, 1, 0.2065, 1.0),
]


@pytest.mark.parametrize(("true", "judged", "lower", "upper"), KNOWN)
def test_wilson_by_known_values(true: int, judged: int, lower: float, upper: float) -> None:
    """The 95 % limits of some shares, to four digits."""
    limits = wilson(true, judged)
    assert limits is not None
    assert limits[0] == pytest.approx(lower, abs=5e-5)
    assert limits[1] == pytest.approx(upper, abs=5e-5)


@given(judged=st.integers(1, 400), part=st.floats(0, 1))
def test_limits_hold_the_share(judged: int, part: float) -> None:
    """The share lies within its limits, and they within 0 and 1; more verdicts of the same share narrow them."""
    true = round(part * judged)
    lower, upper = wilson(true, judged) or (1.0, 0.0)
    assert 0 <= lower <= true / judged + 1e-12
    assert true / judged - 1e-12 <= upper <= 1
    narrow = wilson(4 * true, 4 * judged) or (0.0, 1.0)
    assert narrow[1] - narrow[0] < upper - lower


def test_of_nothing_there_is_no_share() -> None:
    """No verdict is not 0 %."""
    assert Precision(0, 0).share is None
    assert Precision(0, 0).limits is None
    assert Precision(3, 4).share == 0.75


def case(*acts: tuple[ActionKind, Verdict | None], **changes: object) -> AlertCase:
    """Return an alert with people's acts."""
    alert = make_alert(**changes)
    return AlertCase(
        alert,
        tuple(
            Action(
                store_id=alert.store_id,
                action_id=action_id(alert.alert_id, number),
                alert_id=alert.alert_id,
                action=kind,
                verdict=verdict,
                person_id="person-1",
                acted_ms=NOW_MS,
                expires_at=alert.expires_at,
            )
            for number, (kind, verdict) in enumerate(acts, start=1)
        ),
    )


def test_the_latest_verdict_counts() -> None:
    """Who judges again corrects; an alert that was only acknowledged was not judged."""
    cases = [
        case(("acknowledge", None)),
        case(("verdict", "true"), ("comment", None), ("verdict", "false"), ended_ms=NOW_MS + 5),
        case(("verdict", "true")),
    ]
    first, second = judged_of(cases, until_ms=NOW_MS + 9)
    assert (first.is_true, first.ended_ms) == (False, NOW_MS + 5)
    assert (second.is_true, second.ended_ms) == (True, NOW_MS + 9)


@pytest.mark.parametrize("module", [verdicts, words])
def test_examples_hold(module: object) -> None:
    """The examples in the docstrings are right."""
    tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried.attempted
    assert not tried.failed
