"""Items of DynamoDB as plain mappings, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


def attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as DynamoDB's JSON; numbers with a point by their shortest text, as DynamoDB has no binary ones."""
    return {name: _SERIALIZER.serialize(_decimal(value)) for name, value in values.items()}


def values_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of DynamoDB's JSON; numbers are `Decimal`."""
    return {name: _DESERIALIZER.deserialize(value) for name, value in item.items()}


def _decimal(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value
