"""Lambda's event source mappings, locally: what polls a DynamoDB stream or an SQS queue and calls a function.

The function gets events as Lambda makes them, and answers as Lambda expects: with `batchItemFailures` it is called
again from the first failed record on, so many times, and then the record is given up and told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from local.rounds import Rounds

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
        self._rounds = Rounds(self._round, name=f"changes of {table}")

    def __enter__(self) -> Self:
        """Begin at what is oldest in the stream."""
        self._rounds.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop polling; what lies in the stream stays there."""
        self._rounds.stop()

    def wait_until_caught_up(self, *, seconds: float = 30) -> None:
        """Return once two rounds over all shards found nothing; raises `TimeoutError`, or what ended the reading."""
        self._rounds.wait_until_idle(seconds=seconds)

    def _round(self) -> bool:
        for name in self._shard_ids():
            if name not in self._shards:
                self._shards[name] = _Shard(self._iterator(name, ""))
        # Every shard in each round, and not only the first that has something.
        has_worked = [self._poll(name, shard) for name, shard in self._shards.items()]
        return any(has_worked)

    def _shard_ids(self) -> Iterator[str]:
        request = {"StreamArn": self._arn}
        while True:
            described = self._streams.describe_stream(**request)["StreamDescription"]
            yield from (shard["ShardId"] for shard in described["Shards"])
            if not described.get("LastEvaluatedShardId"):
                return
            request["ExclusiveStartShardId"] = described["LastEvaluatedShardId"]

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
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        failures = _failures_of(answer, numbers)
        return next((place for place, number in enumerate(numbers) if number in failures), None), "batchItemFailures"

    def _as_lambda_gets_it(self, record: dict[str, Any]) -> dict[str, Any]:
        changed = dict(record["dynamodb"])
        changed["ApproximateCreationDateTime"] = changed["ApproximateCreationDateTime"].timestamp()
        return {**record, "dynamodb": changed, "eventSourceARN": self._arn}


class QueueSource:
    """Calls a function with the messages of an SQS queue; those that it does not name as failed are deleted.

    Either `poll` hands on what is there now, or within its block a thread does so all the time. What failed comes again
    when the queue shows it again, and goes where the queue's own redrive policy says.
    """

    def __init__(self, *, sqs: Any, queue_url: str, handler: Handler) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._handler = handler
        self._rounds = Rounds(self._round, name=f"messages of {queue_url}")

    def __enter__(self) -> Self:
        """Begin to take messages."""
        self._rounds.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take no more."""
        self._rounds.stop()

    def wait_until_caught_up(self, *, seconds: float = 30) -> None:
        """Return once two rounds took nothing; raises `TimeoutError`, or what ended the reading."""
        self._rounds.wait_until_idle(seconds=seconds)

    def poll(self) -> int:
        """Hand on what is there now; returns how many messages were taken for good."""
        return self._hand_on(self._receive())

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _hand_on(self, messages: list[dict[str, Any]]) -> int:
        if not messages:
            return 0
        answer = self._handler({"Records": [self._as_lambda_gets_it(message) for message in messages]}, None) or {}
        failures = _failures_of(answer, [message["MessageId"] for message in messages])
        done = [message for message in messages if message["MessageId"] not in failures]
        for message in done:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return len(done)

    def _round(self) -> bool:
        messages = self._receive()
        try:
            self._hand_on(messages)
        except Exception:
            # As in Lambda: the whole batch failed, and its messages are shown again.
            logger.exception("the function failed")
        return bool(messages)

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


def _failures_of(answer: Mapping[str, Any], handed: Sequence[str]) -> set[str]:
    """Return which of the records failed: as in Lambda all of them, where the answer names one that was not handed."""
    named = {failure.get("itemIdentifier") for failure in answer.get("batchItemFailures", [])}
    return set(handed) if named - set(handed) else {str(name) for name in named}
