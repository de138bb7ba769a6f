"""One store's items in DynamoDB: found by any column that names a store, and by keys that its id is part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from contracts.tables import Table
from glue.maintenance.mentions import STORE_COLUMN, StoreMention

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Item = Mapping[str, Mapping[str, Any]]


def count_items(client: DynamoDBClient, table: Table, mention: StoreMention) -> int:
    """Return how many items of a table are the store's; none when the table does not exist."""
    return sum(1 for _ in _items(client, table, mention))


def remove_items(client: DynamoDBClient, table: Table, mention: StoreMention) -> int:
    """Delete the store's items; returns how many."""
    keys = [{name: item[name] for name in table.key} for item in _items(client, table, mention)]
    for key in keys:
        client.delete_item(TableName=table.name, Key=key)
    return len(keys)


def _items(client: DynamoDBClient, table: Table, mention: StoreMention) -> Iterator[Any]:
    try:
        for page in client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True):
            yield from (item for item in page["Items"] if _is_of_store(table, item, mention))
    except client.exceptions.ResourceNotFoundException:
        return


def _is_of_store(table: Table, item: _Item, mention: StoreMention) -> bool:
    """Say whether an item is the store's.

    A chain's own rule that mentions a store among others is not, but the note that a rule of the store changed is.
    """
    names = (name for name in item if name.endswith(STORE_COLUMN))
    is_named = any(item[name].get("S") == mention.store_id for name in names)
    return is_named or any(mention.is_in(item[name].get("S")) for name in table.key)
