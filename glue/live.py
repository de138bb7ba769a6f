"""The tables in DynamoDB: key from the contract, paid by request, items expire, changes are told where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.tables import Table
from glue.plan import TablePlan, decided

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.literals import ScalarAttributeTypeType
    from mypy_boto3_dynamodb.type_defs import StreamSpecificationTypeDef, TableDescriptionTypeDef

EXPIRY_COLUMN = "expires_at"
# Both images, so that a reader sees what changed.
_CHANGES: StreamSpecificationTypeDef = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
_KEY_TYPES: dict[str, ScalarAttributeTypeType] = {
    "string": "S",
    "integer": "N",
    "long": "N",
}


def plan_live(client: DynamoDBClient, table: Table) -> TablePlan:
    """Say what leads from DynamoDB's table to the contract's; changes nothing."""
    existing = _describe(client, table)
    if existing is None:
        return TablePlan(table.name, "create", (f"create with key {' + '.join(table.key)}",))
    steps = [f"let items expire by {EXPIRY_COLUMN}"] if _lacks_expiry(client, table) else []
    steps += ["tell changes"] if _lacks_changes(table, existing) else []
    return decided(table.name, steps, _key_refusals(table, existing))


def apply_live(client: DynamoDBClient, table: Table) -> TablePlan:
    """Create the table, or complete it; returns what was done. A refused table is left alone."""
    plan = plan_live(client, table)
    if plan.action == "create":
        _create(client, table)
    if plan.action in ("create", "change") and _lacks_expiry(client, table):
        client.update_time_to_live(
            TableName=table.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRY_COLUMN}
        )
    if plan.action == "change" and "tell changes" in plan.steps:
        client.update_table(TableName=table.name, StreamSpecification=_CHANGES)
    return plan


def _describe(client: DynamoDBClient, table: Table) -> TableDescriptionTypeDef | None:
    try:
        return client.describe_table(TableName=table.name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None


def _create(client: DynamoDBClient, table: Table) -> None:
    client.create_table(
        TableName=table.name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": name, "KeyType": "HASH" if index == 0 else "RANGE"}
            for index, name in enumerate(table.key)
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": _key_type(table, name)} for name in table.key],
        StreamSpecification=_CHANGES if table.tells_changes else {"StreamEnabled": False},
    )
    client.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})


def _lacks_expiry(client: DynamoDBClient, table: Table) -> bool:
    if all(column.name != EXPIRY_COLUMN for column in table.columns):
        return False
    described = client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
    return described.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING")


def _lacks_changes(table: Table, existing: TableDescriptionTypeDef) -> bool:
    return table.tells_changes and not existing.get("StreamSpecification", {}).get("StreamEnabled")


def _key_refusals(table: Table, existing: TableDescriptionTypeDef) -> list[str]:
    current = [part["AttributeName"] for part in existing["KeySchema"]]
    if current == list(table.key):
        return []
    found = f"key is {' + '.join(current)} in DynamoDB and {' + '.join(table.key)} in the contract"
    cure = "delete the table (live values come back within 5 minutes) or give the contract's table another name"
    return [f"{found}; a key cannot change: {cure}"]


def _key_type(table: Table, name: str) -> ScalarAttributeTypeType:
    type_ = table.column(name).type
    return _KEY_TYPES[getattr(type_, "name", "structure")]
