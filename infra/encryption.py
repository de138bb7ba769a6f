"""The one key that all that is stored is encrypted with, and who may use it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.names import PREFIX
from infra.permissions import Allow


class Encryption(Construct):
    """A key of our own: it is turned yearly, its use is logged, and who loses it has lost the data."""

    def __init__(self, scope: Construct, name: str, *, removal: RemovalPolicy, account: str) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Key",
            alias=f"alias/{PREFIX}",
            description="Store traffic: events, lake, clips, alerts",
            enable_key_rotation=True,
            removal_policy=removal,
        )
        # Alarms are published to an encrypted topic by the service itself.
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsAndSchedulesReachTheirTopicAndQueue",
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("events.amazonaws.com"),
                    iam.ServicePrincipal("scheduler.amazonaws.com"),
                ],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],  # of a key's own policy: this key
                conditions={"StringEquals": {"aws:SourceAccount": account}},
            )
        )

    def read(self) -> Allow:
        """Let a role decrypt."""
        return Allow(sid="Decrypt", actions=("kms:Decrypt",), resources=(self.key.key_arn,))

    def read_and_write(self) -> Allow:
        """Let a role decrypt, and encrypt."""
        return Allow(
            sid="DecryptAndEncrypt",
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            resources=(self.key.key_arn,),
        )

    def write(self) -> Allow:
        """Let a role encrypt, and read nothing."""
        return Allow(sid="Encrypt", actions=("kms:GenerateDataKey",), resources=(self.key.key_arn,))
