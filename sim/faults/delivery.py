"""What goes wrong between a device and the stream: outage, out of order, late, twice.

No event is lost: the ids that come out are those that went in. `FaultLedger.counts` gets `outages`, `spooled`,
`reordered`, `held_back`, `copies`.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from contracts.events import WATERMARK_DELAY_MS, Event, Health
from sim.emission import Emitted, Made
from sim.faults.ledger import FaultLedger
from sim.faults.settings import Duplicate, Faults, Late, Outage, OutOfOrder, chosen
from sim.scenario import DevicePlan, Scenario

IN_TIME_MS = WATERMARK_DELAY_MS - 500
"""What is held back within the bound is sent at most this long after its event time, by a true clock."""


class Line:
    """The line of one device, with what goes wrong on it."""

    def __init__(
        self,
        scenario: Scenario,
        device: DevicePlan,
        faults: Faults,
        *,
        random: np.random.Generator,
        ledger: FaultLedger,
    ) -> None:
        known = [each.device_id for each in scenario.devices]

        def is_meant(name: str) -> bool:
            return device.device_id in chosen(name, known)

        self._late: Late | None = faults.late if faults.late and is_meant(faults.late.device_id) else None
        self._twice: Duplicate | None = (
            faults.duplicate if faults.duplicate and is_meant(faults.duplicate.device_id) else None
        )
        self._mixed: OutOfOrder | None = (
            faults.out_of_order if faults.out_of_order and is_meant(faults.out_of_order.device_id) else None
        )
        self._outages = tuple(each for each in faults.outage if is_meant(each.device_id))
        self._opening_ms = scenario.opening_ms
        self._random = random
        self._ledger = ledger
        ledger.counts["outages"] += len(self._outages)

    def deliver(self, made: Iterable[Made]) -> Iterator[Emitted]:
        """Yield what is sent, in the order of sending; what is made comes in its order and is sent once or more."""
        waiting: list[tuple[int, int, Event]] = []
        number = count()
        for due_ms, each in self._through_outages(made):
            for sent_at_ms in self._sendings(due_ms, each):
                heapq.heappush(waiting, (sent_at_ms, next(number), each.event))
            # Nothing that is still to be made can be sent before it is made.
            while waiting and waiting[0][0] <= each.made_at_ms:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)

    def _sendings(self, due_ms: int, made: Made) -> Iterator[int]:
        sent_at_ms = due_ms + self._mixing_ms(due_ms, made)
        sent_at_ms += self._holding_ms(made.event)
        yield sent_at_ms
        for later_ms in self._copies_ms():
            self._ledger.counts["copies"] += 1
            self._ledger.copies[made.event.event_id] += 1
            yield sent_at_ms + later_ms

    def _mixing_ms(self, due_ms: int, made: Made) -> int:
        mixed = self._mixed
        if mixed is None or self._random.uniform() >= mixed.share_of_events:
            return 0
        wanted_ms = round(self._random.uniform(*mixed.seconds) * 1000)
        room_ms = made.event.event_time_ms - made.skew_ms + IN_TIME_MS - due_ms
        later_ms = max(0, min(wanted_ms, room_ms))
        if later_ms:
            self._ledger.counts["reordered"] += 1
            self._ledger.reordered.add(made.event.event_id)
        return later_ms

    def _holding_ms(self, event: Event) -> int:
        late = self._late
        if late is None or self._random.uniform() >= late.share_of_events:
            return 0
        self._ledger.counts["held_back"] += 1
        self._ledger.held_back.add(event.event_id)
        return round(self._random.uniform(*late.seconds) * 1000)

    def _copies_ms(self) -> Iterator[int]:
        twice = self._twice
        if twice is None:
            return
        if self._random.uniform() < twice.share_at_once:
            yield 0
        if self._random.uniform() < twice.share_after:
            yield round(self._random.uniform(*twice.after_seconds) * 1000)

    def _through_outages(self, made: Iterable[Made]) -> Iterator[tuple[int, Made]]:
        """Yield when each event's turn to be sent comes; health tells how many were waiting when it was made."""
        spool: deque[float] = deque()
        free_ms = -math.inf
        for each in made:
            while spool and spool[0] <= each.made_at_ms:
                spool.popleft()
            outage = self._outage_at(each.made_at_ms)
            if outage is None and free_ms <= each.made_at_ms:
                yield each.made_at_ms, each
                continue
            if outage is not None:
                free_ms = max(free_ms, self._end_ms(outage))
            self._note_spooled(each.event)
            due_ms = max(free_ms, each.made_at_ms)
            free_ms = due_ms + 1000.0 / self._drained_per_second()
            waiting = len(spool)
            spool.append(due_ms)
            yield math.ceil(due_ms), each._replace(event=_with_spooled(each.event, waiting))

    def _note_spooled(self, event: Event) -> None:
        self._ledger.counts["spooled"] += 1
        self._ledger.spooled.add(event.event_id)

    def _outage_at(self, now_ms: int) -> Outage | None:
        now = (now_ms - self._opening_ms) / 1000
        active = (each for each in self._outages if each.from_seconds <= now < each.from_seconds + each.seconds)
        return next(active, None)

    def _end_ms(self, outage: Outage) -> float:
        return self._opening_ms + (outage.from_seconds + outage.seconds) * 1000

    def _drained_per_second(self) -> float:
        return min(each.drained_per_second for each in self._outages)


def _first(waiting: list[tuple[int, int, Event]]) -> Emitted:
    sent_at_ms, _, event = heapq.heappop(waiting)
    return Emitted(sent_at_ms, event)


def _with_spooled(event: Event, waiting: int) -> Event:
    if not isinstance(event.payload, Health):
        return event
    return dataclasses.replace(event, payload=dataclasses.replace(event.payload, spooled_events=waiting))
