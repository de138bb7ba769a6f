"""Lambda's event source mappings, locally: what polls a DynamoDB stream or an SQS queue and calls a function.

The function gets events as Lambda makes them, and answers as Lambda expects: with `batchItemFailures` it is called
again from the first failed record on, so many times, and then the record is given up and told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

POLL_SECONDS = 0.1
BATCH = 100
RETRIES = 5

Event = Mapping[str, Any]
Handler = Callable[[dict[str, Any], Any], Mapping[str, Any] | None]
GivenUp = Callable[[Event, str], None]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shard:
    iterator: str | None
    last_number: str = ""
    pending: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0


class DynamoDbStreamSource:
    """Calls a function with the changes of a table, from the moment of entering its block until leaving it.

    A thread of its own polls. What the function does not take after some tries goes to `given_up` with the reason.
    """

    def __init__(
        self,
        *,
        dynamodb: Any,
        streams: Any,
        table: str,
        handler: Handler,
        given_up: GivenUp | None = None,
        retries: int = RETRIES,
    ) -> None:
        self._streams = streams
        self._handler = handler
        self._given_up = given_up or (lambda record, reason: logger.error("given up: %s: %s", reason, record))
        self._retries = retries
        self._arn: str = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._shards: dict[str, _Shard] = {}
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._idle_rounds = 0
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=f"changes of {table}", daemon=True)

    def __enter__(self) -> Self:
        """Begin at what is oldest in the stream."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop polling; what lies in the stream stays there."""
        self._stopping.set()
        self._thread.join()

    def wait_until_caught_up(self, *, seconds: float = 30) -> None:
        """Return once two rounds over all shards found nothing; raises `TimeoutError`, or what ended the reading."""
        with self._idle:
            self._idle_rounds = 0
            # Two, as one may have begun before.
            self._idle.wait_for(lambda: self._failure is not None or self._idle_rounds > 1, timeout=seconds)
            if self._failure is not None:
                raise self._failure
            if self._idle_rounds <= 1:
                raise TimeoutError(f"expected the changes to be taken within {seconds} s, came more")

    def _run(self) -> None:
        try:
            self._poll_on()
        except Exception as failure:
            logger.exception("the changes are read no more")
            with self._idle:
                self._failure = failure
                self._idle.notify_all()

    def _poll_on(self) -> None:
        while not self._stopping.is_set():
            self._find_shards()
            worked = [self._poll(name, shard) for name, shard in list(self._shards.items())]
            with self._idle:
                self._idle_rounds = 0 if any(worked) else self._idle_rounds + 1
                self._idle.notify_all()
            if not any(worked):
                self._stopping.wait(POLL_SECONDS)

    def _find_shards(self) -> None:
        for shard in self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]:
            name = shard["ShardId"]
            if name not in self._shards:
                self._shards[name] = _Shard(self._iterator(name, ""))

    def _poll(self, name: str, shard: _Shard) -> bool:
        """Read and hand on; returns whether there was anything."""
        if not shard.pending and shard.iterator:
            self._read(name, shard)
        if not shard.pending:
            return False
        self._hand_on(shard)
        return True

    def _read(self, name: str, shard: _Shard) -> None:
        try:
            answer = self._streams.get_records(ShardIterator=shard.iterator, Limit=BATCH)
        except (self._streams.exceptions.TrimmedDataAccessException, self._streams.exceptions.ExpiredIteratorException):
            # DynamoDB Local forgets where an iterator stands that was made before the first record.
            shard.iterator = self._iterator(name, shard.last_number)
            return
        shard.iterator = answer.get("NextShardIterator")
        shard.pending = [self._as_lambda_gets_it(record) for record in answer["Records"]]
        if shard.pending:
            shard.last_number = shard.pending[-1]["dynamodb"]["SequenceNumber"]

    def _iterator(self, name: str, after: str) -> str:
        request = {"StreamArn": self._arn, "ShardId": name}
        if after:
            request |= {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        else:
            request |= {"ShardIteratorType": "TRIM_HORIZON"}
        return str(self._streams.get_shard_iterator(**request)["ShardIterator"])

    def _hand_on(self, shard: _Shard) -> None:
        failed, reason = self._first_failed(shard.pending)
        if failed is None:
            shard.pending, shard.tries = [], 0
            return
        if failed > 0:
            shard.tries = 0
        shard.pending, shard.tries = shard.pending[failed:], shard.tries + 1
        if shard.tries > self._retries:
            self._given_up(shard.pending[0], reason)
            shard.pending, shard.tries = shard.pending[1:], 0

    def _first_failed(self, records: list[dict[str, Any]]) -> tuple[int | None, str]:
        try:
            answer = self._handler({"Records": records}, None) or {}
        except Exception as error:
            logger.exception("the function failed")
            return 0, repr(error)
        failures = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        return next((place for place, number in enumerate(numbers) if number in failures), None), "batchItemFailures"

    def _as_lambda_gets_it(self, record: dict[str, Any]) -> dict[str, Any]:
        changed = dict(record["dynamodb"])
        changed["ApproximateCreationDateTime"] = changed["ApproximateCreationDateTime"].timestamp()
        return {**record, "dynamodb": changed, "eventSourceARN": self._arn}


class QueueSource:
    """Calls a function with the messages of an SQS queue; those that it does not name as failed are deleted."""

    def __init__(self, *, sqs: Any, queue_url: str, handler: Handler) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._handler = handler

    def poll(self) -> int:
        """Hand on what is there now; returns how many messages were taken for good."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        if not messages:
            return 0
        answered = self._handler({"Records": [self._as_lambda_gets_it(message) for message in messages]}, None) or {}
        failures = {failure["itemIdentifier"] for failure in answered.get("batchItemFailures", [])}
        done = [message for message in messages if message["MessageId"] not in failures]
        for message in done:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return len(done)

    def _as_lambda_gets_it(self, message: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": dict(message.get("Attributes", {})),
            "messageAttributes": dict(message.get("MessageAttributes", {})),
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue_url,
        }
