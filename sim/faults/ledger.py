"""What the faults did to a run, so that what the pipeline made of it can be judged."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from contracts.events import MAX_CLOCK_LEAD_MS, WATERMARK_DELAY_MS, Event

_ID_SETS = ("future", "held_back", "reordered", "spooled", "behind_watermark")


@dataclass(slots=True)
class FaultLedger:
    """Fills while a run is streamed; complete when the stream has ended. One ledger belongs to one stream.

    Received are `counts["sent"]` records. Of the distinct ids, those of `future` are rejected, each copy too; of the
    others, the first copy is accepted, or late where its id is in `behind_watermark`, and the rest are duplicates.
    Sent live, a copy minutes after an event from a clock some minutes ahead is no longer ahead, and is accepted.

    Attributes:
        arrival_ms: When every record arrives, in a replay of a past day; None where each arrives when it is sent.
        counts: What happened, by kind of fault; see `sim.faults.vision` and `sim.faults.delivery` for the keys.
        copies: Copies beyond the first, by event id: each must be rejected as duplicate, or as `future_time` again.
        future: Ids of events that claim to be more than 60 s later than their arrival: rejected as `future_time`.
        held_back: Ids of events that were held back on purpose (`late`).
        reordered: Ids of events that were held back within the bound (`out_of_order`).
        spooled: Ids of events that waited out an outage.
        behind_watermark: Ids of events that come 10 s or more behind the newest event sent before them, over all
            devices. The pipeline may call these late and no others; it calls fewer late where its watermark, which
            moves now and then and by shard, is further behind.
    """

    arrival_ms: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    copies: Counter[str] = field(default_factory=Counter)
    future: set[str] = field(default_factory=set)
    held_back: set[str] = field(default_factory=set)
    reordered: set[str] = field(default_factory=set)
    spooled: set[str] = field(default_factory=set)
    behind_watermark: set[str] = field(default_factory=set)
    _newest_ms: int = 0
    _sent_once: set[str] = field(default_factory=set)

    def to_json(self) -> str:
        """Return the ledger as JSON, the same text for the same run."""
        told = {
            "counts": {kind: count for kind, count in sorted(self.counts.items()) if count},
            "copies": dict(sorted(self.copies.items())),
            **{name: sorted(getattr(self, name)) for name in _ID_SETS},
        }
        return json.dumps(told, indent=1) + "\n"

    def sent(self, emitted_at_ms: int, event: Event) -> None:
        """Take note of an event in the order of sending; called once for each copy."""
        self.counts["sent"] += 1
        arrival_ms = emitted_at_ms if self.arrival_ms is None else self.arrival_ms
        if event.event_time_ms > arrival_ms + MAX_CLOCK_LEAD_MS:
            self.future.add(event.event_id)
            return
        if event.event_time_ms <= self._newest_ms - WATERMARK_DELAY_MS and not self._was_sent(event):
            self.behind_watermark.add(event.event_id)
        self._newest_ms = max(self._newest_ms, event.event_time_ms)
        if event.event_id in self.copies:
            self._sent_once.add(event.event_id)

    def _was_sent(self, event: Event) -> bool:
        return event.event_id in self._sent_once
