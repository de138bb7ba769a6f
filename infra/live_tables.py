"""The tables in DynamoDB, from the contract: encrypted, paid by request, with recovery to any second of 35 days."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from contracts.tables import DYNAMODB_TABLES, Table
from glue.live import EXPIRY_COLUMN

_KEY_TYPES = {"string": dynamodb.AttributeType.STRING, "long": dynamodb.AttributeType.NUMBER}


class LiveTables(Construct):
    """What `python -m glue apply` makes on one machine: it finds these and changes nothing."""

    def __init__(self, scope: Construct, name: str, *, key: kms.IKey, keeps_data: bool) -> None:
        super().__init__(scope, name)
        self._key = key
        self._keeps_data = keeps_data
        self.by_name = {table.name: self._table(table) for table in DYNAMODB_TABLES}

    def _table(self, table: Table) -> dynamodb.Table:
        partition, *sort = (_attribute(table, column) for column in table.key)
        return dynamodb.Table(
            self,
            table.name.title().replace("_", ""),
            table_name=table.name,
            partition_key=partition,
            sort_key=sort[0] if sort else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self._key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=EXPIRY_COLUMN if _expires(table) else None,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if table.tells_changes else None,
            deletion_protection=self._keeps_data,
            removal_policy=RemovalPolicy.RETAIN if self._keeps_data else RemovalPolicy.DESTROY,
        )


def _attribute(table: Table, column: str) -> dynamodb.Attribute:
    kind = getattr(table.column(column).type, "name", "structure")
    return dynamodb.Attribute(name=column, type=_KEY_TYPES[kind])


def _expires(table: Table) -> bool:
    return any(column.name == EXPIRY_COLUMN for column in table.columns)
