"""What a Kinesis stream holds, read from its shards: a count that knows nothing of sender or pipeline."""

from __future__ import annotations

from typing import Any


def records_in(kinesis: Any, stream: str) -> int:
    """Return how many records all shards of a stream hold; `kinesis` is a boto3 client."""
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    return sum(_records_in_shard(kinesis, stream, shard["ShardId"]) for shard in shards)


def _records_in_shard(kinesis: Any, stream: str, shard_id: str) -> int:
    start = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    iterator, count, is_behind = start["ShardIterator"], 0, True
    while is_behind and iterator:
        page = kinesis.get_records(ShardIterator=iterator)
        count += len(page["Records"])
        iterator = page.get("NextShardIterator")
        is_behind = bool(page["Records"]) or page["MillisBehindLatest"] > 0
    return count
