"""Waiting with a deadline."""

import pytest

from local.errors import StackError
from local.waiting import wait_until


def test_it_returns_once_the_condition_holds() -> None:
    """The condition is asked again until it holds."""
    answers = iter([False, False, True])
    wait_until(lambda: next(answers), seconds=5, expected="the third answer", cure="")
    assert list(answers) == []


def test_it_gives_up_at_the_deadline_with_a_message_that_helps() -> None:
    """The message has what was expected, what came and the cure."""
    with pytest.raises(StackError, match=r"Expected tea, but it was not so after 0 s\. Boil water\."):
        wait_until(lambda: False, seconds=0, expected="tea", cure="Boil water.")
