"""The part of the spool in memory: events of the last seconds, and those that no disk takes. Not for threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from edge.spool_file import RANKS, Entry, Tally

MEMORY_LOSS_SHARE = 0.9
"""When memory is full, this much of it is left filled: losing a little often would sort everything often."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An entry and when it came, by the running time in seconds."""

    entry: Entry
    came: float


class FreshEntries:
    """Entries in order of arrival. Those up to `saved_to` are on the disk as well."""

    def __init__(self, *, live_seconds: float) -> None:
        self.saved_to = 0
        self.size_bytes = 0
        self._live_seconds = live_seconds
        self._entries: dict[int, Fresh] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, position: int) -> bool:
        return position in self._entries

    def add(self, entry: Entry, came: float) -> None:
        """Add the newest entry."""
        self._entries[entry.position] = Fresh(entry, came)
        self.size_bytes += entry.size_bytes

    def forget(self, position: int) -> None:
        """Remove an entry, if it is there."""
        if fresh := self._entries.pop(position, None):
            self.size_bytes -= fresh.entry.size_bytes

    def live(self, now: float) -> list[Entry]:
        """Return the entries that are still live."""
        return [each.entry for each in self._entries.values() if now - each.came < self._live_seconds]

    def below(self, position: int) -> list[Entry]:
        """Return the entries before a position."""
        return [each.entry for each in self._entries.values() if each.entry.position < position]

    def unsaved(self) -> list[Fresh]:
        """Return what is in memory only."""
        return [each for each in self._entries.values() if each.entry.position > self.saved_to]

    def drop_stored(self, now: float, *, sparing: Collection[int]) -> None:
        """Forget what is on the disk and no longer live."""
        for position, each in list(self._entries.items()):
            if position <= self.saved_to and position not in sparing and now - each.came >= self._live_seconds:
                self.forget(position)

    def keep_within(self, max_bytes: int, *, sparing: Collection[int]) -> Tally:
        """Forget entries until the rest fits: first what is on the disk, then what is lost by it, in order of loss."""
        lost: Tally = Counter()
        if self.size_bytes <= max_bytes:
            return lost
        for position in sorted(self._entries.keys() - sparing, key=self._forgotten_first):
            if self.size_bytes <= max_bytes * MEMORY_LOSS_SHARE:
                break
            if position > self.saved_to:
                lost[self._entries[position].entry.kind, "memory"] += 1
            self.forget(position)
        return lost

    def renumber(self, offset: int) -> None:
        """Move every position up; none counts as saved then."""
        moved = [
            Fresh(replace(each.entry, position=position + offset), each.came)
            for position, each in self._entries.items()
        ]
        self._entries = {each.entry.position: each for each in moved}
        self.saved_to = offset

    def _forgotten_first(self, position: int) -> tuple[bool, int, int]:
        if position <= self.saved_to:
            return (False, 0, position)
        return (True, RANKS[self._entries[position].entry.kind], position)
