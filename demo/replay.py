"""Puts events into Kinesis as fast as it takes them, and keeps count of its own: what was acknowledged and meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from contracts.events import Event
from demo.errors import DemoError
from demo.faults import REPEAT_EVERY, broken_records
from demo.ledger import Ledger
from edge.publisher import Publisher, Record

BATCH_RECORDS = 250
"""Half of what one call may carry, so that the display moves."""
BROKEN_AFTER = 1_000
"""Broken records go among the good ones after this many events, once all shards are being read."""


@dataclass(slots=True)
class Sent:
    """What was put into the stream so far.

    Attributes:
        acknowledged: Records that Kinesis confirmed: this is `received`, counted without the pipeline.
        events: Distinct good events among them.
        repeated: Good events sent once more.
        broken: Records that must be rejected, by reason.
        event_time_ms: Event time of the newest event.
    """

    acknowledged: int = 0
    events: int = 0
    repeated: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    event_time_ms: int = 0


def replay(
    events: Iterable[Event],
    publisher: Publisher,
    ledger: Ledger,
    sent: Sent,
    *,
    with_faults: bool,
    on_batch: Callable[[], None],
) -> None:
    """Send all events in order, and with them, if asked, records that must not count; `sent` is filled meanwhile.

    The publisher sends by the ledger, to which every record is announced.

    Raises:
        DemoError: Kinesis did not take a record after all attempts.
    """
    batch: list[Record] = []
    for record in _records(events, ledger, sent, with_faults=with_faults):
        batch.append(record)
        if len(batch) >= BATCH_RECORDS:
            _send(batch, publisher, sent)
            on_batch()
            batch = []
    _send(batch, publisher, sent)
    on_batch()


def _records(events: Iterable[Event], ledger: Ledger, sent: Sent, *, with_faults: bool) -> Iterator[Record]:
    for event in events:
        record = Record.of(event)
        if ledger.announce(record, event) == "repeat":
            sent.repeated += 1
            yield record
            continue
        sent.events += 1
        sent.event_time_ms = max(sent.event_time_ms, event.event_time_ms)
        yield record
        if with_faults and sent.events % REPEAT_EVERY == 0:
            sent.repeated += 1
            yield record
        if with_faults and sent.events == BROKEN_AFTER:
            for broken in broken_records(event):
                sent.broken[broken.reason] += 1
                ledger.announce(broken.record, None)
                yield broken.record


def _send(batch: list[Record], publisher: Publisher, sent: Sent) -> None:
    published = publisher.publish_records(batch)
    sent.acknowledged += published.acknowledged
    if lost := len(published.unsent) + len(published.oversized):
        raise DemoError(
            f"Expected Kinesis to take every record, but it refused {lost} of {len(batch)} after all attempts. "
            "See kinesis.log in the logs of the run."
        )
