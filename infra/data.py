"""What is kept: the event stream, the lake with its catalog and questions, the live tables, the key to all of it."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from constructs import Construct

from glue.lake import DATABASE_DOC
from infra.buckets import Buckets
from infra.encryption import Encryption
from infra.live_tables import LiveTables
from infra.names import STREAM, Names
from infra.permissions import acknowledge
from infra.queries import Queries
from infra.settings import Settings, StreamSettings


class Data(Construct):
    """Everything that outlives a deployment."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        names = settings.names
        removal = RemovalPolicy.RETAIN if settings.keeps_data else RemovalPolicy.DESTROY
        self.encryption = Encryption(self, "Encryption", removal=removal, account=settings.account)
        self.stream = _stream(self, settings.stream, self.encryption.key, removal)
        self.buckets = Buckets(
            self,
            "Buckets",
            names=names,
            key=self.encryption.key,
            keeps_data=settings.keeps_data,
            results_days=settings.athena.results_days,
        )
        self.database = _database(self, names, removal)
        self.queries = Queries(
            self,
            "Queries",
            names=names,
            key_arn=self.encryption.key.key_arn,
            gigabytes_per_query=settings.athena.gigabytes_per_query,
        )
        self.live_tables = LiveTables(self, "LiveTables", key=self.encryption.key, keeps_data=settings.keeps_data)


def _stream(scope: Construct, settings: StreamSettings, key: kms.IKey, removal: RemovalPolicy) -> kinesis.Stream:
    is_provisioned = settings.mode == "provisioned"
    stream = kinesis.Stream(
        scope,
        "Stream",
        stream_name=STREAM,
        stream_mode=kinesis.StreamMode.PROVISIONED if is_provisioned else kinesis.StreamMode.ON_DEMAND,
        shard_count=settings.shards if is_provisioned else None,
        retention_period=Duration.hours(settings.retention_hours),
        encryption=kinesis.StreamEncryption.KMS,
        encryption_key=key,
        removal_policy=removal,
    )
    acknowledge(
        stream,
        "AwsSolutions-KDS3",
        "A key of our own, so that who may use it is written in our own policies; it costs a dollar a month for all.",
    )
    return stream


def _database(scope: Construct, names: Names, removal: RemovalPolicy) -> glue.CfnDatabase:
    database = glue.CfnDatabase(
        scope,
        "Database",
        catalog_id=names.account,
        database_input=glue.CfnDatabase.DatabaseInputProperty(
            name=names.database,
            description=DATABASE_DOC,
            location_uri=f"{names.warehouse}/{names.database}",
        ),
    )
    database.apply_removal_policy(removal)
    return database
