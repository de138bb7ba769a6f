"""The publisher against a client that answers as the `PutRecords` documentation says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import Event, TrackMerge
from edge.publisher import Published, Publisher, PublisherSettings, Record

Fault = Callable[[int, int], str | None]
"""Number of the call and index of the record: an error code, or None."""


class FakeKinesis:
    """Accepts records unless a fault refuses them; `raises` are thrown by the first calls."""

    def __init__(self, fault: Fault = lambda _call, _index: None, raises: Sequence[Exception] = ()) -> None:
        self.accepted: list[bytes] = []
        self.calls: list[list[bytes]] = []
        self._fault = fault
        self._raises = list(raises)

    def put_records(self, **request: Any) -> Mapping[str, Any]:
        """Answer one call."""
        assert request["StreamName"] == "inference"
        records = request["Records"]
        self.calls.append([record["Data"] for record in records])
        if self._raises:
            raise self._raises.pop(0)
        results = [self._put(len(self.calls) - 1, index, record) for index, record in enumerate(records)]
        return {"FailedRecordCount": sum("ErrorCode" in result for result in results), "Records": results}

    def _put(self, call: int, index: int, record: Mapping[str, Any]) -> Mapping[str, str]:
        if code := self._fault(call, index):
            return {"ErrorCode": code, "ErrorMessage": "Rate exceeded for shard shardId-000000000001"}
        self.accepted.append(record["Data"])
        return {"SequenceNumber": str(len(self.accepted)), "ShardId": "shardId-000000000001"}


def throttled(code: str = "ProvisionedThroughputExceededException") -> ClientError:
    """Return what boto3 raises when a whole call is refused."""
    return ClientError({"Error": {"Code": code, "Message": "slow down"}}, "PutRecords")


def records(count: int, size: int = 8) -> list[Record]:
    """Return distinct records of one device."""
    return [Record(partition_key="store/device", content=f"{i:0{size}d}".encode()) for i in range(count)]


def publish(
    client: FakeKinesis, what: Sequence[Record], settings: PublisherSettings | None = None
) -> tuple[Published, list[float]]:
    """Publish and return the outcome and the waits in seconds."""
    waits: list[float] = []
    publisher = Publisher(client, "inference", sleep=waits.append, random=lambda: 0.5, settings=settings)
    return publisher.publish_records(what), waits


def test_an_event_becomes_one_record_of_its_device() -> None:
    """The partition key is `store_id/device_id`, the content is the event's JSON."""
    merge = TrackMerge(from_track_id="a", to_track_id="b")
    event = Event(store_id="s", device_id="d", boot_id="b", seq=0, event_time_ms=1_790_000_000_000, payload=merge)
    client = FakeKinesis()
    done = Publisher(client, "inference", sleep=lambda _: None, random=lambda: 0.0).publish([event])
    assert (done.acknowledged, client.accepted) == (1, [event.to_record()])
    assert Record.of(event).partition_key == "s/d"


def test_batches_keep_the_limits() -> None:
    """At most 500 records and 5 MB a call, in order."""
    client = FakeKinesis()
    publish(client, records(1_201))
    assert [len(call) for call in client.calls] == [500, 500, 201]
    large = FakeKinesis()
    publish(large, records(60, size=200_000))
    assert all(sum(len(r) + len("store/device") for r in call) <= 5 * 1024 * 1024 for call in large.calls)
    assert [record for call in large.calls for record in call] == [r.content for r in records(60, size=200_000)]


def test_only_refused_records_are_sent_again() -> None:
    """A partial failure repeats the failed records alone, in their order, before the next batch starts."""
    client = FakeKinesis(lambda call, index: "InternalFailure" if call == 0 and index in (1, 3) else None)
    done, waits = publish(client, records(7), PublisherSettings(batch_records=5))
    sent = [[int(content) for content in call] for call in client.calls]
    assert sent == [[0, 1, 2, 3, 4], [1, 3], [5, 6]]
    assert (done.acknowledged, done.retried, done.unsent, len(waits)) == (7, 2, (), 1)


def test_throttled_records_wait_longer_each_time() -> None:
    """Waits double up to their bound, and are drawn below it."""
    client = FakeKinesis(lambda call, _index: "ProvisionedThroughputExceededException" if call < 8 else None)
    _, waits = publish(client, records(1))
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5]


def test_a_throttled_call_is_repeated_whole() -> None:
    """ProvisionedThroughputExceededException of the call, and a lost connection, repeat the batch."""
    client = FakeKinesis(raises=[throttled(), EndpointConnectionError(endpoint_url="x"), throttled("InternalFailure")])
    done, waits = publish(client, records(3))
    assert (done.acknowledged, done.retried, len(waits), len(client.calls)) == (3, 9, 3, 4)


def test_a_total_failure_returns_everything_in_order() -> None:
    """When patience ends nothing is lost: the unsent come back in order, and nothing overtakes them."""
    client = FakeKinesis(lambda _call, index: "InternalFailure" if index != 0 else None)
    done, _ = publish(client, records(6), PublisherSettings(batch_records=3, attempts=2))
    assert [int(content) for content in client.accepted] == [0, 1]
    assert [int(record.content) for record in done.unsent] == [2, 3, 4, 5]
    assert done.acknowledged == 2


def test_a_wrong_call_is_told_at_once() -> None:
    """A missing stream or right is no throttling: it is raised, not repeated."""
    client = FakeKinesis(raises=[throttled("ResourceNotFoundException")])
    with pytest.raises(ClientError):
        publish(client, records(1))
    assert len(client.calls) == 1


def test_oversized_records_are_told_apart() -> None:
    """A record over the limit cannot be sent; its neighbours are."""
    what = [*records(2), Record(partition_key="store/device", content=b"x" * 300_000)]
    done, _ = publish(FakeKinesis(), what)
    assert (done.acknowledged, len(done.oversized), done.unsent) == (2, 1, ())


@given(st.integers(0, 40), st.integers(1, 9), st.integers(0, 2**31), st.floats(0, 1))
def test_every_record_is_accounted_for(count: int, batch: int, seed: int, share: float) -> None:
    """Whatever fails: received = acknowledged + unsent, each record is accepted at most once, in order."""
    random = Random(seed)
    client = FakeKinesis(lambda _call, _index: "InternalFailure" if random.random() < share else None)
    what = records(count)
    done, _ = publish(client, what, PublisherSettings(batch_records=batch, attempts=3))
    assert done.acknowledged + len(done.unsent) == count
    assert Counter(client.accepted) + Counter(r.content for r in done.unsent) == Counter(r.content for r in what)
    assert list(done.unsent) == sorted(done.unsent, key=lambda record: record.content)
