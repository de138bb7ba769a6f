"""Waiting with a deadline for something that another process does."""

import time
from collections.abc import Callable

from local.errors import StackError

POLL_SECONDS = 0.1


def wait_until(condition: Callable[[], bool], *, seconds: float, expected: str, cure: str) -> None:
    """Return as soon as ``condition`` holds, asking about ten times a second.

    Raises:
        StackError: it did not hold within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StackError(expected=expected, came=f"it was not so after {seconds:.0f} s", cure=cure)
        time.sleep(POLL_SECONDS)
