"""What is done over and over in a thread of its own, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

POLL_SECONDS = 0.1

logger = logging.getLogger(__name__)


class Rounds:
    """Calls a function over and over in a thread of its own, and rests after each round that found nothing."""

    def __init__(self, work: Callable[[], bool], *, name: str) -> None:
        self._work = work
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._idle_rounds = 0
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Return when the last round is over."""
        self._stopping.set()
        self._thread.join()

    def wait_until_idle(self, *, seconds: float) -> None:
        """Return once two rounds found nothing; raises `TimeoutError`, or what ended the rounds."""
        with self._idle:
            self._idle_rounds = 0
            # Two, as one may have begun before.
            self._idle.wait_for(lambda: self._failure is not None or self._idle_rounds > 1, timeout=seconds)
            if self._failure is not None:
                raise self._failure
            if self._idle_rounds <= 1:
                raise TimeoutError(f"expected everything to be taken within {seconds} s, came more")

    def _run(self) -> None:
        try:
            self._go_on()
        except Exception as failure:
            logger.exception("nothing is read any more")
            with self._idle:
                self._failure = failure
                self._idle.notify_all()

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            has_worked = self._work()
            with self._idle:
                self._idle_rounds = 0 if has_worked else self._idle_rounds + 1
                self._idle.notify_all()
            if not has_worked:
                self._stopping.wait(POLL_SECONDS)
