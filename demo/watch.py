"""Looks at the pipeline about once a second while it runs: records read, and the live table as the manager sees it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from contracts.tables import LIVE_ZONE
from demo.lake import read_live
from demo.live import ZoneWindow
from local.errors import StackError
from local.pipeline import Pipeline

LOOK_SECONDS = 1.0


class Watch:
    """A thread that looks until its block is left.

    Attributes:
        records_read: Records the job's source has read, as of the last look.
        samples: Mean occupancy by zone and window, each as it stood in the live table at some look.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Prepare to look at a running pipeline."""
        self.records_read = 0
        self.samples: dict[ZoneWindow, float] = {}
        self._pipeline = pipeline
        self._dynamodb: Any = pipeline.stack.boto3_client("dynamodb")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_until_over, name="watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join()

    def _look_until_over(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            self.records_read = self._pipeline.records_read()
        except StackError:
            # The job ends while it is looked at; who drains it hears of real failures.
            return
        for row in read_live(self._dynamodb)[LIVE_ZONE.name].to_pylist():
            self.samples[row["zone_id"], row["window_end_ms"]] = row["occupancy_mean"]
