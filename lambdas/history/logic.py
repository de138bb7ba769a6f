"""What to do with a batch of changes: keep them, put aside what is poisoned, and say from where on to try again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lambdas.history.lake import HistoryLake
from lambdas.history.rows import HistoryRow, PoisonError, row_of


class DeadLetters(Protocol):
    """Where poisoned records go."""

    def bury(self, body: str) -> None:
        """Keep one."""


class History:
    """Keeps changes in the lake."""

    def __init__(self, lake: HistoryLake, dead: DeadLetters) -> None:
        self._lake = lake
        self._dead = dead

    def keep(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Keep a batch, by one commit for each table; returns how many rows were new.

        A poisoned record goes to the dead letters, whole and with its reason, and the others are kept. When the lake
        does not take them, the error is raised and Lambda tries the batch again: what was kept is not kept twice. So
        poison is put aside only after the others are kept, or each try would put it aside again.
        """
        rows: list[HistoryRow] = []
        poisoned: list[str] = []
        for record in records:
            try:
                row = row_of(record)
            except PoisonError as poison:
                poisoned.append(json.dumps({"record": dict(record), "reason": str(poison)}, default=str))
            else:
                rows += [row] if row is not None else []
        new = self._lake.append(rows)
        for letter in poisoned:
            self._dead.bury(letter)
        return new
